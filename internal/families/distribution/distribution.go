// Package distribution holds the actions about distributions.
//
// It serves no content: what an origin has is not fetched and not cached.
package distribution

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/kind/distribution"
	"github.com/lanyard-cloud/lanyard/internal/metric"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// Declare returns what the family has.
func Declare() api.Family {
	const kind = resource.Distribution
	return api.Family{
		Kinds: distribution.Stored(), Metrics: metric.Sources{kind: series},
		Costs: map[resource.Kind]api.Cost{kind: api.CostByTerms[distribution.Distribution](distribution.BundlesOver)},
		Roles: map[resource.Role]api.Role{
			resource.OriginBucket: {}, resource.OriginContainerService: {}, resource.OriginInstance: {}, resource.OriginLoadBalancer: {},
		},
		IPAddressTypes: map[resource.Kind]api.SetIPAddressType{kind: setIPAddressType},
		Actions: []api.Action{
			api.New(create, api.Creates(kind)),
			api.New(list, api.Of(kind), api.MayBeOn(kind.NameMember(), kind)),
			api.New(update, api.On(kind)),
			api.New(updateBundle, api.On(kind)),
			api.New(remove, api.Deletes(kind)),
			api.New(attachCertificate, api.On(kind), api.On(resource.Certificate)),
			api.New(detachCertificate, api.On(kind)),
			api.New(getBundles, api.Of(kind)),
			api.New(resetCache, api.On(kind)),
			api.New(getLatestReset, api.Of(kind), api.On(kind)),
			api.New(getMetricData, api.On(kind)),
		},
	}
}

// list lists the distributions by name, or the one that is asked for. AWS has three answers for a name that no
// distribution has: here, if the account has others, it is the same error as of other actions, and if it has none, an empty
// list (source of Terraform's AWS provider and AWS's CloudFormation provider).
func list(c *api.Call, in *lightsail.GetDistributionsInput) (*lightsail.GetDistributionsOutput, error) {
	if in.DistributionName == nil {
		show := func(r *resource.Resource) (*types.LightsailDistribution, error) { return listed(r, c.Now) }
		all, next, err := api.ListShown(c, in.PageToken, resource.Distribution, show)
		return &lightsail.GetDistributionsOutput{Distributions: all, NextPageToken: next}, err
	}
	out := &lightsail.GetDistributionsOutput{Distributions: []types.LightsailDistribution{}}
	if err := api.Whole(in.PageToken); err != nil {
		return nil, err
	}
	d, err := api.Target[distribution.Distribution](c)
	if err != nil {
		return nil, err
	}
	if d != nil {
		out.Distributions = append(out.Distributions, *d.Show(c.Now))
		return out, nil
	}
	n, err := c.Tx.Count(c.Principal.Account, resource.Distribution, c.Region)
	if err == nil && n > 0 {
		_, err = c.Find(resource.Distribution, *in.DistributionName)
	}
	return out, err
}

// listed is a distribution as the list of all shows it: without the pages for errors and for the root (API reference).
func listed(r *resource.Resource, now time.Time) (*types.LightsailDistribution, error) {
	d := &distribution.Distribution{}
	if err := d.Open(r); err != nil {
		return nil, err
	}
	doc := d.Show(now)
	doc.CustomErrorResponses, doc.DefaultRootObject = nil, nil
	return doc, nil
}

// remove deletes a distribution, enabled or not, also while a change is in progress.
func remove(c *api.Call, _ *lightsail.DeleteDistributionInput) (*lightsail.DeleteDistributionOutput, error) {
	op, err := c.Delete(c.Target(resource.Distribution))
	return &lightsail.DeleteDistributionOutput{Operation: op}, err
}

func getBundles(*api.Call, *lightsail.GetDistributionBundlesInput) (*lightsail.GetDistributionBundlesOutput, error) {
	return &lightsail.GetDistributionBundlesOutput{Bundles: catalogue.DistributionBundles()}, nil
}

