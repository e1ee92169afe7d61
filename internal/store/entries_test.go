package store_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

var (
	deployments = resource.Class{Name: "deployment"}
	// few keeps three entries, brief those of a minute.
	few   = resource.Class{Name: "few", Limit: 3}
	brief = resource.Class{Name: "brief", Age: time.Minute}
)

// noon is the time that tests of entries count from.
var noon = time.UnixMilli(1571227200000)

// withResources is a fresh store with resources of these names.
func withResources(t *testing.T, names ...string) *store.DB {
	t.Helper()
	db := fresh(t)
	update(t, db, func(tx *store.Tx) error {
		for _, name := range names {
			if err := tx.InsertResource(keyPair(name)); err != nil {
				return err
			}
		}
		return nil
	})
	return db
}

// add appends an entry for each of the times, in seconds after noon, and returns the numbers.
func add(t *testing.T, db *store.DB, owner string, c resource.Class, seconds ...int) (numbers []int64) {
	t.Helper()
	for _, s := range seconds {
		update(t, db, func(tx *store.Tx) error {
			n, err := tx.AppendEntry("id-"+owner, c, noon.Add(time.Duration(s)*time.Second), fmt.Appendf(nil, `{"n":%d}`, s))
			numbers = append(numbers, n)
			return err
		})
	}
	return numbers
}

// numbers reads all numbers of a list, the first one first, and wants its count to be right.
func numbers(t *testing.T, db *store.DB, owner string, c resource.Class) []int64 {
	t.Helper()
	var all []int64
	view(t, db, func(tx *store.Tx) error {
		list, err := tx.Entries("id-"+owner, c, store.EntryPage{OldestFirst: true, Limit: 1000})
		all = seqs(list)
		n, countErr := tx.CountEntries("id-"+owner, c)
		if n != len(all) {
			t.Errorf("count of %s of %s = %d, want %d", c.Name, owner, n, len(all))
		}
		return errors.Join(err, countErr)
	})
	return all
}

func seqs(list []*resource.Entry) []int64 {
	all := make([]int64, len(list))
	for i, e := range list {
		all[i] = e.Seq
	}
	return all
}

func wantNumbers(t *testing.T, what string, got []int64, want ...int64) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func deleteEntry(t *testing.T, db *store.DB, owner string, c resource.Class, seq int64) {
	t.Helper()
	update(t, db, func(tx *store.Tx) error {
		return tx.DeleteEntry(&resource.Entry{Owner: "id-" + owner, Class: c.Name, Seq: seq})
	})
}

// TestAppendEntry_givesNoNumberTwice counts by resource and class, and continues after those that
// were deleted.
func TestAppendEntry_givesNoNumberTwice(t *testing.T) {
	db := withResources(t, "web", "mail")
	wantNumbers(t, "first entries", add(t, db, "web", deployments, 1, 2, 3), 1, 2, 3)
	wantNumbers(t, "entries of another class", add(t, db, "web", few, 1, 2), 1, 2)
	wantNumbers(t, "entries of another resource", add(t, db, "mail", deployments, 1), 1)
	deleteEntry(t, db, "web", deployments, 3)
	wantNumbers(t, "entry after the newest was deleted", add(t, db, "web", deployments, 4), 4)
	for _, seq := range numbers(t, db, "web", deployments) {
		deleteEntry(t, db, "web", deployments, seq)
	}
	wantNumbers(t, "entry after all were deleted", add(t, db, "web", deployments, 5), 5)
	wantNumbers(t, "what is left", numbers(t, db, "web", deployments), 5)
}

func TestAppendEntry_reportsAMissingResource(t *testing.T) {
	db := withResources(t, "web")
	gone := func(tx *store.Tx) error {
		_, err := tx.AppendEntry("id-gone", deployments, noon, nil)
		return err
	}
	if err := db.Update(t.Context(), gone); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("entry of a missing resource: got error %v, want ErrNotFound", err)
	}
}

