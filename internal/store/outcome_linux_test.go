package store

import (
	"errors"
	"testing"
	"time"

	"github.com/lanyard-cloud/lanyard/test/nosync"
)

// TestUpdate_whoseCommitIsNotSynced: after a crash the write may be there or not, so no caller is told that it is not. Those
// that shared the commit and wrote nothing know that nothing of theirs is.
func TestUpdate_whoseCommitIsNotSynced(t *testing.T) {
	db, path := openFile(t)
	w := db.engine.(*sqliteEngine).writer //nolint:forcetypeassert // the DSN says so
	if err := db.Update(t.Context(), func(tx *Tx) error { return tx.SetMeta("before", []byte("x")) }); err != nil {
		t.Fatal(err)
	}
	if err := nosync.Break(path); err != nil {
		t.Fatal(err)
	}
	refused := errors.New("refused")
	begun, first := make(chan struct{}), make(chan struct{})
	writes, others := make(chan error, 1), make(chan error, 1)
	go func() {
		writes <- db.Update(t.Context(), func(tx *Tx) error {
			close(begun)
			<-first
			return tx.SetMeta("n", []byte("x"))
		})
	}()
	<-begun
	go func() { others <- db.Update(t.Context(), func(*Tx) error { return refused }) }()
	for len(w.jobs) == 0 { // nothing else tells that it waits
		time.Sleep(time.Millisecond)
	}
	close(first)
	if err := <-writes; !errors.Is(err, ErrUnknownOutcome) {
		t.Errorf("the write: Update = %v, want ErrUnknownOutcome", err)
	}
	if err := <-others; err == nil || errors.Is(err, ErrUnknownOutcome) {
		t.Errorf("what wrote nothing: Update = %v, want another error than ErrUnknownOutcome", err)
	}
}
