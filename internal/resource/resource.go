package resource

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

// DefaultKeyPairName is the name of every region's default key pair, as instances
// show it (observed in AWS CLI and Terraform output).
const DefaultKeyPairName = "LightsailDefaultKeyPair"

// Resource is a thing with a name, an ARN and a kind. Names are unique per account
// and region over all kinds.
type Resource struct {
	// ID is the lower-case UUID at the end of the ARN.
	ID string
	// Account is the caller's 12-digit account id, Region the API model's name.
	Account, Region, Name string
	Kind                  Kind
	// Zone is the availability zone of a zonal resource, "all" otherwise.
	Zone      string
	CreatedAt time.Time
	Tags      []types.Tag
	// Doc is the SDK's type of the kind as AWS JSON, without tags: those are in
	// Tags.
	Doc []byte
	// Priv is the kind's own JSON for what the API never shows.
	Priv []byte
	// Generation is the number of the resource's plan: Begin raises it.
	Generation int64
	// Observed is what a driver reported last; nil if none did.
	Observed *Observation
	// GoneAt is when the resource is gone, in whole milliseconds; zero if it stays. Until then it is
	// as its plan says. Reads by id and of whole tables set it.
	GoneAt time.Time
	// Revision changes with each write, if something runs for the kind. Only a read by id
	// sets it.
	Revision int64
	// Links are the resource's relations to others, in the order in which they were made. All
	// reads of the store but those of whole tables set them.
	Links []Link
}

// Row is the resource: it can stand where only the row of a record is needed.
func (r *Resource) Row() *Resource { return r }

// Gone reports whether the resource is gone at a moment.
func (r *Resource) Gone(now time.Time) bool { return !r.GoneAt.IsZero() && !r.GoneAt.After(now) }

// ARN is the resource's Amazon Resource Name. Global kinds have the region
// "global" in it (observed for domains).
func (r *Resource) ARN() string {
	return ARN(r.Kind, r.Account, r.Region, r.ID)
}

// ARN builds the ARN of a resource from its parts; id may be "*".
func ARN(k Kind, account, region, id string) string {
	if kinds[k].global {
		region = "global"
	}
	return "arn:aws:lightsail:" + region + ":" + account + ":" + string(k) + "/" + id
}

// KindOf is the kind that an ARN names; what is not an ARN of a resource names none, "".
func KindOf(arn string) Kind {
	parts := strings.Split(arn, ":")
	if len(parts) != 6 {
		return ""
	}
	kind, _, _ := strings.Cut(parts[5], "/")
	return Kind(kind)
}

// Location is where the API says that the resource is.
func (r *Resource) Location() *types.ResourceLocation {
	zone, region := r.Zone, r.Region
	if kinds[r.Kind].global {
		region = "global"
	}
	return &types.ResourceLocation{AvailabilityZone: &zone, RegionName: types.RegionName(region)}
}

// SupportCode is "<support account>/<suffix>" (observed in AWS CLI examples); the suffix depends
// on the kind: a key pair has its name there.
func (r *Resource) SupportCode(suffix string) string { return r.SupportAccount() + "/" + suffix }

// SupportAccount is the account of AWS that has what belongs to an account's resources in a region. It is
// not the caller's, and the same for all of them: 12 digits that are stable, and different for each
// account and region.
func (r *Resource) SupportAccount() string {
	sum := sha256.Sum256([]byte("support account\x00" + r.Account + "\x00" + r.Region))
	return fmt.Sprintf("%012d", binary.BigEndian.Uint64(sum[:8])%1_000_000_000_000)
}

// NameRule is the message for a bad resource name, after the name itself
// (observed verbatim).
const NameRule = " is not a valid resource name. Resource names must be at least 2 characters long and contain only alphanumerics, -, _, and ."
