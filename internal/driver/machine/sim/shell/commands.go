package shell

import (
	"fmt"
	"slices"
	"strings"
)

// builtin runs a command; args[0] is the name it was called by. It returns the status.
type builtin func(s *Shell, args []string) int

// builtins returns all commands.
func builtins() map[string]builtin {
	return map[string]builtin{
		":":        func(*Shell, []string) int { return 0 },
		"[":        test,
		"bash":     bash,
		"break":    breakLoops,
		"cat":      cat,
		"cd":       cd,
		"command":  commandNamed,
		"continue": breakLoops,
		"cut":      cut,
		"date":     date,
		"df":       df,
		"echo":     echo,
		"env":      env,
		"eval":     eval,
		"exit":     exit,
		"false":    func(*Shell, []string) int { return 1 },
		"free":     free,
		"grep":     grep,
		"head":     head,
		"help":     help,
		"hostname": hostname,
		"id":       id,
		"logout":   exit,
		"ls":       ls,
		"nproc":    nproc,
		"printenv": env,
		"printf":   printf,
		"pwd":      pwd,
		"read":     read,
		"return":   returnFrom,
		"seq":      seq,
		"set":      set,
		"sh":       bash,
		"shift":    shift,
		"sort":     sortLines,
		"sudo":     sudo,
		"tail":     tail,
		"test":     test,
		"true":     func(*Shell, []string) int { return 0 },
		"type":     commandNamed,
		"uname":    uname,
		"unset":    unset,
		"uptime":   uptime,
		"wc":       wc,
		"which":    commandNamed,
		"whoami":   whoami,
	}
}

func help(s *Shell, _ []string) int {
	var names []string
	for name := range s.commands {
		names = append(names, name)
	}
	slices.Sort(names)
	s.print("A simulated instance knows bash's language, without background jobs, arrays and files that can be written, and these commands:\n" +
		strings.Join(names, " ") + "\n")
	return 0
}

// bash runs another shell, for the text after -c or for the input.
func bash(s *Shell, args []string) int {
	if s.shells == maxShells {
		return s.fail(1, args[0], "too many shells within one another")
	}
	child := s.subshell()
	child.shells++
	child.variables = s.variables.inherited()
	child.params, child.functions, child.errexit, child.loops, child.tested = nil, nil, false, 0, 0
	for i, arg := range args[1:] {
		if !strings.HasPrefix(arg, "-") {
			return s.fail(statusNotFound, args[0], arg+": No such file or directory")
		}
		if strings.Contains(arg, "c") {
			child.errexit = child.errexit || strings.Contains(arg, "e")
			if i+2 == len(args) {
				return s.fail(statusMisuse, args[0], "-c: option requires an argument")
			}
			if i+4 <= len(args) {
				child.params = args[i+4:]
			}
			return child.Exec(args[i+2])
		}
		if strings.Trim(arg, "-eilsux") != "" {
			return s.fail(statusMisuse, args[0], arg+": invalid option")
		}
		child.errexit = child.errexit || strings.Contains(arg, "e")
	}
	child.status = 0
	return child.loop(s.terminal)
}

// sudo runs a command as root. The user of an instance needs no password for it.
func sudo(s *Shell, args []string) int {
	args = args[1:]
	for len(args) > 0 && slices.Contains([]string{"-n", "-E", "-H"}, args[0]) {
		args = args[1:]
	}
	if len(args) == 1 && (args[0] == "-i" || args[0] == "-s") {
		args = []string{"bash"}
	}
	if len(args) == 0 || strings.HasPrefix(args[0], "-") {
		return s.fail(1, "sudo", "usage: sudo [-n] command, or sudo -i")
	}
	was := s.root
	s.root = true
	defer func() { s.root = was }()
	if _, ok := s.commands[args[0]]; !ok && !strings.Contains(args[0], "/") || slices.Contains(ofShell, args[0]) {
		return s.fail(1, "sudo", args[0]+": command not found")
	}
	return s.callCommand(args)
}

// ofShell names the commands that change the shell, and so are not programs.
var ofShell = []string{"break", "cd", "continue", "eval", "exit", "logout", "read", "return", "set", "shift", "unset"}

func echo(s *Shell, args []string) int {
	args = args[1:]
	end := "\n"
	if len(args) > 0 && args[0] == "-n" {
		args, end = args[1:], ""
	}
	s.print(strings.Join(args, " ") + end)
	return 0
}

func pwd(s *Shell, _ []string) int {
	s.print(s.dir + "\n")
	return 0
}

// env prints the variables of the environment. printenv prints those that are named.
func env(s *Shell, args []string) int {
	if len(args) == 1 {
		for _, name := range s.exportedNames() {
			value, _ := s.variable(name)
			s.print(name + "=" + value + "\n")
		}
		return 0
	}
	if args[0] == "env" {
		return s.fail(statusNotFound, args[0], args[1]+": not simulated")
	}
	status := 0
	for _, name := range args[1:] {
		if !slices.Contains(s.exportedNames(), name) {
			status = 1
			continue
		}
		value, _ := s.variable(name)
		s.print(value + "\n")
	}
	return status
}

// cat prints files, or the input if no file is named.
func cat(s *Shell, args []string) int {
	if len(args) == 1 {
		args = append(args, "-")
	}
	status := 0
	for _, name := range args[1:] {
		if name == "-" {
			status = max(status, s.copyInput())
			continue
		}
		text, err := s.readFile(name)
		if err != nil {
			status = s.fail(1, "cat", fmt.Sprintf("%s: %v", name, err))
			continue
		}
		s.print(text)
	}
	return status
}

// copyInput prints the rest of the input, while it can be written.
func (s *Shell) copyInput() int {
	for s.budget.err == nil {
		line, status, ended := s.readLine(s.in)
		if ended {
			return status
		}
		s.print(line)
	}
	return 1
}

// interrupt ends the command, with its loops, after Ctrl-C.
func (s *Shell) interrupt() int {
	s.budget.end(ErrInterrupted)
	return statusInterrupted
}

func cd(s *Shell, args []string) int {
	to := s.home()
	if len(args) > 1 {
		to = args[1]
	}
	path := s.path(to)
	switch info, err := s.stat(path); {
	case err != nil:
		return s.fail(1, "cd", fmt.Sprintf("%s: %v", to, err))
	case !info.dir:
		return s.fail(1, "cd", to+": Not a directory")
	}
	s.dir = path
	return 0
}