func TestAppendEntry_boundsDocuments(t *testing.T) {
	db := withResources(t, "web")
	add(t, db, "web", deployments, 1)
	for _, size := range []int{resource.MaxEntry, resource.MaxEntry + 1} {
		for name, write := range map[string]func(tx *store.Tx) error{
			"append": func(tx *store.Tx) error {
				_, err := tx.AppendEntry("id-web", deployments, noon, make([]byte, size))
				return err
			},
			"update": func(tx *store.Tx) error {
				return tx.UpdateEntry(&resource.Entry{Owner: "id-web", Class: "deployment", Seq: 1, Doc: make([]byte, size)})
			},
		} {
			if err := db.Update(t.Context(), write); (err == nil) != (size <= resource.MaxEntry) {
				t.Errorf("%s of %d bytes: got error %v, want one above %d bytes only", name, size, err, resource.MaxEntry)
			}
		}
	}
}

// TestAppendEntry_keepsTheNewest also where one of the newest was deleted, and where the limit
// was higher before.
func TestAppendEntry_keepsTheNewest(t *testing.T) {
	db := withResources(t, "web")
	add(t, db, "web", few, 9, 8, 7, 6, 5) // the clock goes back: what was added last counts
	wantNumbers(t, "after five entries", numbers(t, db, "web", few), 3, 4, 5)
	deleteEntry(t, db, "web", few, 4)
	add(t, db, "web", few, 6)
	wantNumbers(t, "with room for one", numbers(t, db, "web", few), 3, 5, 6)
	unlimited := few
	unlimited.Limit = 0
	add(t, db, "web", unlimited, make([]int, 214)...)
	for _, want := range []int{118, 19, 3, 3} { // one more than there were, and 100 less
		add(t, db, "web", few, 1)
		if got := numbers(t, db, "web", few); len(got) != want {
			t.Errorf("under a limit of 3: %d entries, want %d", len(got), want)
		}
	}
}

func TestAppendEntry_dropsWhatIsTooOld(t *testing.T) {
	db := withResources(t, "web")
	add(t, db, "web", brief, 0, 10, 60)
	wantNumbers(t, "a minute after the first entry", numbers(t, db, "web", brief), 1, 2, 3)
	add(t, db, "web", brief, 65, 40)
	wantNumbers(t, "a little later", numbers(t, db, "web", brief), 2, 3, 4, 5)
	add(t, db, "web", brief, 101) // the entry that was added last is older than others
	wantNumbers(t, "without one in between", numbers(t, db, "web", brief), 3, 4, 6)
	add(t, db, "web", brief, make([]int, 120)...)
	add(t, db, "web", brief, 1000)
	if got := numbers(t, db, "web", brief); len(got) != 24 {
		t.Errorf("after one addition %d of 123 old entries are left, want 23", len(got)-1)
	}
}

// TestEntries_inPages reads a list from both ends, in pages of two.
func TestEntries_inPages(t *testing.T) {
	db := withResources(t, "web", "mail")
	add(t, db, "mail", deployments, 1, 2)
	add(t, db, "web", few, 1)
	add(t, db, "web", deployments, 50, 20, 20, 30, 40)
	at := func(seconds int) time.Time { return noon.Add(time.Duration(seconds) * time.Second) }
	for _, tc := range []struct {
		name   string
		oldest bool
		read   func(*store.Tx, store.EntryPage) ([]*resource.Entry, error)
		want   []int64
	}{
		{"newest first", false, nil, []int64{5, 4, 3, 2, 1}},
		{"oldest first", true, nil, []int64{1, 2, 3, 4, 5}},
		{"newest first by time", false, between(time.Time{}, time.Time{}), []int64{1, 5, 4, 3, 2}},
		{"oldest first by time", true, between(time.Time{}, time.Time{}), []int64{2, 3, 4, 5, 1}},
		{"newest first of a range", false, between(at(20), at(50)), []int64{5, 4, 3, 2}},
		{"oldest first of a range", true, between(at(20), at(50)), []int64{2, 3, 4, 5}},
		{"from a moment between milliseconds", true, between(at(20).Add(1), time.Time{}), []int64{4, 5, 1}},
		{"until a moment between milliseconds", false, between(time.Time{}, at(30).Add(1)), []int64{4, 3, 2}},
		{"an empty range", false, between(at(30), at(30)), nil},
		{"an empty range from its begin", true, between(at(41), at(30)), nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			read := tc.read
			if read == nil {
				read = func(tx *store.Tx, p store.EntryPage) ([]*resource.Entry, error) {
					return tx.Entries("id-web", deployments, p)
				}
			}
			wantNumbers(t, "pages of two", pages(t, db, read, store.EntryPage{OldestFirst: tc.oldest, Limit: 2}), tc.want...)
		})
	}
}

