package policy

import (
	"slices"
	"strings"
)

// Parse reads an identity-based policy, a permissions boundary or a session policy. The error is a [*ParseError].
func Parse(document []byte) (*Document, error) {
	version, statements, err := parse(document, false)
	if err != nil {
		return nil, err
	}
	return &Document{version, statements}, nil
}

// ParseTrust reads the trust policy of a role: every statement names principals, none names resources, and the
// actions are those by which a role is assumed. The error is a [*ParseError].
func ParseTrust(document []byte) (*Trust, error) {
	version, statements, err := parse(document, true)
	if err != nil {
		return nil, err
	}
	return &Trust{version, statements}, nil
}

func parse(document []byte, trust bool) (version string, statements []statement, err error) {
	root, err := readTree(document)
	if err != nil {
		return "", nil, err
	}
	p := parser{source: document, trust: trust, sids: map[string]bool{}}
	if err := p.knows(root, "Version", "Id", "Statement"); err != nil {
		return "", nil, err
	}
	if version, err = p.version(root.member("Version")); err != nil {
		return "", nil, err
	}
	p.variables = version == Version2012
	if id := root.member("Id"); id != nil && id.kind != stringNode {
		return "", nil, p.wrongKind(id, stringNode)
	}
	statements, err = p.statements(root)
	return version, statements, err
}

// A parser checks the tree of one document and compiles its statements.
type parser struct {
	source    []byte
	trust     bool
	variables bool
	sids      map[string]bool
}

func (p *parser) fail(n *node, format string, args ...any) error {
	return failAt(p.source, n.offset, n.path, format, args...)
}

func (p *parser) failName(m member, format string, args ...any) error {
	return failAt(p.source, m.offset, m.value.path, format, args...)
}

func (p *parser) wrongKind(n *node, wanted nodeKind) error {
	return p.fail(n, "must be %s, not %s", wanted, n.kind)
}

// knows wants an object that has no other members than the named ones. Names are case-sensitive.
func (p *parser) knows(n *node, names ...string) error {
	if n.kind != objectNode {
		return p.wrongKind(n, objectNode)
	}
	for _, m := range n.members {
		if !slices.Contains(names, m.name) {
			return p.failName(m, "unknown element %q; known here: %s", m.name, strings.Join(names, ", "))
		}
	}
	return nil
}

func (p *parser) version(n *node) (string, error) {
	switch {
	case n == nil:
		return Version2008, nil
	case n.kind != stringNode:
		return "", p.wrongKind(n, stringNode)
	case n.text != Version2008 && n.text != Version2012:
		return "", p.fail(n, "unknown version %q; known are %s and %s", n.text, Version2012, Version2008)
	}
	return n.text, nil
}

func (p *parser) statements(root *node) ([]statement, error) {
	n := root.member("Statement")
	if n == nil {
		return nil, p.fail(root, "the policy has no Statement")
	}
	nodes := []*node{n}
	if n.kind == arrayNode {
		nodes = n.items
	}
	if len(nodes) == 0 {
		return nil, p.fail(n, "the policy has no Statement")
	}
	statements := make([]statement, 0, len(nodes))
	for i, n := range nodes {
		s, err := p.statement(n, i+1)
		if err != nil {
			return nil, err
		}
		statements = append(statements, s)
	}
	return statements, nil
}

func (p *parser) statement(n *node, number int) (statement, error) {
	if err := p.statementElements(n); err != nil {
		return statement{}, err
	}
	line, _ := position(p.source, n.offset)
	s := statement{number: number, line: line}
	for _, read := range []func(*node, *statement) error{p.sid, p.effect, p.actions, p.resources, p.principals, p.conditions} {
		if err := read(n, &s); err != nil {
			return statement{}, err
		}
	}
	return s, nil
}

// statementElements words the refusals of elements that belong into the other kind of policy as AWS does.
func (p *parser) statementElements(n *node) error {
	prohibited := []string{"Principal", "NotPrincipal"}
	own := []string{"Resource", "NotResource"}
	if p.trust {
		prohibited = []string{"Resource", "NotResource", "NotPrincipal"}
		own = []string{"Principal"}
	}
	for _, m := range n.members {
		if slices.Contains(prohibited, m.name) {
			return p.failName(m, "Has prohibited field %s", m.name)
		}
	}
	return p.knows(n, append([]string{"Sid", "Effect", "Action", "NotAction", "Condition"}, own...)...)
}

const alphanumerics = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

func (p *parser) sid(n *node, s *statement) error {
	sid := n.member("Sid")
	switch {
	case sid == nil:
		return nil
	case sid.kind != stringNode:
		return p.wrongKind(sid, stringNode)
	case strings.Trim(sid.text, alphanumerics) != "":
		return p.fail(sid, "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*")
	case sid.text != "" && p.sids[sid.text]:
		return p.fail(sid, "Statement IDs (SID) in a single policy must be unique.")
	}
	p.sids[sid.text] = true
	s.sid = sid.text
	return nil
}

func (p *parser) effect(n *node, s *statement) error {
	effect := n.member("Effect")
	switch {
	case effect == nil:
		return p.fail(n, "Missing required field Effect")
	case effect.kind != stringNode:
		return p.wrongKind(effect, stringNode)
	case effect.text != "Allow" && effect.text != "Deny":
		return p.fail(effect, "Invalid effect: %s; it is Allow or Deny", effect.text)
	}
	s.allow = effect.text == "Allow"
	return nil
}

// either returns the strings of one of two elements that exclude each other, and whether it is the second.
func (p *parser) either(n *node, name, notName, missing string) (values []*node, negated bool, err error) {
	positive, negative := n.member(name), n.member(notName)
	element := positive
	switch {
	case positive != nil && negative != nil:
		return nil, false, p.fail(negative, "a statement has either %s or %s", name, notName)
	case positive == nil && negative == nil:
		return nil, false, p.fail(n, "%s", missing)
	case positive == nil:
		element = negative
	}
	values, err = p.strings(element)
	if err == nil && len(values) == 0 {
		err = p.fail(element, "%s", missing)
	}
	return values, element == negative, err
}

// strings wants one string or a list of strings.
func (p *parser) strings(n *node) ([]*node, error) {
	switch n.kind {
	case stringNode:
		return []*node{n}, nil
	case arrayNode:
		for _, item := range n.items {
			if item.kind != stringNode {
				return nil, p.wrongKind(item, stringNode)
			}
		}
		return n.items, nil
	}
	return nil, p.fail(n, "must be a string or a list of strings, not %s", n.kind)
}
