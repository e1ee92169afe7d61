package identity

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/lanyard-cloud/lanyard/internal/policy"
	"github.com/lanyard-cloud/lanyard/internal/strictyaml"
)

// document reads a policy: a mapping with its text, or with the name of the file
// that holds it.
func (r *fileReader) document(into *string, check func(string) error) strictyaml.Member {
	return r.documentWith(into, check, nil)
}

// documentWith is document for a mapping that has other members besides.
func (r *fileReader) documentWith(into *string, check func(string) error, more map[string]strictyaml.Member) strictyaml.Member {
	return func(n *yaml.Node) error {
		given := 0
		known := map[string]strictyaml.Member{
			"document":     func(n *yaml.Node) error { given++; return r.policyText(into, check, n) },
			"documentFile": func(n *yaml.Node) error { given++; return r.policyFile(into, check, n) },
		}
		maps.Copy(known, more)
		if err := r.Object(n, known); err != nil {
			return err
		}
		if given != 1 {
			return r.Fail(n, "a policy needs either document or documentFile")
		}
		return nil
	}
}

func (r *fileReader) policyFile(into *string, check func(string) error, n *yaml.Node) error {
	var name string
	if err := r.Text(&name)(n); err != nil {
		return err
	}
	text, err := r.read(name, maxDocumentFile)
	if err != nil {
		return r.Fail(n, "documentFile: %w", err)
	}
	*into = string(text)
	if err := check(*into); err != nil {
		return r.Fail(n, "%s: %w", name, err)
	}
	return nil
}

// policyText reads a policy that is in the file itself, as JSON text or as a
// mapping.
func (r *fileReader) policyText(into *string, check func(string) error, n *yaml.Node) error {
	first := n.Line // where the document's first line is in the file
	switch {
	case n.Kind == yaml.MappingNode:
		w := jsonWriter{fileReader: r, line: n.Line}
		if err := w.value(n); err != nil {
			return err
		}
		*into = w.b.String()
	case n.Kind == yaml.ScalarNode && n.ShortTag() == "!!str":
		*into = n.Value
		if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
			first++
		}
	default:
		return r.Fail(n, "must be a mapping or JSON text, not %s", strictyaml.Describe(n))
	}
	err := check(*into)
	if parse, ok := errors.AsType[*policy.ParseError](err); ok {
		place := strings.TrimPrefix(parse.Path+": ", ": ")
		return r.FailLine(first+parse.Line-1, "%s: %s%s", CodeMalformedPolicy, place, parse.Reason)
	}
	if err != nil {
		return r.Fail(n, "%w", err)
	}
	return nil
}

// jsonWriter turns a YAML value into JSON that has each part on the line where the
// file has it, so that the lines which refusals and decisions name can be found.
type jsonWriter struct {
	*fileReader
	b    bytes.Buffer
	line int
}

func (w *jsonWriter) value(n *yaml.Node) error {
	for ; w.line < n.Line; w.line++ {
		w.b.WriteByte('\n')
	}
	switch n.Kind {
	case yaml.MappingNode:
		return w.mapping(n)
	case yaml.SequenceNode:
		return w.sequence(n)
	default:
		return w.scalar(n)
	}
}

func (w *jsonWriter) mapping(n *yaml.Node) error {
	w.b.WriteByte('{')
	for i := 0; i+1 < len(n.Content); i += 2 {
		if i > 0 {
			w.b.WriteByte(',')
		}
		name := n.Content[i]
		if name.Kind != yaml.ScalarNode {
			return w.Fail(name, "a name must be text, not %s", strictyaml.Describe(name))
		}
		if err := w.value(&yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: name.Value, Line: name.Line}); err != nil {
			return err
		}
		w.b.WriteByte(':')
		if err := w.value(n.Content[i+1]); err != nil {
			return err
		}
	}
	w.b.WriteByte('}')
	return nil
}

func (w *jsonWriter) sequence(n *yaml.Node) error {
	w.b.WriteByte('[')
	for i, item := range n.Content {
		if i > 0 {
			w.b.WriteByte(',')
		}
		if err := w.value(item); err != nil {
			return err
		}
	}
	w.b.WriteByte(']')
	return nil
}

// scalar keeps YAML's type, except for dates: the version of the policy
// language is meant as text.
func (w *jsonWriter) scalar(n *yaml.Node) error {
	switch tag := n.ShortTag(); tag {
	case "!!str", "!!timestamp":
		return w.writeText(n.Value)
	case "!!null":
		w.b.WriteString("null")
		return nil
	case "!!bool":
		w.b.WriteString(strings.ToLower(n.Value))
		return nil
	default:
		if !json.Valid([]byte(n.Value)) {
			return w.Fail(n, "%s is a number that JSON cannot hold: put it in quotes", n.Value)
		}
		w.b.WriteString(n.Value)
		return nil
	}
}

func (w *jsonWriter) writeText(s string) error {
	encoder := json.NewEncoder(&w.b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(s)
	w.b.Truncate(w.b.Len() - 1) // the encoder's line end
	return err
}
