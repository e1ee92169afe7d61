package api_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/model"
	"github.com/lanyard-cloud/lanyard/internal/store"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

const denied = "AccessDeniedException"

// inputs are valid inputs of some actions. The others get none: their callers' rights are checked
// before what is wrong with an input is told.
var inputs = map[string]string{
	"CreateKeyPair":            `{"keyPairName":"new","tags":[{"key":"team","value":"web"}]}`,
	"ImportKeyPair":            `{"keyPairName":"new","publicKeyBase64":"` + edLine + `"}`,
	"GetKeyPair":               `{"keyPairName":"there"}`,
	"DeleteKeyPair":            `{"keyPairName":"there"}`,
	"TagResource":              `{"resourceName":"there","tags":[{"key":"team","value":"web"}]}`,
	"UntagResource":            `{"resourceName":"there","tagKeys":["team"]}`,
	"GetOperation":             `{"operationId":"none"}`,
	"GetOperationsForResource": `{"resourceName":"there"}`,
}

// signedAs lets a raw call sign as one user of a world.
func (w *world) signedAs(c *lightsail.Client) *lanyardtest.Server {
	w.t.Helper()
	key, err := c.Options().Credentials.Retrieve(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return &lanyardtest.Server{Endpoint: w.endpoint, AccessKeyID: key.AccessKeyID, SecretAccessKey: key.SecretAccessKey}
}

func input(action string) string {
	if in, ok := inputs[action]; ok {
		return in
	}
	return "{}"
}

// TestActions_needSignatureAndPolicy walks every action of the API.
func TestActions_needSignatureAndPolicy(t *testing.T) {
	w := newWorld(t)
	importKey(t, w.root(ours), "there")
	nobody := w.signedAs(w.user("nobody"))
	forger := *nobody
	forger.SecretAccessKey = "forged"
	for _, a := range model.Actions() {
		c := call{action: a.Name, body: input(a.Name)}
		if got := c.send(t, nobody); !strings.Contains(got.body, `"__type":"AccessDeniedException"`) {
			t.Errorf("%s without a policy: %s", a.Name, got.body)
		}
		if got := c.send(t, &forger); !strings.Contains(got.body, `"__type":"InvalidSignatureException"`) {
			t.Errorf("%s with a forged signature: %s", a.Name, got.body)
		}
		unsigned := c
		unsigned.after = headerless
		if got := unsigned.send(t, nobody); !strings.Contains(got.body, `"__type":"MissingAuthenticationTokenException"`) {
			t.Errorf("%s without a signature: %s", a.Name, got.body)
		}
	}
}

// TestActions_areAllowedByTheirOwnPolicy gives one user the right to one action at a
// time: that action, and no other, is let through.
func TestActions_areAllowedByTheirOwnPolicy(t *testing.T) {
	w := newWorld(t)
	importKey(t, w.root(ours), "there", "team", "db")
	for _, a := range model.Actions() {
		user := w.signedAs(w.user(a.Name, allow("lightsail:"+a.Name, "*")))
		if got := (call{action: a.Name, body: input(a.Name)}).send(t, user); strings.Contains(got.body, denied) {
			t.Errorf("%s with its policy: %s", a.Name, got.body)
		}
		other := "GetRegions"
		if a.Name == other {
			other = "GetProfile"
		}
		if got := (call{action: other, body: "{}"}).send(t, user); !strings.Contains(got.body, denied) {
			t.Errorf("%s with the policy for %s: %s", other, a.Name, got.body)
		}
		if a.Name == "DeleteKeyPair" {
			importKey(t, w.root(ours), "there")
		}
	}
}

func TestAccessDenied_hasTheTextsOfAWS(t *testing.T) {
	w := newWorld(t)
	arn := importKey(t, w.root(ours), "there")
	w.add(identity.Policy, "bound", identity.Doc{Document: allow("lightsail:Get*", "*")})
	bounded := w.keyFor(ours, w.add(identity.User, "bounded", identity.Doc{
		Inline: []identity.InlinePolicy{{Name: "all", Document: allow("lightsail:*", "*")}}, Boundary: "bound",
	}))
	const user = "User: arn:aws:iam::111122223333:user/"
	for _, tc := range []struct {
		name   string
		client *lightsail.Client
		want   string
	}{
		{"implicit", w.user("alice"), user + "alice is not authorized to perform: lightsail:DeleteKeyPair on resource: " + arn +
			" because no identity-based policy allows the lightsail:DeleteKeyPair action"},
		{
			"explicit", w.user("bob", strings.Replace(allow("lightsail:Delete*", "*"), "Allow", "Deny", 1)),
			user + "bob is not authorized to perform: lightsail:DeleteKeyPair on resource: " + arn + " with an explicit deny in an identity-based policy",
		},
		{"boundary", bounded, user + "bounded is not authorized to perform: lightsail:DeleteKeyPair on resource: " + arn +
			" because no permissions boundary allows the lightsail:DeleteKeyPair action"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := tc.client.DeleteKeyPair(t.Context(), &lightsail.DeleteKeyPairInput{KeyPairName: new("there")})
			e, ok := errors.AsType[*types.AccessDeniedException](err)
			if !ok || e.ErrorMessage() != tc.want {
				t.Errorf("error = %v\nwant    %s", err, tc.want)
			}
		})
	}
	_, err := w.user("carol").GetKeyPairs(t.Context(), &lightsail.GetKeyPairsInput{})
	want := user + "carol is not authorized to perform: lightsail:GetKeyPairs on resource: arn:aws:lightsail:us-east-1:111122223333:* " +
		"because no identity-based policy allows the lightsail:GetKeyPairs action"
	if e, ok := errors.AsType[*types.AccessDeniedException](err); !ok || e.ErrorMessage() != want {
		t.Errorf("an action without resource types: %v\nwant %s", err, want)
	}
	if log := w.log.String(); !strings.Contains(log, "msg=denied") || !strings.Contains(log, "decision=\"explicit deny\"") {
		t.Errorf("the debug log does not explain the denials:\n%s", log)
	}
}

