package pattern

import (
	"regexp"
	"strings"
	"testing"
)

func TestPatterns(t *testing.T) {
	for _, tc := range []struct {
		name, pattern, text string
		want                bool
	}{
		{"ID", ID, "0123abcd-4567-89ab-cdef-0123456789ab", true},
		{"ID", ID, "0123ABCD-4567-89ab-cdef-0123456789ab", false},
		{"ID", ID, "0123abcd-4567-89ab-cdef-0123456789ab\n", false},
		{"ID", ID, "0123abcd456789abcdef0123456789ab", false},
		{"ResourceName", ResourceName, "we", true},
		{"ResourceName", ResourceName, "_web.1-a_", true},
		{"ResourceName", ResourceName, strings.Repeat("a", 255), true},
		{"ResourceName", ResourceName, strings.Repeat("a", 256), false},
		{"ResourceName", ResourceName, "w", false},
		{"ResourceName", ResourceName, "-web", false},
		{"ResourceName", ResourceName, "web.", false},
		{"ResourceName", ResourceName, "web one", false},
	} {
		if got := regexp.MustCompile(`\A` + tc.pattern + `\z`).MatchString(tc.text); got != tc.want {
			t.Errorf("%s matches %q: got %t, want %t", tc.name, tc.text, got, tc.want)
		}
	}
}
