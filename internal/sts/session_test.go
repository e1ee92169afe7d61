package sts_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	ltypes "github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/policy"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// create tries to create a key pair with a tag.
func (w *world) create(key aws.Credentials, name, team string) error {
	w.t.Helper()
	_, err := w.lightsail(key).CreateKeyPair(w.t.Context(), &lightsail.CreateKeyPairInput{
		KeyPairName: &name, Tags: []ltypes.Tag{{Key: new("team"), Value: &team}},
	})
	return err
}

// regions tries the action that needs least.
func (w *world) regions(key aws.Credentials) error {
	w.t.Helper()
	_, err := w.lightsail(key).GetRegions(w.t.Context(), &lightsail.GetRegionsInput{})
	return err
}

// whoami asks STS.
func (w *world) whoami(key aws.Credentials) error {
	w.t.Helper()
	_, err := w.client(key, "us-east-1").GetCallerIdentity(w.t.Context(), &sts.GetCallerIdentityInput{})
	return err
}

// TestSession_acts: a session may do what its role may, in the role's account, within
// what its session policies allow.
func TestSession_acts(t *testing.T) {
	const denied = "AccessDeniedException"
	w := newWorld(t)
	alice := w.user(home, "alice", allow("sts:*"))
	trusted := strings.Replace(trust(userARN(home, "alice")), `"sts:AssumeRole"`, `["sts:AssumeRole","sts:TagSession"]`, 1)
	w.role(other, "deploy", trusted, allow("lightsail:*"))
	w.role(other, "by-tag", trusted, strings.Replace(allow("lightsail:*"), `"*"}`,
		`"*","Condition":{"StringEquals":{"aws:RequestTag/team":"${aws:PrincipalTag/team}"}}}`, 1))
	w.insert(other, identity.Policy, "regions", identity.Doc{Document: allow("lightsail:GetRegions")})
	restrict := func(document string, managed ...string) func(*sts.AssumeRoleInput) {
		return func(in *sts.AssumeRoleInput) {
			if document != "" {
				in.Policy = &document
			}
			for _, name := range managed {
				in.PolicyArns = append(in.PolicyArns, types.PolicyDescriptorType{Arn: new("arn:aws:iam::" + other + ":policy/" + name)})
			}
		}
	}
	team := func(name string) func(*sts.AssumeRoleInput) {
		return func(in *sts.AssumeRoleInput) {
			in.Tags = []types.Tag{{Key: new("team"), Value: &name}}
			in.TransitiveTagKeys = []string{"Team"}
		}
	}

	full := w.assume(alice, roleARN(other, "deploy"), "full")
	if err := w.create(full, "pair", "web"); err != nil {
		t.Fatal(err)
	}
	got, err := w.lightsail(full).GetKeyPair(t.Context(), &lightsail.GetKeyPairInput{KeyPairName: new("pair")})
	if err != nil || !strings.Contains(*got.KeyPair.Arn, ":"+other+":") {
		t.Errorf("the key pair is %v, %v; want one of the role's account", got, err)
	}
	_, err = w.lightsail(w.root).GetKeyPair(t.Context(), &lightsail.GetKeyPairInput{KeyPairName: new("pair")})
	wantRefused(t, err, "NotFoundException", "The KeyPair does not exist: pair")

	for _, tc := range []struct {
		name                    string
		role                    string
		change                  func(*sts.AssumeRoleInput)
		mayRegions, mayCreateDB bool
	}{
		{"without a session policy", "deploy", func(*sts.AssumeRoleInput) {}, true, true},
		{"an inline session policy", "deploy", restrict(allow("lightsail:GetRegions")), true, false},
		{"a managed session policy", "deploy", restrict("", "regions"), true, false},
		{"both together", "deploy", restrict(allow("lightsail:CreateKeyPair"), "regions"), true, true},
		{"a session policy that allows what the role may not", "by-tag", restrict(allow("*")), false, false},
		{"an explicit deny in a session policy", "deploy", restrict(deny("*"), "regions"), false, false},
		{"a session tag that fits", "by-tag", team("db"), false, true},
		{"a session tag that does not fit", "by-tag", team("web"), false, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			session := strings.ReplaceAll(tc.name, " ", "-")
			key := w.assume(alice, roleARN(other, tc.role), session, tc.change)
			arn := "User: arn:aws:sts::" + other + ":assumed-role/" + tc.role + "/" + session + " is not authorized to perform: …"
			for err, may := range map[error]bool{w.regions(key): tc.mayRegions, w.create(key, session, "db"): tc.mayCreateDB} {
				if !may {
					wantRefused(t, err, denied, arn)
				} else if err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// TestSession_ends: what ends a session, for Lightsail and for STS alike.
func TestSession_ends(t *testing.T) {
	const (
		unknown  = "The security token included in the request is invalid."
		mismatch = "The security token included in the request is invalid"
		expired  = "The security token included in the request is expired"
	)
	w := newWorld(t)
	alice := w.user(home, "alice", allow("*"))
	aliceID := w.idOf(home, identity.User, "alice")
	deploy := w.role(home, "deploy", trust(home), allow("*"))
	session := w.assume(alice, deploy, "s1")
	second := w.assume(alice, deploy, "s2")
	out, err := w.client(alice, "us-east-1").GetSessionToken(t.Context(), &sts.GetSessionTokenInput{})
	if err != nil {
		t.Fatal(err)
	}
	own := keyOf(out.Credentials)

	refused := func(key aws.Credentials, forLightsail, forSTS, message string) {
		t.Helper()
		wantRefused(t, w.regions(key), forLightsail, message)
		wantRefused(t, w.whoami(key), forSTS, message)
	}
	served := func(key aws.Credentials) {
		t.Helper()
		if err := w.regions(key); err != nil {
			t.Error(err)
		}
		if err := w.whoami(key); err != nil {
			t.Error(err)
		}
	}

	served(session)
	refused(aws.Credentials{AccessKeyID: session.AccessKeyID, SecretAccessKey: session.SecretAccessKey},
		"UnrecognizedClientException", "InvalidClientTokenId", unknown)
	refused(aws.Credentials{AccessKeyID: session.AccessKeyID, SecretAccessKey: session.SecretAccessKey, SessionToken: second.SessionToken},
		"UnrecognizedClientException", "InvalidClientTokenId", mismatch)
	refused(aws.Credentials{AccessKeyID: alice.AccessKeyID, SecretAccessKey: alice.SecretAccessKey, SessionToken: session.SessionToken},
		"UnrecognizedClientException", "InvalidClientTokenId", mismatch)
	refused(aws.Credentials{AccessKeyID: session.AccessKeyID, SecretAccessKey: alice.SecretAccessKey, SessionToken: session.SessionToken},
		"InvalidSignatureException", "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. …")

	refused(w.sealed(identity.Session{Account: home, Owner: aliceID}, -time.Second), "ExpiredTokenException", "ExpiredToken", expired)
	served(w.sealed(identity.Session{Account: home, Owner: aliceID}, time.Minute))

	w.remove(home, identity.Role, "deploy")
	refused(session, "UnrecognizedClientException", "InvalidClientTokenId", unknown)
	w.role(home, "deploy", trust(home), allow("*")) // another role, of the same name
	refused(session, "UnrecognizedClientException", "InvalidClientTokenId", unknown)
	served(own)
	w.remove(home, identity.User, "alice")
	refused(own, "UnrecognizedClientException", "InvalidClientTokenId", unknown)
}

// sealed makes the credentials of a session that ends in some time.
func (w *world) sealed(s identity.Session, in time.Duration) aws.Credentials {
	w.t.Helper()
	s.Issued, s.Expires = time.Now().Add(-time.Hour), time.Now().Add(in)
	made, err := s.Credentials(w.sealer)
	if err != nil {
		w.t.Fatal(err)
	}
	return aws.Credentials{AccessKeyID: made.AccessKeyID, SecretAccessKey: made.SecretAccessKey, SessionToken: made.SessionToken}
}

func TestHandler_closedAccounts(t *testing.T) {
	w := newWorld(t)
	alice := w.user(home, "alice", allow("*"))
	bob := w.user(other, "bob", allow("*"))
	deploy := w.role(other, "deploy", trust(userARN(home, "alice")))
	w.update(func(tx *store.Tx) error { return tx.UpdateAccount(&store.Account{ID: other, Closed: true}) })
	wantRefused(t, w.whoami(bob), "InvalidClientTokenId", "The security token included in the request is invalid.")
	_, err := w.client(alice, "us-east-1").AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: &deploy, RoleSessionName: new("s1")})
	wantRefused(t, err, "AccessDenied", "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: sts:AssumeRole on resource: "+deploy)
	w.update(func(tx *store.Tx) error {
		return tx.UpdateAccount(&store.Account{ID: other, SetupUntil: time.Now().Add(time.Hour)})
	})
	if err := w.whoami(bob); err != nil {
		t.Errorf("in an account that is being set up: %v", err)
	}
}

// TestAssumeRole_packedPolicySize: how full the space for policies and tags is, and where it
// ends. A token that it admits fits a request's headers.
func TestAssumeRole_packedPolicySize(t *testing.T) {
	w := newWorld(t)
	alice := w.user(home, "alice", "")
	trusted := strings.Replace(trust(userARN(home, "alice")), `"sts:AssumeRole"`, `["sts:AssumeRole","sts:TagSession"]`, 1)
	role := w.role(home, "deploy", trusted, allow("*"))
	padded := func(document string, size int) string { return document + strings.Repeat(" ", size-len(document)) }
	// Each is of 4096 bytes in a token: quotation marks take two.
	for _, name := range []string{"half", "other-half"} {
		w.insert(home, identity.Policy, name, identity.Doc{Document: padded(allow("*"), 4060)})
	}
	managed := func(names ...string) (list []types.PolicyDescriptorType) {
		for _, name := range names {
			list = append(list, types.PolicyDescriptorType{Arn: new("arn:aws:iam::" + home + ":policy/" + name)})
		}
		return list
	}
	tags := func(n int) (list []types.Tag) {
		for i := range n {
			list = append(list, types.Tag{Key: new(strings.Repeat("k", i+1)), Value: new(strings.Repeat("v", 200))})
		}
		return list
	}
	const tooMuch = "Packed policy consumes %s of allotted space, please use smaller policy."
	for _, tc := range []struct {
		name    string
		in      sts.AssumeRoleInput
		want    *int32
		refusal string
	}{
		{"neither policy nor tag", sts.AssumeRoleInput{}, nil, ""},
		{"a small policy", sts.AssumeRoleInput{Policy: new(allow("*"))}, new(int32(5)), ""},
		{"a tag", sts.AssumeRoleInput{Tags: tags(1)}, new(int32(3)), ""},
		{"a policy of 2048 characters", sts.AssumeRoleInput{Policy: new(padded(allow("*"), policy.MaxSessionPolicySize))}, new(int32(100)), ""},
		{"a policy of 2049", sts.AssumeRoleInput{Policy: new(padded(allow("*"), policy.MaxSessionPolicySize+1))}, nil, strings.Replace(tooMuch, "%s", "101%", 1)},
		{"a large managed policy", sts.AssumeRoleInput{PolicyArns: managed("half")}, new(int32(50)), ""},
		{"two of them", sts.AssumeRoleInput{PolicyArns: managed("half", "other-half")}, new(int32(100)), ""},
		{"two of them and one of one's own", sts.AssumeRoleInput{PolicyArns: managed("half", "other-half"), Policy: new(allow("*"))}, nil, strings.Replace(tooMuch, "%s", "101%", 1)},
		{"many tags", sts.AssumeRoleInput{Tags: tags(50)}, nil, "Packed size of session tags consumes 152% of allotted space."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.in.RoleArn, tc.in.RoleSessionName = &role, new("s1")
			out, err := w.client(alice, "us-east-1").AssumeRole(t.Context(), &tc.in)
			if tc.refusal != "" {
				wantRefused(t, err, "PackedPolicyTooLarge", tc.refusal)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			//nolint:staticcheck // newer SDKs look at SessionTokenUtilization; older ones have this
			if got := out.PackedPolicySize; (got == nil) != (tc.want == nil) || got != nil && *got != *tc.want {
				t.Errorf("packed size = %v, want %v", aws.ToInt32(got), aws.ToInt32(tc.want))
			}
			if n := len(*out.Credentials.SessionToken); int(*out.SessionTokenSize) != n || int(*out.SessionTokenUtilization) != (n*100+12287)/12288 || n > 12288 {
				t.Errorf("a token of %d bytes is said to have %d, which are %d %%", n, *out.SessionTokenSize, *out.SessionTokenUtilization)
			}
			if err := w.whoami(keyOf(out.Credentials)); err != nil {
				t.Errorf("a token of %d bytes: %v", len(*out.Credentials.SessionToken), err)
			}
		})
	}
}
