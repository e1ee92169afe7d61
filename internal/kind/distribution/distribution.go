// Package distribution says what a stored distribution is: its documents and states, the rules for
// its settings, and what it costs.
//
// It serves no content and changes no store.
package distribution

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/cost"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// maxHistory is how many steps of its plan a distribution remembers.
const maxHistory = 64

// Distribution is a stored distribution, opened.
type Distribution struct {
	resource.Record[types.LightsailDistribution, Priv, *types.LightsailDistribution]
}

// Priv is what Lanyard knows of a distribution and the API never shows.
type Priv struct {
	resource.Planned
	// BundleChanged is when the bundle was changed last; zero if it never was.
	BundleChanged time.Time `json:"bundleChanged,omitzero"`
	// Reset is when the cache was reset last, and ResetDone when that was done; both are zero if it
	// never was.
	Reset     time.Time `json:"reset,omitzero"`
	ResetDone time.Time `json:"resetDone,omitzero"`
	// Subdomain says why the subdomain that was wanted with the distribution is not there; nil if none was, or if one was
	// associated later.
	Subdomain *FailedSubdomain `json:"subdomain,omitempty"`
}

// New returns a distribution of a bundle of the catalogue, without an origin and settings. It is not
// stored yet.
func New(r *resource.Resource, bundle string) *Distribution {
	d := &Distribution{}
	d.Resource = r
	d.Doc.BundleId, d.Doc.IsEnabled, d.Doc.IpAddressType = &bundle, new(true), types.IpAddressTypeDualstack
	d.Doc.DomainName = new("d" + strings.ToLower(digest("domain", r)) + ".cloudfront.net")
	d.Doc.Waf = noWAF()
	return d
}

// digest are 13 capital letters and digits that follow from a distribution's id.
func digest(of string, r *resource.Resource) string {
	sum := sha256.Sum256([]byte("distribution\x00" + of + "\x00" + r.ID))
	return base32.HexEncoding.EncodeToString(sum[:])[:13]
}

// Kind is resource.Distribution.
func (*Distribution) Kind() resource.Kind { return resource.Distribution }

// SupportSuffix is the ARN of the distribution that this one has in CloudFront: a guess, by what balancers and
// certificates have.
func (d *Distribution) SupportSuffix() string {
	return "arn:aws:cloudfront::" + d.Resource.SupportAccount() + ":distribution/E" + digest("cloudfront", d.Resource)
}

// Pack writes the documents into the row, without what Show adds.
func (d *Distribution) Pack() error {
	doc := d.Doc
	doc.AbleToUpdateBundle, doc.AlternativeDomainNames, doc.CertificateName, doc.Status, doc.Tags = nil, nil, nil, nil, nil
	doc.Subdomain = nil
	return d.PackDoc(doc)
}

// Show is the distribution as the API shows it at a moment.
func (d *Distribution) Show(now time.Time) *types.LightsailDistribution {
	doc := d.Doc
	doc.AbleToUpdateBundle = new(d.CanChangeBundle(now))
	doc.CertificateName, doc.AlternativeDomainNames = d.certificate()
	if doc.CacheBehaviors == nil {
		doc.CacheBehaviors = []types.CacheBehaviorPerPath{}
	}
	doc.Status = new(inProgress)
	if state := d.Priv.State(now); state != inProgress {
		doc.Status = new(deployed)
	}
	doc.Tags, doc.Subdomain = d.Resource.Tags, d.subdomain(now)
	return &doc
}

// Enter begins the deployment of a change.
func (d *Distribution) Enter(plan resource.Plan) {
	for i := range plan {
		if plan[i].State == deployed && !aws.ToBool(d.Doc.IsEnabled) {
			plan[i].State = disabled
		}
	}
	d.Priv.Plan = d.Priv.Plan.Followed(plan, maxHistory)
}

// CanChangeBundle reports whether the bundle can be changed at a moment.
func (d *Distribution) CanChangeBundle(now time.Time) bool {
	return cost.CanChange(d.Priv.BundleChanged, now)
}

// ChangeBundle changes the bundle. It returns a resource.RefusalError if the web application firewall has rules that the
// other bundle does not have.
func (d *Distribution) ChangeBundle(to string, now time.Time) error {
	d.Doc.BundleId, d.Priv.BundleChanged = &to, now
	return d.checkWAF()
}

// ResetCache begins to empty the cache.
func (d *Distribution) ResetCache(now, done time.Time) { d.Priv.Reset, d.Priv.ResetDone = now, done }

// LatestReset is when the cache was reset last, and how far that is at a moment. It is nil if the cache never
// was reset. The words are CloudFront's for invalidations.
func (d *Distribution) LatestReset(now time.Time) (at *time.Time, status *string) {
	switch {
	case d.Priv.Reset.IsZero():
		return nil, nil
	case d.Priv.ResetDone.After(now):
		return &d.Priv.Reset, new(inProgress)
	}
	return &d.Priv.Reset, new("Completed")
}
