package actions

import (
	"math/rand/v2"
	"regexp"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/model"
	"github.com/lanyard-cloud/lanyard/test/scripts"
)

// elsewhereText is what AWS says of domains and distributions outside their region (seen). Of subdomains that is a guess.
var elsewhereText = regexp.MustCompile(`^(Domain|Distribution|Subdomain)-related APIs are only available in the us-east-1 Region\. `)

// TestActions_noneIsUnsupported calls each action of the API in an account that has nothing, with the required members and
// with all. UnsupportedOperation is the answer to none of them, but to those on domains and distributions outside
// us-east-1, as on AWS.
func TestActions_noneIsUnsupported(t *testing.T) {
	t.Parallel()
	s, maker := newSite(t, nil), newMaker(t, readScript(t))
	refused := 0
	for _, a := range model.Actions() {
		for _, region := range []string{region, "eu-west-1"} {
			as := s.root()
			as.Region = region
			for _, c := range maker.Cases(a, rand.New(rand.NewPCG(*seed, 1)), 0)[:2] {
				answer := s.call(as, a.Name, scripts.Team("web").Fill(c.Body))
				unsupported := answer.text("code") == "UnsupportedOperation"
				if unsupported {
					refused++
				}
				if answer.status >= 500 || unsupported && (region == "us-east-1" || !elsewhereText.MatchString(answer.text("message"))) {
					t.Errorf("%s in %s, %s: %d %s", a.Name, region, c.Name, answer.status, answer.body)
				}
			}
		}
	}
	if refused == 0 {
		t.Error("no action on domains and distributions was refused outside their region")
	}
}
