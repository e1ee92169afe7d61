package export

import (
	"encoding/json"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// What the header of every file says.
const (
	formatName    = "lanyard-export"
	formatVersion = 3
	// linksVersion is the first one with links, and with goneAt: before, attachments were in documents.
	linksVersion = 3
	// oldestVersion is the first one.
	oldestVersion = 1
)

// maxLine bounds a line. The largest records are documents of resources, which came
// in requests of at most 1 MiB, and the note of a large identities file.
const maxLine = 8 << 20

// header is the first line of a file.
type header struct {
	Record  string `json:"record"`
	Format  string `json:"format"`
	Version int    `json:"version"`
	// Lanyard is the version of Lanyard that wrote the file.
	Lanyard string    `json:"lanyard"`
	Created time.Time `json:"created"`
	// Account is the only account in the file; "" is all of a store.
	Account string `json:"account,omitempty"`
	// RootAccount is the account that a store's first start made.
	RootAccount string `json:"rootAccount,omitempty"`
	// IdentitiesFile is the store's note of what its identities file declares.
	IdentitiesFile json.RawMessage `json:"identitiesFile,omitempty"`
	// Secrets says how secrets are sealed; nil where they are left out.
	Secrets *vault `json:"secrets,omitempty"`
	// kinds are the kinds of resources that this version knows.
	kinds resource.StoredKinds
}

// record is a line between header and footer.
type record interface {
	// owner is the account that the record belongs to.
	owner() string
	// place is where the record stands among those of its type: they rise strictly,
	// compared byte by byte and part by part.
	place() []string
	// check holds the record to all rules that can be told without other records.
	check(h *header) error
}

// secret is the part of a record that depends on whether the file holds secrets.
type secret struct {
	// Sealed is the secret under the file's key.
	Sealed []byte `json:"secret,omitempty"`
	// LeftOut says that there is one, and that the file does not have it.
	LeftOut bool `json:"secretLeftOut,omitempty"`
}

type accountRecord struct {
	Record     string    `json:"record"`
	ID         string    `json:"id"`
	Created    time.Time `json:"created"`
	SetUpUntil time.Time `json:"setUpUntil,omitzero"`
	Closed     bool      `json:"closed,omitempty"`
}

type regionSetupRecord struct {
	Record  string    `json:"record"`
	Account string    `json:"account"`
	Region  string    `json:"region"`
	Until   time.Time `json:"until,omitzero"`
}

type identityRecord struct {
	Record  string          `json:"record"`
	Account string          `json:"account"`
	Kind    string          `json:"kind"`
	Name    string          `json:"name"`
	ID      string          `json:"id"`
	Created time.Time       `json:"created"`
	Doc     json.RawMessage `json:"doc"`
}

type accessKeyRecord struct {
	Record  string    `json:"record"`
	Account string    `json:"account"`
	ID      string    `json:"id"`
	Owner   string    `json:"owner,omitempty"`
	Active  bool      `json:"active"`
	Created time.Time `json:"created"`
	secret
}

type resourceRecord struct {
	Record  string          `json:"record"`
	Account string          `json:"account"`
	Region  string          `json:"region"`
	Name    string          `json:"name"`
	Kind    string          `json:"kind"`
	Zone    string          `json:"zone"`
	ID      string          `json:"id"`
	Created time.Time       `json:"created"`
	Tags    []tag           `json:"tags"`
	Doc     json.RawMessage `json:"doc"`
	Priv    json.RawMessage `json:"priv,omitempty"`
	// GoneAt is when a resource is gone that is being deleted.
	GoneAt time.Time `json:"goneAt,omitzero"`
	secret
	// Secrets are those of other members of the private document than resource.FirstSecret,
	// which is in Sealed.
	Secrets map[string][]byte `json:"secrets,omitempty"`
}

type tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// addressRecord is a number of a pool that a resource has: an IPv4 address as a number
// of 32 bits, or a port.
type addressRecord struct {
	Record  string `json:"record"`
	Account string `json:"account"`
	Owner   string `json:"owner"`
	Pool    string `json:"pool"`
	Number  int64  `json:"number"`
}

// entryRecord is an entry that a resource has of an exported class.
type entryRecord struct {
	Record  string          `json:"record"`
	Account string          `json:"account"`
	Owner   string          `json:"owner"`
	Class   string          `json:"class"`
	Seq     int64           `json:"seq"`
	At      time.Time       `json:"at"`
	Doc     json.RawMessage `json:"doc"`
}

// entryListRecord is the highest number that an entry of an exported class had, if that entry is not
// there any more. Another store would give the number again without it.
type entryListRecord struct {
	Record  string `json:"record"`
	Account string `json:"account"`
	Owner   string `json:"owner"`
	Class   string `json:"class"`
	Last    int64  `json:"last"`
}

// linkRecord is a relation between two resources, which are given by their ids.
type linkRecord struct {
	Record  string `json:"record"`
	Account string `json:"account"`
	From    string `json:"from"`
	Role    string `json:"role"`
	To      string `json:"to"`
	// Position orders links by when they were made.
	Position int64           `json:"position"`
	Doc      json.RawMessage `json:"doc"`
}

type operationRecord struct {
	Record   string          `json:"record"`
	Account  string          `json:"account"`
	Region   string          `json:"region"`
	Resource string          `json:"resource"`
	ID       string          `json:"id"`
	Position int64           `json:"position"`
	Doc      json.RawMessage `json:"doc"`
	// Subject and Generation say what ends an operation that is still open.
	Subject    string `json:"subject,omitempty"`
	Generation int64  `json:"generation,omitempty"`
}

// Counts are how many records of each type a file has.
type Counts struct {
	Accounts     int `json:"accounts"`
	RegionSetups int `json:"regionSetups"`
	Identities   int `json:"identities"`
	AccessKeys   int `json:"accessKeys"`
	Resources    int `json:"resources"`
	Links        int `json:"links,omitempty"`
	Addresses    int `json:"addresses,omitempty"`
	QuotaUses    int `json:"quotaUses,omitempty"`
	Entries      int `json:"entries,omitempty"`
	EntryLists   int `json:"entryLists,omitempty"`
	Operations   int `json:"operations"`
}

// footer is the last line: a file without it was cut.
type footer struct {
	Record string `json:"record"`
	Counts Counts `json:"counts"`
}

// recordTypes are the types between header and footer in the order of a file.
var recordTypes = []string{"account", "regionSetup", "identity", "accessKey", "resource", "link", "address", "quotaUse", "entry", "entryList", "operation"}

// laterTypes are those that the first version did not have, with what messages call their records.
var laterTypes = map[string]struct {
	version int
	plural  string
}{
	"address": {2, "addresses"}, "link": {linksVersion, "links"}, "quotaUse": {3, "uses of quotas"}, "entry": {3, "entries"},
	"entryList": {3, "lists of entries"},
}

// newRecord returns an empty record of a type; nil for a type that does not exist.
func newRecord(name string) record {
	switch name {
	case "account":
		return &accountRecord{}
	case "regionSetup":
		return &regionSetupRecord{}
	case "identity":
		return &identityRecord{}
	case "accessKey":
		return &accessKeyRecord{}
	case "resource":
		return &resourceRecord{}
	case "link":
		return &linkRecord{}
	case "address":
		return &addressRecord{}
	case "quotaUse":
		return &quotaUseRecord{}
	case "entry":
		return &entryRecord{}
	case "entryList":
		return &entryListRecord{}
	case "operation":
		return &operationRecord{}
	}
	return nil
}

// of is the count for a type of record.
func (c *Counts) of(name string) *int {
	return map[string]*int{
		"account": &c.Accounts, "regionSetup": &c.RegionSetups, "identity": &c.Identities,
		"accessKey": &c.AccessKeys, "resource": &c.Resources, "link": &c.Links, "address": &c.Addresses, "quotaUse": &c.QuotaUses,
		"entry": &c.Entries, "entryList": &c.EntryLists, "operation": &c.Operations,
	}[name]
}
