package sim_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/crypto/ssh"

	"github.com/lanyard-cloud/lanyard/internal/driver/machine/sim"
)

// typeKeys types keys into an interactive shell and returns the screen.
func typeKeys(t *testing.T, w *world, keys string) string {
	t.Helper()
	session, err := w.mustLogin(t).NewSession()
	if err != nil {
		t.Fatal(err)
	}
	var screen bytes.Buffer
	session.Stdin, session.Stdout = strings.NewReader(keys), &screen
	if err := errors.Join(session.RequestPty("xterm", 24, 80, ssh.TerminalModes{ssh.ECHO: 1}), session.WindowChange(40, 120), session.Shell()); err != nil {
		t.Fatal(err)
	}
	var exit *ssh.ExitError
	if err := session.Wait(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(screen.String(), "what it can do.\r\n")
	return text
}

// screen is what a terminal shows. It knows what an editor of lines sends: movements of the
// cursor, and clearing.
type screen struct {
	lines       [][]rune
	row, column int
}

// shownBy returns the lines that a text leaves on a screen.
func shownBy(t *testing.T, text string) []string {
	t.Helper()
	s := &screen{lines: [][]rune{nil}}
	for text != "" {
		var count int
		var command rune
		if n, err := fmt.Sscanf(text, "\x1b[%d%c", &count, &command); n == 2 && err == nil {
			text = text[strings.IndexRune(text, command)+1:]
		} else if rest, ok := strings.CutPrefix(text, "\x1b["); ok {
			count, command, text = 1, rune(rest[0]), rest[1:]
		} else {
			r, size := utf8.DecodeRuneInString(text)
			s.show(r)
			text = text[size:]
			continue
		}
		if !s.do(command, count) {
			t.Fatalf("the screen gets an unknown sequence: %d%c", count, command)
		}
	}
	var shown []string
	for _, line := range s.lines {
		shown = append(shown, strings.TrimRight(string(line), " "))
	}
	return shown
}

// show shows a character.
func (s *screen) show(r rune) {
	switch r {
	case '\r':
		s.column = 0
	case '\n':
		s.move(1)
	default:
		for len(s.lines[s.row]) <= s.column {
			s.lines[s.row] = append(s.lines[s.row], ' ')
		}
		s.lines[s.row][s.column] = r
		s.column++
	}
}

func (s *screen) move(rows int) {
	for s.row += rows; len(s.lines) <= s.row; {
		s.lines = append(s.lines, nil)
	}
}

// do obeys an escape sequence, and reports whether it knows it.
func (s *screen) do(command rune, count int) bool {
	switch command {
	case 'A':
		s.move(-count)
	case 'B':
		s.move(count)
	case 'C':
		s.column += count
	case 'D':
		s.column -= count
	case 'H':
		s.row, s.column = 0, 0
	case 'J':
		s.lines = [][]rune{nil}
		s.row = 0
	case 'K':
		s.lines[s.row] = s.lines[s.row][:min(s.column, len(s.lines[s.row]))]
	default:
		return false
	}
	return true
}

func TestTerminal(t *testing.T) {
	const prompt = "admin@ip-172-26-10-39:~$ "
	tests := map[string]struct {
		keys string
		want []string
	}{
		"a command":          {"whoami\r\x04", []string{prompt + "whoami", "admin", prompt + "exit"}},
		"line ends":          {"echo a\necho b\r\n\x04", []string{prompt + "echo a", "a", prompt + "echo b", "b", prompt + "exit"}},
		"leaves":             {"exit\r", []string{prompt + "exit"}},
		"Ctrl-C":             {"foo\x03\x04", []string{prompt + "foo^C", prompt + "exit"}},
		"Ctrl-C twice":       {"\x03f\x03true\r\x04", []string{prompt + "^C", prompt + "f^C", prompt + "true", prompt + "exit"}},
		"Ctrl-D in a line":   {"ech\x04o\r\x04", []string{prompt + "echo", "", prompt + "exit"}},
		"Ctrl-D deletes":     {"trxue\x02\x02\x02\x04\r\x04", []string{prompt + "true", prompt + "exit"}},
		"backspace":          {"ecx\x7fho a\r\x04", []string{prompt + "echo a", "a", prompt + "exit"}},
		"backspace at start": {"\x7f\x08true\r\x04", []string{prompt + "true", prompt + "exit"}},
		"backspace over ä":   {"echo ä\x7fb\r\x04", []string{prompt + "echo b", "b", prompt + "exit"}},
		"Ctrl-U":             {"foo\x15true\r\x04", []string{prompt + "true", prompt + "exit"}},
		"Ctrl-W":             {"echo a b \x17c\r\x04", []string{prompt + "echo a c", "a c", prompt + "exit"}},
		"Ctrl-A and Ctrl-E":  {"cho\x01e\x05 a\r\x04", []string{prompt + "echo a", "a", prompt + "exit"}},
		"Ctrl-K":             {"true foo\x1b[D\x1b[D\x1b[D\x1b[D\x0b\r\x04", []string{prompt + "true", prompt + "exit"}},
		"Ctrl-L":             {"echo a\r\x0ctrue\r\x04", []string{prompt + "true", prompt + "exit"}},
		"arrows":             {"tre\x1b[Du\x1b[C\x1bOA\x1bOB\x1b[1;5C\r\x04", []string{prompt + "true", prompt + "exit"}},
		"history": {"echo a\recho b\r\x1b[A\x1b[A\x1b[A\r\x1bOA\x1b[B\x10c\r\x04", []string{
			prompt + "echo a", "a", prompt + "echo b", "b", prompt + "echo a", "a", prompt + "echo ac", "ac", prompt + "exit",
		}},
		"no history of input": {"cat\r\x1b[Ab\r\x04\x1b[A\r\x04\x04", []string{prompt + "cat", "b", "b", prompt + "cat", prompt + "exit"}},
		"other control keys":  {"\x00\x1c\x1d\ttrue\r\x04", []string{prompt + "true", prompt + "exit"}},
		"invalid UTF-8":       {"tr\xff\xc3(\x7fue\r\x04", []string{prompt + "true", prompt + "exit"}},
		"an endless sequence": {"\x1b[" + strings.Repeat("1;", 200) + "\rtrue\r\x04", nil},
		"a paste":             {"\x1b[200~true\rtrue\x1b[201~\r\x04", []string{prompt + "true", prompt + "true", prompt + "exit"}},
		"a quote":             {"echo 'a\rb'\r\x04", []string{prompt + "echo 'a", "> b'", "a", "b", prompt + "exit"}},
		"a loop":              {"for i in 1 2\rdo echo $i\rdone\r\x04", []string{prompt + "for i in 1 2", "> do echo $i", "> done", "1", "2", prompt + "exit"}},
		"cat":                 {"cat\ra\r\x04\x04", []string{prompt + "cat", "a", "a", prompt + "exit"}},
		"cat and Ctrl-C":      {"cat\r\x03echo $?\r\x04", []string{prompt + "cat", "^C", prompt + "echo $?", "130", prompt + "exit"}},
		"a shell in it":       {"bash\rexit\r\x04", []string{prompt + "bash", prompt + "exit", prompt + "exit"}},
		"Ctrl-D in it":        {"bash\r\x04true\r\x04", []string{prompt + "bash", prompt + "exit", prompt + "true", prompt + "exit"}},
		"hang-up":             {"who", []string{prompt + "whoexit"}},
		"a long line": {"echo " + strings.Repeat("x", 100) + "\r\x04", []string{
			prompt + "echo " + strings.Repeat("x", 90), strings.Repeat("x", 10), strings.Repeat("x", 100), prompt + "exit",
		}},
	}
	w := newWorld(t, sim.Limits{})
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := shownBy(t, typeKeys(t, w, test.keys))
			if want := append(test.want, ""); test.want != nil && !slices.Equal(got, want) {
				t.Errorf("the screen shows %q, want %q", got, want)
			}
		})
	}
}

