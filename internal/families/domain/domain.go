// Package domain holds the actions about DNS zones.
//
// It does not answer DNS queries: the entries are only kept.
package domain

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/kind/domain"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Added does what follows from an entry that a zone has now.
type Added func(c *api.Call, zone *domain.Domain, entry *types.DomainEntry) error

// Declare returns what the family has. added is what other families do about new entries.
func Declare(added ...Added) api.Family {
	f := family{added}
	return api.Family{Kinds: domain.Stored(), Actions: []api.Action{
		api.New(create, api.Creates(resource.Domain)),
		api.New(get, api.On(resource.Domain)),
		api.New(list, api.Of(resource.Domain)),
		api.New(remove, api.Deletes(resource.Domain)),
		api.New(f.createEntry, api.On(resource.Domain)),
		api.New(f.updateEntry, api.On(resource.Domain)),
		api.New(deleteEntry, api.On(resource.Domain)),
	}}
}

type family struct{ added []Added }

func create(c *api.Call, in *lightsail.CreateDomainInput) (*lightsail.CreateDomainOutput, error) {
	d, err := domain.New(c.New(resource.Domain, *in.DomainName))
	if err != nil {
		return nil, refusal(err)
	}
	return &lightsail.CreateDomainOutput{Operation: c.Record(d.Resource)}, c.Insert(d)
}

func get(c *api.Call, _ *lightsail.GetDomainInput) (*lightsail.GetDomainOutput, error) {
	d, err := api.Show[domain.Domain, types.Domain](c)
	return &lightsail.GetDomainOutput{Domain: d}, err
}

func list(c *api.Call, in *lightsail.GetDomainsInput) (*lightsail.GetDomainsOutput, error) {
	all, next, err := api.List[domain.Domain, types.Domain](c, in.PageToken)
	return &lightsail.GetDomainsOutput{Domains: all, NextPageToken: next}, err
}

// remove deletes a zone with all its entries.
func remove(c *api.Call, _ *lightsail.DeleteDomainInput) (*lightsail.DeleteDomainOutput, error) {
	op, err := c.Delete(c.Target(resource.Domain))
	return &lightsail.DeleteDomainOutput{Operation: op}, err
}

func (f family) createEntry(c *api.Call, in *lightsail.CreateDomainEntryInput) (*lightsail.CreateDomainEntryOutput, error) {
	op, err := change(c, func(z *domain.Zone) error { return z.Add(in.DomainEntry) }, f.follow(c, in.DomainEntry))
	return &lightsail.CreateDomainEntryOutput{Operation: op}, err
}

func (f family) updateEntry(c *api.Call, in *lightsail.UpdateDomainEntryInput) (*lightsail.UpdateDomainEntryOutput, error) {
	op, err := change(c, func(z *domain.Zone) error { return z.Update(in.DomainEntry) }, f.follow(c, in.DomainEntry))
	if err != nil {
		return nil, err
	}
	return &lightsail.UpdateDomainEntryOutput{Operations: []types.Operation{*op}}, nil
}

func deleteEntry(c *api.Call, in *lightsail.DeleteDomainEntryInput) (*lightsail.DeleteDomainEntryOutput, error) {
	op, err := change(c, func(z *domain.Zone) error { return z.Remove(in.DomainEntry) }, nil)
	return &lightsail.DeleteDomainEntryOutput{Operation: op}, err
}

// follow does what other families do about an entry that the zone has now.
func (f family) follow(c *api.Call, entry *types.DomainEntry) func(*domain.Domain) error {
	return func(d *domain.Domain) error {
		for _, added := range f.added {
			if err := added(c, d, entry); err != nil {
				return err
			}
		}
		return nil
	}
}

// change changes the entries of the call's zone, and records that. then is what follows; nil for
// nothing.
func change(c *api.Call, fn func(*domain.Zone) error, then func(*domain.Domain) error) (*types.Operation, error) {
	d, err := api.Target[domain.Domain](c)
	if err != nil {
		return nil, err
	}
	if err := d.Change(fn); err != nil {
		return nil, refusal(err)
	}
	if err := c.Save(d); err != nil {
		return nil, err
	}
	if then != nil {
		err = then(d)
	}
	return c.Record(d.Resource), err
}

// refusal is the client's error for a change that a zone does not admit.
func refusal(err error) error {
	refused, ok := errors.AsType[*domain.Error](err)
	switch {
	case !ok:
		return err
	case refused.Missing:
		return api.NotFound("DomainEntry", refused.Message)
	}
	return api.InvalidParams("%s", refused.Message)
}
