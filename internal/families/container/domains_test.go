package container_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/internal/kind/container"
)

// issued makes a certificate of names below example.com, which a zone validates.
func (l *lab) issued(name string, domains ...string) {
	l.T.Helper()
	familytest.Do(l.T, l.CreateCertificate, &lightsail.CreateCertificateInput{
		CertificateName: &name, DomainName: &domains[0], SubjectAlternativeNames: domains[1:],
	})
	l.Pass(time.Minute)
}

func newDomainLab(t *testing.T) *lab {
	t.Helper()
	l := newLab(t)
	familytest.Do(t, l.CreateDomain, &lightsail.CreateDomainInput{DomainName: new("example.com")})
	return l
}

func withDomains(name string, domains map[string][]string) *lightsail.UpdateContainerServiceInput {
	return &lightsail.UpdateContainerServiceInput{ServiceName: &name, PublicDomainNames: domains}
}

// setDomains changes the domain names of a service and waits until that is done.
func (l *lab) setDomains(name string, domains, want map[string][]string) {
	l.T.Helper()
	out := familytest.Do(l.T, l.UpdateContainerService, withDomains(name, domains))
	l.Pass(takes(container.Update))
	for when, got := range map[string]*types.ContainerService{"in the answer": out.ContainerService, "afterwards": l.get(name)} {
		if diff := cmp.Diff(want, got.PublicDomainNames); diff != "" {
			l.T.Errorf("publicDomainNames %s (-want +got):\n%s", when, diff)
		}
	}
}

func TestUpdateContainerService_publicDomainNames(t *testing.T) {
	l := newDomainLab(t)
	l.issued("one", "example.com", "www.example.com")
	l.issued("two", "shop.example.com")
	l.create("svc")
	l.setDomains("svc", map[string][]string{"one": {"WWW.example.com."}}, map[string][]string{"one": {"www.example.com"}})
	l.setDomains("svc", map[string][]string{"two": {"shop.example.com"}}, map[string][]string{"one": {"www.example.com"}, "two": {"shop.example.com"}})
	l.setDomains("svc", map[string][]string{"one": {"example.com", "www.example.com"}, "two": {}}, map[string][]string{"one": {"example.com", "www.example.com"}})
	l.setDomains("svc", nil, map[string][]string{"one": {"example.com", "www.example.com"}})
	cert := familytest.Do(t, l.GetCertificates, &lightsail.GetCertificatesInput{CertificateName: new("one")}).Certificates[0].CertificateDetail
	if cert.InUseResourceCount != 1 || *cert.EligibleToRenew != "ELIGIBLE" {
		t.Errorf("the certificate has the inUseResourceCount %d and is %s, want 1 and ELIGIBLE", cert.InUseResourceCount, *cert.EligibleToRenew)
	}
	l.setDomains("svc", map[string][]string{"one": {}}, nil)
}

func TestUpdateContainerService_publicDomainNamesRefused(t *testing.T) {
	l := newDomainLab(t)
	l.issued("one", "example.com", "a.example.com", "b.example.com", "c.example.com", "d.example.com")
	l.issued("two", "example.com")
	l.issued("waiting", "example.net")
	l.create("svc")
	l.create("other")
	l.setDomains("other", map[string][]string{"two": {"example.com"}}, map[string][]string{"two": {"example.com"}})
	for message, domains := range map[string]map[string][]string{
		`Certificate "waiting" provided for service "svc" has PENDING_VALIDATION status, required status: ISSUED.`: {"waiting": {"example.net"}},
		`The following certificates do not exist: "_", "none"`:                                                     {"none": {"a.com"}, "_": {"b.com"}, "one": {"a.example.com"}},
		`Certificate "one" does not have all of the domain names a.example.com, x.example.com.`:                    {"one": {"a.example.com", "x.example.com"}},
		`Domain name "example.com" is in use by service "other".`:                                                  {"one": {"example.com"}},
		`Domain name "a.example.com" is specified more than once.`:                                                 {"one": {"a.example.com", "A.example.com"}},
		`A service can have at most 4 public domain names, not 5.`: {
			"one": {"example.com", "a.example.com", "b.example.com", "c.example.com", "d.example.com"},
		},
	} {
		wantRefused(t, fails(l, l.UpdateContainerService, withDomains("svc", domains)), message)
		wantRefused(t, fails(l, l.CreateContainerService, &lightsail.CreateContainerServiceInput{
			ServiceName: new("svc2"), Power: types.ContainerServicePowerNameNano, Scale: new(int32(1)), PublicDomainNames: domains,
		}), strings.ReplaceAll(message, `"svc"`, `"svc2"`))
	}
	if got := l.get("svc"); got.PublicDomainNames != nil || got.State != types.ContainerServiceStateReady {
		t.Errorf("after refusals the service has %v in the state %s, want none in READY", got.PublicDomainNames, got.State)
	}
}

func TestDeleteCertificate_ofAService(t *testing.T) {
	l := newDomainLab(t)
	l.issued("one", "example.com")
	familytest.Do(t, l.CreateContainerService, &lightsail.CreateContainerServiceInput{
		ServiceName: new("svc"), Power: types.ContainerServicePowerNameNano, Scale: new(int32(1)), PublicDomainNames: map[string][]string{"one": {"example.com"}},
	})
	_, err := l.DeleteCertificate(t.Context(), &lightsail.DeleteCertificateInput{CertificateName: new("one")})
	familytest.WantInvalid(t, err, "InvalidParams", "The certificate can't be deleted because it is in use by svc.")
	l.Pass(takes(container.Create))
	familytest.Do(t, l.DeleteContainerService, &lightsail.DeleteContainerServiceInput{ServiceName: new("svc")})
	familytest.Do(t, l.DeleteCertificate, &lightsail.DeleteCertificateInput{CertificateName: new("one")})
}
