package families_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// TestLists_endAfterAWSsPage makes 25 of each kind that a list shows, and counts what
// one answer holds, and what all of them do.
func TestLists_endAfterAWSsPage(t *testing.T) {
	const made = 25
	c := lanyardtest.NewWith(t, lanyardtest.Options{Quotas: []string{"instances=60", "static-ips=60"}}).Client(familytest.Region)
	var names []string
	for i := range made {
		names = append(names, fmt.Sprintf("instance-%02d", i))
		familytest.ImportKey(t, c, fmt.Sprintf("key-%02d", i))
		_, err := c.AllocateStaticIp(t.Context(), &lightsail.AllocateStaticIpInput{StaticIpName: new(fmt.Sprintf("ip-%02d", i))})
		familytest.NoError(t, err)
		_, err = c.CreateDisk(t.Context(), &lightsail.CreateDiskInput{DiskName: new(fmt.Sprintf("disk-%02d", i)), AvailabilityZone: new("us-east-1a"), SizeInGb: new(int32(8))})
		familytest.NoError(t, err)
		_, err = c.CreateDiskSnapshot(t.Context(), &lightsail.CreateDiskSnapshotInput{DiskName: new("disk-00"), DiskSnapshotName: new(fmt.Sprintf("ds-%02d", i))})
		familytest.NoError(t, err)
		_, err = c.ExportSnapshot(t.Context(), &lightsail.ExportSnapshotInput{SourceSnapshotName: new(fmt.Sprintf("ds-%02d", i))})
		familytest.NoError(t, err)
	}
	_, err := c.CreateInstances(t.Context(), &lightsail.CreateInstancesInput{
		InstanceNames: names, AvailabilityZone: new("us-east-1a"), BlueprintId: new("debian_12"), BundleId: new("nano_3_0"), KeyPairName: new("key-00"),
	})
	familytest.NoError(t, err)
	for i := range made {
		_, err = c.CreateInstanceSnapshot(t.Context(), &lightsail.CreateInstanceSnapshotInput{InstanceName: new("instance-00"), InstanceSnapshotName: new(fmt.Sprintf("is-%02d", i))})
		familytest.NoError(t, err)
	}
	for list, read := range pagedLists(c) {
		wantPages(t, list, read, 20, made)
	}
	wantPages(t, "GetOperations", func(ctx context.Context, token *string) (int, *string, error) {
		out, err := c.GetOperations(ctx, &lightsail.GetOperationsInput{PageToken: token})
		return len(out.Operations), out.NextPageToken, err
	}, 200, 0)
}

// pageOf reads one page of a list: how many it holds, and the next one's token.
type pageOf func(ctx context.Context, token *string) (int, *string, error)

func pagedLists(c *lightsail.Client) map[string]pageOf {
	return map[string]pageOf{
		"GetInstances": func(ctx context.Context, token *string) (int, *string, error) {
			out, err := c.GetInstances(ctx, &lightsail.GetInstancesInput{PageToken: token})
			return len(out.Instances), out.NextPageToken, err
		},
		"GetKeyPairs": func(ctx context.Context, token *string) (int, *string, error) {
			out, err := c.GetKeyPairs(ctx, &lightsail.GetKeyPairsInput{PageToken: token})
			return len(out.KeyPairs), out.NextPageToken, err
		},
		"GetStaticIps": func(ctx context.Context, token *string) (int, *string, error) {
			out, err := c.GetStaticIps(ctx, &lightsail.GetStaticIpsInput{PageToken: token})
			return len(out.StaticIps), out.NextPageToken, err
		},
		"GetDisks": func(ctx context.Context, token *string) (int, *string, error) {
			out, err := c.GetDisks(ctx, &lightsail.GetDisksInput{PageToken: token})
			return len(out.Disks), out.NextPageToken, err
		},
		"GetDiskSnapshots": func(ctx context.Context, token *string) (int, *string, error) {
			out, err := c.GetDiskSnapshots(ctx, &lightsail.GetDiskSnapshotsInput{PageToken: token})
			return len(out.DiskSnapshots), out.NextPageToken, err
		},
		"GetInstanceSnapshots": func(ctx context.Context, token *string) (int, *string, error) {
			out, err := c.GetInstanceSnapshots(ctx, &lightsail.GetInstanceSnapshotsInput{PageToken: token})
			return len(out.InstanceSnapshots), out.NextPageToken, err
		},
		"GetExportSnapshotRecords": func(ctx context.Context, token *string) (int, *string, error) {
			out, err := c.GetExportSnapshotRecords(ctx, &lightsail.GetExportSnapshotRecordsInput{PageToken: token})
			return len(out.ExportSnapshotRecords), out.NextPageToken, err
		},
	}
}

// wantPages reads a whole list. Each page but the last holds size elements; all of them
// hold sum, unless that is 0.
func wantPages(t *testing.T, list string, read pageOf, size, sum int) {
	t.Helper()
	all := 0
	var token *string
	for {
		n, next, err := read(t.Context(), token)
		familytest.NoError(t, err)
		all += n
		if next == nil {
			break
		}
		if n != size {
			t.Errorf("a page of %s: got %d elements, want %d", list, n, size)
		}
		token = next
	}
	if all <= size || sum != 0 && all != sum {
		t.Errorf("all pages of %s: got %d elements, want %d", list, all, max(sum, size+1))
	}
}
