package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/google/uuid"

	"github.com/lanyard-cloud/lanyard/internal/store"
)

// writes: tagging costs little more than the HTTP around it and the commit under it. That
// commit is of two rows; of one small row is the least that the store can do.
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

// limitedWrites is how often the disk is written to in a second if it is slowed down
// for a comparison: a commit takes two.
const limitedWrites = 2000

// tagging compares taggings with commits on the disk as it is, and on a slower one: where
// an fsync takes next to no time, what is measured is HTTP.
func (s settings) tagging(ctx context.Context, bare *bareStore, tag signed) ([]row, error) {
	answer, err := tag.send(ctx, http.DefaultClient)
	if err != nil {
		return nil, err
	}
	same, stop := tag.onBareHTTP(answer)
	defer stop()
	measure := func() ([][]float64, error) {
		return inTurn(5, s.lightLoad(ctx, tag), s.lightLoad(ctx, same), s.commits(ctx, bare.sameRows), s.commits(ctx, bare.smallRow))
	}
	rates, err := measure()
	if err != nil {
		return nil, err
	}
	tags, bareHTTP, commits, small := rates[0], rates[1], rates[2], rates[3]
	what := fmt.Sprintf("6. TagResource on one resource, 8 clients: rate to what bare net/http (%.0f/s) and bare grouped commits of the same "+
		"two rows (%.0f/s) allow together", median(slices.Clone(bareHTTP)), median(slices.Clone(commits)))
	rows := []row{
		compare(tags, together(bareHTTP, commits)).row(what, "%.0f", 0.62),
		compare(tags, small).row("6. … to the store's bare grouped commits of one small row", "%.0f", 0),
	}
	slower := fmt.Sprintf("6. … with a disk that takes %d writes a second", limitedWrites)
	var failed error
	err = onSlowerDisk(bare.dir, limitedWrites, func() { rates, failed = measure() })
	switch {
	case failed != nil:
		return nil, failed
	case err != nil:
		return append(rows, row{what: slower + " (needs root and cgroups: " + err.Error() + ")"}), nil
	}
	return append(rows,
		compare(rates[0], rates[3]).row(slower+", to bare grouped commits of one small row", "%.0f", 0.50),
		compare(rates[0], rates[2]).row(slower+", to those of the same two rows", "%.0f", 0)), nil
}

// together is the rate, round by round, at which calls can be answered whose HTTP and
// whose commit take what each alone does.
func together(bareHTTP, commits []float64) []float64 {
	rates := make([]float64, len(bareHTTP))
	for i := range bareHTTP {
		rates[i] = 1 / (1/bareHTTP[i] + 1/commits[i])
	}
	return rates
}

// commits writes to the store from 8 goroutines.
func (s settings) commits(ctx context.Context, write func(ctx context.Context, n int64) error) func() (float64, error) {
	return func() (float64, error) {
		return rate(ctx, 8, s.round/2, func(n int64) error { return write(ctx, n) })
	}
}

// lightLoad is load by clients that do as little as they can: nothing else on the
// machine is measured if the comparison has no client.
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
