package identity

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// AccessKey is a long-term access key as users see it.
type AccessKey struct {
	ID string
	// UserName is "" for a key of the account's root.
	UserName  string
	Active    bool
	CreatedAt time.Time
	// Secret is set only if the key was just created.
	Secret string
}

// CreateAccessKey makes an access key of a user, or of the account's root (user "").
func (d *Directory) CreateAccessKey(user string) (*AccessKey, error) {
	return d.insertKey(user, AccessKey{ID: NewAccessKeyID(), Secret: NewSecret(), Active: true})
}

// RotateAccessKey makes a second access key for a user that has one.
func (d *Directory) RotateAccessKey(user string) (*AccessKey, error) {
	keys, err := d.AccessKeys(user)
	if err != nil {
		return nil, err
	}
	if len(keys) == 0 {
		return nil, refuse(CodeNoSuchEntity, "There is no access key to rotate.")
	}
	return d.CreateAccessKey(user)
}

// InsertAccessKey adds a key whose id and secret are given.
func (d *Directory) InsertAccessKey(user string, k AccessKey) (*AccessKey, error) {
	if err := errors.Join(CheckAccessKeyID(k.ID), CheckSecret(k.Secret)); err != nil {
		return nil, refuse(CodeValidation, "%v", err)
	}
	return d.insertKey(user, k)
}

func (d *Directory) insertKey(user string, k AccessKey) (*AccessKey, error) {
	owner, err := d.owner(user)
	if err != nil {
		return nil, err
	}
	have, err := d.tx.AccessKeys(d.account, owner)
	if err != nil {
		return nil, err
	}
	if len(have) >= maxAccessKeys {
		return nil, quotaExceeded("AccessKeysPerUser", maxAccessKeys)
	}
	k.UserName, k.CreatedAt = user, d.now
	err = d.tx.InsertAccessKey(&store.AccessKey{
		ID: k.ID, Account: d.account, Owner: owner, Active: k.Active, CreatedAt: d.now,
		Secret: d.sealer.Seal(seal.AccessKeySecret, []byte(k.Secret), d.account, k.ID),
	})
	if errors.Is(err, store.ErrExists) {
		err = refuse(CodeEntityExists, "The Access Key with id %s already exists.", k.ID)
	}
	return &k, err
}

// owner is the id that a user's access keys are stored under.
func (d *Directory) owner(user string) (string, error) {
	if user == "" {
		return "", nil
	}
	e, err := d.Get(User, user)
	if err != nil {
		return "", err
	}
	return e.ID, nil
}

// AccessKeys lists the access keys of a user, or of the account's root (user ""), the
// oldest first, without secrets.
func (d *Directory) AccessKeys(user string) ([]AccessKey, error) {
	owner, err := d.owner(user)
	if err != nil {
		return nil, err
	}
	keys, err := d.tx.AccessKeys(d.account, owner)
	list := make([]AccessKey, 0, len(keys))
	for _, k := range keys {
		list = append(list, AccessKey{ID: k.ID, UserName: user, Active: k.Active, CreatedAt: k.CreatedAt})
	}
	return list, err
}

// SetAccessKeyActive switches an access key of the account on or off.
func (d *Directory) SetAccessKeyActive(id string, active bool) error {
	if err := d.mayChangeKey(id); err != nil {
		return err
	}
	return d.tx.SetAccessKeyActive(id, active)
}

// DeleteAccessKey removes an access key of the account.
func (d *Directory) DeleteAccessKey(id string) error {
	if err := d.mayChangeKey(id); err != nil {
		return err
	}
	return d.tx.DeleteAccessKey(id)
}

// mayChangeKey wants a key of the account that the identities file does not declare.
func (d *Directory) mayChangeKey(id string) error {
	key, err := d.tx.AccessKey(id)
	if errors.Is(err, store.ErrNotFound) || err == nil && key.Account != d.account {
		return refuse(CodeNoSuchEntity, "The Access Key with id %s cannot be found.", id)
	}
	if err != nil || d.file {
		return err
	}
	declared, err := loadDeclared(d.tx)
	if err == nil && slices.Contains(declared.KeyIDs, id) {
		err = declaredInFile(fmt.Sprintf("access key %s", id))
	}
	return err
}

// RootKey returns an active access key of the account's root, secret included: the one
// of the given id, or the oldest for "". Without one it is store.ErrNotFound.
func (d *Directory) RootKey(id string) (*AccessKey, error) {
	keys, err := d.tx.AccessKeys(d.account, "")
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(keys, func(k *store.AccessKey) bool { return k.Active && (id == "" || k.ID == id) })
	if i < 0 {
		return nil, fmt.Errorf("active root access key of the account %s: %w", d.account, store.ErrNotFound)
	}
	k := keys[i]
	secret, err := d.sealer.Open(seal.AccessKeySecret, k.Secret, k.Account, k.ID)
	if err != nil {
		return nil, fmt.Errorf("secret of the access key %s: %w", k.ID, err)
	}
	return &AccessKey{ID: k.ID, Active: true, CreatedAt: k.CreatedAt, Secret: string(secret)}, nil
}
