package certificate_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

func newLab(t *testing.T) *familytest.Lab {
	t.Helper()
	return familytest.NewLab(t, lanyardtest.Options{})
}

// create makes a certificate of one or more names.
func create(l *familytest.Lab, name string, domains ...string) *types.Certificate {
	l.T.Helper()
	out := familytest.Do(l.T, l.CreateCertificate, &lightsail.CreateCertificateInput{
		CertificateName: &name, DomainName: &domains[0], SubjectAlternativeNames: domains[1:],
	})
	return out.Certificate.CertificateDetail
}

// get reads one certificate with its details, which it need not ask for.
func get(l *familytest.Lab, name string) *types.Certificate {
	l.T.Helper()
	out := familytest.Do(l.T, l.GetCertificates, &lightsail.GetCertificatesInput{CertificateName: &name})
	if len(out.Certificates) != 1 || out.Certificates[0].CertificateDetail == nil {
		l.T.Fatalf("GetCertificates of %s: got %v, want one with its details", name, out.Certificates)
	}
	return out.Certificates[0].CertificateDetail
}

// brief is the status of a certificate with those of its names.
func brief(c *types.Certificate) string {
	text := string(c.Status)
	for _, v := range c.DomainValidationRecords {
		text += fmt.Sprintf(", %s %s", *v.DomainName, v.ValidationStatus)
		if v.DnsRecordCreationState != nil {
			text += " " + string(v.DnsRecordCreationState.Code)
		}
	}
	return text
}

func wantBrief(l *familytest.Lab, name, want string) {
	l.T.Helper()
	if got := brief(get(l, name)); got != want {
		l.T.Errorf("certificate %s: got %s, want %s", name, got, want)
	}
}

func names(list []types.CertificateSummary) (all []string) {
	for _, c := range list {
		all = append(all, *c.CertificateName)
	}
	return all
}

func TestCreateCertificate_makesWhatGetCertificatesShows(t *testing.T) {
	l := newLab(t)
	out := familytest.Do(t, l.CreateCertificate, &lightsail.CreateCertificateInput{
		CertificateName: new("example.com"), DomainName: new("Example.com."), SubjectAlternativeNames: []string{"www.example.com", "EXAMPLE.com", "www.example.com"},
		Tags: []types.Tag{familytest.Tag("team", "web"), {Key: new("only-a-key")}},
	})
	l.WantOperations(out.Operations, "CreateCertificate Certificate example.com - Succeeded")
	if az := *out.Operations[0].Location.AvailabilityZone; az != "all" {
		t.Errorf("the operation is in the zone %s, want all", az)
	}
	d := out.Certificate.CertificateDetail
	for what, pattern := range map[string]string{
		*d.Arn:         `^arn:aws:lightsail:us-east-1:` + l.Server.AccountID + `:Certificate/[0-9a-f-]{36}$`,
		*d.SupportCode: `^([0-9]{12})/arn:aws:acm:us-east-1:[0-9]{12}:certificate/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`,
		*d.DomainValidationRecords[0].ResourceRecord.Name:  `^_[0-9a-f]{32}\.example\.com\.$`,
		*d.DomainValidationRecords[0].ResourceRecord.Value: `^_[0-9a-f]{32}\.[a-z]{10}\.acm-validations\.aws\.$`,
	} {
		if !regexp.MustCompile(pattern).MatchString(what) {
			t.Errorf("got %s, want %s", what, pattern)
		}
	}
	want := &types.CertificateSummary{
		CertificateArn: d.Arn, CertificateName: new("example.com"), DomainName: new("example.com"),
		Tags: []types.Tag{familytest.Tag("team", "web"), {Key: new("only-a-key")}},
		CertificateDetail: &types.Certificate{
			Arn: d.Arn, Name: new("example.com"), DomainName: new("example.com"), SubjectAlternativeNames: []string{"example.com", "www.example.com"},
			CreatedAt: new(familytest.Start), KeyAlgorithm: new("RSA-2048"), EligibleToRenew: new("INELIGIBLE"), Status: types.CertificateStatusPendingValidation,
			SupportCode: d.SupportCode, Tags: out.Certificate.Tags,
			DomainValidationRecords: []types.DomainValidationRecord{
				{DomainName: new("example.com"), ResourceRecord: record(d, 0), ValidationStatus: "PENDING_VALIDATION"},
				{DomainName: new("www.example.com"), ResourceRecord: record(d, 1), ValidationStatus: "PENDING_VALIDATION"},
			},
		},
	}
	if diff := cmp.Diff(want, out.Certificate, familytest.Plain); diff != "" {
		t.Errorf("CreateCertificate (-want +got):\n%s", diff)
	}
	l.Server.Restart(t)
	l.Client = l.Server.Client(familytest.Region)
	for what, in := range map[string]*lightsail.GetCertificatesInput{
		"by name": {CertificateName: new("example.com")}, "in the list": {IncludeCertificateDetails: true},
	} {
		got := familytest.Do(t, l.GetCertificates, in)
		if diff := cmp.Diff([]types.CertificateSummary{*out.Certificate}, got.Certificates, familytest.Plain); diff != "" {
			t.Errorf("GetCertificates %s after a restart (-created +got):\n%s", what, diff)
		}
	}
}

