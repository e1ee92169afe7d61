// Package bucket says what a stored bucket is: its settings, its access keys, and the rules
// for both.
//
// It holds no objects, and changes no store.
package bucket

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/cost"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Bucket is a stored bucket, opened.
type Bucket struct {
	resource.Record[types.Bucket, Priv, *types.Bucket]
}

// Priv is what Lanyard knows of a bucket and the API never shows.
type Priv struct {
	// BundleChanged is when the bundle was changed last; zero if it never was.
	BundleChanged time.Time `json:"bundleChanged,omitzero"`
	// AccessKeys are the access keys, the oldest first.
	AccessKeys []AccessKey `json:"accessKeys,omitempty"`
	// First and Second are the sealed secrets of access keys.
	First  []byte `json:"firstSecret,omitempty"`
	Second []byte `json:"secondSecret,omitempty"`
}

// New returns a private bucket without access keys. It is not stored yet.
func New(r *resource.Resource, bundle string, versioned bool) *Bucket {
	b := &Bucket{}
	b.Resource = r
	b.Doc = types.Bucket{
		AccessLogConfig:        noLog(),
		AccessRules:            &types.AccessRules{GetObject: types.AccessTypePrivate, AllowPublicOverrides: new(false)},
		BundleId:               &bundle,
		ObjectVersioning:       new(neverEnabled),
		ReadonlyAccessAccounts: []string{},
		ResourceType:           new(string(resource.Bucket)),
	}
	if versioned {
		b.Doc.ObjectVersioning = new(enabled)
	}
	return b
}

// Kind is resource.Bucket.
func (*Bucket) Kind() resource.Kind { return resource.Bucket }

// SupportSuffix is the name. AWS's is not known.
func (b *Bucket) SupportSuffix() string { return b.Resource.Name }

// Pack writes the documents into the row, without what Show adds.
func (b *Bucket) Pack() error {
	doc := b.Doc
	doc.AbleToUpdateBundle, doc.ResourcesReceivingAccess, doc.State, doc.Url = nil, nil, nil, nil
	return b.PackDoc(doc)
}

// Show is the bucket as the API shows it, without what clients have to ask for: CORS rules and
// the instances that have access. CORS and Receivers return these.
func (b *Bucket) Show(now time.Time) *types.Bucket {
	doc := b.Doc
	doc.AbleToUpdateBundle = new(b.CanChangeBundle(now))
	doc.Cors = nil
	if doc.ReadonlyAccessAccounts == nil {
		doc.ReadonlyAccessAccounts = []string{}
	}
	doc.State = &types.BucketState{Code: new("OK")}
	doc.Tags = b.Resource.Tags
	doc.Url = new("https://" + Host(b.Resource) + "/")
	return &doc
}

// Host is the name in DNS at which a bucket answers.
func Host(r *resource.Resource) string { return r.Name + ".s3." + r.Region + ".amazonaws.com" }

// Receivers are the instances that have access, in the order in which they got it.
func (b *Bucket) Receivers() []types.ResourceReceivingAccess {
	list := []types.ResourceReceivingAccess{}
	for _, l := range b.Resource.LinksOf(resource.BucketAccess) {
		list = append(list, types.ResourceReceivingAccess{Name: &l.Other.Name, ResourceType: new(string(l.Other.Kind))})
	}
	return list
}

// CanChangeBundle reports whether the bundle can be changed at a moment.
func (b *Bucket) CanChangeBundle(now time.Time) bool {
	return cost.CanChange(b.Priv.BundleChanged, now)
}

// ChangeBundle changes the bundle.
func (b *Bucket) ChangeBundle(to string, now time.Time) {
	b.Doc.BundleId, b.Priv.BundleChanged = &to, now
}

// noLog is the configuration of a bucket that keeps no access log.
func noLog() *types.BucketAccessLogConfig {
	return &types.BucketAccessLogConfig{Enabled: new(false)}
}
