package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/google/uuid"

	"github.com/lanyard-cloud/lanyard/internal/store"
)

// writes: tagging costs little more than the commit under it. There are two commits to
// compare with: of one small row, the least that the store can do, and of the two rows
// that a tagging writes.
func writes(ctx context.Context, s settings) (rows []row, err error) {
	bare, err := openBare(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, bare.close()) }()
	return rows, withServer(nil, func(w *world) error {
		c := w.client()
		if _, err := c.ImportKeyPair(ctx, &lightsail.ImportKeyPairInput{KeyPairName: new("there"), PublicKeyBase64: new(edLine)}); err != nil {
			return err
		}
		tag, err := sign(ctx, w.endpoint, "TagResource", `{"resourceName":"there","tags":[{"key":"team","value":"web"}]}`)
		if err != nil {
			return err
		}
		rows, err = s.tagging(ctx, bare, tag)
		return err
	})
}

// limitedWrites is how often the disk is written to in a second where it is slowed down
// for a comparison: a commit takes two.
const limitedWrites = 2000

// tagging compares taggings with commits on the disk as it is, and on a slower one: where
// an fsync takes next to no time, what is measured is HTTP.
func (s settings) tagging(ctx context.Context, bare *bareStore, tag signed) ([]row, error) {
	measure := func() (tags, small, same float64, err error) {
		medians, err := inTurn(5, s.lightLoad(ctx, tag), s.commits(ctx, bare.smallRow), s.commits(ctx, bare.sameRows))
		if err != nil {
			return 0, 0, 0, err
		}
		return medians[0], medians[1], medians[2], nil
	}
	tags, small, same, err := measure()
	if err != nil {
		return nil, err
	}
	rows := []row{
		ratioOf("6. TagResource on one resource, 8 clients: rate to the store's bare grouped commits", tags, small),
		besides("6. … to bare grouped commits of the same two rows", tags, same),
	}
	slower := fmt.Sprintf("6. … with a disk that takes %d writes a second", limitedWrites)
	var failed error
	err = onSlowerDisk(bare.dir, limitedWrites, func() { tags, small, same, failed = measure() })
	switch {
	case failed != nil:
		return nil, failed
	case err != nil:
		return append(rows, row{what: slower + " (needs root and cgroups: " + err.Error() + ")"}), nil //nolint:nilerr // the row says it
	}
	return append(rows, ratioOf(slower, tags, small), besides(slower+", to commits of the same two rows", tags, same)), nil
}

// ratioOf is a row of which half is wanted.
func ratioOf(what string, ours, theirs float64) row {
	r := besides(what, ours, theirs)
	r.goal, r.met = "≥ 0.50", ours/theirs >= 0.50
	return r
}

// besides is a row without a goal.
func besides(what string, ours, theirs float64) row {
	return row{what: what, measured: fmt.Sprintf("%.0f/s to %.0f/s", ours, theirs), ratio: fmt.Sprintf("%.2f", ours/theirs)}
}

// commits writes to the store from 8 goroutines.
func (s settings) commits(ctx context.Context, write func(ctx context.Context, n int64) error) func() (float64, error) {
	return func() (float64, error) {
		return rate(ctx, 8, s.round/2, func(n int64) error { return write(ctx, n) })
	}
}

// lightLoad is load by clients that do as little as they can: nothing else on the
// machine should be measured where what is compared has no client.
func (s settings) lightLoad(ctx context.Context, call signed) func() (float64, error) {
	return func() (float64, error) {
		idle := make(chan *lightClient, 8)
		for range cap(idle) {
			c, err := call.dial(ctx)
			if err != nil {
				return 0, err
			}
			defer c.close()
			idle <- c
		}
		return rate(ctx, cap(idle), s.round/2, func(int64) error {
			c := <-idle
			defer func() { idle <- c }()
			return c.send()
		})
	}
}

// bareStore is a store without a server.
type bareStore struct {
	db  *store.DB
	dir string
}

func openBare(ctx context.Context) (b *bareStore, err error) {
	dir, err := os.MkdirTemp("", "lanyard-bench")
	if err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, store.Options{DSN: filepath.Join(dir, "bare.db")})
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	b = &bareStore{db, dir}
	err = db.Migrate(ctx)
	if err == nil {
		err = db.Update(ctx, func(tx *store.Tx) error {
			return errors.Join(tx.InsertAccount(&store.Account{ID: account}), insertPair(tx, "there"))
		})
	}
	if err != nil {
		return nil, errors.Join(err, b.close())
	}
	return b, nil
}

func (b *bareStore) close() error { return errors.Join(b.db.Close(), os.RemoveAll(b.dir)) }

func (b *bareStore) smallRow(ctx context.Context, n int64) error {
	return b.db.Update(ctx, func(tx *store.Tx) error { return tx.SetMeta("bench", fmt.Append(nil, n)) })
}

// sameRows writes a resource that it has read, and an operation.
func (b *bareStore) sameRows(ctx context.Context, _ int64) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	return b.db.Update(ctx, func(tx *store.Tx) error {
		r, err := tx.Resource(account, region, "there")
		if err != nil {
			return err
		}
		return errors.Join(tx.UpdateResource(r), tx.InsertOperation(pairOperation(r, id.String(), "TagResource")))
	})
}
