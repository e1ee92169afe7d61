//go:build clients

package clients

import (
	"fmt"
	"regexp"
	"slices"
	"testing"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/lanyard-cloud/lanyard/internal/sdkhttp"
	"github.com/lanyard-cloud/lanyard/test/process"
	"github.com/lanyard-cloud/lanyard/test/wirecheck"
)

// publicKey is an ed25519 key, publicKeyFingerprint what EC2 and Lightsail call it.
const (
	publicKey            = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
	publicKeyFingerprint = "+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU="
)

var uuidForm = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// connect returns the SDK's client of a region. It does not retry: a fault must not hide behind a second attempt.
func connect(endpoint, region string, more ...func(*lightsail.Options)) *lightsail.Client {
	return lightsail.New(lightsail.Options{
		HTTPClient:       sdkhttp.Client(),
		Region:           region,
		BaseEndpoint:     &endpoint,
		Credentials:      credentials.NewStaticCredentialsProvider(process.AccessKeyID, process.SecretAccessKey, ""),
		RetryMaxAttempts: 1,
	}, more...)
}

// A regionTest has a region of its own, which is a world of its own.
type regionTest struct {
	region, name string
	test         func(*testing.T, *lightsail.Client)
}

// TestGoSDK drives one server for each of the times that changes of state take.
func TestGoSDK(t *testing.T) {
	accounts, fast := startChecked(t), startChecked(t, quick...)
	slow, aged := startChecked(t, "--time-scale", "realistic"), startAged(t, quick...)
	runIn(t, accounts, []regionTest{
		{"us-east-1", "created key pair", testCreated},
		{"us-east-2", "imported key pair", testImported},
		{"us-west-2", "tags", testTags},
		{"eu-west-1", "default key pair", testDefault},
		{"eu-west-2", "pages", testPages},
		{"eu-central-1", "operations of resources", testOperations},
		{"ca-central-1", "account", testAccount},
		{"ap-southeast-2", "one name twice at once", testSameName},
		{"eu-north-1", "refusals", testRefusals},
		{"eu-west-3", "refused tags", testRefusedTags},
		{"ap-south-1", "request ids", testRequestIDs},
	})
	runIn(t, fast, []regionTest{
		{"us-east-1", "created instances", testCreatedInstances},
		{"us-east-2", "life of an instance", testLifeOfInstance},
		{"us-west-2", "refused instances", testRefusedInstances},
		{"ap-south-1", "members that are new", testNewMembers},
		{"ca-central-1", "instances with IPv6 only", testIPv6Only},
		{"eu-west-1", "certificates", testCertificates},
		{"eu-west-2", "Windows", testWindows},
		{"eu-west-3", "ports", testPorts},
		{"eu-central-1", "static IPs", testStaticIPs},
		{"eu-central-1", "HTTPS and peering", testHTTPS},
		{"eu-north-1", "disks", testDisks},
		{"ap-northeast-1", "disk snapshots", testDiskSnapshots},
		{"ap-northeast-2", "instance snapshots", testInstanceSnapshots},
		{"ap-southeast-1", "exports", testExports},
		{"ap-southeast-2", "lists", testLists},
		{"us-east-1", "certificates of domains", testDomainCertificates},
		{"us-east-1", "certificates of load balancers", testBalancerCertificates},
		{"sa-east-1", "load balancers", testLoadBalancers},
		{"us-east-1", "distributions", testDistributions},
		{"us-west-1", "buckets", testBuckets},
		{"us-west-1", "container services", testContainerServices},
		{"us-east-1", "container deployments", testContainerDeployments},
		{"eu-west-1", "databases", testDatabases},
		{"eu-west-2", "database snapshots", testDatabaseSnapshots},
		{"eu-west-3", "parameters and logs of databases", testDatabaseReports},
	})
	runIn(t, slow, []regionTest{
		{"us-east-1", "pending things", testPending},
		{"us-east-1", "a pending container service", testPendingService},
		{"us-east-1", "domains", testDomains},
		{"us-east-2", "contact methods", testContacts},
		{"us-west-2", "alarms", testAlarms},
	})
	runIn(t, aged, []regionTest{
		{agedRegion, "automatic snapshots", testAutoSnapshots},
		{agedRegion, "metrics", testMetrics},
		{agedRegion, "costs", testCosts},
	})
	t.Run("refused signatures", func(t *testing.T) { testSignatures(t, accounts) })
	t.Run("every action succeeded", func(t *testing.T) {
		wantSeen(t, byGoSDK, []*wirecheck.Checker{accounts, fast, slow, aged}, func(string) bool { return true })
	})
}

