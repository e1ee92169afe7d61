package store

import (
	"fmt"
	"math"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/codec"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Operation is a stored record of what a write did.
type Operation struct {
	ID, Account, Region string
	// Resource is the name of the resource that the operation was on.
	Resource string
	// Doc is the SDK's Operation as AWS JSON.
	Doc []byte
	// Position orders operations; InsertOperation sets it.
	Position int64
	// Subject is the id of the resource whose observation at Generation ends the operation,
	// for one whose end is not known; "" for all others.
	Subject    string
	Generation int64
}

// positions hands out rising numbers, also when two operations are made in the same
// microsecond or the clock steps back.
type positions struct{ last atomic.Int64 }

func (p *positions) next() int64 {
	for {
		last := p.last.Load()
		next := max(time.Now().UnixMicro(), last+1)
		if p.last.CompareAndSwap(last, next) {
			return next
		}
	}
}

// Cursor is a place in a list of operations: behind the one that it names.
type Cursor struct {
	Position int64  `json:"p"`
	ID       string `json:"i"`
}

// Newest is the cursor in front of the newest operation.
var Newest = Cursor{Position: math.MaxInt64}

// InsertOperation adds an operation behind all that were added before.
func (tx *Tx) InsertOperation(o *Operation) error {
	o.Position = tx.positions.next()
	_, err := tx.q.exec(`INSERT INTO operations (id, account, region, resource, position, doc, subject, generation)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		o.ID, o.Account, o.Region, o.Resource, o.Position, o.Doc, o.Subject, o.Generation)
	return wrap("insert operation", err)
}

// EndOperations ends the open operations of a resource, given by its id, at the moment of
// an observation: those of its plan's generation as the observation says, those of earlier
// generations as succeeded. An operation never ends before it began.
func (tx *Tx) EndOperations(subject string, generation int64, at time.Time, outcome resource.Outcome) error {
	if subject == "" {
		return nil
	}
	open, err := many(tx, "open operations", scanOperation,
		operationColumns+`WHERE subject = $1 AND subject <> '' AND generation <= $2`, subject, generation)
	if err != nil {
		return err
	}
	for _, o := range open {
		ends := outcome
		if o.Generation < generation {
			ends = resource.Outcome{}
		}
		if err := tx.endOperation(o, at, ends); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) endOperation(o *Operation, at time.Time, outcome resource.Outcome) error {
	op := &types.Operation{}
	if err := codec.Unmarshal(o.Doc, op); err != nil {
		return fmt.Errorf("stored operation %s: %w", o.ID, err)
	}
	if at.Before(*op.CreatedAt) {
		at = *op.CreatedAt
	}
	outcome.End(op, at)
	res, err := tx.q.exec(`UPDATE operations SET doc = $1, subject = '' WHERE id = $2`, codec.Encode(op), o.ID)
	return changed("end operation", res, err)
}

const operationColumns = `SELECT id, account, region, resource, position, doc, subject, generation FROM operations `

// Operation reads an operation of an account and region, or ErrNotFound.
func (tx *Tx) Operation(account, region, id string) (*Operation, error) {
	return one(tx, "operation", scanOperation,
		operationColumns+`WHERE id = $1 AND account = $2 AND region = $3`, id, account, region)
}

// Operations lists operations, the newest first, at most limit of them, those
// behind the cursor.
func (tx *Tx) Operations(account, region string, after Cursor, limit int) ([]*Operation, error) {
	return many(tx, "operations", scanOperation,
		operationColumns+`WHERE account = $1 AND region = $2 AND (position, id) < ($3, $4) ORDER BY position DESC, id DESC LIMIT $5`,
		account, region, after.Position, after.ID, limit)
}

// OperationsOf is Operations for the resources that have or had one name.
func (tx *Tx) OperationsOf(account, region, name string, after Cursor, limit int) ([]*Operation, error) {
	return many(tx, "operations of a resource", scanOperation,
		operationColumns+`WHERE account = $1 AND region = $2 AND resource = $3 AND (position, id) < ($4, $5) ORDER BY position DESC, id DESC LIMIT $6`,
		account, region, name, after.Position, after.ID, limit)
}

func scanOperation(scan func(...any) error) (*Operation, error) {
	var o Operation
	return &o, scan(&o.ID, &o.Account, &o.Region, &o.Resource, &o.Position, &o.Doc, &o.Subject, &o.Generation)
}
