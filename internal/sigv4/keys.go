package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"strings"
	"sync"
)

// signingKey is what a secret, a day, a region and a service make together.
type signingKey [sha256.Size]byte

// deriveKey computes a signing key. It takes four HMACs, which is why the results are cached.
func deriveKey(secret, date, region, service string) signingKey {
	key := hmacSHA256([]byte("AWS4"+secret), []byte(date))
	key = hmacSHA256(key[:], []byte(region))
	key = hmacSHA256(key[:], []byte(service))
	return hmacSHA256(key[:], []byte(terminator))
}

func hmacSHA256(key, data []byte) signingKey {
	h := hmac.New(sha256.New, key)
	h.Write(data)
	var sum signingKey
	h.Sum(sum[:0])
	return sum
}

// keyID identifies a signing key by everything that it is derived from. A changed secret is therefore another key; and a
// key whose access key is revoked stays unused, because the caller does not come as far as verifying.
type keyID struct {
	secret                [sha256.Size]byte // the secret's hash, so that the cache holds no secret itself
	date, region, service string
}

// generationSize bounds the cache to twice as many keys: some hundred access keys in a handful of regions each.
const generationSize = 1024

// keyCache keeps the signing keys that were used last, in two generations: when the young one is full it becomes the old
// one, and what is asked for until then moves back. The zero value is ready for use.
type keyCache struct {
	mu         sync.Mutex
	young, old map[keyID]signingKey
}

func (c *keyCache) get(id keyID) (signingKey, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if key, ok := c.young[id]; ok {
		return key, true
	}
	key, ok := c.old[id]
	if ok {
		c.put(id, key)
	}
	return key, ok
}

func (c *keyCache) add(id keyID, key signingKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.put(id, key)
}

// put is add for callers that hold the lock.
func (c *keyCache) put(id keyID, key signingKey) {
	if c.young == nil || len(c.young) >= generationSize {
		c.old, c.young = c.young, make(map[keyID]signingKey)
	}
	// The parts are slices of a whole Authorization header, which would stay in memory with them.
	id.date, id.region, id.service = strings.Clone(id.date), strings.Clone(id.region), strings.Clone(id.service)
	c.young[id] = key
}
