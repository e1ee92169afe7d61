package policy

import (
	"slices"
	"strings"
)

// A Context holds the condition keys of one request. Names are not case-sensitive, the tag key in a name such as
// aws:RequestTag/team included; of two names that differ by case alone the last one set counts. Values are
// case-sensitive and always text: numbers in decimal, times in ISO 8601 or epoch seconds, booleans as true and
// false, binary in base64.
//
// The zero Context is empty and stays so; [NewContext] makes one that can be filled.
type Context struct {
	keys map[string]contextValue
}

type contextValue struct {
	single string
	list   []string // of a multivalued key, never empty
}

// NewContext returns an empty Context.
func NewContext() Context {
	return Context{keys: make(map[string]contextValue, 16)}
}

// Set gives a single-valued key its value. An empty value is a value: the key is present.
func (c Context) Set(name, value string) {
	c.keys[strings.ToLower(name)] = contextValue{single: value}
}

// SetList gives a multivalued key, such as aws:TagKeys, its values. Without values the key is absent.
func (c Context) SetList(name string, values ...string) {
	if len(values) == 0 {
		delete(c.keys, strings.ToLower(name))
		return
	}
	c.keys[strings.ToLower(name)] = contextValue{list: slices.Clone(values)}
}

// lookup takes a name in lower case.
func (c Context) lookup(name string) (contextValue, bool) {
	value, present := c.keys[name]
	return value, present
}

// variable is the text that stands for ${name} in a policy. A key without a value, and a multivalued key, has none.
func (c Context) variable(name string) (string, bool) {
	value := c.keys[name]
	return value.single, value.single != ""
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
