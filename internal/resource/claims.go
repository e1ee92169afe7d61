package resource

import "net/netip"

// Claims are what the documents of a stored resource say of rows beside its own. The
// documents are right only if those rows say the same.
type Claims struct {
	// Addresses are the numbers of pools that the resource has, each of another pool.
	Addresses []AddressClaim
	// Ties are the ends of attachments that the resource is at.
	Ties []Tie
	// Own are texts that no other resource may claim, such as IPv6 addresses.
	Own []string
}

// AddressClaim is a number that a resource says it has of a pool.
type AddressClaim struct {
	Pool string
	// Address is which one; the zero value admits any number of the pool.
	Address netip.Addr
}

// Tie is an attachment of something to an instance. Both of them have to tell of it in
// the same words.
type Tie struct {
	// Account and Region are those of both ends.
	Account, Region string
	// Instance is the name of the one end, Kind and Name are the other end's.
	Instance string
	Kind     Kind
	Name     string
	// Detail is what both ends know of the attachment, such as the path of a disk.
	Detail string
}

// Stored is how documents of a kind are held to what the actions would have written.
type Stored struct {
	// Check returns an error if the documents are not whole and valid. What it accepts, the
	// actions can load and work on. The private document has no sealed value in it.
	Check func(*Resource) (Claims, error)
	// HasSecret reports whether a resource has a sealed value in its private document; nil
	// for kinds of which none has.
	HasSecret func(*Resource) bool
	// CheckSecret returns an error if a secret is not one that goes with the documents. It
	// is nil where HasSecret is.
	CheckSecret func(r *Resource, plain []byte) error
}
