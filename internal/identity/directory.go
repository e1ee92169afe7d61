package identity

import (
	"errors"
	"fmt"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// maxEntities is how many of a kind an account may have (IAM User Guide, "IAM and
// AWS STS quotas"), with the quotas' names.
var maxEntities = map[Kind]struct {
	quota string
	limit int
}{
	User: {"UsersPerAccount", 5000}, Group: {"GroupsPerAccount", 300}, Role: {"RolesPerAccount", 1000}, Policy: {"PoliciesPerAccount", 1500},
}

// Directory reads and changes one account's identities in one transaction. Refusals are of the type *Error.
type Directory struct {
	tx      *store.Tx
	sealer  *seal.Sealer
	account string
	now     time.Time
	// file reports whether the changes come from the identities file.
	file bool
}

// Account is the id of the directory's account.
func (d *Directory) Account() string { return d.account }

// Create makes an entity with all that doc says.
func (d *Directory) Create(kind Kind, name string, doc Doc) (*Entity, error) {
	if err := checkName(kind, name); err != nil {
		return nil, err
	}
	most := maxEntities[kind]
	n, err := d.tx.CountIdentities(d.account, string(kind))
	if err != nil {
		return nil, err
	}
	if n >= most.limit {
		return nil, quotaExceeded(most.quota, most.limit)
	}
	e := &Entity{ID: newEntityID(kind), Account: d.account, Kind: kind, Name: name, CreatedAt: d.now, Doc: doc}
	if kind == Role {
		if err := d.pinTrust(&e.Doc); err != nil {
			return nil, err
		}
	}
	if err := d.check(e); err != nil {
		return nil, err
	}
	row, err := e.row()
	if err != nil {
		return nil, err
	}
	err = d.tx.InsertIdentity(row)
	if errors.Is(err, store.ErrExists) {
		err = entityExists(kind, name)
	}
	return e, err
}

// Get reads an entity. Its name must be spelled as it was given.
func (d *Directory) Get(kind Kind, name string) (*Entity, error) {
	e, err := load(d.tx, d.account, kind, name)
	if errors.Is(err, store.ErrNotFound) {
		err = noSuchEntity(kind, d.account, name)
	}
	return e, err
}

// List returns the entities of a kind by name.
func (d *Directory) List(kind Kind) ([]*Entity, error) {
	rows, err := d.tx.Identities(d.account, string(kind))
	if err != nil {
		return nil, err
	}
	list := make([]*Entity, 0, len(rows))
	for _, row := range rows {
		e, err := fromRow(row)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

// change reads an entity, lets fn change it, checks it whole and stores it.
func (d *Directory) change(kind Kind, name string, fn func(*Entity) error) (*Entity, error) {
	e, err := d.Get(kind, name)
	if err != nil {
		return nil, err
	}
	if err := d.mayChange(e); err != nil {
		return nil, err
	}
	if err := fn(e); err != nil {
		return nil, err
	}
	return e, d.save(e)
}

func (d *Directory) save(e *Entity) error {
	if err := d.check(e); err != nil {
		return err
	}
	row, err := e.row()
	if err != nil {
		return err
	}
	return d.tx.UpdateIdentity(row)
}

// mayChange keeps commands from changing what the identities file declares: the
// next reading of the file would undo it.
func (d *Directory) mayChange(e *Entity) error {
	if e.Managed && !d.file {
		return declaredInFile(fmt.Sprintf("%s %s", e.Kind, e.Name))
	}
	return nil
}
