package model

import "github.com/aws/aws-sdk-go-v2/service/lightsail/types"

// Access is a row of the Service Authorization Reference for Lightsail (state of
// 2026-08-22): what an action is authorized on, and with which tag conditions.
type Access struct {
	// Write tells actions of the levels Write and Tagging from those of Read.
	Write bool
	// Required resource types must all be allowed. Of the optional ones, those count
	// that the request names. An action with neither is authorized on "*".
	Required, Optional []types.ResourceType
	// RequestTags: aws:RequestTag/key and aws:TagKeys describe the request; TagKeys:
	// only aws:TagKeys does.
	RequestTags, TagKeys bool
}

// The resource types of the table.
const (
	alarm                      = types.ResourceTypeAlarm
	bucket                     = types.ResourceTypeBucket
	certificate                = types.ResourceTypeCertificate
	contactMethod              = types.ResourceTypeContactMethod
	containerService           = types.ResourceTypeContainerService
	disk                       = types.ResourceTypeDisk
	diskSnapshot               = types.ResourceTypeDiskSnapshot
	distribution               = types.ResourceTypeDistribution
	domain                     = types.ResourceTypeDomain
	instance                   = types.ResourceTypeInstance
	instanceSnapshot           = types.ResourceTypeInstanceSnapshot
	keyPair                    = types.ResourceTypeKeyPair
	loadBalancer               = types.ResourceTypeLoadBalancer
	relationalDatabase         = types.ResourceTypeRelationalDatabase
	relationalDatabaseSnapshot = types.ResourceTypeRelationalDatabaseSnapshot
	staticIP                   = types.ResourceTypeStaticIp
	subdomain                  = types.ResourceTypeSubdomain
)

type kinds = []types.ResourceType

// taggable are the resource types of TagResource and UntagResource.
var taggable = kinds{
	alarm, bucket, certificate, contactMethod, containerService, disk,
	diskSnapshot, distribution, domain, instance, instanceSnapshot, keyPair,
	loadBalancer, relationalDatabase, relationalDatabaseSnapshot, staticIP, subdomain,
}

