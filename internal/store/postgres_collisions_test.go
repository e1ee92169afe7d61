//go:build postgres

package store_test

import (
	"database/sql"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/lanyard-cloud/lanyard/internal/store"
)

// meeting returns, for each of two transactions, what waits for the other one: in its first try alone, since only one of
// them may have a second.
func meeting() [2]func() {
	var both sync.WaitGroup
	both.Add(2)
	meet := func() func() {
		arrive := sync.OnceFunc(both.Done)
		return func() {
			arrive()
			both.Wait()
		}
	}
	return [2]func(){meet(), meet()}
}

// sqlState is the code of a PostgreSQL error, "" of others.
func sqlState(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

// TestUpdatesAreAsIfInTurn lets each of two updates read what the other one writes. Of two who are on call each goes
// off as long as the other one is on: had they come one after the other, in whatever order, one would still be.
func TestUpdatesAreAsIfInTurn(t *testing.T) {
	db := fresh(t)
	names := []string{"alice", "bob"}
	update(t, db, func(tx *store.Tx) error {
		return errors.Join(tx.SetMeta("alice", []byte("on")), tx.SetMeta("bob", []byte("on")))
	})
	var wg sync.WaitGroup
	for i, meet := range meeting() {
		me, other := names[i], names[1-i]
		wg.Go(func() {
			err := db.Update(t.Context(), func(tx *store.Tx) error {
				state, err := tx.Meta(other)
				meet()
				if err != nil || string(state) == "off" {
					return err
				}
				return tx.SetMeta(me, []byte("off"))
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	view(t, db, func(tx *store.Tx) error {
		alice, errA := tx.Meta("alice")
		bob, errB := tx.Meta("bob")
		if string(alice) == string(bob) {
			t.Errorf("alice and bob are both %s, want one of them on", alice)
		}
		return errors.Join(errA, errB)
	})
}

// TestDeadlockedUpdatesBothHappen lets two updates write the same rows in opposite order. Each waits for the other one
// until PostgreSQL ends one of them, which then runs once more.
func TestDeadlockedUpdatesBothHappen(t *testing.T) {
	db := open(t, withParameters(t, newDSN(t), "deadlock_timeout", "10ms")) // how long PostgreSQL waits before it looks
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	rows := []string{"a", "b"}
	update(t, db, func(tx *store.Tx) error {
		return errors.Join(tx.SetMeta("a", []byte("free")), tx.SetMeta("b", []byte("free")))
	})
	var wg sync.WaitGroup
	var deadlocks atomic.Int64
	for i, meet := range meeting() {
		first, second := rows[i], rows[1-i]
		wg.Go(func() {
			err := db.Update(t.Context(), func(tx *store.Tx) error {
				err := tx.SetMeta(first, []byte(first))
				meet()
				if err != nil {
					return err
				}
				err = tx.SetMeta(second, []byte(first))
				if sqlState(err) == "40P01" {
					deadlocks.Add(1)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if deadlocks.Load() == 0 { // on a busy machine they may meet more than once
		t.Error("no try met a deadlock")
	}
	view(t, db, func(tx *store.Tx) error {
		a, errA := tx.Meta("a")
		b, errB := tx.Meta("b")
		if string(a) != string(b) {
			t.Errorf("the rows are %q and %q, want both of the update that came last", a, b)
		}
		return errors.Join(errA, errB)
	})
}

const (
	// clients and each are how many clients write the same rows at the same time, and how often each.
	clients, each = 120, 3
)

// writeAll lets two servers, each with many clients, run a write all the time on a store that has the key pair deploy. None is
// given up.
func writeAll(t *testing.T, write func(*store.Tx) error) *store.DB {
	t.Helper()
	dsn := newDSN(t)
	servers := [2]*store.DB{open(t, dsn), open(t, dsn)}
	if err := servers[0].Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	insertKeyPair(t, servers[0], "deploy")
	var wg sync.WaitGroup
	for n := range clients {
		wg.Go(func() {
			for range each {
				if err := servers[n%2].Update(t.Context(), write); err != nil {
					t.Errorf("Update = %v, want no error", err)
				}
			}
		})
	}
	wg.Wait()
	return servers[0]
}

// TestUpdate_ofOneResourceByManyClients writes the same resource: each write reads what all before it wrote.
func TestUpdate_ofOneResourceByManyClients(t *testing.T) {
	db := writeAll(t, lengthen)
	view(t, db, func(tx *store.Tx) error {
		r, err := tx.Resource(account, region, "deploy")
		if err == nil && len(r.Doc) != clients*each {
			t.Errorf("the resource has the marks of %d updates, want %d", len(r.Doc), clients*each)
		}
		return err
	})
}

// TestAppendEntry_allHappen adds to the same list: each entry gets a number of its own.
func TestAppendEntry_allHappen(t *testing.T) {
	db := writeAll(t, func(tx *store.Tx) error {
		if _, err := tx.CountEntries("id-deploy", deployments); err != nil {
			return err
		}
		time.Sleep(5 * time.Millisecond) // what a call does between its reads and its writes
		_, err := tx.AppendEntry("id-deploy", deployments, noon, nil)
		return err
	})
	if got := numbers(t, db, "deploy", deployments); len(got) != clients*each || got[len(got)-1] != clients*each {
		t.Errorf("numbers: got %v, want 1 to %d", got, clients*each)
	}
}

// insertKeyPair inserts an account with a key pair that has an empty document.
func insertKeyPair(t *testing.T, db *store.DB, name string) {
	t.Helper()
	pair := keyPair(name)
	pair.Doc = nil
	update(t, db, func(tx *store.Tx) error {
		return errors.Join(tx.InsertAccount(&store.Account{ID: account, CreatedAt: time.UnixMilli(1)}), tx.InsertResource(pair))
	})
}

// lengthen adds a mark to the document of a key pair, and takes about as long as the change of a large document.
func lengthen(tx *store.Tx) error {
	r, err := tx.Resource(account, region, "deploy")
	if err != nil {
		return err
	}
	time.Sleep(5 * time.Millisecond)
	r.Doc = append(r.Doc, 'x')
	return tx.UpdateResource(r)
}

// TestUpdate_shutsOthersOut lets a rival write the same resource in the midst of each try, as long as PostgreSQL lets it.
func TestUpdate_shutsOthersOut(t *testing.T) {
	dsn := newDSN(t)
	db, admin := open(t, dsn), connect(t, dsn)
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	insertKeyPair(t, db, "deploy")
	tries, shutOut := 0, false
	err := db.Update(t.Context(), func(tx *store.Tx) error {
		tries++
		r, err := tx.Resource(account, region, "deploy")
		if err != nil {
			return err
		}
		const rival = `SET LOCAL lock_timeout = '100ms'; UPDATE resources SET doc = doc || '\x79'::bytea WHERE name = 'deploy'`
		_, err = admin.ExecContext(t.Context(), rival, pgx.QueryExecModeSimpleProtocol)
		if shutOut = sqlState(err) == "55P03"; err != nil && !shutOut {
			return err
		}
		r.Doc = append(r.Doc, 'x')
		return tx.UpdateResource(r)
	})
	if err != nil || !shutOut || tries != 9 {
		t.Errorf("Update = %v after %d tries, the rival was shut out: %v; want no error after 9, by shutting it out", err, tries, shutOut)
	}
	view(t, db, func(tx *store.Tx) error {
		r, err := tx.Resource(account, region, "deploy")
		if err == nil && string(r.Doc) != "yyyyyyyyx" {
			t.Errorf("the document is %q, want all that the rival wrote before, and then the update", r.Doc)
		}
		return err
	})
}

// TestUpdatesGiveUp lets PostgreSQL refuse each try of an update as one that collided: it ends all the same.
func TestUpdatesGiveUp(t *testing.T) {
	dsn := newDSN(t)
	db := open(t, dsn)
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	collideOnMeta(t, connect(t, dsn))
	tries := 0
	err := db.Update(t.Context(), func(tx *store.Tx) error {
		if tries++; tries > 40 {
			return errors.New("there is no end")
		}
		return tx.SetMeta("n", []byte("x"))
	})
	if err == nil || !strings.HasPrefix(err.Error(), "given up after 30 tries: ") || sqlState(err) != "40001" {
		t.Errorf("Update = %v, want the last collision, given up after 30 tries", err)
	}
	if tries != 30 {
		t.Errorf("the update ran %d times, want 30", tries)
	}
}

// collideOnMeta lets PostgreSQL refuse each write of a named value as one that collided.
func collideOnMeta(t *testing.T, admin *sql.DB) {
	t.Helper()
	for _, statement := range []string{
		`CREATE FUNCTION collide() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$`,
		`CREATE TRIGGER collide BEFORE INSERT ON meta FOR EACH ROW EXECUTE FUNCTION collide()`,
	} {
		if _, err := admin.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
}

// TestReads_haveNothingOfAListThatFailed: PostgreSQL refuses a read that collides after some rows of it. A caller that used
// them would hide the collision behind the error of the next statement, and the update would not run again.
func TestReads_haveNothingOfAListThatFailed(t *testing.T) {
	dsn := newDSN(t)
	db := open(t, dsn)
	err := db.View(t.Context(), func(tx *store.Tx) error {
		got, err := tx.Texts(`SELECT (10 / (3 - n))::text FROM generate_series(1, 3) AS n`)
		if got != nil {
			t.Errorf("a list whose third row failed = %q, want no rows", got)
		}
		return err
	})
	if code := sqlState(err); code != "22012" {
		t.Errorf("View = %v, want the error of the third row", err)
	}
}
