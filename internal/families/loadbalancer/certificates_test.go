package loadbalancer_test

import (
	"regexp"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// TestCreateLoadBalancerTlsCertificate_untilIssued compares a certificate with what is known of AWS's, before and after
// its records are in a zone.
func TestCreateLoadBalancerTlsCertificate_untilIssued(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.create("lb")
	l.WantOperations(l.request("cert", "example.com", "www.example.com"),
		"CreateLoadBalancerTlsCertificate LoadBalancerTlsCertificate cert lb Succeeded",
		"CreateLoadBalancerTlsCertificate LoadBalancer lb cert Succeeded")
	made := l.Now()
	got := l.certificates()
	want := types.LoadBalancerTlsCertificate{
		Name: new("cert"), Arn: got[0].Arn, SupportCode: got[0].SupportCode, CreatedAt: new(l.Now()), LoadBalancerName: new("lb"),
		Location:     &types.ResourceLocation{AvailabilityZone: new("all"), RegionName: "us-east-1"},
		ResourceType: types.ResourceTypeLoadBalancerTlsCertificate, IsAttached: new(false), Status: types.LoadBalancerTlsCertificateStatusPendingValidation,
		DomainName: new("example.com"), SubjectAlternativeNames: []string{"example.com", "www.example.com"},
		KeyAlgorithm: new("RSA-2048"), SignatureAlgorithm: new("SHA256WITHRSA"),
	}
	for n, domain := range want.SubjectAlternativeNames {
		record := got[0].DomainValidationRecords[n]
		if !regexp.MustCompile(`^_[0-9a-f]{32}\.`+regexp.QuoteMeta(domain)+`\.$`).MatchString(*record.Name) ||
			!regexp.MustCompile(`^_[0-9a-f]{32}\.[a-z]{10}\.acm-validations\.aws\.$`).MatchString(*record.Value) {
			t.Errorf("the record of %s is %s to %s", domain, *record.Name, *record.Value)
		}
		want.DomainValidationRecords = append(want.DomainValidationRecords, types.LoadBalancerTlsCertificateDomainValidationRecord{
			DomainName: &domain, Type: new("CNAME"), Name: record.Name, Value: record.Value,
			ValidationStatus: types.LoadBalancerTlsCertificateDomainStatusPendingValidation,
		})
	}
	if diff := cmp.Diff([]types.LoadBalancerTlsCertificate{want}, got, familytest.Plain); diff != "" {
		t.Errorf("a new certificate (-want +got):\n%s", diff)
	}
	if !regexp.MustCompile(`^[0-9]{12}/arn:aws:acm:us-east-1:[0-9]{12}:certificate/[0-9a-f-]{36}$`).MatchString(*got[0].SupportCode) {
		t.Errorf("support code %s", *got[0].SupportCode)
	}
	_, err := l.AttachLoadBalancerTlsCertificate(t.Context(), attachCertificate("cert"))
	familytest.WantInvalid(t, err, "InvalidParams", "Sorry, you can only attach a validated certificate to a load balancer.")
	l.validate("example.com")
	for n := range want.DomainValidationRecords {
		want.DomainValidationRecords[n].ValidationStatus = types.LoadBalancerTlsCertificateDomainStatusSuccess
	}
	got = l.certificates()
	want.Status, want.IssuedAt, want.Issuer, want.Subject = types.LoadBalancerTlsCertificateStatusIssued, new(made.Add(45*time.Second)), new("Amazon"), new("CN=example.com")
	want.NotBefore, want.NotAfter = new(time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)), new(time.Date(2027, 12, 22, 12, 0, 0, 0, time.UTC))
	want.Serial = got[0].Serial
	if diff := cmp.Diff([]types.LoadBalancerTlsCertificate{want}, got, familytest.Plain); diff != "" {
		t.Errorf("an issued certificate (-want +got):\n%s", diff)
	}
	if !regexp.MustCompile(`^[0-9a-f]{2}(:[0-9a-f]{2}){15}$`).MatchString(*want.Serial) {
		t.Errorf("serial %s", *want.Serial)
	}
}

// TestGetLoadBalancerTlsCertificates_saysWhatWasRenewed: nothing before 60 days before the end.
func TestGetLoadBalancerTlsCertificates_saysWhatWasRenewed(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.create("lb")
	l.request("cert", "example.com")
	l.validate("example.com")
	l.Pass(300 * 24 * time.Hour)
	if got := l.certificates()[0].RenewalSummary; got != nil {
		t.Errorf("renewalSummary after 300 days is %+v, want none", got)
	}
	l.Pass(40 * 24 * time.Hour)
	want := &types.LoadBalancerTlsCertificateRenewalSummary{
		RenewalStatus: types.LoadBalancerTlsCertificateRenewalStatusSuccess,
		DomainValidationOptions: []types.LoadBalancerTlsCertificateDomainValidationOption{{
			DomainName: new("example.com"), ValidationStatus: types.LoadBalancerTlsCertificateDomainStatusSuccess,
		}},
	}
	if diff := cmp.Diff(want, l.certificates()[0].RenewalSummary, familytest.Plain); diff != "" {
		t.Errorf("renewalSummary after 340 days (-want +got):\n%s", diff)
	}
}

