package shell

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/driver/machine"
)

const (
	// MaxText is how long a command may be, over all its lines. An Input returns lines
	// up to that length in one piece.
	MaxText = 64 << 10

	// maxOutput is how much one command may write, over all its parts. A short text
	// can ask for the same file many times.
	maxOutput = 4 << 20

	// maxLines is how many lines a command may have. Each more means to read all of
	// them again.
	maxLines = 256

	// maxDepth is how deep shells may nest.
	maxDepth = 8
)

// The statuses that bash gives by itself.
const (
	statusMisuse      = 2
	statusNotFound    = 127
	statusInterrupted = 130
)

// ErrInterrupted is what an Input returns when the user gave up a line with Ctrl-C.
var ErrInterrupted = errors.New("interrupted")

const tooLong = "the command is too long"

// errOutput ends a command that writes too much.
var errOutput = errors.New("the output of a command is limited to 4 MiB")

// errLost says that the input ended amid a command, with its connection, or with a
// text that is too long to tell where the next command begins.
var errLost = errors.New("input lost")

// Input is where commands, and what they read, come from.
type Input interface {
	// ReadLine returns the next line with its "\n". The last one may lack it, and
	// longer lines than MaxText come in pieces of that length. A terminal shows the prompt before
	// it. The error is io.EOF after the last line, ErrInterrupted, or one of the
	// connection.
	ReadLine(prompt string) (string, error)
}

// Streams connect a shell with whoever uses it.
type Streams struct {
	In  Input
	Out io.Writer
	Err io.Writer
	// Terminal says that a person sits there: nested shells prompt.
	Terminal bool
}

// Shell runs commands on an instance. It is for one goroutine.
type Shell struct {
	instance machine.Instance
	clock    func() time.Time
	in       Input
	out      *limitedWriter
	err      *limitedWriter
	terminal bool
	commands map[string]builtin

	root   bool   // commands run as root
	dir    string // absolute, and a directory that exists
	status int
	exited bool
	depth  int
}

// New returns a shell of the instance's user, in the user's home.
func New(instance machine.Instance, clock func() time.Time, streams Streams) *Shell {
	left := new(int)
	*left = maxOutput
	s := &Shell{
		instance: instance,
		clock:    clock,
		in:       streams.In,
		out:      &limitedWriter{to: streams.Out, left: left},
		err:      &limitedWriter{to: streams.Err, left: left},
		terminal: streams.Terminal,
		commands: builtins(),
	}
	s.dir = s.home()
	return s
}

// Exec runs commands as "bash -c" does and returns the exit status.
func (s *Shell) Exec(text string) int {
	if len(text) > MaxText {
		return s.fail(statusMisuse, "bash", tooLong)
	}
	commands, err := parse(text)
	if err != nil {
		return s.fail(statusMisuse, "bash", err.Error())
	}
	s.run(commands)
	return s.status
}

// Script runs commands from the input, one line after the other, and returns the exit
// status.
func (s *Shell) Script() int { return s.loop(false) }

// Interactive greets, and then prompts for commands and runs them until the user
// leaves. It returns the exit status.
func (s *Shell) Interactive() int {
	s.print(s.greeting())
	return s.loop(true)
}

func (s *Shell) greeting() string {
	return fmt.Sprintf("This is %s, a simulated instance (%s). Nothing here runs on a real machine.\nType help for what it can do.\n",
		strings.Map(printable, s.instance.Name), strings.Map(printable, s.instance.BlueprintName))
}

// printable replaces what a terminal would obey.
func printable(r rune) rune {
	if strconv.IsPrint(r) {
		return r
	}
	return '?'
}

// loop reads lines until they are whole commands, and runs those.
func (s *Shell) loop(prompt bool) int {
	for !s.exited {
		commands, err := s.read(prompt)
		switch {
		case errors.Is(err, io.EOF):
			if prompt {
				s.print("exit\n")
			}
			return s.status
		case errors.Is(err, ErrInterrupted):
			s.status = statusInterrupted
		case errors.Is(err, errLost):
			return statusMisuse
		case err != nil:
			s.status = s.fail(statusMisuse, "bash", err.Error())
		default:
			s.refresh()
			s.run(commands)
		}
	}
	return s.status
}

