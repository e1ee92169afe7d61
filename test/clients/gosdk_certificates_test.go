//go:build clients

package clients

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

// testDomainCertificates goes through the life of a certificate: its records are entered by hand.
func testDomainCertificates(t *testing.T, c *lightsail.Client) {
	u, name, zone := newUser(t, c), new("shop"), new("shop.example.org")
	created := do(u, u.CreateCertificate, &lightsail.CreateCertificateInput{CertificateName: name, DomainName: zone, Tags: []types.Tag{tag("team", "web")}})
	u.wantRecord(created.Operations[0], record{action: "CreateCertificate", kind: types.ResourceTypeCertificate, name: *name}, true)
	refused(u, u.CreateCertificate, &lightsail.CreateCertificateInput{CertificateName: name, DomainName: zone}, invalid("NameExists", "Some names are already in use: shop"))
	refused(u, u.CreateCertificate, &lightsail.CreateCertificateInput{CertificateName: new("wild"), DomainName: new("*.example.org")},
		invalid("InvalidParams", "Wildcard domain names are not supported: *.example.org"))
	waiting := u.certificate(*name)
	if waiting.Status != types.CertificateStatusPendingValidation || len(waiting.DomainValidationRecords) != 1 {
		t.Fatalf("a new certificate is %s with %d validation records", waiting.Status, len(waiting.DomainValidationRecords))
	}
	validation := waiting.DomainValidationRecords[0].ResourceRecord
	do(u, u.CreateDomain, &lightsail.CreateDomainInput{DomainName: zone})
	do(u, u.CreateDomainEntry, &lightsail.CreateDomainEntryInput{
		DomainName: zone, DomainEntry: &types.DomainEntry{Name: validation.Name, Type: validation.Type, Target: validation.Value},
	})
	issued := poll(u, func() *types.Certificate { return u.certificate(*name) }, func(c *types.Certificate) bool { return c.Status == types.CertificateStatusIssued })
	if issued.IssuedAt == nil || issued.SerialNumber == nil || !issued.NotAfter.After(*issued.NotBefore) {
		t.Errorf("the issued certificate has issuedAt %v, the serial number %v, and is valid from %v to %v", issued.IssuedAt, issued.SerialNumber, issued.NotBefore, issued.NotAfter)
	}
	if list := do(u, u.GetCertificates, &lightsail.GetCertificatesInput{CertificateStatuses: []types.CertificateStatus{"ISSUED"}}).Certificates; len(list) != 1 ||
		list[0].CertificateDetail != nil {
		t.Errorf("GetCertificates returned %v, want %s alone, without details", list, *name)
	}
	deleted := do(u, u.DeleteCertificate, &lightsail.DeleteCertificateInput{CertificateName: name})
	u.wantRecord(deleted.Operations[0], record{action: "DeleteCertificate", kind: types.ResourceTypeCertificate, name: *name}, true)
	refused(u, u.DeleteCertificate, &lightsail.DeleteCertificateInput{CertificateName: name}, missing("The Certificate does not exist: shop"))
	do(u, u.DeleteDomain, &lightsail.DeleteDomainInput{DomainName: zone})
}

// certificate reads a certificate with its details, which are there for a name.
func (u *user) certificate(name string) *types.Certificate {
	u.t.Helper()
	list := do(u, u.GetCertificates, &lightsail.GetCertificatesInput{CertificateName: &name}).Certificates
	if len(list) != 1 || list[0].CertificateDetail == nil {
		u.t.Fatalf("GetCertificates returned %v, want %s alone with its details", list, name)
	}
	return list[0].CertificateDetail
}
