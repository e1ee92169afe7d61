// Package inputs makes inputs of actions from the API model: valid ones, and ones that are at the bounds of their
// members' constraints and beyond. It knows no server.
package inputs

import (
	smithy "github.com/aws/smithy-go"

	"github.com/lanyard-cloud/lanyard/internal/model"
)

// samples holds one admitted value of each shape that has a pattern.
var samples = map[string]string{
	"AutoSnapshotDate":        "2026-01-31",
	"BucketAccessLogPrefix":   "logs/",
	"BucketCorsAllowedMethod": "PUT",
	"BucketName":              "a-bucket",
	"ContainerLabel":          "a-label",
	"ContainerName":           "web",
	"ContainerServiceName":    "shop",
	"EmailAddress":            "someone@example.com",
	"IAMAccessKeyId":          "AKIAIOSFODNN7EXAMPLE",
	"IpAddress":               "192.0.2.7",
	"Ipv6Address":             "2001:0DB8:0:0:0:0:0:7",
	"NonEmptyString":          Text,
	"ResourceArn":             "arn:aws:lightsail:us-east-1:123456789012:KeyPair/5e2d8cf2",
	"ResourceName":            "deploy-key.1",
	"SensitiveNonEmptyString": "secret",
	"SetupDomainName":         "www.example.com",
	"SetupHistoryPageToken":   "aaaaaaaaaaaaaaaaaaaaaaaa",
	"TimeOfDay":               "06:00",
}

// Text is what fits where any text does, with all that JSON has to escape.
const Text = "Grüße, 世界 \U0001f600 \"quoted\" \\ \n\t\u007f<&>\u2028"

// Sample is a text that the model admits for a shape. ok is false for a shape with a pattern that has no sample here.
func Sample(shape string) (text string, ok bool) {
	c := model.Constraints(shape)
	switch {
	case samples[shape] != "":
		return samples[shape], true
	case c == nil || c.Enum == nil && c.Pattern == "":
		return Text, true
	case c.Enum != nil:
		return c.Enum[len(c.Enum)-1], true
	}
	return "", false
}

// SchemaOf asks an empty value for its schema: serializing begins with it.
func SchemaOf(v smithy.Serializable) *smithy.Schema {
	c := &capture{}
	v.Serialize(c)
	return c.schema
}

// capture is a ShapeSerializer that only meets the outermost structure.
type capture struct {
	smithy.ShapeSerializer
	schema *smithy.Schema
}

func (c *capture) WriteStruct(schema *smithy.Schema) { c.schema = schema }
func (c *capture) CloseStruct()                      {}

// WriteInt32 meets the numbers that the SDK cannot leave out.
func (c *capture) WriteInt32(*smithy.Schema, int32) {}
