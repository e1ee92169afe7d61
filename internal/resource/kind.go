// Package resource holds what all Lightsail resources share: their kinds, ARNs,
// support codes, locations, and the rules for names and tags.
//
// It knows no action and no storage; a Resource is a plain value.
package resource

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/policy"
	"github.com/lanyard-cloud/lanyard/internal/quota"
	"github.com/lanyard-cloud/lanyard/internal/seal"
)

// Kind is a type of resource. Its text is AWS's ResourceType, which is also the
// type in the ARN.
type Kind string

// The kinds of the Service Authorization Reference.
const (
	Alarm                      = Kind(types.ResourceTypeAlarm)
	Bucket                     = Kind(types.ResourceTypeBucket)
	Certificate                = Kind(types.ResourceTypeCertificate)
	CloudFormationStackRecord  = Kind(types.ResourceTypeCloudFormationStackRecord)
	ContactMethod              = Kind(types.ResourceTypeContactMethod)
	ContainerService           = Kind(types.ResourceTypeContainerService)
	Disk                       = Kind(types.ResourceTypeDisk)
	DiskSnapshot               = Kind(types.ResourceTypeDiskSnapshot)
	Distribution               = Kind(types.ResourceTypeDistribution)
	Domain                     = Kind(types.ResourceTypeDomain)
	ExportSnapshotRecord       = Kind(types.ResourceTypeExportSnapshotRecord)
	Instance                   = Kind(types.ResourceTypeInstance)
	InstanceSnapshot           = Kind(types.ResourceTypeInstanceSnapshot)
	KeyPair                    = Kind(types.ResourceTypeKeyPair)
	LoadBalancer               = Kind(types.ResourceTypeLoadBalancer)
	LoadBalancerTLSCertificate = Kind(types.ResourceTypeLoadBalancerTlsCertificate)
	PeeredVPC                  = Kind(types.ResourceTypePeeredVpc)
	RelationalDatabase         = Kind(types.ResourceTypeRelationalDatabase)
	RelationalDatabaseSnapshot = Kind(types.ResourceTypeRelationalDatabaseSnapshot)
	StaticIP                   = Kind(types.ResourceTypeStaticIp)
	Subdomain                  = Kind(types.ResourceTypeSubdomain)
	// SubdomainClaim is Lanyard's own: what an account has of a top-level subdomain before, beside and after the subdomains
	// that it has created there.
	SubdomainClaim Kind = "SubdomainClaim"
)

// traits is what sets a kind apart from the others.
type traits struct {
	// member is the input member that names a resource of this kind.
	member string
	// untagged kinds have no tags (Service Authorization Reference: no
	// aws:ResourceTag condition key).
	untagged bool
	// global kinds carry the region "global" in ARN and location. Distributions do not:
	// they have their region's ARNs (acceptance test of Terraform's AWS provider).
	global bool
	// onlyIn is the one region that serves the kind; "" if all do.
	onlyIn string
	// quotas bound how many there may be.
	quotas []Quota
	// missing is what AWS says in an InvalidInputException if there is no resource of a name;
	// "" for kinds that have a NotFoundException.
	missing string
	// scope is where a name is unique.
	scope nameScope
	// secrets are the sealed members of private documents.
	secrets []Secret
	// normal gives a name the form in which it is stored; nil if any form is.
	normal func(name string) string
	// engine says that an engine has what resources of the kind stand for.
	engine bool
	// shape is the shape of the API model that names of the kind have; "" stands for ResourceName.
	shape string
	// codeless says that exceptions of the actions on the kind have no code.
	codeless bool
	// hidden kinds are Lanyard's own: no call finds one by its name.
	hidden bool
}

// nameScope is where the names of a kind are unique. The zero scope is an account in a
// region, with all kinds together.
type nameScope int

const (
	// own names are unique among those of the kind in an account and a region.
	own nameScope = iota + 1
	// worldwide names are also unique over all accounts and regions.
	worldwide
	// ownWorldwide names are unique over all accounts and regions, in a namespace of the kind.
	ownWorldwide
)

// homeRegion is the one region that serves domains, distributions and subdomains.
const homeRegion = "us-east-1"

// noDistribution is what AWS says of a distribution that does not exist (AWS's CloudFormation
// provider).
const noDistribution = "Requested resource not found"

