package cost

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Terms is what resources of a kind are charged by when that can change. T is what the charge depends
// on: a bundle, a scale. Each change leaves an entry of the class, with what was before.
type Terms[T comparable] struct {
	resource.Class
	// Charge is what is charged by terms over a span. Its amount is 0 if nothing is.
	Charge func(T, Span) Charge
}

// maxChanges is how many changes are remembered of a resource. What was before them counts as the
// terms before the oldest one.
const maxChanges = 1000

// NewTerms makes the class. check returns an error if terms from a file are not valid.
func NewTerms[T comparable](check func(T) error, charge func(T, Span) Charge) Terms[T] {
	return Terms[T]{resource.Class{
		Name: "terms", Limit: maxChanges, Exported: true, Check: func(e *resource.Entry) error {
			var former T
			d := json.NewDecoder(bytes.NewReader(e.Doc))
			d.DisallowUnknownFields()
			if err := d.Decode(&former); err != nil {
				return err
			}
			return check(former)
		},
	}, charge}
}

// Charges are those of a resource from its creation until now, given the entries of the class, oldest
// first, and its present terms.
func (t Terms[T]) Charges(changes []*resource.Entry, present T, life Span) ([]Charge, error) {
	var all []Charge
	add := func(terms T, until time.Time) {
		if until.Before(life.From) { // the clock was put back
			until = life.From
		}
		if c := t.Charge(terms, Span{life.From, until}); c.Amount > 0 {
			all = append(all, c)
		}
		life.From = until
	}
	for _, e := range changes {
		var former T
		if err := json.Unmarshal(e.Doc, &former); err != nil {
			return nil, err
		}
		add(former, e.At)
	}
	add(present, life.Until)
	return all, nil
}
