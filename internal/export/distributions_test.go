package export_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/export"
	"github.com/lanyard-cloud/lanyard/internal/kind/certificate"
	"github.com/lanyard-cloud/lanyard/internal/kind/distribution"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// fillDistribution adds the distribution "cdn" in its only region to what fillAccess adds, with all settings. Its origin is the
// bucket archive, its certificate is "shop".
func (s *site) fillDistribution() *site {
	s.t.Helper()
	s.update(func(tx *store.Tx) error {
		archive, err := tx.Resource(root, region, "archive")
		if err != nil {
			return err
		}
		r := newResource(80, root, "cdn", resource.Distribution)
		r.Zone, r.Region = "all", resource.Distribution.OnlyIn()
		d := distribution.New(r, "large_1_0")
		d.Fill(d.SupportSuffix())
		err = firstOf(d.SetOrigin(&types.InputOrigin{ProtocolPolicy: "https-only"}, archive, "archive.s3.amazonaws.com"), d.Apply(distribution.Wish{
			DefaultBehavior: &types.CacheBehavior{Behavior: types.BehaviorEnumCacheSetting}, PrivateOrigin: new(true), RootObject: new("index.html"),
			Behaviors:      []types.CacheBehaviorPerPath{{Path: new("*.jpg"), Behavior: types.BehaviorEnumDontCacheSetting}},
			ErrorResponses: []types.DistributionCustomErrorResponse{{ErrorCode: new(int32(404))}},
			WAF:            new(true), WAFRules: []types.WafRule{{Name: new("AWSManagedRulesCommonRuleSet")}},
		}))
		d.Enter(distribution.Lifecycle.Plan(distribution.Change, now, now.Add))
		d.ResetCache(now, now.Add(time.Minute))
		d.Certify(true)
		shop := certificate.New(newResource(81, root, "shop", resource.Certificate), []string{"example.com", "www.example.com"})
		shop.Resource.Zone, shop.Resource.Region = "all", r.Region
		shop.Priv.Issue(now)
		shop.Fill(shop.SupportSuffix())
		return firstOf(err, d.Pack(), shop.Pack(), tx.InsertResource(r), tx.InsertResource(shop.Resource),
			tx.InsertLink(r, resource.OriginBucket, archive, resource.NoDoc),
			tx.InsertLink(shop.Resource, resource.ViewerCertificate, r, []byte(`{"names":["example.com","www.example.com"]}`)))
	})
	return s
}

// TestImport_distributions moves a distribution with the links to its origin and its certificate.
func TestImport_distributions(t *testing.T) {
	from, to := newSite(t, newDSN(t)).fill().fillInstances().fillAccess().fillDistribution(), newSite(t, newDSN(t))
	file, exported := from.export(export.Options{Passphrase: passphrase})
	imported, err := to.load(export.ImportOptions{Passphrase: passphrase}, file)
	if err != nil || exported.Links != 4 || imported.Links != 4 {
		t.Fatalf("exported %+v, imported %+v, %v, want 4 links", exported, imported, err)
	}
	if diff := cmp.Diff(from.contents(), to.contents()); diff != "" {
		t.Errorf("contents (-from +to):\n%s", diff)
	}
}

