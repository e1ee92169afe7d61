package resource

import "net/netip"

// Claims are what the documents of a stored resource say of rows beside its own. The
// documents are right only if those rows say the same.
type Claims struct {
	// Addresses are the numbers of pools that the resource has, each of another pool.
	Addresses []AddressClaim
	// Links are the roles of the links that the resource must have.
	Links []Role
	// Own are texts that no other resource may claim, such as IPv6 addresses.
	Own []string
	// Keys are the ids of the access keys that the resource has. No other key has one of them.
	Keys []string
}

// AddressClaim is a number that a resource says it has of a pool.
type AddressClaim struct {
	Pool string
	// Address is which one; the zero value admits any number of the pool.
	Address netip.Addr
}

// FormerLink is a link as earlier versions kept it: in the documents of both ends, which had to
// say the same of it.
type FormerLink struct {
	Role Role
	// From and To are the names of the ends, which are in one account and region.
	From, To string
	// Doc is what belongs to the relation, as links have it.
	Doc string
	// Detail is what else both ends know of the other, such as the size of a disk.
	Detail string
}
