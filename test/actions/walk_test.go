package actions

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/server"
)

var walkCalls = flag.Int("walk", 700, "how many calls the random walk over all families takes, on each time scale")

// longWalk is how many calls meet all that there is to meet: see whatWasMet.
const longWalk = 20_000

// walk takes the steps of all scripts in any order, for several teams, on what is there at the time.
type walk struct {
	*prober
	random *rand.Rand
	// all are the steps but waits; some are those of a part.
	all  []step
	some map[string][]step
	// teams have what was kept for them. users have the rights of one team each.
	teams []vars
	users []signer
	// actions are those that are built. lists are those that list resources of the account.
	actions, lists []string
	// known are the names of what there is, by kind.
	known map[resource.Kind][]string
	// domains are the domain names of certificates.
	domains map[string]any
	// tried counts the calls of each action, refused ones included.
	tried map[string]int
	// links are those of the last look into the store. made and ended count those of each role that were
	// new then, or no longer there.
	links       map[storedLink]bool
	made, ended map[resource.Role]int
}

// refersTo are the members, beside those of kinds, by which inputs name what there is.
var refersTo = map[string][]resource.Kind{
	"monitoredResourceName": {resource.Instance, resource.LoadBalancer, resource.RelationalDatabase},
	"instanceNames":         {resource.Instance},
	"origin":                {resource.Bucket, resource.ContainerService, resource.Instance, resource.LoadBalancer},
	"sourceSnapshotName":    {resource.InstanceSnapshot, resource.DiskSnapshot},
	"resourceName":          resource.Kinds(),
}

// engines are names of database engines, which messages may have.
var engines = regexp.MustCompile(`mysql|postgresql`)

var walkTeams = []string{"web", "db", "ops"}

func newWalk(t *testing.T, timeScale float64) *walk {
	t.Helper()
	lines := readScript(t)
	s := newSite(t, func(o *server.Options) { o.TimeScale, o.PageSize = timeScale, server.MaxPageSize })
	w := &walk{
		prober: &prober{site: s, operations: map[operationID]bool{}, succeeded: map[string]int{}},
		random: rand.New(rand.NewPCG(*seed, 5+uint64(timeScale))), some: map[string][]step{}, known: map[resource.Kind][]string{},
		tried: map[string]int{}, made: map[resource.Role]int{}, ended: map[resource.Role]int{},
	}
	for _, part := range parts {
		w.some[part] = slices.DeleteFunc(slices.Clone(lines[part]), func(st step) bool { return st.wait > 0 })
		w.all = append(w.all, w.some[part]...)
	}
	for _, team := range walkTeams {
		w.teams = append(w.teams, teamVars(team))
		w.users = append(w.users, s.user(team, teamPolicies(t, team)...))
	}
	w.actions = built()
	for _, name := range w.actions {
		if strings.HasPrefix(name, "Get") && !access(name).Write && s.call(s.root(), name, "{}").exception() == "" {
			w.lists = append(w.lists, name)
		}
	}
	return w
}

