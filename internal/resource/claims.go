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

// Tie is an attachment of one resource to another. The documents of both have to say the
// same of it.
type Tie struct {
	// Account and Region are those of both ends.
	Account, Region string
	// Kind and Name are those of what is attached, ToKind and To of what it is attached to.
	Kind   Kind
	Name   string
	ToKind Kind
	To     string
	// Detail is what both ends know of the attachment, such as the path of a disk.
	Detail string
}
