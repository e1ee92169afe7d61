package domain

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// maxAliases bounds how many CNAME entries lead from a name to its addresses.
const maxAliases = 8

// PointsTo reports whether a name in the zone, in its normal form, has an entry for one of the addresses. CNAME entries lead
// on, and a name without entries has those of the asterisk. What a name outside the zone points to is not known: it counts
// as right.
func (d *Domain) PointsTo(name string, addresses []string) bool {
	for range maxAliases {
		if !d.Covers(name) {
			return true
		}
		found := d.entriesOf(name)
		if slices.ContainsFunc(found, func(e types.DomainEntry) bool { return slices.Contains(addresses, *e.Target) && !*e.IsAlias }) {
			return true
		}
		if len(found) != 1 || *found[0].Type != "CNAME" {
			return false
		}
		name = resource.Domain.Normal(*found[0].Target)
	}
	return false
}

// entriesOf are the entries for a name of the types that lead to addresses.
func (d *Domain) entriesOf(name string) (found []types.DomainEntry) {
	_, parent, _ := strings.Cut(name, ".")
	for _, wanted := range []string{name, "*." + parent} {
		for _, e := range d.Doc.DomainEntries {
			if *e.Name == wanted && slices.Contains([]string{"A", "AAAA", "CNAME"}, *e.Type) {
				found = append(found, e)
			}
		}
		if found != nil {
			return found
		}
	}
	return nil
}