// draw is one of a list.
func draw[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// linking are the actions that make links.
var linking = []string{
	"AttachCertificateToDistribution", "AttachDisk", "AttachInstancesToLoadBalancer", "AttachLoadBalancerTlsCertificate", "AttachStaticIp",
	"CreateDistribution", "PutAlarm", "SetResourceAccessForBucket", "UpdateContainerService", "UpdateDistribution",
}

// next draws a step: each action is as likely as any other, and what makes the resources of the scripts, or links them,
// a little more.
func (w *walk) next() step {
	action := draw(w.random, w.all).action
	switch w.random.IntN(6) {
	case 0:
		return draw(w.random, append(slices.Clone(w.some["make"]), w.some["once"]...))
	case 1:
		action = draw(w.random, linking)
	case 2, 3:
		action = draw(w.random, w.actions)
	}
	return draw(w.random, slices.DeleteFunc(slices.Clone(w.all), func(st step) bool { return st.action != action }))
}

// take takes one step, as root or as a user of a team, which may be refused.
func (w *walk) take() {
	w.t.Helper()
	st, n := w.next(), w.random.IntN(len(w.teams))
	as := w.root()
	if w.random.IntN(3) == 0 {
		as = draw(w.random, w.users)
	}
	body := w.elsewhere(w.teams[n].with("new", fmt.Sprint("n", w.random.IntN(4))).fill(st.body))
	a := w.call(as, st.action, body)
	w.note(a)
	w.tried[st.action]++
	said := engines.ReplaceAllString(a.text("message"), "")
	if a.status >= 500 || a.exception() == "ServiceException" || inward.MatchString(said) {
		w.t.Errorf("%s: %s %s: %d %s", st.line, st.action, body, a.status, a.body)
	}
	if a.exception() == "" {
		w.succeeded[st.action]++
		if value := a.text(st.path); st.keep != "" && value != "" {
			w.teams[n][st.keep] = value
		}
	}
	w.wait()
}

// wait lets some seconds pass, now and then some minutes or days.
func (w *walk) wait() {
	d := time.Duration(w.random.IntN(20_000)) * time.Millisecond
	switch w.random.IntN(60) {
	case 0:
		d = 24 * time.Hour
	case 1, 2, 3, 4, 5:
		d = 6 * time.Minute
	}
	w.pass(d)
}

// elsewhere puts names of what there is in place of some of those in an input, so that anything meets anything.
func (w *walk) elsewhere(body string) string {
	var doc map[string]any
	if err := json.Unmarshal([]byte(body), &doc); err != nil {
		w.t.Fatalf("%s: %v", body, err)
	}
	for _, member := range slices.Sorted(maps.Keys(doc)) {
		kinds := refersTo[member]
		for _, kind := range resource.Kinds() {
			if kind.NameMember() == member {
				kinds = append(kinds, kind)
			}
		}
		var names []string
		for _, kind := range kinds {
			names = append(names, w.known[kind]...)
		}
		spare := 3 // what is there stays more often
		if name, is := doc[member].(string); is && !slices.Contains(names, name) {
			spare = 2
		}
		if len(names) > 0 && w.random.IntN(spare) == 0 {
			doc[member] = inPlaceOf(doc[member], draw(w.random, names))
		}
	}
	if names := w.known[resource.Certificate]; doc["publicDomainNames"] != nil && len(names) > 0 {
		name := draw(w.random, names)
		doc["publicDomainNames"] = map[string]any{name: []any{w.domains[name]}}
	}
	text, err := json.Marshal(doc)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(text)
}

// inPlaceOf is the value of a member, with another name in it.
func inPlaceOf(value any, name string) any {
	switch value := value.(type) {
	case string:
		return name
	case []any:
		return []any{name}
	case map[string]any:
		if _, named := value["name"]; named {
			value["name"] = name
		}
	}
	return value
}

// whatWasMet logs what became of the calls. All actions must have succeeded but those that refuse everything, and links
// of all roles must have been made and ended: calls that are always refused prove nothing. A short walk needs luck to
// meet all, and may miss some.
func (w *walk) whatWasMet() {
	w.t.Helper()
	var counts, never []string
	for _, name := range w.actions {
		counts = append(counts, fmt.Sprintf("%s %d/%d", name, w.succeeded[name], w.tried[name]))
		if w.succeeded[name] == 0 {
			never = append(never, name)
		}
	}
	for _, role := range resource.Roles() {
		counts = append(counts, fmt.Sprintf("%s +%d-%d", role, w.made[role], w.ended[role]))
		if w.made[role] == 0 || w.ended[role] == 0 {
			never = append(never, string(role))
		}
	}
	w.t.Logf("calls that succeeded, of all, and links made and ended: %s", strings.Join(counts, ", "))
	if spare := (len(w.actions) + len(w.made)) * (longWalk - *walkCalls) / longWalk / 2; len(never) > max(0, spare) {
		w.t.Errorf("never met in %d calls: %q", *walkCalls, never)
	}
}

// TestActions_walkAtRandom takes steps of all families at once, in any order, on AWS's times and on none. Whatever is
// created, linked, tagged and deleted, the account stays whole.
func TestActions_walkAtRandom(t *testing.T) {
	t.Parallel()
	t.Logf("-seed %d -walk %d", *seed, *walkCalls)
	for _, scale := range []float64{0, 1} {
		t.Run(fmt.Sprint("time scale ", scale), func(t *testing.T) {
			t.Parallel()
			w := newWalk(t, scale)
			for n := range *walkCalls {
				w.checkAfter(n)
				if w.take(); t.Failed() {
					t.Fatalf("after call %d", n)
				}
			}
			w.checkAfter(0)
			w.wantWhole()
			w.whatWasMet()
		})
	}
}

// checkAfter checks the account after so many calls, if that is due. Now and then it continues on an import of an
// export of the store.
func (w *walk) checkAfter(calls int) {
	w.t.Helper()
	if calls%100 == 0 {
		w.check()
		w.checkStored()
	}
	if calls%4000 == 3999 {
		w.wantWhole()
		w.move()
	}
}
