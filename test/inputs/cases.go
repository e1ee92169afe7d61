package inputs

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2" //nolint:depguard // the same inputs follow from the same seed
	"slices"
	"strings"

	smithy "github.com/aws/smithy-go"

	"github.com/lanyard-cloud/lanyard/internal/model"
)

// Case is an input of an action.
type Case struct {
	// Name says what is particular about it, such as "tags[].key: 257 characters".
	Name string
	// Body is the input as JSON.
	Body string
	// Invalid reports that the model says that it is not valid. Without it, the input may still be refused.
	Invalid bool
}

// Maker makes inputs of actions. Known inputs say what works: their values are used where a member has a valid one.
type Maker struct {
	known map[string][]any
	// values are by action and path, and by the name of the member alone.
	values map[string]any
	// texts are those that are unusual in any member, and the names of what a team has in the known inputs.
	texts []string
}

// NewMaker returns a maker that knows inputs, as JSON, by action. In their names, {team} stands for a team.
func NewMaker(known map[string][]string) (*Maker, error) {
	m := &Maker{map[string][]any{}, map[string]any{}, slices.Clone(unusual)}
	for _, action := range slices.Sorted(maps.Keys(known)) {
		for _, text := range known[action] {
			var doc any
			if err := json.Unmarshal([]byte(text), &doc); err != nil {
				return nil, fmt.Errorf("known input of %s: %w in %s", action, err, text)
			}
			m.known[action] = append(m.known[action], doc)
			m.learn(action, "", doc)
		}
	}
	return m, nil
}

// learn notes the values of a known input; the first one of a place stays.
func (m *Maker) learn(action, at string, v any) {
	note := func(key string) {
		if _, ok := m.values[key]; !ok {
			m.values[key] = v
		}
	}
	note(action + " " + at)
	note(at[strings.LastIndexByte(at, '.')+1:])
	switch v := v.(type) {
	case string:
		if strings.Contains(v, "{team}") && !slices.Contains(m.texts, v) {
			m.texts = append(m.texts, v)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			m.learn(action, strings.TrimPrefix(at+"."+name, "."), v[name])
		}
	case []any:
		for _, e := range v {
			m.learn(action, at+"[]", e)
		}
	}
}

// Cases are the inputs of an action: the known ones, one with every optional member, one with none, an empty one; each
// member in turn at the bounds of its constraints, beyond them, null, absent, of another type, and with some values that
// are unusual anywhere; and some in which several members are so. What is random is so by r.
func (m *Maker) Cases(a model.Action, r *rand.Rand, mixed int) []Case {
	schema := SchemaOf(a.NewInput())
	b := builder{m, a.Name, r}
	top := place{schema: schema, shape: schema.ID().Name}
	required := len(model.Required(top.shape)) > 0
	cases := []Case{
		{Name: "all members", Body: encode(b.build(top, true))},
		{Name: "required members", Body: encode(b.build(top, false))},
		{Name: "no members", Body: "{}", Invalid: required},
	}
	for _, doc := range m.known[a.Name] {
		cases = append(cases, Case{Name: "known", Body: encode(doc)})
	}
	base := b.build(top, false)
	if known := m.known[a.Name]; len(known) > 0 {
		base = known[0]
	}
	changes := b.changes(top)
	for _, c := range changes {
		cases = append(cases, Case{c.String(), encode(b.apply(base, top, c)), c.invalid})
	}
	for n := range mixed {
		doc, names := base, []string{}
		for range 2 + r.IntN(3) {
			if len(changes) > 0 {
				c := changes[r.IntN(len(changes))]
				doc, names = b.apply(doc, top, c), append(names, c.String())
			}
		}
		cases = append(cases, Case{Name: fmt.Sprintf("mixed %d: %s", n, strings.Join(names, "; ")), Body: encode(doc)})
	}
	return cases
}

func encode(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("inputs: encode %v: %v", v, err)) // all of it came from JSON or from this package
	}
	return string(text)
}

// place is where a value is in an input.
type place struct {
	schema *smithy.Schema
	shape  string
	// path has the names of members and keys; "[]" stands for the first element of a list.
	path     []string
	required bool
	// ignored members are taken with any value.
	ignored bool
}

// String is the path as people write it.
func (p place) String() string { return strings.ReplaceAll(strings.Join(p.path, "."), ".[]", "[]") }

// inside is a place inside of another one.
func (p place) inside(name string, schema *smithy.Schema) place {
	return place{
		schema, schema.TargetID().Name, append(slices.Clip(p.path), name),
		p.schema.Type() == smithy.ShapeTypeStructure && slices.Contains(model.Required(p.shape), name),
		model.Ignored(p.shape, name),
	}
}

// children are the places directly inside, in order of their names.
func (p place) children() (list []place) {
	switch p.schema.Type() {
	case smithy.ShapeTypeStructure:
		members := p.schema.Members()
		for _, name := range slices.Sorted(maps.Keys(members)) {
			list = append(list, p.inside(name, members[name]))
		}
	case smithy.ShapeTypeList:
		list = []place{p.inside("[]", p.schema.ListMember())}
	case smithy.ShapeTypeMap:
		list = []place{p.inside(sampleKey(p.schema), p.schema.MapValue())}
	}
	return list
}

// sampleKey is a key that a map admits.
func sampleKey(schema *smithy.Schema) string {
	key, _ := Sample(schema.MapKey().TargetID().Name)
	if key == Text {
		return "key"
	}
	return key
}

// builder builds values for one action.
type builder struct {
	*Maker
	action string
	random *rand.Rand
}

// some are as many of a list as a place gets of what is unusual anywhere.
func (b builder) some(all []string) (list []string) {
	const enough = 5
	for _, n := range b.random.Perm(len(all))[:min(enough, len(all))] {
		list = append(list, all[n])
	}
	return list
}

// build is a valid value, with all members or with the required ones.
func (b builder) build(p place, all bool) any {
	switch p.schema.Type() {
	case smithy.ShapeTypeStructure:
		doc := map[string]any{}
		for _, child := range p.children() {
			if all || child.required {
				doc[child.path[len(child.path)-1]] = b.build(child, all)
			}
		}
		return doc
	case smithy.ShapeTypeList:
		return []any{b.build(p.children()[0], all)}
	case smithy.ShapeTypeMap:
		child := p.children()[0]
		return map[string]any{child.path[len(child.path)-1]: b.build(child, all)}
	}
	own := scalar(p)
	for _, key := range []string{b.action + " " + p.String(), p.path[len(p.path)-1]} {
		if v, ok := b.values[key]; ok && fmt.Sprintf("%T", v) == fmt.Sprintf("%T", own) {
			return v
		}
	}
	return own
}

// scalar is a valid value that depends on nothing but the shape.
func scalar(p place) any {
	switch p.schema.Type() {
	case smithy.ShapeTypeBoolean:
		return true
	case smithy.ShapeTypeString, smithy.ShapeTypeEnum:
		text, _ := Sample(p.shape)
		return text
	case smithy.ShapeTypeTimestamp:
		return 1795000000.975
	}
	if c := model.Constraints(p.shape); c != nil && c.HasMax {
		return float64(c.Max)
	}
	return 1.0
}
