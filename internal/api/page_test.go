package api

import (
	"encoding/base64"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/seal"
)

// FuzzPageToken offers tokens that nobody made: each is refused as such, and none
// reaches the list.
func FuzzPageToken(f *testing.F) {
	// Each process of a fuzzing run has its own key: a token of one is none to another.
	sealer, err := seal.New(seal.NewMasterKey())
	if err != nil {
		f.Fatal(err)
	}
	action := Action{name: "GetKeyPairs"}
	c := &Call{action: &action, pipe: &Pipeline{o: Options{Sealer: sealer, PageSize: 2}}, Principal: &identity.Principal{Account: "111122223333"}, Region: "us-east-1"}
	good, err := c.sealToken("", "cursor")
	if err != nil {
		f.Fatal(err)
	}
	var cursor string
	if err := c.openToken(*good, "", &cursor); err != nil || cursor != "cursor" {
		f.Fatalf("our own token: %q, %v", cursor, err)
	}
	sealed, err := base64.RawStdEncoding.DecodeString(*good)
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{"x", *good + "A", (*good)[1:], "AQ", base64.URLEncoding.EncodeToString(sealed), "\x00", "é"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		if token == *good || token == "" {
			return
		}
		fetch := func(after string, _ int) ([]string, error) {
			t.Errorf("the token %q was taken for the cursor %q", token, after)
			return nil, nil
		}
		_, _, err := Page(c, ResourcesPage, &token, "", "", fetch, func(s string) string { return s })
		if _, ok := errors.AsType[*types.InvalidInputException](err); !ok {
			t.Errorf("the token %q: %v, want InvalidInputException", token, err)
		}
	})
}
