package home_test

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

func (u user) instances() {
	u.t.Helper()
	for _, i := range call(u, u.GetInstances, &lightsail.GetInstancesInput{}).Instances {
		u.instance(i.Name)
	}
}

func (u user) instance(name *string) {
	u.t.Helper()
	now := time.Now()
	call(u, u.GetInstance, &lightsail.GetInstanceInput{InstanceName: name, IncludeHealthStatus: new(true)})
	call(u, u.GetInstanceState, &lightsail.GetInstanceStateInput{InstanceName: name})
	call(u, u.GetInstancePortStates, &lightsail.GetInstancePortStatesInput{InstanceName: name})
	call(u, u.GetAutoSnapshots, &lightsail.GetAutoSnapshotsInput{ResourceName: name})
	call(u, u.GetInstanceAccessDetails, &lightsail.GetInstanceAccessDetailsInput{InstanceName: name, Protocol: types.InstanceAccessProtocolRdp})
	call(u, u.GetInstanceMetricData, &lightsail.GetInstanceMetricDataInput{
		InstanceName: name, MetricName: types.InstanceMetricNameCPUUtilization, Period: new(int32(300)), Unit: types.MetricUnitPercent,
		StartTime: new(now.Add(-time.Hour)), EndTime: &now, Statistics: []types.MetricStatistic{types.MetricStatisticAverage},
	})
	call(u, u.CreateInstanceSnapshot, &lightsail.CreateInstanceSnapshotInput{InstanceName: name, InstanceSnapshotName: new("fresh-" + *name)})
	call(u, u.CreateDiskSnapshot, &lightsail.CreateDiskSnapshotInput{InstanceName: name, DiskSnapshotName: new("fresh-disk-" + *name)})
	call(u, u.OpenInstancePublicPorts, &lightsail.OpenInstancePublicPortsInput{
		InstanceName: name, PortInfo: &types.PortInfo{FromPort: 8080, ToPort: 8080, Protocol: types.NetworkProtocolTcp},
	})
	call(u, u.UpdateInstanceMetadataOptions, &lightsail.UpdateInstanceMetadataOptionsInput{InstanceName: name, HttpTokens: types.HttpTokensRequired})
	call(u, u.StopInstance, &lightsail.StopInstanceInput{InstanceName: name, Force: new(true)})
	call(u, u.StartInstance, &lightsail.StartInstanceInput{InstanceName: name, AttributeUpdates: &types.InstanceAttributeUpdates{BundleId: new("auto")}})
	call(u, u.SetIpAddressType, &lightsail.SetIpAddressTypeInput{
		ResourceName: name, ResourceType: types.ResourceTypeInstance, IpAddressType: types.IpAddressTypeIpv6, AcceptBundleUpdate: new(true),
	})
	call(u, u.DisableAddOn, &lightsail.DisableAddOnInput{ResourceName: name, AddOnType: types.AddOnTypeAutoSnapshot})
}

func (u user) buckets() {
	u.t.Helper()
	for _, b := range call(u, u.GetBuckets, &lightsail.GetBucketsInput{IncludeConnectedResources: new(true)}).Buckets {
		call(u, u.GetBuckets, &lightsail.GetBucketsInput{BucketName: b.Name, IncludeCors: new(true), IncludeConnectedResources: new(true)})
		for _, k := range call(u, u.GetBucketAccessKeys, &lightsail.GetBucketAccessKeysInput{BucketName: b.Name}).AccessKeys {
			call(u, u.DeleteBucketAccessKey, &lightsail.DeleteBucketAccessKeyInput{BucketName: b.Name, AccessKeyId: k.AccessKeyId})
		}
		call(u, u.CreateBucketAccessKey, &lightsail.CreateBucketAccessKeyInput{BucketName: b.Name})
		call(u, u.UpdateBucket, &lightsail.UpdateBucketInput{
			BucketName: b.Name, Versioning: new("Suspended"), AccessRules: &types.AccessRules{AllowPublicOverrides: new(true)}, AccessLogConfig: b.AccessLogConfig,
		})
		call(u, u.UpdateBucketBundle, &lightsail.UpdateBucketBundleInput{BucketName: b.Name, BundleId: new("medium_1_0")})
		for _, access := range types.ResourceBucketAccess("").Values() {
			call(u, u.SetResourceAccessForBucket, &lightsail.SetResourceAccessForBucketInput{BucketName: b.Name, ResourceName: new("web"), Access: access})
		}
	}
}

