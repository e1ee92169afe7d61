package shell

import (
	"errors"
	"fmt"
	"strings"
)

// errIncomplete says that the text may still become commands when more follows:
// a quote is open, or the last line ends in "&&".
var errIncomplete = errors.New("syntax error: unexpected end of file")

// errNotSimulated is for the parts of bash's language that this shell leaves out.
var errNotSimulated = errors.New("pipes, redirections, substitutions and background jobs are not part of this simulated instance")

// joiner says when a command runs, by the status of the one before it.
type joiner int

const (
	always joiner = iota
	onSuccess
	onFailure
)

// command is a simple command and how it hangs on the one before. "&&" and "||"
// bind equally and to the left, so a flat list says all.
type command struct {
	join  joiner
	words []word
}

// word becomes one argument: its parts, one after the other.
type word []part

// part is a piece of text, or the name of a variable.
type part struct {
	text     []byte
	variable bool
	quoted   bool
}

// parser goes through a text once. It looks ahead by one byte.
type parser struct {
	text     string
	at       int
	commands []command
	// words, join and open are those of the command that is being read.
	words []word
	join  joiner
	open  bool // after "&&" or "||", so that a command has to follow
}

// parse reads commands. Besides errIncomplete and errNotSimulated, its errors tell
// what is unexpected.
func parse(text string) ([]command, error) {
	p := &parser{text: text}
	for {
		p.skipBlanks()
		if p.at == len(p.text) {
			return p.finish()
		}
		if isOperator(p.text[p.at]) {
			if err := p.operator(); err != nil {
				return nil, err
			}
			continue
		}
		w, err := p.word()
		if err != nil {
			return nil, err
		}
		p.words = append(p.words, w)
	}
}

func (p *parser) finish() ([]command, error) {
	if len(p.words) == 0 && p.open {
		return nil, errIncomplete
	}
	p.endCommand(always)
	return p.commands, nil
}

// skipBlanks passes over blanks, continued lines and comments.
func (p *parser) skipBlanks() {
	for p.at < len(p.text) {
		switch c := p.text[p.at]; {
		case c == ' ' || c == '\t' || c == '\r':
			p.at++
		case strings.HasPrefix(p.text[p.at:], "\\\n"):
			p.at += 2
		case c == '#':
			end := strings.IndexByte(p.text[p.at:], '\n')
			if end < 0 {
				end = len(p.text) - p.at
			}
			p.at += end
		default:
			return
		}
	}
}

func isOperator(c byte) bool { return strings.IndexByte("\n;&|<>()", c) >= 0 }

func (p *parser) operator() error {
	rest := p.text[p.at:]
	switch {
	case rest[0] == '\n':
		p.at++
		if !p.open || len(p.words) > 0 {
			p.endCommand(always)
		}
		return nil
	case strings.HasPrefix(rest, "&&"):
		return p.joinNext("&&", onSuccess)
	case strings.HasPrefix(rest, "||"):
		return p.joinNext("||", onFailure)
	case rest[0] == ';':
		return p.joinNext(";", always)
	}
	return errNotSimulated
}

// joinNext ends a command at an operator.
func (p *parser) joinNext(operator string, join joiner) error {
	if len(p.words) == 0 {
		return fmt.Errorf("syntax error near unexpected token `%s'", operator)
	}
	p.at += len(operator)
	p.endCommand(join)
	p.open = join != always
	return nil
}

// endCommand puts the command that was read on the list, if there is one, and
// begins the next.
func (p *parser) endCommand(next joiner) {
	if len(p.words) > 0 {
		p.commands = append(p.commands, command{join: p.join, words: p.words})
	}
	p.words, p.join, p.open = nil, next, false
}

