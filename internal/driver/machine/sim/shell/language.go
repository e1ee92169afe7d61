package shell

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// eval runs its arguments as commands.
func eval(s *Shell, args []string) int {
	text := strings.Join(args[1:], " ")
	stmts, err := s.parse(text)
	if err != nil {
		return s.fail(statusMisuse, "bash", "eval: "+err.Error())
	}
	defer s.parsed(text)()
	s.status = 0
	s.stmts(stmts)
	return s.status
}

// set sets the positional parameters, and -e. Other options change nothing.
func set(s *Shell, args []string) int {
	for args = args[1:]; len(args) > 0; args = args[1:] {
		option := args[0]
		switch {
		case option == "--":
			s.params = args[1:]
			return 0
		case len(option) < 2 || option[0] != '-' && option[0] != '+':
			s.params = args
			return 0
		}
		on, name := option[0] == '-', ""
		if strings.HasSuffix(option, "o") && len(args) > 1 {
			name, args = args[1], args[1:]
		}
		if strings.Contains(option, "e") || name == "errexit" {
			s.errexit = on
		}
	}
	return 0
}

func shift(s *Shell, args []string) int {
	n := 1
	if len(args) > 1 {
		var err error
		if n, err = strconv.Atoi(args[1]); err != nil || n < 0 {
			return s.fail(1, "shift", args[1]+": numeric argument required")
		}
	}
	if n > len(s.params) {
		return 1
	}
	s.params = s.params[n:]
	return 0
}

func unset(s *Shell, args []string) int {
	for _, name := range args[1:] {
		s.variables.unset(name)
		delete(s.functions, name)
	}
	return 0
}

// read reads a line of the input into variables. The last one gets the rest.
func read(s *Shell, args []string) int {
	names, prompt := []string{"REPLY"}, ""
	for args = args[1:]; len(args) > 0; args = args[1:] {
		switch {
		case args[0] == "-r":
			continue
		case args[0] == "-p" && len(args) > 1:
			prompt, args = args[1], args[1:]
			continue
		case strings.HasPrefix(args[0], "-"):
			return s.fail(statusMisuse, "read", args[0]+": invalid option")
		}
		names = args
		break
	}
	if i := slices.IndexFunc(names, func(name string) bool { return !syntax.ValidName(name) }); i >= 0 {
		return s.fail(1, "read", fmt.Sprintf("`%s': not a valid identifier", names[i]))
	}
	line, err := s.in.ReadLine(prompt)
	if errors.Is(err, ErrInterrupted) {
		return s.interrupt()
	}
	rest := strings.TrimSuffix(line, "\n")
	if separators, set := s.variable("IFS"); !set || separators != "" {
		rest = strings.Trim(rest, " \t")
	}
	for i, name := range names {
		value := rest
		if i < len(names)-1 {
			end := strings.IndexAny(rest+" ", " \t")
			value, rest = rest[:end], strings.TrimLeft(rest[end:], " \t")
		}
		if !s.set(name, value) {
			return 1
		}
	}
	return status(err == nil && strings.HasSuffix(line, "\n"))
}

// commandNamed is for "command -v", type and which, which describe a name. Without an option,
// command runs the command of that name.
func commandNamed(s *Shell, args []string) int {
	names := args[1:]
	if args[0] == "command" {
		if len(names) == 0 || names[0] != "-v" && names[0] != "-V" {
			if len(names) == 0 {
				return 0
			}
			return s.callCommand(names)
		}
		names = names[1:]
	}
	result := 0
	for _, name := range names {
		if text := s.meaning(args[0], name); text != "" {
			s.print(text + "\n")
			continue
		}
		result = 1
		if args[0] == "type" {
			s.fail(1, "bash", "type: "+name+": not found")
		}
	}
	return result
}

// meaning describes a name in the words of a command, or returns "" for an unknown name.
func (s *Shell) meaning(command, name string) string {
	_, function := s.functions[name]
	_, known := s.commands[name]
	switch {
	case command == "type" && function:
		return name + " is a function"
	case function && command == "command":
		return name
	case !known:
		return ""
	case slices.Contains(ofShell, name):
		return map[string]string{"type": name + " is a shell builtin", "command": name}[command]
	case command == "type":
		return name + " is /usr/bin/" + name
	}
	return "/usr/bin/" + name
}

// printf prints its arguments in a format. It repeats the format until all are printed.
func printf(s *Shell, args []string) int {
	if len(args) < 2 {
		return s.fail(statusMisuse, "printf", "usage: printf format [arguments]")
	}
	format, args := escapes.Replace(args[1]), args[2:]
	for first := true; first || len(args) > 0; first = false {
		before := len(args)
		if args = s.printOnce(format, args); len(args) == before || !s.budget.spend(len(format)) {
			break
		}
	}
	return 0
}

// printOnce prints a format once, and returns the arguments that it did not use.
func (s *Shell) printOnce(format string, args []string) []string {
	for {
		text, rest, found := strings.Cut(format, "%")
		s.print(text)
		if !found {
			return args
		}
		length := len(rest) - len(strings.TrimLeft(rest, "-0123456789."))
		if length == len(rest) || length > 6 {
			s.fail(1, "printf", "%"+rest[:min(length, 6)]+": invalid directive")
			return nil
		}
		options, verb := rest[:length], rest[length]
		format = rest[length+1:]
		if verb == '%' {
			s.print("%")
			continue
		}
		arg := ""
		if len(args) > 0 {
			arg, args = args[0], args[1:]
		}
		s.convert(options, verb, arg)
	}
}

// convert prints an argument in a conversion such as %-8s.
func (s *Shell) convert(options string, verb byte, arg string) {
	switch verb {
	case 's':
		s.printf("%"+options+"s", arg)
	case 'b':
		s.printf("%"+options+"s", escapes.Replace(arg))
	case 'q':
		s.print("'" + strings.ReplaceAll(arg, "'", `'\''`) + "'")
	case 'd', 'i', 'x', 'X', 'o', 'u':
		if verb == 'i' || verb == 'u' {
			verb = 'd'
		}
		s.printf("%"+options+string(verb), s.number(arg))
	default:
		s.fail(1, "printf", "%"+string(verb)+": invalid directive")
	}
}

// seq prints numbers.
func seq(s *Shell, args []string) int {
	numbers := make([]int, len(args)-1)
	for i, arg := range args[1:] {
		n, err := strconv.Atoi(arg)
		if err != nil {
			return s.fail(1, "seq", fmt.Sprintf("invalid integer argument: '%s'", arg))
		}
		numbers[i] = max(min(n, 1<<40), -1<<40)
	}
	switch len(numbers) {
	case 1:
		numbers = []int{1, 1, numbers[0]}
	case 2:
		numbers = []int{numbers[0], 1, numbers[1]}
	case 3:
	default:
		return s.fail(1, "seq", "usage: seq [first [step]] last")
	}
	first, step, last := numbers[0], numbers[1], numbers[2]
	if step == 0 {
		return s.fail(1, "seq", "invalid zero increment value")
	}
	for n := first; (step > 0 && n <= last || step < 0 && n >= last) && s.budget.spend(0); n += step {
		s.printf("%d\n", n)
	}
	return 0
}