func (u user) containers() {
	u.t.Helper()
	now := time.Now()
	for _, s := range call(u, u.GetContainerServices, &lightsail.GetContainerServicesInput{}).ContainerServices {
		name := s.ContainerServiceName
		call(u, u.GetContainerServices, &lightsail.GetContainerServicesInput{ServiceName: name})
		call(u, u.GetContainerServiceDeployments, &lightsail.GetContainerServiceDeploymentsInput{ServiceName: name})
		call(u, u.GetContainerLog, &lightsail.GetContainerLogInput{ServiceName: name, ContainerName: new("app")})
		call(u, u.GetContainerServiceMetricData, &lightsail.GetContainerServiceMetricDataInput{
			ServiceName: name, MetricName: types.ContainerServiceMetricNameCPUUtilization, StartTime: new(now.Add(-time.Hour)), EndTime: &now,
			Period: new(int32(300)), Statistics: []types.MetricStatistic{types.MetricStatisticAverage},
		})
		image := call(u, u.RegisterContainerImage, &lightsail.RegisterContainerImageInput{
			ServiceName: name, Label: new("app"), Digest: new("sha256:" + strings.Repeat("0", 64)),
		})
		for _, i := range call(u, u.GetContainerImages, &lightsail.GetContainerImagesInput{ServiceName: name}).ContainerImages {
			call(u, u.DeleteContainerImage, &lightsail.DeleteContainerImageInput{ServiceName: name, Image: i.Image})
		}
		if image.ContainerImage != nil {
			call(u, u.CreateContainerServiceDeployment, &lightsail.CreateContainerServiceDeploymentInput{
				ServiceName: name, Containers: map[string]types.Container{"app": {Image: image.ContainerImage.Image}, "b": {Image: new("nginx")}},
			})
		}
		call(u, u.CreateContainerServiceDeployment, &lightsail.CreateContainerServiceDeploymentInput{
			ServiceName: name, Containers: map[string]types.Container{"b": {Image: new("nginx")}},
		})
		call(u, u.UpdateContainerService, &lightsail.UpdateContainerServiceInput{ServiceName: name, IsDisabled: new(true)})
		call(u, u.DeleteContainerService, &lightsail.DeleteContainerServiceInput{ServiceName: name})
	}
}

func (u user) disks() {
	u.t.Helper()
	for _, d := range call(u, u.GetDisks, &lightsail.GetDisksInput{}).Disks {
		call(u, u.GetDisk, &lightsail.GetDiskInput{DiskName: d.Name})
		call(u, u.GetAutoSnapshots, &lightsail.GetAutoSnapshotsInput{ResourceName: d.Name})
		call(u, u.CreateDiskSnapshot, &lightsail.CreateDiskSnapshotInput{DiskName: d.Name, DiskSnapshotName: new("fresh-" + *d.Name)})
		call(u, u.DetachDisk, &lightsail.DetachDiskInput{DiskName: d.Name})
		call(u, u.EnableAddOn, &lightsail.EnableAddOnInput{ResourceName: d.Name, AddOnRequest: &types.AddOnRequest{
			AddOnType: types.AddOnTypeAutoSnapshot, AutoSnapshotAddOnRequest: &types.AutoSnapshotAddOnRequest{SnapshotTimeOfDay: new("07:00")},
		}})
	}
}

