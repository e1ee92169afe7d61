package inputs

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	smithy "github.com/aws/smithy-go"

	"github.com/lanyard-cloud/lanyard/internal/model"
)

// change gives the value at one place another value.
type change struct {
	at   place
	what string
	// value is the new one; nil is null, and absent removes the member.
	value any
	// invalid reports that the model does not admit the value.
	invalid bool
}

type absent struct{}

// String says where the change is, and what.
func (c change) String() string { return c.at.String() + ": " + c.what }

// changes are those of all places of an input.
func (b builder) changes(p place) (list []change) {
	for _, child := range p.children() {
		list = append(list, b.changesAt(child)...)
		list = append(list, b.changes(child)...)
	}
	return list
}

// changesAt are those of one place.
func (b builder) changesAt(p place) (list []change) {
	add := func(what string, value any, invalid bool) {
		list = append(list, change{p, what, value, invalid})
	}
	add("null", nil, p.required)
	if p.path[len(p.path)-1] != "[]" {
		add("absent", absent{}, p.required)
	}
	switch p.schema.Type() {
	case smithy.ShapeTypeStructure:
		add("no members", map[string]any{}, len(model.Required(p.shape)) > 0)
		add("all members", b.build(p, true), false)
		add("an unknown member", with(b.build(p, false).(map[string]any), "zzz", map[string]any{"a": []any{1}}), false)
		add("a list", []any{}, true)
		add("a text", "x", true)
	case smithy.ShapeTypeList:
		list = append(list, b.listChanges(p)...)
	case smithy.ShapeTypeMap:
		list = append(list, b.mapChanges(p)...)
	case smithy.ShapeTypeBoolean:
		add("true", true, false)
		add("false", false, false)
		add("a text", "yes", true)
		add("a list", []any{}, true)
	case smithy.ShapeTypeString, smithy.ShapeTypeEnum:
		list = append(list, b.stringChanges(p)...)
	default:
		list = append(list, b.numberChanges(p)...)
	}
	return list
}

func with(doc map[string]any, name string, value any) map[string]any {
	doc = maps.Clone(doc)
	doc[name] = value
	return doc
}

// many is the size of what the model gives no bound for.
const many = 100

func (b builder) listChanges(p place) (list []change) {
	valid := b.build(p.children()[0], false)
	sized := func(n int64, invalid bool) {
		list = append(list, change{p, fmt.Sprintf("%d elements", n), slices.Repeat([]any{valid}, int(n)), invalid})
	}
	c := bounds(p)
	sized(0, c.HasMin && c.Min > 0)
	sized(2, false)
	sized(many, c.HasMax && c.Max < many)
	if c.HasMax {
		sized(c.Max, false)
		sized(c.Max+1, true)
	}
	return append(
		list, change{p, "a null element", []any{nil}, false},
		change{p, "an object", map[string]any{}, true}, change{p, "a text", "x", true})
}

func (b builder) mapChanges(p place) []change {
	valid := b.build(p.children()[0], false)
	large := map[string]any{}
	for n := range many {
		large[fmt.Sprint("key", n)] = valid
	}
	return []change{
		{p, "no keys", map[string]any{}, false},
		{p, "an empty key", map[string]any{"": valid}, false},
		{p, "a key with blanks", map[string]any{"a b/ü\n": valid}, false},
		{p, "a null value", map[string]any{"a": nil}, false},
		{p, fmt.Sprint(many, " keys"), large, false},
		{p, "a list", []any{}, true},
		{p, "a text", "x", true},
	}
}

// bounds is what the model says about a place, without any constraint if it says nothing.
func bounds(p place) *model.Constraint {
	if c := model.Constraints(p.shape); c != nil && !p.ignored {
		return c
	}
	return &model.Constraint{}
}

// unusual are texts that are unusual in any member.
var unusual = []string{
	"", " ", "x", "nobody", Text, "a b", "../../etc/passwd", "%s%d%n", "'; DROP TABLE resources; --", "<script>alert(1)</script>", "-1", "0", "null", "*",
	"arn:aws:lightsail:us-east-1:111122223333:Instance/*", "\u202e\u0000", strings.Repeat("9", 40), strings.Repeat("z", 257), strings.Repeat("ü", 5000),
}

