package sim

import (
	"bufio"
	"bytes"
	"io"
	"unicode/utf8"

	"github.com/lanyard-cloud/lanyard/internal/driver/machine/sim/shell"
)

// maxTyped bounds a line that is typed, as a terminal's line discipline does.
const maxTyped = 4096

// The keys that edit a line.
const (
	ctrlC     = 0x03
	ctrlD     = 0x04
	backspace = 0x08
	ctrlU     = 0x15
	ctrlW     = 0x17
	escape    = 0x1b
	del       = 0x7f
)

// terminal is a minimal line editor, and the output below it. The client's own
// terminal is raw, so everything that is to be seen has to be sent to it.
type terminal struct {
	keys *bufio.Reader
	to   io.Writer
	line []byte
	echo []byte // not sent yet
	last byte   // the key before, for pairs of "\r\n"
}

func newTerminal(from io.Reader, to io.Writer) *terminal {
	return &terminal{keys: bufio.NewReaderSize(from, 256), to: to}
}

// Write shows output, with the line ends of a terminal.
func (t *terminal) Write(p []byte) (int, error) {
	if _, err := t.to.Write(bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n"))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// ReadLine shows the prompt and lets the user edit a line.
func (t *terminal) ReadLine(prompt string) (string, error) {
	t.line = t.line[:0]
	t.echo = append(t.echo, prompt...)
	for {
		if t.keys.Buffered() == 0 {
			if err := t.flush(); err != nil {
				return "", err
			}
		}
		key, err := t.keys.ReadByte()
		if err != nil {
			return "", err
		}
		done, err := t.press(key)
		t.last = key
		if !done {
			continue
		}
		if flushed := t.flush(); flushed != nil {
			return "", flushed
		}
		return string(t.line), err
	}
}

// press handles a key and reports whether it ends the line.
func (t *terminal) press(key byte) (done bool, err error) {
	switch key {
	case '\n', '\r':
		if key == '\n' && t.last == '\r' {
			return false, nil
		}
		t.line, t.echo = append(t.line, '\n'), append(t.echo, "\r\n"...)
		return true, nil
	case ctrlC:
		t.line, t.echo = t.line[:0], append(t.echo, "^C\r\n"...)
		return true, shell.ErrInterrupted
	case ctrlD:
		return len(t.line) == 0, io.EOF
	case backspace, del:
		t.erase()
	case ctrlU:
		for len(t.line) > 0 {
			t.erase()
		}
	case ctrlW:
		t.eraseWord()
	case escape:
		t.skipSequence()
	default:
		if key >= ' ' && len(t.line) < maxTyped {
			t.line, t.echo = append(t.line, key), append(t.echo, key)
		}
	}
	return false, nil
}

// erase takes back the last character.
func (t *terminal) erase() {
	if len(t.line) == 0 {
		return
	}
	_, size := utf8.DecodeLastRune(t.line)
	t.line = t.line[:len(t.line)-size]
	t.echo = append(t.echo, "\b \b"...)
}

func (t *terminal) eraseWord() {
	for len(t.line) > 0 && t.line[len(t.line)-1] == ' ' {
		t.erase()
	}
	for len(t.line) > 0 && t.line[len(t.line)-1] != ' ' {
		t.erase()
	}
}

// skipSequence passes over the keys that send more than a byte, as arrows do. They
// arrive in one piece, so it takes no more than what is there.
func (t *terminal) skipSequence() {
	for first := true; t.keys.Buffered() > 0; first = false {
		key, _ := t.keys.ReadByte()
		introduces := first && (key == '[' || key == 'O')
		if !introduces && key >= '@' && key <= '~' {
			return
		}
	}
}

func (t *terminal) flush() error {
	if len(t.echo) == 0 {
		return nil
	}
	_, err := t.to.Write(t.echo)
	t.echo = t.echo[:0]
	return err
}
