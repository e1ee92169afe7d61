package account

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/cost"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// maxMonths is how long a cost estimate can be for.
const maxMonths = 3

// costEstimates estimates the costs of resources of all kinds, given those of the kinds that cost
// something.
type costEstimates map[resource.Kind]api.Cost

// get estimates what a resource has cost by now: nothing is charged ahead. A kind that costs
// nothing has no estimates.
func (e costEstimates) get(c *api.Call, in *lightsail.GetCostEstimateInput) (*lightsail.GetCostEstimateOutput, error) {
	over := cost.Span{From: in.StartTime.UTC(), Until: in.EndTime.UTC()}
	if err := checkSpan(c, over); err != nil {
		return nil, err
	}
	r := c.Target()
	budget := types.ResourceBudgetEstimate{
		ResourceName: &r.Name, ResourceType: types.ResourceType(r.Kind), StartTime: &over.From, EndTime: &over.Until,
		CostEstimates: []types.CostEstimate{},
	}
	if of := e[r.Kind]; of != nil {
		charges, err := of(c, r)
		if err != nil {
			return nil, err
		}
		region, _ := catalogue.LookupRegion(c.Region)
		budget.CostEstimates = cost.Estimates(charges, region.BillingCode, over)
	}
	return &lightsail.GetCostEstimateOutput{ResourcesBudgetEstimate: []types.ResourceBudgetEstimate{budget}}, nil
}

// checkSpan holds the times to the API reference: they are in order, and the first day is not ahead.
// The texts are ours.
func checkSpan(c *api.Call, over cost.Span) error {
	switch {
	case !over.From.Before(over.Until):
		return api.InvalidParams("The startTime must be before the endTime.")
	case over.From.After(c.Now) && over.From.Format(time.DateOnly) != c.Now.UTC().Format(time.DateOnly):
		return api.InvalidParams("The startTime must not be after the current date.")
	case over.Until.After(over.From.AddDate(0, maxMonths, 0)):
		return api.InvalidParams("The time between startTime and endTime must not be more than %d months.", maxMonths)
	}
	return nil
}
