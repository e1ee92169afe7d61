package loadbalancer

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/acm"
	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/families/certificate"
	"github.com/lanyard-cloud/lanyard/internal/kind/loadbalancer"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

func certificates() []api.Action {
	on, onCertificate := api.On(resource.LoadBalancer), api.On(resource.LoadBalancerTLSCertificate)
	return []api.Action{
		api.New(createCertificate, on, api.Creates(resource.LoadBalancerTLSCertificate)),
		api.New(getCertificates, on),
		api.New(attachCertificate, on, onCertificate),
		api.New(deleteCertificate, on, api.Deletes(resource.LoadBalancerTLSCertificate)),
		api.New(getPolicies),
	}
}

// createWith asks for the certificate that a new load balancer comes with, if there is one.
func createWith(c *api.Call, b *loadbalancer.LoadBalancer, in *lightsail.CreateLoadBalancerInput) ([]types.Operation, error) {
	name, primary := in.CertificateName, in.CertificateDomainName
	switch {
	case name == nil && primary == nil && len(in.CertificateAlternativeNames) == 0:
		return nil, nil
	case name == nil || primary == nil:
		return nil, api.InvalidParams("You must specify certificateName and certificateDomainName together.")
	}
	if err := c.CheckFree([]string{*name}); err != nil {
		return nil, err
	}
	if err := c.CheckQuota(resource.LoadBalancerTLSCertificate, 1); err != nil {
		return nil, err
	}
	return request(c, b, *name, *primary, in.CertificateAlternativeNames)
}

// createCertificate takes tags as AWS does. The certificate has none: it is not taggable.
func createCertificate(c *api.Call, in *lightsail.CreateLoadBalancerTlsCertificateInput) (*lightsail.CreateLoadBalancerTlsCertificateOutput, error) {
	b, err := api.Target[loadbalancer.LoadBalancer](c)
	if err != nil {
		return nil, err
	}
	if len(b.CertificateLinks()) >= loadbalancer.MaxCertificates {
		return nil, api.InvalidInput(api.CodeLimitExceeded, "The load balancer %s has the maximum number of %d certificates.",
			b.Resource.Name, loadbalancer.MaxCertificates)
	}
	ops, err := request(c, b, *in.CertificateName, *in.CertificateDomainName, in.CertificateAlternativeNames)
	return &lightsail.CreateLoadBalancerTlsCertificateOutput{Operations: ops}, err
}

// request stores a certificate for a load balancer, and records that for both.
func request(c *api.Call, b *loadbalancer.LoadBalancer, name, primary string, alternatives []string) ([]types.Operation, error) {
	names, err := acm.Names(primary, alternatives)
	if err != nil {
		return nil, api.Refused(err)
	}
	cert := loadbalancer.NewCertificate(c.NewResource(resource.LoadBalancerTLSCertificate, name), names)
	if err := certificate.Validate(c, cert); err != nil {
		return nil, err
	}
	if err := c.Insert(cert); err != nil {
		return nil, err
	}
	first, second := c.Record(cert.Resource), c.Record(b.Resource)
	first.OperationType = types.OperationTypeCreateLoadBalancerTlsCertificate
	second.OperationType = first.OperationType
	return api.EachNamesOther(first, second), c.Link(cert, resource.BalancerCertificate, b, resource.NoDoc)
}

// getCertificates lists the certificates of a load balancer, the oldest first.
func getCertificates(c *api.Call, _ *lightsail.GetLoadBalancerTlsCertificatesInput) (*lightsail.GetLoadBalancerTlsCertificatesOutput, error) {
	b, err := api.Target[loadbalancer.LoadBalancer](c)
	if err != nil {
		return nil, err
	}
	out := &lightsail.GetLoadBalancerTlsCertificatesOutput{TlsCertificates: []types.LoadBalancerTlsCertificate{}}
	for _, l := range b.CertificateLinks() {
		cert, err := api.Other[loadbalancer.Certificate](c, &l)
		if err != nil {
			return nil, err
		}
		out.TlsCertificates = append(out.TlsCertificates, *cert.Show(c.Now))
	}
	return out, nil
}

// ownCertificate opens the certificate that the call is on, which must be one of the load balancer's.
func ownCertificate(c *api.Call, b *loadbalancer.LoadBalancer) (*loadbalancer.Certificate, error) {
	cert, err := api.Target[loadbalancer.Certificate](c)
	if err != nil {
		return nil, err
	}
	if owner := cert.Balancer(); owner == nil || owner.ID != b.Resource.ID {
		return nil, api.NotFound(string(resource.LoadBalancerTLSCertificate), cert.Resource.Name)
	}
	return cert, nil
}

// attachCertificate has the load balancer serve HTTPS with one of its certificates, in place of another one. The text
// of the refusal is AWS's (seen in a test of Terraform's AWS provider).
func attachCertificate(c *api.Call, _ *lightsail.AttachLoadBalancerTlsCertificateInput) (*lightsail.AttachLoadBalancerTlsCertificateOutput, error) {
	b, err := api.Target[loadbalancer.LoadBalancer](c)
	if err != nil {
		return nil, err
	}
	cert, err := ownCertificate(c, b)
	if err != nil {
		return nil, err
	}
	if !cert.Priv.IsIssued(c.Now) {
		return nil, api.InvalidParams("Sorry, you can only attach a validated certificate to a load balancer.")
	}
	if cert.Serving() == nil {
		if former := b.Serving(); former != nil {
			err = c.Unlink(b.Resource, former)
		}
		err = errors.Join(err, c.Link(cert, resource.BalancerHTTPS, b, resource.NoDoc))
	}
	ops := api.EachNamesOther(c.Record(b.Resource), c.Record(cert.Resource))
	return &lightsail.AttachLoadBalancerTlsCertificateOutput{Operations: ops}, err
}

// deleteCertificate deletes one that instances are served with only by force (API reference). The load balancer has HTTP
// only then.
func deleteCertificate(c *api.Call, in *lightsail.DeleteLoadBalancerTlsCertificateInput) (*lightsail.DeleteLoadBalancerTlsCertificateOutput, error) {
	b, err := api.Target[loadbalancer.LoadBalancer](c)
	if err != nil {
		return nil, err
	}
	cert, err := ownCertificate(c, b)
	if err != nil {
		return nil, err
	}
	if cert.Serving() != nil {
		serves, err := b.HasInstance(c.Now)
		if err != nil {
			return nil, err
		}
		if serves && !aws.ToBool(in.Force) {
			const text = "The certificate %s is in use by the instances that are attached to the load balancer %s. To delete it anyway, use force."
			return nil, api.InvalidParams(text, cert.Resource.Name, b.Resource.Name)
		}
		b.EndHTTPS()
		if err := c.Save(b); err != nil {
			return nil, err
		}
	}
	first, err := c.Delete(cert.Resource)
	if err != nil {
		return nil, err
	}
	end := c.After(loadbalancer.DeleteCertificateTakes)
	c.Lasts(first, end)
	return &lightsail.DeleteLoadBalancerTlsCertificateOutput{Operations: []types.Operation{*first, *c.Started(b.Resource, end)}}, nil
}

func getPolicies(_ *api.Call, in *lightsail.GetLoadBalancerTlsPoliciesInput) (*lightsail.GetLoadBalancerTlsPoliciesOutput, error) {
	return &lightsail.GetLoadBalancerTlsPoliciesOutput{TlsPolicies: loadbalancer.Policies()}, api.Whole(in.PageToken)
}
