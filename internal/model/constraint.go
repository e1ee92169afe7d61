package model

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Constraint says which values of a shape the API admits.
type Constraint struct {
	// Shape is the name of the shape, such as ResourceName.
	Shape string
	// Pattern is the regular expression as the API model writes it, "" if there is none. Use [Constraint.Match].
	Pattern string
	// Min and Max bound the length of a string in characters, the number of a list's elements, or a number's
	// value; they count only where HasMin and HasMax say so.
	Min, Max       int64
	HasMin, HasMax bool
	// Enum lists the admitted strings; nil where any is admitted.
	Enum []string
	// Spellings are further strings that the service takes for those of Enum; messages do not name them.
	Spellings []string
	// Sensitive values must not be repeated in messages or logs.
	Sensitive bool

	compile sync.Once
	re      *regexp.Regexp
}

// Constraints returns what is known about a shape, or nil if nothing is.
func Constraints(shape string) *Constraint {
	for i := range overrides {
		if overrides[i].Shape == shape {
			return &overrides[i]
		}
	}
	i, ok := search(shape)
	if !ok {
		return nil
	}
	return &constraints[i]
}

// search looks a shape up without copying rows, which hold locks.
func search(shape string) (int, bool) {
	low, high := 0, len(constraints)
	for low < high {
		mid := int(uint(low+high) >> 1)
		if strings.Compare(constraints[mid].Shape, shape) < 0 {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low, low < len(constraints) && constraints[low].Shape == shape
}

// Match reports whether the whole value has the form that Pattern demands. The model leaves anchors out in
// places and writes alternations without parentheses; the whole value is meant in each case. A dot stands for any character,
// line breaks included: `.*\S.*` means "not blank".
func (c *Constraint) Match(value string) bool {
	if c.Pattern == "" {
		return true
	}
	c.compile.Do(func() {
		p := strings.TrimSuffix(strings.TrimPrefix(c.Pattern, "^"), "$")
		c.re = regexp.MustCompile(`\A(?s:` + p + `)\z`)
	})
	return c.re.MatchString(value)
}

// Admits reports whether the value is one of Enum or Spellings, or Enum is nil.
func (c *Constraint) Admits(value string) bool {
	return c.Enum == nil || slices.Contains(c.Enum, value) || slices.Contains(c.Spellings, value)
}
