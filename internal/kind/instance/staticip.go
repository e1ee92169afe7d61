package instance

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// StaticIP is a stored static IP, opened. It has no state of its own, and nothing that the
// API never shows.
type StaticIP struct {
	resource.Record[types.StaticIp, struct{}, *types.StaticIp]
}

// NewStaticIP returns a static IP that is attached to nothing and not stored yet.
func NewStaticIP(r *resource.Resource, address string) *StaticIP {
	s := &StaticIP{}
	s.Resource, s.Doc.IpAddress, s.Doc.IsAttached = r, &address, new(false)
	return s
}

// Kind is resource.StaticIP.
func (*StaticIP) Kind() resource.Kind { return resource.StaticIP }

// SupportSuffix is the address.
func (s *StaticIP) SupportSuffix() string { return aws.ToString(s.Doc.IpAddress) }

// Show is the static IP as the API shows it: it never shows its tags.
func (s *StaticIP) Show(time.Time) *types.StaticIp { return &s.Doc }

// Detach notes that the static IP is attached to nothing. It stores nothing.
func (s *StaticIP) Detach() { s.Doc.AttachedTo, s.Doc.IsAttached = nil, new(false) }

// AttachTo attaches the static IP to an instance. It stores neither.
func (s *StaticIP) AttachTo(i *Instance) {
	s.Doc.AttachedTo, s.Doc.IsAttached = new(i.Resource.Name), new(true)
	i.Priv.StaticIP = s.Resource.Name
	i.Doc.IsStaticIp, i.Doc.PublicIpAddress = new(true), s.Doc.IpAddress
}
