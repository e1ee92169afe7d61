// Package steps is what the programs of all Go clients share. A test program ends at its first error.
package steps

import (
	"encoding/json"
	"log"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

// What the journey makes.
const (
	KeyPair   = "journey-key"
	Instance  = "journey-web"
	UserData  = "#!/bin/sh\necho prepared\n"
	PublicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
)

// Names are the key pairs that fill pages.
var Names = []string{"journey-a", "journey-b", "journey-c"}

// MaxAttempts are the tries of a patient client.
const MaxAttempts = 12

// Facts are what the program saw.
type Facts struct {
	KeyPair  Pair               `json:"keyPair"`
	Tags     map[string]*string `json:"tags"`
	Errors   map[string]Failure `json:"errors"`
	Busy     int                `json:"busy"`
	Pages    [][]string         `json:"pages"`
	Instance string             `json:"instance"`
}

// Pair is a created key pair.
type Pair struct {
	PublicKey   string `json:"publicKey"`
	Fingerprint string `json:"fingerprint"`
	CreatedAt   int64  `json:"createdAt"`
}

// Failure is an error as the client shows it.
type Failure struct {
	Class   string `json:"class"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Run does what the program's arguments say.
func Run(journey func(dir string) Facts, profile func()) {
	if os.Args[1] == "profile" {
		profile()
		return
	}
	facts := Must(json.Marshal(journey(os.Args[2])))
	OK(os.WriteFile(filepath.Join(os.Args[2], "facts.json"), facts, 0o600))
}

// SaveKey saves a private key for its owner only.
func SaveKey(dir, key string) {
	OK(os.WriteFile(filepath.Join(dir, "key.pem"), []byte(key), 0o600))
}

// Must returns what a call returned without an error.
func Must[T any](out T, err error) T {
	OK(err)
	return out
}

// OK ends the program if there is an error.
func OK(err error) {
	if err != nil {
		log.Output(3, err.Error())
		os.Exit(1)
	}
}

// Want ends the program if what it got is something else.
func Want[T comparable](want, got T) {
	if got != want {
		log.Output(2, string(Must(json.Marshal(map[string]T{"got": got, "want": want}))))
		os.Exit(1)
	}
}

// Until polls for up to a minute, as the SDKs have no waiters for Lightsail.
func Until(ready func() bool) {
	for end := time.Now().Add(time.Minute); !ready(); time.Sleep(100 * time.Millisecond) {
		Want(true, time.Now().Before(end))
	}
}

// Throttled is the error that ends some calls in a row.
func Throttled(call func() error) error {
	for {
		if err := call(); err != nil {
			return err
		}
	}
}

// GetThrough says how many of 40 calls succeed that are made eight at a time.
func GetThrough(call func() error) int {
	var workers sync.WaitGroup
	var left, succeeded atomic.Int64
	left.Store(40)
	for n := 0; n < 8; n++ {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for left.Add(-1) >= 0 {
				OK(call())
				succeeded.Add(1)
			}
		}()
	}
	workers.Wait()
	return int(succeeded.Load())
}
