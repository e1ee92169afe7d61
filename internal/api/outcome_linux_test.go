package api_test

import (
	"errors"
	"testing"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
	"github.com/lanyard-cloud/lanyard/test/nosync"
)

// TestWrite_ofUnknownOutcome lets the sync of a commit fail: the client gets a ServiceException, the log says what it is,
// nothing is given back, and what follows the store is told to look.
func TestWrite_ofUnknownOutcome(t *testing.T) {
	undone := 0
	w := newWorld(t, preparedCreate(&undone))
	root := w.root(ours)
	var touched []store.TouchedResource
	w.committed = func(t store.Touched) { touched = append(touched, t.Resources...) }
	if err := nosync.Break(w.dsn); err != nil {
		t.Fatal(err)
	}
	_, err := root.CreateKeyPair(t.Context(), &lightsail.CreateKeyPairInput{KeyPairName: new("new")})
	wantCode(t, err, "ServiceException")
	if undone != 0 {
		t.Errorf("what the call got was given back %d times, want never", undone)
	}
	if len(touched) != 1 || touched[0].Kind != resource.KeyPair || touched[0].ID == "" {
		t.Errorf("touched resources: got %v, want the new key pair", touched)
	}
	answer, _ := errors.AsType[*awshttp.ResponseError](err)
	wantLogged(t, w, "it is not known whether the transaction was committed", answer.RequestID)
}
