package shell

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"strconv"
	"strings"
	"time"

	"mvdan.cc/sh/v3/syntax"

	"github.com/lanyard-cloud/lanyard/internal/driver/machine"
)

// The exit statuses of bash itself.
const (
	statusMisuse      = 2
	statusNotFound    = 127
	statusInterrupted = 130
)

// ErrInterrupted is the error of an Input when the user has pressed Ctrl-C.
var ErrInterrupted = errors.New("interrupted")

var errTooLong = errors.New("the command is too long")

// errLost says that no more commands can be read: the input or its connection has ended amid
// a command, or a command is too long to find the next one.
var errLost = errors.New("input lost")

// Input is the input of a shell: commands, and what they read.
type Input interface {
	// ReadLine returns the next line with its "\n". The last line may lack it. Lines that
	// are longer than MaxText come in pieces of that length. A terminal shows the prompt
	// first. The error is io.EOF after the last line, ErrInterrupted, or one of the
	// connection.
	ReadLine(prompt string) (string, error)
}

// Streams connect a shell with its user.
type Streams struct {
	In  Input
	Out io.Writer
	Err io.Writer
	// Terminal says that a person uses the shell, so nested shells show prompts.
	Terminal bool
}

// Shell runs commands on an instance. It is not safe for concurrent use.
type Shell struct {
	instance machine.Instance
	clock    func() time.Time
	commands map[string]builtin
	budget   *budget // shared with all subshells

	client Input // the input of the session
	streams
	root      bool   // commands run as root
	dir       string // absolute, and a directory that exists
	variables variables
	functions map[string]*syntax.Stmt
	params    []string // $1 and so on
	errexit   bool     // set -e: a command that fails ends the shell

	status      int
	substituted int // the status of the last substitution
	leaving     leaving
	loops       int // that the present command is in
	tested      int // conditions that it is in, whose failure does not end the shell
	shells      int // how deep this one is within others
}

// streams are those of the present command.
type streams struct {
	in       Input
	out, err io.Writer
	terminal bool // a person uses them
	captured bool // another command reads the output
}

// leaving is why the rest of a list of commands is skipped.
type leaving struct {
	shell    bool // exit
	line     bool // an expansion failed
	function bool // return
	loops    int  // break: how many loops
	next     int  // continue: how many loops, the last of which continues
}

func (l leaving) any() bool { return l != leaving{} }

// New returns a shell of the instance's user, in the user's home.
func New(instance machine.Instance, clock func() time.Time, streams Streams) *Shell {
	b := &budget{}
	b.renew()
	s := &Shell{
		instance: instance,
		clock:    clock,
		commands: builtins(),
		budget:   b,
		client:   streams.In,
	}
	s.in, s.terminal = streams.In, streams.Terminal
	s.out, s.err = &meteredWriter{to: streams.Out, budget: b}, &meteredWriter{to: streams.Err, budget: b}
	s.dir = s.home()
	return s
}

// subshell returns a copy. What the copy changes does not affect the shell.
func (s *Shell) subshell() *Shell {
	s.budget.spend(stepBytes * (len(s.variables.values) + len(s.functions)))
	sub := *s
	sub.variables = s.variables.clone()
	sub.functions = maps.Clone(s.functions)
	return &sub
}

// Exec runs commands as "bash -c" does and returns the exit status.
func (s *Shell) Exec(text string) int {
	stmts, err := s.parse(text)
	if err != nil {
		return s.fail(statusMisuse, "bash", err.Error())
	}
	defer s.parsed(text)()
	s.run(stmts)
	return s.status
}

// parse parses commands that are not a line of a script. The work counts as steps.
func (s *Shell) parse(text string) ([]*syntax.Stmt, error) {
	if s.budget.text+len(text) > MaxText {
		return nil, errTooLong
	}
	if !s.budget.spend(parseCost * len(text)) {
		return nil, s.budget.err
	}
	return parse(text)
}

// parsed counts a text as long as its commands run.
func (s *Shell) parsed(text string) (ended func()) {
	s.budget.text += len(text)
	return func() { s.budget.text -= len(text) }
}

// Script runs commands from the input, one line after the other, and returns the exit
// status.
func (s *Shell) Script() int { return s.loop(false) }

// Interactive shows a greeting, and then prompts for commands and runs them until the user
// leaves. It returns the exit status.
func (s *Shell) Interactive() int {
	s.print(s.greeting())
	return s.loop(true)
}

func (s *Shell) greeting() string {
	return fmt.Sprintf("This is %s, a simulated instance (%s). Nothing here runs on a real machine.\nType help for what it can do.\n",
		strings.Map(printable, s.instance.Name), strings.Map(printable, s.instance.BlueprintName))
}

// printable replaces what a terminal would interpret.
func printable(r rune) rune {
	if strconv.IsPrint(r) {
		return r
	}
	return '?'
}

// loop reads and runs commands until the shell ends.
func (s *Shell) loop(prompt bool) int {
	for !s.leaving.shell {
		text, stmts, err := s.read(prompt)
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
			// Only lines from the client renew the budget. The client must send each,
			// and their output is not kept in memory.
			if s.in == s.client && !s.captured {
				s.budget.renew()
			}
			ended := s.parsed(text)
			s.run(stmts)
			ended()
		}
		if s.budget.err != nil && s.captured {
			return s.status
		}
	}
	return s.status
}

// read reads lines until they are whole commands. The error is io.EOF before the first line,
// ErrInterrupted, a syntax error, or errLost.
func (s *Shell) read(prompt bool) (text string, stmts []*syntax.Stmt, err error) {
	for range maxLines {
		line, err := s.in.ReadLine(s.prompt(prompt, text != ""))
		switch {
		case errors.Is(err, ErrInterrupted), errors.Is(err, io.EOF) && text == "":
			return "", nil, err
		case err != nil && !errors.Is(err, io.EOF):
			return "", nil, errLost
		case err != nil:
			s.fail(statusMisuse, "bash", errIncomplete.Error())
			return "", nil, errLost
		}
		if text += line; s.budget.text+len(text) >= MaxText {
			break
		}
		if s.in != s.client && !s.budget.spend(parseCost*len(text)) {
			return "", nil, errLost
		}
		if stmts, err := parse(text); !errors.Is(err, errIncomplete) {
			return text, stmts, err
		}
	}
	s.fail(statusMisuse, "bash", errTooLong.Error())
	return "", nil, errLost
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

// run runs commands that were read together, and shows what ended them.
func (s *Shell) run(stmts []*syntax.Stmt) {
	s.leaving = leaving{}
	s.stmts(stmts)
	if s.budget.err == nil || s.captured {
		return
	}
	s.status = 1
	switch {
	case errors.Is(s.budget.err, ErrInterrupted):
		s.status = statusInterrupted
		return
	case !isLimit(s.budget.err):
		s.leaving.shell = true // nothing reads the output any more
		return
	}
	// The limits do not apply to this message.
	if w, ok := s.err.(*meteredWriter); ok && !s.budget.reported {
		s.budget.reported = true
		_, _ = io.WriteString(w.to, "bash: "+s.budget.err.Error()+"\n")
	}
}

// fail writes an error message and returns the status.
func (s *Shell) fail(status int, command, what string) int {
	_, _ = fmt.Fprintf(s.err, "%s: %s\n", command, what)
	return status
}

func (s *Shell) print(text string) { _, _ = io.WriteString(s.out, text) }

func (s *Shell) printf(format string, args ...any) { _, _ = fmt.Fprintf(s.out, format, args...) }