// TestCreateLoadBalancerTlsCertificate_writesRecordsIntoZones wants the certificate to be issued without further calls, to stay so
// when the zone is gone, and to be renewed.
func TestCreateLoadBalancerTlsCertificate_writesRecordsIntoZones(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.create("lb")
	familytest.Do(t, l.CreateDomain, &lightsail.CreateDomainInput{DomainName: new("example.com")})
	l.request("cert", "example.com", "www.example.com")
	for _, r := range l.certificates()[0].DomainValidationRecords {
		if r.DnsRecordCreationState == nil || r.DnsRecordCreationState.Code != types.LoadBalancerTlsCertificateDnsRecordCreationStateCodeSucceeded {
			t.Errorf("dnsRecordCreationState of %s: %+v, want SUCCEEDED", *r.DomainName, r.DnsRecordCreationState)
		}
	}
	l.Pass(45*time.Second - time.Millisecond)
	if got := l.certificates()[0].Status; got != types.LoadBalancerTlsCertificateStatusPendingValidation {
		t.Errorf("before 45 seconds: %s", got)
	}
	l.Pass(time.Millisecond)
	familytest.Do(t, l.DeleteDomain, &lightsail.DeleteDomainInput{DomainName: new("example.com")})
	issued := l.certificates()[0]
	if issued.Status != types.LoadBalancerTlsCertificateStatusIssued {
		t.Errorf("after 45 seconds: %s", issued.Status)
	}
	l.Pass(340 * 24 * time.Hour)
	if renewed := l.certificates()[0]; !renewed.NotAfter.After(*issued.NotAfter) || *renewed.Serial == *issued.Serial {
		t.Errorf("after 340 days it is valid until %s with serial %s, want a renewed one", renewed.NotAfter, *renewed.Serial)
	}
}

// TestCreateLoadBalancerTlsCertificate_timesOut after the 72 hours of AWS.
func TestCreateLoadBalancerTlsCertificate_timesOut(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.create("lb")
	l.request("cert", "example.com")
	l.Pass(72*time.Hour - time.Millisecond)
	if got := l.certificates()[0].Status; got != types.LoadBalancerTlsCertificateStatusPendingValidation {
		t.Errorf("before 72 hours: %s", got)
	}
	l.Pass(time.Millisecond)
	if got := l.certificates()[0]; got.Status != types.LoadBalancerTlsCertificateStatusValidationTimedOut ||
		got.DomainValidationRecords[0].ValidationStatus != types.LoadBalancerTlsCertificateDomainStatusFailed {
		t.Errorf("after 72 hours: %s, its domain %s", got.Status, got.DomainValidationRecords[0].ValidationStatus)
	}
	l.validate("example.com")
	if got := l.certificates()[0].Status; got != types.LoadBalancerTlsCertificateStatusValidationTimedOut {
		t.Errorf("with records that are too late: %s", got)
	}
}

// TestCreateLoadBalancerTlsCertificate_ofAnInvalidDomainFails as AWS does it for a top-level domain that is not public.
func TestCreateLoadBalancerTlsCertificate_ofAnInvalidDomainFails(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.create("lb")
	l.request("cert", "site.test")
	l.Pass(5 * time.Second)
	got := l.certificates()[0]
	if got.Status != types.LoadBalancerTlsCertificateStatusFailed || got.FailureReason != types.LoadBalancerTlsCertificateFailureReasonInvalidPublicDomain {
		t.Errorf("the certificate is %s for %s", got.Status, got.FailureReason)
	}
	if r := got.DomainValidationRecords; len(r) != 1 || r[0].ValidationStatus != types.LoadBalancerTlsCertificateDomainStatusFailed {
		t.Errorf("validation records: %+v, want one that has failed", r)
	}
}

