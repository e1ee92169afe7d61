package distribution_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	gocmp "github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
)

// certificateLab has a zone "example.com", the certificates "one" and "two" of names in it, and "waiting" of others.
func certificateLab(t *testing.T) *lab {
	t.Helper()
	l := newLab(t)
	familytest.Do(t, l.CreateDomain, &lightsail.CreateDomainInput{DomainName: new("example.com")})
	for name, domains := range map[string][]string{
		"one": {"example.com", "www.example.com"}, "two": {"shop.example.com", "www.example.com"}, "waiting": {"example.net"},
	} {
		familytest.Do(t, l.CreateCertificate, &lightsail.CreateCertificateInput{
			CertificateName: &name, DomainName: &domains[0], SubjectAlternativeNames: domains[1:],
		})
	}
	l.Pass(time.Minute)
	return l
}

func (l *lab) attach(distribution, certificate string) (*types.Operation, error) {
	out, err := l.AttachCertificateToDistribution(l.T.Context(), &lightsail.AttachCertificateToDistributionInput{
		DistributionName: &distribution, CertificateName: &certificate,
	})
	if err != nil {
		return nil, err
	}
	return out.Operation, nil
}

func (l *lab) detach(distribution string) (*types.Operation, error) {
	out, err := l.DetachCertificateFromDistribution(l.T.Context(), &lightsail.DetachCertificateFromDistributionInput{DistributionName: &distribution})
	if err != nil {
		return nil, err
	}
	return out.Operation, nil
}

// wantCertificate checks what a distribution shows of its certificate: its name, the minimum TLS version and the names that are served.
func (l *lab) wantCertificate(distribution string, want ...string) {
	l.T.Helper()
	d := l.get(distribution)
	got := append([]string{}, d.AlternativeDomainNames...)
	if d.CertificateName != nil || d.ViewerMinimumTlsProtocolVersion != nil {
		got = slices.Insert(got, 0, *d.CertificateName, *d.ViewerMinimumTlsProtocolVersion)
	}
	if diff := gocmp.Diff(append([]string{}, want...), got); diff != "" {
		l.T.Errorf("certificate, TLS version and names of %s (-want +got):\n%s", distribution, diff)
	}
}

// uses is the number that a certificate shows.
func (l *lab) uses(certificate string) int32 {
	l.T.Helper()
	in := &lightsail.GetCertificatesInput{CertificateName: &certificate}
	return familytest.Do(l.T, l.GetCertificates, in).Certificates[0].CertificateDetail.InUseResourceCount
}

// TestAttachCertificateToDistribution attaches one certificate, and another one in its place.
func TestAttachCertificateToDistribution(t *testing.T) {
	l := certificateLab(t)
	l.create(of("cdn"))
	op, err := l.attach("cdn", "one")
	familytest.NoError(t, err)
	l.WantOperations([]types.Operation{*op}, "AttachCertificateToDistribution Distribution cdn one Started")
	if got := *l.get("cdn").Status; got != "InProgress" {
		t.Errorf("after the call the status is %s, want InProgress", got)
	}
	l.WantSucceeds(*op, deployment)
	l.wantCertificate("cdn", "one", "TLSv1.2_2021", "example.com", "www.example.com")
	l.update(&lightsail.UpdateDistributionInput{DistributionName: new("cdn"), ViewerMinimumTlsProtocolVersion: "TLSv1.2_2019"})
	_, err = l.attach("cdn", "two")
	familytest.NoError(t, err)
	l.wantCertificate("cdn", "two", "TLSv1.2_2019", "shop.example.com", "www.example.com")
	_, err = l.attach("cdn", "two")
	familytest.NoError(t, err)
	l.wantCertificate("cdn", "two", "TLSv1.2_2019", "shop.example.com", "www.example.com")
	if one, two := l.uses("one"), l.uses("two"); one != 0 || two != 1 {
		t.Errorf("the certificates have %d and %d uses, want 0 and 1", one, two)
	}
}

func TestAttachCertificateToDistribution_refusals(t *testing.T) {
	l := certificateLab(t)
	l.create(of("cdn"))
	l.create(of("other"))
	_, err := l.attach("cdn", "waiting")
	wantRefused(t, err, "Sorry, you can only attach a validated certificate to a distribution.")
	familytest.Do(t, l.Server.Client("eu-central-1").CreateCertificate, &lightsail.CreateCertificateInput{CertificateName: new("abroad"), DomainName: new("a.example.com")})
	l.Pass(time.Minute)
	for _, name := range []string{"abroad", "photos"} {
		_, err = l.attach("cdn", name)
		familytest.WantNotFound(t, err, "The Certificate does not exist: "+name)
	}
	_, err = l.attach("none", "one")
	familytest.WantInvalid(t, err, "DoesNotExist", missing)
	_, err = l.attach("other", "two")
	familytest.NoError(t, err)
	_, err = l.attach("cdn", "one")
	wantRefused(t, err, "One or more of the CNAMEs you provided are already associated with a different resource.")
	l.wantCertificate("cdn")
}

