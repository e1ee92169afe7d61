package resource_test

import (
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// TestRole_full links resources by each role, and asks what more it admits.
func TestRole_full(t *testing.T) {
	for role, want := range map[resource.Role]struct{ again, otherTo, otherFrom bool }{
		resource.AttachedDisk:        {again: true, otherTo: true, otherFrom: false},
		resource.AttachedStaticIP:    {again: true, otherTo: true, otherFrom: true},
		resource.BalancedInstance:    {again: true, otherTo: false, otherFrom: false},
		resource.BalancerCertificate: {again: true, otherTo: true, otherFrom: false},
		resource.BalancerHTTPS:       {again: true, otherTo: true, otherFrom: true},
		resource.BucketAccess:        {again: true, otherTo: false, otherFrom: false},
		resource.ClaimedSubdomain:    {again: true, otherTo: true, otherFrom: false},
		resource.ServingSubdomain:    {again: true, otherTo: true, otherFrom: true},
		resource.MonitoredBalancer:   {again: true, otherTo: true, otherFrom: false},
		resource.MonitoredDatabase:   {again: true, otherTo: true, otherFrom: false},
		resource.MonitoredInstance:   {again: true, otherTo: true, otherFrom: false},
	} {
		from, to := &resource.Resource{ID: "from"}, &resource.Resource{ID: "to"}
		if role.Full(from, to) {
			t.Errorf("%s is full without a link", role)
		}
		from.Links = []resource.Link{{Role: role, Side: resource.From, Other: to}}
		to.Links = []resource.Link{{Role: role, Side: resource.To, Other: from}}
		for what, full := range map[string][2]bool{
			"the same again":       {role.Full(from, to), want.again},
			"another resource to":  {role.Full(from, &resource.Resource{ID: "other"}), want.otherTo},
			"another one from":     {role.Full(&resource.Resource{ID: "other"}, to), want.otherFrom},
			"a pair without links": {role.Full(&resource.Resource{ID: "a"}, &resource.Resource{ID: "b"}), false},
		} {
			if full[0] != full[1] {
				t.Errorf("%s, %s: full %t, want %t", role, what, full[0], full[1])
			}
		}
	}
}
