package sigv4

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"
	"testing"
)

// The example of the Signature Version 4 documentation: how to derive a signing key.
func TestDeriveKey(t *testing.T) {
	key := deriveKey("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "20150830", "us-east-1", "iam")
	const want = "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"
	if got := hex.EncodeToString(key[:]); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func testID(n int) keyID {
	return keyID{secret: sha256.Sum256(fmt.Append(nil, n)), date: "20150830", region: "us-east-1", service: "lightsail"}
}

func TestKeyCacheTellsKeysApart(t *testing.T) {
	var c keyCache
	id := testID(0)
	c.add(id, signingKey{1})
	if key, ok := c.get(id); !ok || key != (signingKey{1}) {
		t.Errorf("got %v, %v", key, ok)
	}
	for name, change := range map[string]func(*keyID){
		"secret":  func(id *keyID) { id.secret[0]++ },
		"date":    func(id *keyID) { id.date = "20150831" },
		"region":  func(id *keyID) { id.region = "us-east-2" },
		"service": func(id *keyID) { id.service = "sts" },
	} {
		other := id
		change(&other)
		if key, ok := c.get(other); ok {
			t.Errorf("another %s got %v", name, key)
		}
	}
}

func TestKeyCacheIsBounded(t *testing.T) {
	var c keyCache
	const used = 0
	for n := range 10 * generationSize {
		c.add(testID(n), signingKey{byte(n)})
		if key, ok := c.get(testID(used)); !ok || key != (signingKey{used}) {
			t.Fatalf("the key in use was lost with the %dth other", n)
		}
		if size := len(c.young) + len(c.old); size > 2*generationSize {
			t.Fatalf("%d keys are cached", size)
		}
	}
	if _, ok := c.get(testID(1)); ok {
		t.Error("a key that was not used is still cached")
	}
}

func TestKeyCacheIsConcurrent(t *testing.T) {
	var c keyCache
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for n := range 3 * generationSize {
				c.add(testID(n), signingKey{byte(n)})
				if key, ok := c.get(testID(n)); ok && key != (signingKey{byte(n)}) {
					t.Errorf("key %d is %v", n, key)
				}
			}
		})
	}
	wg.Wait()
}
