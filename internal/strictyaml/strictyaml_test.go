package strictyaml_test

import (
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"github.com/lanyard-cloud/lanyard/internal/strictyaml"
)

// shelf is what the tests read.
type shelf struct {
	name   string
	size   int
	labels []string
	boxes  map[string]string
}

func read(text string) (shelf, error) {
	s := shelf{boxes: map[string]string{}}
	root, r, err := strictyaml.Parse("shelf.yaml", []byte(text))
	if err != nil {
		return s, err
	}
	return s, r.Object(root, map[string]strictyaml.Member{
		"name":   r.Text(&s.name),
		"size":   r.Number(&s.size),
		"labels": r.Names(&s.labels, func(*yaml.Node) {}),
		"boxes": func(n *yaml.Node) error {
			return r.Entries(n, func(name, value *yaml.Node) error {
				var text string
				err := r.Text(&text)(value)
				s.boxes[name.Value] = text
				return err
			})
		},
	})
}

func TestReader_readsAFile(t *testing.T) {
	s, err := read("name: top\nsize: 3\nlabels: [a, b]\nboxes:\n  one: \"1\"\n  two:  two # a comment\n")
	if err != nil {
		t.Fatal(err)
	}
	if s.name != "top" || s.size != 3 || strings.Join(s.labels, " ") != "a b" || s.boxes["one"] != "1" || s.boxes["two"] != "two" {
		t.Errorf("content of the file: got %+v", s)
	}
	if s, err := read("labels:\nboxes:\n"); err != nil || len(s.labels) != 0 || len(s.boxes) != 0 {
		t.Errorf("content of a file with null values: got %+v, %v, want empty lists", s, err)
	}
}

func TestReader_refuses(t *testing.T) {
	for text, want := range map[string]string{
		"name: 1\n":                       "shelf.yaml:1: must be text, not a number: put it in quotes",
		"name: 2026-01-31\n":              "shelf.yaml:1: must be text, not a date: put it in quotes",
		"name: yes\nname: no\n":           "shelf.yaml:2: name is given twice, first in line 1",
		"name:\n":                         "shelf.yaml:1: must be text, not nothing",
		"size: three\n":                   "shelf.yaml:1: must be a whole number, not text",
		"\n\nlabels: {a: b}\n":            "shelf.yaml:3: must be a list, not a mapping",
		"labels: [a, a]\n":                "shelf.yaml:1: a is given twice",
		"boxes: [a]\n":                    "shelf.yaml:1: must be a mapping, not a list",
		"boxes: {[a]: b}\n":               "shelf.yaml:1: a name must be text, not a list",
		"color: red\n":                    "shelf.yaml:1: unknown member color; known here: boxes, labels, name, size",
		"name: &a x\nsize: 1\n":           "shelf.yaml:1: anchors and aliases are not allowed: put values that begin with & or * in quotes",
		"name: !!str 1\n":                 "shelf.yaml:1: tags are not allowed: put values that begin with ! in quotes",
		"boxes:\n  <<: {a: b}\n":          "shelf.yaml:2: merging with << is not allowed",
		"labels: " + nested(30) + "\n":    "shelf.yaml:1: nested more than 24 levels deep",
		"name: a\x00b\n":                  "shelf.yaml:1: there is a character that is not allowed, or the text is not UTF-8",
		"size: 1\nname: \xff\n":           "shelf.yaml:2: there is a character that is not allowed, or the text is not UTF-8",
		strings.Repeat("#", 1<<20) + "\n": "shelf.yaml is larger than 1048576 bytes",
	} {
		if _, err := read(text); err == nil || err.Error() != want {
			t.Errorf("error for %.40q: got %v, want %s", text, err, want)
		}
	}
}

func nested(levels int) string { return strings.Repeat("[", levels) + strings.Repeat("]", levels) }

// FuzzReader checks that no text makes the reader panic, and that errors are one line that
// names the file.
func FuzzReader(f *testing.F) {
	for _, text := range []string{"", "name: top\nsize: 3\n", "boxes: {a: b, a: c}", "- a\n- b\n", "&a *a", "{", "a: b: c", "name: |\n  x\n\ty\n", "'\n\n'"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := read(text); err != nil && (!strings.HasPrefix(err.Error(), "shelf.yaml") || strings.ContainsAny(err.Error(), "\n\r\t")) {
			t.Errorf("error for %q: got %q, want one line that begins with the name of the file", text, err)
		}
	})
}
