package keypair_test

import (
	"crypto/sha1"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/crypto/ssh"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

func TestCreateKeyPair_answersWithAllOfThePair(t *testing.T) {
	now := time.UnixMilli(1571255026975)
	s := lanyardtest.NewWith(t, lanyardtest.Options{AccountID: "111122223333", Clock: func() time.Time { return now }})
	out, err := s.Client("us-west-2").CreateKeyPair(t.Context(), &lightsail.CreateKeyPairInput{
		KeyPairName: new("MyKey1"), Tags: []types.Tag{familytest.Tag("team", "web"), {Key: new("only")}},
	})
	if err != nil {
		t.Fatal(err)
	}

	private, err := ssh.ParseRawPrivateKey([]byte(*out.PrivateKeyBase64))
	if err != nil {
		t.Fatalf("privateKeyBase64 is not a private key: %v", err)
	}
	block, rest := pem.Decode([]byte(*out.PrivateKeyBase64))
	if block.Type != "RSA PRIVATE KEY" || len(rest) != 0 {
		t.Errorf("privateKeyBase64 is a %s followed by %q, want PKCS#1 alone", block.Type, rest)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.TrimSpace(string(ssh.MarshalAuthorizedKey(signer.PublicKey()))); *out.PublicKeyBase64 != want {
		t.Errorf("publicKeyBase64 = %s, want %s", *out.PublicKeyBase64, want)
	}
	if !strings.HasPrefix(*out.PublicKeyBase64, "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ") {
		t.Errorf("publicKeyBase64 = %s, want an RSA key of 2048 bits", *out.PublicKeyBase64)
	}

	arn := regexp.MustCompile(`^arn:aws:lightsail:us-west-2:111122223333:KeyPair/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	if !arn.MatchString(*out.KeyPair.Arn) {
		t.Errorf("arn = %s", *out.KeyPair.Arn)
	}
	if !regexp.MustCompile(`^[0-9]{12}/MyKey1$`).MatchString(*out.KeyPair.SupportCode) {
		t.Errorf("supportCode = %s", *out.KeyPair.SupportCode)
	}
	location := &types.ResourceLocation{AvailabilityZone: new("all"), RegionName: "us-west-2"}
	want := &lightsail.CreateKeyPairOutput{
		KeyPair: &types.KeyPair{
			Name: new("MyKey1"), CreatedAt: &now, Location: location, ResourceType: types.ResourceTypeKeyPair,
			Fingerprint: new(fingerprintOf(t, private)), Tags: []types.Tag{familytest.Tag("team", "web"), {Key: new("only")}},
			Arn: out.KeyPair.Arn, SupportCode: out.KeyPair.SupportCode,
		},
		Operation: &types.Operation{
			Id: out.Operation.Id, ResourceName: new("MyKey1"), ResourceType: types.ResourceTypeKeyPair, CreatedAt: &now, StatusChangedAt: &now,
			Location: location, IsTerminal: new(true), OperationType: "CreateKeyPair", Status: types.OperationStatusSucceeded,
		},
		PublicKeyBase64: out.PublicKeyBase64, PrivateKeyBase64: out.PrivateKeyBase64,
	}
	if diff := cmp.Diff(want, out, familytest.Plain, cmpopts.IgnoreFields(lightsail.CreateKeyPairOutput{}, "ResultMetadata")); diff != "" {
		t.Errorf("CreateKeyPair (-want +got):\n%s", diff)
	}

	got, err := s.Client("us-west-2").GetKeyPair(t.Context(), &lightsail.GetKeyPairInput{KeyPairName: new("MyKey1")})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(out.KeyPair, got.KeyPair, familytest.Plain); diff != "" {
		t.Errorf("GetKeyPair differs from what CreateKeyPair answered:\n%s", diff)
	}
}

// fingerprintOf computes a created key's fingerprint from its definition.
func fingerprintOf(t *testing.T, private any) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha1.Sum(der)
	octets := make([]string, len(sum))
	for i, b := range sum {
		octets[i] = hex.EncodeToString([]byte{b})
	}
	return strings.Join(octets, ":")
}

func TestCreateKeyPair_names(t *testing.T) {
	c := familytest.Client(t)
	const rule = " is not a valid resource name. Resource names must be at least 2 characters long and contain only alphanumerics, -, _, and ."
	for _, tc := range []struct {
		name string
		ok   bool
	}{
		{"ab", true},
		{"123-test", true},
		{"_a.b-c_", true},
		{strings.Repeat("n", 255), true},
		{"a", false},
		{strings.Repeat("n", 256), false},
		{"custom gitlab", false},
		{"-a", false},
		{"a.", false},
		{"schlüssel", false},
		{"a\nb", false},
		{"ab\n", false},
	} {
		_, err := c.ImportKeyPair(t.Context(), &lightsail.ImportKeyPairInput{KeyPairName: &tc.name, PublicKeyBase64: new(familytest.Ed25519Line)})
		if tc.ok {
			if err != nil {
				t.Errorf("%q: %v", tc.name, err)
			}
			continue
		}
		familytest.WantInvalid(t, err, "InvalidResourceName", tc.name+rule)
		_, err = c.GetKeyPair(t.Context(), &lightsail.GetKeyPairInput{KeyPairName: &tc.name})
		familytest.WantInvalid(t, err, "InvalidResourceName", tc.name+rule)
	}
}

func TestCreateKeyPair_takenName(t *testing.T) {
	c := familytest.Client(t)
	familytest.ImportKey(t, c, "taken")
	for _, name := range []string{"taken", "LightsailDefaultKeyPair"} {
		message := "Some names are already in use: " + name
		_, err := c.CreateKeyPair(t.Context(), &lightsail.CreateKeyPairInput{KeyPairName: &name})
		familytest.WantInvalid(t, err, "NameExists", message)
		_, err = c.ImportKeyPair(t.Context(), &lightsail.ImportKeyPairInput{KeyPairName: &name, PublicKeyBase64: new(familytest.Ed25519Line)})
		familytest.WantInvalid(t, err, "NameExists", message)
	}
}

func TestCreateKeyPair_oneOfTwoWins(t *testing.T) {
	s := lanyardtest.NewWith(t, lanyardtest.Options{KeyPool: 4})
	c := s.Client(familytest.Region, func(o *lightsail.Options) { o.RetryMaxAttempts = 1 })
	for round := range 5 {
		name := fmt.Sprint("race", round)
		errs := make([]error, 4)
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() {
				_, errs[i] = c.CreateKeyPair(t.Context(), &lightsail.CreateKeyPairInput{KeyPairName: &name})
			})
		}
		wg.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
				continue
			}
			familytest.WantInvalid(t, err, "NameExists", "Some names are already in use: "+name)
		}
		if won != 1 {
			t.Errorf("%d of %d creates of %s won", won, len(errs), name)
		}
	}
}

func TestCreateKeyPair_badTags(t *testing.T) {
	c := familytest.Client(t)
	_, err := c.CreateKeyPair(t.Context(), &lightsail.CreateKeyPairInput{KeyPairName: new("deploy"), Tags: []types.Tag{familytest.Tag("aws:x", "")}})
	familytest.WantInvalid(t, err, "InvalidParams", `The tag key "aws:x" starts with aws:, which is reserved.`)
	_, err = c.GetKeyPair(t.Context(), &lightsail.GetKeyPairInput{KeyPairName: new("deploy")})
	familytest.WantNotFound(t, err, "The KeyPair does not exist: deploy")
}

func TestImportKeyPair(t *testing.T) {
	c := familytest.Client(t)
	op := familytest.ImportKey(t, c, "mine")
	if op.OperationType != "ImportKeyPair" || op.Status != types.OperationStatusSucceeded || *op.ResourceName != "mine" {
		t.Errorf("operation = %+v", op)
	}
	out, err := c.GetKeyPair(t.Context(), &lightsail.GetKeyPairInput{KeyPairName: new("mine")})
	if err != nil {
		t.Fatal(err)
	}
	if *out.KeyPair.Fingerprint != familytest.Ed25519Fingerprint || len(out.KeyPair.Tags) != 0 || out.KeyPair.Tags == nil {
		t.Errorf("key pair = %+v, want fingerprint %s and an empty list of tags", out.KeyPair, familytest.Ed25519Fingerprint)
	}
	for _, line := range []string{"", "no key", "c3NoLWVkMjU1MTkgQUFBQQ==", familytest.Ed25519Line + "\n" + familytest.Ed25519Line} {
		_, err := c.ImportKeyPair(t.Context(), &lightsail.ImportKeyPairInput{KeyPairName: new("bad"), PublicKeyBase64: &line})
		familytest.WantInvalid(t, err, "InvalidKey.Format", "The format of this public key is not valid.")
	}
}

func TestGetKeyPairs_pagesByName(t *testing.T) {
	s := lanyardtest.NewWith(t, lanyardtest.Options{PageSize: 2})
	c := s.Client(familytest.Region)
	if _, err := c.DownloadDefaultKeyPair(t.Context(), &lightsail.DownloadDefaultKeyPairInput{}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"dd", "aa", "cc", "bb"} {
		familytest.ImportKey(t, c, name)
	}
	familytest.ImportKey(t, s.Client("eu-west-1"), "elsewhere")
	for _, tc := range []struct {
		withDefault bool
		want        [][]string
	}{
		{false, [][]string{{"aa", "bb"}, {"cc", "dd"}}},
		{true, [][]string{{"LightsailDefaultKeyPair", "aa"}, {"bb", "cc"}, {"dd"}}},
	} {
		var pages [][]string
		pager := lightsail.GetKeyPairsInput{IncludeDefaultKeyPair: &tc.withDefault}
		for {
			out, err := c.GetKeyPairs(t.Context(), &pager)
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, p := range out.KeyPairs {
				names = append(names, *p.Name)
			}
			pages = append(pages, names)
			if pager.PageToken = out.NextPageToken; pager.PageToken == nil {
				break
			}
		}
		if diff := cmp.Diff(tc.want, pages); diff != "" {
			t.Errorf("includeDefaultKeyPair %v (-want +got):\n%s", tc.withDefault, diff)
		}
	}
}

func TestGetKeyPairs_emptyRegion(t *testing.T) {
	out, err := familytest.Client(t).GetKeyPairs(t.Context(), &lightsail.GetKeyPairsInput{})
	if err != nil || out.KeyPairs == nil || len(out.KeyPairs) != 0 || out.NextPageToken != nil {
		t.Errorf("GetKeyPairs = %+v, %v", out, err)
	}
}

func TestDeleteKeyPair(t *testing.T) {
	c := familytest.Client(t)
	familytest.ImportKey(t, c, "old")
	del := func(name string, fingerprint *string) (*lightsail.DeleteKeyPairOutput, error) {
		return c.DeleteKeyPair(t.Context(), &lightsail.DeleteKeyPairInput{KeyPairName: &name, ExpectedFingerprint: fingerprint})
	}
	_, err := del("old", new("00:11"))
	familytest.WantInvalid(t, err, "InvalidParams", "The fingerprint of the key pair old is not the expected one.")
	out, err := del("old", new(familytest.Ed25519Fingerprint))
	if err != nil || out.Operation.OperationType != "DeleteKeyPair" || *out.Operation.ResourceName != "old" {
		t.Fatalf("DeleteKeyPair = %+v, %v", out, err)
	}
	_, err = del("old", nil)
	familytest.WantNotFound(t, err, "The KeyPair does not exist: old")
	familytest.ImportKey(t, c, "old")
	if _, err := del("old", nil); err != nil {
		t.Errorf("without a fingerprint: %v", err)
	}
}

func TestDownloadDefaultKeyPair(t *testing.T) {
	s := lanyardtest.New(t)
	c := s.Client(familytest.Region)
	download := func(c *lightsail.Client) *lightsail.DownloadDefaultKeyPairOutput {
		t.Helper()
		out, err := c.DownloadDefaultKeyPair(t.Context(), &lightsail.DownloadDefaultKeyPairInput{})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	first, again := download(c), download(c)
	if *first.PrivateKeyBase64 != *again.PrivateKeyBase64 || *first.PublicKeyBase64 != *again.PublicKeyBase64 || !first.CreatedAt.Equal(*again.CreatedAt) {
		t.Error("two downloads differ")
	}
	private, err := ssh.ParseRawPrivateKey([]byte(*first.PrivateKeyBase64))
	if err != nil {
		t.Fatal(err)
	}
	if other := download(s.Client("eu-west-1")); *other.PublicKeyBase64 == *first.PublicKeyBase64 {
		t.Error("two regions share a default key pair")
	}

	name := "LightsailDefaultKeyPair"
	pair, err := c.GetKeyPair(t.Context(), &lightsail.GetKeyPairInput{KeyPairName: &name})
	if err != nil || *pair.KeyPair.Fingerprint != fingerprintOf(t, private) {
		t.Fatalf("GetKeyPair = %+v, %v", pair, err)
	}
	_, err = c.DeleteKeyPair(t.Context(), &lightsail.DeleteKeyPairInput{KeyPairName: &name})
	familytest.WantInvalid(t, err, "InvalidParams", "These parameters are required: expectedFingerprint")
	_, err = c.DeleteKeyPair(t.Context(), &lightsail.DeleteKeyPairInput{KeyPairName: &name, ExpectedFingerprint: new("00")})
	familytest.WantInvalid(t, err, "InvalidParams", "The fingerprint of the key pair LightsailDefaultKeyPair is not the expected one.")
	if _, err := c.DeleteKeyPair(t.Context(), &lightsail.DeleteKeyPairInput{KeyPairName: &name, ExpectedFingerprint: pair.KeyPair.Fingerprint}); err != nil {
		t.Fatal(err)
	}
	if third := download(c); *third.PublicKeyBase64 == *first.PublicKeyBase64 {
		t.Error("the deleted default key pair came back")
	}
}

func TestDownloadDefaultKeyPair_oneForConcurrentCalls(t *testing.T) {
	c := lanyardtest.NewWith(t, lanyardtest.Options{KeyPool: 2}).Client(familytest.Region)
	public := make([]string, 4)
	var wg sync.WaitGroup
	for i := range public {
		wg.Go(func() {
			out, err := c.DownloadDefaultKeyPair(t.Context(), &lightsail.DownloadDefaultKeyPairInput{})
			if err != nil {
				t.Error(err)
				return
			}
			public[i] = *out.PublicKeyBase64
		})
	}
	wg.Wait()
	if all := slices.Compact(public); len(all) != 1 {
		t.Errorf("%d different default key pairs", len(all))
	}
}

func TestGetKeyPair_missing(t *testing.T) {
	c := familytest.Client(t)
	_, err := c.GetKeyPair(t.Context(), &lightsail.GetKeyPairInput{KeyPairName: new("none")})
	familytest.WantNotFound(t, err, "The KeyPair does not exist: none")
	var e *types.NotFoundException
	if !errors.As(err, &e) || e.Tip != nil || e.Docs != nil {
		t.Errorf("error = %+v, want neither docs nor tip", e)
	}
}
