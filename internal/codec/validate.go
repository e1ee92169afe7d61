package codec

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/lanyard-cloud/lanyard/internal/model"
)

const notNull = "Member must not be null"

// segment is one step on the way to a value: a structure's member, or an element of a list (numbered from 1) or map.
type segment struct {
	name    string
	index   int
	element bool
}

// pathTo writes the way to the current value in AWS's form, in which an element is followed by "member".
func (d *decoder) pathTo() string {
	var b strings.Builder
	for i, s := range d.path {
		if i > 0 {
			b.WriteByte('.')
		}
		if s.index > 0 {
			b.WriteString(strconv.Itoa(s.index))
		} else {
			b.WriteString(cut(s.name))
		}
		if s.element {
			b.WriteString(".member")
		}
	}
	return b.String()
}

// violate notes a violation by the current value. Member and Path are filled in here.
func (d *decoder) violate(v Violation) {
	if !d.checks || len(d.violations) == MaxViolations {
		return
	}
	v.Path = d.pathTo()
	if n := len(d.path); n > 0 && !d.path[n-1].element {
		v.Member = d.path[n-1].name
	}
	d.violations = append(d.violations, v)
}

func (d *decoder) checkRequired(p *structPlan, present uint64) {
	if !d.checks {
		return
	}
	for _, m := range p.required {
		if present&m.bit == 0 {
			d.path = append(d.path, segment{name: m.name})
			d.violate(Violation{Shape: m.shape, Rule: Required, Constraint: notNull, echo: echoNull})
			d.path = d.path[:len(d.path)-1]
		}
	}
}

func (d *decoder) checkString(p *valuePlan, s string) {
	if !d.checks || p.constraint == nil {
		return
	}
	for _, b := range broken(p.constraint, s) {
		v := Violation{Shape: p.shape, Rule: b.rule, Constraint: b.text, Value: cut(s)}
		if p.constraint.Sensitive {
			v.Value, v.echo = "", echoHidden
		}
		d.violate(v)
	}
}

// checkKey checks the name of a map's entry. AWS states such a violation about the map.
func (d *decoder) checkKey(p *valuePlan, key string) {
	if !d.checks || p.constraint == nil {
		return
	}
	var texts []string
	rule := Pattern
	for _, b := range broken(p.constraint, key) {
		texts, rule = append(texts, b.text), b.rule
	}
	if texts != nil {
		text := "Map keys must satisfy constraint: [" + strings.Join(texts, ", ") + "]"
		d.violate(Violation{Shape: p.shape, Rule: rule, Constraint: text, Value: cut(key)})
	}
}

// breach is a rule that a string breaks, with the rule's text.
type breach struct {
	rule Rule
	text string
}

func broken(c *model.Constraint, s string) []breach {
	var found []breach
	if c.HasMin || c.HasMax {
		if text := outside(c, int64(utf8.RuneCountInString(s)), "length"); text != "" {
			found = append(found, breach{Length, text})
		}
	}
	if !c.Match(s) {
		found = append(found, breach{Pattern, "Member must satisfy regular expression pattern: " + c.Pattern})
	}
	if !c.Admits(s) {
		found = append(found, breach{Enum, "Member must satisfy enum value set: [" + strings.Join(c.Enum, ", ") + "]"})
	}
	return found
}

// checkSize checks the number of elements in a list or map.
func (d *decoder) checkSize(p *valuePlan, n int) {
	if !d.checks || p.constraint == nil {
		return
	}
	if text := outside(p.constraint, int64(n), "length"); text != "" {
		d.violate(Violation{Shape: p.shape, Rule: Length, Constraint: text, echo: echoHidden})
	}
}

func (d *decoder) checkRange(p *valuePlan, n int64) {
	if !d.checks || p.constraint == nil {
		return
	}
	if text := outside(p.constraint, n, "value"); text != "" {
		d.violate(Violation{Shape: p.shape, Rule: Range, Constraint: text, Value: strconv.FormatInt(n, 10)})
	}
}

// outside states the bound that n breaks, or returns "".
func outside(c *model.Constraint, n int64, what string) string {
	switch {
	case c.HasMin && n < c.Min:
		return "Member must have " + what + " greater than or equal to " + strconv.FormatInt(c.Min, 10)
	case c.HasMax && n > c.Max:
		return "Member must have " + what + " less than or equal to " + strconv.FormatInt(c.Max, 10)
	}
	return ""
}
