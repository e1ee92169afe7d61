package actions

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/model"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/server"
	"github.com/lanyard-cloud/lanyard/test/scripts"
)

// operationID is the id of an operation in an answer.
type operationID = string

// operationsIn are the operations that an answer of a write carries, as it shows them.
func operationsIn(a answer) map[operationID]any {
	found := map[operationID]any{}
	list, _ := a.doc["operations"].([]any)
	if one, ok := a.doc["operation"]; ok {
		list = append(list, one)
	}
	for _, op := range list {
		members, _ := op.(map[string]any)
		id, _ := members["id"].(string)
		found[id] = op
	}
	return found
}

// allOperations are the operations of a region, of all its pages.
func (s *site) allOperations(as signer) map[operationID]any {
	s.t.Helper()
	all := map[operationID]any{}
	for body := "{}"; ; {
		a := s.call(as, "GetOperations", body)
		maps.Copy(all, operationsIn(a))
		token := a.text("nextPageToken")
		if token == "" {
			return all
		}
		text, err := json.Marshal(map[string]string{"pageToken": token})
		if err != nil {
			s.t.Fatal(err)
		}
		body = string(text)
	}
}

// mute reports whether the operations are of an action whose answers cannot carry them.
func mute(operationType string) bool {
	a, known := model.LookupAction(operationType)
	return known && !hasField(a.NewOutput(), "Operations") && !hasField(a.NewOutput(), "Operation")
}

// unsaid reports whether an operation is one that no answer has: the default key pair is made on the way, by the first
// call that needs it, and the answers of some actions cannot carry theirs.
func unsaid(op any) bool {
	doc := op.(map[string]any)
	return doc["resourceName"] == resource.DefaultKeyPairName || mute(doc["operationType"].(string))
}

// TestActions_leaveTheOperationsOfTheirAnswers takes each step of the scripts, with AWS's durations. GetOperations
// has just the operations that answers carried, as they carried them. An action whose answers carry none leaves one
// operation of its name at most.
func TestActions_leaveTheOperationsOfTheirAnswers(t *testing.T) {
	t.Parallel()
	lines := readScript(t)
	s := newSite(t, func(o *server.Options) { o.TimeScale, o.PageSize = 1, server.MaxPageSize })
	known, unsaidBy := map[operationID]bool{}, map[string]int{}
	s.play(lines.Of(scripts.Parts...), scripts.Team("web"), func(st step, a answer) {
		left := s.allOperations(s.root())
		maps.DeleteFunc(left, func(id operationID, _ any) bool { return known[id] })
		for id, op := range left {
			if known[id] = true; unsaid(op) {
				delete(left, id)
				unsaidBy[st.Line+" "+op.(map[string]any)["operationType"].(string)]++
			}
		}
		want := map[operationID]any{}
		if access(st.Action).Write {
			want = operationsIn(a)
		}
		if diff := cmp.Diff(want, left); diff != "" {
			t.Errorf("%s: operations of %s, in its answer (-) and left (+):\n%s", st.Line, st.Action, diff)
		}
		for what, n := range unsaidBy {
			if n > 1 || strings.HasPrefix(what, st.Line+" ") && what != st.Line+" "+st.Action && what != st.Line+" CreateKeyPair" {
				t.Errorf("%s: %s left %d operations %q that its answer cannot carry", st.Line, st.Action, n, what)
			}
		}
	})
}
