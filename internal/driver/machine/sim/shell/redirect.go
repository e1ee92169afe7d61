package shell

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// textInput is an input that does not come from the client.
type textInput struct{ text []byte }

// ReadLine returns the next line. It has no prompt.
func (in *textInput) ReadLine(string) (string, error) {
	if len(in.text) == 0 {
		return "", io.EOF
	}
	end := bytes.IndexByte(in.text, '\n') + 1
	if end == 0 || end > MaxText {
		end = min(len(in.text), MaxText)
	}
	line := in.text[:end]
	in.text = in.text[end:]
	return string(line), nil
}

// redirect makes one redirection, and reports whether it was made.
func (s *Shell) redirect(r *syntax.Redirect) bool {
	descriptor := ""
	if r.N != nil {
		descriptor = r.N.Value
	}
	switch r.Op {
	case syntax.Hdoc, syntax.DashHdoc:
		text := ""
		if r.Hdoc != nil {
			text = s.document(r)
		}
		s.readFrom(text)
		return s.budget.spend(len(text))
	case syntax.WordHdoc:
		s.readFrom(s.text(r.Word) + "\n")
		return s.budget.err == nil
	}
	name := s.text(r.Word)
	switch r.Op {
	case syntax.RdrIn:
		return s.openInput(name)
	case syntax.DplOut:
		return s.duplicate(descriptor, name)
	case syntax.RdrOut, syntax.AppOut, syntax.RdrClob:
		return s.openOutput(descriptor, name)
	case syntax.RdrAll, syntax.AppAll:
		return s.openOutput("1", name) && s.openOutput("2", name)
	}
	s.status = s.fail(1, "bash", fmt.Sprintf("the redirection %s is not part of this simulated instance", r.Op))
	return false
}

// readFrom makes a text the input.
func (s *Shell) readFrom(text string) { s.in, s.terminal = &textInput{text: []byte(text)}, false }

// document returns the text of a here-document.
func (s *Shell) document(r *syntax.Redirect) string {
	text := s.quotedText(r.Hdoc.Parts)
	if literal := r.Hdoc.Lit(); literal != "" && isQuoted(r.Word) {
		text = literal
	}
	if r.Op != syntax.DashHdoc {
		return text
	}
	lines := strings.SplitAfter(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimLeft(lines[i], "\t")
	}
	return strings.Join(lines, "")
}

// isQuoted reports whether any part of a word is quoted.
func isQuoted(w *syntax.Word) bool {
	for _, part := range w.Parts {
		if lit, ok := part.(*syntax.Lit); !ok || strings.Contains(lit.Value, `\`) {
			return true
		}
	}
	return false
}

// openInput makes a file of the instance the input.
func (s *Shell) openInput(name string) bool {
	if s.path(name) == "/dev/null" {
		s.readFrom("")
		return true
	}
	text, err := s.readFile(name)
	if err != nil {
		s.status = s.fail(1, "bash", fmt.Sprintf("%s: %v", name, err))
		return false
	}
	s.readFrom(text)
	return true
}

// openOutput makes a file the output. Only devices can be written.
func (s *Shell) openOutput(descriptor, name string) bool {
	switch s.path(name) {
	case "/dev/null":
		return s.writeTo(descriptor, io.Discard)
	case "/dev/stdout":
		return s.writeTo(descriptor, s.out)
	case "/dev/stderr":
		return s.writeTo(descriptor, s.err)
	}
	reason := errReadOnly
	if info, err := s.stat(name); err == nil && info.dir {
		reason = errIsDir
	}
	s.status = s.fail(1, "bash", fmt.Sprintf("%s: %v", name, reason))
	return false
}

// duplicate makes one descriptor a copy of another.
func (s *Shell) duplicate(descriptor, other string) bool {
	switch other {
	case "1":
		return s.writeTo(descriptor, s.out)
	case "2":
		return s.writeTo(descriptor, s.err)
	case "-":
		return s.writeTo(descriptor, io.Discard)
	}
	if descriptor == "" { // ">& name" is "&> name"
		return s.openOutput("1", other) && s.openOutput("2", other)
	}
	s.status = s.fail(1, "bash", other+": Bad file descriptor")
	return false
}

func (s *Shell) writeTo(descriptor string, to io.Writer) bool {
	switch descriptor {
	case "", "1":
		s.out = to
	case "2":
		s.err = to
	default:
		s.status = s.fail(1, "bash", descriptor+": Bad file descriptor")
		return false
	}
	return true
}