// read reads lines until they are whole commands. The error is io.EOF before the
// first line, ErrInterrupted, what is wrong with the text, or errLost when it makes
// no sense to read on.
func (s *Shell) read(prompt bool) ([]command, error) {
	var text string
	for range maxLines {
		line, err := s.in.ReadLine(s.prompt(prompt, text != ""))
		switch {
		case errors.Is(err, ErrInterrupted), errors.Is(err, io.EOF) && text == "":
			return nil, err
		case err != nil && !errors.Is(err, io.EOF):
			return nil, errLost
		case err != nil:
			s.fail(statusMisuse, "bash", errIncomplete.Error())
			return nil, errLost
		}
		if text += line; len(text) >= MaxText {
			break
		}
		if commands, err := parse(text); !errors.Is(err, errIncomplete) {
			return commands, err
		}
	}
	s.fail(statusMisuse, "bash", tooLong)
	return nil, errLost
}

func (s *Shell) prompt(wanted, continued bool) string {
	switch {
	case !wanted:
		return ""
	case continued:
		return "> "
	}
	sign, dir := "$", s.dir
	if s.root {
		sign = "#"
	}
	if rest, ok := strings.CutPrefix(dir, s.home()); ok && (rest == "" || rest[0] == '/') {
		dir = "~" + rest
	}
	return s.user() + "@" + s.instance.Hostname + ":" + dir + sign + " "
}

// run runs commands whose status is as their joiners ask, until one leaves the shell.
func (s *Shell) run(commands []command) {
	for _, c := range commands {
		if c.join == onSuccess && s.status != 0 || c.join == onFailure && s.status == 0 {
			continue
		}
		if args := s.expand(c.words); len(args) > 0 {
			s.status = s.call(args)
		}
		if s.exited {
			return
		}
		if err := errors.Join(s.out.failed, s.err.failed); err != nil {
			s.stop(err)
			return
		}
	}
}

// stop ends a command that cannot write any more: the shell goes on after too much
// output, and ends where nobody is left to read it.
func (s *Shell) stop(err error) {
	s.status = 1
	if !errors.Is(err, errOutput) {
		s.exited = true
		return
	}
	_, _ = io.WriteString(s.err.to, "bash: "+errOutput.Error()+"\n")
}

// refresh gives the next line of input its own share of output.
func (s *Shell) refresh() {
	*s.out.left = maxOutput
	for _, w := range []*limitedWriter{s.out, s.err} {
		if errors.Is(w.failed, errOutput) {
			w.failed = nil
		}
	}
}

// call runs one command with its arguments, the first of which is its name.
func (s *Shell) call(args []string) int {
	if run, ok := s.commands[args[0]]; ok {
		return run(s, args)
	}
	if strings.Contains(args[0], "/") {
		return s.callPath(args)
	}
	return s.fail(statusNotFound, "bash", args[0]+": command not found")
}

// callPath runs commands that are called by where they usually are.
func (s *Shell) callPath(args []string) int {
	for _, dir := range []string{"/bin/", "/usr/bin/"} {
		name, ok := strings.CutPrefix(args[0], dir)
		if run, known := s.commands[name]; ok && known {
			return run(s, args)
		}
	}
	return s.fail(statusNotFound, "bash", args[0]+": No such file or directory")
}

// expand makes arguments from words. A word of nothing but an empty variable is none.
func (s *Shell) expand(words []word) []string {
	var args []string
	for _, w := range words {
		var b strings.Builder
		quoted := false
		for i, p := range w {
			quoted = quoted || p.quoted
			switch {
			case p.variable:
				b.WriteString(s.variable(string(p.text)))
			case i == 0 && !p.quoted:
				b.WriteString(s.tilde(string(p.text), len(w) == 1))
			default:
				b.Write(p.text)
			}
		}
		if b.Len() > 0 || quoted {
			args = append(args, b.String())
		}
	}
	return args
}

// tilde replaces the "~" that a word begins with by the user's home.
func (s *Shell) tilde(text string, alone bool) string {
	if text == "~" && alone || strings.HasPrefix(text, "~/") {
		return s.home() + text[1:]
	}
	return text
}

// fail tells on the error stream what is wrong and returns the status.
func (s *Shell) fail(status int, who, what string) int {
	_, _ = fmt.Fprintf(s.err, "%s: %s\n", who, what)
	return status
}

func (s *Shell) print(text string) { _, _ = io.WriteString(s.out, text) }

func (s *Shell) printf(format string, args ...any) { _, _ = fmt.Fprintf(s.out, format, args...) }

// limitedWriter passes on what fits in the limit that it shares with others, and keeps
// its first error, so that commands need not look at each.
type limitedWriter struct {
	to     io.Writer
	left   *int
	failed error
}

func (w *limitedWriter) Write(p []byte) (int, error) {
	if w.failed != nil {
		return 0, w.failed
	}
	if len(p) > *w.left {
		w.failed = errOutput
		return 0, w.failed
	}
	*w.left -= len(p)
	n, err := w.to.Write(p)
	w.failed = err
	return n, err
}