// TestAttachLoadBalancerTlsCertificate_swaps attaches one certificate after the other, and deletes both.
func TestAttachLoadBalancerTlsCertificate_swaps(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.create("lb")
	l.request("one", "example.com")
	l.request("two", "www.example.com")
	_, err := l.CreateLoadBalancerTlsCertificate(t.Context(), &lightsail.CreateLoadBalancerTlsCertificateInput{
		LoadBalancerName: new("lb"), CertificateName: new("three"), CertificateDomainName: new("example.com"),
	})
	familytest.WantInvalid(t, err, "LimitExceeded", "The load balancer lb has the maximum number of 2 certificates.")
	l.validate("example.com")
	for _, name := range []string{"one", "two", "two"} {
		ops := familytest.Do(t, l.AttachLoadBalancerTlsCertificate, attachCertificate(name)).Operations
		l.WantOperations(ops, "AttachLoadBalancerTlsCertificate LoadBalancer lb "+name+" Succeeded",
			"AttachLoadBalancerTlsCertificate LoadBalancerTlsCertificate "+name+" lb Succeeded")
		l.wantAttached(name)
	}
	familytest.NoError(t, l.set("HttpsRedirectionEnabled", "true"))
	familytest.Do(t, l.DeleteDomain, &lightsail.DeleteDomainInput{DomainName: new("example.com")})
	if all := l.certificates(); all[0].Status != "ISSUED" || all[1].Status != "ISSUED" {
		t.Errorf("without the zone the certificates are %s and %s, want both ISSUED", all[0].Status, all[1].Status)
	}
	l.createInstances("web")
	l.attach("lb", "web")
	remove := &lightsail.DeleteLoadBalancerTlsCertificateInput{LoadBalancerName: new("lb"), CertificateName: new("two")}
	_, err = l.DeleteLoadBalancerTlsCertificate(t.Context(), remove)
	familytest.WantInvalid(t, err, "InvalidParams",
		"The certificate two is in use by the instances that are attached to the load balancer lb. To delete it anyway, use force.")
	remove.Force = new(true)
	ops := familytest.Do(t, l.DeleteLoadBalancerTlsCertificate, remove).Operations
	l.WantOperations(ops, "DeleteLoadBalancerTlsCertificate LoadBalancerTlsCertificate two - Started", "DeleteLoadBalancerTlsCertificate LoadBalancer lb - Started")
	l.wantAttached("")
	l.WantSucceeds(ops[0], 5*time.Second)
	if *l.get("lb").HttpsRedirectionEnabled {
		t.Error("HTTP is redirected to HTTPS, which is not there")
	}
	familytest.Do(t, l.DeleteLoadBalancerTlsCertificate, &lightsail.DeleteLoadBalancerTlsCertificateInput{LoadBalancerName: new("lb"), CertificateName: new("one")})
	if all := l.certificates(); all == nil || len(all) != 0 {
		t.Errorf("certificates after both were deleted: %v, want an empty list", all)
	}
}

// wantAttached wants the load balancer lb to serve HTTPS with a certificate, or none for "".
func (l *lab) wantAttached(name string) {
	l.T.Helper()
	b, got := l.get("lb"), ""
	for _, c := range l.certificates() {
		if *c.IsAttached {
			got += *c.Name
		}
	}
	for _, s := range b.TlsCertificateSummaries {
		if *s.IsAttached != (*s.Name == name) {
			l.T.Errorf("summary of %s: attached %t", *s.Name, *s.IsAttached)
		}
	}
	protocol, ports := types.LoadBalancerProtocolHttp, []int32{80}
	if name != "" {
		protocol, ports = types.LoadBalancerProtocolHttpHttps, []int32{80, 443}
	}
	if got != name || b.Protocol != protocol || !cmp.Equal(b.PublicPorts, ports) {
		l.T.Errorf("attached %q, protocol %s, ports %v, want %q, %s, %v", got, b.Protocol, b.PublicPorts, name, protocol, ports)
	}
}

// TestLoadBalancerTlsCertificates_belongToOneBalancer wants those of another one not to be found, and no tags.
func TestLoadBalancerTlsCertificates_belongToOneBalancer(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.create("lb")
	l.create("other")
	familytest.Do(t, l.CreateLoadBalancerTlsCertificate, &lightsail.CreateLoadBalancerTlsCertificateInput{
		LoadBalancerName: new("other"), CertificateName: new("cert"), CertificateDomainName: new("example.com"), Tags: []types.Tag{familytest.Tag("a", "b")},
	})
	_, err := l.AttachLoadBalancerTlsCertificate(t.Context(), attachCertificate("cert"))
	familytest.WantNotFound(t, err, "The LoadBalancerTlsCertificate does not exist: cert")
	_, err = l.DeleteLoadBalancerTlsCertificate(t.Context(), &lightsail.DeleteLoadBalancerTlsCertificateInput{
		LoadBalancerName: new("lb"), CertificateName: new("cert"), Force: new(true),
	})
	familytest.WantNotFound(t, err, "The LoadBalancerTlsCertificate does not exist: cert")
	_, err = l.AttachLoadBalancerTlsCertificate(t.Context(), attachCertificate("none"))
	familytest.WantNotFound(t, err, "The LoadBalancerTlsCertificate does not exist: none")
	_, err = l.TagResource(t.Context(), &lightsail.TagResourceInput{ResourceName: new("cert"), Tags: []types.Tag{familytest.Tag("a", "b")}})
	familytest.WantInvalid(t, err, "InvalidParams", "The resource type, LoadBalancerTlsCertificate, is not taggable.")
	if all := l.certificates(); all == nil || len(all) != 0 {
		t.Errorf("certificates of a load balancer without any: %v, want an empty list", all)
	}
}
