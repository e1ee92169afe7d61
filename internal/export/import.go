package export

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// ImportOptions say what to read.
type ImportOptions struct {
	// Account is the only account to read, into a store that may have others; "" is
	// everything, into an empty store.
	Account string
	// Passphrase is the one that the file's secrets are sealed under.
	Passphrase []byte
	// Now is the time of what the import itself makes.
	Now time.Time
	// Kinds are the kinds of resources that this version knows. Others are refused.
	Kinds resource.StoredKinds
}

// Imported is what an import wrote.
type Imported struct {
	Counts
	// KeysLeftOut and ResourcesLeftOut are records that are of no use without the
	// secrets that the file does not have.
	KeysLeftOut, ResourcesLeftOut int
	// BucketKeysLeftOut are access keys of buckets, for the same reason.
	BucketKeysLeftOut int
	// NewSecrets are the resources that got new secrets by kind, since the file has none.
	NewSecrets map[resource.Kind]int
}

// Import reads a file into a migrated store in the transaction that it is given: all
// of it or, with an error, nothing. The sealer is the store's.
func Import(ctx context.Context, tx *store.Tx, sealer *seal.Sealer, o ImportOptions, r io.Reader) (Imported, error) {
	file, err := newReader(r, o.Kinds)
	if err != nil {
		return Imported{}, err
	}
	tx.SetNow(o.Now)
	i := &importer{
		tx: tx, sealer: sealer, o: o, file: file, done: Imported{NewSecrets: map[resource.Kind]int{}},
		accounts: &identity.Accounts{Tx: tx, Sealer: sealer, Now: o.Now},
		// What the identities file declares is noted only where all of a store moves.
		whole:  o.Account == "" && file.header.Account == "",
		owners: map[string]*claimant{}, former: map[formerLink]formerEnd{}, own: map[string]bool{}, worldwide: map[string]bool{},
	}
	for _, step := range []func() error{i.checkTarget, i.openVault, func() error { return i.records(ctx) }, i.finish} {
		if err := step(); err != nil {
			return Imported{}, err
		}
	}
	return i.done, nil
}

type importer struct {
	tx       *store.Tx
	accounts *identity.Accounts
	sealer   *seal.Sealer
	// vault opens the file's secrets; nil where it has none.
	vault *seal.Sealer
	o     ImportOptions
	file  *reader
	whole bool
	done  Imported
	// account is the owner of the record before.
	account string
	// owners are the resources that have addresses, may have entries or must have links, by id.
	owners map[string]*claimant
	// former are the links of an earlier version's file that one end told of so far, and
	// formerLinks those that both did, in the order in which they were made.
	former      map[formerLink]formerEnd
	formerLinks []formerLink
	// own are the texts that one resource claims for itself.
	own map[string]bool
	// worldwide are the names in the file that are unique over all accounts and regions.
	worldwide map[string]bool
	// resources with their keys, entries and operations wait to be written together.
	resources  []*resource.Resource
	keys       []store.ResourceKey
	entries    []*resource.Entry
	operations []*store.Operation
}

// checkTarget refuses to mix what the store has with what the file has.
func (i *importer) checkTarget() error {
	if i.o.Account != "" {
		_, err := i.tx.Account(i.o.Account)
		if err == nil {
			return fmt.Errorf("the store has the account %s already: delete it first with lanyard account delete, or import into another store", i.o.Account)
		}
		return unless(err, store.ErrNotFound)
	}
	id, err := i.accounts.Root()
	if err == nil {
		return fmt.Errorf("the store is not empty, it has the account %s: import into a new one (give another --data-dir or --store), "+
			"or one account of the file with --account", id)
	}
	return unless(err, store.ErrNotFound)
}

func (i *importer) openVault() (err error) {
	if i.file.header.Secrets != nil {
		i.vault, err = i.file.header.Secrets.open(i.o.Passphrase)
	}
	return err
}

// records reads to the end of the file.
func (i *importer) records(ctx context.Context) error {
	for {
		r, err := i.file.next()
		if errors.Is(err, io.EOF) {
			return i.flush()
		}
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if i.o.Account != "" && r.owner() != i.o.Account {
			continue
		}
		if err := i.insert(r); err != nil {
			return i.file.at(err)
		}
	}
}

func (i *importer) insert(r record) error {
	if err := i.known(r); err != nil {
		return err
	}
	switch r := r.(type) {
	case *accountRecord:
		i.done.Accounts++
		return i.tx.InsertAccount(&store.Account{ID: r.ID, CreatedAt: r.Created, SetupUntil: r.SetUpUntil, Closed: r.Closed})
	case *regionSetupRecord:
		i.done.RegionSetups++
		return i.tx.InsertRegionSetup(store.AccountRegionSetup{
			Account: r.Account, RegionSetup: store.RegionSetup{Region: r.Region, Until: r.Until},
		})
	case *identityRecord:
		return i.identity(r)
	case *accessKeyRecord:
		return i.accessKey(r)
	case *resourceRecord:
		return i.resource(r)
	case *linkRecord:
		return i.link(r)
	case *addressRecord:
		return i.address(r)
	case *quotaUseRecord:
		return i.quotaUse(r)
	case *entryRecord:
		return i.entry(r)
	case *entryListRecord:
		return i.entryList(r)
	case *operationRecord:
		return i.operation(r)
	}
	return fmt.Errorf("unknown record %T", r)
}

// known wants the record's account in the store, where the file's have come first.
func (i *importer) known(r record) error {
	if _, is := r.(*accountRecord); is || i.account == r.owner() {
		return nil
	}
	_, err := i.tx.Account(r.owner())
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("the file has no account %s", r.owner())
	}
	i.account = r.owner()
	return err
}

