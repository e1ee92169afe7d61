package actions

import (
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/families"
	"github.com/lanyard-cloud/lanyard/internal/model"
	"github.com/lanyard-cloud/lanyard/test/scripts"
)

type (
	step   = scripts.Step
	script = scripts.Script
	vars   = scripts.Vars
	// signer is who calls, and where.
	signer = scripts.Signer
)

// readScript reads the scripts of all families, and wants a call of each action that is built.
func readScript(t testing.TB) script {
	t.Helper()
	s, err := scripts.Read("testdata/script")
	if err != nil {
		t.Fatal(err)
	}
	called := map[string]bool{}
	for _, st := range s.Of(scripts.Parts...) {
		called[st.Action] = true
	}
	for _, name := range built() {
		if !called[name] {
			t.Errorf("no script calls %s: add a line to testdata/script", name)
		}
	}
	return s
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
