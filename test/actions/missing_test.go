package actions

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/model"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// names reports whether a step's input names something that an earlier step made.
func (st step) names() bool {
	for _, m := range variable.FindAllStringSubmatch(st.body, -1) {
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
func (st step) isUnnamed() bool {
	return slices.ContainsFunc(unnamed, func(begin string) bool { return strings.HasPrefix(st.action+" "+st.body, begin) })
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
	v := teamVars("web")
	s.play(lines.of("make", "once", "use"), v, nil)
	other := s.account("444455556666")
	named := 0
	for _, st := range lines.of("use", "delete") {
		if st.wait > 0 {
			continue
		}
		a := s.call(other, st.action, v.with("new", "other").fill(st.body))
		row, _ := model.LookupAction(st.action)
		absent := st.names() && slices.Contains(row.Errors, "NotFoundException") && !st.isUnnamed()
		switch {
		case absent && !a.isMissing():
			t.Errorf("%s: %s %s: %s, want NotFoundException", st.line, st.action, st.body, a.body)
		case absent && (a.text("code") == "") != strings.Contains(st.action, "Container"):
			t.Errorf("%s: %s: %s, want a code, but for container services", st.line, st.action, a.body)
		case absent:
			named++
		case a.exception() == "" && strings.Contains(string(a.body), "-web"):
			t.Errorf("%s: %s shows what another account has: %s", st.line, st.action, a.body)
		}
	}
	t.Logf("%d calls that name something", named)
}
