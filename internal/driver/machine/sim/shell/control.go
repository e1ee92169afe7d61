package shell

import (
	"strconv"

	"mvdan.cc/sh/v3/syntax"
)

// condition runs the condition of a loop or an if, and reports whether it holds and the shell
// continues.
func (s *Shell) condition(list []*syntax.Stmt) bool {
	s.tested++
	s.stmts(list)
	s.tested--
	return s.status == 0 && !s.leaving.any() && s.budget.err == nil
}

func (s *Shell) ifClause(c *syntax.IfClause) {
	for ; c != nil; c = c.Else {
		if len(c.Cond) == 0 { // else
			s.stmts(c.Then)
			return
		}
		if s.condition(c.Cond) {
			s.stmts(c.Then)
			return
		}
		if s.leaving.any() || s.budget.err != nil {
			return
		}
	}
	s.status = 0
}

func (s *Shell) whileClause(c *syntax.WhileClause) {
	s.loops++
	defer func() { s.loops-- }()
	last := 0
	for s.budget.spend(0) {
		holds := s.condition(c.Cond)
		if s.leaving.any() || s.budget.err != nil {
			s.leaveLoop()
			return
		}
		if holds == c.Until {
			break
		}
		if s.stmts(c.Do); s.leaveLoop() {
			return
		}
		last = s.status
	}
	s.status = last
}

func (s *Shell) forClause(c *syntax.ForClause) {
	s.loops++
	defer func() { s.loops-- }()
	if loop, ok := c.Loop.(*syntax.CStyleLoop); ok {
		s.countingLoop(loop, c.Do)
		return
	}
	loop, ok := c.Loop.(*syntax.WordIter)
	if !ok {
		return
	}
	items := s.params
	if loop.InPos.IsValid() {
		items = s.fields(loop.Items)
	}
	if s.leaving.any() {
		return
	}
	s.status = 0
	for _, item := range items {
		if !s.budget.spend(0) || !s.set(loop.Name.Value, item) {
			return
		}
		if s.stmts(c.Do); s.leaveLoop() {
			return
		}
	}
}

// countingLoop runs a loop of the form for ((i = 0; i < n; i++)).
func (s *Shell) countingLoop(c *syntax.CStyleLoop, do []*syntax.Stmt) {
	s.status = 0
	s.optional(c.Init)
	for s.budget.spend(0) && s.optional(c.Cond) != 0 {
		if s.stmts(do); s.leaveLoop() {
			return
		}
		s.optional(c.Post)
	}
}

// optional returns the value of an expression, or 1 for no expression.
func (s *Shell) optional(x syntax.ArithmExpr) int64 {
	if x == nil {
		return 1
	}
	return s.arithmetic(x)
}

// leaveLoop reports whether a loop ends after its body. It counts down the loops of break and
// continue.
func (s *Shell) leaveLoop() bool {
	l := &s.leaving
	switch {
	case s.budget.err != nil, l.shell, l.line, l.function:
		return true
	case l.loops > 0:
		l.loops--
		return true
	case l.next > 1:
		l.next--
		return true
	}
	l.next = 0
	return false
}

func (s *Shell) caseClause(c *syntax.CaseClause) {
	value := s.text(c.Word)
	if s.leaving.any() {
		return
	}
	s.status = 0
	run := false // after ";&" the next list runs without a match
	for _, item := range c.Items {
		if !run && !s.matchesAny(item.Patterns, value) {
			continue
		}
		s.stmts(item.Stmts)
		if s.leaving.any() || s.budget.err != nil || item.Op == syntax.Break {
			return
		}
		run = item.Op == syntax.Fallthrough
	}
}

func (s *Shell) matchesAny(patterns []*syntax.Word, value string) bool {
	for _, p := range patterns {
		if s.matches(s.pattern(p), value) {
			return true
		}
	}
	return false
}

// breakLoops is for break and continue. The argument is how many loops they leave.
func breakLoops(s *Shell, args []string) int {
	if s.loops == 0 {
		return s.fail(0, args[0], "only meaningful in a loop")
	}
	loops := 1
	if len(args) > 1 {
		n, err := strconv.Atoi(args[1])
		if err != nil || n < 1 {
			return s.fail(1, args[0], args[1]+": loop count out of range")
		}
		loops = min(n, s.loops)
	}
	if args[0] == "break" {
		s.leaving.loops = loops
	} else {
		s.leaving.next = loops
	}
	return 0
}

// returnFrom leaves a function with a status, by default that of the last command.
func returnFrom(s *Shell, args []string) int {
	s.leaving.function = true
	if len(args) == 1 {
		return s.status
	}
	return s.statusOf(args)
}

// exit leaves the shell with a status, by default that of the last command.
func exit(s *Shell, args []string) int {
	s.leaving.shell = true
	if len(args) == 1 {
		return s.status
	}
	return s.statusOf(args)
}

// statusOf parses the argument of exit or return.
func (s *Shell) statusOf(args []string) int {
	status, err := strconv.Atoi(args[1])
	if err != nil {
		return s.fail(statusMisuse, args[0], args[1]+": numeric argument required")
	}
	return status & 0xff
}
