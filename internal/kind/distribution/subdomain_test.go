package distribution

import (
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/kind/audit"
)

// TestFailedSubdomain_check wants messages with the longest name of a distribution among those that an import admits.
func TestFailedSubdomain_check(t *testing.T) {
	for what, tc := range map[string]struct {
		details string
		valid   bool
	}{
		"a message":                       {"The subdomain is not available: www", true},
		"a message with the longest name": {"Detach the certificate from the distribution first: " + strings.Repeat("d", 255), true},
		"no message":                      {"", false},
		"two lines":                       {"one\ntwo", false},
		"a book":                          {strings.Repeat("word ", 1000), false},
	} {
		var a audit.Audit
		(&FailedSubdomain{Name: "blog.mysite", Code: "InvalidParams", Details: tc.details, At: time.UnixMilli(1)}).check(&a)
		if (a.Err == nil) != tc.valid {
			t.Errorf("%s: error %v, want valid %t", what, a.Err, tc.valid)
		}
	}
}
