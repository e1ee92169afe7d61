package sim

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"sync/atomic"

	"golang.org/x/term"

	"github.com/lanyard-cloud/lanyard/internal/driver/machine/sim/shell"
)

const (
	ctrlC  = 0x03
	escape = 0x1b
)

// windowSize is the size of a client's window, in characters. It is set by the goroutine that
// answers requests, and read by the one that runs the shell.
type windowSize struct{ columns, rows atomic.Uint32 }

// maxWindow bounds both sides of a window.
const maxWindow = 4096

// set sets a size as a client sends it. A client that does not know its size sends 0.
func (w *windowSize) set(columns, rows uint32) {
	w.columns.Store(min(columns, maxWindow))
	w.rows.Store(min(rows, maxWindow))
}

// get returns the size, or the usual one if it is not known.
func (w *windowSize) get() (columns, rows int) {
	columns, rows = int(w.columns.Load()), int(w.rows.Load())
	if columns == 0 || rows == 0 {
		return 80, 24
	}
	return columns, rows
}

// terminal shows output, and lets the user edit lines. The client's own terminal is raw, so
// everything that it shows has to be sent.
//
// Each line has an editor of its own. After Ctrl-C or Ctrl-D x/term's editor keeps its cursor
// and the key, and so cannot read another line.
type terminal struct {
	keys    *bufio.Reader
	to      io.Writer
	size    *windowSize
	history history

	editor *term.Terminal // of the present line
	echo   []byte         // not sent yet
	last   byte           // the key before, for pairs of "\r\n"
}

func newTerminal(from io.Reader, to io.Writer, size *windowSize) *terminal {
	return &terminal{keys: bufio.NewReaderSize(from, 256), to: to, size: size}
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
	t.editor = term.NewTerminal(keyboard{t}, prompt)
	t.editor.History = &history{}
	if prompt != "" { // else a command reads its input
		t.editor.History = &t.history
	}
	_ = t.editor.SetSize(t.size.get())
	line, err := t.editor.ReadLine()
	if errors.Is(err, shell.ErrInterrupted) {
		t.echo = append(t.echo, "^C\r\n"...)
	}
	if flushed := t.flush(); flushed != nil {
		return "", flushed
	}
	if err != nil && !errors.Is(err, term.ErrPasteIndicator) {
		return "", err
	}
	return line + "\n", nil
}

// flush sends what the editor shows.
func (t *terminal) flush() error {
	if len(t.echo) == 0 {
		return nil
	}
	_, err := t.to.Write(t.echo)
	t.echo = t.echo[:0]
	return err
}

// keyboard is the terminal as its editor reads and writes it.
type keyboard struct{ t *terminal }

// Write keeps what the editor shows until there are no more keys to handle.
func (k keyboard) Write(p []byte) (int, error) {
	k.t.echo = append(k.t.echo, p...)
	return len(p), nil
}

// Read returns one byte, so that the editor keeps no bytes of the next line.
func (k keyboard) Read(b []byte) (int, error) {
	t := k.t
	if len(b) == 0 { // a sequence of keys that has no end; the editor would read for ever
		return 0, shell.ErrInterrupted
	}
	for {
		if t.keys.Buffered() == 0 {
			if err := t.flush(); err != nil {
				return 0, err
			}
		}
		key, err := t.keys.ReadByte()
		if err != nil {
			return 0, err
		}
		_ = t.editor.SetSize(t.size.get())
		last := t.last
		t.last = key
		switch {
		case key == '\n' && last == '\r':
			continue
		case key == ctrlC:
			return 0, shell.ErrInterrupted
		case key == 'O' && last == escape: // another way to send arrows, which the editor does not know
			key = '['
		}
		b[0] = key
		return 1, nil
	}
}

// history are the last lines that were read after a prompt.
type history struct {
	lines []string // the oldest first
	size  int
}

// maxHistory bounds the sizes of all lines.
const maxHistory = 16 << 10

// Add adds a line, unless it is empty or as the one before.
func (h *history) Add(line string) {
	if line == "" || len(line) > maxHistory || h.Len() > 0 && h.At(0) == line {
		return
	}
	h.lines = append(h.lines, line)
	for h.size += len(line); h.size > maxHistory; h.lines = h.lines[1:] {
		h.size -= len(h.lines[0])
	}
}

// Len is the number of lines.
func (h *history) Len() int { return len(h.lines) }

// At returns a line. That of 0 is the newest.
func (h *history) At(i int) string { return h.lines[len(h.lines)-1-i] }
