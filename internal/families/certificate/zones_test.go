package certificate_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
)

func createZone(l *familytest.Lab, name string) {
	l.T.Helper()
	familytest.Do(l.T, l.Server.Client("us-east-1").CreateDomain, &lightsail.CreateDomainInput{DomainName: &name})
}

// entry is the entry of a zone for a validation record.
func entry(r *types.ResourceRecord) *types.DomainEntry {
	return &types.DomainEntry{Name: r.Name, Type: r.Type, Target: r.Value}
}

// records are the names of a zone's CNAME entries that are validation records.
func records(l *familytest.Lab, zone string) (all []string) {
	l.T.Helper()
	out := familytest.Do(l.T, l.Server.Client("us-east-1").GetDomain, &lightsail.GetDomainInput{DomainName: &zone})
	for _, e := range out.Domain.DomainEntries {
		if *e.Type == "CNAME" && strings.HasSuffix(*e.Target, ".acm-validations.aws") {
			_, name, _ := strings.Cut(*e.Name, ".")
			all = append(all, name)
		}
	}
	return all
}

// TestCreateCertificate_writesRecordsIntoZones also for a certificate of another region than that of
// the zones.
func TestCreateCertificate_writesRecordsIntoZones(t *testing.T) {
	l := newLab(t)
	createZone(l, "example.com")
	createZone(l, "shop.example.com")
	l.Client = l.Server.Client("eu-central-1")
	create(l, "c-1", "example.com", "www.example.com", "a.shop.example.com")
	const zoned = ", example.com %[1]s SUCCEEDED, www.example.com %[1]s SUCCEEDED, a.shop.example.com %[1]s SUCCEEDED"
	with := func(status string) string { return strings.ReplaceAll(zoned, "%[1]s", status) }
	l.Pass(45*time.Second - time.Millisecond)
	wantBrief(l, "c-1", "PENDING_VALIDATION"+with("PENDING_VALIDATION"))
	l.Pass(time.Millisecond)
	wantBrief(l, "c-1", "ISSUED"+with("SUCCESS"))
	if got := strings.Join(append(records(l, "example.com"), records(l, "shop.example.com")...), " "); got != "example.com www.example.com a.shop.example.com" {
		t.Errorf("the zones have validation records of %s", got)
	}
	familytest.Do(t, l.Server.Client("us-east-1").DeleteDomain, &lightsail.DeleteDomainInput{DomainName: new("shop.example.com")})
	wantBrief(l, "c-1", "ISSUED"+with("SUCCESS"))
	familytest.Do(t, l.DeleteCertificate, &lightsail.DeleteCertificateInput{CertificateName: new("c-1")})
	if got := records(l, "example.com"); len(got) != 2 {
		t.Errorf("after the deletion of the certificate the zone has validation records of %q, want both", got)
	}
	create(l, "c-2", "www.example.com") // the record that is there serves it
	l.Pass(45 * time.Second)
	wantBrief(l, "c-2", "ISSUED, www.example.com SUCCESS SUCCEEDED")
}

func TestCertificate_issuedShowsItsValidity(t *testing.T) {
	l := newLab(t)
	createZone(l, "example.com")
	create(l, "c-1", "example.com")
	l.Pass(45 * time.Second)
	issued := get(l, "c-1")
	day := familytest.Start.Truncate(24 * time.Hour)
	if *issued.IssuerCA != "Amazon" || !issued.IssuedAt.Equal(familytest.Start.Add(45*time.Second)) || !issued.NotBefore.Equal(day) ||
		!issued.NotAfter.Equal(day.AddDate(0, 13, 0).Add(12*time.Hour)) || len(*issued.SerialNumber) != 16*3-1 {
		t.Errorf("the issued certificate is %+v", issued)
	}
	l.Pass(300 * 24 * time.Hour)
	if got := get(l, "c-1"); got.RenewalSummary != nil || *got.SerialNumber != *issued.SerialNumber || *got.EligibleToRenew != "INELIGIBLE" {
		t.Errorf("the certificate after 300 days is %+v, want the same, with no renewalSummary", got)
	}
	l.Pass(40 * 24 * time.Hour)
	renewed := get(l, "c-1")
	want := &types.RenewalSummary{
		RenewalStatus: types.RenewalStatusSuccess, DomainValidationRecords: issued.DomainValidationRecords, UpdatedAt: new(issued.NotAfter.Add(-60 * 24 * time.Hour)),
	}
	if diff := cmp.Diff(want, renewed.RenewalSummary, familytest.Plain); diff != "" {
		t.Errorf("renewalSummary after 340 days (-want +got):\n%s", diff)
	}
	if renewed.Status != types.CertificateStatusIssued || !renewed.NotAfter.After(*issued.NotAfter) || *renewed.SerialNumber == *issued.SerialNumber {
		t.Errorf("the certificate after 340 days is %+v, want a renewed one", renewed)
	}
}

