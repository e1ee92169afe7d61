package account

import (
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

func tagResource(c *api.Call, in *lightsail.TagResourceInput) (*lightsail.TagResourceOutput, error) {
	r := c.Target()
	if err := checkTagged(r, in.ResourceArn); err != nil {
		return nil, err
	}
	tags, err := resource.MergeTags(r.Tags, in.Tags)
	if err != nil {
		return nil, api.TagError(err)
	}
	ops, err := retag(c, r, tags)
	return &lightsail.TagResourceOutput{Operations: ops}, err
}

func untagResource(c *api.Call, in *lightsail.UntagResourceInput) (*lightsail.UntagResourceOutput, error) {
	r := c.Target()
	if err := checkTagged(r, in.ResourceArn); err != nil {
		return nil, err
	}
	tags, err := resource.RemoveTags(r.Tags, in.TagKeys)
	if err != nil {
		return nil, api.TagError(err)
	}
	ops, err := retag(c, r, tags)
	return &lightsail.UntagResourceOutput{Operations: ops}, err
}

// checkTagged refuses kinds without tags, and an ARN that is not that of the named
// resource.
func checkTagged(r *resource.Resource, arn *string) error {
	switch {
	case !r.Kind.Taggable():
		return api.InvalidParams("The resource type, %s, is not taggable.", r.Kind) // observed text
	case arn != nil && *arn != r.ARN():
		return api.InvalidParams("The ARN %s is not that of the resource %s.", *arn, r.Name)
	}
	return nil
}

func retag(c *api.Call, r *resource.Resource, tags []types.Tag) ([]types.Operation, error) {
	r.Tags = tags
	if err := c.Tx.UpdateResource(r); err != nil {
		return nil, err
	}
	return []types.Operation{*c.Record(r)}, nil
}
