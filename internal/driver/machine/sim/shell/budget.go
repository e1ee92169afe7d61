package shell

import (
	"errors"
	"io"
)

// The limits of a command, and of what a shell keeps. A short text can need much: a loop that
// does not end, a file that is shown many times, or a variable that doubles.
const (
	// MaxText is how long a command may be, over all its lines. An Input returns lines
	// up to that length in one piece.
	MaxText = 64 << 10

	// maxOutput is how many bytes one command may write, over all its parts. maxPiped is
	// how many of them may go to pipes and substitutions, which are kept in memory.
	maxOutput = 4 << 20
	maxPiped  = 1 << 20

	// maxSteps is how many steps one command may take. A step is a command, a word, or
	// stepBytes bytes of text.
	maxSteps = 50_000

	// maxValue is the size of a variable, or of all arguments of a command. It is
	// MAX_ARG_STRLEN of Linux.
	maxValue = 128 << 10

	// maxVariables and maxFunctions bound what a shell keeps: the size of all variables,
	// and of the texts of all functions.
	maxVariables = 512 << 10
	maxFunctions = 16 << 10

	// maxLines is how many lines a command may have. After each line all are parsed
	// again.
	maxLines = 256

	// maxShells is how deep shells may nest. maxDepth is the same for all that nests:
	// functions, compound commands, substitutions, expressions.
	maxShells = 8
	maxDepth  = 1000

	// stepBytes is how many bytes of text make a step. Parsing a text is parseCost times
	// the work of copying it.
	stepBytes = 256
	parseCost = 8
)

// The errors that end a command.
var (
	errOutput = errors.New("the output of a command is limited to 4 MiB")
	errPiped  = errors.New("pipes and substitutions are limited to 1 MiB")
	errSteps  = errors.New("the command does too much for a simulated instance")
	errDepth  = errors.New("the command nests too deeply")
	errValue  = errors.New("Argument list too long") //nolint:staticcheck // the words of bash
)

// budget is what remains of the limits for a command, with all its subshells.
type budget struct {
	steps  int
	output int
	piped  int
	depth  int
	text   int   // the length of the texts that are being run, whose trees are in memory
	err    error // what ended the command: an error from above, or one of a stream

	reported bool // the error was shown
}

// renew begins the next command. An error of a stream stays.
func (b *budget) renew() {
	b.steps, b.output, b.piped, b.reported = maxSteps, maxOutput, maxPiped, false
	if isLimit(b.err) {
		b.err = nil
	}
}

// isLimit reports whether an error ends a command only, and not its shell.
func isLimit(err error) bool {
	for _, limit := range []error{errOutput, errPiped, errSteps, errDepth, errValue, ErrInterrupted} {
		if errors.Is(err, limit) {
			return true
		}
	}
	return false
}

// spend uses a step, and more for a text of some length. It reports whether the command may
// continue.
func (b *budget) spend(length int) bool {
	b.steps -= 1 + length/stepBytes
	if b.steps < 0 {
		b.end(errSteps)
	}
	return b.err == nil
}

// enter is spend for what may nest. If it returns true, the caller must call leave.
func (b *budget) enter() bool {
	if b.depth == maxDepth {
		b.end(errDepth)
		return false
	}
	if !b.spend(0) {
		return false
	}
	b.depth++
	return true
}

func (b *budget) leave() { b.depth-- }

// end ends the command with an error, unless it has ended before.
func (b *budget) end(err error) {
	if b.err == nil {
		b.err = err
	}
}

// meteredWriter writes as much as the budget permits. Commands may ignore its errors, because
// the budget keeps them.
type meteredWriter struct {
	to     io.Writer
	budget *budget
	pipe   bool
}

func (w *meteredWriter) Write(p []byte) (int, error) {
	if w.budget.err != nil {
		return 0, w.budget.err
	}
	if w.pipe {
		if w.budget.piped -= len(p); w.budget.piped < 0 {
			w.budget.end(errPiped)
			return 0, errPiped
		}
	}
	if w.budget.output -= len(p); w.budget.output < 0 {
		w.budget.end(errOutput)
		return 0, errOutput
	}
	n, err := w.to.Write(p)
	if err != nil {
		w.budget.end(err)
	}
	return n, err
}