func runIn(t *testing.T, checker *wirecheck.Checker, tests []regionTest) {
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { tt.test(t, connect(checker.URL, tt.region)) })
	}
}

// wantPair is the key pair that the API shows, but for what differs from pair to pair.
func wantPair(t *testing.T, got *types.KeyPair, region, name string, tags ...types.Tag) {
	t.Helper()
	want := &types.KeyPair{
		Name:         &name,
		ResourceType: types.ResourceTypeKeyPair,
		Location:     &types.ResourceLocation{AvailabilityZone: new("all"), RegionName: types.RegionName(region)},
		Tags:         append([]types.Tag{}, tags...),
	}
	opts := cmp.Options{ignoreUnexported, cmpopts.IgnoreFields(types.KeyPair{}, "Arn", "SupportCode", "CreatedAt", "Fingerprint")}
	if diff := cmp.Diff(want, got, opts); diff != "" {
		t.Errorf("key pair: -want +got\n%s", diff)
	}
	if got == nil {
		return
	}
	for what, tt := range map[string]struct {
		got  *string
		form string
	}{
		"ARN":          {got.Arn, "arn:aws:lightsail:" + region + ":" + process.AccountID + ":KeyPair/[0-9a-f-]{36}"},
		"support code": {got.SupportCode, "[0-9]{12}/" + name},
		"fingerprint":  {got.Fingerprint, "([0-9a-f]{2}:){19}[0-9a-f]{2}|[A-Za-z0-9+/]{43}="},
	} {
		if tt.got == nil || !regexp.MustCompile("^("+tt.form+")$").MatchString(*tt.got) {
			t.Errorf("%s = %v, want %s", what, tt.got, tt.form)
		}
	}
	wantRecent(t, got.CreatedAt)
}

// wantOperation is the record of a finished operation on a key pair.
func wantOperation(t *testing.T, got *types.Operation, kind, region, name string) {
	t.Helper()
	want := &types.Operation{
		ResourceName:  &name,
		ResourceType:  types.ResourceTypeKeyPair,
		Location:      &types.ResourceLocation{AvailabilityZone: new("all"), RegionName: types.RegionName(region)},
		IsTerminal:    new(true),
		OperationType: types.OperationType(kind),
		Status:        types.OperationStatusSucceeded,
	}
	opts := cmp.Options{ignoreUnexported, cmpopts.IgnoreFields(types.Operation{}, "Id", "CreatedAt", "StatusChangedAt")}
	if diff := cmp.Diff(want, got, opts); diff != "" {
		t.Errorf("operation: -want +got\n%s", diff)
	}
	if got == nil {
		return
	}
	if got.Id == nil || !uuidForm.MatchString(*got.Id) {
		t.Errorf("operation id = %v", got.Id)
	}
	wantRecent(t, got.CreatedAt)
	wantRecent(t, got.StatusChangedAt)
}

// ignoreUnexported compares the SDK's types by what they say.
var ignoreUnexported = cmp.FilterPath(func(p cmp.Path) bool {
	field, ok := p.Index(-1).(cmp.StructField)
	return ok && field.Name() == "noSmithyDocumentSerde"
}, cmp.Ignore())

// wantRecent finds times that are read in the wrong unit.
func wantRecent(t *testing.T, at *time.Time) {
	t.Helper()
	if at == nil || time.Since(*at).Abs() > time.Hour {
		t.Errorf("the time is %v, which is not about now", at)
	}
}

