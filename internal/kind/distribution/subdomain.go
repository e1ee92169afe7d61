package distribution

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/kind/audit"
	"github.com/lanyard-cloud/lanyard/internal/model"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// FailedSubdomain is a subdomain that could not be created for a new distribution, or not be associated with it.
type FailedSubdomain struct {
	Name string `json:"name"`
	// Code and Details are those of the error.
	Code    string `json:"code"`
	Details string `json:"details"`
	// At is when that is found out. Until then the subdomain is being created.
	At time.Time `json:"at"`
}

// check wants what an error of the API says.
func (f *FailedSubdomain) check(a *audit.Audit) {
	if f == nil {
		return
	}
	a.Want(model.Constraints("ResourceName").Match(f.Name), "priv: the subdomain that failed has no name")
	a.Want(audit.IsText(f.Code) && audit.IsMessage(f.Details), "priv: the error of a subdomain is not a line of text")
	a.Want(!f.At.IsZero(), "priv: the error of a subdomain has no time")
	a.Moment("at of the error of a subdomain", f.At)
}

// SubdomainLink is the link to the subdomain that is associated with the distribution, or is going to be; nil if there is none.
func (d *Distribution) SubdomainLink() *resource.Link {
	return d.Resource.Linked(resource.ServingSubdomain)
}

// subdomain is what the distribution shows of its subdomain at a moment.
func (d *Distribution) subdomain(now time.Time) *types.LightsailDistributionSubdomain {
	link, failed := d.SubdomainLink(), d.Priv.Subdomain
	switch {
	case link != nil:
		return associated(link, now)
	case failed == nil:
		return nil
	case failed.At.After(now):
		return &types.LightsailDistributionSubdomain{Name: &failed.Name, State: types.LightsailDistributionSubdomainStateEnumCreating}
	}
	return &types.LightsailDistributionSubdomain{
		Name: &failed.Name, State: types.LightsailDistributionSubdomainStateEnumError, ErrorCode: &failed.Code, ErrorDetails: &failed.Details,
	}
}

// associated is what the distribution shows of a subdomain that it has a link from.
func associated(link *resource.Link, now time.Time) *types.LightsailDistributionSubdomain {
	shown := &types.LightsailDistributionSubdomain{Name: &link.Other.Name, State: types.LightsailDistributionSubdomainStateEnumAttached}
	a, err := resource.ReadAssociation(link.Doc)
	switch {
	case err != nil: // the check of links and the actions see to it
	case a.Attaching.After(now):
		shown.State = types.LightsailDistributionSubdomainStateEnumCreating
	case a.Attached.After(now):
		shown.State = types.LightsailDistributionSubdomainStateEnumAttaching
	}
	return shown
}
