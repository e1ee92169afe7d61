package resource

import (
	"encoding/binary"
	"fmt"
	"math"
	"net/netip"
	"strings"
)

// Pool is a set of numbers, each of which one resource at a time has: IPv4 addresses as
// numbers of 32 bits, or ports.
type Pool struct {
	// Name is the pool's name in the store.
	Name string
	// Networked pools exist once for each account in each region: see In.
	Networked bool
	// What a number is called in messages: "public address".
	What string
	// Check returns an error if no server gives the number, which has 32 bits.
	Check func(number int64) error
	// First and Last bound the numbers of a pool in which any will do: the number of a
	// resource that comes from another machine may change. Both are 0 for other pools.
	First, Last int64
}

// In is the name of a networked pool of an account in a region.
func (p *Pool) In(account, region string) string { return p.Name + "/" + account + "/" + region }

// Region is the region of a pool of an account, by the pool's name in the store: "" if the
// pool is not networked. has is false if the name is not one of the pool p.
func (p *Pool) Region(account, name string) (region string, has bool) {
	if !p.Networked {
		return "", name == p.Name
	}
	return strings.CutPrefix(name, p.In(account, ""))
}

// CheckNumber returns an error if no server gives the number.
func (p *Pool) CheckNumber(number int64) error {
	if number < 0 || number > math.MaxUint32 {
		return fmt.Errorf("the number %d is out of bounds", number)
	}
	return p.Check(number)
}

// Next is the number after another one; the first follows the last.
func (p *Pool) Next(number int64) int64 {
	if number++; number < p.First || number > p.Last {
		return p.First
	}
	return number
}

// IPv4 is the address that a number of a pool stands for.
func IPv4(number int64) netip.Addr {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], uint32(number))
	return netip.AddrFrom4(b)
}
