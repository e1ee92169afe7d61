// Package identity holds the identities that sign requests: accounts' roots, users,
// groups, roles, their policies, access keys and sessions. It resolves a credential to a
// principal with all policies that apply to it.
//
// It decides nothing about a request's form; package policy evaluates, package api
// asks.
package identity

import (
	"bytes"
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/store"
)

// Kind is a kind of entity.
type Kind string

// The kinds, as their ARNs spell them.
const (
	User   Kind = "user"
	Group  Kind = "group"
	Role   Kind = "role"
	Policy Kind = "policy"
)

// idPrefixes are IAM's prefixes of unique ids (IAM User Guide, "IAM identifiers").
var idPrefixes = map[Kind]string{User: "AIDA", Group: "AGPA", Role: "AROA", Policy: "ANPA"}

// Prefixes of access key ids: of long-term keys and of sessions' keys.
const (
	longTermPrefix = "AKIA"
	sessionPrefix  = "ASIA"
)

// Entity is a user, a group, a role or a managed policy of an account.
type Entity struct {
	// ID is the unique id: AIDA….
	ID, Account string
	Kind        Kind
	Name        string
	CreatedAt   time.Time
	Doc
}

// Doc is what may change in an entity. Each kind uses its own part of it.
type Doc struct {
	// Tags are a user's or a role's: aws:PrincipalTag.
	Tags []Tag `json:"tags,omitempty"`
	// Groups names the groups that a user is in.
	Groups []string `json:"groups,omitempty"`
	// Inline are the policies embedded in a user, group or role.
	Inline []InlinePolicy `json:"inline,omitempty"`
	// Attached names the managed policies of a user, group or role.
	Attached []string `json:"attached,omitempty"`
	// Boundary names the managed policy that bounds a user or a role.
	Boundary string `json:"boundary,omitempty"`
	// Trust is a role's trust policy.
	Trust string `json:"trust,omitempty"`
	// TrustedIDs are the unique ids that the users and roles had that Trust names by ARN,
	// by that ARN, when it was written: it does not trust another one of the same name.
	TrustedIDs map[string]string `json:"trustedIds,omitempty"`
	// MaxSession is how long a role's sessions may be, in seconds.
	MaxSession int `json:"maxSession,omitempty"`
	// Document is a managed policy's text.
	Document string `json:"document,omitempty"`
	// Description is a managed policy's or a role's.
	Description string `json:"description,omitempty"`
	// Managed marks what the identities file declares.
	Managed bool `json:"managed,omitempty"`
}

// Tag is a tag of a user, a role or a session.
type Tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// InlinePolicy is a policy embedded in an entity.
type InlinePolicy struct {
	Name     string `json:"name"`
	Document string `json:"document"`
}

// ARN is the entity's name for policies and messages.
func (e *Entity) ARN() string { return arn(e.Account, e.Kind, e.Name) }

func arn(account string, kind Kind, name string) string {
	return "arn:aws:iam::" + account + ":" + string(kind) + "/" + name
}

// RootARN is the ARN of an account's root.
func RootARN(account string) string { return "arn:aws:iam::" + account + ":root" }

// load reads an entity by name, or store.ErrNotFound.
func load(tx *store.Tx, account string, kind Kind, name string) (*Entity, error) {
	row, err := tx.Identity(account, string(kind), name)
	if err != nil {
		return nil, err
	}
	return fromRow(row)
}

func fromRow(row *store.Identity) (*Entity, error) {
	doc, err := docOf(row)
	if err != nil {
		return nil, err
	}
	return entityOf(row, doc), nil
}

// docOf parses a stored document. One with members that are not known is not used: each
// of them may be a restriction.
func docOf(row *store.Identity) (*Doc, error) {
	var doc *Doc // stays nil if the text is null
	d := json.NewDecoder(bytes.NewReader(row.Doc))
	d.DisallowUnknownFields()
	err := d.Decode(&doc)
	if err == nil && doc == nil {
		err = errors.New("its document is null")
	}
	if _, more := d.Token(); err == nil && !errors.Is(more, io.EOF) {
		err = errors.New("something follows its document")
	}
	if err != nil {
		return nil, fmt.Errorf("stored %s %s: %w", row.Kind, row.Name, err)
	}
	return doc, nil
}

func entityOf(row *store.Identity, doc *Doc) *Entity {
	return &Entity{ID: row.ID, Account: row.Account, Kind: Kind(row.Kind), Name: row.Name, CreatedAt: row.CreatedAt, Doc: *doc}
}

func (e *Entity) row() (*store.Identity, error) {
	doc, err := json.Marshal(e.Doc)
	return &store.Identity{
		ID: e.ID, Account: e.Account, Kind: string(e.Kind), Name: e.Name, CreatedAt: e.CreatedAt, Doc: doc,
	}, err
}

// NewAccessKeyID makes the id of a long-term access key: AKIA and 16 characters.
func NewAccessKeyID() string { return randomID(longTermPrefix) }

// NewSecret makes a secret access key of 40 characters.
func NewSecret() string { return base64.StdEncoding.EncodeToString(randomBytes(30)) }

func randomID(prefix string) string {
	return prefix + base32.StdEncoding.EncodeToString(randomBytes(10))
}

// newEntityID makes the unique id of an entity: its kind's prefix and 17 characters.
func newEntityID(kind Kind) string {
	return randomID(idPrefixes[kind]) + base32.StdEncoding.EncodeToString(randomBytes(1))[:1]
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails: crypto/rand ends the process instead
	return b
}
