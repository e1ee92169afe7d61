package policy

import (
	"strings"
	"unicode/utf8"
)

// A mark is where matching resumes when a run has to swallow more characters.
type mark struct {
	piece int // the one after the run
	pos   int // the place at which the piece was tried last
	set   bool
}

// matchPieces reports whether pieces match the whole of s. There is no recursion: it is enough to remember the last
// run of each kind, because a later run can match any character that an earlier one could leave to it. The
// time is at most proportional to the length of the pattern times that of the text.
func matchPieces(pieces []piece, s string, ctx Context) bool {
	var anyRun, component mark
	i, pos := 0, 0
	for i < len(pieces) || pos < len(s) {
		if i < len(pieces) {
			switch pieces[i].kind {
			case anyRunPiece:
				i++
				if i == len(pieces) {
					return true
				}
				anyRun, component = mark{i, pos, true}, mark{}
				continue
			case componentRun:
				i++
				component = mark{i, pos, true}
				continue
			}
			if width := pieces[i].width(s[pos:], ctx); width >= 0 {
				i, pos = i+1, pos+width
				continue
			}
		}
		switch {
		case component.advance(pieces, s, true):
			i, pos = component.piece, component.pos
		case anyRun.advance(pieces, s, false):
			component = mark{}
			i, pos = anyRun.piece, anyRun.pos
		default:
			return false
		}
	}
	return true
}

// advance makes the run one character longer, or as many as the literal after it needs to be where it is
// next found. It takes whole characters, so that ? never meets half of one.
func (m *mark) advance(pieces []piece, s string, withinComponent bool) bool {
	if !m.set || m.pos >= len(s) {
		return false
	}
	_, width := utf8.DecodeRuneInString(s[m.pos:])
	if m.piece < len(pieces) && pieces[m.piece].kind == literalPiece {
		ahead := strings.Index(s[m.pos+width:], pieces[m.piece].text)
		if ahead < 0 {
			return false
		}
		width += ahead
	}
	if withinComponent && strings.IndexByte(s[m.pos:m.pos+width], ':') >= 0 {
		return false
	}
	m.pos += width
	return true
}

// width is how much of the start of s the piece takes, or -1 if it does not match.
func (p *piece) width(s string, ctx Context) int {
	if p.kind == literalPiece || p.kind == variablePiece {
		if text, ok := p.value(ctx); ok && strings.HasPrefix(s, text) {
			return len(text)
		}
		return -1
	}
	if s == "" || p.kind == componentChar && s[0] == ':' {
		return -1
	}
	_, width := utf8.DecodeRuneInString(s)
	return width
}