var kinds = map[Kind]traits{
	Alarm: {member: "alarmName"},
	Bucket: {
		member: "bucketName", scope: worldwide,
		quotas:  []Quota{{Name: quota.Buckets, PerAccount: true, Refusal: tooManyBuckets}},
		secrets: []Secret{{BucketSecrets[0], seal.BucketKeySecret}, {BucketSecrets[1], seal.BucketKeySecret}},
	},
	Certificate: {
		member: "certificateName",
		quotas: []Quota{{Name: quota.Certificates, Refusal: tooManyCertificates}, certificatesPerYear},
	},
	CloudFormationStackRecord: {untagged: true},
	ContactMethod:             {member: "protocol", scope: own},
	// Clients print a code in place of the exception's name, and Terraform providers look for the
	// name: so there is no code.
	ContainerService: {
		member: "serviceName", shape: "ContainerServiceName", codeless: true,
		quotas: []Quota{{Name: quota.ContainerServices, Refusal: tooManyContainerServices}},
	},
	Disk: {
		member: "diskName",
		quotas: []Quota{{Name: quota.Disks, Refusal: "You've reached the limit of disks in this account."}},
	},
	DiskSnapshot: {member: "diskSnapshotName"},
	Distribution: {
		member: "distributionName", onlyIn: homeRegion, missing: noDistribution,
		quotas: []Quota{{Name: quota.Distributions, PerAccount: true, What: "Distributions"}},
	},
	Domain: {
		member: "domainName", global: true, onlyIn: homeRegion, normal: normalDomain,
		quotas: []Quota{{Name: quota.Domains, PerAccount: true, What: "Domains"}},
	},
	ExportSnapshotRecord: {untagged: true},
	Instance: {
		member: "instanceName", quotas: []Quota{{Name: quota.Instances, What: "Instances"}},
		secrets: []Secret{{FirstSecret, seal.InstanceKeys}},
	},
	InstanceSnapshot: {member: "instanceSnapshotName"},
	KeyPair:          {member: "keyPairName", secrets: []Secret{{FirstSecret, seal.KeyPairPrivate}}},
	LoadBalancer: {
		member: "loadBalancerName", quotas: []Quota{{Name: quota.LoadBalancers, What: "Load Balancers"}},
	},
	LoadBalancerTLSCertificate: {member: "certificateName", untagged: true, quotas: []Quota{certificatesPerYear}},
	// AWS names it, and lists it nowhere.
	PeeredVPC: {untagged: true, scope: own},
	RelationalDatabase: {
		member: "relationalDatabaseName", engine: true, quotas: []Quota{{Name: quota.Databases, What: "Databases"}},
		secrets: []Secret{
			{DatabasePasswords[0], seal.DatabasePassword}, {DatabasePasswords[1], seal.DatabasePassword}, {DatabasePasswords[2], seal.DatabasePassword},
		},
	},
	RelationalDatabaseSnapshot: {member: "relationalDatabaseSnapshotName"},
	StaticIP:                   {member: "staticIpName", quotas: []Quota{{Name: quota.StaticIPs, What: "Static IPs"}}},
	Subdomain: {
		member: "subdomainName", onlyIn: homeRegion, scope: own,
		quotas: []Quota{{Name: quota.Subdomains, PerAccount: true, What: "Subdomains"}},
	},
	SubdomainClaim: {untagged: true, onlyIn: homeRegion, scope: ownWorldwide, hidden: true},
}

// NameMember is the input member that names a resource of this kind, or "" for
// kinds that only AWS names.
func (k Kind) NameMember() string { return kinds[k].member }

// Normal is a name of the kind as it is stored.
func (k Kind) Normal(name string) string {
	if normal := kinds[k].normal; normal != nil {
		return normal(name)
	}
	return name
}

// normalDomain knows that the case of ASCII letters and a final dot make no difference in DNS.
func normalDomain(name string) string { return policy.Fold(strings.TrimSuffix(name, ".")) }

// Reserved is the kind that a name is kept for, and what people call its resources; both
// are "" if any kind may have the name.
func Reserved(name string) (kind Kind, plural string) {
	if name == DefaultKeyPairName {
		return KeyPair, "key pairs"
	}
	return "", ""
}

// NameShape is the shape of the API model that names of the kind have.
func (k Kind) NameShape() string { return cmp.Or(kinds[k].shape, "ResourceName") }

// Codeless reports whether exceptions of the actions on the kind have no code.
func (k Kind) Codeless() bool { return kinds[k].codeless }

// OnlyIn is the one region that serves the kind, or "" if all do.
func (k Kind) OnlyIn() string { return kinds[k].onlyIn }

// Missing is what AWS says in an InvalidInputException if there is no resource of a name;
// "" for kinds that have a NotFoundException.
func (k Kind) Missing() string { return kinds[k].missing }

// Space is the namespace of the kind within an account and a region: "" is the one that most
// kinds share.
func (k Kind) Space() string {
	if scope := kinds[k].scope; scope == own || scope == ownWorldwide {
		return string(k)
	}
	return ""
}

// Worldwide reports whether a name of the kind is unique over all accounts and regions.
func (k Kind) Worldwide() bool { return kinds[k].scope == worldwide || kinds[k].scope == ownWorldwide }

// Hidden reports whether the kind is Lanyard's own: no call finds a resource of it by its name.
func (k Kind) Hidden() bool { return kinds[k].hidden }

// Kinds returns all kinds in order.
func Kinds() []Kind { return slices.Sorted(maps.Keys(kinds)) }

// Taggable reports whether TagResource accepts the kind.
func (k Kind) Taggable() bool {
	t, known := kinds[k]
	return known && !t.untagged
}
