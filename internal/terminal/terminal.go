// Package terminal shows text that may come from a hostile store or server: what a
// terminal would obey, it shows as an escape.
//
// A character that a terminal obeys, or that hides or reorders others, is written as
// \u001b, so JSON that contains it keeps its meaning. The package does not write to a terminal.
package terminal

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Line returns a text on one line.
func Line(text string) string {
	if strings.IndexFunc(text, active) < 0 && utf8.ValidString(text) {
		return text
	}
	return string(escape(nil, []byte(text), active))
}

// Writer shows the text that is written to it. Line ends and tabs stay as they are. It is safe for
// concurrent use.
type Writer struct {
	mu sync.Mutex
	to io.Writer
	// half is the beginning of a character of which the rest has not been written yet.
	half []byte
}

// NewWriter returns a writer to a terminal, or to a file that may be shown on one.
func NewWriter(to io.Writer) *Writer { return &Writer{to: to} }

// Raw returns the writer below a Writer, and other writers as they are.
func Raw(w io.Writer) io.Writer {
	if w, ok := w.(*Writer); ok {
		return w.to
	}
	return w
}

func (w *Writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := append(w.half, p...)
	whole := len(text) - unfinished(text)
	w.half = append([]byte(nil), text[whole:]...)
	shown := escape(make([]byte, 0, whole), text[:whole], func(r rune) bool { return r != '\n' && r != '\t' && active(r) })
	if _, err := w.to.Write(shown); err != nil {
		return 0, err
	}
	return len(p), nil
}

// unfinished is how many bytes at the end of a text may be the beginning of a character.
func unfinished(text []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		if tail := text[len(text)-n:]; utf8.RuneStart(tail[0]) {
			if utf8.FullRune(tail) {
				return 0
			}
			return n
		}
	}
	return 0
}

// active reports whether a character is obeyed, or hides or reorders others: controls,
// the separators of lines, and formats such as U+202E.
func active(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)
}

// escape appends a text to a buffer, with an escape for some of its characters and for
// what is not UTF-8.
func escape(to, text []byte, some func(rune) bool) []byte {
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		switch {
		case r == utf8.RuneError && size == 1:
			to = fmt.Appendf(to, `\x%02x`, text[0])
		case some(r) && r > 0xffff: // as JSON writes it
			high, low := (r-0x10000)>>10+0xd800, (r-0x10000)&0x3ff+0xdc00
			to = fmt.Appendf(to, `\u%04x\u%04x`, high, low)
		case some(r):
			to = fmt.Appendf(to, `\u%04x`, r)
		default:
			to = append(to, text[:size]...)
		}
		text = text[size:]
	}
	return to
}
