package bucket_test

import (
	"context"
	"fmt"
	mathrand "math/rand/v2"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

// chance draws what a move is about. Names are few, so that moves meet, and sometimes of another
// kind.
type chance struct {
	*mathrand.Rand
	region string
}

func (r chance) bucket() *string { return new(fmt.Sprint("bucket-", r.IntN(6))) }

func (r chance) instance() *string {
	if r.IntN(20) == 0 {
		return r.bucket()
	}
	return new(fmt.Sprint("web-", r.IntN(3)))
}

func (r chance) flag() *bool { return new(r.IntN(2) == 0) }

func (r chance) bundle() *string {
	return new([]string{"small_1_0", "medium_1_0", "large_1_0", "tiny_1_0"}[r.IntN(13)/4%4])
}

// maybe draws whether an update has a member.
func maybe[T any](r chance, value *T) *T {
	if r.IntN(3) > 0 {
		return nil
	}
	return value
}

// move is one call, whose answer does not matter.
type move func(context.Context, *lightsail.Client, chance) error

var moves = []move{
	createSome, createSome, createSome,
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.DeleteBucket(ctx, &lightsail.DeleteBucketInput{BucketName: r.bucket(), ForceDelete: r.flag()})
		return err
	},
	updateSome, updateSome,
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.UpdateBucketBundle(ctx, &lightsail.UpdateBucketBundleInput{BucketName: r.bucket(), BundleId: r.bundle()})
		return err
	},
	createSomeKey, createSomeKey, deleteSomeKey,
	setSome, setSome, setSome,
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.CreateInstances(ctx, &lightsail.CreateInstancesInput{
			InstanceNames: []string{*r.instance()}, AvailabilityZone: new(r.region + "a"), BlueprintId: new("debian_12"), BundleId: new("nano_3_0"),
			KeyPairName: new("deploy"),
		})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.StopInstance(ctx, &lightsail.StopInstanceInput{InstanceName: r.instance()})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.DeleteInstance(ctx, &lightsail.DeleteInstanceInput{InstanceName: r.instance()})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.TagResource(ctx, &lightsail.TagResourceInput{ResourceName: r.bucket(), Tags: []types.Tag{{Key: new("team"), Value: new("web")}}})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, _ chance) error {
		_, err := c.GetBuckets(ctx, &lightsail.GetBucketsInput{IncludeConnectedResources: new(true)})
		return err
	},
}

func createSome(ctx context.Context, c *lightsail.Client, r chance) error {
	_, err := c.CreateBucket(ctx, &lightsail.CreateBucketInput{BucketName: r.bucket(), BundleId: r.bundle(), EnableObjectVersioning: r.flag()})
	return err
}

func updateSome(ctx context.Context, c *lightsail.Client, r chance) error {
	in := &lightsail.UpdateBucketInput{
		BucketName: r.bucket(), Versioning: maybe(r, new([]string{"Enabled", "Suspended"}[r.IntN(2)])),
		AccessRules: maybe(r, &types.AccessRules{GetObject: types.AccessType("").Values()[r.IntN(2)], AllowPublicOverrides: maybe(r, r.flag())}),
		AccessLogConfig: maybe(r, &types.BucketAccessLogConfig{
			Enabled: r.flag(), Destination: maybe(r, r.bucket()), Prefix: maybe(r, new("logs/")),
		}),
		Cors: maybe(r, &types.BucketCorsConfig{Rules: make([]types.BucketCorsRule, r.IntN(3))}),
	}
	if in.Cors != nil {
		for n := range in.Cors.Rules {
			in.Cors.Rules[n] = types.BucketCorsRule{AllowedMethods: []string{"GET"}, AllowedOrigins: []string{"*"}, Id: maybe(r, new("one"))}
		}
	}
	if r.IntN(3) == 0 {
		in.ReadonlyAccessAccounts = []string{"444455556666", "777788889999"}[:r.IntN(3)]
	}
	_, err := c.UpdateBucket(ctx, in)
	return err
}

func createSomeKey(ctx context.Context, c *lightsail.Client, r chance) error {
	_, err := c.CreateBucketAccessKey(ctx, &lightsail.CreateBucketAccessKeyInput{BucketName: r.bucket()})
	return err
}

// deleteSomeKey deletes the first or the last key of a bucket, or one of an id that no bucket has.
func deleteSomeKey(ctx context.Context, c *lightsail.Client, r chance) error {
	bucket, id := r.bucket(), new("AKIAIOSFODNN7EXAMPLE")
	out, err := c.GetBucketAccessKeys(ctx, &lightsail.GetBucketAccessKeysInput{BucketName: bucket})
	if err != nil {
		return err
	}
	if n := len(out.AccessKeys); n > 0 {
		id = out.AccessKeys[r.IntN(n)].AccessKeyId
	}
	_, err = c.DeleteBucketAccessKey(ctx, &lightsail.DeleteBucketAccessKeyInput{BucketName: bucket, AccessKeyId: id})
	return err
}

func setSome(ctx context.Context, c *lightsail.Client, r chance) error {
	access := types.ResourceBucketAccessAllow
	if r.IntN(3) == 0 {
		access = types.ResourceBucketAccessDeny
	}
	_, err := c.SetResourceAccessForBucket(ctx, &lightsail.SetResourceAccessForBucketInput{
		BucketName: r.bucket(), ResourceName: r.instance(), Access: access,
	})
	return err
}