// TestCreateCertificate_zoneRefuses: another entry has the name of the record.
func TestCreateCertificate_zoneRefuses(t *testing.T) {
	l := newLab(t)
	name := *create(l, "c-1", "example.com").DomainValidationRecords[0].ResourceRecord.Name
	createZone(l, "example.com")
	familytest.Do(t, l.CreateDomainEntry, &lightsail.CreateDomainEntryInput{
		DomainName: new("example.com"), DomainEntry: &types.DomainEntry{Name: &name, Type: new("TXT"), Target: new(`"x"`)},
	})
	create(l, "c-2", "example.com")
	wantBrief(l, "c-2", "PENDING_VALIDATION, example.com PENDING_VALIDATION FAILED")
	state := get(l, "c-2").DomainValidationRecords[0].DnsRecordCreationState
	if state.Message == nil || !strings.Contains(*state.Message, "A CNAME entry cannot have the same name as another entry") {
		t.Errorf("dnsRecordCreationState is %+v, want the zone's refusal", state)
	}
}

// TestCreateDomainEntry_validatesCertificates: records that are entered by hand, one after the other.
func TestCreateDomainEntry_validatesCertificates(t *testing.T) {
	l := newLab(t)
	zones := l.Client
	l.Client = l.Server.Client("eu-west-1")
	c := create(l, "c-1", "example.com", "example.org")
	createZone(l, "example.com")
	createZone(l, "example.org")
	familytest.Do(t, zones.CreateDomainEntry, &lightsail.CreateDomainEntryInput{DomainName: new("example.com"), DomainEntry: entry(record(c, 0))})
	l.Pass(time.Minute)
	wantBrief(l, "c-1", "PENDING_VALIDATION, example.com SUCCESS, example.org PENDING_VALIDATION")
	wrong := entry(record(c, 1))
	wrong.Target = new("_x.acm-validations.aws")
	familytest.Do(t, zones.CreateDomainEntry, &lightsail.CreateDomainEntryInput{DomainName: new("example.org"), DomainEntry: wrong})
	l.Pass(time.Minute)
	wantBrief(l, "c-1", "PENDING_VALIDATION, example.com SUCCESS, example.org PENDING_VALIDATION")
	familytest.Do(t, zones.UpdateDomainEntry, &lightsail.UpdateDomainEntryInput{DomainName: new("example.org"), DomainEntry: entry(record(c, 1))})
	l.Pass(45 * time.Second)
	wantBrief(l, "c-1", "ISSUED, example.com SUCCESS, example.org SUCCESS")
}

func TestCreateDomainEntry_validatesNoCertificateThatEnded(t *testing.T) {
	l := newLab(t)
	c := create(l, "late", "example.com")
	create(l, "mixed", "example.com", "shop.test")
	l.Pass(72 * time.Hour)
	createZone(l, "example.com")
	familytest.Do(t, l.CreateDomainEntry, &lightsail.CreateDomainEntryInput{DomainName: new("example.com"), DomainEntry: entry(record(c, 0))})
	l.Pass(time.Hour)
	wantBrief(l, "late", "VALIDATION_TIMED_OUT, example.com FAILED")
	wantBrief(l, "mixed", "FAILED, example.com PENDING_VALIDATION, shop.test FAILED")
}

// TestCreateDomain_ofAnotherAccountValidatesNothing: neither a zone that is there, nor entries that are made in one.
func TestCreateDomain_ofAnotherAccountValidatesNothing(t *testing.T) {
	w := newWalk(t, 0)
	mine, other := w.Tenants[0], w.Tenants[2]
	if mine.Account == other.Account || mine.Region != "us-east-1" || other.Region != mine.Region {
		t.Fatalf("the tenants are %s in %s and %s in %s, want two accounts in us-east-1", mine.Account, mine.Region, other.Account, other.Region)
	}
	familytest.Do(t, other.CreateDomain, &lightsail.CreateDomainInput{DomainName: new("example.com")})
	made := familytest.Do(t, mine.CreateCertificate, &lightsail.CreateCertificateInput{CertificateName: new("c-1"), DomainName: new("example.com")})
	familytest.Do(t, other.CreateDomainEntry, &lightsail.CreateDomainEntryInput{
		DomainName: new("example.com"), DomainEntry: entry(record(made.Certificate.CertificateDetail, 0)),
	})
	status := func() string {
		out := familytest.Do(t, mine.GetCertificates, &lightsail.GetCertificatesInput{CertificateName: new("c-1")})
		return brief(out.Certificates[0].CertificateDetail)
	}
	w.Pass(time.Minute)
	if got := status(); got != "PENDING_VALIDATION, example.com PENDING_VALIDATION" {
		t.Errorf("the certificate of an account whose name is in a zone of another one is %s", got)
	}
	familytest.Do(t, mine.CreateDomain, &lightsail.CreateDomainInput{DomainName: new("example.com")})
	familytest.Do(t, mine.CreateDomainEntry, &lightsail.CreateDomainEntryInput{
		DomainName: new("example.com"), DomainEntry: entry(record(made.Certificate.CertificateDetail, 0)),
	})
	if got := status(); got != "ISSUED, example.com SUCCESS" {
		t.Errorf("the certificate with its record in a zone of its account is %s", got)
	}
}

