// Package scripts reads calls that tests play: in an order in which all of them succeed, for each action of the API.
//
// A script is a file of calls about one family of actions. Each line is an action with its input, in these parts:
//
//	[make]   makes one of each kind; it can be played for several teams in one account
//	[once]   makes what an account has one of
//	[use]    calls all other actions
//	[delete] deletes what [make] and [once] made
//
// In an input, {team} is the name of a team, {new} a part of names that is not used yet, and {tags} stands for the
// member tags with the team's name. A line that ends in "-> name=path" keeps a member of the answer for {name}
// in later lines. "wait 5m" puts the clock forward. The parts of all files are played before the next part of any.
//
// The package does not play them: tests do, against their own servers.
package scripts

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lanyard-cloud/lanyard/test/inputs"
)

// Step is a line of a script: a call, or a wait.
type Step struct {
	// Line is the file and the number of the line, as in "domains.txt:5".
	Line         string
	Action, Body string
	// Keep is the name of what is kept of the answer, and Path is where it is there.
	Keep, Path string
	// Wait is how far the clock is put forward; then there is no call.
	Wait time.Duration
}

// File is the script that the step is in.
func (st Step) File() string {
	name, _, _ := strings.Cut(st.Line, ":")
	return name
}

// Script is all steps, by part.
type Script map[string][]Step

// Parts in the order in which they are played.
var Parts = []string{"make", "once", "use", "delete"}

// Variable is a name in braces, in an input.
var Variable = regexp.MustCompile(`\{([a-z]+)\}`)

var stepForm = regexp.MustCompile(`^([A-Z][A-Za-z]+) (\{.*\})(?: -> ([a-z]+)=([A-Za-z0-9.]+))?$`)

// Read reads the scripts in a folder. It returns an error if a line is not a step, or if they do not have all parts and no others.
func Read(dir string) (Script, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil {
		return nil, err
	}
	s := Script{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if err := s.read(file, string(text)); err != nil {
			return nil, err
		}
	}
	if got := slices.Sorted(maps.Keys(s)); !slices.Equal(got, slices.Sorted(slices.Values(Parts))) {
		return nil, fmt.Errorf("the scripts in %s have the parts %q, want %q", dir, got, Parts)
	}
	return s, nil
}

func (s Script) read(file, text string) error {
	part := ""
	for n, line := range strings.Split(strings.TrimSpace(text), "\n") {
		switch name, isPart := strings.CutPrefix(line, "["); {
		case isPart:
			part = strings.TrimSuffix(name, "]")
		case line != "":
			st, err := Parse(file+":"+strconv.Itoa(n+1), line)
			if err != nil {
				return err
			}
			s[part] = append(s[part], st)
		}
	}
	return nil
}

// Parse reads a line, and at is where it is.
func Parse(at, line string) (Step, error) {
	if text, waits := strings.CutPrefix(line, "wait "); waits {
		d, err := time.ParseDuration(text)
		if err != nil {
			return Step{}, fmt.Errorf("%s: %w", at, err)
		}
		return Step{Line: at, Wait: d}, nil
	}
	m := stepForm.FindStringSubmatch(line)
	if m == nil {
		return Step{}, fmt.Errorf("%s: %s is not a call: want Action {…} -> name=path", at, line)
	}
	return Step{Line: at, Action: m[1], Body: m[2], Keep: m[3], Path: m[4]}, nil
}

// Of are the steps of some parts.
func (s Script) Of(parts ...string) (all []Step) {
	for _, part := range parts {
		all = append(all, s[part]...)
	}
	return all
}

// Inputs returns a maker that knows the inputs of the scripts.
func (s Script) Inputs() (*inputs.Maker, error) {
	known := map[string][]string{}
	for _, st := range s.Of("use", "make", "once", "delete") { // those of use say more
		if st.Wait == 0 {
			known[st.Action] = append(known[st.Action], Vars{}.Fill(st.Body))
		}
	}
	return inputs.NewMaker(known)
}

// Vars are what stands for the names in braces.
type Vars map[string]string

// Team are those of a team.
func Team(team string) Vars { return Vars{"team": team, "new": team} }

// With is the same with another value.
func (v Vars) With(name, value string) Vars {
	v = maps.Clone(v)
	v[name] = value
	return v
}

// Fill puts the values into a text. A name without a value stays as it is.
func (v Vars) Fill(text string) string {
	text = strings.ReplaceAll(text, "{tags}", `"tags":[{"key":"team","value":"{team}"}]`)
	return Variable.ReplaceAllStringFunc(text, func(name string) string {
		if value, ok := v[name[1:len(name)-1]]; ok {
			return value
		}
		return name
	})
}

// At is what is in an answer at a path; nil if nothing is. The path's numbers are places in lists.
func At(answer any, path string) any {
	v := answer
	for name := range strings.SplitSeq(path, ".") {
		switch at := v.(type) {
		case map[string]any:
			v = at[name]
		case []any:
			n, err := strconv.Atoi(name)
			if err != nil || n >= len(at) {
				return nil
			}
			v = at[n]
		}
	}
	return v
}
