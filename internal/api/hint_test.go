package api_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// TestLog_hintsAtWhatClientsOftenMix: the log says what was mixed up, and the answer is
// AWS's own.
func TestLog_hintsAtWhatClientsOftenMix(t *testing.T) {
	w := newWorld(t)
	id, secret := identity.NewAccessKeyID(), identity.NewSecret()
	w.addKey(&store.AccessKey{ID: id, Account: ours, Active: true}, secret)
	importKey := func(region, name, text string) error {
		_, err := w.client(region, id, secret, "").ImportKeyPair(t.Context(), &lightsail.ImportKeyPairInput{KeyPairName: &name, PublicKeyBase64: &text})
		return err
	}
	for _, tc := range []struct {
		name, region, text string
		hint, answer       string
	}{
		{"a zone", "us-east-1a", edLine, "the availability zone us-east-1a in the place of its region us-east-1", "Credential should be scoped to a valid region."},
		{"an unknown region", "us-east-9a", edLine, "", "Credential should be scoped to a valid region."},
		{"a key that is encoded twice", "us-east-1", base64.StdEncoding.EncodeToString([]byte(edLine + " me@home\n")), "publicKeyBase64 is the base64 of an OpenSSH public key", "The format of this public key is not valid"},
		{"no key", "us-east-1", "bm8ga2V5", "", "The format of this public key is not valid"},
	} {
		before := w.log.Len()
		err := importKey(tc.region, "key-"+tc.region, tc.text)
		if err == nil || !strings.Contains(err.Error(), tc.answer) || strings.Contains(err.Error(), "in the place") || strings.Contains(err.Error(), "OpenSSH") {
			t.Errorf("%s: the answer is %v, want %q without the hint", tc.name, err, tc.answer)
		}
		line := w.log.String()[before:]
		if got := strings.Contains(line, "hint="); got != (tc.hint != "") || !strings.Contains(line, tc.hint) {
			t.Errorf("%s: the log says %s, want the hint %q", tc.name, line, tc.hint)
		}
		if strings.Contains(line, "AAAAC3Nza") || strings.Contains(line, secret) {
			t.Errorf("%s: the log repeats what was sent: %s", tc.name, line)
		}
	}
}
