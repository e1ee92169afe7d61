package distribution_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// deployment is how long a change takes.
const deployment = 300 * time.Second

// missing is what AWS says of a distribution that does not exist.
const missing = "Requested resource not found"

// lab is a server with a clock of its own and a bucket "photos", and what tests do with its distributions.
type lab struct{ *familytest.Lab }

func newLab(t *testing.T) *lab {
	t.Helper()
	l := &lab{familytest.NewLab(t, lanyardtest.Options{})}
	l.bucket("photos")
	return l
}

func (l *lab) bucket(name string) {
	l.T.Helper()
	familytest.Do(l.T, l.CreateBucket, &lightsail.CreateBucketInput{BucketName: &name, BundleId: new("small_1_0")})
}

// of is the input for a distribution of the bucket "photos" that caches everything.
func of(name string) *lightsail.CreateDistributionInput {
	return &lightsail.CreateDistributionInput{
		DistributionName: &name, BundleId: new("small_1_0"),
		Origin:               &types.InputOrigin{Name: new("photos"), RegionName: types.RegionNameUsEast1},
		DefaultCacheBehavior: &types.CacheBehavior{Behavior: types.BehaviorEnumCacheSetting},
	}
}

// create makes a distribution and waits until it is deployed.
func (l *lab) create(in *lightsail.CreateDistributionInput) *types.LightsailDistribution {
	l.T.Helper()
	familytest.Do(l.T, l.CreateDistribution, in)
	l.Pass(deployment)
	return l.get(*in.DistributionName)
}

func (l *lab) get(name string) *types.LightsailDistribution {
	l.T.Helper()
	out := familytest.Do(l.T, l.GetDistributions, &lightsail.GetDistributionsInput{DistributionName: &name})
	if len(out.Distributions) != 1 {
		l.T.Fatalf("got %d distributions of the name %s, want one", len(out.Distributions), name)
	}
	return &out.Distributions[0]
}

// update changes a distribution and waits until that is deployed.
func (l *lab) update(in *lightsail.UpdateDistributionInput) *types.LightsailDistribution {
	l.T.Helper()
	familytest.Do(l.T, l.UpdateDistribution, in)
	l.Pass(deployment)
	return l.get(*in.DistributionName)
}

// web makes an instance "web" that runs, and a static IP "ip" for it, whose address it returns.
func (l *lab) web(c *lightsail.Client, region string) string {
	t := l.T
	t.Helper()
	familytest.Do(t, c.CreateInstances, &lightsail.CreateInstancesInput{
		InstanceNames: []string{"web"}, AvailabilityZone: new(region + "a"), BlueprintId: new("debian_12"), BundleId: new("nano_3_0"),
	})
	l.Pass(time.Minute)
	familytest.Do(t, c.AllocateStaticIp, &lightsail.AllocateStaticIpInput{StaticIpName: new("ip")})
	return *familytest.Do(t, c.GetStaticIp, &lightsail.GetStaticIpInput{StaticIpName: new("ip")}).StaticIp.IpAddress
}

func attach(t *testing.T, c *lightsail.Client) {
	t.Helper()
	familytest.Do(t, c.AttachStaticIp, &lightsail.AttachStaticIpInput{StaticIpName: new("ip"), InstanceName: new("web")})
}

// wantRefused checks for an InvalidInputException of invalid parameters.
func wantRefused(t *testing.T, err error, message string) {
	t.Helper()
	familytest.WantInvalid(t, err, "InvalidParams", message)
}

// asInvalid finds an InvalidInputException in an error.
func asInvalid(err error, into **types.InvalidInputException) bool { return errors.As(err, into) }

// dashed is an address as it is in EC2's names.
func dashed(address string) string { return strings.ReplaceAll(address, ".", "-") }