func between(from, until time.Time) func(*store.Tx, store.EntryPage) ([]*resource.Entry, error) {
	return func(tx *store.Tx, p store.EntryPage) ([]*resource.Entry, error) {
		return tx.EntriesBetween("id-web", deployments, from, until, p)
	}
}

// pages reads a list page by page.
func pages(t *testing.T, db *store.DB, read func(*store.Tx, store.EntryPage) ([]*resource.Entry, error), p store.EntryPage) (all []int64) {
	t.Helper()
	for more := true; more; {
		view(t, db, func(tx *store.Tx) error {
			list, err := read(tx, p)
			if more = len(list) == p.Limit; more {
				p.After = store.AfterEntry(list[len(list)-1])
			}
			all = append(all, seqs(list)...)
			return err
		})
	}
	return all
}

func TestUpdateEntry(t *testing.T) {
	db := withResources(t, "web")
	add(t, db, "web", deployments, 1, 2)
	want := &resource.Entry{Owner: "id-web", Class: "deployment", Seq: 2, At: noon.Add(2 * time.Second), Doc: []byte(`{"state":"ACTIVE"}`)}
	update(t, db, func(tx *store.Tx) error { return tx.UpdateEntry(want) })
	view(t, db, func(tx *store.Tx) error {
		got, err := tx.Entry("id-web", deployments, 2)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("entry (-want +got):\n%s", diff)
		}
		if first, err := tx.Entry("id-web", deployments, 1); err != nil || string(first.Doc) != `{"n":1}` {
			t.Errorf("another entry: got %+v, %v, want it unchanged", first, err)
		}
		return err
	})
}

func TestEntry_reportsWhatIsMissing(t *testing.T) {
	db := withResources(t, "web", "mail")
	add(t, db, "web", deployments, 1, 2)
	deleteEntry(t, db, "web", deployments, 2)
	for _, e := range []*resource.Entry{
		{Owner: "id-web", Class: "deployment", Seq: 2}, {Owner: "id-web", Class: "few", Seq: 1}, {Owner: "id-mail", Class: "deployment", Seq: 1},
	} {
		for name, fn := range map[string]func(*store.Tx) error{
			"read": func(tx *store.Tx) error {
				_, err := tx.Entry(e.Owner, resource.Class{Name: e.Class}, e.Seq)
				return err
			},
			"update": func(tx *store.Tx) error { return tx.UpdateEntry(e) },
			"delete": func(tx *store.Tx) error { return tx.DeleteEntry(e) },
		} {
			if err := db.Update(t.Context(), fn); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%s of the missing %s %d of %s: got error %v, want ErrNotFound", name, e.Class, e.Seq, e.Owner, err)
			}
		}
	}
	wantNumbers(t, "what is left", numbers(t, db, "web", deployments), 1)
}

// TestDeleteResource_removesEntries with their numbers, and no entry of another resource.
func TestDeleteResource_removesEntries(t *testing.T) {
	for name, remove := range map[string]func(*store.Tx) error{
		"the resource": func(tx *store.Tx) error { return tx.DeleteResource(keyPair("web")) },
		"its account":  func(tx *store.Tx) error { return tx.DeleteAccount(account) },
	} {
		t.Run(name, func(t *testing.T) {
			db := withResources(t, "web")
			mail := keyPair("mail")
			mail.Account = "444455556666"
			update(t, db, func(tx *store.Tx) error {
				return errors.Join(tx.InsertAccount(&store.Account{ID: mail.Account, CreatedAt: noon}), tx.InsertResource(mail))
			})
			add(t, db, "web", deployments, 1, 2)
			add(t, db, "web", few, 1)
			add(t, db, "mail", deployments, 1, 2)
			update(t, db, remove)
			for _, c := range []resource.Class{deployments, few} {
				wantNumbers(t, "entries of the deleted resource", numbers(t, db, "web", c))
			}
			wantNumbers(t, "entries of the other resource", numbers(t, db, "mail", deployments), 1, 2)
			again := keyPair("web")
			again.Account = mail.Account
			update(t, db, func(tx *store.Tx) error { return tx.InsertResource(again) })
			wantNumbers(t, "entry of a new resource of the id", add(t, db, "web", deployments, 1), 1)
		})
	}
}

