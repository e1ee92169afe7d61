package distribution_test

import (
	"regexp"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	gocmp "github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// defaults are the settings that the service fills in.
func defaults() *types.CacheSettings {
	return &types.CacheSettings{
		DefaultTTL: new(int64(86400)), MinimumTTL: new(int64(0)), MaximumTTL: new(int64(31536000)),
		AllowedHTTPMethods: new("GET,HEAD,OPTIONS,PUT,PATCH,POST,DELETE"), CachedHTTPMethods: new("GET,HEAD"),
		ForwardedCookies:      &types.CookieObject{Option: "none", CookiesAllowList: []string{}},
		ForwardedHeaders:      &types.HeaderObject{Option: "default", HeadersAllowList: []types.HeaderEnum{}},
		ForwardedQueryStrings: &types.QueryStringObject{Option: new(false), QueryStringsAllowList: []string{}},
	}
}

// TestCreateDistribution_example has each member that AWS's answers have.
func TestCreateDistribution_example(t *testing.T) {
	l := newLab(t)
	in := of("cdn")
	in.Tags = []types.Tag{familytest.Tag("team", "web")}
	out := familytest.Do(t, l.CreateDistribution, in)
	l.WantOperations([]types.Operation{*out.Operation}, "CreateDistribution Distribution cdn - Started")
	d := *out.Distribution
	for member, form := range map[*string]string{
		d.Arn: `^arn:aws:lightsail:us-east-1:\d{12}:Distribution/[0-9a-f-]{36}$`, d.DomainName: `^d[a-z0-9]{13}\.cloudfront\.net$`,
		d.SupportCode: `^\d{12}/arn:aws:cloudfront::\d{12}:distribution/E[A-Z0-9]{13}$`,
	} {
		if !regexp.MustCompile(form).MatchString(*member) {
			t.Errorf("got %s, want it to match %s", *member, form)
		}
	}
	want := types.LightsailDistribution{
		Arn: d.Arn, DomainName: d.DomainName, SupportCode: d.SupportCode, Name: new("cdn"), CreatedAt: new(familytest.Start), ResourceType: "Distribution",
		Location: &types.ResourceLocation{AvailabilityZone: new("all"), RegionName: "us-east-1"}, Tags: in.Tags, BundleId: new("small_1_0"),
		AlternativeDomainNames: []string{}, Status: new("InProgress"), IsEnabled: new(true), AbleToUpdateBundle: new(true), IpAddressType: "dualstack",
		Origin: &types.Origin{
			Name: new("photos"), RegionName: "us-east-1", ResourceType: "Bucket", ResponseTimeout: new(int32(30)),
		},
		OriginPublicDNS:      new("photos.s3.us-east-1.amazonaws.com"),
		DefaultCacheBehavior: in.DefaultCacheBehavior, CacheBehaviorSettings: defaults(), CacheBehaviors: []types.CacheBehaviorPerPath{},
		Waf: &types.WafConfig{IsWafEnabled: new(false), WafRules: []types.WafRule{}},
	}
	if diff := gocmp.Diff(want, d, familytest.Plain); diff != "" {
		t.Errorf("the new distribution (-want +got):\n%s", diff)
	}
	l.WantSucceeds(*out.Operation, deployment)
	want.Status = new("Deployed")
	if diff := gocmp.Diff(want, *l.get("cdn"), familytest.Plain); diff != "" {
		t.Errorf("the distribution after five minutes (-want +got):\n%s", diff)
	}
}

func TestCreateDistribution_refusals(t *testing.T) {
	l := newLab(t)
	for name, tt := range map[string]struct {
		change func(*lightsail.CreateDistributionInput)
		want   string
	}{
		"a tag without a value": {
			func(in *lightsail.CreateDistributionInput) { in.Tags = []types.Tag{{Key: new("team")}} },
			"A tag of a new distribution must have a value.",
		},
		"an unknown bundle": {
			func(in *lightsail.CreateDistributionInput) { in.BundleId = new("tiny_1_0") },
			"The specified bundle does not exist in this region: tiny_1_0",
		},
		"IPv6 alone": {
			func(in *lightsail.CreateDistributionInput) { in.IpAddressType = types.IpAddressTypeIpv6 },
			"The IP address type of a distribution is ipv4 or dualstack, not ipv6.",
		},
		"a TLS version without a certificate": {
			func(in *lightsail.CreateDistributionInput) { in.ViewerMinimumTlsProtocolVersion = "TLSv1.2_2021" },
			"The distribution cdn has no certificate that a minimum TLS version could be for.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			in := of("cdn")
			tt.change(in)
			_, err := l.CreateDistribution(t.Context(), in)
			wantRefused(t, err, tt.want)
		})
	}
	in := of("photos")
	_, err := l.CreateDistribution(t.Context(), in)
	familytest.WantInvalid(t, err, "NameExists", "Some names are already in use: photos")
}

