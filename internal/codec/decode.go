package codec

import (
	"bytes"
	"math"
	"reflect"
	"strconv"
	"sync"
	"time"

	smithy "github.com/aws/smithy-go"
)

// Decode parses a request's body as the input of an action and validates it against the API model on the way.
// in is a pointer to a new input structure of the SDK; its content is unspecified after an error.
//
// The error is a [*SyntaxError] if the body is not JSON or has values of wrong types, and else a [*ValidationError]
// if values violate the model's constraints. Members that the action does not have are ignored, an
// explicit null is the same as absence, and names are case-sensitive.
func Decode(body []byte, in smithy.Serializable) error {
	d := newDecoder()
	defer d.release()
	d.checks = true
	if err := d.document(body, in); err != nil {
		return err
	}
	if len(d.violations) > 0 {
		return &ValidationError{Violations: d.violations}
	}
	return nil
}

// Unmarshal parses a document that [Encode] wrote into a pointer to a new structure of the same type. It is as strict as
// [Decode] about JSON and types and checks none of the model's constraints.
func Unmarshal(doc []byte, v smithy.Serializable) error {
	d := newDecoder()
	defer d.release()
	return d.document(doc, v)
}

// decoder walks a document and a plan side by side.
type decoder struct {
	scanner
	checks     bool // against the model's constraints
	elements   int
	path       []segment
	violations []Violation
}

var decoders = sync.Pool{New: func() any { return new(decoder) }}

func newDecoder() *decoder { return decoders.Get().(*decoder) }

// release hands the decoder's buffers on. What they held may be secret.
func (d *decoder) release() {
	clear(d.scratch[:cap(d.scratch)])
	clear(d.path[:cap(d.path)])
	scratch := d.scratch[:0]
	if cap(scratch) > 16<<10 {
		scratch = nil
	}
	*d = decoder{scanner: scanner{scratch: scratch}, path: d.path[:0]}
	decoders.Put(d)
}

func (d *decoder) document(doc []byte, v smithy.Serializable) error {
	if err := d.reset(doc); err != nil {
		return err
	}
	if d.peek() != '{' {
		return d.malformed("document is not an object")
	}
	if err := d.structure(planOf(v), reflect.ValueOf(v).Elem()); err != nil {
		return err
	}
	return d.end()
}

// value decodes one value, which is not null, into dst, which is zero.
func (d *decoder) value(p *valuePlan, dst reflect.Value) error {
	if p.pointer {
		dst.Set(reflect.New(p.typ))
		dst = dst.Elem()
	}
	switch p.kind {
	case kindString:
		return d.str(p, dst)
	case kindBool:
		return d.boolean(p, dst)
	case kindInteger:
		return d.integer(p, dst)
	case kindFloat:
		return d.float(p, dst)
	case kindTime:
		return d.time(p, dst)
	case kindList:
		return d.list(p, dst)
	case kindMap:
		return d.mapping(p, dst)
	default:
		if d.peek() != '{' {
			return d.mismatch(p)
		}
		return d.structure(p.fields, dst)
	}
}

func (d *decoder) structure(p *structPlan, dst reflect.Value) error {
	if err := d.open(); err != nil {
		return err
	}
	var met members
	for first := true; ; first = false {
		more, err := d.more(first, '}')
		if err != nil {
			return err
		}
		if !more {
			d.checkRequired(p, met.present)
			return nil
		}
		if err := d.entry(p, dst, &met); err != nil {
			return err
		}
	}
}

// members is what was read of one structure.
type members struct {
	seen, present uint64 // sets of the plan's bits; a null is seen and not present
	unknown       nameSet
}

// entry decodes a name and what belongs to it.
func (d *decoder) entry(p *structPlan, dst reflect.Value, met *members) error {
	name, err := d.name()
	if err != nil {
		return err
	}
	m := p.members[string(name)]
	if m == nil {
		if !met.unknown.add(name) {
			return d.malformed("duplicate member")
		}
		return d.skip()
	}
	if met.seen&m.bit != 0 {
		return d.malformed("duplicate member")
	}
	met.seen |= m.bit
	present, err := d.member(m, dst)
	if present {
		met.present |= m.bit
	}
	return err
}

// member decodes a structure's member and reports whether it is there, which a null is not.
func (d *decoder) member(m *memberPlan, dst reflect.Value) (bool, error) {
	if null, err := d.null(); null || err != nil {
		return false, err
	}
	d.path = append(d.path, segment{name: m.name})
	err := d.value(&m.valuePlan, dst.Field(m.field))
	d.path = d.path[:len(d.path)-1]
	return true, err
}

func (d *decoder) list(p *valuePlan, dst reflect.Value) error {
	if d.peek() != '[' {
		return d.mismatch(p)
	}
	if err := d.open(); err != nil {
		return err
	}
	dst.Set(reflect.MakeSlice(p.typ, 0, 0))
	for n := 0; ; n++ {
		more, err := d.more(n == 0, ']')
		if err != nil {
			return err
		}
		if !more {
			d.checkSize(p, n)
			return nil
		}
		dst.Grow(1)
		dst.SetLen(n + 1)
		if err := d.element(p.elem, dst.Index(n), segment{index: n + 1}); err != nil {
			return err
		}
	}
}

