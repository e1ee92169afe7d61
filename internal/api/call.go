package api

import (
	"context"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/sshkey"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// Call is one running action. It is valid until the action's function returns.
type Call struct {
	// Context ends when the client goes away or the server stops.
	Context context.Context
	// Principal and Region come from the signature.
	Principal *identity.Principal
	Region    string
	// RequestID is the x-amzn-RequestId of the answer.
	RequestID string
	// Now is the moment of the call by the lifecycle clock, in whole milliseconds: all
	// that one call makes has one time.
	Now time.Time
	// Tx is the call's transaction: a read transaction for reads, a write transaction
	// for writes; nil in a prepare function, which has View.
	Tx *store.Tx

	action  *Action
	http    *http.Request
	pipe    *Pipeline
	loaded  []*resource.Resource
	records []*types.Operation
}

// Keys is the pool of fresh RSA keys.
func (c *Call) Keys() *sshkey.Pool { return c.pipe.o.Keys }

// Sealer seals what has to be kept secret at rest.
func (c *Call) Sealer() *seal.Sealer { return c.pipe.o.Sealer }

// PageSize is how many elements a page of a list has.
func (c *Call) PageSize() int { return c.pipe.o.PageSize }

// Target returns the resource that the action is on: what On or OnNamed declared,
// in the order of the declarations.
func (c *Call) Target(i int) *resource.Resource { return c.loaded[i] }

// View runs fn in a read transaction of its own, in which Tx works. It is for
// prepare functions, which run outside of any transaction.
func (c *Call) View(fn func() error) error {
	return c.pipe.o.Store.View(c.Context, func(tx *store.Tx) error {
		c.Tx = tx
		defer func() { c.Tx = nil }()
		return fn()
	})
}

// NewResource makes a resource of the caller's account and region that exists from
// now on, in all availability zones and without tags. It is not stored yet.
func (c *Call) NewResource(kind resource.Kind, name string) *resource.Resource {
	return &resource.Resource{
		ID:        c.pipe.newID(),
		Account:   c.Principal.Account,
		Region:    c.Region,
		Name:      name,
		Kind:      kind,
		Zone:      "all",
		CreatedAt: c.Now,
		Tags:      []types.Tag{},
	}
}

// Record returns the record of a finished operation on a resource. The pipeline
// stores it in the action's transaction.
func (c *Call) Record(r *resource.Resource) *types.Operation {
	id, name, at, changed, terminal := c.pipe.newID(), r.Name, c.Now, c.Now, true
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
	c.records = append(c.records, op)
	return op
}
