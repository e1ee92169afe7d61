package compute

import (
	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/quota"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// checkDiskQuota returns an error for more new disks, or disks with more GB together, than
// the region may have. It is for disks that the action does not declare to create.
func checkDiskQuota(c *api.Call, more int, moreGB int64) error {
	if err := c.CheckQuota(resource.Disk, more); err != nil {
		return err
	}
	return checkDiskGB(c, moreGB)
}

// checkDiskGB returns an error for more GB of disks than the region may have. Unattached
// disks count, system disks do not. The text is AWS's (Lightsail user guide,
// troubleshooting disks), the code is ours.
func checkDiskGB(c *api.Call, more int64) error {
	n, err := c.Tx.Count(c.Principal.Account, resource.Disk, c.Region)
	limit := int64(c.Quota(quota.DiskGB))
	if err != nil || int64(n)*instance.MaxDiskGB+more <= limit {
		return err // regardless of their sizes
	}
	size, err := allDisksGB(c)
	if err == nil && size+more > limit {
		return api.InvalidInput(api.CodeLimitExceeded, "You've reached the maximum size limit of all disks in this account.")
	}
	return err
}

// allDisksGB is the size of all disks that the account has in the region.
func allDisksGB(c *api.Call) (int64, error) {
	const atOnce = 1000
	sum, after := int64(0), ""
	for {
		list, err := c.Tx.Resources(c.Principal.Account, c.Region, resource.Disk, after, atOnce)
		if err != nil {
			return 0, err
		}
		for _, r := range list {
			d := &instance.Disk{}
			if err := d.OpenDoc(r); err != nil {
				return 0, err
			}
			sum += int64(*d.Doc.SizeInGb)
			after = r.Name
		}
		if len(list) < atOnce {
			return sum, nil
		}
	}
}

// checkAttachedQuota returns an error for more disks than an instance may have beside its
// system disk.
func checkAttachedQuota(c *api.Call, n int) error {
	if limit := c.Quota(quota.DisksPerInstance); n > limit {
		return api.QuotaReached("Disks attached to an Instance", limit)
	}
	return nil
}
