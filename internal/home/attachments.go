package home

import (
	"errors"
	"log/slog"

	"github.com/lanyard-cloud/lanyard/internal/families"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// formerLink is a link in the documents of a store that an earlier version made. to is the end
// that lists what is attached to it, in order.
type formerLink struct {
	resource.FormerLink
	to *resource.Resource
}

// linkAttachments makes links of the attachments that earlier versions kept in documents. What
// cannot be read stays as it is, so that the server can start for all other resources.
func linkAttachments(tx *store.Tx, log *slog.Logger) error {
	kinds := families.StoredKinds()
	links, err := takeFormerLinks(tx, kinds, log)
	if err != nil {
		return err
	}
	for _, l := range links {
		if err := l.insert(tx, kinds, log); err != nil {
			return err
		}
	}
	return nil
}

// takeFormerLinks takes the links out of all documents.
func takeFormerLinks(tx *store.Tx, kinds resource.StoredKinds, log *slog.Logger) (links []formerLink, err error) {
	var all []*resource.Resource
	err = tx.EachResource("", func(r *resource.Resource) error {
		if kinds[r.Kind].Former != nil {
			all = append(all, r)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		found, err := kinds[r.Kind].Former(r)
		if err != nil {
			log.Warn("resource record unreadable, what is attached is not linked",
				"account", r.Account, "region", r.Region, "kind", r.Kind, "name", r.Name, "error", err)
			continue
		}
		for _, l := range found {
			if ends, _ := l.Role.Ends(); ends.To == r.Kind {
				links = append(links, formerLink{l, r})
			}
		}
		if err := tx.UpdateResource(r); err != nil {
			return nil, err
		}
	}
	return links, nil
}

// insert makes the link, unless what is attached is not there or cannot be read: then the other end could
// not be read, either.
func (l formerLink) insert(tx *store.Tx, kinds resource.StoredKinds, log *slog.Logger) error {
	ends, _ := l.Role.Ends()
	from, err := tx.Resource(l.to.Account, l.to.Region, l.From)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	fits := err == nil && l.Role.Fits(from, l.to) && !l.Role.Full(from, l.to)
	if fits {
		_, unreadable := kinds[from.Kind].Former(from)
		fits = unreadable == nil
	}
	if !fits {
		log.Warn("attached resource absent or unreadable, not linked",
			"account", l.to.Account, "region", l.to.Region, "kind", ends.From, "name", l.From, "attached_to", l.to.Name)
		return nil
	}
	return tx.InsertLink(from, l.Role, l.to, []byte(l.Doc))
}
