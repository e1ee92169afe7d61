package server

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// Root is the identity that a new store starts with: an account and one access key
// of its root. Empty fields of a wish mean any value.
type Root struct {
	// AccountID has 12 digits.
	AccountID       string
	AccessKeyID     string
	SecretAccessKey string
}

var (
	accountPattern   = regexp.MustCompile(`^[0-9]{12}$`)
	accessKeyPattern = regexp.MustCompile(`^[A-Za-z0-9_]{4,128}$`)
	secretPattern    = regexp.MustCompile(`^[!-~]{8,128}$`)
)

func (r Root) check() error {
	switch {
	case r.AccountID != "" && !accountPattern.MatchString(r.AccountID):
		return fmt.Errorf("the account id %q does not have 12 digits", r.AccountID)
	case r.AccessKeyID != "" && !accessKeyPattern.MatchString(r.AccessKeyID):
		return fmt.Errorf("the access key id %q does not consist of 4 to 128 letters, digits and underscores", r.AccessKeyID)
	case r.SecretAccessKey != "" && !secretPattern.MatchString(r.SecretAccessKey):
		return errors.New("the secret access key does not consist of 8 to 128 printable ASCII characters without spaces")
	}
	return nil
}

// filled returns the wish with random values where it has none.
func (r Root) filled() (Root, error) {
	if r.AccountID == "" {
		n, err := rand.Int(rand.Reader, big.NewInt(900_000_000_000))
		if err != nil {
			return r, err
		}
		r.AccountID = fmt.Sprint(n.Int64() + 100_000_000_000)
	}
	if r.AccessKeyID == "" {
		r.AccessKeyID = "AKIA" + base32.StdEncoding.EncodeToString(randomBytes(10))
	}
	if r.SecretAccessKey == "" {
		r.SecretAccessKey = base64.StdEncoding.EncodeToString(randomBytes(30))
	}
	return r, nil
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails: crypto/rand ends the process instead
	return b
}

// ensureRoot returns the store's root identity, making it in a new store. A wish
// that an existing store does not fulfil is refused.
func ensureRoot(tx *store.Tx, sealer *seal.Sealer, wish Root, now time.Time) (Root, error) {
	have, err := readRoot(tx, sealer)
	if errors.Is(err, store.ErrNotFound) {
		return createRoot(tx, sealer, wish, now)
	}
	if err != nil {
		return Root{}, err
	}
	const remedy = "leave the setting out, or give another --data-dir"
	switch {
	case wish.AccountID != "" && wish.AccountID != have.AccountID:
		return Root{}, fmt.Errorf("the store belongs to the account %s, not %s: %s", have.AccountID, wish.AccountID, remedy)
	case wish.AccessKeyID != "" && wish.AccessKeyID != have.AccessKeyID:
		return Root{}, fmt.Errorf("the store's root access key is %s, not %s: %s", have.AccessKeyID, wish.AccessKeyID, remedy)
	case wish.SecretAccessKey != "" && subtle.ConstantTimeCompare([]byte(wish.SecretAccessKey), []byte(have.SecretAccessKey)) != 1:
		return Root{}, fmt.Errorf("the store's root access key %s has another secret than the given one: %s", have.AccessKeyID, remedy)
	}
	return have, nil
}

// readRoot returns the first account and its first access key, or ErrNotFound.
func readRoot(tx *store.Tx, sealer *seal.Sealer) (Root, error) {
	accounts, err := tx.Accounts()
	if err != nil || len(accounts) == 0 {
		return Root{}, errors.Join(err, store.ErrNotFound)
	}
	keys, err := tx.AccessKeys(accounts[0].ID, "")
	if err != nil || len(keys) == 0 {
		return Root{}, errors.Join(err, fmt.Errorf("account %s has no root access key", accounts[0].ID))
	}
	secret, err := sealer.Open(seal.AccessKeySecret, keys[0].Secret, keys[0].Account, keys[0].ID)
	if err != nil {
		return Root{}, fmt.Errorf("secret of the access key %s: %w", keys[0].ID, err)
	}
	return Root{accounts[0].ID, keys[0].ID, string(secret)}, nil
}

func createRoot(tx *store.Tx, sealer *seal.Sealer, wish Root, now time.Time) (Root, error) {
	root, err := wish.filled()
	if err != nil {
		return Root{}, err
	}
	if err := tx.InsertAccount(&store.Account{ID: root.AccountID, CreatedAt: now}); err != nil {
		return Root{}, err
	}
	return root, tx.InsertAccessKey(&store.AccessKey{
		ID:        root.AccessKeyID,
		Account:   root.AccountID,
		Secret:    sealer.Seal(seal.AccessKeySecret, []byte(root.SecretAccessKey), root.AccountID, root.AccessKeyID),
		Active:    true,
		CreatedAt: now,
	})
}
