package actions

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/test/scripts"
)

// arnOf takes an ARN of a Lightsail resource apart: region, account, type.
var arnOf = regexp.MustCompile(`^arn:aws:lightsail:([a-z0-9-]+):([0-9]{12}):([A-Za-z]+)/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// envelopes checks what the documents of all kinds share.
type envelopes struct {
	t       *testing.T
	site    *site
	account string
	begin   time.Time
	// seen are the kinds whose documents were met.
	seen map[string]bool
}

// check checks all objects in an answer.
func (e *envelopes) check(place string, value any) {
	switch value := value.(type) {
	case []any:
		for _, element := range value {
			e.check(place+"[]", element)
		}
	case map[string]any:
		e.object(place, value)
		for name, member := range value {
			e.check(place+"."+name, member)
		}
	}
}

func (e *envelopes) object(place string, doc map[string]any) {
	arn, _ := doc["arn"].(string)
	kind, typed := doc["resourceType"].(string)
	m := arnOf.FindStringSubmatch(arn)
	switch {
	case !strings.HasPrefix(arn, "arn:aws:lightsail:"):
	case m == nil || m[2] != e.account:
		e.t.Errorf("%s: the ARN %s is not one of the account %s", place, arn, e.account)
	case typed && m[3] != kind:
		e.t.Errorf("%s: the ARN %s is not one of a %s", place, arn, kind)
	default:
		e.seen[m[3]] = true
		e.location(place, m[1], doc)
	}
	if at, given := doc["createdAt"].(float64); given {
		created := time.UnixMilli(int64(at * 1000))
		if created.Before(e.begin) || created.After(e.site.now()) {
			e.t.Errorf("%s: created at %s, which is not between %s and %s", place, created.UTC(), e.begin, e.site.now())
		}
	}
}

// location wants an object to be in the region of its ARN.
func (e *envelopes) location(place, in string, doc map[string]any) {
	at, given := doc["location"].(map[string]any)
	if given && at["regionName"] != in || in != region && in != "global" {
		e.t.Errorf("%s: in %v, want the region %s of its ARN", place, at["regionName"], in)
	}
}

// TestAnswers_shareTheirEnvelopes takes each step of the scripts. In all answers, documents of
// resources have ARNs of their type, account and region, and times that have passed.
func TestAnswers_shareTheirEnvelopes(t *testing.T) {
	t.Parallel()
	lines := readScript(t)
	s := newSite(t, nil)
	e := &envelopes{t, s, s.server.Root().AccountID, s.now(), map[string]bool{}}
	s.play(lines.Of(scripts.Parts...), scripts.Team("web"), func(st step, a answer) { e.check(st.Line+" "+st.Action, a.doc) })
	for _, kind := range resource.Kinds() {
		if made(lines, kind) && !e.seen[string(kind)] {
			t.Errorf("no answer has a document of a %s", kind)
		}
	}
}

// made reports whether the scripts make a resource of a kind.
func made(lines script, kind resource.Kind) bool {
	for _, st := range lines.Of("make", "once") {
		if st.Action == "Create"+string(kind) || st.Action == "Create"+string(kind)+"s" {
			return true
		}
	}
	return false
}