func importKey(t *testing.T, c *lightsail.Client, name string) *types.Operation {
	t.Helper()
	out, err := c.ImportKeyPair(t.Context(), &lightsail.ImportKeyPairInput{KeyPairName: &name, PublicKeyBase64: new(publicKey)})
	if err != nil {
		t.Fatal(err)
	}
	return out.Operation
}

func getKey(t *testing.T, c *lightsail.Client, name string) *types.KeyPair {
	t.Helper()
	out, err := c.GetKeyPair(t.Context(), &lightsail.GetKeyPairInput{KeyPairName: &name})
	if err != nil {
		t.Fatal(err)
	}
	return out.KeyPair
}

func tag(key, value string) types.Tag { return types.Tag{Key: &key, Value: &value} }

// pagesOf follows the tokens of a list as applications do: the SDK has no paginators for Lightsail.
func pagesOf[T any](t *testing.T, page func(token *string) ([]T, *string, error)) (pages [][]T) {
	t.Helper()
	for token := (*string)(nil); token != nil || pages == nil; {
		elements, next, err := page(token)
		if err != nil {
			t.Fatal(err)
		}
		pages, token = append(pages, elements), next
	}
	return pages
}

func testPages(t *testing.T, c *lightsail.Client) {
	names := func() [][]string {
		return pagesOf(t, func(token *string) ([]string, *string, error) {
			out, err := c.GetActiveNames(t.Context(), &lightsail.GetActiveNamesInput{PageToken: token})
			return out.ActiveNames, out.NextPageToken, err
		})
	}
	if got := names(); len(got) != 1 || len(got[0]) != 0 {
		t.Errorf("pages of nothing: %v", got)
	}
	for _, name := range []string{"dd", "bb", "aa", "cc"} {
		importKey(t, c, name)
	}
	if diff := cmp.Diff([][]string{{"aa", "bb"}, {"cc", "dd"}}, names()); diff != "" {
		t.Errorf("names: -want +got\n%s", diff)
	}
	pairs := pagesOf(t, func(token *string) ([]types.KeyPair, *string, error) {
		out, err := c.GetKeyPairs(t.Context(), &lightsail.GetKeyPairsInput{PageToken: token})
		return out.KeyPairs, out.NextPageToken, err
	})
	var got []string
	for _, p := range slices.Concat(pairs...) {
		got = append(got, *p.Name)
	}
	if diff := cmp.Diff([]string{"aa", "bb", "cc", "dd"}, got); diff != "" {
		t.Errorf("key pairs: -want +got\n%s", diff)
	}
	operations := pagesOf(t, func(token *string) ([]types.Operation, *string, error) {
		out, err := c.GetOperations(t.Context(), &lightsail.GetOperationsInput{PageToken: token})
		return out.Operations, out.NextPageToken, err
	})
	got = nil
	for _, o := range slices.Concat(operations...) {
		got = append(got, *o.ResourceName)
	}
	if diff := cmp.Diff([]string{"cc", "aa", "bb", "dd"}, got); diff != "" {
		t.Errorf("operations, newest first: -want +got\n%s", diff)
	}
}

func testOperations(t *testing.T, c *lightsail.Client) {
	imported := importKey(t, c, "laptop")
	deleted, err := c.DeleteKeyPair(t.Context(), &lightsail.DeleteKeyPairInput{KeyPairName: new("laptop")})
	if err != nil {
		t.Fatal(err)
	}
	found, err := c.GetOperation(t.Context(), &lightsail.GetOperationInput{OperationId: imported.Id})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(imported, found.Operation, ignoreUnexported); diff != "" {
		t.Errorf("-returned +read back\n%s", diff)
	}
	for name, want := range map[string][]types.Operation{"laptop": {*deleted.Operation, *imported}, "nobody": {}} {
		out, err := c.GetOperationsForResource(t.Context(), &lightsail.GetOperationsForResourceInput{ResourceName: &name})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, out.Operations, ignoreUnexported); diff != "" {
			t.Errorf("operations of %s: -want +got\n%s", name, diff)
		}
	}
}

