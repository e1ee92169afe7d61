package resource

import (
	"fmt"
	"time"
)

// Class is something that a resource has many of: its deployments, its log lines. A kind's
// package declares its classes, its Stored lists those, and the store is given one with each
// entry.
type Class struct {
	// Name is a word in lower case. The classes of one kind have different names.
	Name string
	// Limit is how many entries a resource keeps: those that were added last. 0 is no limit. Only the
	// addition of an entry removes what is too many or too old.
	Limit int
	// Age is how old an entry may become; 0 is no limit.
	Age time.Duration
	// Exported entries are in exports. Their documents hold no secret.
	Exported bool
	// Check returns an error if an entry from a file is not one that Lanyard writes. Its
	// document is a JSON object of at most MaxEntry bytes. Exported classes have one.
	Check func(*Entry) error
}

// MaxSeq bounds the numbers of entries in files. It leaves room for more entries than a resource can
// get, and the numbers fit 32 bits: deployments have theirs for versions.
const MaxSeq = 1 << 30

// MaxEntry bounds the document of an entry, in bytes: what a call can bring fits.
const MaxEntry = 1 << 20

// Entry is one of those that a resource has of a class.
type Entry struct {
	// Owner is the id of the resource.
	Owner string
	// Class is the name of the class.
	Class string
	// Seq is the entry's number among those of its owner and class, from 1 on. It rises with
	// each entry that is added, and no number is given twice.
	Seq int64
	// At is when the entry was made, in whole milliseconds.
	At time.Time
	// Doc is a JSON object.
	Doc []byte
}

// CheckSize returns an error if the document is too large.
func (e *Entry) CheckSize() error {
	if len(e.Doc) > MaxEntry {
		return fmt.Errorf("the document of an entry has %d bytes, more than %d", len(e.Doc), MaxEntry)
	}
	return nil
}
