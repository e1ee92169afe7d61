package home

import (
	"context"
	"log/slog"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// requestTime is how long a request waits for a PostgreSQL that does not answer. Clients
// wait for a minute or more, and then retry.
const requestTime = 15 * time.Second

// Preparation says how a server's start brings its store up to date.
type Preparation struct {
	// Root fixes the root identity of a new store. On an existing one it must be the same.
	Root Root
	// Identities is the identities file to apply, or nil.
	Identities *identity.File
	// Clock is the lifecycle clock.
	Clock func() time.Time
	// Log gets warnings.
	Log *slog.Logger
	// Observe, if not nil, measures transactions.
	Observe func(kind string, took time.Duration)
}

// Prepare opens the store of a server that starts. It makes a new store if there is none,
// brings an older one up to date, and applies the identities file. It checks everything
// that may be wrong before its first change. Commands use Open.
func Prepare(ctx context.Context, d Database, p Preparation) (*Store, Root, error) {
	db, name, err := d.connect(ctx, requestTime, p.Observe)
	if err != nil {
		return nil, Root{}, err
	}
	s := &Store{db: db, now: p.Clock}
	if s.sealer, err = d.unlock(ctx, db, name); err != nil {
		return nil, Root{}, closeAfter(err, db)
	}
	root, err := s.prepare(ctx, p)
	if err != nil {
		return nil, Root{}, closeAfter(err, db)
	}
	return s, root, nil
}

func (s *Store) prepare(ctx context.Context, p Preparation) (root Root, err error) {
	if err := migrate(ctx, s.db, s.sealer, p.Log); err != nil {
		return Root{}, err
	}
	err = s.db.Update(ctx, func(tx *store.Tx) (err error) {
		if err := plantKeyCheck(tx, s.sealer); err != nil {
			return err
		}
		root, err = applyIdentities(s.accounts(tx), p.Root, p.Identities)
		return err
	})
	return root, err
}

// applyIdentities makes the root identity of a new store, and applies the file if it is not nil.
func applyIdentities(accounts *identity.Accounts, wish Root, file *identity.File) (Root, error) {
	root, err := ensureRoot(accounts, wish, file)
	if err != nil || file == nil {
		return root, err
	}
	if err := file.Apply(accounts); err != nil {
		return Root{}, err
	}
	return readRoot(accounts, "")
}
