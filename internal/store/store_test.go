package store_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

const (
	account = "111122223333"
	region  = "us-east-1"
)

func path(t testing.TB) string { return filepath.Join(t.TempDir(), "lanyard.db") }

// newDSN names a new database of the kind that the tests run on.
var newDSN = path

func open(t *testing.T, path string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{DSN: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// fresh returns a migrated store with one account.
func fresh(t *testing.T) *store.DB {
	t.Helper()
	db := open(t, newDSN(t))
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	update(t, db, func(tx *store.Tx) error {
		return tx.InsertAccount(&store.Account{ID: account, CreatedAt: time.UnixMilli(1)})
	})
	return db
}

func update(t *testing.T, db *store.DB, fn func(*store.Tx) error) {
	t.Helper()
	if err := db.Update(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func view(t *testing.T, db *store.DB, fn func(*store.Tx) error) {
	t.Helper()
	if err := db.View(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func keyPair(name string) *resource.Resource {
	return &resource.Resource{
		ID: "id-" + name, Account: account, Region: region, Name: name, Kind: resource.KeyPair, Zone: "all",
		CreatedAt: time.UnixMilli(1571255026975), Tags: []types.Tag{}, Doc: []byte("doc"), Priv: []byte("priv"),
	}
}

func tag(key, value string) types.Tag { return types.Tag{Key: &key, Value: &value} }

func TestResourceReadsBackAsWritten(t *testing.T) {
	db := fresh(t)
	want := keyPair("deploy")
	want.Tags = []types.Tag{tag("team", "web"), {Key: new("a")}}
	update(t, db, func(tx *store.Tx) error { return tx.InsertResource(want) })
	view(t, db, func(tx *store.Tx) error {
		got, err := tx.Resource(account, region, "deploy")
		if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(types.Tag{})); diff != "" {
			t.Errorf("resource (-want +got):\n%s", diff)
		}
		return err
	})

	want.Tags, want.Doc, want.Priv = nil, []byte("doc2"), nil
	update(t, db, func(tx *store.Tx) error { return tx.UpdateResource(want) })
	view(t, db, func(tx *store.Tx) error {
		got, err := tx.Resource(account, region, "deploy")
		if err == nil && (len(got.Tags) != 0 || string(got.Doc) != "doc2" || len(got.Priv) != 0) {
			t.Errorf("after the update: %+v", got)
		}
		return err
	})

	update(t, db, func(tx *store.Tx) error { return tx.DeleteResource(want) })
	view(t, db, func(tx *store.Tx) error {
		if _, err := tx.Resource(account, region, "deploy"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("after the delete: %v, want ErrNotFound", err)
		}
		return nil
	})
	for name, write := range map[string]func(*store.Tx) error{
		"update": func(tx *store.Tx) error { return tx.UpdateResource(want) },
		"delete": func(tx *store.Tx) error { return tx.DeleteResource(want) },
	} {
		if err := db.Update(t.Context(), write); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s of a missing resource: %v, want ErrNotFound", name, err)
		}
	}
}

func TestNamesAreUniquePerAccountAndRegionOverAllKinds(t *testing.T) {
	db := fresh(t)
	update(t, db, func(tx *store.Tx) error {
		return errors.Join(
			tx.InsertAccount(&store.Account{ID: "444455556666"}),
			tx.InsertResource(keyPair("web")))
	})
	same := keyPair("web")
	same.ID, same.Kind = "other", resource.Instance
	if err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.InsertResource(same) }); !errors.Is(err, store.ErrNameTaken) {
		t.Fatalf("a second resource of that name: %v, want ErrNameTaken", err)
	}
	elsewhere, others, upper := keyPair("web"), keyPair("web"), keyPair("WEB")
	elsewhere.ID, elsewhere.Region = "b", "eu-west-1"
	others.ID, others.Account = "c", "444455556666"
	update(t, db, func(tx *store.Tx) error {
		return errors.Join(tx.InsertResource(elsewhere), tx.InsertResource(others), tx.InsertResource(upper))
	})
}

func TestResourcesListsAKindByNameInPages(t *testing.T) {
	db := fresh(t)
	instance := keyPair("bb")
	instance.Kind = resource.Instance
	update(t, db, func(tx *store.Tx) error {
		return errors.Join(tx.InsertResource(keyPair("cc")), tx.InsertResource(keyPair("aa")), tx.InsertResource(instance), tx.InsertResource(keyPair("dd")))
	})
	view(t, db, func(tx *store.Tx) error {
		for _, tc := range []struct {
			after string
			limit int
			want  []string
		}{
			{"", 2, []string{"aa", "cc"}},
			{"cc", 2, []string{"dd"}},
			{"dd", 2, nil},
		} {
			page, err := tx.Resources(account, region, resource.KeyPair, tc.after, tc.limit)
			if err != nil {
				return err
			}
			var names []string
			for _, r := range page {
				names = append(names, r.Name)
			}
			if !slices.Equal(names, tc.want) {
				t.Errorf("after %q: %v, want %v", tc.after, names, tc.want)
			}
		}
		names, err := tx.Names(account, region, "aa", 2)
		if want := []string{"bb", "cc"}; !slices.Equal(names, want) {
			t.Errorf("names: %v, want %v", names, want)
		}
		return err
	})
}

func TestOperationsListNewestFirst(t *testing.T) {
	db := fresh(t)
	for i := range 5 {
		update(t, db, func(tx *store.Tx) error {
			return tx.InsertOperation(&store.Operation{ID: fmt.Sprint(9 - i), Account: account, Region: region, Resource: fmt.Sprint("r", i%2), Doc: []byte("doc")})
		})
	}
	ids := func(ops []*store.Operation) (ids []string) {
		for _, o := range ops {
			ids = append(ids, o.ID)
		}
		return ids
	}
	view(t, db, func(tx *store.Tx) error {
		first, err := tx.Operations(account, region, store.Newest, 3)
		if err != nil {
			return err
		}
		last := first[2]
		rest, err := tx.Operations(account, region, store.Cursor{Position: last.Position, ID: last.ID}, 3)
		if diff := cmp.Diff([][]string{{"5", "6", "7"}, {"8", "9"}}, [][]string{ids(first), ids(rest)}); diff != "" {
			t.Errorf("operations (-want +got):\n%s", diff)
		}
		if err != nil {
			return err
		}
		odd, err := tx.OperationsOf(account, region, "r1", store.Newest, 9)
		if want := []string{"6", "8"}; !slices.Equal(ids(odd), want) {
			t.Errorf("operations of r1: %v, want %v", ids(odd), want)
		}
		if _, err := tx.Operation(account, "eu-west-1", "9"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("an operation from another region: %v, want ErrNotFound", err)
		}
		return err
	})
}

func TestFailedUpdateLeavesNothing(t *testing.T) {
	db := fresh(t)
	boom := errors.New("boom")
	err := db.Update(t.Context(), func(tx *store.Tx) error {
		return errors.Join(tx.InsertResource(keyPair("a")), boom)
	})
	if !errors.Is(err, boom) {
		t.Fatalf("Update = %v, want its function's error", err)
	}
	func() {
		defer func() {
			if v := recover(); v != "bang" {
				t.Errorf("recovered %v, want the function's panic in its caller", v)
			}
		}()
		_ = db.Update(t.Context(), func(tx *store.Tx) error {
			_ = tx.InsertResource(keyPair("a"))
			panic("bang")
		})
	}()
	update(t, db, func(tx *store.Tx) error { return tx.InsertResource(keyPair("a")) })
}

// TestGroupedUpdatesStandAlone runs many Updates at once, half of which fail: those
// that share a commit must not share a fate.
func TestGroupedUpdatesStandAlone(t *testing.T) {
	db := fresh(t)
	boom := errors.New("boom")
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			err := db.Update(t.Context(), func(tx *store.Tx) error {
				if err := tx.InsertResource(keyPair(fmt.Sprintf("k%03d", i))); err != nil || i%2 == 0 {
					return err
				}
				return boom
			})
			if want := i%2 == 1; errors.Is(err, boom) != want {
				t.Errorf("update %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	view(t, db, func(tx *store.Tx) error {
		names, err := tx.Names(account, region, "", 1000)
		if len(names) != 100 {
			t.Errorf("%d resources are stored, want 100", len(names))
		}
		return err
	})
}

func TestViewSeesOneState(t *testing.T) {
	db := fresh(t)
	view(t, db, func(tx *store.Tx) error {
		before, err := tx.Names(account, region, "", 10)
		if err != nil {
			return err
		}
		update(t, db, func(tx *store.Tx) error { return tx.InsertResource(keyPair("late")) })
		after, err := tx.Names(account, region, "", 10)
		if len(before) != 0 || len(after) != 0 {
			t.Errorf("the view saw %v and then %v", before, after)
		}
		return err
	})
}

func TestUpdateHonoursItsContext(t *testing.T) {
	db := fresh(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := db.Update(ctx, func(tx *store.Tx) error { return tx.InsertResource(keyPair("a")) })
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("Update = %v, want context.Canceled", err)
	}
}

func TestAccessKeys(t *testing.T) {
	db := fresh(t)
	want := &store.AccessKey{ID: "AKIA1", Account: account, Secret: []byte{1, 2}, Active: true, CreatedAt: time.UnixMilli(5)}
	update(t, db, func(tx *store.Tx) error { return tx.InsertAccessKey(want) })
	if err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.InsertAccessKey(want) }); !errors.Is(err, store.ErrExists) {
		t.Errorf("the same key again: %v, want ErrExists", err)
	}
	view(t, db, func(tx *store.Tx) error {
		got, err := tx.AccessKey("AKIA1")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("access key (-want +got):\n%s", diff)
		}
		if _, err := tx.AccessKey("AKIA2"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a missing access key: %v, want ErrNotFound", err)
		}
		keys, listErr := tx.AccessKeys(account, "")
		if len(keys) != 1 {
			t.Errorf("the account has %d keys, want 1", len(keys))
		}
		return errors.Join(err, listErr)
	})
}
