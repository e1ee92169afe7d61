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
	"github.com/lanyard-cloud/lanyard/test/scripts"
)

var walkCalls = flag.Int("walk", 700, "how many calls the random walk over all families takes, on each time scale")

// longWalk is how many calls meet all that there is to meet: see whatWasMet.
const longWalk = 20_000

// walk takes the steps of all scripts in any order, now and then the next one of a script, for several teams, on what is there.
type walk struct {
	*prober
	random *rand.Rand
	// all are the steps but waits; some are those of a part.
	all  []step
	some map[string][]step
	// following are the steps after those of each line in its script, with the wait before them. last is the line of
	// the last step, if it succeeded; as which team, and with which new names, is in lastTeam and lastNew.
	following map[string]step
	last      string
	lastTeam  int
	lastNew   string
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
	w.following = following(lines)
	for _, part := range scripts.Parts {
		w.some[part] = slices.DeleteFunc(slices.Clone(lines[part]), func(st step) bool { return st.Wait > 0 })
		w.all = append(w.all, w.some[part]...)
	}
	for _, team := range walkTeams {
		w.teams = append(w.teams, scripts.Team(team))
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

// following are the steps after those of each line in its script. The wait of each is the one before it.
func following(lines script) map[string]step {
	steps, files, wait := map[string]step{}, map[string]string{}, map[string]time.Duration{}
	for _, st := range lines.Of("make", "once", "use") {
		if st.Wait > 0 {
			wait[st.File()] += st.Wait
			continue
		}
		st.Wait = wait[st.File()]
		steps[files[st.File()]] = st
		files[st.File()], wait[st.File()] = st.Line, 0
	}
	delete(steps, "")
	return steps
}

// draw is one of a list.
func draw[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// linking are the actions that make links.
var linking = []string{
	"AttachCertificateToDistribution", "AttachDisk", "AttachInstancesToLoadBalancer", "AttachLoadBalancerTlsCertificate", "AttachStaticIp",
	"CreateDistribution", "PutAlarm", "SetResourceAccessForBucket", "UpdateContainerService", "UpdateDistribution", "UpdateSubdomainAssociation",
}

// next draws a step: each action is as likely as any other, and what makes the resources of the scripts, or links them,
// a little more.
func (w *walk) next() step {
	action := draw(w.random, w.all).Action
	switch w.random.IntN(6) {
	case 0:
		return draw(w.random, append(slices.Clone(w.some["make"]), w.some["once"]...))
	case 1:
		action = draw(w.random, linking)
	case 2, 3:
		action = draw(w.random, w.actions)
	}
	return draw(w.random, slices.DeleteFunc(slices.Clone(w.all), func(st step) bool { return st.Action != action }))
}

// take takes one step, as root or as a user of a team, which may be refused. After one that succeeded, it may be the one
// that follows in the script.
func (w *walk) take() {
	w.t.Helper()
	if st, ok := w.following[w.last]; ok && w.random.IntN(2) == 0 {
		w.pass(st.Wait)
		w.step(w.root(), st, w.teams[w.lastTeam].With("new", w.lastNew).Fill(st.Body))
		return
	}
	as := w.root()
	if w.random.IntN(3) == 0 {
		as = draw(w.random, w.users)
	}
	st := w.next()
	w.lastTeam, w.lastNew = w.random.IntN(len(w.teams)), fmt.Sprint("n", w.random.IntN(4))
	w.step(as, st, w.elsewhere(w.teams[w.lastTeam].With("new", w.lastNew).Fill(st.Body)))
	w.wait()
}

// step takes a step with an input.
func (w *walk) step(as signer, st step, body string) {
	w.t.Helper()
	a := w.call(as, st.Action, body)
	w.note(a)
	w.tried[st.Action]++
	said := engines.ReplaceAllString(a.text("message"), "")
	if a.status >= 500 || a.exception() == "ServiceException" || inward.MatchString(said) {
		w.t.Errorf("%s: %s %s: %d %s", st.Line, st.Action, body, a.status, a.body)
	}
	w.last = ""
	if a.exception() == "" {
		w.last = st.Line
		w.succeeded[st.Action]++
		if value := a.text(st.Path); st.Keep != "" && value != "" {
			w.teams[w.lastTeam][st.Keep] = value
		}
	}
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
		kinds := slices.Clone(refersTo[member])
		for _, kind := range resource.Kinds() {
			if kind.NameMember() == member {
				kinds = append(kinds, kind)
			}
		}
		kinds = slices.DeleteFunc(kinds, func(kind resource.Kind) bool { return len(w.known[kind]) == 0 })
		if len(kinds) == 0 {
			continue
		}
		names := w.known[draw(w.random, kinds)]
		spare := 3 // what is there stays more often
		switch name, is := doc[member].(string); {
		case member == "origin": // the scripts have one kind of four
			spare = 1
		case is && !slices.Contains(names, name):
			spare = 2
		}
		if w.random.IntN(spare) == 0 {
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
	w.t.Logf("never met in %d calls: %q", *walkCalls, never)
	spare := 400 * (len(w.actions) + len(resource.Roles())) / *walkCalls
	if *walkCalls >= longWalk {
		spare = 0
	}
	if len(never) > spare {
		w.t.Errorf("%d actions and roles were never met, want %d at most", len(never), spare)
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
