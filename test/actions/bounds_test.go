package actions

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/export"
	"github.com/lanyard-cloud/lanyard/internal/home"
	"github.com/lanyard-cloud/lanyard/internal/model"
	"github.com/lanyard-cloud/lanyard/test/inputs"
)

var (
	seed  = flag.Uint64("seed", 1, "what the random inputs follow from")
	mixed = flag.Int("mixed", 5, "how many inputs of each action have several changes at random")
)

// team is whose names the inputs have.
const team = "web"

// inward is text that belongs into the log: of the runtime, the database, formatting and file names.
var inward = regexp.MustCompile(`panic|goroutine|runtime error|nil pointer|\.go:|[Ss][Qq][Ll]|pgx|constraint failed|json: |strconv\.|reflect|/tmp/|internal/|lanyard\.db|%!|<nil>|0xc0`)

// newMaker returns a maker that knows the inputs of the scripts.
func newMaker(t testing.TB, lines script) *inputs.Maker {
	t.Helper()
	known := map[string][]string{}
	for _, st := range lines.of("use", "make", "once", "delete") {
		if st.wait == 0 {
			known[st.action] = append(known[st.action], vars{}.fill(st.body))
		}
	}
	m, err := inputs.NewMaker(known)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// prober sends inputs that may be wrong to a server whose account has one of each kind.
type prober struct {
	*site
	// world is the scripts, which have made all before the step made.
	world []step
	made  int
	vars  vars
	// played is up to where restore has brought the account, and changed reports whether an input changed it since.
	played  int
	changed bool
	// sent counts the calls: each has new names. teams counts the teams but the first.
	sent, teams int
	// operations are those that answers carried, and succeeded are the actions that did.
	operations map[operationID]bool
	succeeded  map[string]int
}

func newProber(t testing.TB, lines script) *prober {
	t.Helper()
	p := &prober{site: newSite(t, nil), vars: teamVars(team), operations: map[operationID]bool{}, succeeded: map[string]int{}}
	p.world, p.made = lines.of(parts...), len(lines["make"])
	p.play(lines.of("make", "once", "use"), p.vars, func(_ step, a answer) { p.note(a) })
	return p
}

func (p *prober) note(a answer) {
	for id := range operationsIn(a) {
		p.operations[id] = true
	}
}

// restore brings the account to where an action succeeds: it plays the scripts up to there, but for reads. What is there
// already may be refused.
func (p *prober) restore(upTo int) {
	p.t.Helper()
	if p.changed {
		p.played, p.changed = 0, false
	}
	from := min(p.played, upTo)
	p.played = upTo
	for _, st := range p.world[from:upTo] {
		if st.wait > 0 {
			p.pass(st.wait)
		}
		if st.wait > 0 || !access(st.action).Write && st.keep == "" {
			continue
		}
		a := p.call(p.root(), st.action, p.vars.fill(st.body))
		p.note(a)
		if a.exception() == "" && st.keep != "" {
			p.vars[st.keep] = a.text(st.path)
		}
	}
}

// renew plays the scripts up to there for a team that has nothing yet.
func (p *prober) renew(upTo int) {
	p.t.Helper()
	p.teams++
	p.vars = teamVars(fmt.Sprint(team, p.teams))
	p.play(p.world[:upTo], p.vars, func(_ step, a answer) { p.note(a) })
	p.changed = true
}

// first is where the scripts call an action for the first time after all is made; if they do not, it is where they end.
func (p *prober) first(action string) int {
	for n, st := range p.world {
		if st.action == action && n >= p.made {
			return n
		}
	}
	return len(p.world)
}

// probeAll sends inputs in an order that follows from the seed.
func (p *prober) probeAll(action string, cases []inputs.Case) {
	p.t.Helper()
	random := rand.New(rand.NewPCG(*seed, uint64(p.sent)))
	for _, n := range random.Perm(len(cases)) {
		p.probe(action, cases[n])
	}
}

// probe sends an input. There must be an answer, which is no internal error and shows nothing of the inside.
func (p *prober) probe(action string, c inputs.Case) {
	p.t.Helper()
	p.sent++
	body := p.vars.with("new", fmt.Sprint("n", p.sent)).fill(c.Body)
	a, err := p.send(p.root(), action, body)
	shown := body[:min(len(body), 500)]
	switch {
	case err != nil:
		p.t.Fatalf("%s, %s: %s: no answer: %v", action, c.Name, shown, err)
	case a.status >= 500 || a.exception() == "ServiceException":
		p.t.Errorf("%s, %s: %s: %d %s", action, c.Name, shown, a.status, a.body)
	case c.Invalid && a.exception() == "":
		p.t.Errorf("%s, %s: %s: success, but the API model does not admit the input", action, c.Name, shown)
	}
	if found := inward.Find([]byte(a.text("message"))); found != nil && !strings.Contains(body, string(found)) {
		p.t.Errorf("%s, %s: %s: the answer shows %q: %s", action, c.Name, shown, found, a.body)
	}
	p.note(a)
	if a.exception() == "" {
		p.succeeded[action]++
		p.changed = p.changed || access(action).Write
	}
}

// TestActions_inputsAtTheirBounds calls each action of the API, built or not, with every member, with the required
// ones, with none, and with each member in turn at its bounds and beyond, on a server whose account has one of each
// kind. Afterwards the store is whole.
func TestActions_inputsAtTheirBounds(t *testing.T) {
	t.Logf("-seed %d", *seed)
	lines := readScript(t)
	p, maker, names := newProber(t, lines), newMaker(t, lines), built()
	actions := slices.SortedStableFunc(slices.Values(model.Actions()), func(a, b model.Action) int { return p.first(a.Name) - p.first(b.Name) })
	for _, a := range actions {
		cases := maker.Cases(a, rand.New(rand.NewPCG(*seed, 1)), *mixed)
		switch {
		case slices.Contains(names, a.Name):
			p.restore(p.first(a.Name))
			p.probeAll(a.Name, cases)
			if p.succeeded[a.Name] == 0 { // earlier inputs changed what it needs
				p.renew(p.first(a.Name))
				p.probeAll(a.Name, cases)
			}
		case slices.Contains(a.Errors, "InvalidInputException"): // that it is not built cannot be said otherwise
			p.probeAll(a.Name, cases[:min(len(cases), 10)]) // it is answered before its input is looked at
		}
	}
	t.Logf("%d calls of %d actions", p.sent, len(model.Actions()))
	for _, name := range names {
		if p.succeeded[name] == 0 {
			t.Errorf("%s never succeeded: no input was tried on what is there", name)
		}
	}
	p.wantWhole()
}

// wantWhole wants the store to have the operations that answers carried and no others, and an export of it to make an
// equal store.
func (p *prober) wantWhole() {
	p.t.Helper()
	left := p.allOperations(p.root())
	maps.DeleteFunc(left, func(id operationID, op any) bool {
		return p.operations[id] || unsaid(op)
	})
	if len(left) > 0 {
		p.t.Errorf("%d operations are in the store that no answer had, such as %v", len(left), slices.Collect(maps.Values(left))[0])
	}
	p.stop()
	file, exported := p.export(export.Options{Passphrase: []byte(passphrase)})
	before, _ := p.export(export.Options{})
	d := home.Database{DataDir: filepath.Join(p.t.TempDir(), "new")}
	imported, err := home.Import(p.t.Context(), d, export.ImportOptions{Passphrase: []byte(passphrase)}, strings.NewReader(file))
	if err != nil {
		p.t.Fatalf("import what was exported: %v", err)
	}
	if exported.Counts != imported.Counts || exported.Resources == 0 {
		p.t.Errorf("exported %+v, imported %+v", exported.Counts, imported.Counts)
	}
	after, _ := exportOf(p.t, d, export.Options{})
	if diff := cmp.Diff(strings.Split(before, "\n")[1:], strings.Split(after, "\n")[1:]); diff != "" {
		p.t.Errorf("the store (-) and the one that was made from its export (+):\n%s", diff)
	}
}

const passphrase = "correct horse battery staple"

// FuzzActions sends any input to any action.
func FuzzActions(f *testing.F) {
	lines := readScript(f)
	maker := newMaker(f, lines)
	for n, a := range model.Actions() {
		if !slices.Contains(a.Errors, "InvalidInputException") {
			continue
		}
		for _, c := range maker.Cases(a, rand.New(rand.NewPCG(1, 1)), 0)[:3] {
			f.Add(uint8(n), c.Body)
		}
	}
	p := newProber(f, lines)
	f.Fuzz(func(t *testing.T, n uint8, body string) {
		p.t = t
		actions := model.Actions()
		wrong := len(p.checker.Violations())
		p.probe(actions[int(n)%len(actions)].Name, inputs.Case{Name: "fuzzed", Body: body})
		if now := p.checker.Violations(); len(now) > wrong {
			t.Errorf("on the wire: %s", now[wrong])
		}
	})
}
