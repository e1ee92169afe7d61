package policy

import (
	"encoding/base64"
	"strings"
)

func (p *parser) conditions(n *node, s *statement) error {
	block := n.member("Condition")
	if block == nil {
		return nil
	}
	if block.kind != objectNode {
		return p.wrongKind(block, objectNode)
	}
	for _, m := range block.members {
		if err := p.operatorConditions(m, s); err != nil {
			return err
		}
	}
	return nil
}

// operatorConditions reads the object of one operator: keys, each with its values.
func (p *parser) operatorConditions(m member, s *statement) error {
	op, known := parseOperator(m.name)
	switch {
	case !known:
		return p.failName(m, "unknown condition operator %q", m.name)
	case m.value.kind != objectNode:
		return p.wrongKind(m.value, objectNode)
	}
	keys := map[string]bool{}
	for _, entry := range m.value.members {
		c := condition{operator: op, operatorName: m.name, keyName: entry.name, key: Fold(entry.name)}
		switch {
		case entry.name == "":
			return p.failName(entry, "the condition key has no name")
		case keys[c.key]:
			return p.failName(entry, "the condition key %s is given twice; its case does not matter", entry.name)
		}
		keys[c.key] = true
		if err := p.conditionValues(entry.value, &c); err != nil {
			return err
		}
		s.conditions = append(s.conditions, c)
	}
	return nil
}

// conditionValues reads one value or a list: strings, and numbers and booleans as their text.
func (p *parser) conditionValues(n *node, c *condition) error {
	values := []*node{n}
	if n.kind == arrayNode {
		values = n.items
	}
	for _, value := range values {
		if value.kind != stringNode && value.kind != numberNode && value.kind != booleanNode {
			return p.fail(value, "a condition value must be a string, a number or a boolean, not %s", value.kind)
		}
		c.wanted = append(c.wanted, value.text)
	}
	switch c.kind {
	case compareNumber:
		return p.numbers(values, c)
	case compareDate:
		return p.dates(values, c)
	case compareBinary:
		return p.binaries(values, c)
	case compareAddress:
		return p.addresses(values, c)
	case compareNull:
		return p.nulls(values, c)
	default:
		return p.texts(values, c)
	}
}

func (p *parser) numbers(values []*node, c *condition) error {
	compared := numbers{order: c.order}
	for _, value := range values {
		number, ok := parseNumber(value.text)
		if !ok {
			return p.fail(value, "%q is not a number, which %s compares", value.text, c.operatorName)
		}
		compared.values = append(compared.values, number)
	}
	c.comparison = compared
	return nil
}

func (p *parser) dates(values []*node, c *condition) error {
	compared := dates{order: c.order}
	for _, value := range values {
		at, ok := parseInstant(value.text)
		if !ok {
			return p.fail(value, "%q is neither an ISO 8601 date nor epoch seconds, which %s compares", value.text, c.operatorName)
		}
		compared.values = append(compared.values, at)
	}
	c.comparison = compared
	return nil
}

func (p *parser) binaries(values []*node, c *condition) error {
	var compared binaries
	for _, value := range values {
		data, err := base64.StdEncoding.DecodeString(value.text)
		if err != nil {
			return p.fail(value, "%q is not base64, which %s compares", value.text, c.operatorName)
		}
		compared = append(compared, data)
	}
	c.comparison = compared
	return nil
}

func (p *parser) addresses(values []*node, c *condition) error {
	var compared addressRanges
	for _, value := range values {
		addresses, ok := parseAddressRange(value.text)
		if !ok {
			return p.fail(value, "%q is neither an IP address nor a range in CIDR notation, which %s compares", value.text, c.operatorName)
		}
		compared = append(compared, addresses)
	}
	c.comparison = compared
	return nil
}

func (p *parser) nulls(values []*node, c *condition) error {
	for _, value := range values {
		if !isBoolean(value.text) {
			return p.fail(value, "Null takes true or false, not %q", value.text)
		}
		c.wantsNull = append(c.wantsNull, EqualFold(value.text, "true"))
	}
	return nil
}

// texts reads the values in which variables can be.
func (p *parser) texts(values []*node, c *condition) error {
	how := syntax{variables: p.variables}
	switch c.kind {
	case compareStringLike:
		how.wildcards = anyWildcards
	case compareARN:
		how.wildcards = componentWildcard
	}
	var compared []template
	for _, value := range values {
		t, err := compile(value.text, how)
		switch {
		case err != nil:
			return p.fail(value, "%s", err)
		case c.kind == compareARN && t.variables == 0 && (t.colons < arnColons || !strings.HasPrefix(value.text, "arn:")):
			return p.fail(value, "%q is not an ARN of six components, which %s compares", value.text, c.operatorName)
		case c.kind == compareBool && t.variables == 0 && !isBoolean(value.text):
			return p.fail(value, "%s takes true or false, not %q", c.operatorName, value.text)
		}
		compared = append(compared, t)
	}
	switch c.kind {
	case compareStringFold:
		c.comparison = foldedTexts(compared)
	case compareBool:
		c.comparison = booleans(compared)
	default:
		c.comparison = texts(compared)
	}
	return nil
}