// accessTable has a row for every action of the SDK. Those of GetProfile and of the actions on subdomains are
// newer than the reference: what they have here is what actions of their sort have. That
// CheckSubdomainAvailability is of the level Write follows from its reservations.
var accessTable = map[string]Access{
	"AllocateStaticIp":                        {Write: true},
	"AttachCertificateToDistribution":         {Write: true, Required: kinds{certificate, distribution}},
	"AttachDisk":                              {Write: true, Required: kinds{disk}},
	"AttachInstancesToLoadBalancer":           {Write: true, Required: kinds{loadBalancer}},
	"AttachLoadBalancerTlsCertificate":        {Write: true, Required: kinds{loadBalancer}},
	"AttachStaticIp":                          {Write: true, Required: kinds{instance, staticIP}},
	"CheckSubdomainAvailability":              {Write: true},
	"CloseInstancePublicPorts":                {Write: true, Required: kinds{instance}},
	"CopySnapshot":                            {Write: true},
	"CreateBucket":                            {Write: true, RequestTags: true},
	"CreateBucketAccessKey":                   {Write: true, Required: kinds{bucket}},
	"CreateCertificate":                       {Write: true, RequestTags: true},
	"CreateCloudFormationStack":               {Write: true},
	"CreateContactMethod":                     {Write: true, RequestTags: true},
	"CreateContainerService":                  {Write: true, RequestTags: true},
	"CreateContainerServiceDeployment":        {Write: true, Required: kinds{containerService}},
	"CreateContainerServiceRegistryLogin":     {Write: true},
	"CreateDisk":                              {Write: true, RequestTags: true},
	"CreateDiskFromSnapshot":                  {Write: true, Required: kinds{diskSnapshot}, RequestTags: true},
	"CreateDiskSnapshot":                      {Write: true, Optional: kinds{disk, instance}, RequestTags: true},
	"CreateDistribution":                      {Write: true, RequestTags: true},
	"CreateDomain":                            {Write: true, RequestTags: true},
	"CreateDomainEntry":                       {Write: true, Required: kinds{domain}},
	"CreateGUISessionAccessDetails":           {Write: true, Required: kinds{instance}},
	"CreateInstanceSnapshot":                  {Write: true, Required: kinds{instance}, RequestTags: true},
	"CreateInstances":                         {Write: true, RequestTags: true},
	"CreateInstancesFromSnapshot":             {Write: true, Required: kinds{instanceSnapshot}, RequestTags: true},
	"CreateKeyPair":                           {Write: true, RequestTags: true},
	"CreateLoadBalancer":                      {Write: true, RequestTags: true},
	"CreateLoadBalancerTlsCertificate":        {Write: true, Required: kinds{loadBalancer}},
	"CreateRelationalDatabase":                {Write: true, RequestTags: true},
	"CreateRelationalDatabaseFromSnapshot":    {Write: true, Required: kinds{relationalDatabaseSnapshot}, RequestTags: true},
	"CreateRelationalDatabaseSnapshot":        {Write: true, RequestTags: true},
	"CreateSubdomain":                         {Write: true, RequestTags: true},
	"DeleteAlarm":                             {Write: true, Required: kinds{alarm}},
	"DeleteAutoSnapshot":                      {Write: true},
	"DeleteBucket":                            {Write: true, Required: kinds{bucket}},
	"DeleteBucketAccessKey":                   {Write: true, Required: kinds{bucket}},
	"DeleteCertificate":                       {Write: true, Required: kinds{certificate}},
	"DeleteContactMethod":                     {Write: true},
	"DeleteContainerImage":                    {Write: true, Required: kinds{containerService}},
	"DeleteContainerService":                  {Write: true, Required: kinds{containerService}},
	"DeleteDisk":                              {Write: true, Required: kinds{disk}},
	"DeleteDiskSnapshot":                      {Write: true, Required: kinds{diskSnapshot}},
	"DeleteDistribution":                      {Write: true, Required: kinds{distribution}},
	"DeleteDomain":                            {Write: true, Required: kinds{domain}},
	"DeleteDomainEntry":                       {Write: true, Required: kinds{domain}},
	"DeleteInstance":                          {Write: true, Required: kinds{instance}},
	"DeleteInstanceSnapshot":                  {Write: true, Required: kinds{instanceSnapshot}},
	"DeleteKeyPair":                           {Write: true, Required: kinds{keyPair}},
	"DeleteKnownHostKeys":                     {Write: true, Required: kinds{instance}},
	"DeleteLoadBalancer":                      {Write: true, Required: kinds{loadBalancer}},
	"DeleteLoadBalancerTlsCertificate":        {Write: true, Required: kinds{loadBalancer}},
	"DeleteRelationalDatabase":                {Write: true, Required: kinds{relationalDatabase}},
	"DeleteRelationalDatabaseSnapshot":        {Write: true, Required: kinds{relationalDatabaseSnapshot}},
	"DeleteSubdomain":                         {Write: true, Required: kinds{subdomain}},
	"DetachCertificateFromDistribution":       {Write: true, Required: kinds{distribution}},
	"DetachDisk":                              {Write: true, Required: kinds{disk}},
	"DetachInstancesFromLoadBalancer":         {Write: true, Required: kinds{loadBalancer}},
	"DetachStaticIp":                          {Write: true, Required: kinds{staticIP}},
	"DisableAddOn":                            {Write: true},
	"DownloadDefaultKeyPair":                  {Write: true},
	"EnableAddOn":                             {Write: true},
	"ExportSnapshot":                          {Write: true, Optional: kinds{diskSnapshot, instanceSnapshot}},
	"GetActiveNames":                          {},
	"GetAlarms":                               {},
	"GetAutoSnapshots":                        {},
	"GetBlueprints":                           {},
	"GetBucketAccessKeys":                     {},
	"GetBucketBundles":                        {},
	"GetBucketMetricData":                     {},
	"GetBuckets":                              {},
	"GetBundles":                              {},
	"GetCertificates":                         {},
	"GetCloudFormationStackRecords":           {},
	"GetContactMethods":                       {},
	"GetContainerAPIMetadata":                 {},
	"GetContainerImages":                      {},
	"GetContainerLog":                         {},
	"GetContainerServiceDeployments":          {},
	"GetContainerServiceMetricData":           {},
	"GetContainerServicePowers":               {},
	"GetContainerServices":                    {},
	"GetCostEstimate":                         {Optional: kinds{disk, instance}},
	"GetDisk":                                 {},
	"GetDiskSnapshot":                         {},
	"GetDiskSnapshots":                        {},
	"GetDisks":                                {},
	"GetDistributionBundles":                  {},
	"GetDistributionLatestCacheReset":         {},
	"GetDistributionMetricData":               {},
	"GetDistributions":                        {},
	"GetDomain":                               {},
	"GetDomains":                              {},
	"GetExportSnapshotRecords":                {},
	"GetInstance":                             {},
	"GetInstanceAccessDetails":                {Write: true, Required: kinds{instance}},
	"GetInstanceMetricData":                   {},
	"GetInstancePortStates":                   {},
	"GetInstanceSnapshot":                     {},
	"GetInstanceSnapshots":                    {},
	"GetInstanceState":                        {},
	"GetInstances":                            {},
	"GetKeyPair":                              {},
	"GetKeyPairs":                             {},
	"GetLoadBalancer":                         {},
	"GetLoadBalancerMetricData":               {},
	"GetLoadBalancerTlsCertificates":          {},
	"GetLoadBalancerTlsPolicies":              {},
	"GetLoadBalancers":                        {},
	"GetOperation":                            {},
	"GetOperations":                           {},
	"GetOperationsForResource":                {},
	"GetProfile":                              {},
	"GetRegions":                              {},
	"GetRelationalDatabase":                   {},
	"GetRelationalDatabaseBlueprints":         {},
	"GetRelationalDatabaseBundles":            {},
	"GetRelationalDatabaseEvents":             {},
	"GetRelationalDatabaseLogEvents":          {},
	"GetRelationalDatabaseLogStreams":         {},
	"GetRelationalDatabaseMasterUserPassword": {Write: true, Required: kinds{relationalDatabase}},
	"GetRelationalDatabaseMetricData":         {},
	"GetRelationalDatabaseParameters":         {},
	"GetRelationalDatabaseSnapshot":           {},
	"GetRelationalDatabaseSnapshots":          {},
	"GetRelationalDatabases":                  {},
	"GetSetupHistory":                         {Optional: kinds{instance}},
	"GetStaticIp":                             {},
	"GetStaticIps":                            {},
	"GetSubdomains":                           {},
	"ImportKeyPair":                           {Write: true},
	"IsVpcPeered":                             {},
	"OpenInstancePublicPorts":                 {Write: true, Required: kinds{instance}},
	"PeerVpc":                                 {Write: true},
	"PutAlarm":                                {Write: true, Required: kinds{alarm}, RequestTags: true},
	"PutInstancePublicPorts":                  {Write: true, Required: kinds{instance}},
	"RebootInstance":                          {Write: true, Required: kinds{instance}},
	"RebootRelationalDatabase":                {Write: true, Required: kinds{relationalDatabase}},
	"RegisterContainerImage":                  {Write: true, Required: kinds{containerService}},
	"ReleaseStaticIp":                         {Write: true, Required: kinds{staticIP}},
	"ResetDistributionCache":                  {Write: true, Required: kinds{distribution}},
	"SendContactMethodVerification":           {Write: true},
	"SetIpAddressType":                        {Write: true, Optional: kinds{distribution, instance, loadBalancer}},
	"SetResourceAccessForBucket":              {Write: true, Required: kinds{bucket, instance}},
	"SetupInstanceHttps":                      {Write: true, Required: kinds{instance}},
	"StartGUISession":                         {Write: true, Required: kinds{instance}},
	"StartInstance":                           {Write: true, Required: kinds{instance}},
	"StartRelationalDatabase":                 {Write: true, Required: kinds{relationalDatabase}},
	"StopGUISession":                          {Write: true, Required: kinds{instance}},
	"StopInstance":                            {Write: true, Required: kinds{instance}},
	"StopRelationalDatabase":                  {Write: true, Required: kinds{relationalDatabase}},
	"TagResource":                             {Write: true, Optional: taggable, RequestTags: true},
	"TestAlarm":                               {Write: true, Required: kinds{alarm}},
	"UnpeerVpc":                               {Write: true},
	"UntagResource":                           {Write: true, Optional: taggable, TagKeys: true},
	"UpdateBucket":                            {Write: true, Required: kinds{bucket}},
	"UpdateBucketBundle":                      {Write: true, Required: kinds{bucket}},
	"UpdateContainerService":                  {Write: true, Required: kinds{containerService}},
	"UpdateDistribution":                      {Write: true, Required: kinds{distribution}},
	"UpdateDistributionBundle":                {Write: true, Required: kinds{distribution}},
	"UpdateDomainEntry":                       {Write: true, Required: kinds{domain}},
	"UpdateInstanceMetadataOptions":           {Write: true, Required: kinds{instance}},
	"UpdateLoadBalancerAttribute":             {Write: true, Required: kinds{loadBalancer}},
	"UpdateRelationalDatabase":                {Write: true, Required: kinds{relationalDatabase}},
	"UpdateRelationalDatabaseParameters":      {Write: true, Required: kinds{relationalDatabase}},
	"UpdateSubdomainAssociation":              {Write: true, Required: kinds{subdomain}},
}

// LookupAccess finds an action's row; every action of the SDK has one.
func LookupAccess(action string) (Access, bool) {
	row, ok := accessTable[action]
	return row, ok
}