// TestDeleteDomainEntry_leavesWhatIsValidated: the record goes, and then the zone, of a certificate that is issued, and
// the record of one of two names that are not all validated yet.
func TestDeleteDomainEntry_leavesWhatIsValidated(t *testing.T) {
	l := newLab(t)
	createZone(l, "example.com")
	issued := create(l, "c-1", "example.com")
	waiting := create(l, "c-2", "www.example.com", "example.org")
	l.Pass(45 * time.Second)
	want := get(l, "c-1")
	for _, c := range []*types.Certificate{issued, waiting} {
		familytest.Do(t, l.DeleteDomainEntry, &lightsail.DeleteDomainEntryInput{DomainName: new("example.com"), DomainEntry: entry(record(c, 0))})
	}
	if got := records(l, "example.com"); len(got) > 0 {
		t.Fatalf("the zone still has validation records of %v", got)
	}
	same := func(when string) {
		t.Helper()
		l.Pass(time.Hour)
		if diff := cmp.Diff(want, get(l, "c-1"), familytest.Plain); diff != "" || want.Status != types.CertificateStatusIssued {
			t.Errorf("the issued certificate after the deletion of its %s (-before +after):\n%s", when, diff)
		}
		wantBrief(l, "c-2", "PENDING_VALIDATION, www.example.com SUCCESS SUCCEEDED, example.org PENDING_VALIDATION")
	}
	same("record")
	familytest.Do(t, l.DeleteDomain, &lightsail.DeleteDomainInput{DomainName: new("example.com")})
	same("zone")
	createZone(l, "example.org")
	familytest.Do(t, l.CreateDomainEntry, &lightsail.CreateDomainEntryInput{DomainName: new("example.org"), DomainEntry: entry(record(waiting, 1))})
	l.Pass(45 * time.Second)
	wantBrief(l, "c-2", "ISSUED, www.example.com SUCCESS SUCCEEDED, example.org SUCCESS")
}

// TestCreateDomainEntry_byHandIsLikeLightsails: an entry is spelled as the API shows the record, without final dots, or
// in capitals. The record of another type or in another place is none.
func TestCreateDomainEntry_byHandIsLikeLightsails(t *testing.T) {
	l := newLab(t)
	for n, spell := range []func(string) string{
		func(name string) string { return name },
		func(name string) string { return strings.TrimSuffix(name, ".") },
		strings.ToUpper,
	} {
		name, zone := fmt.Sprint("c-", n), fmt.Sprintf("n%d.com", n)
		r := record(create(l, name, "www."+zone), 0)
		createZone(l, zone)
		familytest.Do(t, l.CreateDomainEntry, &lightsail.CreateDomainEntryInput{DomainName: &zone, DomainEntry: &types.DomainEntry{
			Name: new(spell(*r.Name)), Type: new("CNAME"), Target: new(spell(*r.Value)),
		}})
		l.Pass(45 * time.Second)
		wantBrief(l, name, "ISSUED, www."+zone+" SUCCESS")
	}
	r := record(create(l, "c-3", "www.n3.com"), 0)
	createZone(l, "n3.com")
	for _, e := range []types.DomainEntry{
		{Name: r.Name, Type: new("TXT"), Target: new(`"` + strings.TrimSuffix(*r.Value, ".") + `"`)},
		{Name: new("_x.www.n3.com"), Type: new("CNAME"), Target: r.Value},
	} {
		familytest.Do(t, l.CreateDomainEntry, &lightsail.CreateDomainEntryInput{DomainName: new("n3.com"), DomainEntry: &e})
	}
	l.Pass(time.Hour)
	wantBrief(l, "c-3", "PENDING_VALIDATION, www.n3.com PENDING_VALIDATION")
}
