package policy

import (
	"slices"
)

// A Context holds the condition keys of one request. Names do not depend on the case of ASCII letters, the tag key in a
// name such as aws:RequestTag/team included. A name that is added in several spellings keeps all its values, and
// [Evaluate] reads the request once with each of them. Values are case-sensitive and always text: numbers in decimal,
// times in ISO 8601 or epoch seconds, booleans as true and false, binary in base64.
//
// The zero Context is empty and stays so; [NewContext] makes one that can be filled.
type Context struct {
	*contextKeys
}

type contextKeys struct {
	values  map[string]contextValue
	several map[string][]string // the values of names that were added more than once
}

type contextValue struct {
	single string
	list   []string // of a multivalued key, never empty
}

// NewContext returns an empty Context.
func NewContext() Context {
	return Context{&contextKeys{values: make(map[string]contextValue, 16)}}
}

// Set sets the value of a single-valued key. An empty value is a value: the key is present.
func (c Context) Set(name, value string) {
	folded := Fold(name)
	c.values[folded] = contextValue{single: value}
	delete(c.several, folded)
}

// Add adds a value to a single-valued key. Tags whose keys differ by case alone have several.
func (c Context) Add(name, value string) {
	folded := Fold(name)
	present, again := c.values[folded]
	if !again {
		c.values[folded] = contextValue{single: value}
		return
	}
	if c.several == nil {
		c.several = map[string][]string{}
	}
	values := c.several[folded]
	if values == nil {
		values = []string{present.single}
	}
	if !slices.Contains(values, value) {
		values = append(values, value)
	}
	c.several[folded] = values
}

// SetList sets the values of a multivalued key, such as aws:TagKeys. Without values the key is absent.
func (c Context) SetList(name string, values ...string) {
	c.Unset(name)
	if len(values) > 0 {
		c.values[Fold(name)] = contextValue{list: slices.Clone(values)}
	}
}

// Unset makes a key absent.
func (c Context) Unset(name string) {
	delete(c.values, Fold(name))
	delete(c.several, Fold(name))
}

// lookup takes a folded name.
func (c Context) lookup(name string) (contextValue, bool) {
	if c.contextKeys == nil {
		return contextValue{}, false
	}
	value, present := c.values[name]
	return value, present
}

// variable is the text that replaces ${name} in a policy. A key without a value, and a multivalued key, has none.
func (c Context) variable(name string) (string, bool) {
	value, _ := c.lookup(name)
	return value.single, value.single != ""
}

// isAmbiguous reports whether a key has values of several spellings.
func (c Context) isAmbiguous() bool {
	return c.contextKeys != nil && len(c.several) > 0
}

// all returns the values; backing holds a single one, to spare an allocation.
func (v contextValue) all(backing *[1]string) []string {
	if v.list != nil {
		return v.list
	}
	backing[0] = v.single
	return backing[:]
}

// isNull reports a value that set operators take for an empty set.
func (v contextValue) isNull() bool {
	return v.single == "" && (v.list == nil || len(v.list) == 1 && v.list[0] == "")
}
