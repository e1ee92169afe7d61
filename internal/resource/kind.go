// Package resource holds what all Lightsail resources share: their kinds, ARNs,
// support codes, locations, and the rules for names and tags.
//
// It knows no action and no storage; a Resource is a plain value.
package resource

import "github.com/aws/aws-sdk-go-v2/service/lightsail/types"

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
	RelationalDatabase         = Kind(types.ResourceTypeRelationalDatabase)
	RelationalDatabaseSnapshot = Kind(types.ResourceTypeRelationalDatabaseSnapshot)
	StaticIP                   = Kind(types.ResourceTypeStaticIp)
)

// traits is what sets a kind apart from the others.
type traits struct {
	// member is the input member that names a resource of this kind.
	member string
	// untagged kinds have no tags (Service Authorization Reference: no
	// aws:ResourceTag condition key).
	untagged bool
	// global kinds carry the region "global" in ARN and location, and live in
	// us-east-1's namespace. Distributions live there, too, but have that region's ARNs
	// (acceptance test of Terraform's AWS provider).
	global bool
}

var kinds = map[Kind]traits{
	Alarm:                      {member: "alarmName"},
	Bucket:                     {member: "bucketName"},
	Certificate:                {member: "certificateName"},
	CloudFormationStackRecord:  {untagged: true},
	ContactMethod:              {member: "protocol"},
	ContainerService:           {member: "serviceName"},
	Disk:                       {member: "diskName"},
	DiskSnapshot:               {member: "diskSnapshotName"},
	Distribution:               {member: "distributionName"},
	Domain:                     {member: "domainName", global: true},
	ExportSnapshotRecord:       {untagged: true},
	Instance:                   {member: "instanceName"},
	InstanceSnapshot:           {member: "instanceSnapshotName"},
	KeyPair:                    {member: "keyPairName"},
	LoadBalancer:               {member: "loadBalancerName"},
	LoadBalancerTLSCertificate: {member: "certificateName", untagged: true},
	RelationalDatabase:         {member: "relationalDatabaseName"},
	RelationalDatabaseSnapshot: {member: "relationalDatabaseSnapshotName"},
	StaticIP:                   {member: "staticIpName"},
}

// NameMember is the input member that names a resource of this kind, or "" for
// kinds that only AWS names.
func (k Kind) NameMember() string { return kinds[k].member }

// Taggable tells whether TagResource accepts the kind.
func (k Kind) Taggable() bool {
	t, known := kinds[k]
	return known && !t.untagged
}
