package codec

import (
	"bytes"
	"slices"
	"unicode/utf16"
	"unicode/utf8"
)

// Limits on what is read. They are far above anything that a Lightsail client sends.
const (
	// MaxDepth is how deep objects and arrays may nest; the API's deepest input has six levels.
	MaxDepth = 32
	// MaxNumber is the longest text of a number, in bytes.
	MaxNumber = 100
	// MaxElements is how many list elements and map entries one input may hold altogether. It bounds the memory that
	// a body of many tiny elements takes once decoded.
	MaxElements = 10_000
)

// scanner reads JSON as RFC 8259 defines it, and stricter: no duplicate names in an object, no lone surrogates, no NUL, no
// byte order mark.
type scanner struct {
	data    []byte
	pos     int
	depth   int
	scratch []byte // where strings with escapes are put together
}

// reset points the scanner at a document. The checks for UTF-8 and NUL are made here once, for the whole of it.
func (s *scanner) reset(data []byte) error {
	*s = scanner{data: data, scratch: s.scratch[:0]}
	if !utf8.Valid(data) {
		return s.malformed("invalid UTF-8")
	}
	if bytes.IndexByte(data, 0) >= 0 {
		return s.malformed("NUL")
	}
	return nil
}

func (s *scanner) malformed(reason string) error {
	return &SyntaxError{Offset: s.pos, Reason: reason}
}

// peek skips white space and returns the next byte without consuming it, 0 at the end.
func (s *scanner) peek() byte {
	for s.pos < len(s.data) {
		switch c := s.data[s.pos]; c {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return c
		}
	}
	return 0
}

// end checks that nothing but white space is left.
func (s *scanner) end() error {
	if s.peek() != 0 {
		return s.malformed("data after the document")
	}
	return nil
}

// literal consumes true, false or null.
func (s *scanner) literal(word string) error {
	if !bytes.HasPrefix(s.data[s.pos:], []byte(word)) {
		return s.malformed("unknown word")
	}
	s.pos += len(word)
	return nil
}

// null consumes a null and reports whether there was one.
func (s *scanner) null() (bool, error) {
	if s.peek() != 'n' {
		return false, nil
	}
	return true, s.literal("null")
}

// open consumes the { or [ that peek has seen.
func (s *scanner) open() error {
	if s.depth == MaxDepth {
		return s.malformed("nested too deep")
	}
	s.depth++
	s.pos++
	return nil
}

// more steps to the next element of an object or array, past a comma if it is not the first, or consumes the closing
// byte and returns false.
func (s *scanner) more(first bool, closing byte) (bool, error) {
	c := s.peek()
	if c == closing {
		s.depth--
		s.pos++
		return false, nil
	}
	if first {
		return true, nil
	}
	if c != ',' {
		return false, s.malformed("missing comma or end")
	}
	s.pos++
	if s.peek() == closing {
		return false, s.malformed("comma before the end")
	}
	return true, nil
}

// name consumes a member's name and the colon. The bytes are valid until the next string is read.
func (s *scanner) name() ([]byte, error) {
	if s.peek() != '"' {
		return nil, s.malformed("missing member name")
	}
	name, err := s.text()
	if err != nil {
		return nil, err
	}
	if s.peek() != ':' {
		return nil, s.malformed("missing colon")
	}
	s.pos++
	return name, nil
}

// text consumes the string whose opening quote peek has seen and returns its value. The bytes are valid until the
// next string is read.
func (s *scanner) text() ([]byte, error) {
	s.pos++
	start := s.pos
	for ; s.pos < len(s.data); s.pos++ {
		switch c := s.data[s.pos]; {
		case c == '"':
			s.pos++
			return s.data[start : s.pos-1], nil
		case c == '\\':
			return s.escapedText(start)
		case c < ' ':
			return nil, s.malformed("control character in a string")
		}
	}
	return nil, s.malformed("unterminated string")
}

// escapedText is text from the first backslash on.
func (s *scanner) escapedText(start int) ([]byte, error) {
	buf := append(s.scratch[:0], s.data[start:s.pos]...)
	for s.pos < len(s.data) {
		c := s.data[s.pos]
		s.pos++
		switch {
		case c == '"':
			s.scratch = buf
			return buf, nil
		case c == '\\':
			r, err := s.escape()
			if err != nil {
				return nil, err
			}
			buf = utf8.AppendRune(buf, r)
		case c < ' ':
			return nil, s.malformed("control character in a string")
		default:
			buf = append(buf, c)
		}
	}
	return nil, s.malformed("unterminated string")
}

