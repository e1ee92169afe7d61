package keypair_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

const account = "111122223333"

// TestDownloadDefaultKeyPair_deletedMeanwhile deletes the key pair after a call has found it, and before the call's write
// transaction: the call answers with another one, and gets its key with no transaction open.
func TestDownloadDefaultKeyPair_deletedMeanwhile(t *testing.T) {
	var views, updates int
	afterView := func(int) {}
	p := familytest.NewPipeline(t, familytest.PipelineOptions{Clock: time.Now, ObserveStore: func(kind string, _ time.Duration) {
		if kind == "update" {
			updates++
			return
		}
		views++
		afterView(views)
	}})
	err := p.DB.Update(t.Context(), func(tx *store.Tx) error {
		return tx.InsertAccount(&store.Account{ID: account, CreatedAt: time.Now()})
	})
	if err != nil {
		t.Fatal(err)
	}
	first := download(t, p)
	views, updates = 0, 0
	afterView = func(n int) {
		if n == 2 { // the second one looks for the key pair
			deleteDefault(t, p)
		}
	}
	if second := download(t, p); second == first {
		t.Error("got the key pair that was deleted, want another one")
	}
	if views != 4 || updates != 3 {
		t.Errorf("%d read and %d write transactions, the test's own included; want 4 and 3: the key is taken between two of them", views, updates)
	}
}

// download returns the public key of the default key pair.
func download(t *testing.T, p *familytest.Pipeline) string {
	t.Helper()
	out, err := api.Invoke[lightsail.DownloadDefaultKeyPairInput, lightsail.DownloadDefaultKeyPairOutput](
		t.Context(), p.Pipeline, p.As(identity.RootARN(account), api.Origin{}), familytest.Region, &lightsail.DownloadDefaultKeyPairInput{})
	if err != nil {
		t.Fatal(err)
	}
	return *out.PublicKeyBase64
}

// deleteDefault deletes the default key pair, as another process does.
func deleteDefault(t *testing.T, p *familytest.Pipeline) {
	t.Helper()
	err := p.DB.Update(t.Context(), func(tx *store.Tx) error {
		r, err := tx.Resource(account, familytest.Region, resource.DefaultKeyPairName)
		if err != nil {
			return err
		}
		return tx.DeleteResource(r)
	})
	if err != nil {
		t.Error(err)
	}
}
