package codec

import (
	"bytes"
	"slices"
	"strings"
	"sync"

	smithy "github.com/aws/smithy-go"
)

// Encode writes a structure of the SDK. Members are in the order of the SDK's Serialize methods, maps are sorted by key:
// equal values give equal bytes. Lists and maps that are empty but not nil are written, nil members are not. Numbers that AWS answers
// with even if they are zero are at the end of their structure if they are zero.
func Encode(v smithy.Serializable) []byte {
	e := encoders.Get().(*encoder)
	defer e.release()
	v.Serialize(e)
	return bytes.Clone(e.buf)
}

// Exception is an error of the SDK's types package, such as *types.InvalidInputException.
type Exception interface {
	smithy.APIError
	SerializeMembers(smithy.ShapeSerializer)
}

// EncodeException writes an exception as Lightsail does: __type, the exception's bare name, is first, and
// the members are after it.
func EncodeException(x Exception) []byte {
	e := encoders.Get().(*encoder)
	defer e.release()
	e.openError(x.ErrorCode())
	x.SerializeMembers(e)
	e.closeWith('}')
	return bytes.Clone(e.buf)
}

// EncodeError writes an error that the front end makes and the API model does not have, such as
// UnrecognizedClientException. Without a message it has no message member.
func EncodeError(typ, message string) []byte {
	return encodeError(typ, "message", message)
}

// EncodeSyntaxError writes the SerializationException for a body that could not be read. AWS-wide front ends spell its
// member "Message".
func EncodeSyntaxError(s *SyntaxError) []byte {
	return encodeError("SerializationException", "Message", s.Message)
}

func encodeError(typ, member, message string) []byte {
	e := encoders.Get().(*encoder)
	defer e.release()
	e.openError(typ)
	if message != "" {
		e.key(member)
		e.text(message)
	}
	e.closeWith('}')
	return bytes.Clone(e.buf)
}

var encoders = sync.Pool{New: func() any { return new(encoder) }}

// encoder is a smithy.ShapeSerializer. The SDK's Serialize methods drive it.
type encoder struct {
	buf     []byte
	open    []container
	entries []entry // of the open maps, the innermost map's last
	scratch []byte
	schema  *smithy.Schema // of the outermost structure
}

// container is a list, map or structure that is being written.
type container struct {
	kind  byte     // 's', 'l' or 'm'
	first int      // index of a map's first entry in entries
	zeros []string // of a structure, its plainNumbers
	done  uint     // those of zeros that were written, by their place
}

// entry is the place of a map's entry in the buffer.
type entry struct {
	key        string
	start, end int
}

// release returns the encoder to the pool and clears its memory: a private key in it must not outlive its request.
func (e *encoder) release() {
	clear(e.buf)
	clear(e.scratch)
	clear(e.entries[:cap(e.entries)])
	const keep = 64 << 10
	if cap(e.buf)+cap(e.scratch) > keep {
		e.buf, e.scratch = nil, nil
	}
	*e = encoder{buf: e.buf[:0], open: e.open[:0], entries: e.entries[:0], scratch: e.scratch[:0]}
	encoders.Put(e)
}

// begin writes what is before a value: a comma if the value is not the first and, in a structure, the member's name.
func (e *encoder) begin(schema *smithy.Schema) {
	if len(e.open) == 0 {
		return
	}
	switch c := &e.open[len(e.open)-1]; c.kind {
	case 's':
		if i := slices.Index(c.zeros, schema.MemberName()); i >= 0 {
			c.done |= 1 << i
		}
		e.key(schema.MemberName())
	case 'l':
		e.comma()
	}
}

// comma separates from what came before, if anything did.
func (e *encoder) comma() {
	if c := e.buf[len(e.buf)-1]; c != '{' && c != '[' {
		e.buf = append(e.buf, ',')
	}
}

// key writes the name of a structure's member; the model's names need no escapes.
func (e *encoder) key(name string) {
	e.comma()
	e.buf = append(e.buf, '"')
	e.buf = append(e.buf, name...)
	e.buf = append(e.buf, '"', ':')
}

func (e *encoder) openWith(c byte, kind byte) {
	e.buf = append(e.buf, c)
	e.open = append(e.open, container{kind: kind, first: len(e.entries)})
}

func (e *encoder) closeWith(c byte) {
	e.buf = append(e.buf, c)
	e.open = e.open[:len(e.open)-1]
}

func (e *encoder) openError(typ string) {
	e.openWith('{', 's')
	e.key("__type")
	e.text(typ)
}

// WriteStruct implements smithy.ShapeSerializer.
func (e *encoder) WriteStruct(schema *smithy.Schema) {
	if len(e.open) == 0 {
		e.schema = schema
	}
	e.begin(schema)
	e.openWith('{', 's')
	shape := schema.TargetID().Name
	if shape == "" { // the outermost structure is not a member
		shape = schema.ID().Name
	}
	e.open[len(e.open)-1].zeros = plainNumbers[shape]
}

// CloseStruct implements smithy.ShapeSerializer.
func (e *encoder) CloseStruct() {
	c := e.open[len(e.open)-1]
	for i, name := range c.zeros {
		if c.done&(1<<i) == 0 {
			e.key(name)
			e.buf = append(e.buf, '0')
		}
	}
	e.closeWith('}')
}

// plainNumbers are the members of the structures in outputs, by shape, that are numbers and no pointers in the SDK's types. The
// SDK's Serialize methods leave out a zero there, AWS does not: it answers "fromPort":0 for a rule over all ports (observed).
var plainNumbers = map[string][]string{
	"Certificate":       {"inUseResourceCount"},
	"InstancePortInfo":  {"fromPort", "toPort"},
	"InstancePortState": {"fromPort", "toPort"},
}

// WriteList implements smithy.ShapeSerializer.
func (e *encoder) WriteList(schema *smithy.Schema) {
	e.begin(schema)
	e.openWith('[', 'l')
}

// CloseList implements smithy.ShapeSerializer.
func (e *encoder) CloseList() { e.closeWith(']') }

// WriteMap implements smithy.ShapeSerializer.
func (e *encoder) WriteMap(schema *smithy.Schema) {
	e.begin(schema)
	e.openWith('{', 'm')
}

// WriteKey implements smithy.ShapeSerializer.
func (e *encoder) WriteKey(_ *smithy.Schema, key string) {
	e.comma()
	e.entries = append(e.entries, entry{key: key, start: len(e.buf)})
	e.text(key)
	e.buf = append(e.buf, ':')
}

// CloseMap implements smithy.ShapeSerializer. The SDK walks Go maps in random order, so the entries are sorted here.
func (e *encoder) CloseMap() {
	first := e.open[len(e.open)-1].first
	e.sortEntries(e.entries[first:])
	e.entries = e.entries[:first]
	e.closeWith('}')
}

// sortEntries rewrites the end of the buffer, which holds the entries parted by commas, in the order of their keys.
func (e *encoder) sortEntries(entries []entry) {
	byKey := func(a, b entry) int { return strings.Compare(a.key, b.key) }
	if slices.IsSortedFunc(entries, byKey) {
		return
	}
	end := len(e.buf)
	for i := range slices.Backward(entries) {
		entries[i].end = end
		end = entries[i].start - len(",")
	}
	start := entries[0].start
	e.scratch = append(e.scratch[:0], e.buf[start:]...)
	e.buf = e.buf[:start]
	slices.SortFunc(entries, byKey)
	for i, x := range entries {
		if i > 0 {
			e.buf = append(e.buf, ',')
		}
		e.buf = append(e.buf, e.scratch[x.start-start:x.end-start]...)
	}
}
