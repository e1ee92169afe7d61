package familytest

import (
	"bytes"
	"regexp"
	"strings"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/export"
	"github.com/lanyard-cloud/lanyard/internal/families"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

var passphrase = []byte("correct horse battery staple")

// CheckImport exports the store and imports the file into a new one, which has to give the same file.
func (w *Walk) CheckImport() {
	w.T.Helper()
	file := w.export(w.Pipeline)
	other := w.newPipeline()
	NoError(w.T, other.DB.Update(w.T.Context(), func(tx *store.Tx) error {
		_, err := export.Import(w.T.Context(), tx, other.Sealer,
			export.ImportOptions{Now: w.Now(), Passphrase: passphrase, Kinds: families.StoredKinds()}, strings.NewReader(file))
		return err
	}))
	if diff := gocmp.Diff(records(file), records(w.export(other))); diff != "" {
		w.T.Errorf("the export of an import (-first +second):\n%s", diff)
	}
}

func (w *Walk) export(p *Pipeline) string {
	w.T.Helper()
	var b bytes.Buffer
	o := export.Options{Now: w.Now(), Passphrase: passphrase, Cost: export.Cheap, Kinds: families.StoredKinds()}
	_, err := export.Export(w.T.Context(), p.DB, p.Sealer, o, &b)
	NoError(w.T, err)
	return b.String()
}

// records are the lines of a file after its header, without what is sealed in them: that differs each time.
func records(file string) []string {
	return strings.Split(sealed.ReplaceAllString(file, `$1:""`), "\n")[1:]
}

var sealed = regexp.MustCompile(`("\w*(?:[sS]ecret|Password)"):"[^"]{20,}"`)