func TestCreateDistribution_quota(t *testing.T) {
	c := lanyardtest.NewWith(t, lanyardtest.Options{Quotas: []string{"distributions=1"}}).Client(familytest.Region)
	familytest.Do(t, c.CreateBucket, &lightsail.CreateBucketInput{BucketName: new("photos"), BundleId: new("small_1_0")})
	familytest.Do(t, c.CreateDistribution, of("one"))
	_, err := c.CreateDistribution(t.Context(), of("two"))
	familytest.WantInvalid(t, err, "LimitExceeded", "Sorry, you've reached your maximum limit of Lightsail Distributions : 1. "+
		"If you're new to Lightsail, please try again later. If the issue persists, please contact Customer Support.")
}

// TestGetDistributions_missing has the answers for a name that no distribution has.
func TestGetDistributions_missing(t *testing.T) {
	l := newLab(t)
	out := familytest.Do(t, l.GetDistributions, &lightsail.GetDistributionsInput{DistributionName: new("none")})
	if out.Distributions == nil || len(out.Distributions) > 0 {
		t.Errorf("an account without any distribution: got %v, want an empty list", out.Distributions)
	}
	_, err := l.DeleteDistribution(t.Context(), &lightsail.DeleteDistributionInput{DistributionName: new("none")})
	familytest.WantInvalid(t, err, "DoesNotExist", missing)
	l.create(of("cdn"))
	_, err = l.GetDistributions(t.Context(), &lightsail.GetDistributionsInput{DistributionName: new("none")})
	familytest.WantInvalid(t, err, "DoesNotExist", missing)
	for what, call := range map[string]func() error{
		"the latest reset": func() error {
			_, err := l.GetDistributionLatestCacheReset(t.Context(), &lightsail.GetDistributionLatestCacheResetInput{DistributionName: new("none")})
			return err
		},
		"an update": func() error {
			_, err := l.UpdateDistribution(t.Context(), &lightsail.UpdateDistributionInput{DistributionName: new("none")})
			return err
		},
		"another kind": func() error {
			_, err := l.ResetDistributionCache(t.Context(), &lightsail.ResetDistributionCacheInput{DistributionName: new("photos")})
			return err
		},
	} {
		t.Run(what, func(t *testing.T) { familytest.WantInvalid(t, call(), "DoesNotExist", missing) })
	}
}

// TestDistributions_elsewhere reads and writes outside the region that has distributions.
func TestDistributions_elsewhere(t *testing.T) {
	l := newLab(t)
	c, ctx := l.Server.Client("eu-west-1"), t.Context()
	const want = "Distribution-related APIs are only available in the us-east-1 Region. " +
		"Please set your Region configuration to us-east-1 to create, view, or edit distribution resources."
	_, list := c.GetDistributions(ctx, &lightsail.GetDistributionsInput{})
	_, bundles := c.GetDistributionBundles(ctx, &lightsail.GetDistributionBundlesInput{})
	_, created := c.CreateDistribution(ctx, of("cdn"))
	_, reset := c.GetDistributionLatestCacheReset(ctx, &lightsail.GetDistributionLatestCacheResetInput{})
	for _, err := range []error{list, bundles, created, reset} {
		familytest.WantInvalid(t, err, "UnsupportedOperation", want)
	}
}

// TestDeleteDistribution deletes one that is enabled, while a change is in progress.
func TestDeleteDistribution(t *testing.T) {
	l := newLab(t)
	familytest.Do(t, l.CreateDistribution, of("cdn"))
	_, err := l.DeleteDistribution(t.Context(), &lightsail.DeleteDistributionInput{})
	var missed *types.InvalidInputException
	if !asInvalid(err, &missed) {
		t.Errorf("DeleteDistribution without a name: got %v, want InvalidInputException", err)
	}
	out := familytest.Do(t, l.DeleteDistribution, &lightsail.DeleteDistributionInput{DistributionName: new("cdn")})
	l.WantOperations([]types.Operation{*out.Operation}, "DeleteDistribution Distribution cdn - Succeeded")
	if got := familytest.Do(t, l.GetDistributions, &lightsail.GetDistributionsInput{}).Distributions; len(got) > 0 {
		t.Errorf("after the deletion: got %v, want none", got)
	}
	familytest.Do(t, l.DeleteBucket, &lightsail.DeleteBucketInput{BucketName: new("photos")})
}

