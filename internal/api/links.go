package api

import (
	"fmt"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Role is what a family does about the links of a role. Package resource says which kinds the
// role links.
type Role struct {
	// Blocked is the error of a call that cannot be made because of a link to a resource of the
	// name; nil for roles that block nothing.
	Blocked func(other string) error
	// Missing is the error of a call that needs a link which the resource does not have; nil for
	// roles that no action needs.
	Missing func(c *Call, r *resource.Resource) error
	// Ended does what follows for the other resource when a link has ended, since one of its
	// ends is being deleted: it changes that resource and records operations. It is nil for
	// roles from which nothing follows.
	Ended func(c *Call, deleted *resource.Resource, link resource.Link) error
}

// Deletes declares that the action deletes an existing resource of a kind, named by the kind's
// usual input member, as On does. A resource with a link that blocks that is not deleted.
func Deletes(kind resource.Kind) Option {
	return func(a *Action) {
		On(kind)(a)
		a.deletes = kind
	}
}

// Linked declares that the resource that the action is on has a link of a role, at the end
// that is attached.
func Linked(role resource.Role) Option { return func(a *Action) { a.linked = role } }

// checkRoles panics if the action needs of a role what its family does not do.
func (a *Action) checkRoles(roles map[resource.Role]Role) {
	if a.linked != "" && roles[a.linked].Missing == nil {
		panic(fmt.Sprintf("api: %s needs a link of the role %s, and no family says what is missing without it", a.name, a.linked))
	}
	for _, role := range resource.Roles() {
		if ends, _ := role.Ends(); ends.BlocksFrom && ends.From == a.deletes && roles[role].Blocked == nil {
			panic(fmt.Sprintf("api: %s deletes what a link of the role %s blocks, and no family says so", a.name, role))
		}
	}
}

// checkLinks returns an error if a link is missing, or blocks the deletion.
func (c *Call) checkLinks() error {
	if c.action.deletes != "" {
		return c.checkUnblocked(c.Target(c.action.deletes))
	}
	role := c.action.linked
	if role == "" {
		return nil
	}
	ends, _ := role.Ends()
	if r := c.Target(ends.From); r.Linked(role) == nil {
		return c.pipe.o.Roles[role].Missing(c, r)
	}
	return nil
}

func (c *Call) checkUnblocked(r *resource.Resource) error {
	for _, l := range r.Links {
		if ends, _ := l.Role.Ends(); ends.BlocksFrom && l.Side == resource.From {
			return c.pipe.o.Roles[l.Role].Blocked(l.Other.Name)
		}
	}
	return nil
}

// stored is a resource or its record.
type stored interface{ Row() *resource.Resource }

// Link links two resources, and both have the link from then on. doc is what belongs to the
// relation, as JSON. A second link of a role, if a resource can have only one, is an internal
// error: the action refuses that.
func (c *Call) Link(from stored, role resource.Role, to stored, doc []byte) error {
	r, other := from.Row(), to.Row()
	switch {
	case !role.Fits(r, other):
		return fmt.Errorf("the role %q does not link a %s to a %s", role, r.Kind, other.Kind)
	case role.Full(r, other):
		return fmt.Errorf("%s %s or %s %s has a link of the role %s already", r.Kind, r.ID, other.Kind, other.ID, role)
	}
	return c.Tx.InsertLink(r, role, other, doc)
}

// Other opens the resource at the other end of a link. The call is not authorized on it.
func Other[R any, P Record[R]](c *Call, link *resource.Link) (*R, error) {
	r, err := c.Tx.ResourceByID(link.Other.ID)
	if err != nil {
		return nil, err
	}
	return open[R, P](r)
}

// Unlink ends a link of a resource.
func (c *Call) Unlink(r *resource.Resource, link *resource.Link) error {
	return c.Tx.DeleteLink(r, link)
}

// unlinkAll ends all links of a resource that is being deleted. It returns those to what was
// attached to it, and those to what it was attached to.
func (c *Call) unlinkAll(r *resource.Resource) (attached, attachedTo []resource.Link, err error) {
	for _, l := range r.Links { // Unlink leaves this list as it is
		if err := c.Unlink(r, &l); err != nil {
			return nil, nil, err
		}
		if l.Side == resource.To {
			attached = append(attached, l)
		} else {
			attachedTo = append(attachedTo, l)
		}
	}
	return attached, attachedTo, nil
}

// deleteAttached deletes what was attached to a resource that is being deleted, and does not stay
// without it. No operation is recorded of that.
func (c *Call) deleteAttached(links []resource.Link) error {
	for _, l := range links {
		if ends, _ := l.Role.Ends(); !ends.DeletesFrom {
			continue
		}
		if err := c.remove(l.Other, c.Now); err != nil {
			return err
		}
	}
	return nil
}

// linksEnded does what follows from the end of links of a resource that is being deleted.
func (c *Call) linksEnded(deleted *resource.Resource, links []resource.Link) error {
	for _, l := range links {
		if ended := c.pipe.o.Roles[l.Role].Ended; ended != nil {
			if err := ended(c, deleted, l); err != nil {
				return err
			}
		}
	}
	return nil
}
