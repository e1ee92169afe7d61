package store

import (
	"strings"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// InsertLink adds a link after all that were added before. Both resources are in one
// account. They have the link from then on, also as they are in memory.
func (tx *Tx) InsertLink(from *resource.Resource, role resource.Role, to *resource.Resource, doc []byte) error {
	return tx.InsertLinkAt(from, role, to, doc, 0)
}

// InsertLinkAt is InsertLink at a position that the link had in another store; 0 is after all.
func (tx *Tx) InsertLinkAt(from *resource.Resource, role resource.Role, to *resource.Resource, doc []byte, position int64) error {
	if position == 0 {
		position = tx.positions.next()
	}
	_, err := tx.q.exec(`INSERT INTO links (from_id, role, to_id, position, doc) VALUES ($1, $2, $3, $4, $5)`,
		from.ID, string(role), to.ID, position, doc)
	if err != nil {
		return wrap("insert link", exists(err))
	}
	from.Links = append(from.Links, resource.Link{Role: role, Side: resource.From, Doc: doc, Other: to})
	to.Links = append(to.Links, resource.Link{Role: role, Side: resource.To, Doc: doc, Other: from})
	return tx.relinked(from, to)
}

// DeleteLink removes a link, also from the resource as it is in memory. That of the other end
// is not known here.
func (tx *Tx) DeleteLink(r *resource.Resource, link *resource.Link) error {
	from, to := r, link.Other
	if link.Side == resource.To {
		from, to = to, from
	}
	res, err := tx.q.exec(`DELETE FROM links WHERE from_id = $1 AND role = $2 AND to_id = $3`, from.ID, string(link.Role), to.ID)
	if err := changed("delete link", res, err); err != nil {
		return err
	}
	r.Unlink(link.Role, link.Other.ID)
	return tx.relinked(from, to)
}

// relinked notes that the links of resources have changed: what runs for them may be another.
func (tx *Tx) relinked(all ...*resource.Resource) error {
	for _, r := range all {
		tx.touch(r.ID, r.Kind)
		if !r.Kind.Runs() {
			continue
		}
		if _, err := tx.q.exec(`UPDATE resources SET revision = $1 WHERE id = $2`, newRevision(r.Kind), r.ID); err != nil {
			return wrap("change revision", err)
		}
	}
	return nil
}

// linkColumns are what a resource shows of the other end. Only at the To end it shows the
// other's document, and only by some roles: a document can be large.
var linkColumns = map[resource.Side]string{
	resource.From: `SELECT l.from_id, l.role, l.doc, o.id, o.region, o.name, o.kind FROM links l JOIN resources o ON o.id = l.to_id
		WHERE o.gone_at > $1 AND l.from_id IN (`,
	resource.To: `SELECT l.to_id, l.role, l.doc, o.id, o.region, o.name, o.kind, o.zone, o.created_at,
		CASE WHEN l.role IN (` + shownRoles() + `) THEN o.doc END
		FROM links l JOIN resources o ON o.id = l.from_id WHERE o.gone_at > $1 AND l.to_id IN (`,
}

// shownRoles lists the roles by which the document of the From end is shown.
func shownRoles() string {
	var list []string
	for _, role := range resource.Roles() {
		if ends, _ := role.Ends(); ends.Shown {
			list = append(list, "'"+string(role)+"'")
		}
	}
	return strings.Join(list, ", ")
}

// linkQueries are the statements for listSizes.
var linkQueries = func() map[resource.Side][]string {
	queries := map[resource.Side][]string{}
	for side, columns := range linkColumns {
		queries[side] = listQueries(columns, 2, `) ORDER BY l.position`)
	}
	return queries
}()

// withLinks adds the links of resources of one kind to others that are not gone.
func (tx *Tx) withLinks(all ...*resource.Resource) error {
	if len(all) == 0 || len(all[0].Kind.Sides()) == 0 {
		return nil
	}
	ids, byID := make([]string, len(all)), make(map[string]*resource.Resource, len(all))
	for i, r := range all {
		ids[i], byID[r.ID] = r.ID, r
	}
	for _, side := range all[0].Kind.Sides() {
		err := inLists(ids, func(size int, list []any) error {
			found, err := many(tx, "links", scanLink(side), linkQueries[side][size], append([]any{tx.moment()}, list...)...)
			for _, l := range found {
				r := byID[l.of]
				l.Other.Account = r.Account
				r.Links = append(r.Links, l.Link)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// linkOf is a link of the resource that has the id.
type linkOf struct {
	of string
	resource.Link
}

func scanLink(side resource.Side) func(scan func(...any) error) (linkOf, error) {
	return func(scan func(...any) error) (linkOf, error) {
		other := &resource.Resource{}
		l, at := linkOf{Link: resource.Link{Side: side, Other: other}}, int64(0)
		dest := []any{&l.of, (*string)(&l.Role), &l.Doc, &other.ID, &other.Region, &other.Name, (*string)(&other.Kind)}
		if side == resource.To {
			dest = append(dest, &other.Zone, &at, &other.Doc)
		}
		err := scan(dest...)
		other.CreatedAt = time.UnixMilli(at)
		return l, err
	}
}

// StoredLink is a link by the ids of its ends.
type StoredLink struct {
	Account  string
	From, To string
	Role     resource.Role
	// Position orders links by when they were made.
	Position int64
	Doc      []byte
}

// EachLink goes through the links of resources that are not gone, by account, first end, role and
// second end.
func (tx *Tx) EachLink(account string, fn func(StoredLink) error) error {
	return each(tx, "links", func(scan func(...any) error) (l StoredLink, err error) {
		return l, scan(&l.Account, &l.From, (*string)(&l.Role), &l.To, &l.Position, &l.Doc)
	}, fn, `SELECT r.account, l.from_id, l.role, l.to_id, l.position, l.doc
		FROM links l JOIN resources r ON r.id = l.from_id JOIN resources o ON o.id = l.to_id `,
		"r.account", "r.account, l.from_id, l.role, l.to_id", account, "r.gone_at", "o.gone_at")
}