func TestNotFound_onlyForCallersWithTheRight(t *testing.T) {
	w := newWorld(t)
	arn := importKey(t, w.root(ours), "there")
	del := func(c *lightsail.Client, name string) error {
		_, err := c.DeleteKeyPair(t.Context(), &lightsail.DeleteKeyPairInput{KeyPairName: &name})
		return err
	}
	wantCode(t, del(w.user("nobody"), "missing"), denied)
	wantCode(t, del(w.user("one", allow("lightsail:DeleteKeyPair", arn)), "missing"), denied)
	kind := "arn:aws:lightsail:us-east-1:111122223333:KeyPair/*"
	wantCode(t, del(w.user("kind", allow("lightsail:DeleteKeyPair", kind)), "missing"), "NotFoundException")
	wantCode(t, del(w.user("all", allow("*", "*")), "missing"), "NotFoundException")
	wantCode(t, del(w.user("other", allow("lightsail:DeleteKeyPair", strings.Replace(kind, "KeyPair/", "Instance/", 1))), "there"), denied)
	invalid := func(c *lightsail.Client) error {
		_, err := c.CreateKeyPair(t.Context(), &lightsail.CreateKeyPairInput{KeyPairName: new("x"), Tags: pairs("team", "db")})
		return err
	}
	wantCode(t, invalid(w.user("may-not")), denied)
	wantCode(t, invalid(w.user("may", allow("lightsail:CreateKeyPair", "*"))), "InvalidInputException")
	create := func(c *lightsail.Client) error {
		_, err := c.CreateKeyPair(t.Context(), &lightsail.CreateKeyPairInput{KeyPairName: new("there")})
		return err
	}
	wantCode(t, create(w.user("not-create")), denied)
	wantCode(t, create(w.user("create", allow("lightsail:CreateKeyPair", "*"))), "InvalidInputException")
	wantCode(t, create(w.user("create-on-arn", allow("lightsail:CreateKeyPair", kind))), denied)
}