func (u user) snapshots() {
	u.t.Helper()
	for _, s := range call(u, u.GetDiskSnapshots, &lightsail.GetDiskSnapshotsInput{}).DiskSnapshots {
		call(u, u.GetDiskSnapshot, &lightsail.GetDiskSnapshotInput{DiskSnapshotName: s.Name})
		call(u, u.ExportSnapshot, &lightsail.ExportSnapshotInput{SourceSnapshotName: s.Name})
	}
	for _, s := range call(u, u.GetInstanceSnapshots, &lightsail.GetInstanceSnapshotsInput{}).InstanceSnapshots {
		call(u, u.GetInstanceSnapshot, &lightsail.GetInstanceSnapshotInput{InstanceSnapshotName: s.Name})
		call(u, u.CreateInstancesFromSnapshot, &lightsail.CreateInstancesFromSnapshotInput{
			InstanceSnapshotName: s.Name, InstanceNames: []string{"from-" + *s.Name}, AvailabilityZone: s.Location.AvailabilityZone, BundleId: new("xlarge_3_0"),
			KeyPairName: new("laptop"),
		})
		call(u, u.ExportSnapshot, &lightsail.ExportSnapshotInput{SourceSnapshotName: s.Name})
	}
}

// records uses the records of exports, which stay.
func (u user) records() {
	u.t.Helper()
	for _, r := range call(u, u.GetExportSnapshotRecords, &lightsail.GetExportSnapshotRecordsInput{}).ExportSnapshotRecords {
		call(u, u.CreateCloudFormationStack, &lightsail.CreateCloudFormationStackInput{Instances: []types.InstanceEntry{{
			AvailabilityZone: new("us-east-1a"), InstanceType: new("t2.micro"), PortInfoSource: types.PortInfoSourceTypeDefault, SourceName: r.Name,
		}}})
	}
	call(u, u.GetCloudFormationStackRecords, &lightsail.GetCloudFormationStackRecordsInput{})
}

func (u user) rest() {
	u.t.Helper()
	for _, ip := range call(u, u.GetStaticIps, &lightsail.GetStaticIpsInput{}).StaticIps {
		call(u, u.GetStaticIp, &lightsail.GetStaticIpInput{StaticIpName: ip.Name})
	}
	for _, p := range call(u, u.GetKeyPairs, &lightsail.GetKeyPairsInput{IncludeDefaultKeyPair: new(true)}).KeyPairs {
		call(u, u.GetKeyPair, &lightsail.GetKeyPairInput{KeyPairName: p.Name})
	}
}

// deleteAll deletes what can be deleted.
func (u user) deleteAll() {
	u.t.Helper()
	for _, i := range call(u, u.GetInstances, &lightsail.GetInstancesInput{}).Instances {
		call(u, u.DeleteInstance, &lightsail.DeleteInstanceInput{InstanceName: i.Name, ForceDeleteAddOns: new(true)})
	}
	for _, b := range call(u, u.GetBuckets, &lightsail.GetBucketsInput{}).Buckets {
		call(u, u.DeleteBucket, &lightsail.DeleteBucketInput{BucketName: b.Name, ForceDelete: new(true)})
	}
	for _, d := range call(u, u.GetDisks, &lightsail.GetDisksInput{}).Disks {
		call(u, u.DeleteDisk, &lightsail.DeleteDiskInput{DiskName: d.Name, ForceDeleteAddOns: new(true)})
	}
	for _, s := range call(u, u.GetDiskSnapshots, &lightsail.GetDiskSnapshotsInput{}).DiskSnapshots {
		call(u, u.DeleteDiskSnapshot, &lightsail.DeleteDiskSnapshotInput{DiskSnapshotName: s.Name})
	}
	for _, s := range call(u, u.GetInstanceSnapshots, &lightsail.GetInstanceSnapshotsInput{}).InstanceSnapshots {
		call(u, u.DeleteInstanceSnapshot, &lightsail.DeleteInstanceSnapshotInput{InstanceSnapshotName: s.Name})
	}
	for _, ip := range call(u, u.GetStaticIps, &lightsail.GetStaticIpsInput{}).StaticIps {
		call(u, u.DetachStaticIp, &lightsail.DetachStaticIpInput{StaticIpName: ip.Name})
		call(u, u.ReleaseStaticIp, &lightsail.ReleaseStaticIpInput{StaticIpName: ip.Name})
	}
	for _, p := range call(u, u.GetKeyPairs, &lightsail.GetKeyPairsInput{IncludeDefaultKeyPair: new(true)}).KeyPairs {
		call(u, u.DeleteKeyPair, &lightsail.DeleteKeyPairInput{KeyPairName: p.Name, ExpectedFingerprint: p.Fingerprint})
	}
}
