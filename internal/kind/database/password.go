package database

import (
	"crypto/rand"
	"errors"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/seal"
)

// Password is a password of the master user.
type Password struct {
	// Member is the member of Priv that has it sealed: one of resource.DatabasePasswords.
	Member    string    `json:"member"`
	CreatedAt time.Time `json:"createdAt"`
	// From is when it becomes the current one.
	From time.Time `json:"from"`
}

// current is the place of the current password at a moment.
func (d *Database) current(now time.Time) int {
	at := 0
	for i, p := range d.Priv.Passwords {
		if !p.From.After(now) {
			at = i
		}
	}
	return at
}

// Password is a version of the password at a moment; nil if there is none. Without a version it is the
// current one (API reference).
func (d *Database) Password(version types.RelationalDatabasePasswordVersion, now time.Time) *Password {
	at := d.current(now)
	switch version {
	case types.RelationalDatabasePasswordVersionPrevious:
		at--
	case types.RelationalDatabasePasswordVersionPending:
		at++
	}
	if at < 0 || at >= len(d.Priv.Passwords) {
		return nil
	}
	return &d.Priv.Passwords[at]
}

// OpenPassword is the text of a password.
func (d *Database) OpenPassword(s *seal.Sealer, p *Password) (string, error) {
	plain, err := d.Resource.Unseal(s, p.Member, *d.sealed(p.Member))
	return string(plain), err
}

// AddPassword seals a password that becomes the current one at a moment. One that is pending is dropped, and
// so is the one before the previous one.
func (d *Database) AddPassword(s *seal.Sealer, plain string, now, from time.Time) {
	kept := slices.Clone(d.Priv.Passwords)
	if len(kept) > 0 {
		at := d.current(now)
		kept = kept[max(0, at-1) : at+1]
	}
	free := slices.IndexFunc(resource.DatabasePasswords[:], func(member string) bool {
		return !slices.ContainsFunc(kept, func(p Password) bool { return p.Member == member })
	})
	member := resource.DatabasePasswords[free]
	*d.sealed(member) = d.Resource.Seal(s, member, []byte(plain))
	d.Priv.Passwords = append(kept, Password{Member: member, CreatedAt: now, From: from})
	for _, member := range resource.DatabasePasswords {
		if !slices.Contains(d.members(), member) {
			*d.sealed(member) = nil
		}
	}
}

// members are the secrets that the database has.
func (d *Database) members() (all []string) {
	for _, p := range d.Priv.Passwords {
		all = append(all, p.Member)
	}
	return all
}

// sealed is where a password is.
func (d *Database) sealed(member string) *[]byte {
	switch member {
	case resource.DatabasePasswords[0]:
		return &d.Priv.First
	case resource.DatabasePasswords[1]:
		return &d.Priv.Second
	}
	return &d.Priv.Third
}

// generatedLength is that of the passwords that AWS makes (observed).
const generatedLength = 32

// GeneratePassword makes a password of letters, digits and symbols, as AWS does (observed).
func GeneratePassword() string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.,_<>(){}$&;:-+=?!#%*[]^|~"
	text, random := make([]byte, 0, generatedLength), make([]byte, 1)
	for len(text) < generatedLength {
		rand.Read(random)
		if at := int(random[0]); at < 2*len(letters) { // each letter is as likely as the others
			text = append(text, letters[at%len(letters)])
		}
	}
	return string(text)
}

// CheckPassword returns a resource.RefusalError if a password cannot be that of a master user. The texts are those of Amazon
// RDS.
func CheckPassword(engine, password string) error {
	most := 128
	if engine == mysql {
		most = 41
	}
	for i := range len(password) {
		if c := password[i]; c <= ' ' || c > '~' || c == '/' || c == '@' || c == '"' {
			return resource.Refuse("The parameter MasterUserPassword is not a valid password. " +
				`Only printable ASCII characters besides '/', '@', '"', ' ' may be used.`)
		}
	}
	switch {
	case len(password) < minPassword:
		return resource.Refuse("The parameter MasterUserPassword is not a valid password because it is shorter than %d characters.", minPassword)
	case len(password) > most:
		return resource.Refuse("The parameter MasterUserPassword is not a valid password because it is longer than %d characters.", most)
	}
	return nil
}

// minPassword is how many characters a password has at least (API reference).
const minPassword = 8

// newSecret makes a password of a database whose own is not in the file.
func newSecret(*resource.Resource, string) ([]byte, error) { return []byte(GeneratePassword()), nil }

func secrets(r *resource.Resource) []string {
	d, err := Load(r)
	if err != nil {
		return nil
	}
	return d.members()
}

func checkSecret(r *resource.Resource, _ string, plain []byte) error {
	d, err := Load(r)
	if err == nil && CheckPassword(d.Engine(), string(plain)) != nil {
		err = errors.New("it cannot be the password of a master user")
	}
	return err
}
