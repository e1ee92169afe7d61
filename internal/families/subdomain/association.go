package subdomain

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/kind/distribution"
	"github.com/lanyard-cloud/lanyard/internal/kind/subdomain"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// codeFailed is the code of a creation that fails.
const codeFailed = "SubdomainCreationFailed"

// failure says that a subdomain could not be created.
func failure(name string) string { return "The subdomain could not be created: " + name }

// change is a change of an association.
type change struct {
	// verb is what refusals call it, from is the state that it needs, and event is that of the lifecycle.
	verb  string
	from  types.SubdomainState
	event string
}

var changes = map[types.SubdomainAssociationAction]change{
	types.SubdomainAssociationActionAssociate:    {"associate", types.SubdomainStateUnattached, subdomain.Associate},
	types.SubdomainAssociationActionDisassociate: {"disassociate", types.SubdomainStateAttached, subdomain.Disassociate},
	types.SubdomainAssociationActionTransfer:     {"transfer", types.SubdomainStateAttached, subdomain.Transfer},
}

// updateAssociation associates a subdomain with a distribution, disassociates it, or moves it to another one. All distributions that
// this concerns are deployed anew.
func updateAssociation(c *api.Call, in *lightsail.UpdateSubdomainAssociationInput) (*lightsail.UpdateSubdomainAssociationOutput, error) {
	wanted := changes[in.Action]
	s, err := target(c, wanted.verb, *in.SubdomainName)
	if err != nil {
		return nil, err
	}
	if !s.Rests(wanted.from, c.Now) {
		return nil, api.WrongState(wanted.verb, noun, s.State(c.Now))
	}
	to, err := destination(c, s, wanted, in.TargetResourceArn)
	if err != nil {
		return nil, err
	}
	before := s.Link()
	if err := leave(c, s, before); err != nil {
		return nil, err
	}
	s.Enter(c.Plan(subdomain.Lifecycle, wanted.event))
	op := c.Started(s.Resource, s.Priv.Settled())
	if to == nil {
		op.OperationDetails = &before.Other.Name
		return &lightsail.UpdateSubdomainAssociationOutput{Operation: op, Subdomain: s.Show(c.Now)}, c.Save(s)
	}
	if before != nil {
		s.Priv.Transferred = c.Now
	}
	op.OperationDetails = &to.Resource.Name
	if err := associate(c, s, to); err != nil {
		return nil, err
	}
	return &lightsail.UpdateSubdomainAssociationOutput{Operation: op, Subdomain: s.Show(c.Now)}, deploy(c, to)
}

// destination is the distribution that a change leads to, or the error if it cannot; nil for a disassociation, of which the ARN is not
// looked at (API reference).
func destination(c *api.Call, s *subdomain.Subdomain, wanted change, arn *string) (*distribution.Distribution, error) {
	switch {
	case wanted.event == subdomain.Disassociate:
		return nil, nil //nolint:nilnil // there is none
	case aws.ToString(arn) == "":
		return nil, api.MissingParameters("targetResourceArn")
	case wanted.event == subdomain.Transfer && !s.CanBeTransferred(c.Now):
		return nil, api.InvalidParams("You can transfer each subdomain to another resource only once in a 24-hour period.")
	}
	d, err := findDistribution(c, *arn)
	if err != nil {
		return nil, err
	}
	return d, checkFree(c, d)
}

// findDistribution is the distribution of an ARN in the account.
func findDistribution(c *api.Call, arn string) (*distribution.Distribution, error) {
	kind := resource.KindOf(arn)
	if kind != "" && kind != resource.Distribution {
		return nil, api.InvalidParams("You can associate a subdomain only with a Lightsail content delivery network (CDN) distribution.")
	}
	all, err := api.Opened[distribution.Distribution](c)
	if err != nil {
		return nil, err
	}
	for _, d := range all {
		if d.Resource.ARN() == arn {
			return d, nil
		}
	}
	return nil, api.NotFound("resource", arn)
}