// A window that becomes smaller moves the line that is edited.
func TestTerminal_followsTheWindow(t *testing.T) {
	session, err := newWorld(t, sim.Limits{}).mustLogin(t).NewSession()
	if err != nil {
		t.Fatal(err)
	}
	keys, err := session.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	shown, err := session.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(session.RequestPty("xterm", 24, 80, nil), session.Shell()); err != nil {
		t.Fatal(err)
	}
	until := func(text string) (got string) {
		t.Helper()
		for b := make([]byte, 1); !strings.HasSuffix(got, text); {
			if _, err := shown.Read(b); err != nil {
				t.Fatalf("the screen shows %q, %v; want %q", got, err, text)
			}
			got += string(b)
		}
		return got
	}
	until("~$ ")
	if _, err := io.WriteString(keys, strings.Repeat("a", 30)); err != nil {
		t.Fatal(err)
	}
	until(strings.Repeat("a", 30))
	if err := session.WindowChange(24, 40); err != nil {
		t.Fatal(err)
	}
	for _, size := range [][2]int{{0, 0}, {1, 1}, {1 << 30, 1 << 30}, {24, 40}} {
		if err := session.WindowChange(size[0], size[1]); err != nil {
			t.Fatal(err)
		}
	}
	// The request is answered by another goroutine than the one that handles keys.
	if ok, err := session.SendRequest("window-change", true, ssh.Marshal(struct{ Columns, Rows, Width, Height uint32 }{40, 24, 0, 0})); !ok || err != nil {
		t.Fatalf("the window's size is refused: %v, %v", ok, err)
	}
	if _, err := io.WriteString(keys, "b\r\x04"); err != nil {
		t.Fatal(err)
	}
	if got := until("exit\r\n"); !strings.Contains(got, "$ "+strings.Repeat("a", 15)+"\r\n"+strings.Repeat("a", 15)+"b") {
		t.Errorf("after the window has 40 columns the screen shows %q, want the line over two rows", got)
	}
}

func TestTerminal_boundsLines(t *testing.T) {
	screen := typeKeys(t, newWorld(t, sim.Limits{}), "echo "+strings.Repeat("y", 100_000)+"\r\x04")
	if n := strings.Count(screen, "y"); n != 2*(4096-len("echo ")) {
		t.Errorf("the screen shows %d characters, want twice those of a line of 4096", n)
	}
}
