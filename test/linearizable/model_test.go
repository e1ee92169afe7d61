package linearizable

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"
)

// The actions that the clients call.
const (
	create   = "CreateKeyPair"
	imported = "ImportKeyPair"
	get      = "GetKeyPair"
	remove   = "DeleteKeyPair"
	tag      = "TagResource"
	untag    = "UntagResource"
)

// call is what a client asks for.
type call struct {
	action, name string
	// line is the public key to import, and fingerprint the key pair's that it makes.
	line, fingerprint string
	// key and value are a tag; an untag has no value, and the actions without tags have neither.
	key, value string
}

// outcome is what a client knows of a call.
type outcome string

const (
	done    outcome = "done"
	refused outcome = "refused" // because the name is taken, or is that of nothing
	unknown outcome = "unknown" // it may have happened, or may happen yet
)

// answer is what a client is told.
type answer struct {
	outcome outcome
	// pair is what a create or a get returned.
	pair pair
}

// pair is what there is under a name: the key pair, or nothing. It does not change.
type pair struct {
	// fingerprint is the key pair's identity, "" if there is none: every create and import has a key of its own.
	fingerprint string
	// tags are sorted, and written as "key=value key=value".
	tags string
}

// undisclosed is the fingerprint of a create without an answer. The first reader learns it.
const undisclosed = "?"

// newPair makes a pair with at most one tag.
func newPair(fingerprint, key, value string) pair {
	return pair{fingerprint: fingerprint}.with(key, value)
}

// with adds or replaces a tag.
func (p pair) with(key, value string) pair {
	if key == "" {
		return p
	}
	tags := p.tagMap()
	tags[key] = value
	return pair{p.fingerprint, joinTags(tags)}
}

func (p pair) without(key string) pair {
	tags := p.tagMap()
	delete(tags, key)
	return pair{p.fingerprint, joinTags(tags)}
}

func (p pair) tagMap() map[string]string {
	tags := map[string]string{}
	for t := range strings.FieldsSeq(p.tags) {
		key, value, _ := strings.Cut(t, "=")
		tags[key] = value
	}
	return tags
}

func joinTags(tags map[string]string) string {
	var all []string
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		all = append(all, key+"="+tags[key])
	}
	return strings.Join(all, " ")
}

// step reports whether a call can have had an answer where p is what there is, and what there is afterwards.
func (p pair) step(c call, a answer) (possible bool, after pair) {
	free := p.fingerprint == ""
	allowed := free == (c.action == create || c.action == imported)
	switch {
	case a.outcome == unknown && !allowed:
		return true, p
	case a.outcome == refused || !allowed:
		return a.outcome == refused && !allowed, p
	}
	switch c.action {
	case create:
		return p.created(c, a)
	case imported:
		return true, newPair(c.fingerprint, "", "")
	case get:
		if p.fingerprint == undisclosed {
			p.fingerprint = a.pair.fingerprint
		}
		return p == a.pair, p
	case remove:
		return true, pair{}
	case tag:
		return true, p.with(c.key, c.value)
	default: // untag
		return true, p.without(c.key)
	}
}

func (pair) created(c call, a answer) (possible bool, after pair) {
	if a.outcome == unknown {
		return true, newPair(undisclosed, c.key, c.value)
	}
	after = newPair(a.pair.fingerprint, c.key, c.value)
	return after == a.pair, after
}

// model is one name's history: in the beginning there is nothing.
var model = porcupine.Model{
	Init: func() any { return pair{} },
	Step: func(state, input, output any) (bool, any) {
		return state.(pair).step(input.(call), output.(answer))
	},
	DescribeOperation: func(input, output any) string {
		c, a := input.(call), output.(answer)
		return strings.TrimSpace(fmt.Sprintln(c.action, c.fingerprint, c.key, c.value, "→", a.outcome, a.pair.fingerprint, a.pair.tags))
	},
	DescribeState: func(state any) string {
		p := state.(pair)
		if p.fingerprint == "" {
			return "nothing"
		}
		return strings.TrimSpace(p.fingerprint + " " + p.tags)
	},
}

// operation makes porcupine's form of a call. One without an answer can happen at any later time.
func operation(client int, c call, called time.Duration, a answer, returned time.Duration) porcupine.Operation {
	if a.outcome == unknown {
		returned = math.MaxInt64
	}
	return porcupine.Operation{ClientId: client, Input: c, Call: int64(called), Output: a, Return: int64(returned)}
}

// patience is how long the check of one name may take. It takes milliseconds unless something is wrong.
const patience = 2 * time.Minute

// verdict is what the check says about one name.
type verdict struct {
	name   string
	result porcupine.CheckResult
}

// String says what is wrong.
func (v verdict) String() string {
	if v.result == porcupine.Unknown {
		return "the history of " + v.name + " could not be decided"
	}
	return "the history of " + v.name + " is not linearizable"
}

// check checks the history of each name by itself, and returns those that are not linearizable, or that it came to
// no end with.
func check(history map[string][]porcupine.Operation) (bad []verdict) {
	for name, operations := range history {
		if result := porcupine.CheckOperationsTimeout(model, operations, patience); result != porcupine.Ok {
			bad = append(bad, verdict{name, result})
		}
	}
	slices.SortFunc(bad, func(a, b verdict) int { return cmp.Compare(a.name, b.name) })
	return bad
}

// byName parts a history by the names that the calls are about.
func byName(history []porcupine.Operation) map[string][]porcupine.Operation {
	names := map[string][]porcupine.Operation{}
	for _, o := range history {
		name := o.Input.(call).name
		names[name] = append(names[name], o)
	}
	return names
}

// draw writes a page that shows one name's history and where it stops being linearizable, and returns its path. The
// page outlives the test.
func draw(operations []porcupine.Operation) (path string, err error) {
	_, info := porcupine.CheckOperationsVerbose(model, operations, patience)
	f, err := os.CreateTemp("", "lanyard-history-*.html")
	if err != nil {
		return "", err
	}
	return f.Name(), errors.Join(porcupine.Visualize(model, info, f), f.Close())
}
