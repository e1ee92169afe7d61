package certificate

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/acm"
	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	domains "github.com/lanyard-cloud/lanyard/internal/families/domain"
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
	zones, err := domains.ZonesOf(c, cert.Domains())
	if err != nil {
		return err
	}
	changed := map[*domain.Domain]bool{}
	for i, name := range cert.Domains() {
		zone := domain.Closest(zones, name)
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

// prove notes which records of a certificate zones have, and reports whether one is new. The
// certificate is issued a while after the last one.
func prove(c *api.Call, cert certificate.Validated, zones ...*domain.Domain) (changed bool) {
	v := cert.Validation()
	for i, name := range cert.Domains() {
		zone := domain.Closest(zones, name)
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
	cert, _, err := loadbalancer.LoadValidated(r)
	if err != nil || !prove(c, cert, zone) {
		return err
	}
	return c.Save(cert)
}
