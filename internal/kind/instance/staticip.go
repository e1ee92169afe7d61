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
	s.Resource, s.Doc.IpAddress = r, &address
	return s
}

// Kind is resource.StaticIP.
func (*StaticIP) Kind() resource.Kind { return resource.StaticIP }

// SupportSuffix is the address.
func (s *StaticIP) SupportSuffix() string { return aws.ToString(s.Doc.IpAddress) }

// Pack writes the document into the row, without what Show adds.
func (s *StaticIP) Pack() error {
	doc := s.Doc
	doc.AttachedTo, doc.IsAttached = nil, nil
	return s.PackDoc(doc)
}

// Show is the static IP as the API shows it: it never shows its tags.
func (s *StaticIP) Show(time.Time) *types.StaticIp {
	doc := s.Doc
	link := s.Attached()
	doc.IsAttached = new(link != nil)
	if link != nil {
		doc.AttachedTo = &link.Other.Name
	}
	return &doc
}

// Attached is the link to the instance that has the static IP; nil if none has.
func (s *StaticIP) Attached() *resource.Link { return s.Resource.Linked(resource.AttachedStaticIP) }
