package shell

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"
)

// piece is a part of a word after expansion.
type piece struct {
	text   string
	quoted bool // it is not split, and has no patterns
	next   bool // it begins another argument
}

// fields makes arguments from words. It expands braces, variables and substitutions, splits
// the words, and matches patterns with files.
func (s *Shell) fields(words []*syntax.Word) []string {
	var args []string
	size := 0
	for _, word := range words {
		for _, w := range s.braces(word) {
			for _, f := range split(s.word(w)) {
				for _, arg := range s.glob(f) {
					size += len(arg) + 1
					args = append(args, arg)
				}
			}
			if size > maxValue {
				s.budget.end(errValue)
			}
			if s.budget.err != nil {
				return nil
			}
		}
	}
	return args
}

// text expands a word and does not split it.
func (s *Shell) text(w *syntax.Word) string { return join(s.word(w)) }

// quotedText expands parts as within double quotes.
func (s *Shell) quotedText(parts []syntax.WordPart) string { return join(s.pieces(parts, true)) }

func join(pieces []piece) string {
	var b strings.Builder
	for _, p := range pieces {
		if p.next {
			b.WriteByte(' ')
		}
		b.WriteString(p.text)
	}
	return b.String()
}

// word expands a word, with the "~" that it may begin with.
func (s *Shell) word(w *syntax.Word) []piece {
	pieces := s.pieces(w.Parts, false)
	if len(w.Parts) == 0 || len(pieces) == 0 {
		return pieces
	}
	if lit, ok := w.Parts[0].(*syntax.Lit); ok {
		if lit.Value == "~" && len(w.Parts) == 1 || strings.HasPrefix(lit.Value, "~/") {
			pieces[0].text = s.home() + pieces[0].text[1:]
		}
	}
	return pieces
}

// pieces expands parts of a word.
func (s *Shell) pieces(parts []syntax.WordPart, quoted bool) []piece {
	if !s.budget.enter() {
		return nil
	}
	defer s.budget.leave()
	var all []piece
	size := 0
	for _, part := range parts {
		for _, p := range s.part(part, quoted) {
			all = append(all, p)
			size += len(p.text)
			s.budget.spend(len(p.text))
		}
		if size > maxValue {
			s.budget.end(errValue)
		}
		if s.budget.err != nil {
			return nil
		}
	}
	return all
}

func (s *Shell) part(part syntax.WordPart, quoted bool) []piece {
	switch p := part.(type) {
	case *syntax.Lit:
		if quoted {
			return []piece{{text: unescape(p.Value), quoted: true}}
		}
		return literal(p.Value)
	case *syntax.SglQuoted:
		text := p.Value
		if p.Dollar {
			text = escapes.Replace(text)
		}
		return []piece{{text: text, quoted: true}}
	case *syntax.DblQuoted:
		if len(p.Parts) == 0 {
			return []piece{{quoted: true}}
		}
		return s.pieces(p.Parts, true)
	case *syntax.ParamExp:
		return s.parameter(p, quoted)
	case *syntax.CmdSubst:
		return []piece{{text: s.substitute(p.Stmts), quoted: quoted}}
	case *syntax.ArithmExp:
		return []piece{{text: strconv.FormatInt(s.arithmetic(p.X), 10), quoted: quoted}}
	case *syntax.BraceExp:
		return nil // braces has replaced all
	}
	return nil
}

// escapes replaces the escape sequences of $'...' and of printf.
var escapes = strings.NewReplacer(`\\`, `\`, `\'`, `'`, `\"`, `"`, `\a`, "\a", `\n`, "\n", `\r`, "\r", `\t`, "\t", `\e`, "\x1b")

// literal expands text outside of quotes. There, a backslash quotes the next character.
func literal(text string) []piece {
	var all []piece
	for {
		before, after, found := strings.Cut(text, `\`)
		if before != "" || !found && all == nil {
			all = append(all, piece{text: before})
		}
		if !found {
			return all
		}
		_, size := utf8.DecodeRuneInString(after)
		if after[:size] != "\n" {
			all = append(all, piece{text: after[:size], quoted: true})
		}
		text = after[size:]
	}
}

// unescape expands text within double quotes. There, a backslash quotes few characters.
func unescape(text string) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	return quotedEscapes.Replace(text)
}

var quotedEscapes = strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\$`, `$`, "\\`", "`", "\\\n", "")

// split makes fields. It splits what is not quoted at blanks and line ends.
func split(pieces []piece) []field {
	var all []field
	var f field
	flush := func() {
		if f.exists {
			all = append(all, f)
		}
		f = field{}
	}
	for _, p := range pieces {
		if p.next {
			flush()
		}
		if p.quoted {
			f.add(p.text, true)
			continue
		}
		for rest := p.text; rest != ""; {
			end := strings.IndexAny(rest, " \t\n")
			if end < 0 {
				f.add(rest, false)
				break
			}
			if end > 0 {
				f.add(rest[:end], false)
			}
			flush()
			rest = rest[end+1:]
		}
	}
	flush()
	return all
}

// parameter expands a variable or another parameter.
func (s *Shell) parameter(p *syntax.ParamExp, quoted bool) []piece {
	name := p.Param.Value
	value, set := s.variable(name)
	if name == "@" || name == "*" {
		if name == "@" && quoted && p.Exp == nil && !p.Length {
			return s.allParams()
		}
		value, set = strings.Join(s.params, " "), len(s.params) > 0
	}
	switch {
	case p.Length && (name == "@" || name == "*"):
		value = strconv.Itoa(len(s.params))
	case p.Length:
		value = strconv.Itoa(utf8.RuneCountInString(value))
	case p.Exp != nil:
		return s.operate(p, value, set, quoted)
	}
	return []piece{{text: value, quoted: quoted}}
}

func (s *Shell) allParams() []piece {
	var all []piece
	for i, param := range s.params {
		all = append(all, piece{text: param, quoted: true, next: i > 0})
	}
	return all
}

// operate applies an operator such as ":-" or "%".
func (s *Shell) operate(p *syntax.ParamExp, value string, set, quoted bool) []piece {
	var parts []syntax.WordPart
	if p.Exp.Word != nil {
		parts = p.Exp.Word.Parts
	}
	missing := !set
	switch p.Exp.Op {
	case syntax.AlternateUnsetOrNull, syntax.DefaultUnsetOrNull, syntax.ErrorUnsetOrNull, syntax.AssignUnsetOrNull:
		missing = value == ""
	}
	same := []piece{{text: value, quoted: quoted}}
	switch p.Exp.Op {
	case syntax.AlternateUnset, syntax.AlternateUnsetOrNull:
		if missing {
			return []piece{{quoted: quoted}}
		}
		return s.pieces(parts, quoted)
	case syntax.DefaultUnset, syntax.DefaultUnsetOrNull:
		if missing {
			return s.pieces(parts, quoted)
		}
	case syntax.AssignUnset, syntax.AssignUnsetOrNull:
		if missing {
			same[0].text = s.quotedText(parts)
			s.set(p.Param.Value, same[0].text)
		}
	case syntax.ErrorUnset, syntax.ErrorUnsetOrNull:
		if missing {
			s.missing(p.Param.Value, s.quotedText(parts))
		}
	default:
		same[0].text = s.trim(p.Exp.Op, value, s.patternOf(parts))
	}
	return same
}

// missing ends the shell because a variable is not set. A user's own shell continues with the
// next line.
func (s *Shell) missing(name, message string) {
	if message == "" {
		message = "parameter null or not set"
	}
	s.status = s.fail(statusNotFound, "bash", name+": "+message)
	s.leaving.shell, s.leaving.line = !s.terminal, true
}
