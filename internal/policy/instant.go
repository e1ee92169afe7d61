package policy

import (
	"cmp"
	"strconv"
	"strings"
	"time"
)

// An instant is a point in time as policies write it. Epoch seconds run further than time.Time can order.
type instant struct {
	seconds int64
	nanos   int
}

func (i instant) compare(other instant) int {
	return cmp.Or(cmp.Compare(i.seconds, other.seconds), cmp.Compare(i.nanos, other.nanos))
}

// dateLayouts are the W3C profile of ISO 8601, and the forms without a zone or with a short one that AWS was observed
// to take. A time without a zone is UTC. A bare year is not here: digits alone are epoch seconds.
var dateLayouts = []string{
	"2006-01-02T15:04:05Z07:00",
	"2006-01-02",
	"2006-01",
	"2006-01-02T15:04Z07:00",
	"2006-01-02T15:04:05",
	"2006-01-02T15:04",
	"2006-01-02T15:04:05Z0700",
	"2006-01-02T15:04:05Z07",
}

// parseInstant reads ISO 8601 or epoch seconds.
func parseInstant(text string) (instant, bool) {
	if isDigits(text) {
		seconds, err := strconv.ParseInt(text, 10, 64)
		return instant{seconds: seconds}, err == nil
	}
	if strings.Contains(text, ",") || fractionDigits(text) > 9 {
		return instant{}, false
	}
	upper := strings.ToUpper(text)
	for _, layout := range dateLayouts {
		if t, err := time.Parse(layout, upper); err == nil {
			return instant{t.Unix(), t.Nanosecond()}, true
		}
	}
	return instant{}, false
}

func isDigits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

func fractionDigits(text string) int {
	_, fraction, _ := strings.Cut(text, ".")
	return len(fraction) - len(strings.TrimLeft(fraction, "0123456789"))
}
