package distribution_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	gocmp "github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
)

func origin(name string, region types.RegionName) *types.InputOrigin {
	return &types.InputOrigin{Name: &name, RegionName: region}
}

// TestCreateDistribution_origins has content from each kind that can be an origin, of any region.
func TestCreateDistribution_origins(t *testing.T) {
	l := newLab(t)
	abroad := l.Server.Client("eu-central-1")
	l.web(abroad, "eu-central-1")
	create := func(from *types.InputOrigin) (*types.LightsailDistribution, error) {
		in := of("cdn-" + *from.Name)
		in.Origin = from
		out, err := l.CreateDistribution(t.Context(), in)
		if err != nil {
			return nil, err
		}
		return out.Distribution, nil
	}
	_, err := create(origin("web", "eu-central-1"))
	wantRefused(t, err, "The instance needs an attached static IP to be the origin of a distribution: web")
	_, err = create(origin("web", "us-east-1"))
	wantRefused(t, err, "The origin does not exist in the Region us-east-1: web")
	_, err = create(origin("deploy", "us-east-1"))
	wantRefused(t, err, "A KeyPair cannot be the origin of a distribution: deploy")
	long := origin("photos", "us-east-1")
	long.ResponseTimeout = new(int32(61))
	_, err = create(long)
	wantRefused(t, err, "The response timeout of an origin is from 1 to 60 seconds, not 61.")

	attach(t, abroad)
	from := origin("web", "eu-central-1")
	from.IpAddressType, from.ResponseTimeout = types.OriginIpAddressTypeEnumIpv4, new(int32(60))
	got, err := create(from)
	familytest.NoError(t, err)
	want := &types.Origin{
		Name: from.Name, RegionName: from.RegionName, ResourceType: "Instance", ProtocolPolicy: "http-only", ResponseTimeout: new(int32(60)), IpAddressType: "ipv4",
	}
	if diff := gocmp.Diff(want, got.Origin, familytest.Plain); diff != "" {
		t.Errorf("the origin (-want +got):\n%s", diff)
	}
	familytest.Do(t, l.CreateContainerService, &lightsail.CreateContainerServiceInput{ServiceName: new("svc"), Power: "nano", Scale: new(int32(1))})
	got, err = create(origin("svc", "us-east-1"))
	familytest.NoError(t, err)
	if got.Origin.ResourceType != "ContainerService" || got.Origin.ProtocolPolicy != "http-only" {
		t.Errorf("the origin is a %s by %s, want a ContainerService by http-only", got.Origin.ResourceType, got.Origin.ProtocolPolicy)
	}
}

// TestCreateDistribution_publicDNS has EC2's name of the static IP, and the host of a container service.
func TestCreateDistribution_publicDNS(t *testing.T) {
	l := newLab(t)
	address := l.web(l.Client, "us-east-1")
	attach(t, l.Client)
	in := of("cdn")
	in.Origin = origin("web", "us-east-1")
	if got, want := *l.create(in).OriginPublicDNS, "ec2-"+dashed(address)+".compute-1.amazonaws.com"; got != want {
		t.Errorf("the instance's name is %s, want %s", got, want)
	}
	familytest.Do(t, l.CreateContainerService, &lightsail.CreateContainerServiceInput{ServiceName: new("svc"), Power: "nano", Scale: new(int32(1))})
	url := *familytest.Do(t, l.GetContainerServices, &lightsail.GetContainerServicesInput{ServiceName: new("svc")}).ContainerServices[0].Url
	d := l.update(&lightsail.UpdateDistributionInput{DistributionName: new("cdn"), Origin: origin("svc", "us-east-1")})
	if got := "https://" + *d.OriginPublicDNS + "/"; got != url {
		t.Errorf("the service is at %s, want %s", got, url)
	}
}

// TestDeleteInstance_ofAnOrigin is allowed, and the distribution keeps the name.
func TestDeleteInstance_ofAnOrigin(t *testing.T) {
	l := newLab(t)
	l.web(l.Client, "us-east-1")
	attach(t, l.Client)
	in := of("cdn")
	in.Origin = origin("web", "us-east-1")
	before := l.create(in)
	familytest.Do(t, l.DeleteInstance, &lightsail.DeleteInstanceInput{InstanceName: new("web")})
	if diff := gocmp.Diff(before, l.get("cdn"), familytest.Plain); diff != "" {
		t.Errorf("the distribution before (-) and after (+) its origin was deleted:\n%s", diff)
	}
	l.update(&lightsail.UpdateDistributionInput{DistributionName: new("cdn"), IsEnabled: new(false)})
}

