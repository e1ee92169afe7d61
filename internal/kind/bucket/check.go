package bucket

import (
	"errors"
	"regexp"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/kind/audit"
	"github.com/lanyard-cloud/lanyard/internal/model"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

var (
	keyID     = regexp.MustCompile(`\AAKIA[A-Z2-7]{16}\z`)
	keySecret = regexp.MustCompile(`\A[A-Za-z0-9+/]{40}\z`)
)

// Stored is how an import checks buckets.
func Stored() resource.StoredKinds {
	return resource.StoredKinds{resource.Bucket: {
		Check: check, Secrets: secrets, CheckSecret: checkSecret, Bare: removeKeys, CheckLinks: checkLink,
		Classes: []resource.Class{BundlesOver.Class},
	}}
}

func check(r *resource.Resource) (claims resource.Claims, err error) {
	b := &Bucket{}
	if err := b.Open(r); err != nil {
		return claims, err
	}
	var a audit.Audit
	a.Envelope(b, b.SupportSuffix())
	a.Everywhere(r)
	a.Want(isName(r.Name), "the name %q is not that of a bucket", audit.Shorten(r.Name))
	a.Want(aws.ToString(b.Doc.ResourceType) == string(resource.Bucket), "doc: resourceType is not the resource's kind")
	_, known := catalogue.LookupBucketBundle(aws.ToString(b.Doc.BundleId))
	a.Want(known, "doc: unknown bundle %q", audit.Shorten(aws.ToString(b.Doc.BundleId)))
	b.checkSettings(&a)
	b.checkKeys(&a)
	for _, k := range b.Priv.AccessKeys {
		claims.Keys = append(claims.Keys, k.ID)
	}
	return claims, a.Repack(b)
}

func isName(name string) bool { return model.Constraints("BucketName").Match(name) }

func (b *Bucket) checkSettings(a *audit.Audit) {
	versionings := []string{enabled, suspended, neverEnabled}
	a.Want(slices.Contains(versionings, aws.ToString(b.Doc.ObjectVersioning)), "doc: unknown objectVersioning")
	rules := b.Doc.AccessRules
	a.Want(rules != nil && rules.AllowPublicOverrides != nil && slices.Contains(types.AccessType("").Values(), rules.GetObject),
		"doc: accessRules are not whole")
	a.Want(refuseReaders(b.Doc.ReadonlyAccessAccounts) == "", "doc: readonlyAccessAccounts are not account IDs")
	log := b.Doc.AccessLogConfig
	a.Want(log != nil && log.Enabled != nil, "doc: accessLogConfig is missing")
	if a.Err == nil && *log.Enabled {
		a.Want(isName(aws.ToString(log.Destination)), "doc: the destination of the access log is not the name of a bucket")
	} else if a.Err == nil {
		a.Want(log.Destination == nil && log.Prefix == nil, "doc: an access log that is not kept has a destination or a prefix")
	}
	cors := b.Doc.Cors
	a.Want(cors == nil || len(cors.Rules) > 0 && refuseCORS(cors) == "", "doc: cors is not a valid configuration")
}

func (b *Bucket) checkKeys(a *audit.Audit) {
	a.Moment("bundleChanged", b.Priv.BundleChanged)
	a.Want(len(b.Priv.AccessKeys) <= maxAccessKeys, "priv: there are more than %d access keys", maxAccessKeys)
	seen := map[string]bool{}
	for _, k := range b.Priv.AccessKeys {
		a.Want(keyID.MatchString(k.ID), "priv: the id of an access key is not valid")
		a.Want(!k.Created.IsZero(), "priv: an access key has no time")
		a.Moment("created of an access key", k.Created)
		a.Want(slices.Contains(resource.BucketSecrets[:], k.Secret) && !seen[k.Secret] && !seen[k.ID], "priv: two access keys have one secret or id")
		seen[k.Secret], seen[k.ID] = true, true
	}
}

// secrets are those of the access keys.
func secrets(r *resource.Resource) (members []string) {
	b := &Bucket{}
	if b.Open(r) != nil {
		return nil
	}
	for _, k := range b.Priv.AccessKeys {
		members = append(members, k.Secret)
	}
	return members
}

// removeKeys removes the access keys: they open nothing without their secrets.
func removeKeys(r *resource.Resource) error {
	b := &Bucket{}
	if err := b.Open(r); err != nil {
		return err
	}
	b.Priv.AccessKeys = nil
	return b.Pack()
}

func checkSecret(_ *resource.Resource, _ string, plain []byte) error {
	if !keySecret.Match(plain) {
		return errors.New("it is not the secret of an access key")
	}
	return nil
}

// checkLink wants a link without details: an instance has access to a bucket, or not.
func checkLink(_ resource.Role, _, _ *resource.Resource, doc []byte) error {
	if string(doc) != string(resource.NoDoc) {
		return errors.New("doc: there is nothing to say of access to a bucket")
	}
	return nil
}
