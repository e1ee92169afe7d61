package export_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/export"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// TestExport_leavesOutWhatIsGone has a resource that is gone when the file is written, with an address
// and with its name taken anew, and one that goes a minute later.
func TestExport_leavesOutWhatIsGone(t *testing.T) {
	from := newSite(t, newDSN(t)).fill()
	gone, going, next := from.keyPair(40, root, region, "old"), from.keyPair(41, root, region, "leaving"), from.keyPair(42, root, region, "old")
	end := now.Add(time.Minute)
	from.update(func(tx *store.Tx) error {
		return firstOf(tx.InsertResource(gone), tx.LetGo(gone, now), take(tx, gone, "public", 0xc6120a29),
			tx.InsertResource(going), tx.LetGo(going, end), tx.InsertResource(next))
	})
	file, _ := from.export(export.Options{Passphrase: passphrase})
	if strings.Contains(file, gone.ID) {
		t.Errorf("the file has the id of the resource that is gone")
	}
	to := newSite(t, newDSN(t))
	if _, err := to.load(export.ImportOptions{Passphrase: passphrase}, file); err != nil {
		t.Fatal(err)
	}
	for moment, want := range map[time.Time][]string{
		now: {resource.DefaultKeyPairName, "leaving", "old", "web"}, end: {resource.DefaultKeyPairName, "old", "web"},
	} {
		to.view(func(tx *store.Tx) error {
			tx.SetNow(moment)
			names, err := tx.Names(root, region, "", 9)
			if diff := cmp.Diff(want, names); diff != "" {
				t.Errorf("names in the new store at %v (-want +got):\n%s", moment, diff)
			}
			return err
		})
	}
	_, err := newSite(t, newDSN(t)).load(export.ImportOptions{Passphrase: passphrase}, replace(file, `"version":3`, `"version":2`))
	if err == nil || !strings.Contains(err.Error(), "goneAt is not in files of version 2") {
		t.Errorf("import of a goneAt in a file of version 2: got %v, want an error that says so", err)
	}
	fine := `"goneAt":"` + end.UTC().Format(time.RFC3339Nano)
	_, err = newSite(t, newDSN(t)).load(export.ImportOptions{Passphrase: passphrase}, replace(file, fine, strings.TrimSuffix(fine, "Z")+"1Z"))
	if err == nil || !strings.Contains(err.Error(), "goneAt is not a time in whole milliseconds") {
		t.Errorf("import of a goneAt with a tenth of a millisecond: got %v, want an error that says so", err)
	}
}