// record is the validation record of a name, by its place.
func record(c *types.Certificate, place int) *types.ResourceRecord {
	r := c.DomainValidationRecords[place].ResourceRecord
	return &types.ResourceRecord{Name: r.Name, Type: new("CNAME"), Value: r.Value}
}

func TestCreateCertificate_refusals(t *testing.T) {
	l := newLab(t)
	many := []string{}
	for n := range 10 {
		many = append(many, fmt.Sprintf("%d.example.com", n))
	}
	for _, tc := range []struct {
		domain  string
		more    []string
		message string
	}{
		{"*.example.com", nil, "Wildcard domain names are not supported: *.example.com"},
		{"example.com", []string{"*.example.com"}, "Wildcard domain names are not supported: *.example.com"},
		{"example", nil, "The domain name is invalid: example"},
		{"", nil, "The domain name is invalid: "},
		{".", nil, "The domain name is invalid: ."},
		{"exa_mple.com", nil, "The domain name is invalid: exa_mple.com"},
		{"a..com", nil, "The domain name is invalid: a..com"},
		{"example.com", []string{"-a.example.com"}, "The domain name is invalid: -a.example.com"},
		{strings.Repeat("a", 62) + ".com", nil, "The domain name is longer than 64 characters: " + strings.Repeat("a", 62) + ".com"},
		{strings.Repeat("a.", 130) + "com", nil, "The domain name is invalid: " + strings.Repeat("a.", 130) + "com"},
		{"example.com", many, "A certificate can have at most 9 alternative domain names, not 10"},
	} {
		_, err := l.CreateCertificate(t.Context(), &lightsail.CreateCertificateInput{
			CertificateName: new("c-1"), DomainName: &tc.domain, SubjectAlternativeNames: tc.more,
		})
		familytest.WantInvalid(t, err, "InvalidParams", tc.message)
	}
	for name, shown := range map[string]string{"a": "a", "*": "*", "a b": "a b", " ": `certificateName " "`, strings.Repeat("a", 256): strings.Repeat("a", 256)} {
		_, err := l.CreateCertificate(t.Context(), &lightsail.CreateCertificateInput{CertificateName: &name, DomainName: new("example.com")})
		familytest.WantInvalid(t, err, "InvalidResourceName", shown+
			" is not a valid resource name. Resource names must be at least 2 characters long and contain only alphanumerics, -, _, and .")
	}
	create(l, "c-1", append([]string{"example.com", "example.com"}, many[:9]...)...)
	for _, taken := range []string{"c-1", "deploy"} {
		_, err := l.CreateCertificate(t.Context(), &lightsail.CreateCertificateInput{CertificateName: &taken, DomainName: new("example.com")})
		familytest.WantInvalid(t, err, "NameExists", "Some names are already in use: "+taken)
	}
}

// TestCreateCertificate_quotas: ten at a time, twenty in a year, deleted or not.
func TestCreateCertificate_quotas(t *testing.T) {
	l := newLab(t)
	const refusal = "Sorry, you've requested too many certificates for your account."
	one := func(name string) error {
		_, err := l.CreateCertificate(t.Context(), &lightsail.CreateCertificateInput{CertificateName: &name, DomainName: new("example.com")})
		return err
	}
	for range 2 {
		for n := range 10 {
			familytest.NoError(t, one(fmt.Sprint("c-", n)))
		}
		familytest.WantInvalid(t, one("more"), "LimitExceeded", refusal)
		for n := range 10 {
			familytest.Do(t, l.DeleteCertificate, &lightsail.DeleteCertificateInput{CertificateName: new(fmt.Sprint("c-", n))})
		}
	}
	familytest.WantInvalid(t, one("more"), "LimitExceeded", refusal)
	l.Pass(366 * 24 * time.Hour)
	familytest.NoError(t, one("more"))
}

