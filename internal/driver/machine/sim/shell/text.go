package shell

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	regexpsyntax "regexp/syntax"
	"slices"
	"strconv"
	"strings"
)

// eachLine calls use with each line of files, or of the input, until use returns false. It
// returns 0, or another status after an error.
func (s *Shell) eachLine(command string, names []string, use func(line string) bool) int {
	if len(names) == 0 {
		names = []string{"-"}
	}
	result := 0
	for _, name := range names {
		in := s.in
		if name != "-" {
			text, err := s.readFile(name)
			if err != nil {
				result = s.fail(1, command, fmt.Sprintf("%s: %v", name, err))
				continue
			}
			in = &textInput{text: []byte(text)}
		}
		result = max(result, s.eachLineOf(in, use))
	}
	return result
}

func (s *Shell) eachLineOf(in Input, use func(line string) bool) int {
	for {
		line, status, ended := s.readLine(in)
		if ended {
			return status
		}
		if !s.budget.spend(len(line)) || !use(strings.TrimSuffix(line, "\n")) {
			return 0
		}
	}
}

// readLine reads a line for a command. When there is none, the command ends with the status.
func (s *Shell) readLine(in Input) (line string, status int, ended bool) {
	line, err := in.ReadLine("")
	switch {
	case errors.Is(err, ErrInterrupted):
		return "", s.interrupt(), true
	case errors.Is(err, io.EOF):
		return "", 0, true
	case err != nil:
		return "", 1, true
	}
	return line, 0, false
}

// kept are lines that a command keeps until it has read all.
type kept struct {
	lines []string
	size  int
}

// keep adds a line, and reports whether there was room.
func (s *Shell) keep(k *kept, line string) bool {
	const lineSize = 16
	if k.size += len(line) + lineSize; k.size > maxPiped {
		s.budget.end(errPiped)
		return false
	}
	k.lines = append(k.lines, line)
	return true
}

// options parses one-letter options. Those before a ":" in flags have values. It returns the
// options, the other arguments, and whether all options are known.
func options(args []string, flags string) (set map[byte]string, names []string, ok bool) {
	set = map[byte]string{}
	for args = args[1:]; len(args) > 0; args = args[1:] {
		arg := args[0]
		if arg == "--" {
			return set, args[1:], true
		}
		if len(arg) < 2 || arg[0] != '-' {
			return set, args, true
		}
		for i := 1; i < len(arg); i++ {
			at := strings.IndexByte(flags, arg[i])
			if at < 0 || arg[i] == ':' {
				return nil, nil, false
			}
			if at+1 == len(flags) || flags[at+1] != ':' {
				set[arg[i]] = ""
				continue
			}
			value := arg[i+1:]
			if value == "" && len(args) > 1 {
				value, args = args[1], args[1:]
			}
			set[arg[i]] = value
			break
		}
	}
	return set, nil, true
}

func (s *Shell) badOption(args []string) int { return s.fail(statusMisuse, args[0], "invalid option") }

// grep prints the lines that match an expression.
func grep(s *Shell, args []string) int {
	set, names, ok := options(args, "EFce:hinoqsvw")
	if !ok {
		return s.badOption(args)
	}
	expression, given := set['e']
	if !given {
		if len(names) == 0 {
			return s.fail(statusMisuse, "grep", "usage: grep [-EFcinqvw] pattern [files]")
		}
		expression, names = names[0], names[1:]
	}
	match, err := s.matcher(expression, set)
	if err != nil {
		return s.fail(statusMisuse, "grep", err.Error())
	}
	found, number := 0, 0
	failed := s.eachLine("grep", names, func(line string) bool {
		number++
		if match(line) == has(set, 'v') {
			return s.budget.err == nil
		}
		found++
		if !has(set, 'c') && !has(set, 'q') {
			if has(set, 'n') {
				line = strconv.Itoa(number) + ":" + line
			}
			s.print(line + "\n")
		}
		return !has(set, 'q')
	})
	if has(set, 'c') {
		s.printf("%d\n", found)
	}
	if failed != 0 {
		return statusMisuse
	}
	return status(found > 0)
}

func has(set map[byte]string, flag byte) bool { _, ok := set[flag]; return ok }

// The limits of a regular expression: the lengths of its text and of its program. A short text
// can have a long program.
const (
	maxExpression = 256
	maxProgram    = 1000
)

var errTooLongPattern = errors.New("the pattern is too long")

