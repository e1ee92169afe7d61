// Package strictyaml reads YAML files whose every part must mean one thing to every reader:
// no anchors, aliases, merges or tags, no duplicate or unknown members, and no text that
// YAML would read as a number or a date.
//
// It knows nothing of what is in a file: its callers say which members a mapping may have,
// and read each of them. It opens no file.
package strictyaml

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

const (
	// MaxSize is how many bytes a file may have.
	MaxSize = 1 << 20

	maxDepth = 24
	maxShown = 200 // of a message of the YAML parser, in bytes
)

// Reader reads the tree of one file. Its errors name the file and the line.
type Reader struct {
	name string
}

// Member reads the value of one member of a mapping.
type Member func(*yaml.Node) error

// Parse returns the root of a file's tree, and the reader for it. The name is in errors.
func Parse(name string, text []byte) (*yaml.Node, Reader, error) {
	r := Reader{name}
	if len(text) > MaxSize {
		return nil, r, fmt.Errorf("%s is larger than %d bytes", name, MaxSize)
	}
	if line := foreignLine(text); line > 0 {
		return nil, r, r.FailLine(line, "there is a character that is not allowed, or the text is not UTF-8")
	}
	var root yaml.Node
	if err := yaml.Load(text, &root); err != nil {
		return nil, r, r.syntax(err)
	}
	if err := r.checkPlain(&root, 0); err != nil {
		return nil, r, err
	}
	return root.Content[0], r, nil
}

// foreignLine returns the line of the first control character or invalid byte of UTF-8, or 0
// if there is none.
func foreignLine(text []byte) int {
	for i := 0; i < len(text); {
		c, width := utf8.DecodeRune(text[i:])
		if c == utf8.RuneError && width == 1 || unicode.IsControl(c) && c != '\t' && c != '\n' && c != '\r' {
			return bytes.Count(text[:i], []byte("\n")) + 1
		}
		i += width
	}
	return 0
}

// quotedText matches the texts of the file in messages of the YAML parser. They may be secrets.
var quotedText = regexp.MustCompile(`'.*'|".*"`)

// syntax returns an error of the YAML parser with the file and line, and without texts of the file.
func (r Reader) syntax(err error) error {
	e, ok := errors.AsType[*yaml.LoadError](err)
	if !ok {
		return fmt.Errorf("%s: not YAML", r.name)
	}
	message := strings.TrimPrefix(quotedText.ReplaceAllString(e.Message, "'…'"), "yaml: ")
	if len(message) > maxShown {
		message = "not YAML"
	}
	if e.Mark.Line == 0 {
		return fmt.Errorf("%s: %s", r.name, message)
	}
	return r.FailLine(e.Mark.Line, "%s", message)
}

// Fail returns an error that names the line of a node.
func (r Reader) Fail(n *yaml.Node, format string, args ...any) error {
	return r.FailLine(n.Line, format, args...)
}

// FailLine returns an error that names a line.
func (r Reader) FailLine(line int, format string, args ...any) error {
	return LineError(r.name, line, fmt.Errorf(format, args...))
}

// LineError returns an error that names a line of a file.
func LineError(file string, line int, err error) error { return &lineError{file, line, err} }

// lineError is an error in a line of the file. It may repeat a text of the file, which may
// have tabs and line ends.
type lineError struct {
	file string
	line int
	err  error
}

// Error returns the message without control characters.
func (e *lineError) Error() string {
	text := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, e.err.Error())
	return fmt.Sprintf("%s:%d: %s", e.file, e.line, text)
}

// Unwrap returns the error without the line.
func (e *lineError) Unwrap() error { return e.err }

// checkPlain returns an error if a file may mean something else than it seems to: if it has
// anchors, aliases, merges or tags, or is nested too deep.
func (r Reader) checkPlain(n *yaml.Node, depth int) error {
	switch {
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		return r.Fail(n, "anchors and aliases are not allowed: put values that begin with & or * in quotes")
	case n.Style&yaml.TaggedStyle != 0:
		return r.Fail(n, "tags are not allowed: put values that begin with ! in quotes")
	case n.ShortTag() == "!!merge":
		return r.Fail(n, "merging with << is not allowed")
	case depth > maxDepth:
		return r.Fail(n, "nested more than %d levels deep", maxDepth)
	}
	for _, child := range n.Content {
		if err := r.checkPlain(child, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// Entries calls the function for each entry of a mapping whose keys are names. A null value
// is an empty mapping.
func (r Reader) Entries(n *yaml.Node, fn func(name, value *yaml.Node) error) error {
	if isNull(n) {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		return r.Fail(n, "must be a mapping, not %s", Describe(n))
	}
	lines := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		if name.Kind != yaml.ScalarNode {
			return r.Fail(name, "a name must be text, not %s", Describe(name))
		}
		if line, twice := lines[name.Value]; twice {
			return r.Fail(name, "%s is given twice, first in line %d", name.Value, line)
		}
		lines[name.Value] = name.Line
		if err := fn(name, value); err != nil {
			return err
		}
	}
	return nil
}

// Object reads a mapping, and returns an error if it has other members than the known ones.
func (r Reader) Object(n *yaml.Node, known map[string]Member) error {
	return r.Entries(n, func(name, value *yaml.Node) error {
		read, ok := known[name.Value]
		if !ok {
			return r.Fail(name, "unknown member %s; known here: %s", name.Value, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		}
		return read(value)
	})
}

// Text reads a string. Numbers, dates and the like must be in quotes, since YAML rarely
// reads them as they were meant.
func (r Reader) Text(into *string) Member {
	return func(n *yaml.Node) error {
		if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!str" {
			return r.Fail(n, "must be text, not %s%s", Describe(n), quotesHint(n))
		}
		*into = n.Value
		return nil
	}
}

func quotesHint(n *yaml.Node) string {
	if n.Kind == yaml.ScalarNode && !isNull(n) {
		return ": put it in quotes"
	}
	return ""
}

// Items calls the function for each element of a list. A null value is an empty list.
func (r Reader) Items(n *yaml.Node, fn func(*yaml.Node) error) error {
	if isNull(n) {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		return r.Fail(n, "must be a list, not %s", Describe(n))
	}
	for _, item := range n.Content {
		if err := fn(item); err != nil {
			return err
		}
	}
	return nil
}

// Names reads a list of different names, and calls the function for each.
func (r Reader) Names(into *[]string, seen func(*yaml.Node)) Member {
	return func(n *yaml.Node) error {
		return r.Items(n, func(item *yaml.Node) error {
			var name string
			if err := r.Text(&name)(item); err != nil {
				return err
			}
			if slices.Contains(*into, name) {
				return r.Fail(item, "%s is given twice", name)
			}
			*into = append(*into, name)
			seen(item)
			return nil
		})
	}
}

// Number reads a whole number.
func (r Reader) Number(into *int) Member {
	return func(n *yaml.Node) error {
		v, err := strconv.Atoi(n.Value)
		if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!int" || err != nil {
			return r.Fail(n, "must be a whole number, not %s", Describe(n))
		}
		*into = v
		return nil
	}
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

// Describe says what a node is, for messages.
func Describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	switch n.ShortTag() {
	case "!!null":
		return "nothing"
	case "!!int", "!!float":
		return "a number"
	case "!!bool":
		return "a boolean"
	case "!!timestamp":
		return "a date"
	}
	return "text"
}
