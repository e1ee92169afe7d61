package container

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/kind/certificate"
	"github.com/lanyard-cloud/lanyard/internal/kind/container"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// setDomains gives a service the public domain names of certificates, and reports whether it had
// others. An empty list detaches a certificate; what is not named stays (observed for AWS's
// CloudFormation provider). It changes nothing if it returns an error for clients: the call fails.
func setDomains(c *api.Call, s *container.Service, given map[string][]string) (changed bool, err error) {
	wanted := normal(given)
	if slices.Equal(wanted[container.ByDistributions], s.DistributionNames()) { // clients send what they have read
		delete(wanted, container.ByDistributions)
	}
	if err := container.CheckDomains(wanted); err != nil { // before each name is looked for
		return false, api.Refused(err)
	}
	certificates, err := certificatesOf(c, s, wanted)
	if err != nil {
		return false, err
	}
	after := map[string][]string{}
	maps.Copy(after, s.DomainNames())
	for name, names := range wanted {
		if delete(after, name); len(names) == 0 {
			continue
		}
		if after[name] = names; !certificates[name].HasAll(names) {
			return false, api.InvalidParams("Certificate %q does not have all of the domain names %s.", name, strings.Join(names, ", "))
		}
	}
	if err := container.CheckDomains(after); err != nil {
		return false, api.Refused(err)
	}
	if err := checkOthers(c, s, wanted); err != nil {
		return false, err
	}
	return relink(c, s, certificates, after)
}

// normal are domain names in the form in which certificates have them.
func normal(given map[string][]string) map[string][]string {
	wanted := map[string][]string{}
	for certificate, names := range given {
		wanted[certificate] = []string{}
		for _, name := range names {
			wanted[certificate] = append(wanted[certificate], resource.Domain.Normal(name))
		}
	}
	return wanted
}

// certificatesOf opens the certificates of which a service wants names, by their names. All have to
// exist and to be issued.
func certificatesOf(c *api.Call, s *container.Service, wanted map[string][]string) (map[string]*certificate.Certificate, error) {
	found := map[string]*certificate.Certificate{}
	var unknown []string
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		if len(wanted[name]) == 0 {
			continue
		}
		cert, err := api.Find[certificate.Certificate](c, name)
		if _, missing := errors.AsType[*types.NotFoundException](err); missing {
			unknown = append(unknown, fmt.Sprintf("%q", name))
			continue
		}
		if err != nil {
			return nil, err
		}
		found[name] = cert
	}
	if len(unknown) > 0 { // AWS's text has "do not exist" in it (acceptance test of Terraform's AWS provider)
		return nil, api.InvalidParams("The following certificates do not exist: %s", strings.Join(unknown, ", "))
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if status := found[name].State(c.Now); status != types.CertificateStatusIssued {
			return nil, api.Refused(s.NotIssued(name, string(status)))
		}
	}
	return found, nil
}

// checkOthers returns an error if another service of the region has one of the names.
func checkOthers(c *api.Call, s *container.Service, wanted map[string][]string) error {
	all := slices.Sorted(slices.Values(slices.Concat(slices.Collect(maps.Values(wanted))...)))
	if len(all) == 0 {
		return nil
	}
	others, err := api.Opened[container.Service](c)
	if err != nil {
		return err
	}
	for _, other := range others {
		if taken := slices.IndexFunc(all, other.HasDomain); taken >= 0 && other.Resource.ID != s.Resource.ID {
			return api.InvalidParams("Domain name %q is in use by service %q.", all[taken], other.Resource.Name)
		}
	}
	return nil
}

// relink gives a service the links of the names that it has after a change.
func relink(c *api.Call, s *container.Service, certificates map[string]*certificate.Certificate, after map[string][]string) (changed bool, err error) {
	before := s.DomainNames()
	for _, l := range s.Resource.LinksOf(resource.ServingCertificate) {
		if slices.Equal(before[l.Other.Name], after[l.Other.Name]) {
			continue
		}
		changed = true
		if err := c.Unlink(s.Resource, &l); err != nil {
			return changed, err
		}
		if cert := certificates[l.Other.Name]; cert != nil {
			cert.Resource.Unlink(l.Role, s.Resource.ID)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(certificates)) {
		if slices.Equal(before[name], after[name]) {
			continue
		}
		changed = true
		doc, err := resource.DomainNames{Names: after[name]}.Pack()
		if err != nil {
			return changed, err
		}
		if err := c.Link(certificates[name], resource.ServingCertificate, s, doc); err != nil {
			return changed, err
		}
	}
	return changed, nil
}
