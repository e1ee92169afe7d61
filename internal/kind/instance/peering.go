package instance

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/kind/audit"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Peering is the stored peering of Lightsail's network with the account's default VPC in a region, opened. It is
// named after the former. No action shows it; its document is the type of the API that has just what all kinds share.
type Peering struct {
	resource.Record[types.SetupHistoryResource, struct{}, *types.SetupHistoryResource]
}

// NewPeering returns a peering that is not stored yet.
func NewPeering(r *resource.Resource) *Peering {
	p := &Peering{}
	p.Resource = r
	return p
}

// Kind is resource.PeeredVPC.
func (*Peering) Kind() resource.Kind { return resource.PeeredVPC }

// SupportSuffix is "": there is no support code.
func (*Peering) SupportSuffix() string { return "" }

// LightsailVPC is the id of Lightsail's own network in a region of an account.
func LightsailVPC(account, region string) string { return vpcID("lightsail", account, region) }

// DefaultVPC is the id of the account's default VPC in a region.
func DefaultVPC(account, region string) string { return vpcID("default", account, region) }

// vpcID is the same for all that an account has in a region, as ids of networks are: scripts read
// both ids from operations.
func vpcID(of, account, region string) string {
	sum := sha256.Sum256([]byte(of + " vpc\x00" + account + "\x00" + region))
	return "vpc-0" + hex.EncodeToString(sum[:8])
}

func checkPeering(r *resource.Resource) (claims resource.Claims, err error) {
	p := &Peering{}
	if err := p.Open(r); err != nil {
		return claims, err
	}
	var a audit.Audit
	a.Envelope(p, p.SupportSuffix())
	a.Everywhere(r)
	a.Want(r.Name == LightsailVPC(r.Account, r.Region), "the name %q is not the id of the region's network", audit.Shorten(r.Name))
	return claims, a.Repack(p)
}
