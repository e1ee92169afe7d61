package actions

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/server"
)

var walkCalls = flag.Int("walk", 700, "how many calls the random walk over all families takes, on each time scale")

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
}

var walkTeams = []string{"web", "db", "ops"}

func newWalk(t *testing.T, timeScale float64) *walk {
	t.Helper()
	lines := readScript(t)
	s := newSite(t, func(o *server.Options) { o.TimeScale, o.PageSize = timeScale, server.MaxPageSize })
	w := &walk{
		prober: &prober{site: s, operations: map[operationID]bool{}, succeeded: map[string]int{}},
		random: rand.New(rand.NewPCG(*seed, 5+uint64(timeScale))), some: map[string][]step{}, known: map[resource.Kind][]string{},
	}
	for _, part := range parts {
		w.some[part] = slices.DeleteFunc(slices.Clone(lines[part]), func(st step) bool { return st.wait > 0 })
		w.all = append(w.all, w.some[part]...)
	}
	for _, team := range walkTeams {
		w.teams = append(w.teams, teamVars(team))
		w.users = append(w.users, s.user(team, teamPolicy(t, team)))
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

// next draws a step: each action is as likely as any other, and what makes the resources of the scripts a little more.
func (w *walk) next() step {
	if w.random.IntN(6) == 0 {
		return draw(w.random, append(slices.Clone(w.some["make"]), w.some["once"]...))
	}
	action := draw(w.random, w.all).action
	if w.random.IntN(2) == 0 {
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
	said := strings.ReplaceAll(a.text("message"), "mysql_", "") // engines have such names
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

// elsewhere puts names of what is there in place of some of those in an input, so that anything meets anything.
func (w *walk) elsewhere(body string) string {
	var doc map[string]any
	if err := json.Unmarshal([]byte(body), &doc); err != nil {
		w.t.Fatalf("%s: %v", body, err)
	}
	var kinds, all []resource.Kind
	for _, kind := range resource.Kinds() {
		if _, given := doc[kind.NameMember()].(string); given && len(w.known[kind]) > 0 {
			kinds = append(kinds, kind)
		}
		if len(w.known[kind]) > 0 {
			all = append(all, kind)
		}
	}
	for _, kind := range kinds {
		if w.random.IntN(3) == 0 {
			doc[kind.NameMember()] = draw(w.random, w.known[kind])
		}
	}
	if _, given := doc["resourceName"].(string); given && len(all) > 0 && w.random.IntN(3) == 0 {
		doc["resourceName"] = draw(w.random, w.known[draw(w.random, all)])
	}
	text, err := json.Marshal(doc)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(text)
}

// rare is how many actions may have been refused whenever a walk took them: a short one needs luck to meet all.
func (w *walk) rare() int { return max(6, 200*len(w.actions) / *walkCalls) }

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
				if n%100 == 0 {
					w.check()
				}
				if w.take(); t.Failed() {
					t.Fatalf("after call %d", n)
				}
			}
			w.check()
			w.checkStored()
			w.wantWhole()
			never := slices.DeleteFunc(slices.Clone(w.actions), func(name string) bool { return w.succeeded[name] > 0 })
			t.Logf("actions that were always refused: %q", never)
			if len(never) > w.rare() {
				t.Errorf("%d actions were always refused, want %d at most", len(never), w.rare())
			}
		})
	}
}