// checkFree returns an error if a distribution cannot be associated with a subdomain: it has a certificate or another subdomain, or one is
// about to leave it.
func checkFree(c *api.Call, d *distribution.Distribution) error {
	if d.CertificateLink() != nil {
		return customDomain(d)
	}
	by := ""
	if link := d.SubdomainLink(); link != nil {
		by = link.Other.Name
	}
	others, err := api.Opened[subdomain.Subdomain](c)
	if err != nil {
		return err
	}
	for _, other := range others {
		if former := other.Leaving(c.Now); former != nil && former.ARN == d.Resource.ARN() {
			by = other.Resource.Name
		}
	}
	if by != "" {
		return api.InvalidParams("The resource %s is already associated with the subdomain %s. "+
			"A resource can be associated with only one subdomain at a time.", d.Resource.Name, by)
	}
	return nil
}

func customDomain(d *distribution.Distribution) error {
	return api.InvalidParams("You can't associate a subdomain with a distribution that uses a custom domain. "+
		"Detach the certificate from the distribution first: %s", d.Resource.Name)
}

// associate links a subdomain to a distribution by the plan that the former has, and stores the former.
func associate(c *api.Call, s *subdomain.Subdomain, d *distribution.Distribution) error {
	doc, err := s.Association().Pack()
	if err != nil {
		return err
	}
	s.Priv.Served, d.Priv.Subdomain = true, nil
	if err := c.Save(s); err != nil {
		return err
	}
	return c.Link(s, resource.ServingSubdomain, d, doc)
}

// leave ends the association that a subdomain has, if any. The subdomain is not stored yet.
func leave(c *api.Call, s *subdomain.Subdomain, link *resource.Link) error {
	if err := s.Leave(c.Now, link); err != nil || link == nil {
		return err
	}
	if err := c.Unlink(s.Resource, link); err != nil {
		return err
	}
	d, err := api.Other[distribution.Distribution](c, link)
	if err != nil {
		return err
	}
	return deploy(c, d)
}

// deploy stores a distribution and begins its deployment.
func deploy(c *api.Call, d *distribution.Distribution) error {
	d.Enter(c.Plan(distribution.Lifecycle, distribution.Change))
	return c.Save(d)
}

// abandon disassociates a subdomain from a distribution that is being deleted. One that is being created becomes one of its own.
func abandon(c *api.Call, deleted *resource.Resource, link resource.Link) error {
	if deleted.Kind != resource.Distribution {
		return nil
	}
	s, err := api.Other[subdomain.Subdomain](c, &link)
	if err != nil {
		return err
	}
	event := subdomain.Disassociate
	if s.State(c.Now) == types.SubdomainStateCreating {
		event, s.Priv.Served = subdomain.Create, false
	}
	link.Other = deleted
	if err := s.Leave(c.Now, &link); err != nil {
		return err
	}
	s.Enter(c.Plan(subdomain.Lifecycle, event))
	return c.Save(s)
}

// CreateFor creates a subdomain for a new distribution once that is deployed, and returns the operation of the distribution's
// creation. A name of no valid form is an error. If the account cannot have the subdomain for another reason, the distribution
// says so, and the operation fails then. What becomes of the subdomain is decided at once.
func CreateFor(c *api.Call, d *distribution.Distribution, name string) (*types.Operation, error) {
	if err := subdomain.CheckName(name); err != nil {
		return nil, api.Refused(err)
	}
	k, err := admit(c, name)
	switch {
	case d.CertificateLink() != nil:
		err = customDomain(d)
	case err == nil && subdomain.Fails(name):
		err = api.InvalidInput(codeFailed, "%s", failure(name))
	}
	if refused, ok := errors.AsType[*types.InvalidInputException](err); ok {
		at := d.Priv.Settled()
		d.Priv.Subdomain = &distribution.FailedSubdomain{Name: name, Code: *refused.Code, Details: *refused.Message, At: at}
		return c.Fails(d.Resource, at, *refused.Code, *refused.Message), c.Save(d)
	}
	if err != nil {
		return nil, err
	}
	s := subdomain.New(c.NewResource(resource.Subdomain, name))
	s.Enter(c.Plan(subdomain.Lifecycle, subdomain.Serve))
	if err := insert(c, s, k); err != nil {
		return nil, err
	}
	return c.Started(d.Resource, s.Priv.Settled()), associate(c, s, d)
}
