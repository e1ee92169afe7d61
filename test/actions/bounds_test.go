package actions

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/model"
	"github.com/lanyard-cloud/lanyard/test/inputs"
)

var (
	seed  = flag.Uint64("seed", 1, "what the random inputs follow from")
	mixed = flag.Int("mixed", 5, "how many inputs of each action have several changes at random")
)

// team is whose names the inputs have.
const team = "web"

// newMaker returns a maker that knows the inputs of the scripts.
func newMaker(t testing.TB, lines script) *inputs.Maker {
	t.Helper()
	m, err := lines.Inputs()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestActions_inputsAtTheirBounds calls each action of the API, built or not, with every member, with the required
// ones, with none, and with each member in turn at its bounds and beyond, on a server whose account has one of each
// kind. Afterwards the store is whole.
func TestActions_inputsAtTheirBounds(t *testing.T) {
	t.Parallel()
	t.Logf("-seed %d", *seed)
	lines := readScript(t)
	p, maker, names := newProber(t, lines), newMaker(t, lines), built()
	actions := slices.SortedStableFunc(slices.Values(model.Actions()), func(a, b model.Action) int { return p.first(a.Name) - p.first(b.Name) })
	for _, a := range actions {
		cases := maker.Cases(a, rand.New(rand.NewPCG(*seed, 1)), *mixed)
		p.restore(p.first(a.Name))
		p.probeAll(a.Name, cases)
		if p.succeeded[a.Name] == 0 { // earlier inputs changed what it needs
			p.renew(p.first(a.Name))
			p.probeAll(a.Name, cases)
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

// TestActions_inputsAtOnce sends inputs of all actions that are built from several clients at the same time, with few
// names. None of them is the server's error, and afterwards the store is whole.
func TestActions_inputsAtOnce(t *testing.T) {
	t.Parallel()
	t.Logf("-seed %d", *seed)
	lines := readScript(t)
	p, maker := newProber(t, lines), newMaker(t, lines)
	type call struct {
		action string
		inputs.Case
	}
	var calls []call
	random := rand.New(rand.NewPCG(*seed, 2))
	for _, name := range built() {
		a, _ := model.LookupAction(name)
		cases := maker.Cases(*a, random, *mixed)
		known := slices.DeleteFunc(slices.Clone(cases), func(c inputs.Case) bool { return c.Name != "known" })
		for range 6 {
			calls = append(calls, call{name, cases[random.IntN(len(cases))]}, call{name, known[random.IntN(len(known))]})
		}
	}
	random.Shuffle(len(calls), func(i, j int) { calls[i], calls[j] = calls[j], calls[i] })
	const clients = 4
	var all sync.WaitGroup
	for client := range clients {
		all.Go(func() {
			for n := client; n < len(calls); n += clients {
				p.probeAs(calls[n].action, calls[n].Case, fmt.Sprint("n", n%7))
			}
		})
	}
	all.Wait()
	t.Logf("%d calls", len(calls))
	p.wantWhole()
}

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
