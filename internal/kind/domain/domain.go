// Package domain says what a stored DNS zone is: its documents and its entries, with the
// rules that Route 53 has for them.
//
// It changes no store and answers no DNS query.
package domain

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/kind/audit"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Domain is a stored DNS zone, opened.
type Domain struct {
	resource.Record[types.Domain, struct{}, *types.Domain]
}

// New returns a zone with the entries that every zone has from the beginning, or an Error
// if the row's name is not one that a zone can have. It is not stored yet.
func New(r *resource.Resource) (*Domain, error) {
	d := &Domain{}
	d.Resource = r
	if !isZone(r.Name) {
		return nil, refuse("The domain name is invalid: %s", r.Name)
	}
	zone, err := newZone(r.Name, r.ID)
	d.Doc.DomainEntries = zone.entries
	return d, err
}

// Kind is resource.Domain.
func (*Domain) Kind() resource.Kind { return resource.Domain }

// SupportSuffix is the path of the zone in Route 53 (observed; its id has 13 to 20 letters
// and digits after the Z there).
func (d *Domain) SupportSuffix() string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	sum := sha256.Sum256([]byte("hosted zone\x00" + d.Resource.ID))
	text := make([]byte, 20)
	for n := range text {
		text[n] = alphabet[int(sum[n])%len(alphabet)]
	}
	return "/hostedzone/Z" + string(text)
}

// Show is the zone as the API shows it.
func (d *Domain) Show(time.Time) *types.Domain {
	doc := d.Doc
	doc.Tags = d.Resource.Tags
	return &doc
}

// Covers reports whether a name, in its normal form, is the zone's or below it.
func (d *Domain) Covers(name string) bool {
	return name == d.Resource.Name || strings.HasSuffix(name, "."+d.Resource.Name)
}

// Closest is the one of some zones that a name is in, in its normal form: the one that has most of its labels; nil if it is
// in none.
func Closest(zones []*Domain, name string) (found *Domain) {
	for _, z := range zones {
		if z.Covers(name) && (found == nil || len(z.Resource.Name) > len(found.Resource.Name)) {
			found = z
		}
	}
	return found
}

// Has reports whether the zone has an entry, given without regard to case and final dots.
func (d *Domain) Has(name, kind, target string) bool {
	same := zoneWith(d.Resource.Name, d.Doc.DomainEntries).named(normalName(&name))
	return slices.ContainsFunc(same, func(e types.DomainEntry) bool { return *e.Type == kind && sameTarget(kind, *e.Target, target) })
}

// Change changes the entries, or returns an Error and changes none.
func (d *Domain) Change(change func(*Zone) error) error {
	zone := zoneWith(d.Resource.Name, d.Doc.DomainEntries)
	if err := change(zone); err != nil {
		return err
	}
	d.Doc.DomainEntries = zone.entries
	return nil
}

// newZone has four name servers and the start of authority (observed). They follow from
// the resource's id.
func newZone(name, id string) (*Zone, error) {
	z := &Zone{name: name}
	servers := nameServers(id)
	for _, server := range servers {
		if err := z.Add(&types.DomainEntry{Name: &name, Type: new("NS"), Target: &server}); err != nil {
			return z, err
		}
	}
	soa := servers[3] + ". awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"
	return z, z.Add(&types.DomainEntry{Name: &name, Type: new("SOA"), Target: &soa})
}

// nameServers has one name in each of Route 53's four top-level domains, which have their
// own ranges of numbers.
func nameServers(id string) [4]string {
	sum := sha256.Sum256([]byte("name servers\x00" + id))
	var servers [4]string
	for n, top := range [...]string{"com", "net", "org", "co.uk"} {
		draw := binary.BigEndian.Uint16(sum[2*n:])
		servers[n] = fmt.Sprintf("ns-%d.awsdns-%02d.%s", n*512+int(draw%512), draw/512%64, top)
	}
	return servers
}

// Stored is how an import checks zones.
func Stored() resource.StoredKinds {
	return resource.StoredKinds{resource.Domain: {Check: check}}
}

// check builds the zone anew from its entries: they have to be in their normal form and in
// order, and none may be in another one's way.
func check(r *resource.Resource) (claims resource.Claims, err error) {
	d := &Domain{}
	if err := d.Open(r); err != nil {
		return claims, err
	}
	var a audit.Audit
	a.Envelope(d, d.SupportSuffix())
	a.Everywhere(r)
	a.Want(isZone(r.Name) && r.Kind.Normal(r.Name) == r.Name, "the name %q is not that of a domain", audit.Shorten(r.Name))
	own, zone := map[string]int{}, zoneWith(r.Name, nil)
	for n, e := range d.Doc.DomainEntries {
		err := zone.Add(&e)
		a.Want(err == nil, "doc: the entry %d is not valid", n)
		if err != nil {
			break
		}
		if zone.isOwn(e) {
			own[*e.Type]++
		}
	}
	a.Want(own["NS"] >= 4 && own["SOA"] == 1, "doc: the entries do not have name servers and a start of authority")
	d.Doc.DomainEntries = zone.entries
	return claims, a.Repack(d)
}