func (d *decoder) mapping(p *valuePlan, dst reflect.Value) error {
	if d.peek() != '{' {
		return d.mismatch(p)
	}
	if err := d.open(); err != nil {
		return err
	}
	dst.Set(reflect.MakeMap(p.typ))
	var names nameSet
	for n := 0; ; n++ {
		more, err := d.more(n == 0, '}')
		if err != nil {
			return err
		}
		if !more {
			d.checkSize(p, n)
			return nil
		}
		name, err := d.name()
		if err != nil {
			return err
		}
		if !names.add(name) {
			return d.malformed("duplicate member")
		}
		key := string(name)
		d.checkKey(p.key, key)
		elem := reflect.New(p.typ.Elem()).Elem()
		if err := d.element(p.elem, elem, segment{name: key}); err != nil {
			return err
		}
		dst.SetMapIndex(reflect.ValueOf(key).Convert(p.typ.Key()), elem)
	}
}

// element decodes a list element or a map's value. Neither may be null.
func (d *decoder) element(p *valuePlan, dst reflect.Value, at segment) error {
	d.elements++
	if d.checks && d.elements > MaxElements {
		return d.malformed("too many elements")
	}
	at.element = true
	d.path = append(d.path, at)
	defer func() { d.path = d.path[:len(d.path)-1] }()
	null, err := d.null()
	if err != nil {
		return err
	}
	if null {
		d.violate(Violation{Shape: p.shape, Rule: Required, Constraint: notNull, echo: echoNull})
		return nil
	}
	return d.value(p, dst)
}

func (d *decoder) str(p *valuePlan, dst reflect.Value) error {
	if d.peek() != '"' {
		return d.mismatch(p)
	}
	text, err := d.text()
	if err != nil {
		return err
	}
	s := string(text)
	dst.SetString(s)
	d.checkString(p, s)
	return nil
}

func (d *decoder) boolean(p *valuePlan, dst reflect.Value) error {
	switch d.peek() {
	case 't':
		dst.SetBool(true)
		return d.literal("true")
	case 'f':
		return d.literal("false")
	}
	return d.mismatch(p)
}

// integer takes whole numbers written as such: 1.0 and 1e3 are refused, since clients never send them for integers and
// silent truncation hides faults.
func (d *decoder) integer(p *valuePlan, dst reflect.Value) error {
	if !numeric(d.peek()) {
		return d.mismatch(p)
	}
	start := d.pos
	text, integer, err := d.number()
	if err != nil {
		return err
	}
	n, err := strconv.ParseInt(string(text), 10, 64)
	if !integer || err != nil || dst.OverflowInt(n) {
		d.pos = start
		return d.mismatch(p)
	}
	dst.SetInt(n)
	d.checkRange(p, n)
	return nil
}

// float takes numbers and, as Smithy has it, the strings NaN, Infinity and -Infinity, which Encode may have written;
// no action has a use for them in its input.
func (d *decoder) float(p *valuePlan, dst reflect.Value) error {
	c := d.peek()
	start := d.pos
	var text []byte
	var err error
	switch {
	case numeric(c):
		text, _, err = d.number()
	case c == '"' && !d.checks:
		if text, err = d.text(); err == nil && !special(text) {
			d.pos = start
			return d.mismatch(p)
		}
	default:
		return d.mismatch(p)
	}
	if err != nil {
		return err
	}
	f, err := strconv.ParseFloat(string(text), p.typ.Bits())
	if err != nil {
		d.pos = start
		return d.mismatch(p)
	}
	dst.SetFloat(f)
	return nil
}

func special(text []byte) bool {
	return bytes.Equal(text, []byte("NaN")) || bytes.Equal(text, []byte("Infinity")) || bytes.Equal(text, []byte("-Infinity"))
}

// The seconds of the years 1 to 9999, outside of which a time has no four-digit year.
const (
	minSeconds = -62135596800
	maxSeconds = 253402300800
)

// time takes seconds since 1970 in any form a number has, and keeps milliseconds.
func (d *decoder) time(p *valuePlan, dst reflect.Value) error {
	if !numeric(d.peek()) {
		return d.mismatch(p)
	}
	start := d.pos
	text, _, err := d.number()
	if err != nil {
		return err
	}
	f, err := strconv.ParseFloat(string(text), 64)
	if err != nil || f < minSeconds || f >= maxSeconds {
		d.pos = start
		return d.mismatch(p)
	}
	dst.Set(reflect.ValueOf(time.UnixMilli(int64(math.Round(f * 1000))).UTC()))
	return nil
}

func numeric(c byte) bool { return c == '-' || '0' <= c && c <= '9' }

// mismatch returns an error in the words of AWS-wide front ends: the next value is not what the shape requires.
// If there is no well-formed value, the error is that of malformed JSON.
func (d *decoder) mismatch(p *valuePlan) error {
	start, c := d.pos, d.peek()
	if err := d.skip(); err != nil {
		return err
	}
	e := &SyntaxError{Offset: start, Reason: "value of another type than " + p.shape}
	scalar := p.kind != kindList && p.kind != kindMap && p.kind != kindStruct
	switch {
	case c == '{':
		e.Message = "Start of structure or map found where not expected."
	case c == '[':
		e.Message = "Start of list found where not expected"
	case !scalar:
		e.Message = "Unexpected field type"
	default:
		e.Message = token(c) + " can not be converted to " + p.wire
	}
	return e
}

// token is AWS's name of the value that begins with c.
func token(c byte) string {
	switch c {
	case '"':
		return "STRING_VALUE"
	case 't':
		return "TRUE_VALUE"
	case 'f':
		return "FALSE_VALUE"
	}
	return "NUMBER_VALUE"
}