// TestDeleteBucket_ofAnOrigin needs force, until the distribution has another origin.
func TestDeleteBucket_ofAnOrigin(t *testing.T) {
	l := newLab(t)
	l.create(of("cdn"))
	remove := func(force *bool) error {
		_, err := l.DeleteBucket(t.Context(), &lightsail.DeleteBucketInput{BucketName: new("photos"), ForceDelete: force})
		return err
	}
	const inUse = "The bucket photos can't be deleted because it is the origin of a distribution. To delete it anyway, use force delete."
	wantRefused(t, remove(nil), inUse)
	l.bucket("other")
	if d := l.update(&lightsail.UpdateDistributionInput{DistributionName: new("cdn"), Origin: origin("other", "us-east-1")}); *d.Origin.Name != "other" {
		t.Errorf("the origin is %s, want other", *d.Origin.Name)
	}
	familytest.NoError(t, remove(nil))
	l.bucket("photos")
	l.update(&lightsail.UpdateDistributionInput{DistributionName: new("cdn"), Origin: origin("photos", "us-east-1")})
	wantRefused(t, remove(new(false)), inUse)
	familytest.NoError(t, remove(new(true)))
	if d := l.get("cdn"); *d.Origin.Name != "photos" {
		t.Errorf("the origin is %s, want photos", *d.Origin.Name)
	}
}

// TestUpdateDistribution_states begins a deployment with each change, also with one that changes nothing.
func TestUpdateDistribution_states(t *testing.T) {
	l := newLab(t)
	before := l.create(of("cdn"))
	out := familytest.Do(t, l.UpdateDistribution, &lightsail.UpdateDistributionInput{DistributionName: new("cdn")})
	l.WantOperations([]types.Operation{*out.Operation}, "UpdateDistribution Distribution cdn - Started")
	if got := *l.get("cdn").Status; got != "InProgress" {
		t.Errorf("after the call the status is %s, want InProgress", got)
	}
	l.WantSucceeds(*out.Operation, deployment)
	if diff := gocmp.Diff(before, l.get("cdn"), familytest.Plain); diff != "" {
		t.Errorf("the distribution before (-) and after (+) a change of nothing:\n%s", diff)
	}
	d := l.update(&lightsail.UpdateDistributionInput{DistributionName: new("cdn"), IsEnabled: new(false)})
	if *d.IsEnabled || *d.Status != "Deployed" {
		t.Errorf("disabled: enabled %t, %s, want false, Deployed", *d.IsEnabled, *d.Status)
	}
}

// TestUpdateDistribution_settings replaces the settings as a whole.
func TestUpdateDistribution_settings(t *testing.T) {
	l := newLab(t)
	l.create(of("cdn"))
	want := defaults()
	for name, tt := range map[string]struct {
		sent *types.CacheSettings
		want func(*types.CacheSettings)
	}{
		"one time":      {&types.CacheSettings{DefaultTTL: new(int64(60))}, func(s *types.CacheSettings) { *s.DefaultTTL = 60 }},
		"no headers":    {&types.CacheSettings{ForwardedHeaders: &types.HeaderObject{Option: "none"}}, func(*types.CacheSettings) {}},
		"default again": {&types.CacheSettings{ForwardedHeaders: &types.HeaderObject{Option: "default"}}, func(*types.CacheSettings) {}},
		"all headers":   {&types.CacheSettings{ForwardedHeaders: &types.HeaderObject{Option: "all"}}, func(s *types.CacheSettings) { s.ForwardedHeaders.Option = "all" }},
		"other words":   {&types.CacheSettings{AllowedHTTPMethods: new("allow-all"), CachedHTTPMethods: new("GET-HEAD")}, func(*types.CacheSettings) {}},
		"fewer methods": {&types.CacheSettings{AllowedHTTPMethods: new("GET,HEAD")}, func(s *types.CacheSettings) { s.AllowedHTTPMethods = new("GET,HEAD") }},
		"some of cookies": {
			&types.CacheSettings{ForwardedCookies: &types.CookieObject{Option: "allow-list", CookiesAllowList: []string{"sid"}}},
			func(s *types.CacheSettings) {
				s.ForwardedCookies = &types.CookieObject{Option: "allow-list", CookiesAllowList: []string{"sid"}}
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := l.update(&lightsail.UpdateDistributionInput{DistributionName: new("cdn"), CacheBehaviorSettings: tt.sent})
			want = defaults()
			tt.want(want)
			if diff := gocmp.Diff(want, d.CacheBehaviorSettings, familytest.Plain); diff != "" {
				t.Errorf("settings (-want +got):\n%s", diff)
			}
		})
	}
}

