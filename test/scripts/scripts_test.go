package scripts

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		line string
		want Step
		err  string
	}{
		{`GetRegions {}`, Step{Action: "GetRegions", Body: "{}"}, ""},
		{`GetOperations {} -> op=operations.0.id`, Step{Action: "GetOperations", Body: "{}", Keep: "op", Path: "operations.0.id"}, ""},
		{`wait 5m`, Step{Wait: 5 * time.Minute}, ""},
		{`wait long`, Step{}, "invalid duration"},
		{`getRegions`, Step{}, "is not a call"},
	} {
		got, err := Parse("x.txt:3", c.line)
		if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("Parse(%q): %v, want an error with %q", c.line, err, c.err)
		}
		if c.err == "" {
			c.want.Line = "x.txt:3"
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("Parse(%q) (-want +got):\n%s", c.line, diff)
		}
	}
}

func TestRead(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("a.txt", "[make]\nCreateDisk {}\n\n[use]\nGetDisks {}\n")
	if _, err := Read(dir); err == nil || !strings.Contains(err.Error(), "the parts") {
		t.Errorf("scripts without all parts: %v, want an error", err)
	}
	write("b.txt", "[once]\nPeerVpc {}\n\n[use]\nGetDomains {}\n\n[delete]\nUnpeerVpc {}\n")
	s, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, st := range s.Of(Parts...) {
		got = append(got, st.Action)
	}
	if want := []string{"CreateDisk", "PeerVpc", "GetDisks", "GetDomains", "UnpeerVpc"}; !cmp.Equal(want, got) {
		t.Errorf("the steps are %q, want %q", got, want)
	}
}

func TestVars_Fill(t *testing.T) {
	v := Team("web").With("new", "n1")
	got := v.Fill(`{"name":"{new}-{team}","id":"{op}",{tags}}`)
	if want := `{"name":"n1-web","id":"{op}","tags":[{"key":"team","value":"web"}]}`; got != want {
		t.Errorf("Fill = %s, want %s", got, want)
	}
}

func TestAt(t *testing.T) {
	answer := map[string]any{"operations": []any{map[string]any{"id": "x"}}}
	for path, want := range map[string]any{"operations.0.id": "x", "operations.1.id": nil, "operations.0.name": nil, "operation.id": nil} {
		if got := At(answer, path); got != want {
			t.Errorf("At(%q) = %v, want %v", path, got, want)
		}
	}
}