// TestImport_invalidDistributions changes one thing about a distribution or its link. The API would not have made any of them.
func TestImport_invalidDistributions(t *testing.T) {
	good, _ := newSite(t, sqliteDSN(t)).fill().fillInstances().fillAccess().fillDistribution().export(export.Options{})
	to := newSite(t, newDSN(t))
	line, link, serves := lineOf(t, good, resource.Distribution, "cdn"), linkLine(t, good, resource.OriginBucket), linkLine(t, good, resource.ViewerCertificate)
	for title, tc := range map[string]struct{ line, old, with, want string }{
		"an unknown bundle":       {line, `"large_1_0"`, `"tiny_1_0"`, `unknown bundle "tiny_1_0"`},
		"a bundle without WAF":    {line, `"large_1_0"`, `"small_1_0"`, "WAF is not available"},
		"another domain":          {line, `"domainName":"d`, `"domainName":"e`, "domainName is not what Lanyard writes"},
		"no origin":               {line, `"origin":\{[^}]*\},`, ``, "origin is missing"},
		"an origin of no content": {line, `"resourceType":"Bucket"`, `"resourceType":"Disk"`, "of a kind that has no content"},
		"a bucket over HTTP":      {line, `"https-only"`, `"http-only"`, "origin.protocolPolicy is not what Lanyard writes"},
		"no behavior":             {line, `"defaultCacheBehavior":\{[^}]*\},`, ``, "defaultCacheBehavior or cacheBehaviorSettings is missing"},
		"a time out of order":     {line, `"minimumTTL":0`, `"minimumTTL":86401`, "must be in this order"},
		"a status":                {line, `"doc":\{`, `"doc":{"status":"Deployed",`, "status is not what Lanyard writes"},
		"a certificate":           {line, `"doc":\{`, `"doc":{"certificateName":"any",`, "certificateName is not what Lanyard writes"},
		"an unknown TLS version":  {line, `TLSv1.2_2021`, `SSLv2`, "unknown viewerMinimumTlsProtocolVersion"},
		"names of no certificate": {serves, `"example.com",`, `"example.org",`, "the names are not all names of the certificate, in order"},
		"no firewall":             {line, `"waf":\{.*?\]\}`, `"waf":{}`, "waf is not whole"},
		"no such rule":            {line, `AWSManagedRulesCommonRuleSet`, `Mine`, "not one of the large_1_0 bundle"},
		"a rule without a name":   {line, `"name":"AWSManagedRulesCommonRuleSet"`, ``, "null at 'waf.wafRules.1.member.name'"},
		"a rule of no inspection": {
			line, `"name":"AWSManagedRulesCommonRuleSet"`,
			`"name":"AWSManagedRulesACFPRuleSet","acfpConfig":{"creationPath":"/","registrationPagePath":"/","payloadType":"JSON"}`,
			"null at 'waf.wafRules.1.member.acfpConfig.responseInspection'",
		},
		"an error of no code":    {line, `"errorCode":404`, `"errorCode":null`, "for no code"},
		"an unknown state":       {line, `"state":"Deployed"`, `"state":"Gone"`, `unknown state "Gone"`},
		"a reset before itself":  {line, `"resetDone":"2`, `"resetDone":"1`, "resetDone is not in the 30 days after reset"},
		"a link of another role": {link, `originBucket`, `originInstance`, "it is not from a Distribution to a Instance"},
		"a link to another one":  {link, `"to":"[^"]*"`, `"to":"00000000-0000-4000-8000-000000000071"`, "the distribution has another origin"},
		"a link with more":       {link, `"doc":\{\}`, `"doc":{"a":1}`, "there is nothing to say of an origin"},
	} {
		t.Run(title, func(t *testing.T) {
			wantLineRefused(t, to, good, tc.line, replaceRegexp(tc.line, tc.old, tc.with), tc.want)
		})
	}
}

// TestImport_distributionWithoutItsCertificate has a minimum TLS version, which only a certificate is the reason for.
func TestImport_distributionWithoutItsCertificate(t *testing.T) {
	good, _ := newSite(t, sqliteDSN(t)).fill().fillInstances().fillAccess().fillDistribution().export(export.Options{})
	_, err := newSite(t, newDSN(t)).try(replace(replace(good, linkLine(t, good, resource.ViewerCertificate), ""), `"links":4`, `"links":3`))
	if want := "it has no link of the role viewerCertificate, and cannot be without"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error: %v, want …%s", err, want)
	}
}

// lineOf is the line of the resource of a kind and a name.
func lineOf(t *testing.T, file string, kind resource.Kind, name string) string {
	t.Helper()
	for line := range strings.Lines(file) {
		if strings.Contains(line, `"name":"`+name+`","kind":"`+string(kind)+`"`) {
			return line
		}
	}
	t.Fatalf("no %s %s in the file", kind, name)
	return ""
}
