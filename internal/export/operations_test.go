package export_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/codec"
	"github.com/lanyard-cloud/lanyard/internal/export"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// TestExport_operationsWithOutcomes moves an operation that will fail, one of which the end is not known, and one that
// is about a registry.
func TestExport_operationsWithOutcomes(t *testing.T) {
	from := newSite(t, newDSN(t)).fill()
	edit := func(n int, position int64, change func(*store.Operation, *types.Operation)) *store.Operation {
		o := operation(n, root, region, "deleted-since", position)
		var op types.Operation
		if err := codec.Unmarshal(o.Doc, &op); err != nil {
			t.Fatal(err)
		}
		change(o, &op)
		o.Doc = codec.Encode(&op)
		return o
	}
	fails := edit(90, 1000, func(_ *store.Operation, op *types.Operation) {
		resource.Outcome{Code: "InternalFailure", Details: "The zone is full."}.End(op, now.Add(time.Minute))
	})
	open := edit(91, 1001, func(o *store.Operation, op *types.Operation) {
		o.Subject, o.Generation = "00000000-0000-4000-8000-000000000091", 3
		op.Status, op.IsTerminal = types.OperationStatusStarted, new(false)
	})
	registry := edit(92, 1002, func(o *store.Operation, op *types.Operation) {
		o.Resource = root + ".dkr.ecr.us-east-1.amazonaws.com"
		op.ResourceName, op.ResourceType, op.OperationType = &o.Resource, types.ResourceTypeContainerService, types.OperationTypeCreateContainerServiceRegistryLogin
	})
	from.update(func(tx *store.Tx) error { return tx.InsertOperations([]*store.Operation{fails, open, registry}) })
	file, _ := from.export(export.Options{Passphrase: passphrase})
	to := newSite(t, newDSN(t))
	if _, err := to.load(export.ImportOptions{Passphrase: passphrase}, file); err != nil {
		t.Fatal(err)
	}
	if got, want := to.contents(), from.contents(); !slices.Equal(got, want) {
		t.Errorf("contents after the import = %s\nwant %s", got, want)
	}
	for old, with := range map[string]string{
		`"generation":3`:  `"generation":-3`,
		`"generation":3}`: `"generation":9223372036854775807}`,
		`"subject":"00000000-0000-4000-8000-000000000091"`:  `"subject":"x"`, // not an id
		`"subject":"00000000-0000-4000-8000-000000000091",`: ``,              // started, with nothing that ends it
		`"errorCode":"InternalFailure",`:                    ``,              // failed, without saying how
	} {
		if _, err := newSite(t, newDSN(t)).load(export.ImportOptions{Passphrase: passphrase}, strings.Replace(file, old, with, 1)); err == nil {
			t.Errorf("import of a file with %q in place of %q succeeded, want an error", with, old)
		}
	}
}

// TestImport_openOperationEndsByItsSubject moves an instance with an operation that its third
// plan is to end. What is found of that plan in the new store ends it.
func TestImport_openOperationEndsByItsSubject(t *testing.T) {
	from := newSite(t, newDSN(t)).fill().fillInstances()
	const id, generation = "00000000-0000-4000-8000-000000000020", 3
	open := operation(91, root, region, "site", 1001)
	open.Subject, open.Generation = id, generation
	var op types.Operation
	if err := codec.Unmarshal(open.Doc, &op); err != nil {
		t.Fatal(err)
	}
	op.Status, op.IsTerminal = types.OperationStatusStarted, new(false)
	open.Doc = codec.Encode(&op)
	from.update(func(tx *store.Tx) error {
		r, err := tx.ResourceByID(id)
		if err != nil {
			return err
		}
		r.Generation = generation
		return firstOf(tx.UpdateResource(r), tx.InsertOperation(open))
	})
	file, _ := from.export(export.Options{Passphrase: passphrase})
	to := newSite(t, newDSN(t))
	if _, err := to.load(export.ImportOptions{Passphrase: passphrase}, file); err != nil {
		t.Fatal(err)
	}
	to.update(func(tx *store.Tx) error {
		r, err := tx.ResourceByID(id)
		if err != nil {
			return err
		}
		return tx.EndOperations(id, r.Generation, now, resource.Outcome{})
	})
	to.view(func(tx *store.Tx) error {
		o, err := tx.Operation(root, region, open.ID)
		if err != nil {
			return err
		}
		if o.Subject != "" {
			t.Errorf("operation after its subject's observation in the new store is open, want it ended")
		}
		return nil
	})
}