func TestCreateCertificate_failsForNamesThatAreNotPublic(t *testing.T) {
	l := newLab(t)
	create(l, "local", "shop.test")
	create(l, "amazon", "d1.cloudfront.net")
	create(l, "mixed", "example.com", "shop.test")
	wantBrief(l, "local", "PENDING_VALIDATION, shop.test PENDING_VALIDATION")
	l.Pass(5 * time.Second)
	for name, want := range map[string][2]string{
		"local":  {"FAILED, shop.test FAILED", "INVALID_PUBLIC_DOMAIN"},
		"amazon": {"FAILED, d1.cloudfront.net FAILED", "ADDITIONAL_VERIFICATION_REQUIRED"},
		"mixed":  {"FAILED, example.com PENDING_VALIDATION, shop.test FAILED", "INVALID_PUBLIC_DOMAIN"},
	} {
		wantBrief(l, name, want[0])
		if got := get(l, name); *got.RequestFailureReason != want[1] || got.DomainValidationRecords[len(got.DomainValidationRecords)-1].ResourceRecord != nil {
			t.Errorf("certificate %s: reason %s, records %v, want %s and no record of the name that failed", name, *got.RequestFailureReason, got.DomainValidationRecords, want[1])
		}
	}
}

func TestCreateCertificate_timesOut(t *testing.T) {
	l := newLab(t)
	create(l, "c-1", "example.com")
	l.Pass(72*time.Hour - time.Millisecond)
	wantBrief(l, "c-1", "PENDING_VALIDATION, example.com PENDING_VALIDATION")
	l.Pass(time.Millisecond)
	wantBrief(l, "c-1", "VALIDATION_TIMED_OUT, example.com FAILED")
}

func TestGetCertificates_selects(t *testing.T) {
	l := newLab(t)
	create(l, "c-2", "example.com")
	create(l, "c-1", "shop.test")
	create(l, "c-3", "example.org")
	l.Pass(time.Minute)
	for want, in := range map[string]*lightsail.GetCertificatesInput{
		"[c-1 c-2 c-3]": {},
		"[c-2 c-3]":     {CertificateStatuses: []types.CertificateStatus{"PENDING_VALIDATION", "ISSUED"}},
		"[c-1]":         {CertificateStatuses: []types.CertificateStatus{"FAILED"}},
		"[c-2]":         {CertificateName: new("c-2"), CertificateStatuses: []types.CertificateStatus{"PENDING_VALIDATION"}},
		"[]":            {CertificateName: new("c-2"), CertificateStatuses: []types.CertificateStatus{"ISSUED"}},
	} {
		out := familytest.Do(t, l.GetCertificates, in)
		if got := fmt.Sprint(names(out.Certificates)); got != want || out.Certificates == nil {
			t.Errorf("GetCertificates %+v: got %s, want %s", in, got, want)
		}
	}
	for _, name := range []string{"other", "deploy"} {
		if out := familytest.Do(t, l.GetCertificates, &lightsail.GetCertificatesInput{CertificateName: &name}); out.Certificates == nil || len(out.Certificates) > 0 {
			t.Errorf("GetCertificates of %s: got %v, want an empty list", name, out.Certificates)
		}
	}
	if one := familytest.Do(t, l.GetCertificates, &lightsail.GetCertificatesInput{}).Certificates[0]; one.CertificateDetail != nil || one.DomainName == nil {
		t.Errorf("a certificate in a list without the flag: got %+v, want no details", one)
	}
	_, err := l.GetCertificates(t.Context(), &lightsail.GetCertificatesInput{PageToken: new("x")})
	familytest.WantInvalid(t, err, "InvalidParams", "The page token is not valid.")
}

func TestDeleteCertificate(t *testing.T) {
	l := newLab(t)
	create(l, "c-1", "example.com")
	out := familytest.Do(t, l.DeleteCertificate, &lightsail.DeleteCertificateInput{CertificateName: new("c-1")})
	l.WantOperations(out.Operations, "DeleteCertificate Certificate c-1 - Succeeded")
	_, err := l.DeleteCertificate(t.Context(), &lightsail.DeleteCertificateInput{CertificateName: new("c-1")})
	familytest.WantNotFound(t, err, "The Certificate does not exist: c-1")
	if out := familytest.Do(t, l.GetCertificates, &lightsail.GetCertificatesInput{CertificateName: new("c-1")}); len(out.Certificates) > 0 {
		t.Errorf("GetCertificates after the deletion: got %v, want none", out.Certificates)
	}
	create(l, "c-1", "example.com")
}
