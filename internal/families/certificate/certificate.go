// Package certificate holds the actions about certificates of distributions and container services.
//
// It issues nothing that could serve TLS. Zones of the account get the validation records of their
// names, as on AWS, also those of certificates of load balancers.
package certificate

import (
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/acm"
	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/kind/certificate"
	"github.com/lanyard-cloud/lanyard/internal/model"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Declare returns what the family has.
func Declare() api.Family {
	roles := map[resource.Role]api.Role{resource.ServingCertificate: {Blocked: inUse}, resource.ViewerCertificate: {Blocked: inUse}}
	return api.Family{Kinds: certificate.Stored(), Roles: roles, Actions: []api.Action{
		api.New(create, api.Creates(resource.Certificate)),
		api.New(list, api.Of(resource.Certificate)),
		api.New(remove, api.Deletes(resource.Certificate)),
	}}
}

// inUse is the error for a certificate that is attached. AWS's text is not known.
func inUse(by string) error {
	return api.InvalidParams("The certificate can't be deleted because it is in use by %s.", by)
}

// create asks for a certificate. The answer has its details, as lists of one certificate have.
func create(c *api.Call, in *lightsail.CreateCertificateInput) (*lightsail.CreateCertificateOutput, error) {
	if !model.Constraints("ResourceName").Match(*in.CertificateName) { // the API model has no rule for it
		return nil, api.InvalidName("certificateName", *in.CertificateName)
	}
	names, err := acm.Names(*in.DomainName, in.SubjectAlternativeNames)
	if err != nil {
		return nil, api.Refused(err)
	}
	cert := certificate.New(c.New(resource.Certificate, *in.CertificateName), names)
	if err := Validate(c, cert); err != nil {
		return nil, err
	}
	out := &lightsail.CreateCertificateOutput{Operations: []types.Operation{*c.Record(cert.Resource)}}
	if err := c.Insert(cert); err != nil {
		return nil, err
	}
	out.Certificate = new(cert.Summary(c.Now, true))
	return out, nil
}

// list has the certificates by name, in the wanted states, or the one that is asked for. A name that no
// certificate has is no error: AWS's CloudFormation provider makes its own of the empty list. With a
// name the details are there also if they are not asked for: three clients read them so.
func list(c *api.Call, in *lightsail.GetCertificatesInput) (*lightsail.GetCertificatesOutput, error) {
	rows, err := wanted(c, in.CertificateName)
	if err != nil {
		return nil, err
	}
	detailed := in.IncludeCertificateDetails || in.CertificateName != nil
	var all []types.CertificateSummary
	for _, r := range rows {
		cert, err := certificate.Load(r)
		if err != nil {
			return nil, err
		}
		if len(in.CertificateStatuses) == 0 || slices.Contains(in.CertificateStatuses, cert.State(c.Now)) {
			all = append(all, cert.Summary(c.Now, detailed))
		}
	}
	scope := fmt.Sprint(in.CertificateStatuses, detailed, aws.ToString(in.CertificateName))
	name := func(s types.CertificateSummary) string { return *s.CertificateName }
	page, next, err := api.Page(c, api.ResourcesPage, in.PageToken, scope, "", after(all), name)
	return &lightsail.GetCertificatesOutput{Certificates: page, NextPageToken: next}, err
}

// wanted are all certificates of the region, of which a quota admits few, or the one of a name.
func wanted(c *api.Call, name *string) ([]*resource.Resource, error) {
	if name == nil {
		return c.All(resource.Certificate)
	}
	r, err := c.Find(resource.Certificate, *name)
	if _, missing := errors.AsType[*types.NotFoundException](err); missing {
		return nil, nil
	}
	return []*resource.Resource{r}, err
}

// after reads a list that is in memory, by name.
func after(all []types.CertificateSummary) func(name string, limit int) ([]types.CertificateSummary, error) {
	return func(name string, limit int) ([]types.CertificateSummary, error) {
		page := []types.CertificateSummary{}
		for _, s := range all {
			if *s.CertificateName > name && len(page) < limit {
				page = append(page, s)
			}
		}
		return page, nil
	}
}

// remove deletes a certificate that nothing uses. Its records stay in the zones.
func remove(c *api.Call, _ *lightsail.DeleteCertificateInput) (*lightsail.DeleteCertificateOutput, error) {
	op, err := c.Delete(c.Target(resource.Certificate))
	if err != nil {
		return nil, err
	}
	return &lightsail.DeleteCertificateOutput{Operations: []types.Operation{*op}}, nil
}
