//go:build crash

package crash

import (
	"slices"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// write is one call of a client, and what is known of its fate.
type write struct {
	// action is the kind of operation that it makes: CreateKeyPair.
	action string
	// operation is the record's id once the write was acknowledged, or was found after a crash: then it must stay.
	operation string
	// lost marks a write that was not acknowledged and not found after the crash: then it must not come up later.
	lost bool
}

// history is what one client did to one key pair, in this order. Only the last write can be without an answer: the
// client stops there.
type history struct {
	writes []*write
	// fingerprint is what the create's answer said, "" without an answer.
	fingerprint string
}

// ledger is what all clients did, by the names of the key pairs.
type ledger struct {
	mu    sync.Mutex
	pairs map[string]*history
	// read are the ids of operations that were read one by one.
	read map[string]bool
}

func newLedger() *ledger {
	return &ledger{pairs: map[string]*history{}, read: map[string]bool{}}
}

// begin notes a write before it is sent.
func (l *ledger) begin(name, action string) *write {
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.pairs[name]
	if h == nil {
		h = &history{}
		l.pairs[name] = h
	}
	w := &write{action: action}
	h.writes = append(h.writes, w)
	return w
}

// acknowledge notes the answer.
func (l *ledger) acknowledge(w *write, op *types.Operation) {
	l.mu.Lock()
	defer l.mu.Unlock()
	w.operation = *op.Id
}

func (l *ledger) setFingerprint(name, fingerprint string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pairs[name].fingerprint = fingerprint
}

// state is what a server says that there is.
type state struct {
	names      []string
	pairs      map[string]types.KeyPair
	operations map[string][]types.Operation // oldest first, by the name of the key pair
}

// verify compares a restarted server with the ledger and settles the fate of writes that had no answer. It returns
// how many of those it found and how many it did not.
func (l *ledger) verify(t *testing.T, c *lightsail.Client) (found, lost int) {
	t.Helper()
	s := readState(t, c)
	l.readEach(t, c, s)
	var listed []string
	for name, pair := range s.pairs {
		listed = append(listed, name)
		wantWhole(t, pair)
	}
	slices.Sort(listed)
	if diff := cmp.Diff(listed, s.names, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("-key pairs +names\n%s", diff)
	}
	for name := range s.operations {
		if l.pairs[name] == nil {
			t.Errorf("there are operations on %s, which no client made", name)
		}
	}
	for name, h := range l.pairs {
		f, n := h.settle(t, name, s.operations[name])
		found, lost = found+f, lost+n
		h.compare(t, name, s)
	}
	return found, lost
}

// readEach reads each operation by its id. Those that it read before are in the lists all the same; to read them again
// after each of many crashes would take most of the time.
func (l *ledger) readEach(t *testing.T, c *lightsail.Client, s *state) {
	t.Helper()
	for _, operations := range s.operations {
		for _, op := range operations {
			if l.read[*op.Id] {
				continue
			}
			l.read[*op.Id] = true
			out, err := c.GetOperation(t.Context(), &lightsail.GetOperationInput{OperationId: op.Id})
			if err != nil {
				t.Fatal(err)
			}
			if *out.Operation.ResourceName != *op.ResourceName || out.Operation.OperationType != op.OperationType {
				t.Errorf("operation %s is %s of %s by itself, %s of %s in the list", *op.Id,
					out.Operation.OperationType, *out.Operation.ResourceName, op.OperationType, *op.ResourceName)
			}
		}
	}
}

// settle finds each write's operation. The operations are those of the writes that happened, in their order, and
// nothing else.
func (h *history) settle(t *testing.T, name string, operations []types.Operation) (found, lost int) {
	t.Helper()
	for _, w := range h.writes {
		there := len(operations) > 0 && string(operations[0].OperationType) == w.action
		switch {
		case there && w.lost:
			t.Errorf("%s of %s came up after it had been lost", w.action, name)
		case there && w.operation == "":
			w.operation = *operations[0].Id
			found++
		case there && w.operation != *operations[0].Id:
			t.Errorf("%s of %s is operation %s, not %s", w.action, name, *operations[0].Id, w.operation)
		case !there && w.operation != "":
			t.Errorf("%s of %s was acknowledged as operation %s and is missing", w.action, name, w.operation)
		case !there && !w.lost:
			w.lost = true
			lost++
		}
		if there {
			operations = operations[1:]
		}
	}
	for _, op := range operations {
		t.Errorf("there is a %s of %s that no client made", op.OperationType, name)
	}
	return found, lost
}

// compare wants the key pair that the writes that happened make, or none.
func (h *history) compare(t *testing.T, name string, s *state) {
	t.Helper()
	exists, tags := false, []types.Tag{}
	for _, w := range h.writes {
		if w.lost {
			continue
		}
		switch w.action {
		case "CreateKeyPair":
			exists, tags = true, someTags
		case "ImportKeyPair":
			exists = true
		case "TagResource":
			tags = someTags
		case "DeleteKeyPair":
			exists = false
		}
	}
	pair, there := s.pairs[name]
	if there != exists {
		t.Errorf("%s exists: %t, its operations say %t", name, there, exists)
		return
	}
	if !there {
		return
	}
	if diff := cmp.Diff(tags, pair.Tags, cmpopts.IgnoreUnexported(types.Tag{}), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("tags of %s: -want +got\n%s", name, diff)
	}
	if h.fingerprint != "" && *pair.Fingerprint != h.fingerprint {
		t.Errorf("fingerprint of %s is %s, was %s", name, *pair.Fingerprint, h.fingerprint)
	}
}

// wantWhole wants a key pair with all that a key pair has.
func wantWhole(t *testing.T, p types.KeyPair) {
	t.Helper()
	if p.Arn == nil || p.CreatedAt == nil || p.Fingerprint == nil || p.Location == nil || p.Name == nil || p.SupportCode == nil ||
		p.Tags == nil || p.ResourceType != types.ResourceTypeKeyPair {
		t.Errorf("the key pair is not whole: %+v", p)
	}
}

// readState reads all lists to their ends.
func readState(t *testing.T, c *lightsail.Client) *state {
	t.Helper()
	s := &state{pairs: map[string]types.KeyPair{}, operations: map[string][]types.Operation{}}
	follow(t, func(token *string) (*string, error) {
		out, err := c.GetActiveNames(t.Context(), &lightsail.GetActiveNamesInput{PageToken: token})
		if err != nil {
			return nil, err
		}
		s.names = append(s.names, out.ActiveNames...)
		return out.NextPageToken, nil
	})
	follow(t, func(token *string) (*string, error) {
		out, err := c.GetKeyPairs(t.Context(), &lightsail.GetKeyPairsInput{PageToken: token})
		if err != nil {
			return nil, err
		}
		for _, p := range out.KeyPairs {
			s.pairs[*p.Name] = p
		}
		return out.NextPageToken, nil
	})
	follow(t, func(token *string) (*string, error) {
		out, err := c.GetOperations(t.Context(), &lightsail.GetOperationsInput{PageToken: token})
		if err != nil {
			return nil, err
		}
		for _, op := range out.Operations {
			s.operations[*op.ResourceName] = append(s.operations[*op.ResourceName], op)
		}
		return out.NextPageToken, nil
	})
	for _, operations := range s.operations {
		slices.Reverse(operations)
	}
	return s
}

// follow reads a list page by page.
func follow(t *testing.T, page func(token *string) (next *string, err error)) {
	t.Helper()
	token, err := page(nil)
	for err == nil && token != nil {
		token, err = page(token)
	}
	if err != nil {
		t.Fatal(err)
	}
}
