package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Limits of a document, far above what any policy needs.
const (
	maxDocumentBytes = 128 << 10
	maxDepth         = 8
)

type nodeKind string

// The kinds are worded as they read in a refusal.
const (
	objectNode  nodeKind = "an object"
	arrayNode   nodeKind = "a list"
	stringNode  nodeKind = "a string"
	numberNode  nodeKind = "a number"
	booleanNode nodeKind = "a boolean"
	nullNode    nodeKind = "null"
)

// A node is one JSON value with its place in the document.
type node struct {
	kind    nodeKind
	text    string // of a string, number or boolean
	members []member
	items   []*node
	path    string
	offset  int
}

type member struct {
	name   string
	value  *node
	offset int // of the name
}

func (n *node) member(name string) *node {
	for _, m := range n.members {
		if m.name == name {
			return m.value
		}
	}
	return nil
}

// readTree turns a document into nodes. It returns an error for what encoding/json accepts: duplicate names, text that
// is not UTF-8, and unbounded nesting.
func readTree(source []byte) (*node, error) {
	if len(source) > maxDocumentBytes {
		return nil, &ParseError{Line: 1, Column: 1, Reason: fmt.Sprintf("the document is larger than %d bytes", maxDocumentBytes)}
	}
	if at := invalidUTF8(source); at >= 0 {
		return nil, failAt(source, at, "", "the text is not UTF-8")
	}
	var whole json.RawMessage
	if err := json.Unmarshal(source, &whole); err != nil {
		return nil, syntaxError(source, err)
	}
	r := treeReader{source: source, decoder: json.NewDecoder(bytes.NewReader(source))}
	r.decoder.UseNumber()
	return r.value("", 1)
}

func invalidUTF8(source []byte) int {
	for i := 0; i < len(source); {
		r, width := utf8.DecodeRune(source[i:])
		if r == utf8.RuneError && width == 1 {
			return i
		}
		i += width
	}
	return -1
}

func syntaxError(source []byte, err error) error {
	offset := len(source)
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		// The decoder counts the byte that it refused; at the end of the input there is none.
		offset = min(max(int(syntax.Offset)-1, 0), len(source))
		if err.Error() == "unexpected end of JSON input" {
			offset = len(source)
		}
	}
	return failAt(source, offset, "", "the document is not JSON: %s", err)
}

// A treeReader walks the tokens of a document that is known to be well-formed JSON.
type treeReader struct {
	source  []byte
	decoder *json.Decoder
}

func (r *treeReader) value(path string, depth int) (*node, error) {
	offset := r.nextOffset()
	token, err := r.decoder.Token()
	if err != nil {
		return nil, failAt(r.source, offset, path, "the document is not JSON: %s", err)
	}
	n := &node{path: path, offset: offset}
	switch token := token.(type) {
	case json.Delim:
		if depth > maxDepth {
			return nil, failAt(r.source, offset, path, "the document is nested more than %d levels deep", maxDepth)
		}
		return n, r.fill(n, token, depth)
	case string:
		n.kind, n.text = stringNode, token
	case json.Number:
		n.kind, n.text = numberNode, token.String()
	case bool:
		n.kind, n.text = booleanNode, strconv.FormatBool(token)
	default:
		n.kind = nullNode
	}
	return n, nil
}

// fill reads the content of n and the closing bracket.
func (r *treeReader) fill(n *node, opening json.Delim, depth int) error {
	var err error
	if opening == '[' {
		n.kind = arrayNode
		err = r.items(n, depth)
	} else {
		n.kind = objectNode
		err = r.members(n, depth)
	}
	if err != nil {
		return err
	}
	if _, err := r.decoder.Token(); err != nil {
		return failAt(r.source, n.offset, n.path, "the document is not JSON: %s", err)
	}
	return nil
}

func (r *treeReader) items(n *node, depth int) error {
	for r.decoder.More() {
		item, err := r.value(fmt.Sprintf("%s[%d]", n.path, len(n.items)), depth+1)
		if err != nil {
			return err
		}
		n.items = append(n.items, item)
	}
	return nil
}

func (r *treeReader) members(n *node, depth int) error {
	seen := map[string]bool{}
	for r.decoder.More() {
		name, err := r.value(n.path, depth+1)
		if err != nil {
			return err
		}
		path := join(n.path, name.text)
		if seen[name.text] {
			return failAt(r.source, name.offset, path, "%s is given twice", name.text)
		}
		seen[name.text] = true
		value, err := r.value(path, depth+1)
		if err != nil {
			return err
		}
		n.members = append(n.members, member{name.text, value, name.offset})
	}
	return nil
}

// nextOffset is where the next token starts. The decoder itself has only the end of the last one.
func (r *treeReader) nextOffset() int {
	offset := int(r.decoder.InputOffset())
	for offset < len(r.source) && strings.IndexByte(" \t\r\n,:", r.source[offset]) >= 0 {
		offset++
	}
	return offset
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
