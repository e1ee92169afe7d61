package shell

import (
	"bytes"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// stmts runs a list of commands, until one leaves it.
func (s *Shell) stmts(list []*syntax.Stmt) {
	for _, st := range list {
		s.stmt(st)
		if s.leaving.any() || s.budget.err != nil {
			return
		}
	}
}

// stmt runs a command with its redirections.
func (s *Shell) stmt(st *syntax.Stmt) {
	if s.leaving.any() || !s.budget.enter() {
		return
	}
	defer s.budget.leave()
	saved := s.streams
	defer func() { s.streams = saved }()
	for _, r := range st.Redirs {
		if !s.redirect(r) || s.leaving.any() {
			return
		}
	}
	if st.Cmd == nil {
		s.status = 0
	} else {
		s.command(st.Cmd)
	}
	if st.Negated {
		s.status = status(s.status != 0)
	} else if s.errexit && s.status != 0 && s.tested == 0 && failsAlone(st.Cmd) {
		s.leaving.shell = true
	}
}

// failsAlone reports whether the failure of a command ends a shell with set -e. For the other
// kinds, the commands that they consist of do.
func failsAlone(c syntax.Command) bool {
	switch c := c.(type) {
	case *syntax.CallExpr, *syntax.Subshell, *syntax.TestClause, *syntax.ArithmCmd, *syntax.DeclClause:
		return true
	case *syntax.BinaryCmd:
		return c.Op == syntax.Pipe || c.Op == syntax.PipeAll
	}
	return false
}

// status returns 0 for success and 1 for failure.
func status(success bool) int {
	if success {
		return 0
	}
	return 1
}

func (s *Shell) command(c syntax.Command) {
	switch c := c.(type) {
	case *syntax.CallExpr:
		s.simple(c)
	case *syntax.BinaryCmd:
		s.binary(c)
	case *syntax.Block:
		s.stmts(c.Stmts)
	case *syntax.Subshell:
		sub := s.subshell()
		sub.stmts(c.Stmts)
		s.status = sub.status
	case *syntax.IfClause:
		s.ifClause(c)
	case *syntax.WhileClause:
		s.whileClause(c)
	case *syntax.ForClause:
		s.forClause(c)
	case *syntax.CaseClause:
		s.caseClause(c)
	case *syntax.FuncDecl:
		s.declareFunction(c)
	case *syntax.ArithmCmd:
		s.arithmeticCommand(c)
	case *syntax.TestClause:
		s.status = status(s.testExpr(c.X))
	case *syntax.DeclClause:
		s.declare(c)
	case *syntax.TimeClause:
		if c.Stmt != nil {
			s.stmt(c.Stmt)
		}
	default:
		s.status = s.fail(statusMisuse, "bash", notSimulatedError("some of these commands").Error())
	}
}

// simple runs a command with arguments, or sets variables if there are none.
func (s *Shell) simple(c *syntax.CallExpr) {
	s.substituted = 0
	args := s.fields(c.Args)
	if s.leaving.any() || s.budget.err != nil {
		return
	}
	if len(args) > 0 {
		defer s.assignFor(c.Assigns)()
		if s.budget.err == nil {
			s.status = s.call(args)
		}
		return
	}
	for _, a := range c.Assigns {
		if !s.assign(a) {
			return
		}
	}
	s.status = s.substituted
}

// assignFor sets variables for one command. The function that it returns restores them.
func (s *Shell) assignFor(assigns []*syntax.Assign) (restore func()) {
	if len(assigns) == 0 {
		return func() {}
	}
	type variable struct {
		name, value   string
		set, exported bool
	}
	var saved []variable
	for _, a := range assigns {
		name := a.Name.Value
		value, set := s.variables.values[name]
		saved = append(saved, variable{name, value, set, s.variables.exported[name]})
		if s.assign(a) {
			s.variables.export(name)
		}
	}
	return func() {
		for _, v := range slices.Backward(saved) {
			s.variables.unset(v.name)
			if v.set {
				s.variables.set(v.name, v.value)
			}
			if v.exported {
				s.variables.export(v.name)
			}
		}
	}
}

// assign sets a variable, and reports whether it was set.
func (s *Shell) assign(a *syntax.Assign) bool {
	value := ""
	if a.Append {
		value, _ = s.variable(a.Name.Value)
	}
	if a.Value != nil {
		value += s.text(a.Value)
	}
	if s.leaving.any() {
		return false
	}
	return s.set(a.Name.Value, value)
}

// declare runs export, readonly, local and the like. All variables are global, and strings.
func (s *Shell) declare(c *syntax.DeclClause) {
	command := c.Variant.Value
	s.status = 0
	for _, a := range c.Args {
		var name string
		switch {
		case a.Name == nil: // an option, or a name that is not written out
			var ok bool
			if name, ok = s.declareText(command, s.text(a.Value)); !ok {
				return
			}
		case a.Naked || s.assign(a):
			name = a.Name.Value
		default:
			return
		}
		if command == "export" && name != "" {
			s.variables.export(name)
		}
	}
}

// declareText sets the variable that a text such as a=b names. It returns the name, or "" for
// an option, and whether the command continues.
func (s *Shell) declareText(command, text string) (name string, ok bool) {
	if strings.HasPrefix(text, "-") {
		return "", true
	}
	name, value, given := strings.Cut(text, "=")
	if !syntax.ValidName(name) {
		s.status = s.fail(1, command, "`"+text+"': not a valid identifier")
		return "", false
	}
	return name, !given || s.set(name, value)
}

// call runs a function or a command. The first argument is its name.
func (s *Shell) call(args []string) int {
	if body, ok := s.functions[args[0]]; ok {
		return s.callFunction(body, args[1:])
	}
	return s.callCommand(args)
}

// callCommand runs a command that is not a function.
func (s *Shell) callCommand(args []string) int {
	if !s.budget.enter() {
		return 1
	}
	defer s.budget.leave()
	if run, ok := s.commands[args[0]]; ok {
		return run(s, args)
	}
	if strings.Contains(args[0], "/") {
		return s.callPath(args)
	}
	return s.fail(statusNotFound, "bash", args[0]+": command not found")
}

// callPath runs a command by its usual path.
func (s *Shell) callPath(args []string) int {
	for _, dir := range []string{"/bin/", "/usr/bin/"} {
		name, ok := strings.CutPrefix(args[0], dir)
		if run, known := s.commands[name]; ok && known {
			return run(s, args)
		}
	}
	return s.fail(statusNotFound, "bash", args[0]+": No such file or directory")
}

func (s *Shell) callFunction(body *syntax.Stmt, params []string) int {
	if !s.budget.enter() {
		return 1
	}
	defer s.budget.leave()
	saved, loops := s.params, s.loops
	defer func() { s.params, s.loops, s.leaving.function = saved, loops, false }()
	s.params, s.loops = params, 0
	s.stmt(body)
	return s.status
}

// declareFunction keeps a function, if all functions together are short enough.
func (s *Shell) declareFunction(c *syntax.FuncDecl) {
	s.status = 0
	size := func(body *syntax.Stmt) int { return int(body.End().Offset()-body.Pos().Offset()) + variableSize }
	total := size(c.Body)
	for name, body := range s.functions {
		if name != c.Name.Value {
			total += size(body)
		}
	}
	if !s.budget.spend(stepBytes * len(s.functions)) {
		return
	}
	if total > maxFunctions {
		s.status = s.fail(1, "bash", c.Name.Value+": the functions of a simulated instance are limited to 16 KiB")
		return
	}
	if s.functions == nil {
		s.functions = map[string]*syntax.Stmt{}
	}
	s.functions[c.Name.Value] = c.Body
}

// binary runs lists of "&&" and "||", and pipelines. The tree of a long list is deep on its
// left, so a loop runs it.
func (s *Shell) binary(c *syntax.BinaryCmd) {
	if c.Op == syntax.Pipe || c.Op == syntax.PipeAll {
		s.pipeline(c)
		return
	}
	links := []*syntax.BinaryCmd{c}
	first := c.X
	for {
		left, ok := first.Cmd.(*syntax.BinaryCmd)
		if !ok || first.Negated || len(first.Redirs) > 0 || left.Op != syntax.AndStmt && left.Op != syntax.OrStmt {
			break
		}
		links, first = append(links, left), left.X
	}
	s.test(first)
	for i, link := range slices.Backward(links) {
		if s.leaving.any() || s.budget.err != nil {
			return
		}
		if (link.Op == syntax.AndStmt) != (s.status == 0) {
			continue
		}
		if i > 0 {
			s.test(link.Y)
		} else {
			s.stmt(link.Y)
		}
	}
}

// test runs a command. Its failure does not end a shell with set -e.
func (s *Shell) test(st *syntax.Stmt) {
	s.tested++
	s.stmt(st)
	s.tested--
}

// pipeline runs two commands, one after the other. The second reads what the first has
// written.
func (s *Shell) pipeline(c *syntax.BinaryCmd) {
	var first bytes.Buffer
	sub := s.subshell()
	sub.capture(&first)
	if c.Op == syntax.PipeAll {
		sub.err = sub.out
	}
	sub.stmt(c.X)
	if s.budget.err != nil {
		return
	}
	sub = s.subshell()
	sub.in, sub.terminal = &textInput{text: first.Bytes()}, false
	sub.stmt(c.Y)
	s.status = sub.status
}

// capture makes a subshell write to a buffer.
func (s *Shell) capture(to *bytes.Buffer) {
	s.out, s.captured, s.terminal = &meteredWriter{to: to, budget: s.budget, pipe: true}, true, false
}

// substitute returns what commands write, without the line ends at its end.
func (s *Shell) substitute(list []*syntax.Stmt) string {
	var out bytes.Buffer
	sub := s.subshell()
	sub.capture(&out)
	sub.stmts(list)
	s.status, s.substituted = sub.status, sub.status
	return strings.TrimRight(strings.ReplaceAll(out.String(), "\x00", ""), "\n")
}
