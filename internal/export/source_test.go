package export_test

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/export"
)

// TestImport_namesCompressedFile imports an export as gzip leaves it: it says what to do.
func TestImport_namesCompressedFile(t *testing.T) {
	text, _ := newSite(t, newDSN(t)).fill().export(export.Options{})
	var compressed bytes.Buffer
	w := gzip.NewWriter(&compressed)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]string{
		"whole":            compressed.String(),
		"cut to two bytes": compressed.String()[:2],
	} {
		t.Run(name, func(t *testing.T) {
			_, err := newSite(t, newDSN(t)).load(export.ImportOptions{}, file)
			if err == nil || !strings.Contains(err.Error(), "this is a gzip file: gunzip it first") {
				t.Errorf("Import = %v", err)
			}
		})
	}
}
