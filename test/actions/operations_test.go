package actions

import (
	"encoding/json"
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/server"
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

// TestActions_leaveTheOperationsOfTheirAnswers takes each step of the scripts, with AWS's durations. GetOperations
// has just the operations that answers carried, as they carried them. Only the default key pair is made on the way, by
// the first call that needs it.
func TestActions_leaveTheOperationsOfTheirAnswers(t *testing.T) {
	lines := readScript(t)
	s := newSite(t, func(o *server.Options) { o.TimeScale, o.PageSize = 1, 200 })
	known, defaultKeys := map[operationID]bool{}, 0
	s.play(lines.of(parts...), teamVars("web"), func(st step, a answer) {
		left := s.allOperations(s.root())
		for id, op := range left {
			if op.(map[string]any)["resourceName"] == resource.DefaultKeyPairName && !known[id] {
				known[id] = true
				defaultKeys++
			}
			if known[id] {
				delete(left, id)
			}
			known[id] = true
		}
		want := map[operationID]any{}
		if access(st.action).Write {
			want = operationsIn(a)
		}
		if diff := cmp.Diff(want, left); diff != "" {
			t.Errorf("%s: operations of %s, in its answer (-) and left (+):\n%s", st.line, st.action, diff)
		}
	})
	if defaultKeys != 1 {
		t.Errorf("%d operations on the default key pair, want one", defaultKeys)
	}
}