// TestUpdateDistribution_withoutCaching shows no settings until some are sent, or until everything is cached.
func TestUpdateDistribution_withoutCaching(t *testing.T) {
	l := newLab(t)
	in := of("cdn")
	in.DefaultCacheBehavior = &types.CacheBehavior{Behavior: types.BehaviorEnumDontCacheSetting}
	in.CacheBehaviors = []types.CacheBehaviorPerPath{{Path: new("*.jpg"), Behavior: types.BehaviorEnumCacheSetting}}
	d := l.create(in)
	if diff := gocmp.Diff(&types.CacheSettings{}, d.CacheBehaviorSettings, familytest.Plain); diff != "" {
		t.Errorf("settings of what is not cached (-want +got):\n%s", diff)
	}
	if diff := gocmp.Diff(in.CacheBehaviors, d.CacheBehaviors, familytest.Plain); diff != "" {
		t.Errorf("behaviors (-want +got):\n%s", diff)
	}
	d = l.update(&lightsail.UpdateDistributionInput{
		DistributionName: new("cdn"), DefaultCacheBehavior: &types.CacheBehavior{Behavior: types.BehaviorEnumCacheSetting}, CacheBehaviors: []types.CacheBehaviorPerPath{},
	})
	if diff := gocmp.Diff(defaults(), d.CacheBehaviorSettings, familytest.Plain); diff != "" || len(d.CacheBehaviors) > 0 {
		t.Errorf("%d behaviors, settings of what is cached (-want +got):\n%s", len(d.CacheBehaviors), diff)
	}
}

func TestUpdateDistribution_refusals(t *testing.T) {
	l := newLab(t)
	before := l.create(of("cdn"))
	settings := func(s types.CacheSettings) lightsail.UpdateDistributionInput {
		return lightsail.UpdateDistributionInput{CacheBehaviorSettings: &s}
	}
	for name, tt := range map[string]struct {
		in   lightsail.UpdateDistributionInput
		want string
	}{
		"times out of order": {
			settings(types.CacheSettings{MinimumTTL: new(int64(9)), DefaultTTL: new(int64(8))}),
			"The minimum TTL (9), the default TTL (8) and the maximum TTL (31536000) must be in this order, from 0 to 3153600000.",
		},
		"a time and all headers": {
			settings(types.CacheSettings{MinimumTTL: new(int64(1)), ForwardedHeaders: &types.HeaderObject{Option: "all"}}),
			"The minimum TTL must be 0 if all headers are forwarded to the origin.",
		},
		"cached methods that are not allowed": {
			settings(types.CacheSettings{AllowedHTTPMethods: new("GET,HEAD"), CachedHTTPMethods: new("GET,HEAD,OPTIONS")}),
			"The cached HTTP methods must be among the allowed ones.",
		},
		"unknown methods": {
			settings(types.CacheSettings{CachedHTTPMethods: new("TRACE")}),
			"The cached HTTP methods are GET,HEAD or GET,HEAD,OPTIONS, not what was given.",
		},
		"default cookies": {
			settings(types.CacheSettings{ForwardedCookies: &types.CookieObject{Option: "default"}}),
			"There are no default cookies. The option of forwarded cookies is none, allow-list or all.",
		},
		"an empty allow-list": {
			settings(types.CacheSettings{ForwardedHeaders: &types.HeaderObject{Option: "allow-list"}}),
			"The allow-list of forwarded headers is empty.",
		},
		"a long allow-list": {
			settings(types.CacheSettings{ForwardedQueryStrings: &types.QueryStringObject{QueryStringsAllowList: make([]string, 11)}}),
			"An allow-list can have at most 10 query strings, not 11.",
		},
		"too many behaviors": {
			lightsail.UpdateDistributionInput{CacheBehaviors: paths(26)},
			"A distribution can have at most 25 cache behaviors per path, not 26.",
		},
		"a path twice": {
			lightsail.UpdateDistributionInput{CacheBehaviors: append(paths(2), paths(1)...)},
			"The path of a cache behavior is not valid, or comes twice.",
		},
		"private access without the origin": {
			lightsail.UpdateDistributionInput{EnablePrivateOriginAccess: new(true)},
			"These parameters are required: origin",
		},
	} {
		t.Run(name, func(t *testing.T) {
			tt.in.DistributionName = new("cdn")
			_, err := l.UpdateDistribution(t.Context(), &tt.in)
			var e *types.InvalidInputException
			if !asInvalid(err, &e) || *e.Message != tt.want {
				t.Errorf("got %v, want InvalidInputException %q", err, tt.want)
			}
		})
	}
	if diff := gocmp.Diff(before, l.get("cdn"), familytest.Plain); diff != "" {
		t.Errorf("the distribution before (-) and after (+) the refusals:\n%s", diff)
	}
}

func paths(n int) (all []types.CacheBehaviorPerPath) {
	for i := range n {
		all = append(all, types.CacheBehaviorPerPath{Path: aws.String("p" + string(rune('a'+i))), Behavior: types.BehaviorEnumCacheSetting})
	}
	return all
}
