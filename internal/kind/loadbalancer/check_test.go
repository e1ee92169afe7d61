package loadbalancer_test

import (
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/kind/certificate"
	"github.com/lanyard-cloud/lanyard/internal/kind/loadbalancer"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

var begin = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func row(kind resource.Kind, name string) *resource.Resource {
	return &resource.Resource{
		ID: "0f0e0d0c-0000-4000-8000-" + strings.Repeat("0", 12), Account: "111122223333", Region: "us-east-1", Name: name, Kind: kind, Zone: "all", CreatedAt: begin,
	}
}

// packed is the row of a record, as the actions store it.
func packed(t *testing.T, record resource.Opened) *resource.Resource {
	t.Helper()
	record.Fill(record.SupportSuffix())
	if err := record.Pack(); err != nil {
		t.Fatal(err)
	}
	return record.Row()
}

func plan(l resource.Lifecycle, event string) resource.Plan {
	return l.Plan(event, begin, begin.Add)
}

// wantRefused changes the documents of a row, and wants the check to refuse each change.
func wantRefused(t *testing.T, r *resource.Resource, changes map[string][2]string) {
	t.Helper()
	check := loadbalancer.Stored()[r.Kind].Check
	if _, err := check(r); err != nil {
		t.Fatalf("%s as it is stored: %v", r.Kind, err)
	}
	for want, change := range changes {
		other := *r
		other.Doc = []byte(strings.Replace(string(r.Doc), change[0], change[1], 1))
		other.Priv = []byte(strings.Replace(string(r.Priv), change[0], change[1], 1))
		if _, err := check(&other); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q in place of %q: error %v, want %q", change[1], change[0], err, want)
		}
	}
}

func TestStored_loadBalancers(t *testing.T) {
	b := loadbalancer.New(row(resource.LoadBalancer, "lb"), 80, "", plan(loadbalancer.Lifecycle, loadbalancer.Create))
	wantRefused(t, packed(t, b), map[string][2]string{
		"instancePort is not a port":        {`"instancePort":80`, `"instancePort":-1`},
		"healthCheckPath is not valid":      {`"healthCheckPath":"/"`, `"healthCheckPath":"up"`},
		"httpsRedirectionEnabled is missin": {`"httpsRedirectionEnabled":false,`, ``},
		"unknown ipAddressType":             {`"dualstack"`, `"ipv5"`},
		"unknown tlsPolicyName":             {`TLS-2016-08`, `TLS-2017-08`},
		"configurationOptions are not":      {`"SessionStickinessEnabled":"false",`, ``},
		"the value of SessionStickinessEn":  {`"SessionStickinessEnabled":"false"`, `"SessionStickinessEnabled":"no"`},
		"is not what Lanyard writes":        {`{"arn"`, `{"dnsName":"x","arn"`},
		"unknown state":                     {`"provisioning"`, `"failed"`},
	})
}

func TestStored_certificates(t *testing.T) {
	c := loadbalancer.NewCertificate(row(resource.LoadBalancerTLSCertificate, "cert"), []string{"example.com", "www.example.com"})
	c.Priv.Enter(plan(certificate.Lifecycle, certificate.Request))
	wantRefused(t, packed(t, c), map[string][2]string{
		"not one validation for each name":  {`["example.com","www.example.com"]`, `[]`},
		"are not the names of a":            {`"www.example.com"`, `"*.example.com"`},
		"domainName is not the first":       {`"domainName":"example.com"`, `"domainName":"www.example.com"`},
		"unknown keyAlgorithm":              {`RSA-2048`, `RSA-1024`},
		"unknown state":                     {`"VALIDATION_TIMED_OUT"`, `"EXPIRED"`},
		"as the validations of the names":   {`"VALIDATION_TIMED_OUT"`, `"ISSUED"`},
		"plan does not end as the names of": {`"VALIDATION_TIMED_OUT"`, `"FAILED"`},
		"is not what Lanyard writes":        {`{"arn"`, `{"serial":"00","arn"`},
	})
}

func TestStored_attachments(t *testing.T) {
	check := loadbalancer.Stored()[resource.LoadBalancer].CheckLinks
	good := string(loadbalancer.NewAttachment(begin, time.Minute).Doc())
	for doc, want := range map[string]string{
		good:                                   "",
		`{}`:                                   "the attachment has no time",
		`{"x":1}`:                              "unknown field",
		strings.Replace(good, "60000", "9", 1): "checkMillis",
		good[:len(good)-1] + `,"detached":"2026-11-22T09:00:00Z"}`:                                "not in order",
		good[:len(good)-1] + `,"detached":"2026-11-22T09:00:00Z","until":"2027-11-22T09:00:00Z"}`: "more than 30 days",
	} {
		err := check(resource.BalancedInstance, nil, nil, []byte(doc))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", doc, err, want)
		}
	}
}
