package api

import (
	"encoding/json"
	"fmt"

	"github.com/lanyard-cloud/lanyard/internal/cost"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// Cost is what a resource of a kind has been charged for until now.
type Cost func(c *Call, r *resource.Resource) ([]cost.Charge, error)

// Charged is a Record of a kind that is charged for the same as long as it is there.
type Charged[R any] interface {
	Record[R]
	Charge() cost.Charge
}

// CostOf is the Cost of such a kind.
func CostOf[R any, P Charged[R]](c *Call, r *resource.Resource) ([]cost.Charge, error) {
	record, err := open[R, P](r)
	if err != nil {
		return nil, err
	}
	charge := P(record).Charge()
	charge.Span = lifeOf(c, r)
	return []cost.Charge{charge}, nil
}

// lifeOf is how long a resource has been there.
func lifeOf(c *Call, r *resource.Resource) cost.Span {
	return cost.Span{From: r.CreatedAt, Until: c.Now}
}

// OnTerms is a Record of a kind that is charged by terms which can change.
type OnTerms[R any, T comparable] interface {
	Record[R]
	Terms() T
}

// CostByTerms is the Cost of such a kind.
func CostByTerms[R any, T comparable, P OnTerms[R, T]](terms cost.Terms[T]) Cost {
	return func(c *Call, r *resource.Resource) ([]cost.Charge, error) {
		record, err := open[R, P](r)
		if err != nil {
			return nil, err
		}
		changes, err := c.Tx.Entries(r.ID, terms.Class, store.EntryPage{OldestFirst: true, Limit: terms.Limit})
		if err != nil {
			return nil, err
		}
		return terms.Charges(changes, P(record).Terms(), lifeOf(c, r))
	}
}

// KeepTerms stores what a resource was charged by until now, if its present terms are others.
func KeepTerms[T comparable](c *Call, r *resource.Resource, terms cost.Terms[T], former, present T) error {
	if former == present {
		return nil
	}
	doc, err := json.Marshal(former)
	if err != nil {
		return fmt.Errorf("terms of %s %s: %w", r.Kind, r.ID, err)
	}
	_, err = c.Tx.AppendEntry(r.ID, terms.Class, c.Now, doc)
	return err
}
