package codec

import (
	"encoding/base64"
	"math"
	"math/big"
	"strconv"
	"time"
	"unicode/utf8"

	smithy "github.com/aws/smithy-go"
	"github.com/aws/smithy-go/document"
)

const hexDigits = "0123456789abcdef"

// text writes a string with no more escapes than JSON demands. Bytes that are no UTF-8 become U+FFFD.
func (e *encoder) text(s string) {
	b := append(e.buf, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r != utf8.RuneError || size > 1 {
				i += size
				continue
			}
		}
		b = append(b, s[start:i]...)
		b = appendEscape(b, c)
		i++
		start = i
	}
	b = append(b, s[start:]...)
	e.buf = append(b, '"')
}

func appendEscape(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\n':
		return append(b, '\\', 'n')
	case '\r':
		return append(b, '\\', 'r')
	case '\t':
		return append(b, '\\', 't')
	}
	if c >= utf8.RuneSelf {
		return utf8.AppendRune(b, utf8.RuneError)
	}
	return append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xf])
}

// WriteString implements smithy.ShapeSerializer.
func (e *encoder) WriteString(schema *smithy.Schema, v string) {
	e.begin(schema)
	e.text(v)
}

// WriteBool implements smithy.ShapeSerializer.
func (e *encoder) WriteBool(schema *smithy.Schema, v bool) {
	e.begin(schema)
	e.buf = strconv.AppendBool(e.buf, v)
}

// WriteInt8 implements smithy.ShapeSerializer.
func (e *encoder) WriteInt8(schema *smithy.Schema, v int8) { e.WriteInt64(schema, int64(v)) }

// WriteInt16 implements smithy.ShapeSerializer.
func (e *encoder) WriteInt16(schema *smithy.Schema, v int16) { e.WriteInt64(schema, int64(v)) }

// WriteInt32 implements smithy.ShapeSerializer.
func (e *encoder) WriteInt32(schema *smithy.Schema, v int32) { e.WriteInt64(schema, int64(v)) }

// WriteInt64 implements smithy.ShapeSerializer.
func (e *encoder) WriteInt64(schema *smithy.Schema, v int64) {
	e.begin(schema)
	e.buf = strconv.AppendInt(e.buf, v, 10)
}

// WriteFloat32 implements smithy.ShapeSerializer.
func (e *encoder) WriteFloat32(schema *smithy.Schema, v float32) {
	e.begin(schema)
	e.float(float64(v), 32)
}

// WriteFloat64 implements smithy.ShapeSerializer.
func (e *encoder) WriteFloat64(schema *smithy.Schema, v float64) {
	e.begin(schema)
	e.float(v, 64)
}

// float writes the shortest form that reads back the same, with ".0" for whole numbers as AWS prints them.
func (e *encoder) float(v float64, bits int) {
	switch {
	case math.IsNaN(v):
		e.text("NaN")
	case math.IsInf(v, 1):
		e.text("Infinity")
	case math.IsInf(v, -1):
		e.text("-Infinity")
	case v == math.Trunc(v) && math.Abs(v) < 1e15:
		e.buf = append(strconv.AppendFloat(e.buf, v, 'f', -1, bits), '.', '0')
	default:
		e.buf = strconv.AppendFloat(e.buf, v, 'g', -1, bits)
	}
}

// WriteTime implements smithy.ShapeSerializer. A time is written as seconds since 1970 with at most three
// decimals; a remainder below a millisecond is cut off.
func (e *encoder) WriteTime(schema *smithy.Schema, v time.Time) {
	e.begin(schema)
	ms := v.UnixMilli()
	if ms < 0 {
		e.buf = append(e.buf, '-')
		ms = -ms
	}
	e.buf = strconv.AppendInt(e.buf, ms/1000, 10)
	frac := ms % 1000
	if frac == 0 {
		return
	}
	e.buf = append(e.buf, '.', byte('0'+frac/100))
	if frac %= 100; frac == 0 {
		return
	}
	e.buf = append(e.buf, byte('0'+frac/10))
	if frac %= 10; frac != 0 {
		e.buf = append(e.buf, byte('0'+frac))
	}
}

// WriteBlob implements smithy.ShapeSerializer.
func (e *encoder) WriteBlob(schema *smithy.Schema, v []byte) {
	e.begin(schema)
	e.buf = append(e.buf, '"')
	e.buf = base64.StdEncoding.AppendEncode(e.buf, v)
	e.buf = append(e.buf, '"')
}

// WriteNil implements smithy.ShapeSerializer.
func (e *encoder) WriteNil(schema *smithy.Schema) {
	e.begin(schema)
	e.buf = append(e.buf, "null"...)
}

// The Lightsail API has no shapes of the types below. Were a later SDK to bring one, the tests, which encode every shape of
// the API, would meet the panic.

// WriteBigInt implements smithy.ShapeSerializer.
func (e *encoder) WriteBigInt(*smithy.Schema, *big.Int) { panic("codec: big integer in the API") }

// WriteBigFloat implements smithy.ShapeSerializer.
func (e *encoder) WriteBigFloat(*smithy.Schema, *big.Float) { panic("codec: big decimal in the API") }

// WriteUnion implements smithy.ShapeSerializer.
func (e *encoder) WriteUnion(_, _ *smithy.Schema) { panic("codec: union in the API") }

// CloseUnion implements smithy.ShapeSerializer.
func (e *encoder) CloseUnion() { panic("codec: union in the API") }

// WriteDocument implements smithy.ShapeSerializer.
func (e *encoder) WriteDocument(*smithy.Schema, document.Value) {
	panic("codec: document in the API")
}

// Bytes implements smithy.ShapeSerializer.
func (e *encoder) Bytes() []byte { return e.buf }
