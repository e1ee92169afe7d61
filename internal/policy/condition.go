package policy

import "slices"

// A condition is one key below one operator of a Condition element, with the policy's values for it.
type condition struct {
	operator
	operatorName string
	keyName      string // as the policy writes it
	key          string // folded
	wanted       []string
	comparison   comparison // not for Null
	wantsNull    []bool     // for Null
}

// holds decides one condition ("Condition operators", "Single-valued vs. multivalued context keys").
func (c *condition) holds(ctx Context) bool {
	got, present := ctx.lookup(c.key)
	if c.kind == compareNull {
		return slices.Contains(c.wantsNull, !present)
	}
	switch c.qualifier {
	case forAllValues:
		return c.allHold(got, present, ctx)
	case forAnyValue:
		return c.anyHolds(got, present, ctx)
	}
	switch {
	case !present:
		return c.negated || c.ifExists
	case len(got.list) > 1:
		// A multivalued key needs a set operator: without one, several values equal nothing.
		return c.negated
	}
	var single [1]string
	return c.test(got.all(&single)[0], ctx)
}

func (c *condition) allHold(got contextValue, present bool, ctx Context) bool {
	if !present || got.isNull() {
		return true
	}
	var single [1]string
	for _, value := range got.all(&single) {
		if !c.test(value, ctx) {
			return false
		}
	}
	return true
}

// anyHolds is false for a missing key whether or not the operator ends in IfExists.
func (c *condition) anyHolds(got contextValue, present bool, ctx Context) bool {
	if !present || got.isNull() {
		return false
	}
	var single [1]string
	for _, value := range got.all(&single) {
		if c.test(value, ctx) {
			return true
		}
	}
	return false
}

// test decides for one value of the request. Several values of the policy are alternatives, and under a negated
// operator none of them may match.
func (c *condition) test(value string, ctx Context) bool {
	return c.comparison.meets(value, ctx) != c.negated
}

// templates are the condition's values in which variables can be.
func (c *condition) templates() []template {
	switch values := c.comparison.(type) {
	case texts:
		return values
	case foldedTexts:
		return values
	case booleans:
		return values
	}
	return nil
}
