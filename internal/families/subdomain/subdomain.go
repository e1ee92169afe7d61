// Package subdomain holds the actions about subdomains: web addresses below amazonlightsail.com, which distributions can have.
//
// It answers no DNS queries and serves nothing. Subdomains of distributions are created by CreateFor, too.
package subdomain

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/kind/subdomain"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Declare returns what the family has.
func Declare() api.Family {
	const kind = resource.Subdomain
	return api.Family{
		Kinds: subdomain.Stored(),
		Roles: map[resource.Role]api.Role{resource.ClaimedSubdomain: {}, resource.ServingSubdomain: {Ended: abandon}},
		Actions: []api.Action{
			api.New(checkAvailability, api.Of(kind)),
			api.New(create, api.Creates(kind)),
			api.New(list, api.Of(kind), api.MayBeOn(kind.NameMember(), kind)),
			api.New(remove, api.MayBeOn(kind.NameMember(), kind)),
			api.New(updateAssociation, api.MayBeOn(kind.NameMember(), kind)),
		},
	}
}

// named is the subdomain that the call is on, or the claim by which there is an implicit one of the name.
func named(c *api.Call, name string) (s *subdomain.Subdomain, implicit *subdomain.Claim, err error) {
	if s, err = api.Target[subdomain.Subdomain](c); err != nil || s != nil {
		return s, nil, err
	}
	k, err := findClaim(c, subdomain.Top(name))
	if err == nil && !k.IsImplicit(name) {
		_, err = c.Find(resource.Subdomain, name)
	}
	return nil, k, err
}

// target is the subdomain that the call is on. An implicit one is there, and in no state for any change.
func target(c *api.Call, verb, name string) (*subdomain.Subdomain, error) {
	s, implicit, err := named(c, name)
	if err == nil && implicit != nil {
		err = api.WrongState(verb, noun, types.SubdomainStateImplicit)
	}
	return s, err
}

// noun is what refusals call a subdomain.
const noun = "subdomain"

func create(c *api.Call, in *lightsail.CreateSubdomainInput) (*lightsail.CreateSubdomainOutput, error) {
	name := *in.SubdomainName
	k, err := admit(c, name)
	if err != nil {
		return nil, err
	}
	s := subdomain.New(c.New(resource.Subdomain, name))
	event := subdomain.Create
	if subdomain.Fails(name) {
		event = subdomain.Fail
	}
	s.Enter(c.Plan(subdomain.Lifecycle, event))
	if err := insert(c, s, k); err != nil {
		return nil, err
	}
	out := &lightsail.CreateSubdomainOutput{Subdomain: s.Show(c.Now)}
	if event == subdomain.Fail {
		out.Operation = c.Fails(s.Resource, s.Priv.Settled(), codeFailed, failure(name))
	} else {
		out.Operation = c.Started(s.Resource, s.Priv.Settled())
	}
	return out, nil
}

// insert stores a new subdomain, by a claim that admit has returned.
func insert(c *api.Call, s *subdomain.Subdomain, k *subdomain.Claim) error {
	name := s.Resource.Name
	k.Use(name, c.Now)
	stays, err := keep(c, subdomain.Top(name), k, true)
	if err != nil {
		return err
	}
	if err := c.Insert(s); err != nil {
		return err
	}
	return c.Link(s, resource.ClaimedSubdomain, stays, resource.NoDoc)
}

// list has the top-level subdomains by name, each with those nested in it, or the one that is asked for.
func list(c *api.Call, in *lightsail.GetSubdomainsInput) (*lightsail.GetSubdomainsOutput, error) {
	if in.SubdomainName != nil {
		if aws.ToString(in.PageToken) != "" {
			return nil, api.InvalidParams("You can't specify pageToken together with subdomainName.")
		}
		one, err := shown(c, *in.SubdomainName)
		if err != nil {
			return nil, err
		}
		return &lightsail.GetSubdomainsOutput{Subdomains: []types.Subdomain{*one}}, nil
	}
	all, err := trees(c)
	if err != nil {
		return nil, err
	}
	fetch := func(after string, limit int) ([]types.Subdomain, error) {
		from := slices.IndexFunc(all, func(s types.Subdomain) bool { return *s.SubdomainName > after })
		if from < 0 {
			return []types.Subdomain{}, nil
		}
		return all[from:min(from+limit, len(all))], nil
	}
	name := func(s types.Subdomain) string { return *s.SubdomainName }
	page, next, err := api.Page(c, api.ResourcesPage, in.PageToken, "", "", fetch, name)
	return &lightsail.GetSubdomainsOutput{Subdomains: page, NextPageToken: next}, err
}

// shown is the subdomain of a name, with its tags.
func shown(c *api.Call, name string) (*types.Subdomain, error) {
	s, implicit, err := named(c, name)
	switch {
	case err != nil:
		return nil, err
	case implicit != nil:
		return implicit.Implicit(), nil
	}
	doc := s.Show(c.Now)
	doc.Tags = s.Resource.Tags
	return doc, nil
}

// trees are all top-level subdomains of the account by name, implicit ones included, each with those nested in it.
func trees(c *api.Call) ([]types.Subdomain, error) {
	owned, err := api.Opened[subdomain.Claim](c)
	if err != nil {
		return nil, err
	}
	created, err := api.Opened[subdomain.Subdomain](c)
	if err != nil {
		return nil, err
	}
	tops, children := map[string]types.Subdomain{}, map[string][]types.Subdomain{}
	for _, s := range created {
		name := s.Resource.Name
		if top := subdomain.Top(name); top == name {
			tops[top] = *s.Show(c.Now)
		} else {
			children[top] = append(children[top], *s.Show(c.Now))
		}
	}
	all := []types.Subdomain{}
	for _, k := range owned {
		if !k.IsUsed() {
			continue
		}
		doc, ok := tops[k.Top()]
		if !ok {
			doc = *k.Implicit()
		}
		doc.Children = children[k.Top()]
		all = append(all, doc)
	}
	slices.SortFunc(all, func(a, b types.Subdomain) int { return strings.Compare(*a.SubdomainName, *b.SubdomainName) })
	return all, nil
}

// remove deletes a subdomain that is associated with nothing. A top-level one stays as an implicit one while subdomains are nested in it.
func remove(c *api.Call, in *lightsail.DeleteSubdomainInput) (*lightsail.DeleteSubdomainOutput, error) {
	const verb = "delete"
	name := *in.SubdomainName
	s, err := target(c, verb, name)
	if err != nil {
		return nil, err
	}
	if !s.CanBeDeleted(c.Now) {
		return nil, api.WrongState(verb, noun, s.State(c.Now))
	}
	op, err := c.Delete(s.Resource)
	if err != nil {
		return nil, err
	}
	k, err := findClaim(c, subdomain.Top(name))
	if err != nil {
		return nil, err
	}
	if s.Priv.Served {
		k.Hold(name, c.Now)
	}
	out := &lightsail.DeleteSubdomainOutput{Operation: op}
	if k.IsImplicit(name) {
		out.Subdomain = k.Implicit()
	}
	_, err = keep(c, subdomain.Top(name), k, false)
	return out, err
}
