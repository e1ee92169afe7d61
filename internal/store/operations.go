package store

import (
	"math"
	"sync/atomic"
	"time"
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
	_, err := tx.q.exec(`INSERT INTO operations (id, account, region, resource, position, doc) VALUES ($1, $2, $3, $4, $5, $6)`,
		o.ID, o.Account, o.Region, o.Resource, o.Position, o.Doc)
	return wrap("insert operation", err)
}

const operationColumns = `SELECT id, account, region, resource, position, doc FROM operations `

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
	return &o, scan(&o.ID, &o.Account, &o.Region, &o.Resource, &o.Position, &o.Doc)
}
