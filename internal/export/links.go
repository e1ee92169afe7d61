package export

import (
	"errors"
	"fmt"
	"slices"

	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// link links two resources of the file.
func (i *importer) link(r *linkRecord) error {
	from, err := i.linkEnd(r, r.From)
	if err != nil {
		return err
	}
	to, err := i.linkEnd(r, r.To)
	if err != nil {
		return err
	}
	return i.insertLink(from, resource.Role(r.Role), to, r.Doc, r.Position)
}

// linkEnd reads an end of a link. The resources that wait to be written are stored first.
func (i *importer) linkEnd(r *linkRecord, id string) (*resource.Resource, error) {
	if err := i.flush(); err != nil {
		return nil, err
	}
	end, err := i.tx.ResourceByID(id)
	if errors.Is(err, store.ErrNotFound) || err == nil && end.Account != r.Account {
		return nil, fmt.Errorf("the account has no resource %s that could have a link", id)
	}
	return end, err
}

// insertLink links two resources as an action could have.
func (i *importer) insertLink(from *resource.Resource, role resource.Role, to *resource.Resource, doc []byte, position int64) error {
	ends, _ := role.Ends()
	var err error
	switch {
	case !role.Fits(from, to):
		err = misfit(ends)
	case !from.GoneAt.IsZero() || !to.GoneAt.IsZero():
		err = errors.New("one of the two is being deleted, which ends its links")
	case role.Full(from, to):
		err = errors.New("one of the two has another such link")
	default:
		err = i.o.Kinds[from.Kind].CheckLinks(role, from, to, doc)
	}
	if err != nil {
		return fmt.Errorf("link %s from the %s %s to the %s %s: %w", role, from.Kind, from.Name, to.Kind, to.Name, err)
	}
	for _, end := range []*resource.Resource{from, to} {
		if c := i.owners[end.ID]; c != nil {
			c.links = slices.DeleteFunc(c.links, func(r resource.Role) bool { return r == role })
		}
	}
	i.done.Links++
	return i.tx.InsertLinkAt(from, role, to, doc, position)
}

// misfit says what a role links, and the two resources are not.
func misfit(ends resource.Ends) error {
	text := fmt.Sprintf("it is not from a %s to a %s", ends.From, ends.To)
	if !ends.Anywhere {
		text += " of one region"
	}
	return errors.New(text)
}

// formerLink is a link of an account and region in an earlier version's file.
type formerLink struct {
	account, region string
	resource.FormerLink
}

// formerEnd is what told of a former link first.
type formerEnd struct {
	by *claimant
	// from reports that it is the end that is attached.
	from bool
}

// other names the end that did not tell of the link.
func (e formerEnd) other(link formerLink) string {
	ends, _ := link.Role.Ends()
	if e.from {
		return fmt.Sprintf("%s %s", ends.To, link.To)
	}
	return fmt.Sprintf("%s %s", ends.From, link.From)
}

// noteFormer notes the links that a resource of an earlier version's file tells of. Both ends
// have to tell the same.
func (i *importer) noteFormer(c *claimant, links []resource.FormerLink) error {
	for _, l := range links {
		ends, _ := l.Role.Ends()
		link, end := formerLink{c.account, c.region, l}, formerEnd{c, c.kind == ends.From}
		other, there := i.former[link]
		switch {
		case !there:
			i.former[link] = end
		case other.from == end.from:
			return fmt.Errorf("doc: the attachment of the %s %s is there twice", ends.From, l.From)
		default:
			delete(i.former, link)
		}
		if !end.from {
			i.formerLinks = append(i.formerLinks, link)
		}
	}
	return nil
}

// linkFormer makes the links of an earlier version's file, of which both ends told.
func (i *importer) linkFormer() error {
	for _, l := range i.formerLinks {
		if _, half := i.former[l]; half {
			continue // checkClaims says so
		}
		from, err := i.tx.Resource(l.account, l.region, l.From)
		if err != nil {
			return err
		}
		to, err := i.tx.Resource(l.account, l.region, l.To)
		if err != nil {
			return err
		}
		if err := i.insertLink(from, l.Role, to, []byte(l.Doc), 0); err != nil {
			return err
		}
	}
	return nil
}
