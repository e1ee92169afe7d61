package container

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/codec"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// MaxDomains is how many public domain names a service has (API reference).
const MaxDomains = 4

// DomainNames are the public domain names of the service by the names of their certificates; nil if
// there are none.
func (s *Service) DomainNames() map[string][]string {
	var all map[string][]string
	for _, l := range s.Resource.LinksOf(resource.ServingCertificate) {
		if names, err := resource.ServedNames(l.Doc); err == nil { // CheckLinks and the actions see to it
			if all == nil {
				all = map[string][]string{}
			}
			all[l.Other.Name] = names
		}
	}
	return all
}

// ByDistributions is the key of the names that distributions have which get their content from the service, among the names
// of certificates (developer guide).
const ByDistributions = "_"

// publicNames are the names by certificates, and those by distributions; nil if there are none.
func (s *Service) publicNames() map[string][]string {
	all := s.DomainNames()
	if names := s.DistributionNames(); len(names) > 0 {
		if all == nil {
			all = map[string][]string{}
		}
		all[ByDistributions] = names
	}
	return all
}

// DistributionNames are the default domain names of the distributions of which the service is the origin, in order.
func (s *Service) DistributionNames() (names []string) {
	for _, l := range s.Resource.LinksOf(resource.OriginContainerService) {
		var d types.LightsailDistribution
		if err := codec.Unmarshal(l.Other.Doc, &d); err == nil && d.DomainName != nil {
			names = append(names, *d.DomainName)
		}
	}
	slices.Sort(names)
	return names
}

// CheckDomains returns a resource.RefusalError if a service would have too many public domain names, or one of them
// twice.
func CheckDomains(byCertificate map[string][]string) error {
	var all []string
	for _, names := range byCertificate {
		all = append(all, names...)
	}
	if len(all) > MaxDomains {
		return resource.Refuse("A service can have at most %d public domain names, not %d.", MaxDomains, len(all))
	}
	slices.Sort(all)
	for i, name := range all {
		if i > 0 && all[i-1] == name {
			return resource.Refuse("Domain name %q is specified more than once.", name)
		}
	}
	return nil
}

// HasDomain reports whether the service has a public domain name.
func (s *Service) HasDomain(name string) bool {
	for _, names := range s.DomainNames() {
		if slices.Contains(names, name) {
			return true
		}
	}
	return false
}

// NotIssued is the resource.RefusalError for a certificate that is not issued. The text is AWS's (acceptance test of a
// Terraform provider).
func (s *Service) NotIssued(certificate, status string) error {
	return resource.Refuse("Certificate %q provided for service %q has %s status, required status: ISSUED.", certificate, s.Resource.Name, status)
}