// TestAppendEntry_concurrently adds to one list from many sides, and to another one.
func TestAppendEntry_concurrently(t *testing.T) {
	db := withResources(t, "web", "mail")
	const writers, each = 8, 20
	limited := resource.Class{Name: "limited", Limit: 30}
	var wg sync.WaitGroup
	given := make([][]int64, writers)
	for w := range writers {
		wg.Go(func() {
			for range each {
				var seq int64
				err := db.Update(t.Context(), func(tx *store.Tx) (err error) {
					if _, err = tx.AppendEntry("id-mail", limited, noon, nil); err != nil {
						return err
					}
					seq, err = tx.AppendEntry("id-web", deployments, noon, nil)
					return err
				})
				if err != nil {
					t.Errorf("append: %v", err)
				}
				given[w] = append(given[w], seq)
			}
		})
	}
	wg.Wait()
	got := numbers(t, db, "web", deployments)
	if len(got) != writers*each || got[len(got)-1] != writers*each {
		t.Errorf("numbers: got %v, want 1 to %d", got, writers*each)
	}
	wantNumbers(t, "numbers that the writers were given", slices.Sorted(slices.Values(slices.Concat(given...))), got...)
	if got := numbers(t, db, "mail", limited); len(got) != limited.Limit || got[0] != writers*each-int64(limited.Limit)+1 {
		t.Errorf("numbers under a limit: got %v, want the last %d", got, limited.Limit)
	}
}

// TestEachEntry reads in the order of exports what InsertEntries wrote, and counts on from there.
func TestEachEntry(t *testing.T) {
	db := withResources(t, "a", "b")
	c := keyPair("c")
	c.Account = "000000000001"
	entry := func(owner, class string, seq int64) *resource.Entry {
		return &resource.Entry{Owner: "id-" + owner, Class: class, Seq: seq, At: noon, Doc: []byte(`{}`)}
	}
	update(t, db, func(tx *store.Tx) error {
		return errors.Join(
			tx.InsertAccount(&store.Account{ID: c.Account, CreatedAt: noon}), tx.InsertResource(c),
			tx.InsertEntries([]*resource.Entry{entry("a", "deployment", 2), entry("a", "deployment", 10)}),
			tx.InsertEntries([]*resource.Entry{
				entry("a", "deployment", 11), entry("a", "few", 1), entry("b", "brief", 7), entry("b", "deployment", 1), entry("c", "deployment", 3),
			}))
	})
	for _, tc := range []struct {
		account string
		classes []string
		want    []string
	}{
		{"", []string{"few", "deployment"}, []string{
			"111122223333 id-a deployment 2", "111122223333 id-a deployment 10", "111122223333 id-a deployment 11",
			"111122223333 id-a few 1", "111122223333 id-b deployment 1", "000000000001 id-c deployment 3",
		}},
		{c.Account, []string{"deployment"}, []string{"000000000001 id-c deployment 3"}},
		{account, []string{"brief"}, []string{"111122223333 id-b brief 7"}},
		{account, nil, nil},
	} {
		var got []string
		view(t, db, func(tx *store.Tx) error {
			return tx.EachEntry(tc.account, tc.classes, func(e *store.AccountEntry) error {
				got = append(got, fmt.Sprint(e.Account, " ", e.Owner, " ", e.Class, " ", e.Seq))
				return nil
			})
		})
		if !slices.Equal(got, tc.want) {
			t.Errorf("entries of %q of account %q: got %q, want %q", tc.classes, tc.account, got, tc.want)
		}
	}
	wantNumbers(t, "entries of a list that was written in two parts", numbers(t, db, "a", deployments), 2, 10, 11)
	wantNumbers(t, "entry after those", add(t, db, "a", deployments, 1), 12)
}
