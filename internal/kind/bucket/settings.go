package bucket

import (
	"fmt"
	"regexp"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/kind/audit"
)

// The values of objectVersioning. Only the first two can be set.
const (
	enabled      = "Enabled"
	suspended    = "Suspended"
	neverEnabled = "NeverEnabled"
)

var accountID = regexp.MustCompile(`\A[0-9]{12}\z`)

// SetVersioning enables or suspends the versioning of objects; nil changes nothing. It returns
// why the value cannot be set, or "". A bucket that never had versioning has none to suspend:
// it stays as it is. A change makes objects private that are public by their own access control
// lists (developer guide, bucket object versioning).
func (b *Bucket) SetVersioning(to *string) (refusal string) {
	switch {
	case to == nil:
		return ""
	case *to != enabled && *to != suspended:
		return fmt.Sprintf("The versioning %q is invalid. It must be %s or %s.", audit.Shorten(*to), enabled, suspended)
	case *to == *b.Doc.ObjectVersioning || *to == suspended && *b.Doc.ObjectVersioning == neverEnabled:
		return ""
	}
	b.Doc.ObjectVersioning = to
	if b.Doc.AccessRules.GetObject == types.AccessTypePrivate {
		b.Doc.AccessRules.AllowPublicOverrides = new(false)
	}
	return ""
}

// SetRules sets who may read objects. Members that are left out stay as they are.
func (b *Bucket) SetRules(to *types.AccessRules) {
	if to == nil {
		return
	}
	if to.GetObject != "" {
		b.Doc.AccessRules.GetObject = to.GetObject
	}
	if to.AllowPublicOverrides != nil {
		b.Doc.AccessRules.AllowPublicOverrides = to.AllowPublicOverrides
	}
}

// SetReaders sets the accounts that may read the bucket; nil changes nothing, and an empty list
// leaves none. It returns why that cannot be, or "".
func (b *Bucket) SetReaders(to []string) (refusal string) {
	if to == nil {
		return ""
	}
	if refusal = refuseReaders(to); refusal == "" {
		b.Doc.ReadonlyAccessAccounts = to
	}
	return refusal
}

// refuseReaders knows that the API model bounds their number.
func refuseReaders(ids []string) string {
	for _, id := range ids {
		if !accountID.MatchString(id) {
			return fmt.Sprintf("The account ID %q is invalid. It must have 12 digits.", audit.Shorten(id))
		}
	}
	return ""
}

// SetLog sets where the access log goes. What is said beside "not enabled" is dropped.
func (b *Bucket) SetLog(to *types.BucketAccessLogConfig) {
	b.Doc.AccessLogConfig = noLog()
	if *to.Enabled {
		b.Doc.AccessLogConfig = &types.BucketAccessLogConfig{Enabled: to.Enabled, Destination: to.Destination, Prefix: to.Prefix}
	}
}
