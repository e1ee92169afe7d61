package main

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTablesAreCurrent(t *testing.T) {
	if err := run(options{dir: "..", check: true}); err != nil {
		t.Fatal(err)
	}
}

const smallModel = `{
  "metadata": {"serviceId": "Lightsail", "apiVersion": "2016-11-28"},
  "operations": {
    "B": {"errors": [{"shape": "Y"}, {"shape": "X"}], "documentation": "prose"},
    "A": {}
  },
  "shapes": {
    "Name": {"type": "string", "pattern": "<\\w>", "max": 5},
    "Port": {"type": "integer", "min": -1, "max": 0},
    "Secret": {"type": "string", "sensitive": true},
    "Plain": {"type": "string", "documentation": "prose"}
  }
}`

const smallFacts = `{
  "source": "test 1, Lightsail 2016-11-28",
  "shapes": {
    "Name": {
      "pattern": "<\\w>",
      "max": 5
    },
    "Port": {
      "min": -1,
      "max": 0
    },
    "Secret": {
      "sensitive": true
    }
  },
  "errors": {
    "B": [
      "X",
      "Y"
    ]
  }
}
`

func TestExtractKeepsFactsOnly(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write([]byte(smallModel)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"service-2.json": []byte(smallModel), "service-2.json.gz": packed.Bytes()} {
		dir := t.TempDir()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := run(options{extract: path, source: "test 1", dir: dir}); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(dir, "constraints.json"))
		if err != nil || string(got) != smallFacts {
			t.Errorf("%s: got %s, err %v", name, got, err)
		}
	}
}

func TestExtractNeedsProvenance(t *testing.T) {
	err := run(options{extract: "service-2.json", dir: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "-source") {
		t.Errorf("got %v", err)
	}
}

func TestCheckSaysWhereAFileIsStale(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.go")
	for _, tt := range []struct{ have, want, message string }{
		{"a\nb\n", "a\nc\n", "from line 2 on"},
		{"a\n", "a\nb\n", "from line 2 on"},
		{"a\nb\nc\n", "a\n", "from line 2 on"},
		{"a\nb", "a", "1 lines too many"},
		{"a\n", "a\n", ""},
	} {
		if err := os.WriteFile(path, []byte(tt.have), 0o600); err != nil {
			t.Fatal(err)
		}
		err := put(path, []byte(tt.want), true)
		if (err == nil) != (tt.message == "") || err != nil && !strings.Contains(err.Error(), tt.message) {
			t.Errorf("%q for %q: got %v", tt.have, tt.want, err)
		}
	}
	if err := put(filepath.Join(t.TempDir(), "missing.go"), []byte("a"), true); err == nil {
		t.Error("a missing file is not current")
	}
}
