//go:build clients

package clients

import (
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

func (u *user) subdomain(name string) types.Subdomain {
	u.t.Helper()
	list := do(u, u.GetSubdomains, &lightsail.GetSubdomainsInput{SubdomainName: &name}).Subdomains
	if len(list) != 1 {
		u.t.Fatalf("GetSubdomains returned %d subdomains, want %s alone", len(list), name)
	}
	return list[0]
}

// testDistributionSubdomain reserves a subdomain, creates it, associates it with a distribution, and deletes it.
func testDistributionSubdomain(u *user, distribution string) {
	name := new("blog.go-sdk")
	on := func(action string, details ...string) record {
		return withDetails(record{action: action, kind: types.ResourceTypeSubdomain, name: *name}, details)
	}
	checked := do(u, u.CheckSubdomainAvailability, &lightsail.CheckSubdomainAvailabilityInput{SubdomainName: name, Reserve: new(true)})
	if !*checked.Available || checked.ReservationExpiresAt == nil {
		u.t.Errorf("available: %t, reserved until %v; want both", *checked.Available, checked.ReservationExpiresAt)
	}
	created := do(u, u.CreateSubdomain, &lightsail.CreateSubdomainInput{SubdomainName: name, Tags: []types.Tag{tag("team", "web")}})
	u.wantStarted([]types.Operation{*created.Operation}, on("CreateSubdomain"))
	if s := u.subdomain(*name); s.State != types.SubdomainStateUnattached || *s.Fqdn != "blog.go-sdk.amazonlightsail.com" || len(s.Tags) != 1 {
		u.t.Errorf("the subdomain is %s at %s with the tags %v", s.State, *s.Fqdn, s.Tags)
	}
	all := do(u, u.GetSubdomains, &lightsail.GetSubdomainsInput{}).Subdomains
	if len(all) != 1 || all[0].State != types.SubdomainStateImplicit || len(all[0].Children) != 1 {
		u.t.Errorf("the list has %+v, want an implicit subdomain with one in it", all)
	}
	update := func(action types.SubdomainAssociationAction, arn *string) {
		u.t.Helper()
		out := do(u, u.UpdateSubdomainAssociation, &lightsail.UpdateSubdomainAssociationInput{SubdomainName: name, Action: action, TargetResourceArn: arn})
		u.wantStarted([]types.Operation{*out.Operation}, on("UpdateSubdomainAssociation", distribution))
	}
	update(types.SubdomainAssociationActionAssociate, u.distribution(distribution).Arn)
	if s := u.distribution(distribution).Subdomain; s == nil || *s.Name != *name || s.State != types.LightsailDistributionSubdomainStateEnumAttached {
		u.t.Errorf("the distribution shows the subdomain %+v, want %s, Attached", s, *name)
	}
	update(types.SubdomainAssociationActionDisassociate, nil)
	deleted := do(u, u.DeleteSubdomain, &lightsail.DeleteSubdomainInput{SubdomainName: name})
	u.wantDone([]types.Operation{*deleted.Operation}, on("DeleteSubdomain"))
}
