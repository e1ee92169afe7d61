package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/codec"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// TestEndOperations ends those of one subject: of the generation as was observed, of earlier
// ones as succeeded, and no later ones.
func TestEndOperations(t *testing.T) {
	db := fresh(t)
	begin := time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)
	insert := func(id, subject string, generation int64) {
		doc := codec.Encode(&types.Operation{Id: &id, CreatedAt: &begin, StatusChangedAt: &begin, Status: types.OperationStatusStarted, IsTerminal: new(false)})
		update(t, db, func(tx *store.Tx) error {
			return tx.InsertOperation(&store.Operation{
				ID: id, Account: account, Region: region, Resource: "r", Doc: doc, Subject: subject, Generation: generation,
			})
		})
	}
	for generation := range int64(4) {
		insert(fmt.Sprint("mine", generation), "mine", generation)
	}
	insert("side", "mine", 2)
	insert("other", "other", 2)
	insert("known", "", 0)
	end := func(generation int64, at time.Time, outcome resource.Outcome) {
		update(t, db, func(tx *store.Tx) error { return tx.EndOperations("mine", generation, at, outcome) })
	}
	want := func(id string, status types.OperationStatus, changed time.Time) {
		t.Helper()
		view(t, db, func(tx *store.Tx) error {
			o, err := tx.Operation(account, region, id)
			if err != nil {
				return err
			}
			var op types.Operation
			if err := codec.Unmarshal(o.Doc, &op); err != nil {
				return err
			}
			if op.Status != status || !op.StatusChangedAt.Equal(changed) {
				t.Errorf("operation %s = %s since %s, want %s since %s", id, op.Status, op.StatusChangedAt, status, changed)
			}
			return nil
		})
	}
	at := begin.Add(time.Minute)
	end(2, at, resource.Outcome{Code: "Failed", Details: "It broke."})
	want("mine0", types.OperationStatusSucceeded, at)
	want("mine1", types.OperationStatusSucceeded, at)
	want("mine2", types.OperationStatusFailed, at)
	want("side", types.OperationStatusFailed, at)
	want("mine3", types.OperationStatusStarted, begin)
	want("other", types.OperationStatusStarted, begin)
	want("known", types.OperationStatusStarted, begin)
	end(3, begin.Add(-time.Minute), resource.Outcome{}) // by a clock that was put back
	want("mine3", types.OperationStatusSucceeded, begin)
	want("mine2", types.OperationStatusFailed, at)
}
