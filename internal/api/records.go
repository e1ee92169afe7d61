package api

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Record is a pointer to a kind's type R, which embeds resource.Record.
type Record[R any] interface {
	*R
	resource.Opened
	// Kind is the kind that R is of; it needs no row.
	Kind() resource.Kind
	Open(*resource.Resource) error
}

// Shown is a Record that shows itself as the SDK's type T.
type Shown[R, T any] interface {
	Record[R]
	Show(now time.Time) *T
}

// Target opens the resource of a kind that the action is declared to be on. It returns nil
// if an optional member did not name one.
func Target[R any, P Record[R]](c *Call) (*R, error) {
	r := c.Target(P(new(R)).Kind())
	if r == nil {
		return nil, nil //nolint:nilnil // an optional member did not name one
	}
	return open[R, P](r)
}

// Find opens a resource that the call is not declared to be on, or returns
// NotFoundException. The call is not authorized on it.
func Find[R any, P Record[R]](c *Call, name string) (*R, error) {
	r, err := c.Find(P(new(R)).Kind(), name)
	if err != nil {
		return nil, err
	}
	return open[R, P](r)
}

func open[R any, P Record[R]](r *resource.Resource) (*R, error) {
	record := P(new(R))
	return record, record.Open(r)
}

// Show is the resource that the action is on, as the API shows it now.
func Show[R, T any, P Shown[R, T]](c *Call) (*T, error) {
	record, err := Target[R, P](c)
	if err != nil {
		return nil, err
	}
	return P(record).Show(c.Now), nil
}

// List is a page of all resources of a kind by name, as the API shows them now, and the
// token of the next page.
func List[R, T any, P Shown[R, T]](c *Call, token *string) ([]T, *string, error) {
	return ListBy(c, token, "", c.ByName(P(new(R)).Kind()), shown[R, T, P](c))
}

// ListOf is List of some of the resources: fetch reads up to limit of them after a name.
// scope is what selects them in the input.
func ListOf[R, T any, P Shown[R, T]](
	c *Call, token *string, scope string, fetch func(after string, limit int) ([]*resource.Resource, error),
) ([]T, *string, error) {
	return ListBy(c, token, scope, fetch, shown[R, T, P](c))
}

// All is List for lists that come in one page: of kinds of which an account has few.
func All[R, T any, P Shown[R, T]](c *Call) ([]T, error) {
	rows, err := c.All(P(new(R)).Kind())
	if err != nil {
		return nil, err
	}
	return showAll(rows, shown[R, T, P](c))
}