func testAccount(t *testing.T, c *lightsail.Client) {
	profile, err := c.GetProfile(t.Context(), &lightsail.GetProfileInput{})
	if err != nil || profile.ProfileType != types.ProfileTypeLightsailor || profile.Partner != nil {
		t.Errorf("GetProfile = %+v, %v", profile, err)
	}
	regions, err := c.GetRegions(t.Context(), &lightsail.GetRegionsInput{IncludeAvailabilityZones: new(true)})
	if err != nil {
		t.Fatal(err)
	}
	here := slices.IndexFunc(regions.Regions, func(r types.Region) bool { return r.Name == types.RegionNameCaCentral1 })
	if here < 0 {
		t.Fatalf("this region is not listed: %v", regions.Regions)
	}
	if r := regions.Regions[here]; len(r.AvailabilityZones) == 0 || r.RelationalDatabaseAvailabilityZones == nil {
		t.Errorf("region = %+v", r)
	}
}

// testSameName creates one name from several sides at once: exactly one wins.
func testSameName(t *testing.T, c *lightsail.Client) {
	const clients = 4
	results := make(chan error)
	for i := range clients {
		go func() {
			if i%2 == 0 {
				_, err := c.CreateKeyPair(t.Context(), &lightsail.CreateKeyPairInput{KeyPairName: new("deploy")})
				results <- err
				return
			}
			_, err := c.ImportKeyPair(t.Context(), &lightsail.ImportKeyPairInput{KeyPairName: new("deploy"), PublicKeyBase64: new(publicKey)})
			results <- err
		}()
	}
	won := 0
	for range clients {
		err := <-results
		if err == nil {
			won++
			continue
		}
		wantError(t, err, &types.InvalidInputException{Code: new("NameExists"), Message: new("Some names are already in use: deploy")})
	}
	if won != 1 {
		t.Errorf("%d of %d creates succeeded", won, clients)
	}
}

func testRequestIDs(t *testing.T, c *lightsail.Client) {
	seen := map[string]bool{}
	for i := range 3 {
		out, err := c.GetKeyPairs(t.Context(), &lightsail.GetKeyPairsInput{})
		if err != nil {
			t.Fatal(err)
		}
		id, ok := awsmiddleware.GetRequestIDMetadata(out.ResultMetadata)
		if !ok || !uuidForm.MatchString(id) || seen[id] {
			t.Errorf("request id %d = %q", i, id)
		}
		seen[id] = true
	}
}

func testSignatures(t *testing.T, checker *wirecheck.Checker) {
	signedWith := func(id, secret, token string) func(*lightsail.Options) {
		return func(o *lightsail.Options) {
			o.Credentials = credentials.NewStaticCredentialsProvider(id, secret, token)
		}
	}
	for _, tt := range []struct {
		name, region  string
		sign          func(*lightsail.Options)
		code, message string
	}{
		{"wrong secret", "us-east-1", signedWith(process.AccessKeyID, "wrong", ""), "InvalidSignatureException", "^The request signature we calculated does not match"},
		{"unknown key", "us-east-1", signedWith("AKIAUNKNOWN", process.SecretAccessKey, ""), "UnrecognizedClientException", "^The security token included in the request is invalid"},
		{"session token", "us-east-1", signedWith(process.AccessKeyID, process.SecretAccessKey, "token"), "UnrecognizedClientException", "^The security token included in the request is invalid"},
		{"no credentials", "us-east-1", anonymous, "MissingAuthenticationTokenException", "Missing Authentication Token$"},
		{"unknown region", "us-moon-1", func(*lightsail.Options) {}, "InvalidSignatureException", "^Credential should be scoped to a valid region"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := connect(checker.URL, tt.region, tt.sign).GetRegions(t.Context(), &lightsail.GetRegionsInput{})
			wantFrontError(t, err, tt.code, tt.message)
		})
	}
	for i := range 2 { // what was refused did no harm to others
		if _, err := connect(checker.URL, fmt.Sprintf("us-east-%d", i+1)).GetRegions(t.Context(), &lightsail.GetRegionsInput{}); err != nil {
			t.Error(err)
		}
	}
}
