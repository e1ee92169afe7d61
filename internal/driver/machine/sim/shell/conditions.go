package shell

import (
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// testExpr reports whether a [[ ]] condition holds.
func (s *Shell) testExpr(x syntax.TestExpr) bool {
	if !s.budget.enter() {
		return false
	}
	defer s.budget.leave()
	switch x := x.(type) {
	case *syntax.Word:
		return s.text(x) != ""
	case *syntax.ParenTest:
		return s.testExpr(x.X)
	case *syntax.UnaryTest:
		if x.Op == syntax.TsNot {
			return !s.testExpr(x.X)
		}
		return s.testOne(x.Op.String(), s.testOperand(x.X))
	case *syntax.BinaryTest:
		return s.binaryTest(x)
	}
	return false
}

func (s *Shell) testOperand(x syntax.TestExpr) string {
	if word, ok := x.(*syntax.Word); ok {
		return s.text(word)
	}
	return ""
}

func (s *Shell) binaryTest(x *syntax.BinaryTest) bool {
	switch x.Op {
	case syntax.AndTest:
		return s.testExpr(x.X) && s.testExpr(x.Y)
	case syntax.OrTest:
		return s.testExpr(x.X) || s.testExpr(x.Y)
	case syntax.TsMatch, syntax.TsMatchShort, syntax.TsNoMatch:
		word, ok := x.Y.(*syntax.Word)
		if !ok {
			return false
		}
		return s.matches(s.pattern(word), s.testOperand(x.X)) == (x.Op != syntax.TsNoMatch)
	}
	return s.testTwo(s.testOperand(x.X), x.Op.String(), s.testOperand(x.Y))
}

// test is the command test, and "[".
func test(s *Shell, args []string) int {
	name, args := args[0], args[1:]
	if name == "[" {
		if len(args) == 0 || args[len(args)-1] != "]" {
			return s.fail(statusMisuse, "[", "missing `]'")
		}
		args = args[:len(args)-1]
	}
	return status(s.testArgs(args))
}

// testArgs reports whether a condition in arguments holds. "-a" binds stronger than "-o".
func (s *Shell) testArgs(args []string) bool {
	if !s.budget.enter() {
		return false
	}
	defer s.budget.leave()
	s.budget.spend(len(args) * 16)
	if len(args) > 3 {
		if at := slices.Index(args, "-o"); at > 0 {
			return s.testArgs(args[:at]) || s.testArgs(args[at+1:])
		}
		if at := slices.Index(args, "-a"); at > 0 {
			return s.testArgs(args[:at]) && s.testArgs(args[at+1:])
		}
	}
	switch {
	case len(args) == 0:
		return false
	case len(args) == 1:
		return args[0] != ""
	case len(args) == 3 && args[1] != "":
		if args[0] != "!" || slices.Contains(comparisons, args[1]) {
			return s.testTwo(args[0], args[1], args[2])
		}
	}
	if args[0] == "!" {
		return !s.testArgs(args[1:])
	}
	if len(args) > 2 {
		s.fail(statusMisuse, "test", "too many arguments")
		return false
	}
	return s.testOne(args[0], args[1])
}

// testOne reports whether a condition with one operand holds. No file can be written or run.
func (s *Shell) testOne(op, operand string) bool {
	switch op {
	case "-z":
		return operand == ""
	case "-n":
		return operand != ""
	case "-v":
		_, set := s.variable(operand)
		return set
	case "-e", "-f", "-d", "-r", "-s":
		return s.testFile(op, operand)
	}
	return false
}

func (s *Shell) testFile(op, name string) bool {
	info, ok := s.tree()[s.path(name)]
	switch {
	case !ok:
		return false
	case op == "-d":
		return info.dir
	case op == "-f":
		return !info.dir
	case op == "-r":
		return !info.private || s.root
	case op == "-s":
		return info.dir || info.text() != ""
	}
	return true
}

// comparisons are the conditions with two operands.
var comparisons = []string{"=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge"}

func (s *Shell) testTwo(a, op, b string) bool {
	switch op {
	case "=", "==":
		return a == b
	case "!=":
		return a != b
	case "<":
		return a < b
	case ">":
		return a > b
	}
	if !slices.Contains(comparisons, op) {
		s.fail(statusMisuse, "test", op+": not part of this simulated instance")
		return false
	}
	x, errX := strconv.ParseInt(strings.TrimSpace(a), 10, 64)
	y, errY := strconv.ParseInt(strings.TrimSpace(b), 10, 64)
	if errX != nil || errY != nil {
		s.fail(statusMisuse, "test", "integer expression expected")
		return false
	}
	return compare(x, op, y)
}

func compare(x int64, op string, y int64) bool {
	switch op {
	case "-eq":
		return x == y
	case "-ne":
		return x != y
	case "-lt":
		return x < y
	case "-le":
		return x <= y
	case "-gt":
		return x > y
	}
	return x >= y
}
