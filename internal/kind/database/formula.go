package database

import (
	"math"
	"strconv"
	"strings"
)

// evaluate computes a formula of a parameter (RDS user guide), such as GREATEST({DBInstanceClassMemory/12582880},10):
// numbers, terms in braces with variables, operators and log, which is that to the base 2, and GREATEST, LEAST and
// SUM of several. It reports false for other texts. The result may be no number: of a division by zero, for example.
func evaluate(text string, variables map[string]float64) (float64, bool) {
	f := &formula{rest: text, variables: variables}
	value := f.term()
	return value, !f.failed && strings.TrimSpace(f.rest) == ""
}

// isFormula reports whether a text is meant to be a formula.
func isFormula(text string) bool { return strings.ContainsRune(text, '{') }

// formula is a text that is being read. Once it has failed, its values mean nothing.
type formula struct {
	rest      string
	variables map[string]float64
	failed    bool
}

// take reads a text if it comes next.
func (f *formula) take(text string) (found bool) {
	f.rest, found = strings.CutPrefix(strings.TrimLeft(f.rest, " "), text)
	return found
}

// want reads a text, which has to come next.
func (f *formula) want(text string) {
	if !f.take(text) {
		f.failed, f.rest = true, ""
	}
}

var functions = map[string]func(a, b float64) float64{
	"GREATEST(": math.Max,
	"LEAST(":    math.Min,
	"SUM(":      func(a, b float64) float64 { return a + b },
}

// term reads a number, a function of terms, or what is in braces.
func (f *formula) term() float64 {
	for name, combine := range functions {
		if f.take(name) {
			value := f.term()
			for !f.failed && f.take(",") {
				value = combine(value, f.term())
			}
			f.want(")")
			return value
		}
	}
	if !f.take("{") {
		return f.number()
	}
	value := f.sum()
	f.want("}")
	return value
}

func (f *formula) sum() float64 {
	for value := f.product(); ; {
		switch {
		case f.failed:
			return 0
		case f.take("+"):
			value += f.product()
		case f.take("-"):
			value -= f.product()
		default:
			return value
		}
	}
}

func (f *formula) product() float64 {
	for value := f.factor(); ; {
		switch {
		case f.failed:
			return 0
		case f.take("*"):
			value *= f.factor()
		case f.take("/"):
			value /= f.factor()
		default:
			return value
		}
	}
}

func (f *formula) factor() float64 {
	isLog := f.take("log(")
	if isLog || f.take("(") {
		value := f.sum()
		f.want(")")
		if isLog {
			return math.Log2(value)
		}
		return value
	}
	for name, value := range f.variables {
		if f.take(name) {
			return value
		}
	}
	return f.number()
}

func (f *formula) number() float64 {
	f.take("")
	end := strings.IndexFunc(f.rest, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
	if end < 0 {
		end = len(f.rest)
	}
	value, err := strconv.ParseFloat(f.rest[:end], 64)
	if err != nil {
		f.failed, f.rest = true, ""
		return 0
	}
	f.rest = f.rest[end:]
	return value
}
