package resource

import (
	"slices"

	"github.com/lanyard-cloud/lanyard/internal/seal"
)

// Stored is what an export and an import know of a kind.
type Stored struct {
	// Check returns an error if the documents are not whole and valid. What it accepts, the
	// actions can load and work on. The private document has no sealed value in it.
	Check func(*Resource) (Claims, error)
	// Secrets names the secrets that a resource has, of those of its kind; nil for kinds
	// without any.
	Secrets func(*Resource) []string
	// CheckSecret returns an error if a secret does not go with the documents. It is nil
	// if Secrets is.
	CheckSecret func(r *Resource, member string, plain []byte) error
	// NewSecret makes a secret of a resource whose own is not in the file. It is nil if a
	// resource is of no use without its own, or if Bare is there.
	NewSecret func(r *Resource, member string) ([]byte, error)
	// Bare takes out of the documents what is of no use without its secret, since that is not in the
	// file. It is nil if the resource gets a new secret, or is of no use itself.
	Bare func(r *Resource) error
	// Upgrade gives documents that an earlier version wrote their present form; nil if
	// there is no other. It reports whether they changed. Storing them is the caller's part.
	Upgrade func(*seal.Sealer, *Resource) (changed bool, err error)
	// CheckLinks returns an error if a link from a resource of the kind is not one that the
	// actions make. Both ends are as they are stored, with the links that they had before.
	CheckLinks func(role Role, from, to *Resource, doc []byte) error
	// Former takes out of documents what an earlier version wrote of links. It returns that, in
	// the order in which the links were made; nil for kinds that never had such documents. What
	// has its present form stays as it is.
	Former func(*Resource) ([]FormerLink, error)
	// Pools are those that the resources have numbers of.
	Pools []Pool
	// Classes are those of the entries that the resources have. They are here and not in the
	// kind's row: a class says how an entry from a file is checked, which the kind's own package
	// knows. Only exports and imports need all classes: code that works with an entry names its
	// class.
	Classes []Class
}

// Exported is the class of a name that has its entries in exports; nil if there is none.
func (s *Stored) Exported(class string) *Class {
	at := slices.IndexFunc(s.Classes, func(c Class) bool { return c.Exported && c.Name == class })
	if at < 0 {
		return nil
	}
	return &s.Classes[at]
}

// SecretsOf names the secrets that a resource has.
func (s *Stored) SecretsOf(r *Resource) []string {
	if s.Secrets == nil {
		return nil
	}
	return s.Secrets(r)
}

// StoredKinds are the kinds that a version of Lanyard knows.
type StoredKinds map[Kind]Stored

// Exported lists the names of all classes that have their entries in exports, in order.
func (kinds StoredKinds) Exported() []string {
	var names []string
	for _, kind := range kinds {
		for _, c := range kind.Classes {
			if c.Exported {
				names = append(names, c.Name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Upgrade gives the documents of a resource their present form.
func (kinds StoredKinds) Upgrade(s *seal.Sealer, r *Resource) error {
	if upgrade := kinds[r.Kind].Upgrade; upgrade != nil {
		_, err := upgrade(s, r)
		return err
	}
	return nil
}

// Pool finds the pool that has the name in the store for an account. region is that of a
// networked pool, and "" otherwise.
func (kinds StoredKinds) Pool(account, name string) (p *Pool, region string) {
	for _, kind := range kinds {
		at := slices.IndexFunc(kind.Pools, func(p Pool) (has bool) {
			_, has = p.Region(account, name)
			return has
		})
		if at >= 0 {
			p = &kind.Pools[at]
			region, _ = p.Region(account, name)
			return p, region
		}
	}
	return nil, ""
}
