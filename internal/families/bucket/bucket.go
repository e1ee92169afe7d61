// Package bucket holds the actions about buckets.
//
// It stores no objects and answers no calls of S3.
package bucket

import (
	"cmp"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/kind/bucket"
	"github.com/lanyard-cloud/lanyard/internal/metric"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// Family makes buckets and what belongs to them.
type Family struct{ sealer *seal.Sealer }

// New returns the family. The sealer seals secret access keys.
func New(sealer *seal.Sealer) *Family { return &Family{sealer} }

// Declare returns what the family has.
func (f *Family) Declare() api.Family {
	return api.Family{Kinds: bucket.Stored(), Roles: map[resource.Role]api.Role{resource.BucketAccess: {}}, Metrics: metric.Sources{
		resource.Bucket: series,
	}, Costs: map[resource.Kind]api.Cost{resource.Bucket: api.CostByTerms[bucket.Bucket](bucket.BundlesOver)}, Actions: []api.Action{
		api.New(create, api.Creates(resource.Bucket)),
		api.New(get, api.On(resource.Bucket)),
		api.New(update, api.On(resource.Bucket)),
		api.New(updateBundle, api.On(resource.Bucket)),
		api.New(remove, api.Deletes(resource.Bucket)),
		api.New(f.createKey, api.On(resource.Bucket)),
		api.New(getKeys, api.On(resource.Bucket)),
		api.New(deleteKey, api.On(resource.Bucket)),
		api.New(setAccess, api.On(resource.Bucket), api.MayBeOn("resourceName", resource.Instance)),
		api.New(getMetricData, api.On(resource.Bucket)),
		api.New(getBundles),
	}}
}

func create(c *api.Call, in *lightsail.CreateBucketInput) (*lightsail.CreateBucketOutput, error) {
	if err := checkBundle(*in.BundleId); err != nil {
		return nil, err
	}
	b := bucket.New(c.New(resource.Bucket, *in.BucketName), *in.BundleId, aws.ToBool(in.EnableObjectVersioning))
	if err := c.Insert(b); err != nil {
		return nil, err
	}
	return &lightsail.CreateBucketOutput{Bucket: b.Show(c.Now), Operations: recorded(c, b)}, nil
}

// recorded records one operation on a bucket.
func recorded(c *api.Call, b *bucket.Bucket) []types.Operation {
	return []types.Operation{*c.Record(b.Resource)}
}

func checkBundle(id string) error {
	if _, ok := catalogue.LookupBucketBundle(id); !ok {
		return api.InvalidParams(catalogue.MessageNoBundle, id)
	}
	return nil
}

// get lists the buckets by name, or the one that is asked for.
func get(c *api.Call, in *lightsail.GetBucketsInput) (*lightsail.GetBucketsOutput, error) {
	if aws.ToBool(in.IncludeCors) && in.BucketName == nil {
		return nil, api.InvalidParams("The parameter includeCors can be used only together with bucketName.")
	}
	show := func(r *resource.Resource) (*types.Bucket, error) { return shown(c, r, in) }
	out := &lightsail.GetBucketsOutput{AccountLevelBpaSync: inSync(c.Now)}
	if one := c.Target(resource.Bucket); one != nil {
		b, err := show(one)
		if err != nil {
			return nil, err
		}
		out.Buckets = []types.Bucket{*b}
		return out, api.Whole(in.PageToken)
	}
	var err error
	out.Buckets, out.NextPageToken, err = api.ListShown(c, in.PageToken, resource.Bucket, show)
	return out, err
}

// shown is a bucket with what the call asks for.
func shown(c *api.Call, r *resource.Resource, in *lightsail.GetBucketsInput) (*types.Bucket, error) {
	b := &bucket.Bucket{}
	if err := b.Open(r); err != nil {
		return nil, err
	}
	doc := b.Show(c.Now)
	if aws.ToBool(in.IncludeConnectedResources) {
		doc.ResourcesReceivingAccess = b.Receivers()
	}
	if aws.ToBool(in.IncludeCors) {
		doc.Cors = b.CORS()
	}
	return doc, nil
}

// inSync says that the account's own blocking of public access, which is a setting of S3, is
// known and blocks nothing: there is no such setting here. AWS looks every hour.
func inSync(now time.Time) *types.AccountLevelBpaSync {
	return &types.AccountLevelBpaSync{
		Status: types.AccountLevelBpaSyncStatusInSync, LastSyncedAt: new(now.Truncate(time.Hour)), BpaImpactsLightsail: new(false),
	}
}

// update changes what the input has. Access rules come after versioning, which may reset them:
// those that a call sends stay as it sends them. A CORS configuration whose rules are left out, or
// have S3's names for them, must not remove the one that is there.
func update(c *api.Call, in *lightsail.UpdateBucketInput) (*lightsail.UpdateBucketOutput, error) {
	b, err := api.Target[bucket.Bucket](c)
	if err != nil {
		return nil, err
	}
	if in.Cors != nil && in.Cors.Rules == nil {
		return nil, api.MissingParameters("cors.rules")
	}
	if refusal := cmp.Or(b.SetVersioning(in.Versioning), b.SetReaders(in.ReadonlyAccessAccounts), b.SetCORS(in.Cors)); refusal != "" {
		return nil, api.InvalidParams("%s", refusal)
	}
	b.SetRules(in.AccessRules)
	if err := setLog(c, b, in.AccessLogConfig); err != nil {
		return nil, err
	}
	out := &lightsail.UpdateBucketOutput{Bucket: b.Show(c.Now), Operations: recorded(c, b)}
	if in.Cors != nil {
		out.Bucket.Cors = b.CORS()
	}
	return out, c.Save(b)
}

// setLog sets where the access log goes: into a bucket of the same account and region, which may
// be the bucket itself.
func setLog(c *api.Call, b *bucket.Bucket, to *types.BucketAccessLogConfig) error {
	switch {
	case to == nil:
		return nil
	case *to.Enabled && to.Destination == nil:
		return api.MissingParameters("accessLogConfig.destination")
	case *to.Enabled:
		if _, err := c.Find(resource.Bucket, *to.Destination); err != nil {
			return err
		}
	}
	b.SetLog(to)
	return nil
}

// updateBundle changes the bundle once in a month.
func updateBundle(c *api.Call, in *lightsail.UpdateBucketBundleInput) (*lightsail.UpdateBucketBundleOutput, error) {
	b, err := api.Target[bucket.Bucket](c)
	if err != nil {
		return nil, err
	}
	if err := checkBundle(*in.BundleId); err != nil {
		return nil, err
	}
	switch {
	case *in.BundleId == *b.Doc.BundleId:
		return nil, api.InvalidParams("The bucket %s has the bundle %s already.", b.Resource.Name, *in.BundleId)
	case !b.CanChangeBundle(c.Now):
		return nil, api.InvalidParams("The bundle of the bucket %s was changed in this month already. "+
			"You can change it only once within a monthly billing cycle.", b.Resource.Name)
	}
	former := b.Terms()
	b.ChangeBundle(*in.BundleId, c.Now)
	if err := api.KeepTerms(c, b.Resource, bucket.BundlesOver, former, b.Terms()); err != nil {
		return nil, err
	}
	return &lightsail.UpdateBucketBundleOutput{Operations: recorded(c, b)}, c.Save(b)
}

// remove deletes a bucket. One that is in use has to be deleted by force.
func remove(c *api.Call, in *lightsail.DeleteBucketInput) (*lightsail.DeleteBucketOutput, error) {
	b, err := api.Target[bucket.Bucket](c)
	if err != nil {
		return nil, err
	}
	if use := inUse(b); use != "" && !aws.ToBool(in.ForceDelete) {
		return nil, api.InvalidParams("The bucket %s can't be deleted because %s. To delete it anyway, use force delete.", b.Resource.Name, use)
	}
	op, err := c.Delete(b.Resource)
	if err != nil {
		return nil, err
	}
	return &lightsail.DeleteBucketOutput{Operations: []types.Operation{*op}}, nil
}

// inUse says why a bucket is deleted by force only, or "" (API reference: objects are a reason, too).
func inUse(b *bucket.Bucket) string {
	switch {
	case b.Resource.Linked(resource.OriginBucket) != nil:
		return "it is the origin of a distribution"
	case len(b.Receivers()) > 0:
		return "instances have access to it"
	case len(b.Priv.AccessKeys) > 0:
		return "it has access keys"
	}
	return ""
}

func getBundles(_ *api.Call, in *lightsail.GetBucketBundlesInput) (*lightsail.GetBucketBundlesOutput, error) {
	list := []types.BucketBundle{}
	for _, b := range catalogue.BucketBundles() {
		if *b.IsActive || aws.ToBool(in.IncludeInactive) {
			list = append(list, b)
		}
	}
	return &lightsail.GetBucketBundlesOutput{Bundles: list}, nil
}

func getMetricData(c *api.Call, in *lightsail.GetBucketMetricDataInput) (*lightsail.GetBucketMetricDataOutput, error) {
	data, err := c.MetricData(resource.Bucket, string(in.MetricName), in.StartTime, in.EndTime, in.Period, in.Unit, in.Statistics)
	return &lightsail.GetBucketMetricDataOutput{MetricName: in.MetricName, MetricData: data}, err
}

// series is the metric.Source of buckets. As on CloudWatch, a bucket without objects has no data.
func series(*store.Tx, *resource.Resource, string, time.Time) (metric.Series, error) {
	return metric.Series{}, nil
}