func TestAuthorize_tagConditions(t *testing.T) {
	w := newWorld(t)
	root := w.root(ours)
	importKey(t, root, "web", "team", "web")
	importKey(t, root, "db", "team", "db")
	importKey(t, root, "plain")
	when := func(action, condition string) string {
		return strings.Replace(allow(action, "*"), `"Resource"`, `"Condition":`+condition+`,"Resource"`, 1)
	}
	creator := w.user("creator", when("lightsail:CreateKeyPair", `{"StringEquals":{"aws:RequestTag/team":"web"},"ForAllValues:StringEquals":{"aws:TagKeys":["team","cost"]}}`))
	owner := w.user("owner", when("lightsail:*", `{"StringEquals":{"aws:ResourceTag/team":"web"}}`))
	tagger := w.user("tagger", when("lightsail:TagResource", `{"StringEquals":{"aws:ResourceTag/team":"web","aws:RequestTag/cost":"1"}}`))
	untagger := w.user("untagger", when("lightsail:UntagResource", `{"ForAllValues:StringEquals":{"aws:TagKeys":"cost"}}`))
	create := func(name string, tags ...string) error {
		_, err := creator.CreateKeyPair(t.Context(), &lightsail.CreateKeyPairInput{KeyPairName: &name, Tags: pairs(tags...)})
		return err
	}
	tag := func(c *lightsail.Client, name string, tags ...string) error {
		_, err := c.TagResource(t.Context(), &lightsail.TagResourceInput{ResourceName: &name, Tags: pairs(tags...)})
		return err
	}
	untag := func(c *lightsail.Client, name string, keys ...string) error {
		_, err := c.UntagResource(t.Context(), &lightsail.UntagResourceInput{ResourceName: &name, TagKeys: keys})
		return err
	}
	del := func(name string) error {
		_, err := owner.DeleteKeyPair(t.Context(), &lightsail.DeleteKeyPairInput{KeyPairName: &name})
		return err
	}
	for _, tc := range []struct {
		name string
		call func() error
		want string
	}{
		{"create with the tag", func() error { return create("k1", "team", "web", "cost", "1") }, ""},
		{"create with another value", func() error { return create("k2", "team", "db") }, denied},
		{"create without the tag", func() error { return create("k3") }, denied},
		{"create with a key beside", func() error { return create("k4", "team", "web", "other", "1") }, denied},
		{"tag with request and resource tags", func() error { return tag(tagger, "web", "cost", "1") }, ""},
		{"tag another's resource", func() error { return tag(tagger, "db", "cost", "1") }, denied},
		{"tag with another value", func() error { return tag(tagger, "web", "cost", "2") }, denied},
		{"untag the allowed key", func() error { return untag(untagger, "web", "cost") }, ""},
		{"untag another key", func() error { return untag(untagger, "web", "team") }, denied},
		{"the tag of the resource counts as it is now", func() error { return errors.Join(tag(root, "plain", "team", "web"), del("plain")) }, ""},
		{"delete one's own", func() error { return del("web") }, ""},
		{"delete another's", func() error { return del("db") }, denied},
		{"a resource tag says nothing of an action without resources", func() error {
			_, err := owner.GetKeyPair(t.Context(), &lightsail.GetKeyPairInput{KeyPairName: new("k1")})
			return err
		}, denied},
	} {
		t.Run(tc.name, func(t *testing.T) { wantCode(t, tc.call(), tc.want) })
	}
}

func TestAuthorize_groupsManagedPoliciesAndVariables(t *testing.T) {
	w := newWorld(t)
	w.add(identity.Policy, "reading", identity.Doc{Document: allow("lightsail:Get*", "*")})
	w.add(identity.Group, "readers", identity.Doc{Attached: []string{"reading"}})
	own := strings.Replace(allow("lightsail:TagResource", "*"), `"Resource"`,
		`"Condition":{"StringEquals":{"aws:RequestTag/owner":"${aws:username}","aws:RequestTag/team":"${aws:PrincipalTag/team}"}},"Resource"`, 1)
	alice := w.keyFor(ours, w.add(identity.User, "alice", identity.Doc{
		Groups: []string{"readers"}, Tags: []identity.Tag{{Key: "team", Value: "web"}},
		Inline: []identity.InlinePolicy{{Name: "own", Document: own}},
	}))
	importKey(t, w.root(ours), "there")
	_, err := alice.GetKeyPairs(t.Context(), &lightsail.GetKeyPairsInput{})
	wantCode(t, err, "")
	for _, tc := range []struct{ owner, team, want string }{{"alice", "web", ""}, {"bob", "web", denied}, {"alice", "db", denied}} {
		_, err = alice.TagResource(t.Context(), &lightsail.TagResourceInput{ResourceName: new("there"), Tags: pairs("owner", tc.owner, "team", tc.team)})
		wantCode(t, err, tc.want)
	}
}

