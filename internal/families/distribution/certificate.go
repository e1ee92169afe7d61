package distribution

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/kind/certificate"
	"github.com/lanyard-cloud/lanyard/internal/kind/distribution"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// attachCertificate attaches a certificate in place of the one that was there.
func attachCertificate(
	c *api.Call, in *lightsail.AttachCertificateToDistributionInput,
) (*lightsail.AttachCertificateToDistributionOutput, error) {
	d, err := api.Target[distribution.Distribution](c)
	if err != nil {
		return nil, err
	}
	if err := attach(c, d, *in.CertificateName, true); err != nil {
		return nil, err
	}
	op, err := deploy(c, d)
	op.OperationDetails = in.CertificateName
	return &lightsail.AttachCertificateToDistributionOutput{Operation: op}, err
}

// detachCertificate leaves the distribution with its own domain name alone.
func detachCertificate(
	c *api.Call, _ *lightsail.DetachCertificateFromDistributionInput,
) (*lightsail.DetachCertificateFromDistributionOutput, error) {
	d, err := api.Target[distribution.Distribution](c)
	if err != nil {
		return nil, err
	}
	link := d.CertificateLink()
	if link == nil {
		return nil, api.InvalidParams("The distribution %s has no certificate attached.", d.Resource.Name)
	}
	if err := certify(c, d, nil, false); err != nil {
		return nil, err
	}
	op, err := deploy(c, d)
	op.OperationDetails = &link.Other.Name
	return &lightsail.DetachCertificateFromDistributionOutput{Operation: op}, err
}

// deploy stores a change and begins its deployment.
func deploy(c *api.Call, d *distribution.Distribution) (*types.Operation, error) {
	d.Enter(c.Plan(distribution.Lifecycle, distribution.Change))
	return c.Started(d.Resource, d.Priv.Settled()), c.Save(d)
}

// updateCertificate does what an update says of the certificate. Its names are served only if the default certificate is
// given up; without that the certificate is shown as attached and serves nothing (seen by a user).
func updateCertificate(c *api.Call, d *distribution.Distribution, in *lightsail.UpdateDistributionInput) error {
	link, name := d.CertificateLink(), in.CertificateName
	switch {
	case name == nil && in.UseDefaultCertificate == nil:
		return nil
	case name == nil && *in.UseDefaultCertificate:
		return certify(c, d, nil, false)
	case name == nil && link == nil:
		return api.MissingParameters("certificateName")
	case name == nil:
		name = &link.Other.Name
	case in.UseDefaultCertificate == nil && link != nil && link.Other.Name == *name:
		return nil
	}
	return attach(c, d, *name, in.UseDefaultCertificate != nil && !*in.UseDefaultCertificate)
}

// certificateOf is the certificate that a new distribution gets; nil if none is named.
func certificateOf(c *api.Call, d *distribution.Distribution, name *string) (*certificate.Certificate, error) {
	if name == nil {
		return nil, nil //nolint:nilnil // none is wanted
	}
	d.Certify(true)
	return attachable(c, d, *name, true)
}

// attach makes a certificate the one that a stored distribution has. A subdomain brings its own (API reference, UpdateSubdomainAssociation).
func attach(c *api.Call, d *distribution.Distribution, name string, serves bool) error {
	if link := d.SubdomainLink(); link != nil {
		return api.InvalidParams("You can't attach a certificate to a distribution that is associated with a subdomain. "+
			"Disassociate the subdomain first: %s", link.Other.Name)
	}
	cert, err := attachable(c, d, name, serves)
	if err != nil {
		return err
	}
	return certify(c, d, cert, serves)
}

// attachable opens a certificate, and returns an error if it cannot be attached. The text about names in use is CloudFront's; the
// other one follows that for load balancers.
func attachable(c *api.Call, d *distribution.Distribution, name string, serves bool) (*certificate.Certificate, error) {
	cert, err := api.Find[certificate.Certificate](c, name)
	switch {
	case err != nil:
		return nil, err
	case cert.State(c.Now) != types.CertificateStatusIssued:
		return nil, api.InvalidParams("Sorry, you can only attach a validated certificate to a distribution.")
	case !serves:
		return cert, nil
	}
	others, err := c.All(resource.Distribution)
	if err != nil {
		return nil, err
	}
	for _, r := range others {
		other := &distribution.Distribution{}
		other.Resource = r
		if r.ID != d.Resource.ID && slices.ContainsFunc(other.Serves(), func(name string) bool { return cert.HasAll([]string{name}) }) {
			return nil, api.InvalidParams("One or more of the CNAMEs you provided are already associated with a different resource.")
		}
	}
	return cert, nil
}

// certify makes the link to a certificate the only one of the distribution, and leaves none if cert is nil.
func certify(c *api.Call, d *distribution.Distribution, cert *certificate.Certificate, serves bool) error {
	if before := d.CertificateLink(); before != nil {
		if err := c.Unlink(d.Resource, before); err != nil {
			return err
		}
	}
	if d.Certify(cert != nil); cert == nil {
		return nil
	}
	cert.Resource.Unlink(resource.ViewerCertificate, d.Resource.ID) // it may have been read with that link
	doc := resource.NoDoc
	if serves {
		var err error
		if doc, err = (resource.DomainNames{Names: cert.Doc.SubjectAlternativeNames}).Pack(); err != nil {
			return err
		}
	}
	return c.Link(cert, resource.ViewerCertificate, d, doc)
}
