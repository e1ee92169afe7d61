package identity

import (
	"bytes"
	"crypto/subtle"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/store"
	"github.com/lanyard-cloud/lanyard/internal/strictyaml"
)

// Apply makes what the file declares take effect: it creates and changes, and
// removes what an earlier file declared and this one does not. What commands made is
// left alone, unless the file declares something of the same name. An account that
// is declared no more is closed, and keeps its resources.
//
// It works in the transaction of the accounts, so that all of the file counts or
// nothing. Errors name file and line.
func (f *File) Apply(accounts *Accounts) error {
	before, err := loadDeclared(accounts.Tx)
	if err != nil {
		return err
	}
	p := &applier{
		Accounts: accounts, file: f, before: before,
		after: declared{Accounts: map[string]declaredSetUps{}}, wanted: map[entityName]bool{},
	}
	for _, step := range []func() error{p.openAccounts, p.dropKeys, p.dropUsers, p.putEntities, p.dropGroups, p.putKeys, p.closeAccounts} {
		if err := step(); err != nil {
			return err
		}
	}
	return p.after.save(accounts.Tx)
}

// applier is one application of a file. Its steps come in an order in which nothing
// refers to what is not there.
type applier struct {
	*Accounts
	file          *File
	before, after declared
	// open are the directories of the file's accounts, in the file's order.
	open   []*Directory
	wanted map[entityName]bool
}

type entityName struct {
	account string
	kind    Kind
	name    string
}

func (p *applier) fail(line int, what string, err error) error {
	return strictyaml.LineError(p.file.name, line, fmt.Errorf("%s: %w", what, err))
}

// openAccounts makes or opens the accounts, and begins what is to be set up.
func (p *applier) openAccounts() error {
	for i := range p.file.accounts {
		a := &p.file.accounts[i]
		id, err := p.openAccount(a)
		if err == nil {
			err = p.beginSetUps(id, a)
		}
		if err != nil {
			return p.fail(a.line, "account "+id, err)
		}
		for _, e := range a.entities {
			p.wanted[entityName{id, e.kind, e.name}] = true
		}
		for _, k := range a.keys {
			p.after.KeyIDs = append(p.after.KeyIDs, k.id)
		}
		p.open = append(p.open, &Directory{tx: p.Tx, sealer: p.Sealer, account: id, now: p.Now, file: true})
	}
	return nil
}

func (p *applier) openAccount(a *fileAccount) (string, error) {
	id := a.id
	if id == "" {
		root, err := p.Root()
		if err != nil {
			return rootName, err
		}
		id = root
	}
	if _, twice := p.after.Accounts[id]; twice {
		return id, fmt.Errorf("declared twice: it is the root account, which the file calls %s too", rootName)
	}
	p.after.Accounts[id] = declaredSetUps{}
	account, err := p.Tx.Account(id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		_, err = p.Create(id)
	case err == nil && account.Closed:
		account.Closed = false
		err = p.Tx.UpdateAccount(account)
	}
	return id, err
}

// beginSetUps acts on words that the file did not have before, and ends what it had
// words for.
func (p *applier) beginSetUps(id string, a *fileAccount) error {
	before, after := p.before.Accounts[id], p.after.Accounts[id]
	for _, s := range a.setUps {
		after[s.region] = s.words
		if before[s.region] == s.words {
			continue
		}
		until := s.until
		if s.delay > 0 {
			until = p.Now.Add(s.delay)
		}
		if err := p.SetUp(id, s.region, until); err != nil {
			return err
		}
	}
	for region := range before {
		if _, still := after[region]; still {
			continue
		}
		if err := p.SetUp(id, region, time.Time{}); err != nil {
			return err
		}
	}
	return nil
}

