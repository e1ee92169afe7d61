package export

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

func (e *exporter) entries(tx *store.Tx) error {
	return tx.EachEntry(e.o.Account, e.o.Kinds.Exported(), func(a *store.AccountEntry) error {
		known := e.o.Kinds[a.Kind]
		if known.Exported(a.Class) == nil { // the class of another kind has the same name
			return nil
		}
		return e.put(&e.done.Entries, &entryRecord{
			Record: "entry", Account: a.Account, Owner: a.Owner, Class: a.Class, Seq: a.Seq, At: a.At.UTC(), Doc: a.Doc,
		})
	})
}

func (r *entryRecord) owner() string { return r.Account }
func (r *entryRecord) place() []string {
	return []string{r.Owner, r.Class, padded(r.Seq)}
}

func (r *entryRecord) check(*header) error {
	var members map[string]json.RawMessage
	switch {
	case r.Seq < 1 || r.Seq > resource.MaxSeq:
		return fmt.Errorf("the seq %d is out of bounds", r.Seq)
	case r.At.IsZero():
		return errors.New("at is missing")
	case json.Unmarshal(r.Doc, &members) != nil || members == nil:
		return errors.New("doc: not an object")
	}
	return firstOf(identity.CheckAccountID(r.Account), checkUUID(r.Owner), checkTime("at", r.At), r.entry().CheckSize())
}

func (r *entryRecord) entry() *resource.Entry {
	return &resource.Entry{Owner: r.Owner, Class: r.Class, Seq: r.Seq, At: r.At, Doc: r.Doc}
}

// entry writes an entry of a resource of the file. The entries of a resource that is left out
// are left out, too.
func (i *importer) entry(r *entryRecord) error {
	owner, class, err := i.classOf(r.Account, r.Owner, r.Class)
	if err != nil {
		return err
	}
	e := r.entry()
	if err := class.Check(e); err != nil {
		return fmt.Errorf("%s: %s %d: %w", owner, r.Class, r.Seq, err)
	}
	if owner.leftOut {
		return nil
	}
	i.done.Entries++
	i.entries = append(i.entries, e)
	return i.flushFull(len(i.entries))
}

// classOf finds a resource of the file that may have entries, and their class.
func (i *importer) classOf(account, id, name string) (*claimant, *resource.Class, error) {
	owner, ok := i.owners[id]
	if !ok || owner.account != account {
		return nil, nil, fmt.Errorf("the file has no resource %s that could have an entry", id)
	}
	known := i.o.Kinds[owner.kind]
	class := known.Exported(name)
	if class == nil {
		return nil, nil, fmt.Errorf("%s: unknown class of entries %q", owner, shorten(name))
	}
	return owner, class, nil
}

func (e *exporter) entryLists(tx *store.Tx) error {
	return tx.EachEntryList(e.o.Account, e.o.Kinds.Exported(), func(l store.EntryList) error {
		known := e.o.Kinds[l.Kind]
		if known.Exported(l.Class) == nil {
			return nil
		}
		return e.put(&e.done.EntryLists, &entryListRecord{Record: "entryList", Account: l.Account, Owner: l.Owner, Class: l.Class, Last: l.Last})
	})
}

func (r *entryListRecord) owner() string   { return r.Account }
func (r *entryListRecord) place() []string { return []string{r.Owner, r.Class} }

func (r *entryListRecord) check(*header) error {
	if r.Last < 1 || r.Last > resource.MaxSeq {
		return fmt.Errorf("the last number %d is out of bounds", r.Last)
	}
	return firstOf(identity.CheckAccountID(r.Account), checkUUID(r.Owner))
}

// entryList lets the numbers of a list continue where they did. It comes after all entries.
func (i *importer) entryList(r *entryListRecord) error {
	owner, class, err := i.classOf(r.Account, r.Owner, r.Class)
	if err != nil || owner.leftOut {
		return err
	}
	if err := i.flush(); err != nil {
		return err
	}
	i.done.EntryLists++
	return i.tx.RaiseEntryList(r.Owner, *class, r.Last)
}