// Opened opens all resources of a kind of which an account has few, by name.
func Opened[R any, P Record[R]](c *Call) ([]*R, error) {
	rows, err := c.All(P(new(R)).Kind())
	if err != nil {
		return nil, err
	}
	all := make([]*R, len(rows))
	for i, r := range rows {
		if all[i], err = open[R, P](r); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// All reads the resources of a kind whose list comes in one page, by name. The kind's quota is all that
// bounds it.
func (c *Call) All(kind resource.Kind) ([]*resource.Resource, error) { return c.AllIn(c.Region, kind) }

// AllIn is All in another region.
func (c *Call) AllIn(region string, kind resource.Kind) (all []*resource.Resource, err error) {
	const atOnce = 1000
	for after := ""; ; after = all[len(all)-1].Name {
		some, err := c.Tx.Resources(c.Principal.Account, region, kind, after, atOnce)
		if err != nil {
			return nil, err
		}
		if all = append(all, some...); len(some) < atOnce {
			return all, nil
		}
	}
}

// ListShown is List with a function that shows a resource.
func ListShown[T any](c *Call, token *string, kind resource.Kind, show func(*resource.Resource) (*T, error)) ([]T, *string, error) {
	return ListBy(c, token, "", c.ByName(kind), show)
}

// ByName reads resources of a kind in the order of their names.
func (c *Call) ByName(kind resource.Kind) func(after string, limit int) ([]*resource.Resource, error) {
	return func(after string, limit int) ([]*resource.Resource, error) {
		return c.Tx.Resources(c.Principal.Account, c.Region, kind, after, limit)
	}
}

// shown shows a resource as the kind's record does.
func shown[R, T any, P Shown[R, T]](c *Call) func(*resource.Resource) (*T, error) {
	return func(r *resource.Resource) (*T, error) {
		record, err := open[R, P](r)
		if err != nil {
			return nil, err
		}
		return P(record).Show(c.Now), nil
	}
}

// ListBy is ListOf with a function that shows a resource.
func ListBy[T any](
	c *Call, token *string, scope string,
	fetch func(after string, limit int) ([]*resource.Resource, error), show func(*resource.Resource) (*T, error),
) ([]T, *string, error) {
	page, next, err := Page(c, ResourcesPage, token, scope, "", fetch, func(r *resource.Resource) string { return r.Name })
	if err != nil {
		return nil, nil, err
	}
	list, err := showAll(page, show)
	return list, next, err
}

func showAll[T any](rows []*resource.Resource, show func(*resource.Resource) (*T, error)) ([]T, error) {
	list := make([]T, len(rows))
	for i, r := range rows {
		one, err := show(r)
		if err != nil {
			return nil, err
		}
		list[i] = *one
	}
	return list, nil
}

// Insert stores a new record, whose envelope it writes.
func (c *Call) Insert(record resource.Opened) error {
	record.Fill(record.SupportSuffix())
	if err := record.Pack(); err != nil {
		return fmt.Errorf("insert: %w", err)
	}
	return c.Tx.InsertResource(record.Row())
}

// Save stores what was changed in a record.
func (c *Call) Save(record resource.Opened) error {
	if err := record.Pack(); err != nil {
		return fmt.Errorf("save: %w", err)
	}
	return c.Tx.UpdateResource(record.Row())
}

// Delete removes a resource and records that. Its links end with it, with what follows for the
// other ends (Role.Ended): what is attached to it is detached before, or deleted, and what it is
// attached to changes after. It returns an error if a link blocks the deletion.
//
// If an engine has resources of the kind, the row stays until the engine has nothing of this one any
// more. No call sees it.
func (c *Call) Delete(r *resource.Resource) (*types.Operation, error) { return c.DeleteAt(r, c.Now) }

// DeleteAt is Delete of a resource that is gone at a moment, which may lie ahead. The operation is
// started until then, and so long the resource is there: it has its name, its rights and its tags,
// and counts for its quota. Its links end at once. It is shown in the state of its plan, which the
// caller saves before: one such as "deleting", in which the actions on it refuse to change or to
// delete it.
func (c *Call) DeleteAt(r *resource.Resource, at time.Time) (*types.Operation, error) {
	if err := c.checkUnblocked(r); err != nil {
		return nil, err
	}
	attached, attachedTo, err := c.unlinkAll(r)
	if err == nil {
		err = c.linksEnded(r, attached)
	}
	if err == nil {
		err = c.deleteAttached(attached)
	}
	if err == nil {
		err = c.remove(r, at)
	}
	if err != nil {
		return nil, err
	}
	var op *types.Operation
	if at.After(c.Now) {
		op = c.Started(r, at)
	} else {
		op = c.Record(r)
	}
	return op, c.linksEnded(r, attachedTo)
}

// remove deletes the row of a resource, or stores when the resource is gone. Its operations stay.
// Those that are open succeed: nothing will be observed of the resource any more. One without plans
// has none.
func (c *Call) remove(r *resource.Resource, at time.Time) error {
	var err error
	if at.After(c.Now) || r.Kind.Engine() {
		err = c.Tx.LetGo(r, at)
	} else {
		err = c.Tx.DeleteResource(r)
	}
	if err != nil || r.Generation == 0 {
		return err
	}
	return c.Tx.EndOperations(r.ID, r.Generation, c.Now, resource.Outcome{})
}

// OpenAll opens entries that were read, or returns the error of that.
func OpenAll[T any](entries []*resource.Entry, err error, open func(*resource.Entry) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	all := make([]T, len(entries))
	for i, e := range entries {
		if all[i], err = open(e); err != nil {
			return nil, err
		}
	}
	return all, nil
}
