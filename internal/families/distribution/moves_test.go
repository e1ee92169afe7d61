package distribution_test

import (
	"context"
	"fmt"
	mathrand "math/rand/v2"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

// chance draws what a move is about. Names are few, so that moves meet, and sometimes of another kind.
type chance struct {
	*mathrand.Rand
	region string
}

func (r chance) name() *string {
	if r.IntN(20) == 0 {
		return r.bucket()
	}
	return new(fmt.Sprint("cdn-", r.IntN(4)))
}

func (r chance) bucket() *string { return new(fmt.Sprint("bucket-", r.IntN(3))) }

func (r chance) certificate() *string { return new(fmt.Sprint("cert-", r.IntN(3))) }

func (r chance) flag() *bool { return new(r.IntN(2) == 0) }

func (r chance) bundle() *string {
	return new([]string{"small_1_0", "medium_1_0", "large_1_0", "tiny_1_0"}[r.IntN(13)/4%4])
}

// origin is a bucket or a container service of the tests' regions.
func (r chance) origin() *types.InputOrigin {
	name := r.bucket()
	if r.IntN(3) == 0 {
		name = new("svc")
	}
	return &types.InputOrigin{Name: name, RegionName: []types.RegionName{"us-east-1", "eu-central-1"}[r.IntN(2)]}
}

func (r chance) behavior() *types.CacheBehavior {
	return &types.CacheBehavior{Behavior: types.BehaviorEnum("").Values()[r.IntN(2)]}
}

func (r chance) settings() *types.CacheSettings {
	return &types.CacheSettings{
		DefaultTTL: maybe(r, new(r.Int64N(900))), MaximumTTL: maybe(r, new(r.Int64N(900)+600)),
		ForwardedHeaders: maybe(r, &types.HeaderObject{Option: types.ForwardValues("").Values()[r.IntN(3)], HeadersAllowList: []types.HeaderEnum{"Host"}}),
	}
}

// maybe draws whether a call has a member.
func maybe[T any](r chance, value *T) *T {
	if r.IntN(3) > 0 {
		return nil
	}
	return value
}

// move is one call, whose answer does not matter.
type move func(context.Context, *lightsail.Client, chance) error

var moves = []move{
	createSome, createSome, createSome, updateSome, updateSome, updateSome, makeOrigin, makeOrigin,
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.DeleteDistribution(ctx, &lightsail.DeleteDistributionInput{DistributionName: r.name()})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.UpdateDistributionBundle(ctx, &lightsail.UpdateDistributionBundleInput{DistributionName: r.name(), BundleId: r.bundle()})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.ResetDistributionCache(ctx, &lightsail.ResetDistributionCacheInput{DistributionName: r.name()})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.DeleteBucket(ctx, &lightsail.DeleteBucketInput{BucketName: r.bucket(), ForceDelete: r.flag()})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.AttachCertificateToDistribution(ctx, &lightsail.AttachCertificateToDistributionInput{DistributionName: r.name(), CertificateName: r.certificate()})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.DetachCertificateFromDistribution(ctx, &lightsail.DetachCertificateFromDistributionInput{DistributionName: r.name()})
		return err
	},
	makeCertificate,
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.DeleteCertificate(ctx, &lightsail.DeleteCertificateInput{CertificateName: r.certificate()})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, _ chance) error {
		_, err := c.DeleteContainerService(ctx, &lightsail.DeleteContainerServiceInput{ServiceName: new("svc")})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.TagResource(ctx, &lightsail.TagResourceInput{ResourceName: r.name(), Tags: []types.Tag{{Key: new("team"), Value: new("web")}}})
		return err
	},
}

func createSome(ctx context.Context, c *lightsail.Client, r chance) error {
	_, err := c.CreateDistribution(ctx, &lightsail.CreateDistributionInput{
		DistributionName: r.name(), BundleId: r.bundle(), Origin: r.origin(), DefaultCacheBehavior: r.behavior(),
		CacheBehaviorSettings: maybe(r, r.settings()), DefaultRootObject: maybe(r, new("index.html")), EnableWaf: maybe(r, r.flag()),
		CertificateName: maybe(r, r.certificate()),
	})
	return err
}

func updateSome(ctx context.Context, c *lightsail.Client, r chance) error {
	_, err := c.UpdateDistribution(ctx, &lightsail.UpdateDistributionInput{
		DistributionName: r.name(), Origin: maybe(r, r.origin()), DefaultCacheBehavior: maybe(r, r.behavior()),
		CacheBehaviorSettings: maybe(r, r.settings()), DefaultRootObject: maybe(r, new("")), EnableWaf: maybe(r, r.flag()), IsEnabled: maybe(r, r.flag()),
		CertificateName: maybe(r, r.certificate()), UseDefaultCertificate: maybe(r, r.flag()),
	})
	return err
}

// makeCertificate makes one that a zone of the account validates.
func makeCertificate(ctx context.Context, c *lightsail.Client, r chance) error {
	name := r.certificate()
	if _, err := c.CreateDomain(ctx, &lightsail.CreateDomainInput{DomainName: new("example.com")}); err == nil {
		return nil
	}
	_, err := c.CreateCertificate(ctx, &lightsail.CreateCertificateInput{
		CertificateName: name, DomainName: new(*name + ".example.com"), SubjectAlternativeNames: []string{fmt.Sprint("www", r.IntN(2), ".example.com")},
	})
	return err
}

func makeOrigin(ctx context.Context, c *lightsail.Client, r chance) error {
	if r.IntN(3) == 0 {
		_, err := c.CreateContainerService(ctx, &lightsail.CreateContainerServiceInput{ServiceName: new("svc"), Power: "nano", Scale: new(int32(1))})
		return err
	}
	_, err := c.CreateBucket(ctx, &lightsail.CreateBucketInput{BucketName: r.bucket(), BundleId: new("small_1_0")})
	return err
}
