package sts_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

func TestGetCallerIdentity(t *testing.T) {
	w := newWorld(t)
	alice := w.user(home, "alice", allow("*"))
	aliceID := w.idOf(home, identity.User, "alice")
	bob := w.user(other, "bob", deny("*"))
	deploy := w.role(home, "deploy", trust(userARN(home, "alice")))
	session := w.assume(alice, deploy, "run-7")
	token, err := w.client(alice, "us-east-1").GetSessionToken(t.Context(), &sts.GetSessionTokenInput{})
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		who                  string
		key                  aws.Credentials
		region               string
		account, arn, userID string
	}{
		{"the root", w.root, "us-east-1", home, "arn:aws:iam::111122223333:root", home},
		{"a user", alice, "us-east-1", home, "arn:aws:iam::111122223333:user/alice", aliceID},
		{"a user in another region", alice, "eu-central-1", home, "arn:aws:iam::111122223333:user/alice", aliceID},
		{"a user at the global endpoint", alice, "aws-global", home, "arn:aws:iam::111122223333:user/alice", aliceID},
		{"a user who may do nothing, of another account", bob, "us-east-1", other, "arn:aws:iam::444455556666:user/bob", w.idOf(other, identity.User, "bob")},
		{"a role's session", session, "us-east-1", home, "arn:aws:sts::111122223333:assumed-role/deploy/run-7", w.idOf(home, identity.Role, "deploy") + ":run-7"},
		{"a user's session", keyOf(token.Credentials), "us-east-1", home, "arn:aws:iam::111122223333:user/alice", aliceID},
	} {
		t.Run(tc.who, func(t *testing.T) {
			out, err := w.client(tc.key, tc.region).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
			if err != nil {
				t.Fatal(err)
			}
			if *out.Account != tc.account || *out.Arn != tc.arn || *out.UserId != tc.userID {
				t.Errorf("identity = %s %s %s, want %s %s %s", *out.Account, *out.Arn, *out.UserId, tc.account, tc.arn, tc.userID)
			}
		})
	}
}

// idOf reads an entity's unique id.
func (w *world) idOf(account string, kind identity.Kind, name string) (id string) {
	w.t.Helper()
	err := w.db.View(w.t.Context(), func(tx *store.Tx) error {
		row, err := tx.Identity(account, string(kind), name)
		if err == nil {
			id = row.ID
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func TestGetSessionToken(t *testing.T) {
	w := newWorld(t)
	alice := w.user(home, "alice", allow("lightsail:GetRegions"))
	denied := w.user(home, "denied", deny("*"))
	for _, tc := range []struct {
		who   string
		key   aws.Credentials
		asked *int32
		want  time.Duration
	}{
		{"a user", alice, nil, 12 * time.Hour},
		{"a user, for the shortest time", alice, new(int32(900)), 15 * time.Minute},
		{"a user, for the longest time", alice, new(int32(129600)), 36 * time.Hour},
		{"a user whom a policy denies everything", denied, nil, 12 * time.Hour},
		{"the root", w.root, nil, time.Hour},
		{"the root, for longer than it may", w.root, new(int32(129600)), time.Hour},
	} {
		t.Run(tc.who, func(t *testing.T) {
			out, err := w.client(tc.key, "us-east-1").GetSessionToken(t.Context(), &sts.GetSessionTokenInput{DurationSeconds: tc.asked})
			if err != nil {
				t.Fatal(err)
			}
			wantExpiry(t, *out.Credentials.Expiration, tc.want)
		})
	}

	out, err := w.client(alice, "us-east-1").GetSessionToken(t.Context(), &sts.GetSessionTokenInput{})
	if err != nil {
		t.Fatal(err)
	}
	session := keyOf(out.Credentials)
	if _, err := w.lightsail(session).GetRegions(t.Context(), &lightsail.GetRegionsInput{}); err != nil {
		t.Errorf("what the user may do: %v", err)
	}
	_, err = w.lightsail(session).GetKeyPairs(t.Context(), &lightsail.GetKeyPairsInput{})
	wantRefused(t, err, "AccessDeniedException", "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: lightsail:GetKeyPairs…")
	_, err = w.client(session, "us-east-1").GetSessionToken(t.Context(), &sts.GetSessionTokenInput{})
	wantRefused(t, err, "AccessDenied", "Cannot call GetSessionToken with session credentials")
}

// wantExpiry allows for the whole seconds of the answer and for a slow machine.
func wantExpiry(t *testing.T, at time.Time, want time.Duration) {
	t.Helper()
	if left := time.Until(at); left > want || left < want-30*time.Second {
		t.Errorf("expires in %v, want %v", left, want)
	}
}

func TestGetSessionToken_errors(t *testing.T) {
	w := newWorld(t)
	for _, tc := range []struct {
		name, body    string
		status        int
		code, message string
	}{
		{"too short", asking("GetSessionToken", "DurationSeconds", "899"), 400, "ValidationError", "1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900"},
		{"too long", asking("GetSessionToken", "DurationSeconds", "129601"), 400, "ValidationError", "1 validation error detected: Value '129601' at 'durationSeconds' failed to satisfy constraint: Member must have value less than or equal to 129600"},
		{"no number", asking("GetSessionToken", "DurationSeconds", "1h"), 400, "MalformedInput", ""},
		{"an MFA device", asking("GetSessionToken", "SerialNumber", "arn:aws:iam::111122223333:mfa/alice", "TokenCode", "123456"), 403, "AccessDenied", "MultiFactorAuthentication failed: Lanyard has no MFA devices. Leave out SerialNumber and TokenCode."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			call{body: tc.body, key: w.root}.send(t, w.endpoint).wantError(t, tc.status, tc.code, tc.message)
		})
	}
}
