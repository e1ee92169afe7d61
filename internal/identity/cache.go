package identity

import (
	"sync"

	"github.com/lanyard-cloud/lanyard/internal/store"
)

// maxCached bounds how many parsed texts of a kind are in memory.
const maxCached = 1024

// cache keeps what was parsed from a text by the text itself, so that a change of
// the text is a new entry and nothing stale is ever used.
type cache[T any] struct {
	mu     sync.RWMutex
	byText map[string]T
}

// get returns what was parsed before, or parses the text. Nothing is kept, and nothing
// returned, of a text that does not parse.
func (c *cache[T]) get(text string, parse func() (T, error)) (v T, err error) {
	c.mu.RLock()
	v, ok := c.byText[text]
	c.mu.RUnlock()
	if ok {
		return v, nil
	}
	if v, err = parse(); err != nil {
		var none T
		return none, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.byText) >= maxCached || c.byText == nil {
		c.byText = make(map[string]T)
	}
	c.byText[text] = v
	return v, nil
}

// entityCache keeps the documents of users and roles that sign requests.
type entityCache struct{ docs cache[*Doc] }

// read is fromRow without parsing what was parsed before. Callers must not change
// the entity's lists.
func (c *entityCache) read(row *store.Identity) (*Entity, error) {
	doc, err := c.docs.get(string(row.Doc), func() (*Doc, error) { return docOf(row) })
	if err != nil {
		return nil, err
	}
	return entityOf(row, doc), nil
}

// keyCache keeps access keys as they were found at one version of the store's
// identities. At another version nothing in it is used.
type keyCache struct {
	mu      sync.RWMutex
	version string
	keys    map[keyInRegion]resolvedKey
}

type keyInRegion struct{ id, region string }

// resolvedKey is an active access key: its secret and its owner. Callers must not change
// the owner's lists.
type resolvedKey struct {
	secret string
	owner  Principal
}

func (c *keyCache) get(version string, id keyInRegion) (resolvedKey, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if version == "" || version != c.version {
		return resolvedKey{}, false
	}
	k, ok := c.keys[id]
	return k, ok
}

// last is get for any version, which it returns.
func (c *keyCache) last(id keyInRegion) (version string, k resolvedKey, ok bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	k, ok = c.keys[id]
	return c.version, k, ok
}

func (c *keyCache) put(version string, id keyInRegion, k resolvedKey) {
	if version == "" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if version != c.version || len(c.keys) >= maxCached {
		c.version, c.keys = version, map[keyInRegion]resolvedKey{}
	}
	c.keys[id] = k
}
