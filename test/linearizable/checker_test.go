package linearizable

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
)

// seen is a call on the name "x" as its client saw it, with the times of its start and its end.
type seen struct {
	from, to time.Duration
	call     call
	answer   answer
}

func history(all []seen) []porcupine.Operation {
	var operations []porcupine.Operation
	for i, s := range all {
		s.call.name = "x"
		operations = append(operations, operation(i, s.call, s.from, s.answer, s.to))
	}
	return operations
}

// What the clients do and see.
var (
	importA = call{action: imported, fingerprint: "A"}
	importB = call{action: imported, fingerprint: "B"}
	make1   = call{action: create, key: "k", value: "1"}
	look    = call{action: get}
	drop    = call{action: remove}
	tag1    = call{action: tag, key: "k", value: "1"}
	tag2    = call{action: tag, key: "k", value: "2"}
	untagK  = call{action: untag, key: "k"}

	ok       = answer{outcome: done}
	no       = answer{outcome: refused}
	noAnswer = answer{outcome: unknown}
)

func saw(fingerprint, tags string) answer { return answer{done, pair{fingerprint, tags}} }

// TestCheck shows what the check takes for linearizable and what it does not. Times that overlap are those of calls at
// the same time.
func TestCheck(t *testing.T) {
	for _, tc := range []struct {
		name    string
		history []seen
		want    porcupine.CheckResult
	}{
		{"nothing", nil, porcupine.Ok},
		{"one after the other", []seen{
			{0, 1, look, no},
			{2, 3, importA, ok},
			{4, 5, look, saw("A", "")},
			{6, 7, tag1, ok},
			{8, 9, look, saw("A", "k=1")},
			{10, 11, untagK, ok},
			{12, 13, look, saw("A", "")},
			{14, 15, importB, no},
			{16, 17, drop, ok},
			{18, 19, drop, no},
			{20, 21, make1, saw("C", "k=1")},
			{22, 23, look, saw("C", "k=1")},
		}, porcupine.Ok},

		{"an acknowledged import is lost", []seen{{0, 1, importA, ok}, {2, 3, look, no}}, porcupine.Illegal},
		{"a get returns what was deleted", []seen{{0, 1, importA, ok}, {2, 3, drop, ok}, {4, 5, look, saw("A", "")}}, porcupine.Illegal},
		{"a get at the same time as the delete", []seen{{0, 1, importA, ok}, {2, 5, drop, ok}, {4, 6, look, saw("A", "")}}, porcupine.Ok},
		{"two gets that saw the delete in turn", []seen{
			{0, 1, importA, ok}, {2, 9, drop, ok}, {3, 4, look, no}, {5, 6, look, saw("A", "")},
		}, porcupine.Illegal},

		{"two get the same name", []seen{{0, 3, importA, ok}, {1, 2, importB, ok}}, porcupine.Illegal},
		{"one gets it", []seen{{0, 3, importA, ok}, {1, 2, importB, no}, {4, 5, look, saw("A", "")}}, porcupine.Ok},
		{"nobody gets it", []seen{{0, 3, importA, no}, {1, 2, importB, no}}, porcupine.Illegal},
		{"the other's key is there", []seen{{0, 3, importA, ok}, {1, 2, importB, no}, {4, 5, look, saw("B", "")}}, porcupine.Illegal},
		{"two delete the same key pair", []seen{{0, 1, importA, ok}, {2, 5, drop, ok}, {3, 4, drop, ok}}, porcupine.Illegal},

		{"a tag is lost to another", []seen{
			{0, 1, importA, ok}, {2, 5, tag1, ok}, {3, 4, call{action: tag, key: "l", value: "2"}, ok}, {6, 7, look, saw("A", "l=2")},
		}, porcupine.Illegal},
		{"both tags are there", []seen{
			{0, 1, importA, ok}, {2, 5, tag1, ok}, {3, 4, call{action: tag, key: "l", value: "2"}, ok}, {6, 7, look, saw("A", "k=1 l=2")},
		}, porcupine.Ok},
		{"gets that disagree about the order of two tags", []seen{
			{0, 1, importA, ok}, {2, 9, tag1, ok}, {2, 9, tag2, ok}, {10, 11, look, saw("A", "k=1")}, {12, 13, look, saw("A", "k=2")},
		}, porcupine.Illegal},
		{"a tag outlives its key pair", []seen{
			{0, 1, importA, ok}, {2, 3, tag1, ok}, {4, 5, drop, ok}, {6, 7, importB, ok}, {8, 9, look, saw("B", "k=1")},
		}, porcupine.Illegal},
		{"a create loses its tag", []seen{{0, 1, make1, saw("C", "")}}, porcupine.Illegal},
		{"a refused tag is there", []seen{{0, 1, importA, ok}, {2, 3, tag1, no}}, porcupine.Illegal},

		{"without an answer it happened", []seen{{0, 1, importA, noAnswer}, {2, 3, look, saw("A", "")}}, porcupine.Ok},
		{"without an answer it did not happen", []seen{{0, 1, importA, noAnswer}, {2, 3, look, no}}, porcupine.Ok},
		{"without an answer it happened late", []seen{{0, 1, importA, noAnswer}, {2, 3, look, no}, {4, 5, look, saw("A", "")}}, porcupine.Ok},
		{"without an answer it happened twice", []seen{
			{0, 1, importA, noAnswer}, {2, 3, look, saw("A", "")}, {4, 5, drop, ok}, {6, 7, look, saw("A", "")},
		}, porcupine.Illegal},
		{"without an answer it happened before it began", []seen{{0, 1, look, saw("A", "")}, {2, 3, importA, noAnswer}}, porcupine.Illegal},
		{"a create without an answer is seen", []seen{
			{0, 1, make1, noAnswer}, {2, 3, look, saw("C", "k=1")}, {4, 5, look, saw("C", "k=1")},
		}, porcupine.Ok},
		{"a create without an answer is seen as two", []seen{
			{0, 1, make1, noAnswer}, {2, 3, look, saw("C", "k=1")}, {4, 5, look, saw("D", "k=1")},
		}, porcupine.Illegal},
		{"a delete without an answer", []seen{
			{0, 1, importA, ok}, {2, 3, drop, noAnswer}, {4, 5, look, saw("A", "")}, {6, 7, importB, ok},
		}, porcupine.Ok},
		{"a tag without an answer", []seen{
			{0, 1, importA, ok}, {2, 3, tag1, noAnswer}, {4, 5, look, saw("A", "")}, {6, 7, look, saw("A", "k=1")},
		}, porcupine.Ok},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := porcupine.CheckOperationsTimeout(model, history(tc.history), patience); got != tc.want {
				t.Errorf("the history is %s, want %s", got, tc.want)
			}
		})
	}
}

// TestCheckPartsNames wants that a fault of one name is found among others, named, and drawn.
func TestCheckPartsNames(t *testing.T) {
	all := history([]seen{{0, 1, importA, ok}, {2, 3, tag2, noAnswer}, {4, 5, look, no}})
	for _, name := range []string{"fine", "also-fine"} {
		all = append(all, operation(0, call{action: imported, name: name, fingerprint: "A"}, 0, ok, 1))
	}
	names := byName(all)
	bad := check(names)
	if len(bad) != 1 || bad[0] != (verdict{"x", porcupine.Illegal}) {
		t.Fatalf("found %v, want x", bad)
	}
	path, err := draw(names["x"])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Remove(path) })
	page, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(page), "ImportKeyPair A") {
		t.Errorf("the page does not show the history (%v)", err)
	}
}