// TestAuthorize_accountsAndRegionsAreApart: nothing of one account or region is seen or touched from another.
func TestAuthorize_accountsAndRegionsAreApart(t *testing.T) {
	w := newWorld(t)
	us, them := w.root(ours), w.root(theirs)
	arn := importKey(t, us, "secret")
	ops, err := us.GetOperations(t.Context(), &lightsail.GetOperationsInput{})
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := lightsail.New(us.Options(), func(o *lightsail.Options) { o.Region = "eu-west-1" })
	for name, c := range map[string]*lightsail.Client{"account": them, "region": elsewhere} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			_, err := c.GetKeyPair(ctx, &lightsail.GetKeyPairInput{KeyPairName: new("secret")})
			wantCode(t, err, "NotFoundException")
			_, err = c.GetOperation(ctx, &lightsail.GetOperationInput{OperationId: ops.Operations[0].Id})
			wantCode(t, err, "NotFoundException")
			_, err = c.DeleteKeyPair(ctx, &lightsail.DeleteKeyPairInput{KeyPairName: new("secret")})
			wantCode(t, err, "NotFoundException")
			_, err = c.TagResource(ctx, &lightsail.TagResourceInput{ResourceName: new("secret"), ResourceArn: &arn, Tags: pairs("a", "b")})
			wantCode(t, err, "NotFoundException")
			_, err = c.UntagResource(ctx, &lightsail.UntagResourceInput{ResourceName: new("secret"), TagKeys: []string{"a"}})
			wantCode(t, err, "NotFoundException")
			pairs, err := c.GetKeyPairs(ctx, &lightsail.GetKeyPairsInput{IncludeDefaultKeyPair: aws.Bool(true)})
			if err != nil || len(pairs.KeyPairs) != 0 {
				t.Errorf("GetKeyPairs = %v, %v", pairs, err)
			}
			names, err := c.GetActiveNames(ctx, &lightsail.GetActiveNamesInput{})
			if err != nil || len(names.ActiveNames) != 0 {
				t.Errorf("GetActiveNames = %v, %v", names, err)
			}
			all, err := c.GetOperations(ctx, &lightsail.GetOperationsInput{})
			if err != nil || len(all.Operations) != 0 {
				t.Errorf("GetOperations = %v, %v", all, err)
			}
			of, err := c.GetOperationsForResource(ctx, &lightsail.GetOperationsForResourceInput{ResourceName: new("secret")})
			if err != nil || len(of.Operations) != 0 {
				t.Errorf("GetOperationsForResource = %v, %v", of, err)
			}
			importKey(t, c, "secret")
			_, err = c.DeleteKeyPair(ctx, &lightsail.DeleteKeyPairInput{KeyPairName: new("secret")})
			wantCode(t, err, "")
		})
	}
	_, err = us.GetKeyPair(t.Context(), &lightsail.GetKeyPairInput{KeyPairName: new("secret")})
	wantCode(t, err, "")
}

func TestPipeline_accountsAndRegionsInSetup(t *testing.T) {
	w := newWorld(t)
	get := func() error {
		_, err := w.root(ours).GetKeyPairs(t.Context(), &lightsail.GetKeyPairsInput{})
		return err
	}
	later := w.now.Add(time.Minute)
	w.change(func(tx *store.Tx) error { return tx.SetRegionSetup(ours, "us-east-1", later) })
	err := get()
	e, ok := errors.AsType[*types.RegionSetupInProgressException](err)
	if !ok || e.Docs == nil || !strings.HasPrefix(*e.Docs, "https://docs.aws.amazon.com/") || e.Tip == nil || !strings.HasPrefix(*e.Tip, "Opt-in Regions") {
		t.Errorf("error = %v, want RegionSetupInProgressException with docs and tip", err)
	}
	w.change(func(tx *store.Tx) error { return tx.UpdateAccount(&store.Account{ID: ours, SetupUntil: later}) })
	wantCode(t, get(), "AccountSetupInProgressException")
	w.now = later
	wantCode(t, get(), "")
	w.change(func(tx *store.Tx) error { return tx.UpdateAccount(&store.Account{ID: ours, Closed: true}) })
	wantCode(t, get(), "UnauthenticatedException")
	_, err = w.root(theirs).GetKeyPairs(t.Context(), &lightsail.GetKeyPairsInput{})
	wantCode(t, err, "")
}

