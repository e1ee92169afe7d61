package actions

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/families"
	"github.com/lanyard-cloud/lanyard/internal/model"
)

// step is a line of a script: a call, or a wait.
type step struct {
	line         string
	action, body string
	// keep is the name of what is kept of the answer, and path is where it is there.
	keep, path string
	wait       time.Duration
}

// file is the script that the step is in.
func (st step) file() string {
	name, _, _ := strings.Cut(st.line, ":")
	return name
}

// script is all steps, by part.
type script map[string][]step

// parts in the order in which they are played.
var parts = []string{"make", "once", "use", "delete"}

var (
	stepForm = regexp.MustCompile(`^([A-Z][A-Za-z]+) (\{.*\})(?: -> ([a-z]+)=([A-Za-z0-9.]+))?$`)
	variable = regexp.MustCompile(`\{([a-z]+)\}`)
)

// readScript reads the scripts of all families, and wants a call of each action that is built.
func readScript(t testing.TB) script {
	t.Helper()
	files, err := filepath.Glob("testdata/script/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	s := script{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		part := ""
		for n, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
			switch name, isPart := strings.CutPrefix(line, "["); {
			case isPart:
				part = strings.TrimSuffix(name, "]")
			case line != "":
				s[part] = append(s[part], parseStep(t, file+":"+strconv.Itoa(n+1), line))
			}
		}
	}
	s.check(t)
	return s
}

func parseStep(t testing.TB, at, line string) step {
	t.Helper()
	if text, waits := strings.CutPrefix(line, "wait "); waits {
		d, err := time.ParseDuration(text)
		if err != nil {
			t.Fatalf("%s: %v", at, err)
		}
		return step{line: at, wait: d}
	}
	m := stepForm.FindStringSubmatch(line)
	if m == nil {
		t.Fatalf("%s: %s is not a call: want Action {…} -> name=path", at, line)
	}
	return step{line: at, action: m[1], body: m[2], keep: m[3], path: m[4]}
}

func (s script) check(t testing.TB) {
	t.Helper()
	if got := slices.Sorted(maps.Keys(s)); !slices.Equal(got, slices.Sorted(slices.Values(parts))) {
		t.Fatalf("the scripts have the parts %q, want %q", got, parts)
	}
	called := map[string]bool{}
	for _, step := range s.of(parts...) {
		called[step.action] = true
	}
	for _, name := range built() {
		if !called[name] {
			t.Errorf("no script calls %s: add a line to testdata/script", name)
		}
	}
}

// of are the steps of some parts.
func (s script) of(parts ...string) (all []step) {
	for _, part := range parts {
		all = append(all, s[part]...)
	}
	return all
}

// built are the names of the actions that do something: all but those that every resource refuses.
func built() (names []string) {
	for _, a := range api.Describe(families.All(families.Deps{}).Actions) {
		if !a.Refused {
			names = append(names, a.Name)
		}
	}
	return names
}

// access is the row of an action in the access table.
func access(action string) model.Access {
	row, _ := model.LookupAccess(action)
	return row
}

// vars are what stands for the names in braces.
type vars map[string]string

// teamVars are those of a team.
func teamVars(team string) vars { return vars{"team": team, "new": team} }

// with is the same with another value.
func (v vars) with(name, value string) vars {
	v = maps.Clone(v)
	v[name] = value
	return v
}

// fill puts the values into a text. A name without a value stays as it is.
func (v vars) fill(text string) string {
	text = strings.ReplaceAll(text, "{tags}", `"tags":[{"key":"team","value":"{team}"}]`)
	return variable.ReplaceAllStringFunc(text, func(name string) string {
		if value, ok := v[name[1:len(name)-1]]; ok {
			return value
		}
		return name
	})
}
