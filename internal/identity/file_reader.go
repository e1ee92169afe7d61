package identity

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v4"
)

// fileReader reads the YAML tree of an identities file. Its errors name the line.
type fileReader struct {
	file *File
	read func(name string, limit int64) ([]byte, error)
	// keyLines are the lines of the access key ids so far: no two keys share an id.
	keyLines map[string]int
}

// member reads the value of one member of a mapping.
type member func(*yaml.Node) error

func (r *fileReader) fail(n *yaml.Node, format string, args ...any) error {
	return r.failLine(n.Line, format, args...)
}

func (r *fileReader) failLine(line int, format string, args ...any) error {
	return &lineError{r.file.name, line, fmt.Errorf(format, args...)}
}

// lineError is what is wrong with a line of the file. It may repeat a text of the file,
// which may have tabs and line ends of its own.
type lineError struct {
	file string
	line int
	err  error
}

// Error has no control characters.
func (e *lineError) Error() string {
	text := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, e.err.Error())
	return fmt.Sprintf("%s:%d: %s", e.file, e.line, text)
}

// Unwrap is what is wrong.
func (e *lineError) Unwrap() error { return e.err }

// plain refuses what makes a file mean something else than it seems to: anchors,
// aliases, merges, tags, and nesting without bound.
func (r *fileReader) plain(n *yaml.Node, depth int) error {
	switch {
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		return r.fail(n, "anchors and aliases are not allowed: put values that begin with & or * in quotes")
	case n.Style&yaml.TaggedStyle != 0:
		return r.fail(n, "tags are not allowed: put values that begin with ! in quotes")
	case n.ShortTag() == "!!merge":
		return r.fail(n, "merging with << is not allowed")
	case depth > maxFileDepth:
		return r.fail(n, "nested more than %d levels deep", maxFileDepth)
	}
	for _, child := range n.Content {
		if err := r.plain(child, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// entries goes through a mapping whose keys are names. Nothing at all is an empty
// mapping.
func (r *fileReader) entries(n *yaml.Node, fn func(name, value *yaml.Node) error) error {
	if isNull(n) {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		return r.fail(n, "must be a mapping, not %s", describe(n))
	}
	lines := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		if name.Kind != yaml.ScalarNode {
			return r.fail(name, "a name must be text, not %s", describe(name))
		}
		if line, twice := lines[name.Value]; twice {
			return r.fail(name, "%s is given twice, first in line %d", name.Value, line)
		}
		lines[name.Value] = name.Line
		if err := fn(name, value); err != nil {
			return err
		}
	}
	return nil
}

// object goes through a mapping that may have the known members only.
func (r *fileReader) object(n *yaml.Node, known map[string]member) error {
	return r.entries(n, func(name, value *yaml.Node) error {
		read, ok := known[name.Value]
		if !ok {
			return r.fail(name, "unknown member %s; known here: %s", name.Value, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		}
		return read(value)
	})
}

// text reads a string. Numbers, dates and the like must be in quotes: YAML rarely reads
// them as they were meant.
func (r *fileReader) text(into *string) member {
	return func(n *yaml.Node) error {
		if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!str" {
			return r.fail(n, "must be text, not %s%s", describe(n), quotesHint(n))
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

// items goes through a list.
func (r *fileReader) items(n *yaml.Node, fn func(*yaml.Node) error) error {
	if isNull(n) {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		return r.fail(n, "must be a list, not %s", describe(n))
	}
	for _, item := range n.Content {
		if err := fn(item); err != nil {
			return err
		}
	}
	return nil
}

// names reads a list of different names, and notes what each refers to.
func (r *fileReader) names(into *[]string, seen func(*yaml.Node)) member {
	return func(n *yaml.Node) error {
		return r.items(n, func(item *yaml.Node) error {
			var name string
			if err := r.text(&name)(item); err != nil {
				return err
			}
			if slices.Contains(*into, name) {
				return r.fail(item, "%s is given twice", name)
			}
			*into = append(*into, name)
			seen(item)
			return nil
		})
	}
}

func (r *fileReader) number(into *int) member {
	return func(n *yaml.Node) error {
		v, err := strconv.Atoi(n.Value)
		if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!int" || err != nil {
			return r.fail(n, "must be a whole number, not %s", describe(n))
		}
		*into = v
		return nil
	}
}

// tags reads a mapping of keys to values.
func (r *fileReader) tags(into *[]Tag) member {
	return func(n *yaml.Node) error {
		return r.entries(n, func(name, value *yaml.Node) error {
			t := Tag{Key: name.Value}
			if err := r.text(&t.Value)(value); err != nil {
				return err
			}
			*into = append(*into, t)
			if err := checkTags(*into); err != nil {
				return r.fail(name, "%w", err)
			}
			return nil
		})
	}
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

func describe(n *yaml.Node) string {
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