func TestAuthorize_sessions(t *testing.T) {
	w := newWorld(t)
	role := w.add(identity.Role, "deploy", identity.Doc{Inline: []identity.InlinePolicy{{Name: "all", Document: allow("lightsail:*", "*")}}})
	session := identity.Session{Account: ours, Owner: role, Role: "deploy", Name: "ci", Issued: time.Now(), Expires: time.Now().Add(time.Hour)}
	sign := func(s identity.Session) (*lightsail.Client, identity.Credentials) {
		c, err := s.Credentials(w.sealer)
		if err != nil {
			t.Fatal(err)
		}
		return w.client("us-east-1", c.AccessKeyID, c.SecretAccessKey, c.SessionToken), c
	}
	get := func(c *lightsail.Client) error {
		_, err := c.GetKeyPairs(t.Context(), &lightsail.GetKeyPairsInput{})
		return err
	}
	good, key := sign(session)
	wantCode(t, get(good), "")

	narrow := session
	narrow.Policies = []string{allow("lightsail:GetRegions", "*")}
	restricted, _ := sign(narrow)
	err := get(restricted)
	wantCode(t, err, denied)
	if want := "User: arn:aws:sts::111122223333:assumed-role/deploy/ci is not authorized"; !strings.Contains(err.Error(), want) ||
		!strings.Contains(err.Error(), "because no session policy allows") {
		t.Errorf("error = %v, want %s … because no session policy allows", err, want)
	}

	expired := session
	expired.Expires = time.Now().Add(-time.Second)
	late, _ := sign(expired)
	wantCode(t, get(late), "ExpiredTokenException")
	_, foreign := sign(session)
	for name, c := range map[string]*lightsail.Client{
		"no token":        w.client("us-east-1", key.AccessKeyID, key.SecretAccessKey, ""),
		"another's token": w.client("us-east-1", key.AccessKeyID, key.SecretAccessKey, foreign.SessionToken),
		"a cut token":     w.client("us-east-1", key.AccessKeyID, key.SecretAccessKey, key.SessionToken[4:]),
	} {
		if got := code(get(c)); got != "UnrecognizedClientException" {
			t.Errorf("%s: %s", name, got)
		}
	}
	wantCode(t, get(w.client("us-east-1", key.AccessKeyID, "wrong", key.SessionToken)), "InvalidSignatureException")
	w.change(func(tx *store.Tx) error { return tx.DeleteIdentity(&store.Identity{ID: role}) })
	wantCode(t, get(good), "UnrecognizedClientException")
}

func TestDefaultResources(t *testing.T) {
	const of = "arn:aws:lightsail:us-east-1:111122223333:"
	for action, want := range map[string][]string{
		"CreateKeyPair":  {"*"},
		"DeleteKeyPair":  {of + "KeyPair/*"},
		"AttachStaticIp": {of + "Instance/*", of + "StaticIp/*"},
	} {
		if got := api.DefaultResources(action, ours, "us-east-1"); !slices.Equal(got, want) {
			t.Errorf("%s: %s, want %s", action, got, want)
		}
	}
	var names []string
	for _, a := range model.Actions() {
		names = append(names, a.Name)
	}
	if !slices.Contains(names, "CreateKeyPair") || len(names) < 162 {
		t.Errorf("the model has %d actions", len(names))
	}
}

func TestAuthorize_sessionsOfADeletedAccount(t *testing.T) {
	w := newWorld(t)
	s := identity.Session{Account: "999988887777", Issued: time.Now(), Expires: time.Now().Add(time.Hour)}
	c, err := s.Credentials(w.sealer)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.client("us-east-1", c.AccessKeyID, c.SecretAccessKey, c.SessionToken).GetKeyPairs(t.Context(), &lightsail.GetKeyPairsInput{})
	wantCode(t, err, "UnrecognizedClientException")
}
