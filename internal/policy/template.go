package policy

import (
	"errors"
	"fmt"
	"strings"
)

// A syntax says which characters have a special meaning in a text of a policy.
type syntax struct {
	variables bool // ${…}: from Version 2012-10-17 on
	wildcards wildcards
}

type wildcards int

const (
	noWildcards       wildcards = iota // * and ? mean themselves
	anyWildcards                       // * and ? match anything
	componentWildcard                  // in the first five components of an ARN * and ? stop at a colon (ArnLike)
	resourceWildcards                  // the same, but a * that ends its component can match beyond the colon (Resource)
)

type pieceKind int

const (
	literalPiece  pieceKind = iota
	anyRunPiece             // *
	anyCharPiece            // ?
	componentRun            // * within a component of an ARN
	componentChar           // ? within a component of an ARN
	variablePiece           // ${text}, or fallback if that has no value
)

// arnColons is how many colons are before the sixth component of an ARN, the resource, which may hold more.
const arnColons = 5

type piece struct {
	kind        pieceKind
	text        string // literal text, or the variable's name, folded
	fallback    string
	hasFallback bool
}

// A template is a text of a policy, compiled: literal text, wildcards and variables.
type template struct {
	source    string
	pieces    []piece
	colons    int // outside variables
	variables int
	exact     bool   // one literal, or nothing at all
	head      string // the literal it starts with, if it does
	tail      string // the literal it ends with, if it does
}

var errVariableSyntax = errors.New("invalid policy variable")

// compile reads text by the given syntax.
func compile(text string, s syntax) (template, error) {
	c := compiler{syntax: s, t: template{source: text}}
	for rest := text; rest != ""; {
		width, err := c.next(rest)
		if err != nil {
			return template{}, err
		}
		rest = rest[width:]
	}
	c.flush()
	c.t.finish()
	return c.t, nil
}

// finish notes what makes matching quick.
func (t *template) finish() {
	last := len(t.pieces) - 1
	if last >= 0 && t.pieces[0].kind == literalPiece {
		t.head = t.pieces[0].text
	}
	if last >= 0 && t.pieces[last].kind == literalPiece {
		t.tail = t.pieces[last].text
	}
	t.exact = last < 0 || last == 0 && t.pieces[0].kind == literalPiece
}

type compiler struct {
	syntax  syntax
	t       template
	literal strings.Builder
}

// next consumes one thing at the start of rest and returns its width.
func (c *compiler) next(rest string) (int, error) {
	switch {
	case c.syntax.variables && strings.HasPrefix(rest, "${"):
		return c.variable(rest)
	case rest[0] == '*' && c.syntax.wildcards != noWildcards:
		c.run(rest)
	case rest[0] == '?' && c.syntax.wildcards != noWildcards:
		c.add(piece{kind: c.bounded(anyCharPiece, componentChar)})
	default:
		if rest[0] == ':' {
			c.t.colons++
		}
		c.literal.WriteByte(rest[0])
	}
	return 1, nil
}

func (c *compiler) run(rest string) {
	kind := c.bounded(anyRunPiece, componentRun)
	endsComponent := len(rest) == 1 || rest[1] == ':'
	if c.syntax.wildcards == resourceWildcards && endsComponent {
		kind = anyRunPiece
	}
	c.flush()
	if last := len(c.t.pieces) - 1; last >= 0 && (c.t.pieces[last].kind == componentRun || c.t.pieces[last].kind == anyRunPiece) {
		c.t.pieces = c.t.pieces[:last] // the later of two adjoining runs is never the narrower
	}
	c.add(piece{kind: kind})
}

func (c *compiler) bounded(free, within pieceKind) pieceKind {
	if c.syntax.wildcards == anyWildcards || c.t.colons >= arnColons {
		return free
	}
	return within
}

// variable reads ${*}, ${?}, ${$}, ${name} or ${name, 'default'}.
func (c *compiler) variable(rest string) (int, error) {
	if len(rest) >= 4 && rest[3] == '}' && strings.IndexByte("*?$", rest[2]) >= 0 {
		c.literal.WriteByte(rest[2])
		return 4, nil
	}
	nameEnd := strings.IndexAny(rest[2:], ",}")
	if nameEnd < 0 {
		return 0, fmt.Errorf("%w: %q has no closing brace", errVariableSyntax, rest)
	}
	name := rest[2 : 2+nameEnd]
	if err := checkVariableName(name); err != nil {
		return 0, err
	}
	v := piece{kind: variablePiece, text: Fold(name)}
	width := 2 + nameEnd
	if rest[width] == ',' {
		var err error
		if v.fallback, err = variableDefault(rest[width:]); err != nil {
			return 0, err
		}
		v.hasFallback = true
		width += len(", ''") + len(v.fallback)
	}
	c.add(v)
	c.t.variables++
	return width + 1, nil
}

// checkVariableName wants what names a condition key: a prefix, a colon, a name. Tag keys may hold spaces.
func checkVariableName(name string) error {
	prefix, key, found := strings.Cut(name, ":")
	if !found || prefix == "" || key == "" || strings.ContainsAny(name, "${*?'\"") || strings.TrimSpace(name) != name {
		return fmt.Errorf("%w: ${%s} does not name a condition key", errVariableSyntax, name)
	}
	return nil
}

// variableDefault reads the text between the quotes of «, 'text'}».
func variableDefault(rest string) (string, error) {
	quoted, found := strings.CutPrefix(rest, ", '")
	text, _, closed := strings.Cut(quoted, "'}")
	if !found || !closed || strings.Contains(text, "'") {
		return "", fmt.Errorf("%w: a default is written ${key, 'default'}", errVariableSyntax)
	}
	return text, nil
}

func (c *compiler) add(p piece) {
	c.flush()
	c.t.pieces = append(c.t.pieces, p)
}

func (c *compiler) flush() {
	if c.literal.Len() > 0 {
		c.t.pieces = append(c.t.pieces, piece{kind: literalPiece, text: c.literal.String()})
		c.literal.Reset()
	}
}

// matches reports whether the text, with its variables replaced, matches the whole of s. A variable without a value
// makes it match nothing.
func (t *template) matches(s string, ctx Context) bool {
	if t.exact {
		return s == t.head
	}
	// Most texts differ already at an end.
	if !strings.HasPrefix(s, t.head) || !strings.HasSuffix(s, t.tail) {
		return false
	}
	if t.head != "" {
		return matchPieces(t.pieces[1:], s[len(t.head):], ctx)
	}
	return matchPieces(t.pieces, s, ctx)
}

// value is the literal text of the piece: a * in a variable's value is no wildcard.
func (p *piece) value(ctx Context) (string, bool) {
	if p.kind == literalPiece {
		return p.text, true
	}
	if value, ok := ctx.variable(p.text); ok {
		return value, true
	}
	return p.fallback, p.hasFallback
}

// text is the template as one string, for comparisons that know no wildcards.
func (t *template) text(ctx Context) (string, bool) {
	if t.exact {
		return t.head, true
	}
	var whole strings.Builder
	for i := range t.pieces {
		value, ok := t.pieces[i].value(ctx)
		if !ok {
			return "", false
		}
		whole.WriteString(value)
	}
	return whole.String(), true
}

// unresolved names the variables that have no value in ctx and no default.
func (t *template) unresolved(ctx Context) []string {
	var names []string
	for i := range t.pieces {
		if p := &t.pieces[i]; p.kind == variablePiece {
			if _, ok := p.value(ctx); !ok {
				names = append(names, p.text)
			}
		}
	}
	return names
}