// word reads up to a blank or an operator.
func (p *parser) word() (word, error) {
	var w word
	for p.at < len(p.text) {
		c := p.text[p.at]
		if c == ' ' || c == '\t' || c == '\r' || isOperator(c) {
			break
		}
		var err error
		switch c {
		case '\'':
			w, err = p.singleQuoted(w)
		case '"':
			w, err = p.doubleQuoted(w)
		case '\\':
			w, err = p.escaped(w)
		case '$':
			w, err = p.dollar(w, false)
		case '`':
			err = errNotSimulated
		default:
			w = w.add(p.text[p.at:p.at+1], false)
			p.at++
		}
		if err != nil {
			return nil, err
		}
	}
	return w, nil
}

// add appends text, and joins it to the last one where both are the same kind of
// text, so that a word has few parts.
func (w word) add(text string, quoted bool) word {
	if n := len(w); n > 0 && !w[n-1].variable && w[n-1].quoted == quoted {
		w[n-1].text = append(w[n-1].text, text...)
		return w
	}
	return append(w, part{text: []byte(text), quoted: quoted})
}

func (w word) variable(name string, quoted bool) word {
	return append(w, part{text: []byte(name), variable: true, quoted: quoted})
}

func (p *parser) singleQuoted(w word) (word, error) {
	end := strings.IndexByte(p.text[p.at+1:], '\'')
	if end < 0 {
		return nil, errIncomplete
	}
	w = w.add(p.text[p.at+1:p.at+1+end], true)
	p.at += end + 2
	return w, nil
}

func (p *parser) doubleQuoted(w word) (word, error) {
	w = w.add("", true)
	for p.at++; p.at < len(p.text); {
		var err error
		switch c := p.text[p.at]; c {
		case '"':
			p.at++
			return w, nil
		case '`':
			return nil, errNotSimulated
		case '$':
			w, err = p.dollar(w, true)
		case '\\':
			w, err = p.escapedInQuotes(w)
		default:
			w = w.add(p.text[p.at:p.at+1], true)
			p.at++
		}
		if err != nil {
			return nil, err
		}
	}
	return nil, errIncomplete
}

// escaped reads a backslash outside of quotes: what follows stands for itself, and a
// line's end for nothing.
func (p *parser) escaped(w word) (word, error) {
	if p.at+1 == len(p.text) {
		return nil, errIncomplete
	}
	c := p.text[p.at+1 : p.at+2]
	p.at += 2
	if c == "\n" {
		return w, nil
	}
	return w.add(c, true), nil
}

// escapedInQuotes reads a backslash within double quotes, where it means something
// before few characters only.
func (p *parser) escapedInQuotes(w word) (word, error) {
	if p.at+1 == len(p.text) {
		return nil, errIncomplete
	}
	c := p.text[p.at+1 : p.at+2]
	p.at += 2
	switch c {
	case "\n":
		return w, nil
	case `"`, `\`, "$", "`":
		return w.add(c, true), nil
	}
	return w.add(`\`+c, true), nil
}

// dollar reads $NAME, ${NAME} and $?; any other "$" stands for itself.
func (p *parser) dollar(w word, quoted bool) (word, error) {
	rest := p.text[p.at+1:]
	switch {
	case strings.HasPrefix(rest, "("):
		return nil, errNotSimulated
	case strings.HasPrefix(rest, "?"):
		p.at += 2
		return w.variable("?", quoted), nil
	case strings.HasPrefix(rest, "{"):
		return p.braced(w, quoted)
	}
	name := rest[:nameLength(rest)]
	p.at += 1 + len(name)
	if name == "" {
		return w.add("$", quoted), nil
	}
	return w.variable(name, quoted), nil
}

func (p *parser) braced(w word, quoted bool) (word, error) {
	inside := p.text[p.at+2:]
	end := strings.IndexByte(inside, '}')
	if end < 0 {
		return nil, errIncomplete
	}
	name := inside[:end]
	if name != "?" && (name == "" || nameLength(name) != len(name)) {
		return nil, errNotSimulated
	}
	p.at += end + 3
	return w.variable(name, quoted), nil
}

// nameLength is the length of the variable name that a text begins with.
func nameLength(text string) int {
	for i := range len(text) {
		c := text[i]
		letter := c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return i
		}
	}
	return len(text)
}
