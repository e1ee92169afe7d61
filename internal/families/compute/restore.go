package compute

import (
	"path"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/sshkey"
)

func createDiskFromSnapshot(c *api.Call, in *lightsail.CreateDiskFromSnapshotInput) (*lightsail.CreateDiskFromSnapshotOutput, error) {
	least, err := snapshotGB(c, snapshotChoice{
		manual: in.DiskSnapshotName, manualMember: "diskSnapshotName", source: in.SourceDiskName, sourceMember: "sourceDiskName",
		date: in.RestoreDate, latest: in.UseLatestRestorableAutoSnapshot,
	})
	if err != nil {
		return nil, err
	}
	if err := checkDiskSize(*in.SizeInGb, least); err != nil { // before the zone
		return nil, err
	}
	d, err := insertDisk(c, diskSpec{*in.DiskName, *in.AvailabilityZone, *in.SizeInGb, in.AddOns}, least)
	if err != nil {
		return nil, err
	}
	return &lightsail.CreateDiskFromSnapshotOutput{Operations: []types.Operation{*c.Started(d.Resource, d.Priv.Settled())}}, nil
}

// snapshotGB is the size of the disk snapshot that is chosen.
func snapshotGB(c *api.Call, choice snapshotChoice) (int32, error) {
	auto, err := choice.auto()
	if err != nil {
		return 0, err
	}
	if !auto {
		s, err := snapshotFor(c, "use")
		if err != nil {
			return 0, err
		}
		return *s.(*instance.DiskSnapshot).Doc.SizeInGb, nil
	}
	d, err := api.Find[instance.Disk](c, *choice.source)
	if err != nil {
		return 0, err
	}
	return *d.Doc.SizeInGb, choice.checkAuto(c, d.Priv.AutoSnapshot)
}

func (f *Family) takeKeyForRestore(c *api.Call, in *lightsail.CreateInstancesFromSnapshotInput) (*sshkey.Pair, func(), error) {
	return f.takeKeyForNewInstance(c, in.KeyPairName)
}

// createInstancesFromSnapshot makes all the instances or none. Their firewalls are
// those of a new instance.
func (f *Family) createInstancesFromSnapshot(
	c *api.Call, in *lightsail.CreateInstancesFromSnapshotInput, fresh *sshkey.Pair,
) (*lightsail.CreateInstancesFromSnapshotOutput, error) {
	from, err := instanceContent(c, snapshotChoice{
		manual: in.InstanceSnapshotName, manualMember: "instanceSnapshotName", source: in.SourceInstanceName, sourceMember: "sourceInstanceName",
		date: in.RestoreDate, latest: in.UseLatestRestorableAutoSnapshot,
	})
	if err != nil {
		return nil, err
	}
	blueprint, err := lookupBlueprint(c, *from.FromBlueprintId)
	if err != nil {
		return nil, err
	}
	bundle, err := lookupBundle(c, *in.BundleId)
	if err != nil {
		return nil, err
	}
	if of, ok := catalogue.FindBundle(*from.FromBundleId); ok {
		if err := misfit(catalogue.FitsSnapshot(bundle, of)); err != nil {
			return nil, err
		}
	}
	names, err := newDiskNames(c, in, from.FromAttachedDisks)
	if err != nil {
		return nil, err
	}
	made, err := f.insertInstances(c, instanceSpec{
		names: in.InstanceNames, zone: *in.AvailabilityZone, blueprint: blueprint, bundle: bundle, keyPair: in.KeyPairName,
		userData: in.UserData, addOns: in.AddOns, ipAddressType: in.IpAddressType,
	}, fresh, func(i *instance.Instance) error { return attachCopies(c, i, from.FromAttachedDisks, names) })
	if err != nil {
		return nil, err
	}
	out := &lightsail.CreateInstancesFromSnapshotOutput{}
	for _, i := range made {
		out.Operations = append(out.Operations, *c.Started(i.Resource, i.RunsFrom()))
	}
	return out, nil
}

// instanceContent is what the instance snapshot that is chosen holds.
func instanceContent(c *api.Call, choice snapshotChoice) (*types.InstanceSnapshot, error) {
	auto, err := choice.auto()
	if err != nil {
		return nil, err
	}
	if !auto {
		s, err := snapshotFor(c, "use")
		if err != nil {
			return nil, err
		}
		return &s.(*instance.Snapshot).Doc, nil
	}
	i, err := api.Find[instance.Instance](c, *choice.source)
	if err != nil {
		return nil, err
	}
	content := i.Content(true)
	return &content, choice.checkAuto(c, i.Priv.AutoSnapshot)
}

// attachment is a place for a disk: an instance and a path on it.
type attachment struct{ instance, path string }

// newDiskNames names the disks that the new instances get beside their system disks:
// as the input maps them, or after the instance and the path.
func newDiskNames(c *api.Call, in *lightsail.CreateInstancesFromSnapshotInput, attached []types.Disk) (map[attachment]string, error) {
	names := map[attachment]string{}
	for to, maps := range in.AttachedDiskMapping {
		if !slices.Contains(in.InstanceNames, to) {
			return nil, api.InvalidParams("The attachedDiskMapping names %s, which is not one of the new instances.", to)
		}
		for _, m := range maps {
			if !isOf(m, attached) || names[attachment{to, *m.OriginalDiskPath}] != "" {
				return nil, api.InvalidParams("Each attachedDiskMapping must have the originalDiskPath of another disk in the snapshot and a newDiskName.")
			}
			names[attachment{to, *m.OriginalDiskPath}] = *m.NewDiskName
		}
	}
	if err := checkCopiesQuota(c, len(in.InstanceNames), attached); err != nil { // it bounds the look-ups, too
		return nil, err
	}
	all := slices.Clone(in.InstanceNames)
	for _, to := range in.InstanceNames {
		for _, d := range attached {
			place := attachment{to, *d.Path}
			if names[place] == "" {
				names[place] = to + "-" + path.Base(*d.Path)
			}
			all = append(all, names[place])
		}
	}
	if err := checkListedNames(all); err != nil {
		return nil, err
	}
	return names, c.CheckFree(all)
}

// checkCopiesQuota returns an error if new instances, each with a copy of the disks, would
// have more disks than there may be.
func checkCopiesQuota(c *api.Call, instances int, attached []types.Disk) error {
	if len(attached) == 0 {
		return nil
	}
	if err := checkAttachedQuota(c, len(attached)); err != nil {
		return err
	}
	size := int64(0)
	for _, d := range attached {
		size += int64(*d.SizeInGb)
	}
	return checkDiskQuota(c, instances*len(attached), int64(instances)*size)
}

// isOf reports whether a mapping names one of the disks anew.
func isOf(m types.DiskMap, disks []types.Disk) bool {
	return m.OriginalDiskPath != nil && m.NewDiskName != nil &&
		slices.ContainsFunc(disks, func(d types.Disk) bool { return *d.Path == *m.OriginalDiskPath })
}

// attachCopies makes the snapshot's disks anew for an instance.
func attachCopies(c *api.Call, i *instance.Instance, attached []types.Disk, names map[attachment]string) error {
	for _, from := range attached {
		r := c.NewResource(resource.Disk, names[attachment{i.Resource.Name, *from.Path}])
		d := newDisk(c, r, i.Resource.Zone, *from.SizeInGb, "restore")
		if err := c.Insert(d); err != nil {
			return err
		}
		if err := linkDisk(c, d, i, *from.Path); err != nil {
			return err
		}
	}
	return nil
}