// dropKeys removes the access keys that are declared no more.
func (p *applier) dropKeys() error {
	for _, id := range p.before.KeyIDs {
		if slices.Contains(p.after.KeyIDs, id) {
			continue
		}
		if err := p.Tx.DeleteAccessKey(id); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	return nil
}

// dropUsers removes the users and roles that are declared no more, with all that
// hangs on them. Nothing refers to them.
func (p *applier) dropUsers() error { return p.drop(User, Role) }

// dropGroups removes the groups and policies that are declared no more. Where
// something that a command made still needs one, the file is refused: taking a policy
// or a boundary from a user silently would change what they may do.
func (p *applier) dropGroups() error { return p.drop(Group, Policy) }

func (p *applier) drop(kinds ...Kind) error {
	for _, id := range slices.Sorted(maps.Keys(p.before.Accounts)) {
		d := &Directory{tx: p.Tx, sealer: p.Sealer, account: id, now: p.Now, file: true}
		for _, kind := range kinds {
			if err := p.dropFrom(d, kind); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *applier) dropFrom(d *Directory, kind Kind) error {
	list, err := d.List(kind)
	if err != nil {
		return err
	}
	for _, e := range list {
		if !e.Managed || p.wanted[entityName{d.account, kind, e.Name}] {
			continue
		}
		if err := d.discard(e); err != nil {
			return fmt.Errorf("%s: the %s %s of account %s is declared no more: %w", p.file.name, kind, e.Name, d.account, err)
		}
	}
	return nil
}

// discard deletes an entity with what is its own, but not out of others' hands.
func (d *Directory) discard(e *Entity) error {
	var err error
	switch e.Kind {
	case Group:
		err = d.releaseGroup(e.Name, false)
	case Policy:
		err = d.releasePolicy(e.Name, false)
	}
	if err != nil {
		return err
	}
	return d.deleteRow(e)
}

// putEntities makes the entities what the file says: policies and groups first, which
// the others refer to.
func (p *applier) putEntities() error {
	for i, a := range p.file.accounts {
		for _, kind := range []Kind{Policy, Group, User, Role} {
			for _, e := range a.entities {
				if e.kind != kind {
					continue
				}
				if err := p.open[i].put(kind, e.name, e.doc); err != nil {
					return p.fail(e.line, fmt.Sprintf("%s %s", kind, e.name), err)
				}
			}
		}
	}
	return nil
}

// put creates an entity or gives it another doc; an equal one costs no write.
func (d *Directory) put(kind Kind, name string, doc Doc) error {
	row, err := d.tx.Identity(d.account, string(kind), name)
	if errors.Is(err, store.ErrNotFound) {
		_, err = d.Create(kind, name, doc)
		return err
	}
	if err != nil {
		return err
	}
	e, err := fromRow(row)
	if err != nil {
		return err
	}
	e.Doc = doc
	next, err := e.row()
	if err != nil || bytes.Equal(next.Doc, row.Doc) {
		return err
	}
	return d.save(e)
}

// putKeys makes the access keys what the file says. All that have to go are gone
// before any is added: an owner has few.
func (p *applier) putKeys() error {
	for _, act := range []func(*Directory, fileKey) error{p.clearKey, p.putKey} {
		for i, a := range p.file.accounts {
			for _, k := range a.keys {
				if err := act(p.open[i], k); err != nil {
					return p.fail(k.line, "access key "+k.id, err)
				}
			}
		}
	}
	return nil
}

// clearKey removes a key of an earlier file that has another owner or secret now.
func (p *applier) clearKey(d *Directory, k fileKey) error {
	have, err := p.Tx.AccessKey(k.id)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	owner, err := d.owner(k.user)
	if err != nil {
		return err
	}
	mine := have.Account == d.account && have.Owner == owner
	if !mine && !slices.Contains(p.before.KeyIDs, k.id) {
		return refuse(CodeEntityExists, "another user has that key, and not by the identities file")
	}
	if mine {
		secret, err := p.Sealer.Open(seal.AccessKeySecret, have.Secret, have.Account, have.ID)
		if err != nil || subtle.ConstantTimeCompare(secret, []byte(k.secret)) == 1 {
			return err
		}
	}
	return p.Tx.DeleteAccessKey(k.id)
}

func (p *applier) putKey(d *Directory, k fileKey) error {
	have, err := p.Tx.AccessKey(k.id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		_, err = d.InsertAccessKey(k.user, AccessKey{ID: k.id, Secret: k.secret, Active: !k.inactive})
	case err == nil && have.Active == k.inactive:
		err = p.Tx.SetAccessKeyActive(k.id, !k.inactive)
	}
	return err
}

// closeAccounts closes the accounts that are declared no more.
func (p *applier) closeAccounts() error {
	root, err := p.Root()
	if err != nil {
		return err
	}
	for id := range p.before.Accounts {
		if _, still := p.after.Accounts[id]; still || id == root {
			continue
		}
		account, err := p.Get(id)
		if err != nil {
			return err
		}
		account.Closed = true
		if err := p.Tx.UpdateAccount(account); err != nil {
			return err
		}
	}
	return nil
}

// ReleaseFile hands all that an identities file declared over to the commands: a
// server that has no such file any more keeps what there is.
func ReleaseFile(accounts *Accounts) error {
	before, err := loadDeclared(accounts.Tx)
	if err != nil || len(before.Accounts) == 0 {
		return err
	}
	for id := range before.Accounts {
		d := &Directory{tx: accounts.Tx, sealer: accounts.Sealer, account: id, now: accounts.Now, file: true}
		for _, kind := range []Kind{User, Group, Role, Policy} {
			if err := d.releaseKind(kind); err != nil {
				return err
			}
		}
	}
	return declared{}.save(accounts.Tx)
}

func (d *Directory) releaseKind(kind Kind) error {
	list, err := d.List(kind)
	if err != nil {
		return err
	}
	for _, e := range list {
		if !e.Managed {
			continue
		}
		e.Managed = false
		if err := d.save(e); err != nil {
			return err
		}
	}
	return nil
}
