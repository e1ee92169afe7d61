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

// TestDownloadDefaultKeyPair_deletedMeanwhile deletes the key pair after a call has found it, and before the call's write
// transaction: the call answers with another one, and gets its key with no transaction open.
func TestDownloadDefaultKeyPair_deletedMeanwhile(t *testing.T) {
	const account = "111122223333"
	var p *familytest.Pipeline
	var views, updates int
	afterView := func(int) {}
	p = familytest.NewPipeline(t, familytest.PipelineOptions{Clock: time.Now, ObserveStore: func(kind string, _ time.Duration) {
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
	download := func() string {
		in := &lightsail.DownloadDefaultKeyPairInput{}
		out, err := api.Invoke[lightsail.DownloadDefaultKeyPairInput, lightsail.DownloadDefaultKeyPairOutput](
			t.Context(), p.Pipeline, p.As(identity.RootARN(account), api.Origin{}), familytest.Region, in)
		if err != nil {
			t.Fatal(err)
		}
		return *out.PublicKeyBase64
	}
	first := download()
	views, updates = 0, 0
	afterView = func(n int) {
		if n != 2 { // the second one looks for the key pair
			return
		}
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
	if second := download(); second == first {
		t.Error("the answer has the key pair that was deleted")
	}
	if views != 4 || updates != 3 {
		t.Errorf("%d read and %d write transactions, the test's own included; want 4 and 3: the key is taken between two of them", views, updates)
	}
}