// matcher returns a function that finds a regular expression in a line, in linear time.
func (s *Shell) matcher(expression string, set map[byte]string) (func(string) bool, error) {
	if len(expression) > maxExpression {
		return nil, errTooLongPattern
	}
	s.budget.spend(len(expression) * stepBytes)
	if has(set, 'F') {
		expression = regexp.QuoteMeta(expression)
	}
	if has(set, 'w') {
		expression = `\b(?:` + expression + `)\b`
	}
	if has(set, 'i') {
		expression = "(?i)" + expression
	}
	size, err := programSize(expression)
	if err != nil {
		return nil, errors.New("invalid pattern")
	}
	if size > maxProgram {
		return nil, errTooLongPattern
	}
	compiled, err := regexp.Compile(expression)
	if err != nil {
		return nil, errors.New("invalid pattern")
	}
	return func(line string) bool { return s.budget.spend(len(line)*size) && compiled.MatchString(line) }, nil
}

// programSize returns the number of instructions of a regular expression.
func programSize(expression string) (int, error) {
	parsed, err := regexpsyntax.Parse(expression, regexpsyntax.Perl)
	if err != nil {
		return 0, err
	}
	program, err := regexpsyntax.Compile(parsed.Simplify())
	if err != nil {
		return 0, err
	}
	return len(program.Inst), nil
}

// count parses -n 5 and -5, and returns the number and the other arguments.
func count(args []string) (n int, rest []string, ok bool) {
	rest = slices.Clone(args)
	if len(rest) > 1 && len(rest[1]) > 1 && rest[1][0] == '-' && rest[1][1] >= '0' && rest[1][1] <= '9' {
		rest[1] = "-n" + rest[1][1:]
	}
	set, names, ok := options(rest, "n:")
	if !ok {
		return 0, nil, false
	}
	n = 10
	if value, given := set['n']; given {
		var err error
		if n, err = strconv.Atoi(value); err != nil || n < 0 {
			return 0, nil, false
		}
	}
	return n, names, true
}

// head prints the first lines.
func head(s *Shell, args []string) int {
	n, names, ok := count(args)
	if !ok {
		return s.badOption(args)
	}
	left := n
	return s.eachLine("head", names, func(line string) bool {
		if left == 0 {
			return false
		}
		left--
		s.print(line + "\n")
		return left > 0
	})
}

// tail prints the last lines.
func tail(s *Shell, args []string) int {
	n, names, ok := count(args)
	if !ok {
		return s.badOption(args)
	}
	var all kept
	result := s.eachLine("tail", names, func(line string) bool { return s.keep(&all, line) })
	for _, line := range all.lines[max(len(all.lines)-n, 0):] {
		s.print(line + "\n")
	}
	return result
}

// wc counts lines, words and bytes.
func wc(s *Shell, args []string) int {
	set, names, ok := options(args, "lwc")
	if !ok {
		return s.badOption(args)
	}
	counts := map[byte]int{}
	result := s.eachLine("wc", names, func(line string) bool {
		counts['l']++
		counts['w'] += len(strings.Fields(line))
		counts['c'] += len(line) + 1
		return true
	})
	var shown []string
	for _, flag := range []byte("lwc") {
		if len(set) == 0 || has(set, flag) {
			shown = append(shown, strconv.Itoa(counts[flag]))
		}
	}
	if len(names) == 1 {
		shown = append(shown, names[0])
	}
	s.print(strings.Join(shown, " ") + "\n")
	return result
}

// sortLines is the command sort.
func sortLines(s *Shell, args []string) int {
	set, names, ok := options(args, "nru")
	if !ok {
		return s.badOption(args)
	}
	var all kept
	result := s.eachLine("sort", names, func(line string) bool { return s.keep(&all, line) })
	slices.SortStableFunc(all.lines, func(a, b string) int {
		order := strings.Compare(a, b)
		if has(set, 'n') {
			x, _ := strconv.Atoi(strings.TrimSpace(a))
			y, _ := strconv.Atoi(strings.TrimSpace(b))
			if x != y {
				order = x - y
			}
		}
		if has(set, 'r') {
			order = -order
		}
		return order
	})
	if has(set, 'u') {
		all.lines = slices.Compact(all.lines)
	}
	for _, line := range all.lines {
		s.print(line + "\n")
	}
	return result
}

// cut prints one field of each line.
func cut(s *Shell, args []string) int {
	set, names, ok := options(args, "d:f:")
	if !ok {
		return s.badOption(args)
	}
	n, err := strconv.Atoi(set['f'])
	delimiter, given := set['d']
	if !given {
		delimiter = "\t"
	}
	if err != nil || n < 1 || len(delimiter) != 1 {
		return s.fail(1, "cut", "usage: cut [-d character] -f number [files]")
	}
	return s.eachLine("cut", names, func(line string) bool {
		fields := strings.Split(line, delimiter)
		switch {
		case len(fields) == 1:
			s.print(line + "\n")
		case n <= len(fields):
			s.print(fields[n-1] + "\n")
		default:
			s.print("\n")
		}
		return s.budget.err == nil
	})
}
