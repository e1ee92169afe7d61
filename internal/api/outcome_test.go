package api_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// preparedCreate is a CreateKeyPair with something that it got before its transaction; undone counts how often that was
// given back.
func preparedCreate(undone *int) api.Action {
	return api.NewPrepared(
		func(*api.Call, *lightsail.CreateKeyPairInput) (int, func(), error) {
			return 0, func() { *undone++ }, nil
		},
		func(c *api.Call, in *lightsail.CreateKeyPairInput, _ int) (*lightsail.CreateKeyPairOutput, error) {
			r := c.NewResource(resource.KeyPair, *in.KeyPairName)
			return &lightsail.CreateKeyPairOutput{Operation: c.Record(r)}, c.Tx.InsertResource(r)
		}, api.Creates(resource.KeyPair))
}

// TestCommitted_whichPanics: the write is stored, so the call has succeeded and keeps what it got.
func TestCommitted_whichPanics(t *testing.T) {
	undone := 0
	w := newWorld(t, preparedCreate(&undone))
	w.committed = func(store.Touched) { panic("lost its way") }
	out, err := w.root(ours).CreateKeyPair(t.Context(), &lightsail.CreateKeyPairInput{KeyPairName: new("new")})
	wantCode(t, err, "")
	if undone != 0 {
		t.Errorf("what the call got was given back %d times, want never", undone)
	}
	id, _ := middleware.GetRequestIDMetadata(out.ResultMetadata)
	wantLogged(t, w, "lost its way", id)
}

// wantLogged wants one line at level ERROR with a text and a request's id.
func wantLogged(t *testing.T, w *world, text, id string) {
	t.Helper()
	for line := range strings.Lines(w.log.String()) {
		if strings.Contains(line, "level=ERROR") && strings.Contains(line, text) && id != "" && strings.Contains(line, "request_id="+id) {
			return
		}
	}
	t.Errorf("the log has no error %q of the request %q:\n%s", text, id, w.log)
}
