package actions

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/lanyard-cloud/lanyard/test/scripts"
)

// seenEmpty are the empty strings that AWS was seen to send: the details of operations that start and reboot
// instances and reboot databases, the common names of ports, and the roles of a container service that do not exist.
var seenEmpty = []string{
	"CreateContainerService containerService.principalArn",
	"CreateContainerService containerService.privateRegistryAccess.ecrImagePullerRole.principalArn",
	"CreateContainerServiceDeployment containerService.privateRegistryAccess.ecrImagePullerRole.principalArn",
	"GetContainerServices containerServices[].privateRegistryAccess.ecrImagePullerRole.principalArn",
	"GetInstance instance.networking.ports[].commonName",
	"GetInstances instances[].networking.ports[].commonName",
	"GetOperations operations[].operationDetails",
	"GetOperationsForResource operations[].operationDetails",
	"RebootInstance operations[].operationDetails",
	"RebootRelationalDatabase operations[].operationDetails",
	"StartInstance operations[].operationDetails",
	"UpdateRelationalDatabaseParameters operations[].operationDetails",
}

// TestAnswers_leaveOutWhatIsAbsent takes each step of the scripts, gives all resources tags without values, and reads
// everything. No answer has a member with an empty string or null, which AWS leaves out, but where AWS was seen to.
func TestAnswers_leaveOutWhatIsAbsent(t *testing.T) {
	t.Parallel()
	lines := readScript(t)
	s := newSite(t, nil)
	empty := map[string]bool{}
	find := func(st step, a answer) { findEmpty(st.Action+" ", a.doc, empty) }
	v := scripts.Team("web")
	s.play(lines.Of("make", "once", "use"), v, find)
	tagged := 0
	names, _ := s.call(s.root(), "GetActiveNames", "{}").doc["activeNames"].([]any)
	for _, name := range names {
		a := s.call(s.root(), "TagResource", `{"resourceName":"`+name.(string)+`","tags":[{"key":"none"},{"key":"empty","value":""}]}`)
		if a.exception() == "" {
			tagged++
		}
	}
	if tagged < 10 {
		t.Errorf("%d of %d resources took tags without values: too few to say anything", tagged, len(names))
	}
	s.pass(time.Hour)
	for _, st := range reads(lines) {
		find(st, s.call(s.root(), st.Action, v.Fill(st.Body)))
	}
	s.play(lines.Of("delete"), v, find)
	if got := slices.Sorted(maps.Keys(empty)); !slices.Equal(got, seenEmpty) {
		t.Errorf("empty members in answers: got %q, want %q", got, seenEmpty)
	}
}

func findEmpty(place string, value any, found map[string]bool) {
	switch value := value.(type) {
	case nil:
		found[place+" null"] = true
	case string:
		if value == "" {
			found[place] = true
		}
	case []any:
		for _, element := range value {
			findEmpty(place+"[]", element, found)
		}
	case map[string]any:
		dot := "."
		if place[len(place)-1] == ' ' {
			dot = ""
		}
		for name, member := range value {
			findEmpty(place+dot+name, member, found)
		}
	}
}
