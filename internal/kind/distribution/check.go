package distribution

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/kind/audit"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Stored is how an import checks distributions.
func Stored() resource.StoredKinds {
	return resource.StoredKinds{resource.Distribution: {Check: check, CheckLinks: checkLink, Classes: []resource.Class{BundlesOver.Class}}}
}

// check makes the distribution anew from its settings, and wants the same.
func check(r *resource.Resource) (claims resource.Claims, err error) {
	d := &Distribution{}
	if err := d.Open(r); err != nil {
		return claims, err
	}
	var a audit.Audit
	a.Envelope(d, d.SupportSuffix())
	a.Everywhere(r)
	a.Want(r.Region == r.Kind.OnlyIn(), "a distribution is in the region %s, not %q", r.Kind.OnlyIn(), r.Region)
	a.Plan(d.Priv.Plan, inProgress, deployed, disabled)
	a.Moment("bundleChanged", d.Priv.BundleChanged)
	a.Moment("reset", d.Priv.Reset)
	took := d.Priv.ResetDone.Sub(d.Priv.Reset)
	a.Want(took >= 0 && took <= audit.MaxTransition, "priv: resetDone is not in the 30 days after reset")
	d.Priv.Subdomain.check(&a)
	d.checkDoc(&a)
	if tls := d.Doc.ViewerMinimumTlsProtocolVersion; tls != nil {
		claims.Links = append(claims.Links, resource.ViewerCertificate)
		a.Want(isTLSVersion(*tls), "doc: unknown viewerMinimumTlsProtocolVersion")
	}
	if a.Model(d); a.Err != nil {
		return claims, a.Err
	}
	again, err := d.again()
	if err != nil {
		return claims, err
	}
	return claims, a.Repack(again)
}

// checkDoc wants what again needs to be there.
func (d *Distribution) checkDoc(a *audit.Audit) {
	_, known := catalogue.LookupDistributionBundle(aws.ToString(d.Doc.BundleId))
	a.Want(known, "doc: unknown bundle %q", audit.Shorten(aws.ToString(d.Doc.BundleId)))
	a.Want(d.Doc.DefaultCacheBehavior != nil && d.Doc.CacheBehaviorSettings != nil, "doc: defaultCacheBehavior or cacheBehaviorSettings is missing")
	a.Want(isText(aws.ToString(d.Doc.OriginPublicDNS)), "doc: originPublicDNS is not a name")
	o, w := d.Doc.Origin, d.Doc.Waf
	a.Want(w != nil && w.IsWafEnabled != nil, "doc: waf is not whole")
	a.Want(o != nil, "doc: origin is missing")
	if a.Err == nil {
		a.Name("origin.name", o.Name)
		_, region := catalogue.LookupRegion(string(o.RegionName))
		_, kind := OriginRole(resource.Kind(o.ResourceType))
		a.Want(region && kind, "doc: origin is in no region, or of a kind that has no content")
	}
	for _, e := range d.Doc.CustomErrorResponses {
		a.Want(e.ErrorCode != nil, "doc: a custom error response is for no code")
	}
}

// again is a distribution made as the actions make it, with the settings of this one.
func (d *Distribution) again() (*Distribution, error) {
	doc, o := d.Doc, d.Doc.Origin
	again := New(d.Resource, *doc.BundleId)
	again.Priv, again.Doc.ViewerMinimumTlsProtocolVersion = d.Priv, doc.ViewerMinimumTlsProtocolVersion
	again.Fill(again.SupportSuffix())
	err := again.SetOrigin(&types.InputOrigin{ProtocolPolicy: o.ProtocolPolicy, ResponseTimeout: o.ResponseTimeout, IpAddressType: o.IpAddressType},
		&resource.Resource{Name: *o.Name, Region: string(o.RegionName), Kind: resource.Kind(o.ResourceType)}, *doc.OriginPublicDNS)
	if err != nil {
		return nil, err
	}
	return again, again.Apply(Wish{
		Enabled: doc.IsEnabled, IPAddressType: doc.IpAddressType, DefaultBehavior: doc.DefaultCacheBehavior, Settings: doc.CacheBehaviorSettings,
		Behaviors: doc.CacheBehaviors, ErrorResponses: doc.CustomErrorResponses, RootObject: doc.DefaultRootObject,
		PrivateOrigin: o.IsPrivateOriginAccessEnabled, WAF: doc.Waf.IsWafEnabled, WAFRules: doc.Waf.WafRules,
	})
}

// checkLink wants the origin that the distribution names.
func checkLink(_ resource.Role, from, to *resource.Resource, doc []byte) error {
	d := &Distribution{}
	switch err := d.Open(from); {
	case err != nil:
		return err
	case string(doc) != string(resource.NoDoc):
		return errors.New("doc: there is nothing to say of an origin")
	case !d.isOrigin(to):
		return errors.New("the distribution has another origin")
	}
	return nil
}
