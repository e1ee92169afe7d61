package actions

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/model"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/test/scripts"
)

// namesAny reports whether a step's input names something that an earlier step made.
func namesAny(st step) bool {
	for _, m := range scripts.Variable.FindAllStringSubmatch(st.Body, -1) {
		if m[1] != "new" && m[1] != "tags" {
			return true
		}
	}
	return false
}

// unnamed are how calls begin that have a list for a name that nothing has, or an error of their own.
var unnamed = []string{
	"CreateDistribution", "GetOperationsForResource",
	`GetAlarms {"monitoredResourceName"`, `GetCertificates {"certificateName"`, `GetDistributions {"distributionName"`,
}

// isUnnamed reports whether a step has a list for a name that nothing has, or an error of its own.
func isUnnamed(st step) bool {
	return slices.ContainsFunc(unnamed, func(begin string) bool { return strings.HasPrefix(st.Action+" "+st.Body, begin) })
}

var missing = regexp.MustCompile(`^The [A-Za-z]+ does not exist: .+$`)

// isMissing reports whether an answer says that something does not exist, in AWS's words. Some kinds have others.
func (a answer) isMissing() bool {
	text := a.text("message")
	return a.exception() == "NotFoundException" && missing.MatchString(text) ||
		slices.ContainsFunc(resource.Kinds(), func(k resource.Kind) bool { return text != "" && text == k.Missing() })
}

// TestActions_missingResources takes the steps of the scripts in an account that has nothing, by the names that
// resources of another account have: none of them exists, and no answer shows anything of the other account.
func TestActions_missingResources(t *testing.T) {
	t.Parallel()
	lines := readScript(t)
	s := newSite(t, nil)
	v := scripts.Team("web")
	s.play(lines.Of("make", "once", "use"), v, nil)
	other := s.account("444455556666")
	named := 0
	for _, st := range lines.Of("use", "delete") {
		if st.Wait > 0 {
			continue
		}
		a := s.call(other, st.Action, v.With("new", "other").Fill(st.Body))
		row, _ := model.LookupAction(st.Action)
		absent := namesAny(st) && slices.Contains(row.Errors, "NotFoundException") && !isUnnamed(st)
		switch {
		case absent && !a.isMissing():
			t.Errorf("%s: %s %s: %s, want NotFoundException", st.Line, st.Action, st.Body, a.body)
		case absent && (a.text("code") == "") != strings.Contains(st.Action, "Container"):
			t.Errorf("%s: %s: %s, want a code, but for container services", st.Line, st.Action, a.body)
		case absent:
			named++
		case a.exception() == "" && strings.Contains(string(a.body), "-web"):
			t.Errorf("%s: %s shows what another account has: %s", st.Line, st.Action, a.body)
		}
	}
	t.Logf("%d calls that name something", named)
}