// TestDetachCertificateFromDistribution leaves the distribution with its own name.
func TestDetachCertificateFromDistribution(t *testing.T) {
	l := certificateLab(t)
	l.create(of("cdn"))
	_, err := l.detach("cdn")
	wantRefused(t, err, "The distribution cdn has no certificate attached.")
	_, err = l.attach("cdn", "one")
	familytest.NoError(t, err)
	op, err := l.detach("cdn")
	familytest.NoError(t, err)
	l.WantOperations([]types.Operation{*op}, "DetachCertificateFromDistribution Distribution cdn one Started")
	l.WantSucceeds(*op, deployment)
	l.wantCertificate("cdn")
	familytest.Do(t, l.DeleteCertificate, &lightsail.DeleteCertificateInput{CertificateName: new("one")})
}

// TestDeleteCertificate_ofADistribution is refused until the distribution is deleted.
func TestDeleteCertificate_ofADistribution(t *testing.T) {
	l := certificateLab(t)
	in := of("cdn")
	in.CertificateName, in.ViewerMinimumTlsProtocolVersion = new("one"), "TLSv1.2_2018"
	l.create(in)
	l.wantCertificate("cdn", "one", "TLSv1.2_2018", "example.com", "www.example.com")
	familytest.Do(t, l.CreateContainerService, &lightsail.CreateContainerServiceInput{
		ServiceName: new("svc"), Power: "nano", Scale: new(int32(1)), PublicDomainNames: map[string][]string{"one": {"www.example.com"}},
	})
	if n := l.uses("one"); n != 2 {
		t.Errorf("a distribution and a container service use the certificate: got inUseResourceCount %d, want 2", n)
	}
	_, err := l.DeleteCertificate(t.Context(), &lightsail.DeleteCertificateInput{CertificateName: new("one")})
	wantRefused(t, err, "The certificate can't be deleted because it is in use by cdn.")
	familytest.Do(t, l.DeleteDistribution, &lightsail.DeleteDistributionInput{DistributionName: new("cdn")})
	_, err = l.DeleteCertificate(t.Context(), &lightsail.DeleteCertificateInput{CertificateName: new("one")})
	wantRefused(t, err, "The certificate can't be deleted because it is in use by svc.")
}

// TestUpdateDistribution_certificate serves the names of a certificate only without the default one.
func TestUpdateDistribution_certificate(t *testing.T) {
	l := certificateLab(t)
	l.create(of("cdn"))
	for i, tt := range []struct {
		name       *string
		useDefault *bool
		want       []string
	}{
		{new("one"), nil, []string{"one", "TLSv1.2_2021"}},
		{nil, new(false), []string{"one", "TLSv1.2_2021", "example.com", "www.example.com"}},
		{new("one"), nil, []string{"one", "TLSv1.2_2021", "example.com", "www.example.com"}},
		{nil, nil, []string{"one", "TLSv1.2_2021", "example.com", "www.example.com"}},
		{new("two"), new(true), []string{"two", "TLSv1.2_2021"}},
		{new("one"), new(false), []string{"one", "TLSv1.2_2021", "example.com", "www.example.com"}},
		{nil, new(true), nil},
		{nil, new(true), nil},
	} {
		t.Run(fmt.Sprint(i), func(*testing.T) {
			l.update(&lightsail.UpdateDistributionInput{DistributionName: new("cdn"), CertificateName: tt.name, UseDefaultCertificate: tt.useDefault})
			l.wantCertificate("cdn", tt.want...)
		})
	}
	_, err := l.UpdateDistribution(t.Context(), &lightsail.UpdateDistributionInput{DistributionName: new("cdn"), UseDefaultCertificate: new(false)})
	wantRefused(t, err, "These parameters are required: certificateName")
	_, err = l.UpdateDistribution(t.Context(), &lightsail.UpdateDistributionInput{DistributionName: new("cdn"), CertificateName: new("")})
	familytest.WantInvalid(t, err, "InvalidResourceName", `certificateName "" is not a valid resource name. `+
		"Resource names must be at least 2 characters long and contain only alphanumerics, -, _, and .")
}