// admits reports whether the model admits a text. One with a name to be filled in is left to the server.
func admits(c *model.Constraint, text string) bool {
	n := int64(utf8.RuneCountInString(text))
	return strings.Contains(text, "{") || c.Admits(text) && c.Match(text) && (!c.HasMin || n >= c.Min) && (!c.HasMax || n <= c.Max)
}

func (b builder) stringChanges(p place) (list []change) {
	c := bounds(p)
	for _, text := range b.some(b.texts) {
		what := fmt.Sprintf("%.30q", text)
		if len(text) > 30 {
			what = fmt.Sprintf("%s of %d bytes", what, len(text))
		}
		list = append(list, change{p, what, text, text != "" && !admits(c, text)})
	}
	for _, text := range c.Enum {
		list = append(list, change{p, text, text, false})
	}
	if c.Enum != nil {
		list = append(list, change{p, "a foreign value", c.Enum[0] + "Foreign", true})
	}
	sized := func(n int64, invalid bool) {
		if n >= 0 {
			list = append(list, change{p, fmt.Sprintf("%d characters", n), strings.Repeat("a", int(n)), invalid})
		}
	}
	if c.HasMin {
		sized(c.Min, false)
		sized(c.Min-1, true)
	}
	if c.HasMax {
		sized(c.Max, false)
		sized(c.Max+1, true)
	}
	return append(list, change{p, "a number", 7, true}, change{p, "an object", map[string]any{}, true})
}

// numbers are those that are unusual in any member; of times, in seconds since 1970: some are far away.
var numbers = []string{"-1", "0", "1", "2", "2147483647", "-2147483648", "1.5", "-0", "1e3", "1e-400", "1767225600", "4102444800", "-62135596801", "253402300800"}

// beyond are numbers that are too large for any type but the larger ones.
var beyond = map[smithy.ShapeType][]string{
	smithy.ShapeTypeInteger:   {"2147483648", "-2147483649", "1e30"},
	smithy.ShapeTypeLong:      {"9223372036854775808", "1e30"},
	smithy.ShapeTypeFloat:     {"1e300", "1e999"},
	smithy.ShapeTypeDouble:    {"1e999"},
	smithy.ShapeTypeTimestamp: {"1e30", "1e999"},
}

func (b builder) numberChanges(p place) (list []change) {
	add := func(text string, invalid bool) {
		list = append(list, change{p, text, json.RawMessage(text), invalid})
	}
	c := bounds(p)
	for _, text := range b.some(numbers) {
		add(text, false)
	}
	for _, text := range beyond[p.schema.Type()] {
		add(text, text == "1e999" || p.schema.Type() == smithy.ShapeTypeInteger)
	}
	if c.HasMin {
		add(fmt.Sprint(c.Min), false)
		add(fmt.Sprint(c.Min-1), true)
	}
	if c.HasMax {
		add(fmt.Sprint(c.Max), false)
		add(fmt.Sprint(c.Max+1), true)
	}
	return append(list, change{p, "a boolean", true, true}, change{p, "an object", map[string]any{}, true}, change{p, "a text", "soon", true})
}

// apply changes an input; the input itself stays as it is. What is missing on the way to the place is made.
func (b builder) apply(doc any, top place, c change) any {
	return b.applyIn(doc, top, c, 0)
}

func (b builder) applyIn(doc any, at place, c change, depth int) any {
	if depth == len(c.at.path) {
		return c.value
	}
	name := c.at.path[depth]
	child := at.children()[0]
	if at.schema.Type() == smithy.ShapeTypeStructure {
		child = at.inside(name, at.schema.Member(name))
	}
	if name == "[]" {
		elements, _ := doc.([]any)
		if len(elements) == 0 {
			elements = []any{b.build(child, false)}
		}
		elements = slices.Clone(elements)
		elements[0] = b.applyIn(elements[0], child, c, depth+1)
		return elements
	}
	members, ok := doc.(map[string]any)
	if !ok {
		members, _ = b.build(at, false).(map[string]any)
	}
	value, given := members[name]
	if !given {
		value = b.build(child, false)
	}
	members = with(members, name, b.applyIn(value, child, c, depth+1))
	if members[name] == (absent{}) {
		delete(members, name)
	}
	return members
}
