package shell

import (
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// arithmetic returns the value of an expression. After an error the shell continues with the
// next line.
func (s *Shell) arithmetic(x syntax.ArithmExpr) int64 {
	if !s.budget.enter() {
		return 0
	}
	defer s.budget.leave()
	switch x := x.(type) {
	case *syntax.Word:
		return s.number(strings.TrimSpace(s.text(x)))
	case *syntax.ParenArithm:
		return s.arithmetic(x.X)
	case *syntax.UnaryArithm:
		return s.unaryArithmetic(x)
	case *syntax.BinaryArithm:
		return s.binaryArithmetic(x)
	}
	return 0
}

// arithmeticCommand runs ((...)), which succeeds if the value is not 0.
func (s *Shell) arithmeticCommand(c *syntax.ArithmCmd) {
	if value := s.arithmetic(c.X); !s.leaving.line {
		s.status = status(value != 0)
	}
}

// number parses a number, or the value of the variable of that name.
func (s *Shell) number(text string) int64 {
	if syntax.ValidName(text) {
		text, _ = s.variable(text)
	}
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 0, 64)
	if err != nil {
		return s.invalid(text + ": syntax error: operand expected")
	}
	return n
}

func (s *Shell) unaryArithmetic(x *syntax.UnaryArithm) int64 {
	switch x.Op {
	case syntax.Inc, syntax.Dec:
		before := s.arithmetic(x.X)
		after := before + 1
		if x.Op == syntax.Dec {
			after = before - 1
		}
		s.setNumber(x.X, after)
		if x.Post {
			return before
		}
		return after
	case syntax.Not:
		return truth(s.arithmetic(x.X) == 0)
	case syntax.BitNegation:
		return ^s.arithmetic(x.X)
	case syntax.Minus:
		return -s.arithmetic(x.X)
	}
	return s.arithmetic(x.X)
}

// invalid ends the present line because of an expression.
func (s *Shell) invalid(what string) int64 {
	s.status = s.fail(1, "bash", what)
	s.leaving.line = true
	return 0
}

// setNumber sets the variable that an expression names.
func (s *Shell) setNumber(x syntax.ArithmExpr, value int64) {
	if word, ok := x.(*syntax.Word); ok && syntax.ValidName(word.Lit()) {
		s.set(word.Lit(), strconv.FormatInt(value, 10))
	}
}

// assigning has the operators of assignments, each with the operator that it applies.
var assigning = map[syntax.BinAritOperator]syntax.BinAritOperator{
	syntax.AddAssgn: syntax.Add, syntax.SubAssgn: syntax.Sub, syntax.MulAssgn: syntax.Mul, syntax.QuoAssgn: syntax.Quo,
	syntax.RemAssgn: syntax.Rem, syntax.AndAssgn: syntax.And, syntax.OrAssgn: syntax.Or, syntax.XorAssgn: syntax.Xor,
	syntax.ShlAssgn: syntax.Shl, syntax.ShrAssgn: syntax.Shr,
}

func (s *Shell) binaryArithmetic(x *syntax.BinaryArithm) int64 {
	switch x.Op {
	case syntax.AndArit:
		return truth(s.arithmetic(x.X) != 0 && s.arithmetic(x.Y) != 0)
	case syntax.OrArit:
		return truth(s.arithmetic(x.X) != 0 || s.arithmetic(x.Y) != 0)
	case syntax.TernQuest:
		branches, ok := x.Y.(*syntax.BinaryArithm)
		if !ok {
			return 0
		}
		if s.arithmetic(x.X) != 0 {
			return s.arithmetic(branches.X)
		}
		return s.arithmetic(branches.Y)
	case syntax.Assgn:
		value := s.arithmetic(x.Y)
		s.setNumber(x.X, value)
		return value
	}
	op, assigns := assigning[x.Op]
	if !assigns {
		return s.calculate(x.Op, s.arithmetic(x.X), s.arithmetic(x.Y))
	}
	value := s.calculate(op, s.arithmetic(x.X), s.arithmetic(x.Y))
	s.setNumber(x.X, value)
	return value
}

func (s *Shell) calculate(op syntax.BinAritOperator, a, b int64) int64 {
	switch op {
	case syntax.Add:
		return a + b
	case syntax.Sub:
		return a - b
	case syntax.Mul:
		return a * b
	case syntax.Quo, syntax.Rem:
		return s.divide(op, a, b)
	case syntax.Pow:
		return power(a, b)
	case syntax.And:
		return a & b
	case syntax.Or:
		return a | b
	case syntax.Xor:
		return a ^ b
	case syntax.Shl:
		return a << (b & 63)
	case syntax.Shr:
		return a >> (b & 63)
	case syntax.Comma:
		return b
	}
	return truth(ordered(op, a, b))
}

// ordered reports whether a comparison holds.
func ordered(op syntax.BinAritOperator, a, b int64) bool {
	switch op {
	case syntax.Eql:
		return a == b
	case syntax.Neq:
		return a != b
	case syntax.Lss:
		return a < b
	case syntax.Leq:
		return a <= b
	case syntax.Gtr:
		return a > b
	case syntax.Geq:
		return a >= b
	}
	return false
}

func (s *Shell) divide(op syntax.BinAritOperator, a, b int64) int64 {
	switch {
	case b == 0:
		return s.invalid("division by 0")
	case op == syntax.Quo:
		return a / b
	}
	return a % b
}

// power is a to the power of b, cut to 64 bits.
func power(a, b int64) int64 {
	result := int64(1)
	for ; b > 0; b >>= 1 {
		if b&1 == 1 {
			result *= a
		}
		a *= a
	}
	return result
}

func truth(holds bool) int64 {
	if holds {
		return 1
	}
	return 0
}
