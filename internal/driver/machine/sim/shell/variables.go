package shell

import (
	"maps"
	"slices"
	"strconv"
)

// variables are those that commands have set. All others follow from the instance.
type variables struct {
	values   map[string]string
	exported map[string]bool
	size     int // of all names and values
}

// variableSize is the memory of a variable beside its text.
const variableSize = 64

func (v *variables) clone() variables {
	return variables{values: maps.Clone(v.values), exported: maps.Clone(v.exported), size: v.size}
}

// inherited returns the variables of a new shell, which are those that are exported.
func (v *variables) inherited() variables {
	var child variables
	for name := range v.exported {
		if value, ok := v.values[name]; ok {
			child.set(name, value)
			child.export(name)
		}
	}
	return child
}

// set sets a variable, and reports whether there is room for it.
func (v *variables) set(name, value string) bool {
	size := v.size + len(value)
	if old, ok := v.values[name]; ok {
		size -= len(old)
	} else {
		size += len(name) + variableSize
	}
	if size > maxVariables {
		return false
	}
	if v.values == nil {
		v.values = map[string]string{}
	}
	v.values[name], v.size = value, size
	return true
}

// unset removes a variable.
func (v *variables) unset(name string) {
	if value, ok := v.values[name]; ok {
		v.size -= len(name) + len(value) + variableSize
		delete(v.values, name)
	}
	delete(v.exported, name)
}

// export makes a variable part of the environment.
func (v *variables) export(name string) {
	if v.exported == nil {
		v.exported = map[string]bool{}
	}
	if len(v.exported) < maxVariables/variableSize {
		v.exported[name] = true
	}
}

// readOnly names the variables that cannot be set.
var readOnly = []string{"EUID", "UID"}

// set sets a variable. It reports false, after a message, if that is not possible.
func (s *Shell) set(name, value string) bool {
	switch {
	case slices.Contains(readOnly, name):
		s.status = s.fail(1, "bash", name+": readonly variable")
		return false
	case !s.budget.spend(len(value)):
		return false
	case len(value) > maxValue || !s.variables.set(name, value):
		s.budget.end(errValue)
		return false
	}
	return true
}

// environment names the variables that are always part of the environment.
var environment = []string{"HOME", "LANG", "LOGNAME", "PATH", "PWD", "SHELL", "USER"}

// exportedNames returns the names of all variables of the environment, in order.
func (s *Shell) exportedNames() []string {
	if !s.budget.spend(stepBytes / 4 * len(s.variables.exported)) {
		return nil
	}
	names := slices.Clone(environment)
	for name := range s.variables.exported {
		if _, ok := s.variables.values[name]; ok && !slices.Contains(environment, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// variable returns the value of a variable, and whether it is set.
func (s *Shell) variable(name string) (string, bool) {
	if value, ok := s.variables.values[name]; ok {
		return value, true
	}
	if position, err := strconv.Atoi(name); err == nil {
		return s.param(position)
	}
	switch name {
	case "?":
		return strconv.Itoa(s.status), true
	case "#":
		return strconv.Itoa(len(s.params)), true
	case "$":
		return "1000", true
	case "HOME":
		return s.home(), true
	case "HOSTNAME":
		return s.instance.Hostname, true
	case "LANG":
		return "C.UTF-8", true
	case "LOGNAME", "USER":
		return s.user(), true
	case "PATH":
		return "/usr/local/bin:/usr/bin:/bin", true
	case "PWD":
		return s.dir, true
	case "SHELL":
		return "/bin/bash", true
	case "UID", "EUID":
		return strconv.Itoa(s.uid()), true
	}
	return "", false
}

// param returns a positional parameter, and whether it is set. $0 is the name of the shell.
func (s *Shell) param(position int) (string, bool) {
	switch {
	case position == 0:
		return "bash", true
	case position > 0 && position <= len(s.params):
		return s.params[position-1], true
	}
	return "", false
}
