package certificate

import (
	"errors"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/acm"
	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/kind/certificate"
	"github.com/lanyard-cloud/lanyard/internal/kind/domain"
	"github.com/lanyard-cloud/lanyard/internal/kind/loadbalancer"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Validate begins the validation of the names of a new certificate of any kind.
func Validate(c *api.Call, cert certificate.Validated) error {
	if certificate.Refusal(cert.Domains()) != "" {
		cert.Validation().Enter(c.Plan(certificate.Lifecycle, certificate.Refuse))
		return nil
	}
	cert.Validation().Enter(certificate.Lifecycle.Plan(certificate.Request, c.Now, c.Now.Add)) // AWS's days, on any time scale
	return writeRecords(c, cert)
}

// writeRecords adds the validation records of a new certificate to the zones of the account, whatever
// the region of the certificate (release note of Lightsail, November 2022). No operation says so.
func writeRecords(c *api.Call, cert certificate.Validated) error {
	zones, err := zonesOf(c, cert.Domains())
	if err != nil {
		return err
	}
	changed := map[*domain.Domain]bool{}
	for i, name := range cert.Domains() {
		zone := zoneOf(zones, name)
		if zone == nil {
			continue
		}
		record, v := acm.RecordOf(c.Principal.Account, name), &cert.Validation().Names[i]
		v.Zoned = true
		if zone.Has(record.Name, "CNAME", record.Value) {
			continue
		}
		err := zone.Change(func(z *domain.Zone) error {
			return z.Add(&types.DomainEntry{Name: &record.Name, Type: new("CNAME"), Target: &record.Value})
		})
		if refused, ok := errors.AsType[*domain.Error](err); ok {
			v.Refused = refused.Message[:min(len(refused.Message), 255)]
			continue
		}
		if err != nil {
			return err
		}
		changed[zone] = true
	}
	for _, zone := range zones {
		if changed[zone] {
			if err := c.Save(zone); err != nil {
				return err
			}
		}
	}
	prove(c, cert, zones...)
	return nil
}

// zonesOf opens the zones of the account that may have the names.
func zonesOf(c *api.Call, names []string) (zones []*domain.Domain, err error) {
	home := resource.Domain.OnlyIn()
	taken, err := c.Tx.NamesTaken(c.Principal.Account, home, "", parentsOf(names))
	if err != nil {
		return nil, err
	}
	for _, name := range taken {
		r, err := c.FindIn(home, name)
		if err != nil {
			return nil, err
		}
		if r.Kind != resource.Domain {
			continue
		}
		zone := &domain.Domain{}
		if err := zone.Open(r); err != nil {
			return nil, err
		}
		zones = append(zones, zone)
	}
	return zones, nil
}

// parentsOf are the names themselves and all domains that they are in, each once.
func parentsOf(names []string) (all []string) {
	for _, name := range names {
		for found := true; found && strings.Contains(name, "."); _, name, found = strings.Cut(name, ".") {
			if !slices.Contains(all, name) {
				all = append(all, name)
			}
		}
	}
	return all
}

// zoneOf is the zone that a name is in: the one that has most of its labels; nil if it is in none.
func zoneOf(zones []*domain.Domain, name string) (found *domain.Domain) {
	for _, z := range zones {
		if z.Covers(name) && (found == nil || len(z.Resource.Name) > len(found.Resource.Name)) {
			found = z
		}
	}
	return found
}

// prove notes which records of a certificate zones have, and reports whether one is new. The
// certificate is issued a while after the last one.
func prove(c *api.Call, cert certificate.Validated, zones ...*domain.Domain) (changed bool) {
	v := cert.Validation()
	for i, name := range cert.Domains() {
		zone := zoneOf(zones, name)
		if zone == nil || !v.Awaits(i, c.Now) {
			continue
		}
		if record := acm.RecordOf(c.Principal.Account, name); zone.Has(record.Name, "CNAME", record.Value) {
			v.Names[i].Proven = c.After(certificate.Lifecycle[certificate.Prove][0].Takes)
			changed = true
		}
	}
	if changed && v.IsProven() {
		v.Enter(c.Plan(certificate.Lifecycle, certificate.Prove))
	}
	return changed
}

// Prove validates what an entry that a zone of the account has now may be the record of: certificates
// of all regions that wait for it.
func Prove(c *api.Call, zone *domain.Domain, entry *types.DomainEntry) error {
	if aws.ToString(entry.Type) != "CNAME" || !acm.IsTarget(aws.ToString(entry.Target)) {
		return nil
	}
	for _, region := range catalogue.Regions() {
		for _, kind := range []resource.Kind{resource.Certificate, resource.LoadBalancerTLSCertificate} {
			rows, err := c.AllIn(region.Name, kind)
			if err != nil {
				return err
			}
			for _, r := range rows {
				if err := proveStored(c, r, zone); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func proveStored(c *api.Call, r *resource.Resource, zone *domain.Domain) error {
	cert, err := open(r)
	if err != nil || !prove(c, cert, zone) {
		return err
	}
	return c.Save(cert)
}

// open opens a stored certificate of any kind.
func open(r *resource.Resource) (certificate.Validated, error) {
	if r.Kind == resource.LoadBalancerTLSCertificate {
		return loadbalancer.LoadCertificate(r)
	}
	return certificate.Load(r)
}
