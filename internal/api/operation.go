package api

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/codec"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// record is an operation that the pipeline is going to store.
type record struct {
	shown *types.Operation
	// end is when a started operation ends, and outcome is how.
	end     time.Time
	outcome resource.Outcome
	// subject and generation say what ends the operation, if the call does not know.
	subject    string
	generation int64
}

// Record returns the record of a finished operation on a resource. The pipeline
// stores it in the action's transaction, as it is when the action's function ends:
// that may change the type and add details.
func (c *Call) Record(r *resource.Resource) *types.Operation {
	id, name, at, changed, terminal := c.pipe.newOperationID(c.Now), r.Name, c.Now, c.Now, true
	op := &types.Operation{
		Id:              &id,
		ResourceName:    &name,
		ResourceType:    types.ResourceType(r.Kind),
		CreatedAt:       &at,
		Location:        r.Location(),
		IsTerminal:      &terminal,
		OperationType:   types.OperationType(c.action.name),
		Status:          types.OperationStatusSucceeded,
		StatusChangedAt: &changed,
	}
	c.records = append(c.records, record{shown: op})
	return op
}

// Recorded is what the call has recorded so far, as the API shows it.
func (c *Call) Recorded() []types.Operation {
	list := make([]types.Operation, len(c.records))
	for i, r := range c.records {
		list[i] = *r.shown
	}
	return list
}

// EachNamesOther puts the resource of each of two operations into the details of the other one, as
// calls about two resources do. It returns both.
func EachNamesOther(first, second *types.Operation) []types.Operation {
	first.OperationDetails, second.OperationDetails = second.ResourceName, first.ResourceName
	return []types.Operation{*first, *second}
}

// Started is Record for an operation that continues until a moment.
func (c *Call) Started(r *resource.Resource, end time.Time) *types.Operation {
	op := c.Record(r)
	c.Lasts(op, end)
	return op
}

// Lasts makes an operation that the call has recorded one that continues until a moment.
func (c *Call) Lasts(op *types.Operation, end time.Time) {
	op.Status, op.IsTerminal = types.OperationStatusStarted, new(false)
	c.until(op, end)
}

// until notes when an operation ends that the call has recorded, mostly as the last one.
func (c *Call) until(op *types.Operation, end time.Time) {
	for i := range slices.Backward(c.records) {
		if c.records[i].shown == op {
			c.records[i].end = end
			return
		}
	}
}

// Ends ends a started operation of the call at once.
func (c *Call) Ends(op *types.Operation) {
	c.until(op, time.Time{})
	resource.Outcome{}.End(op, c.Now)
}

// Fails is Started for an operation that fails at a moment. It shows the error's code and
// details from then on.
func (c *Call) Fails(r *resource.Resource, at time.Time, code, details string) *types.Operation {
	op := c.Started(r, at)
	c.records[len(c.records)-1].outcome = resource.Outcome{Code: code, Details: details}
	return op
}

// Open is Started for an operation whose end the call does not know: the observation of the
// subject at the present generation of its plan ends it (store.Tx.EndOperations). A later
// generation ends it, too, as succeeded. A call that is about two resources has one subject
// for both of its operations.
func (c *Call) Open(r, subject *resource.Resource) *types.Operation {
	op := c.Started(r, time.Time{})
	last := &c.records[len(c.records)-1]
	last.subject, last.generation = subject.ID, subject.Generation
	return op
}

// stored is the operation as it is in the end: what it is before then follows from
// the clock.
func (r record) stored() *types.Operation {
	if r.end.IsZero() {
		return r.shown
	}
	done := *r.shown
	r.outcome.End(&done, r.end)
	return &done
}

// keepRecords stores the operation records of the call.
func (c *Call) keepRecords() error {
	for _, r := range c.records {
		if err := c.Tx.EndOperations(r.subject, r.generation-1, c.Now, resource.Outcome{}); err != nil {
			return err
		}
		op := r.stored()
		err := c.Tx.InsertOperation(&store.Operation{
			ID:       *op.Id,
			Account:  c.Principal.Account,
			Region:   c.Region,
			Resource: *op.ResourceName,
			Doc:      codec.Encode(op),
			Subject:  r.subject, Generation: r.generation,
		})
		if err != nil {
			return err
		}
	}
	return nil
}