// escape reads the part of an escape that is after the backslash.
func (s *scanner) escape() (rune, error) {
	if s.pos == len(s.data) {
		return 0, s.malformed("unterminated string")
	}
	c := s.data[s.pos]
	s.pos++
	switch c {
	case '"', '\\', '/':
		return rune(c), nil
	case 'b':
		return '\b', nil
	case 'f':
		return '\f', nil
	case 'n':
		return '\n', nil
	case 'r':
		return '\r', nil
	case 't':
		return '\t', nil
	case 'u':
		return s.unicodeEscape()
	}
	return 0, s.malformed("unknown escape")
}

func (s *scanner) unicodeEscape() (rune, error) {
	r, err := s.hex4()
	if err != nil {
		return 0, err
	}
	if r == 0 {
		return 0, s.malformed("NUL")
	}
	if !utf16.IsSurrogate(r) {
		return r, nil
	}
	if !bytes.HasPrefix(s.data[s.pos:], []byte(`\u`)) {
		return 0, s.malformed("lone surrogate")
	}
	s.pos += 2
	low, err := s.hex4()
	if err != nil {
		return 0, err
	}
	if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
		return 0, s.malformed("lone surrogate")
	}
	return r, nil
}

func (s *scanner) hex4() (rune, error) {
	if len(s.data)-s.pos < 4 {
		return 0, s.malformed("incomplete escape")
	}
	var r rune
	for _, c := range s.data[s.pos : s.pos+4] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, s.malformed("incomplete escape")
		}
		r = r<<4 | rune(c)
	}
	s.pos += 4
	return r, nil
}

// number consumes a number and returns its text; integer says that it has neither fraction nor exponent.
func (s *scanner) number() (text []byte, integer bool, err error) {
	start := s.pos
	if s.data[s.pos] == '-' {
		s.pos++
	}
	if s.pos < len(s.data) && s.data[s.pos] == '0' {
		s.pos++
	} else if s.digits() == 0 {
		return nil, false, s.malformed("number without digits")
	}
	integer = true
	if s.pos < len(s.data) && s.data[s.pos] == '.' {
		s.pos++
		integer = false
		if s.digits() == 0 {
			return nil, false, s.malformed("number without digits after the point")
		}
	}
	if s.pos < len(s.data) && s.data[s.pos]|0x20 == 'e' {
		s.pos++
		integer = false
		if s.pos < len(s.data) && (s.data[s.pos] == '+' || s.data[s.pos] == '-') {
			s.pos++
		}
		if s.digits() == 0 {
			return nil, false, s.malformed("exponent without digits")
		}
	}
	if s.pos-start > MaxNumber {
		return nil, false, s.malformed("number too long")
	}
	return s.data[start:s.pos], integer, nil
}

// digits consumes decimal digits and returns how many there were.
func (s *scanner) digits() int {
	start := s.pos
	for s.pos < len(s.data) && '0' <= s.data[s.pos] && s.data[s.pos] <= '9' {
		s.pos++
	}
	return s.pos - start
}

// skip consumes a value of any type.
func (s *scanner) skip() error {
	switch c := s.peek(); c {
	case '{':
		return s.skipObject()
	case '[':
		return s.skipArray()
	case '"':
		_, err := s.text()
		return err
	case 't':
		return s.literal("true")
	case 'f':
		return s.literal("false")
	case 'n':
		return s.literal("null")
	default:
		if c != '-' && (c < '0' || c > '9') {
			return s.malformed("missing value")
		}
		_, _, err := s.number()
		return err
	}
}

func (s *scanner) skipObject() error {
	if err := s.open(); err != nil {
		return err
	}
	var names nameSet
	for first := true; ; first = false {
		if more, err := s.more(first, '}'); err != nil || !more {
			return err
		}
		name, err := s.name()
		if err != nil {
			return err
		}
		if !names.add(name) {
			return s.malformed("duplicate member")
		}
		if err := s.skip(); err != nil {
			return err
		}
	}
}

func (s *scanner) skipArray() error {
	if err := s.open(); err != nil {
		return err
	}
	for first := true; ; first = false {
		if more, err := s.more(first, ']'); err != nil || !more {
			return err
		}
		if err := s.skip(); err != nil {
			return err
		}
	}
}

// nameSet finds duplicate names in time linear in their number.
type nameSet struct {
	few  []string
	many map[string]struct{}
}

// add reports whether the name is new.
func (n *nameSet) add(name []byte) bool {
	if n.many != nil {
		if _, ok := n.many[string(name)]; ok {
			return false
		}
		n.many[string(name)] = struct{}{}
		return true
	}
	if slices.ContainsFunc(n.few, func(f string) bool { return f == string(name) }) { // without making a string of name
		return false
	}
	n.few = append(n.few, string(name))
	if len(n.few) == 16 {
		n.many = make(map[string]struct{}, 2*len(n.few))
		for _, f := range n.few {
			n.many[f] = struct{}{}
		}
	}
	return true
}