func TestGetDistributionBundles(t *testing.T) {
	l := newLab(t)
	got := map[string]float32{}
	for _, b := range familytest.Do(t, l.GetDistributionBundles, &lightsail.GetDistributionBundlesInput{}).Bundles {
		got[*b.BundleId] = *b.Price
		if !*b.IsActive || *b.Name == "" || *b.TransferPerMonthInGb < 50 {
			t.Errorf("the bundle %s: active %t, name %q, %d GB", *b.BundleId, *b.IsActive, *b.Name, *b.TransferPerMonthInGb)
		}
	}
	if diff := gocmp.Diff(map[string]float32{"small_1_0": 2.5, "medium_1_0": 10, "large_1_0": 35}, got); diff != "" {
		t.Errorf("prices (-want +got):\n%s", diff)
	}
}

// TestUpdateDistributionBundle_onceAMonth changes the bundle in November and in December.
func TestUpdateDistributionBundle_onceAMonth(t *testing.T) {
	l := newLab(t)
	l.create(of("cdn"))
	change := func(to string) (*types.Operation, error) {
		out, err := l.UpdateDistributionBundle(t.Context(), &lightsail.UpdateDistributionBundleInput{DistributionName: new("cdn"), BundleId: &to})
		if err != nil {
			return nil, err
		}
		return out.Operation, nil
	}
	_, err := change("small_1_0")
	wantRefused(t, err, "The distribution cdn has the bundle small_1_0 already.")
	_, err = change("tiny_1_0")
	wantRefused(t, err, "The specified bundle does not exist in this region: tiny_1_0")
	op, err := change("medium_1_0")
	familytest.NoError(t, err)
	l.WantOperations([]types.Operation{*op}, "UpdateDistributionBundle Distribution cdn - Succeeded")
	if d := l.get("cdn"); *d.BundleId != "medium_1_0" || *d.AbleToUpdateBundle || *d.Status != "Deployed" {
		t.Errorf("after the change: bundle %s, able to update %t, %s", *d.BundleId, *d.AbleToUpdateBundle, *d.Status)
	}
	_, err = change("large_1_0")
	wantRefused(t, err, "The bundle of the distribution cdn was changed in this month already. "+
		"You can change it only once within a monthly billing cycle.")
	l.Pass(10 * 24 * time.Hour)
	if d := l.get("cdn"); !*d.AbleToUpdateBundle {
		t.Error("the bundle cannot be changed in the next month")
	}
	_, err = change("large_1_0")
	familytest.NoError(t, err)
}

// TestGetCostEstimate_ofADistribution charges the share of a month.
func TestGetCostEstimate_ofADistribution(t *testing.T) {
	l := newLab(t)
	l.create(of("cdn"))
	l.Pass(48 * time.Hour)
	start := familytest.Start.Truncate(24 * time.Hour)
	out := familytest.Do(t, l.GetCostEstimate, &lightsail.GetCostEstimateInput{
		ResourceName: new("cdn"), StartTime: &start, EndTime: new(start.AddDate(0, 0, 2)),
	})
	if len(out.ResourcesBudgetEstimate) != 1 || len(out.ResourcesBudgetEstimate[0].CostEstimates) != 1 {
		t.Fatalf("got %v, want one estimate", out.ResourcesBudgetEstimate)
	}
	e := out.ResourcesBudgetEstimate[0].CostEstimates[0]
	if days := e.ResultsByTime; *e.UsageType != "USE1-CDNUsage:50GB" || len(days) != 2 || *days[1].UsageCost != 0.0833333333 {
		t.Errorf("got %s with %v, want two days of 2.50 dollars a month", *e.UsageType, days)
	}
}

func TestResetDistributionCache(t *testing.T) {
	l := newLab(t)
	l.create(of("cdn"))
	l.create(of("other"))
	latest := func(name *string) *lightsail.GetDistributionLatestCacheResetOutput {
		t.Helper()
		return familytest.Do(t, l.GetDistributionLatestCacheReset, &lightsail.GetDistributionLatestCacheResetInput{DistributionName: name})
	}
	if got := latest(new("cdn")); got.Status != nil || got.CreateTime != nil {
		t.Errorf("before any reset: got %v, want nothing", got)
	}
	out := familytest.Do(t, l.ResetDistributionCache, &lightsail.ResetDistributionCacheInput{DistributionName: new("cdn")})
	l.WantOperations([]types.Operation{*out.Operation}, "ResetDistributionCache Distribution cdn - Started")
	began := l.Now()
	if *out.Status != "InProgress" || !out.CreateTime.Equal(began) {
		t.Errorf("the reset is %s of %s, want InProgress of %s", *out.Status, out.CreateTime, began)
	}
	l.WantSucceeds(*out.Operation, time.Minute)
	for _, name := range []*string{new("cdn"), nil} {
		if got := latest(name); got.Status == nil || *got.Status != "Completed" || !got.CreateTime.Equal(began) {
			t.Errorf("after a minute: got %v, want Completed of %s", got, began)
		}
	}
	if got := latest(new("other")); got.Status != nil {
		t.Errorf("of another distribution: got %s, want nothing", *got.Status)
	}
}
