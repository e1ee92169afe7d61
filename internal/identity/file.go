package identity

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/lanyard-cloud/lanyard/internal/safefile"
	"github.com/lanyard-cloud/lanyard/internal/strictyaml"
)

// Bounds of what an identities file and the files that it names may hold, in bytes.
const (
	MaxFileSize     = strictyaml.MaxSize
	maxDocumentFile = 128 << 10
	maxSecretFile   = 4 << 10
)

// File is an identities file: a declaration of accounts and of all that is in them.
// docs/identities.md describes its form.
type File struct {
	name     string
	accounts []fileAccount
}

// fileAccount is one account of the file.
type fileAccount struct {
	line int
	// id is "" for the server's root account.
	id       string
	setUps   []fileSetUp
	entities []fileEntity
	keys     []fileKey
}

// fileEntity is one user, group, role or policy.
type fileEntity struct {
	line int
	kind Kind
	name string
	doc  Doc
}

// fileKey is an access key; user is "" for the account's root.
type fileKey struct {
	line             int
	user, id, secret string
	inactive         bool
	// inline says that the secret is in the file itself.
	inline bool
}

// LoadFile reads an identities file and does not check who may read or change it. Errors name file
// and line and hold no secret.
func LoadFile(path string) (*File, error) {
	return loadFile(path, readBounded, readBounded)
}

// LoadTrustedFile is LoadFile for a file that decides who may do what: it returns an
// error if another user may change the file or one that it names, or may read the
// secrets in them.
func LoadTrustedFile(path string) (*File, error) {
	plain, secret := bounded(safefile.Read), bounded(safefile.ReadSecret)
	file, err := loadFile(path, plain, secret)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(file.accounts, fileAccount.hasSecrets) {
		if _, err := secret(path, MaxFileSize); err != nil {
			return nil, fmt.Errorf("the identities file holds secret access keys: %w", err)
		}
	}
	return file, nil
}

func (a fileAccount) hasSecrets() bool {
	return slices.ContainsFunc(a.keys, func(k fileKey) bool { return k.inline })
}

// loadFile reads files of secrets in another way than others.
func loadFile(path string, plain, secret func(string, int64) ([]byte, error)) (*File, error) {
	text, err := plain(path, MaxFileSize)
	if err != nil {
		return nil, fmt.Errorf("read the identities file: %w", err)
	}
	return ParseFile(path, text, func(name string, limit int64) ([]byte, error) {
		if !filepath.IsAbs(name) {
			name = filepath.Join(filepath.Dir(path), name)
		}
		if limit == maxSecretFile {
			return secret(name, limit)
		}
		return plain(name, limit)
	})
}

// bounded makes a reader of whole files refuse those that are too large.
func bounded(read func(string) ([]byte, error)) func(string, int64) ([]byte, error) {
	return func(path string, limit int64) ([]byte, error) {
		text, err := read(path)
		if err == nil && int64(len(text)) > limit {
			err = tooLarge(path, limit)
		}
		return text, err
	}
}

func tooLarge(path string, limit int64) error {
	return fmt.Errorf("%s is larger than %d bytes", path, limit)
}

func readBounded(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path) //nolint:gosec // the path is the operator's own setting
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(text)) > limit {
		err = tooLarge(path, limit)
	}
	return text, err
}

// ParseFile reads the text of an identities file. The name is in errors. read
// returns the content of a file that the text names, up to a limit.
func ParseFile(name string, text []byte, read func(name string, limit int64) ([]byte, error)) (*File, error) {
	root, reader, err := strictyaml.Parse(name, text)
	if err != nil {
		return nil, err
	}
	r := &fileReader{Reader: reader, file: &File{name: name}, read: read}
	if err := r.whole(root); err != nil {
		return nil, err
	}
	return r.file, nil
}

// Counts tells how much the file declares.
func (f *File) Counts() (accounts, entities, accessKeys int) {
	for _, a := range f.accounts {
		entities += len(a.entities)
		accessKeys += len(a.keys)
	}
	return len(f.accounts), entities, accessKeys
}

// Root returns what the file says of the account that a fresh store begins with: the
// one that it calls root, else the one of the wanted id or, if none is wanted, its
// first. The key is that account's first active root access key. What the file does
// not say is "".
func (f *File) Root(want string) (account, keyID, secret string) {
	i := slices.IndexFunc(f.accounts, func(a fileAccount) bool { return a.id == "" })
	if i < 0 {
		i = slices.IndexFunc(f.accounts, func(a fileAccount) bool { return want == "" || a.id == want })
	}
	if i < 0 {
		return "", "", ""
	}
	for _, k := range f.accounts[i].keys {
		if k.user == "" && !k.inactive {
			return f.accounts[i].id, k.id, k.secret
		}
	}
	return f.accounts[i].id, "", ""
}