// identity writes an identity. What the identities file of another store declares is
// declared no more where one account moves.
func (i *importer) identity(r *identityRecord) error {
	doc := []byte(r.Doc)
	if !i.whole {
		var d identity.Doc
		if err := json.Unmarshal(doc, &d); err != nil {
			return err
		}
		if d.Managed {
			var err error
			d.Managed = false
			if doc, err = json.Marshal(d); err != nil {
				return err
			}
		}
	}
	i.done.Identities++
	err := i.tx.InsertIdentity(&store.Identity{ID: r.ID, Account: r.Account, Kind: r.Kind, Name: r.Name, CreatedAt: r.Created, Doc: doc})
	return taken(err, fmt.Sprintf("%s %s", r.Kind, r.Name))
}

// accessKey writes an access key. One without its secret would be a key that nobody
// can sign with.
func (i *importer) accessKey(r *accessKeyRecord) error {
	if r.LeftOut {
		i.done.KeysLeftOut++
		return nil
	}
	if err := i.checkKeyOwner(r); err != nil {
		return err
	}
	plain, err := i.vault.Open(seal.AccessKeySecret, r.Sealed, r.Account, r.ID)
	if err != nil {
		return fmt.Errorf("secret: %w", err)
	}
	if err := identity.CheckSecret(string(plain)); err != nil {
		return err
	}
	i.done.AccessKeys++
	err = i.tx.InsertAccessKey(&store.AccessKey{
		ID: r.ID, Account: r.Account, Owner: r.Owner, Active: r.Active, CreatedAt: r.Created,
		Secret: i.sealer.Seal(seal.AccessKeySecret, plain, r.Account, r.ID),
	})
	return taken(err, "access key "+r.ID)
}

func (i *importer) checkKeyOwner(r *accessKeyRecord) error {
	if r.Owner == "" {
		return nil
	}
	user, err := i.tx.IdentityByID(r.Owner)
	if err = unless(err, store.ErrNotFound); err != nil {
		return err
	}
	if user == nil || user.Account != r.Account || user.Kind != string(identity.User) {
		return fmt.Errorf("the account has no user %s, whose access key this is", shorten(r.Owner))
	}
	return nil
}

func (i *importer) operation(r *operationRecord) error {
	i.done.Operations++
	i.operations = append(i.operations, &store.Operation{
		ID: r.ID, Account: r.Account, Region: r.Region, Resource: r.Resource, Position: r.Position, Doc: r.Doc,
		Subject: r.Subject, Generation: r.Generation,
	})
	return i.flushFull(len(i.operations))
}

// batchSize is how many records are written together.
const batchSize = 100

// flushFull writes what waits if records of one type are enough.
func (i *importer) flushFull(waiting int) error {
	if waiting < batchSize {
		return nil
	}
	return i.flush()
}

// flush writes what waits.
func (i *importer) flush() error {
	err := i.tx.InsertResources(i.resources)
	for _, k := range i.keys {
		if err == nil {
			err = taken(i.tx.AddResourceKey(k), "access key "+k.ID)
		}
	}
	if err == nil {
		err = i.tx.InsertEntries(i.entries)
	}
	if err == nil {
		err = i.tx.InsertOperations(i.operations)
	}
	i.resources, i.keys, i.entries, i.operations = i.resources[:0], i.keys[:0], i.entries[:0], i.operations[:0]
	return taken(err, fmt.Sprintf("one of the last %d records", batchSize))
}

// finish checks what only the whole file tells.
func (i *importer) finish() error {
	h := i.file.header
	if i.o.Account != "" && i.done.Accounts == 0 {
		return fmt.Errorf("the file has no account %s", i.o.Account)
	}
	if i.o.Account == "" {
		if err := i.setRoot(h.RootAccount + h.Account); err != nil { // one of them is empty
			return err
		}
	}
	if i.whole && h.IdentitiesFile != nil {
		if err := i.accounts.SetFileNote(h.IdentitiesFile); err != nil {
			return err
		}
	}
	for _, step := range []func() error{i.linkFormer, i.checkClaims} {
		if err := step(); err != nil {
			return err
		}
	}
	return i.checkReferences()
}

// setRoot wants an account that is open: commands cannot reopen a root account.
func (i *importer) setRoot(id string) error {
	account, err := i.tx.Account(id)
	switch {
	case err != nil:
		return fmt.Errorf("the root account %s is not in the file: %w", id, err)
	case account.Closed:
		return fmt.Errorf("the account %s is closed, and would be the root account of this store: "+
			"reopen it before the export, or import it by --account into a store that has a root account", id)
	}
	return i.accounts.SetRoot(id)
}

func (i *importer) checkReferences() error {
	if i.o.Account != "" {
		return i.checkReferencesOf(i.o.Account)
	}
	var ids []string
	err := i.tx.EachAccount("", func(a *store.Account) error {
		ids = append(ids, a.ID)
		return nil
	})
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := i.checkReferencesOf(id); err != nil {
			return err
		}
	}
	return nil
}

func (i *importer) checkReferencesOf(account string) error {
	d, err := i.accounts.Directory(account)
	if err != nil {
		return err
	}
	return d.CheckReferences()
}

// taken says what was in the store before.
func taken(err error, what string) error {
	if errors.Is(err, store.ErrExists) {
		return fmt.Errorf("%s: the store has one of that id or name already", what)
	}
	return err
}

// unless drops an error that is expected.
func unless(err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}
