package bucket

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/kind/bucket"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// createKey makes an access key. Its secret is shown here only.
func (f *Family) createKey(c *api.Call, _ *lightsail.CreateBucketAccessKeyInput) (*lightsail.CreateBucketAccessKeyOutput, error) {
	b, err := api.Target[bucket.Bucket](c)
	if err != nil {
		return nil, err
	}
	secret := identity.NewSecret()
	key, ok := b.AddKey(f.sealer, identity.NewAccessKeyID(), secret, c.Now)
	if !ok {
		return nil, api.InvalidInput(api.CodeLimitExceeded, "You have reached the limit of access keys for %s", b.Resource.Name)
	}
	made := key.Show()
	made.SecretAccessKey, made.LastUsed = &secret, nil
	out := &lightsail.CreateBucketAccessKeyOutput{AccessKey: &made, Operations: recorded(c, b)}
	return out, errors.Join(c.Tx.AddResourceKey(store.ResourceKey{ID: key.ID, Owner: b.Resource.ID}), c.Save(b))
}

func getKeys(c *api.Call, _ *lightsail.GetBucketAccessKeysInput) (*lightsail.GetBucketAccessKeysOutput, error) {
	b, err := api.Target[bucket.Bucket](c)
	if err != nil {
		return nil, err
	}
	out := &lightsail.GetBucketAccessKeysOutput{AccessKeys: []types.AccessKey{}}
	for _, k := range b.Priv.AccessKeys {
		out.AccessKeys = append(out.AccessKeys, k.Show())
	}
	return out, nil
}

func deleteKey(c *api.Call, in *lightsail.DeleteBucketAccessKeyInput) (*lightsail.DeleteBucketAccessKeyOutput, error) {
	b, err := api.Target[bucket.Bucket](c)
	if err != nil {
		return nil, err
	}
	if !b.RemoveKey(*in.AccessKeyId) {
		return nil, api.NotFound("AccessKey", *in.AccessKeyId)
	}
	out := &lightsail.DeleteBucketAccessKeyOutput{Operations: recorded(c, b)}
	return out, errors.Join(c.Tx.RemoveResourceKey(*in.AccessKeyId), c.Save(b))
}

// setAccess gives an instance access to a bucket, or ends it. Several instances may have access
// to a bucket, and one to several.
func setAccess(c *api.Call, in *lightsail.SetResourceAccessForBucketInput) (*lightsail.SetResourceAccessForBucketOutput, error) {
	b, err := api.Target[bucket.Bucket](c)
	if err != nil {
		return nil, err
	}
	i, err := api.Target[instance.Instance](c)
	switch {
	case err != nil:
		return nil, err
	case i == nil:
		return nil, notReceiver(c, *in.ResourceName)
	}
	if state := i.State(c.Now); state != instance.Running && state != instance.Stopped {
		return nil, api.InvalidParams("You can't change the access of this instance right now. The state of this instance is: %s", state)
	}
	link, allow := b.Resource.LinkedTo(resource.BucketAccess, i.Resource.ID), in.Access == types.ResourceBucketAccessAllow
	switch {
	case allow && link == nil:
		err = c.Link(b, resource.BucketAccess, i, resource.NoDoc)
	case !allow && link != nil:
		err = c.Unlink(b.Resource, link)
	}
	return &lightsail.SetResourceAccessForBucketOutput{Operations: api.EachNamesOther(c.Record(b.Resource), c.Record(i.Resource))}, err
}

// notReceiver is the error for a name that no instance has. AWS refuses container services.
func notReceiver(c *api.Call, name string) error {
	r, err := c.FindIn(c.Region, name)
	if _, missing := errors.AsType[*types.NotFoundException](err); missing {
		return api.NotFound(string(resource.Instance), name)
	}
	if err != nil {
		return err
	}
	return api.InvalidParams("Only instances can have access to a bucket. %s is a %s.", name, r.Kind)
}
