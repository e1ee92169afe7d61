// Package compute holds the actions about what AWS builds on EC2: instances, disks, their
// snapshots, static IPs, firewalls and add-ons.
//
// They are one package, since each changes what the others show. Package kind/instance says
// what their documents hold. The package starts and stops nothing: runtime/instance does.
package compute

import (
	"io"
	"slices"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/families/keypair"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/metric"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/seal"
)

// Deps is what the family works with. All of it is required.
type Deps struct {
	// KeyPairs gives new instances the default key pair.
	KeyPairs *keypair.Family
	// Sealer seals the secrets of instances.
	Sealer *seal.Sealer
	// Network is where addresses of instances come from.
	Network Network
	// Rand is the source of addresses.
	Rand io.Reader
}

// Family makes instances and what belongs to them.
type Family struct{ d Deps }

// New returns the family.
func New(d Deps) *Family { return &Family{d} }

// Declare returns what the family has.
func (f *Family) Declare() api.Family {
	return api.Family{
		Actions: slices.Concat(f.instances(), f.storage(), snapshots(), network(), guiSessions()), Kinds: instance.Stored(), Costs: costs(),
		Roles: map[resource.Role]api.Role{
			resource.AttachedDisk:     {Blocked: diskBlocked, Missing: notDetachable, Ended: diskEnded},
			resource.AttachedStaticIP: {Missing: staticIPMissing, Ended: f.staticIPEnded},
		},
		Metrics:        metric.Sources{resource.Instance: instanceSeries},
		IPAddressTypes: map[resource.Kind]api.SetIPAddressType{resource.Instance: f.setIPAddressType},
	}
}

func costs() map[resource.Kind]api.Cost {
	return map[resource.Kind]api.Cost{
		resource.Instance:         api.CostByTerms[instance.Instance](instance.BundlesOver),
		resource.StaticIP:         api.CostByTerms[instance.StaticIP](instance.AddressOver),
		resource.Disk:             api.CostOf[instance.Disk],
		resource.DiskSnapshot:     api.CostOf[instance.DiskSnapshot],
		resource.InstanceSnapshot: api.CostOf[instance.Snapshot],
	}
}

func (f *Family) instances() []api.Action {
	return []api.Action{
		api.NewPrepared(f.takeKeyForInstances, f.createInstances, api.CreatesNamed("instanceNames", resource.Instance)),
		api.New(getInstance, api.On(resource.Instance)),
		api.New(getInstances, api.Of(resource.Instance)),
		api.New(getInstanceState, api.On(resource.Instance)),
		api.New(f.startInstance, api.On(resource.Instance)),
		api.New(stopInstance, api.On(resource.Instance)),
		api.New(rebootInstance, api.On(resource.Instance)),
		api.New(deleteInstance, api.Deletes(resource.Instance)),
		api.NewPrepared(f.takeTemporaryKey, f.getInstanceAccessDetails, api.On(resource.Instance)),
		api.New(deleteKnownHostKeys, api.On(resource.Instance)),
		api.New(updateInstanceMetadataOptions, api.On(resource.Instance)),
		api.New(getInstanceMetricData, api.On(resource.Instance)),
		api.New(enableAddOn, api.OnMember("resourceName", resource.Instance, resource.Disk)),
		api.New(disableAddOn, api.OnMember("resourceName", resource.Instance, resource.Disk)),
		api.New(openInstancePublicPorts, api.On(resource.Instance)),
		api.New(closeInstancePublicPorts, api.On(resource.Instance)),
		api.New(putInstancePublicPorts, api.On(resource.Instance)),
		api.New(getInstancePortStates, api.On(resource.Instance)),
		api.New(f.allocateStaticIP, api.Creates(resource.StaticIP)),
		api.New(releaseStaticIP, api.Deletes(resource.StaticIP)),
		api.New(f.attachStaticIP, api.On(resource.StaticIP), api.On(resource.Instance)),
		api.New(f.detachStaticIP, api.On(resource.StaticIP), api.Linked(resource.AttachedStaticIP)),
		api.New(getStaticIP, api.On(resource.StaticIP)),
		api.New(getStaticIPs, api.Of(resource.StaticIP)),
	}
}

func (f *Family) storage() []api.Action {
	return []api.Action{
		api.New(createDisk, api.Creates(resource.Disk)),
		api.New(getDisk, api.On(resource.Disk)),
		api.New(getDisks, api.Of(resource.Disk)),
		api.New(attachDisk, api.On(resource.Disk), api.On(resource.Instance)),
		api.New(detachDisk, api.On(resource.Disk), api.Linked(resource.AttachedDisk)),
		api.New(deleteDisk, api.Deletes(resource.Disk)),
		api.New(createDiskFromSnapshot, api.OnMember("diskSnapshotName", resource.DiskSnapshot), api.Creates(resource.Disk)),
		api.NewPrepared(f.takeKeyForRestore, f.createInstancesFromSnapshot,
			api.OnMember("instanceSnapshotName", resource.InstanceSnapshot), api.CreatesNamed("instanceNames", resource.Instance)),
	}
}

func network() []api.Action {
	return []api.Action{
		api.New(peerVPC),
		api.New(unpeerVPC),
		api.New(isVPCPeered),
		api.New(setupInstanceHTTPS, api.On(resource.Instance)),
		api.New(getSetupHistory, api.OnMember("resourceName", resource.Instance)),
	}
}

func snapshots() []api.Action {
	return []api.Action{
		api.New(createDiskSnapshot, api.OnMember("diskName", resource.Disk), api.OnMember("instanceName", resource.Instance),
			api.Creates(resource.DiskSnapshot)),
		api.New(getDiskSnapshot, api.On(resource.DiskSnapshot)),
		api.New(getDiskSnapshots, api.Of(resource.DiskSnapshot)),
		api.New(deleteDiskSnapshot, api.Deletes(resource.DiskSnapshot)),
		api.New(createInstanceSnapshot, api.On(resource.Instance), api.Creates(resource.InstanceSnapshot)),
		api.New(getInstanceSnapshot, api.On(resource.InstanceSnapshot)),
		api.New(getInstanceSnapshots, api.Of(resource.InstanceSnapshot)),
		api.New(deleteInstanceSnapshot, api.Deletes(resource.InstanceSnapshot)),
		api.New(getAutoSnapshots, api.OnMember("resourceName", resource.Instance, resource.Disk)),
		api.New(deleteAutoSnapshot, api.OnMember("resourceName", resource.Instance, resource.Disk)),
		api.New(copySnapshot, api.CreatesNamed("targetSnapshotName")),
		api.New(exportSnapshot, api.OnMember("sourceSnapshotName", resource.DiskSnapshot, resource.InstanceSnapshot)),
		api.New(getExportSnapshotRecords, api.Of(resource.ExportSnapshotRecord)),
		api.New(createCloudFormationStack),
		api.New(getCloudFormationStackRecords, api.Of(resource.CloudFormationStackRecord)),
	}
}