func checkBundle(id string) error {
	if _, ok := catalogue.LookupDistributionBundle(id); !ok {
		return api.InvalidParams(catalogue.MessageNoBundle, id)
	}
	return nil
}

// updateBundle changes the bundle once in a month.
func updateBundle(c *api.Call, in *lightsail.UpdateDistributionBundleInput) (*lightsail.UpdateDistributionBundleOutput, error) {
	d, err := api.Target[distribution.Distribution](c)
	if err != nil {
		return nil, err
	}
	if err := checkBundle(*in.BundleId); err != nil {
		return nil, err
	}
	switch {
	case *in.BundleId == *d.Doc.BundleId:
		return nil, api.InvalidParams("The distribution %s has the bundle %s already.", d.Resource.Name, *in.BundleId)
	case !d.CanChangeBundle(c.Now):
		return nil, api.InvalidParams("The bundle of the distribution %s was changed in this month already. "+
			"You can change it only once within a monthly billing cycle.", d.Resource.Name)
	}
	former := d.Terms()
	if err := d.ChangeBundle(*in.BundleId, c.Now); err != nil {
		return nil, api.Refused(err)
	}
	if err := api.KeepTerms(c, d.Resource, distribution.BundlesOver, former, d.Terms()); err != nil {
		return nil, err
	}
	return &lightsail.UpdateDistributionBundleOutput{Operation: c.Record(d.Resource)}, c.Save(d)
}

// resetCache empties the cache: there is nothing in it, but clients wait for the end.
func resetCache(c *api.Call, _ *lightsail.ResetDistributionCacheInput) (*lightsail.ResetDistributionCacheOutput, error) {
	d, err := api.Target[distribution.Distribution](c)
	if err != nil {
		return nil, err
	}
	d.ResetCache(c.Now, c.After(distribution.ResetTakes))
	out := &lightsail.ResetDistributionCacheOutput{Operation: c.Started(d.Resource, d.Priv.ResetDone)}
	out.CreateTime, out.Status = d.LatestReset(c.Now)
	return out, c.Save(d)
}

// getLatestReset is about one distribution, or about the last reset of all.
func getLatestReset(c *api.Call, _ *lightsail.GetDistributionLatestCacheResetInput) (*lightsail.GetDistributionLatestCacheResetOutput, error) {
	rows := c.Targets(resource.Distribution)
	if len(rows) == 0 {
		var err error
		if rows, err = c.All(resource.Distribution); err != nil {
			return nil, err
		}
	}
	out := &lightsail.GetDistributionLatestCacheResetOutput{}
	for _, r := range rows {
		d := &distribution.Distribution{}
		if err := d.Open(r); err != nil {
			return nil, err
		}
		at, status := d.LatestReset(c.Now)
		if at != nil && (out.CreateTime == nil || at.After(*out.CreateTime)) {
			out.CreateTime, out.Status = at, status
		}
	}
	return out, nil
}

func getMetricData(c *api.Call, in *lightsail.GetDistributionMetricDataInput) (*lightsail.GetDistributionMetricDataOutput, error) {
	data, err := c.MetricData(resource.Distribution, string(in.MetricName), in.StartTime, in.EndTime, in.Period, in.Unit, in.Statistics)
	return &lightsail.GetDistributionMetricDataOutput{MetricName: in.MetricName, MetricData: data}, err
}

// series is the metric.Source of distributions.
func series(_ *store.Tx, r *resource.Resource, name string, now time.Time) (metric.Series, error) {
	m, known := distribution.LookupMetric(types.DistributionMetricName(name))
	if !known {
		return metric.Series{}, nil
	}
	d := &distribution.Distribution{}
	return metric.Series{Unit: m.Unit, Samples: func(from, to time.Time) metric.Samples { return d.Samples(m, from, to, now) }}, d.Open(r)
}
