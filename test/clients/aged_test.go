//go:build clients

package clients

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/test/process"
	"github.com/lanyard-cloud/lanyard/test/wirecheck"
)

// agedRegion is where an aged server has a past. GetRegions does not list the region: a client that goes through the
// list does not meet it.
const agedRegion = "us-west-1"

// age is how old the things of an aged server are.
const age = 4 * 24 * time.Hour

// patience is how long a client waits for what takes a second at most; it only keeps a test from hanging.
const patience = 30 * time.Second

// startAged starts a server whose instance "aged" and disk "vault" have automatic snapshots of the last days, and the
// instance metrics. A past cannot be had of a server that is new; but it can be written into an export.
func startAged(t *testing.T, args ...string) *wirecheck.Checker {
	t.Helper()
	young, aged, file, passphrase := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "all.jsonl"), filepath.Join(t.TempDir(), "passphrase")
	if err := os.WriteFile(passphrase, []byte("correct horse battery staple"), 0o600); err != nil {
		t.Fatal(err)
	}
	server := process.Start(t, young, "--time-scale", "instant")
	makeAged(t, connect(server.Endpoint, agedRegion))
	server.Stop(t)
	lanyard(t, young, "export", "--passphrase-file", passphrase, file)
	predate(t, file)
	lanyard(t, aged, "import", "--passphrase-file", passphrase, file)
	again := process.Start(t, aged, append([]string{"--page-size", pageSize}, args...)...)
	return check(t, again)
}

func lanyard(t *testing.T, dataDir string, args ...string) {
	t.Helper()
	if ended := process.Run(t, dataDir, args...); ended.Code != 0 {
		t.Fatalf("lanyard %q: %s", args, ended.Stderr)
	}
}

func makeAged(t *testing.T, c *lightsail.Client) {
	t.Helper()
	zone, addOns := agedRegion+"a", []types.AddOnRequest{{
		AddOnType:                types.AddOnTypeAutoSnapshot,
		AutoSnapshotAddOnRequest: &types.AutoSnapshotAddOnRequest{SnapshotTimeOfDay: new("06:00")},
	}}
	_, err := c.CreateInstances(t.Context(), &lightsail.CreateInstancesInput{
		InstanceNames: []string{"aged"}, AvailabilityZone: &zone, BlueprintId: new("debian_12"), BundleId: new(nano(agedRegion)), AddOns: addOns,
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.CreateDisk(t.Context(), &lightsail.CreateDiskInput{
		DiskName: new("vault"), AvailabilityZone: &zone, SizeInGb: new(int32(8)), AddOns: addOns,
	})
	if err != nil {
		t.Fatal(err)
	}
}

// planned is a moment in what an export knows of a resource: a step of its plan, or the begin of its automatic
// snapshots.
var planned = regexp.MustCompile(`"(at|from)":"(20[^"]+Z)"`)

// predate makes the instances and disks of an export older.
func predate(t *testing.T, file string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	moments := 0
	older := planned.ReplaceAllStringFunc(string(text), func(found string) string {
		moments++
		m := planned.FindStringSubmatch(found)
		at, err := time.Parse(time.RFC3339Nano, m[2])
		if err != nil {
			t.Fatal(err)
		}
		return strings.Replace(found, m[2], at.Add(-age).Format(time.RFC3339Nano), 1)
	})
	if moments < 4 { // steps and begins of an instance and a disk
		t.Fatalf("the export has %d moments to predate", moments)
	}
	if err := os.WriteFile(file, []byte(older), 0o600); err != nil {
		t.Fatal(err)
	}
}

// nano is the smallest bundle in a region, by the suffix of the region's prices.
func nano(region string) string {
	switch region {
	case "ap-east-1", "ap-south-1":
		return "nano_3_1"
	case "ap-southeast-2":
		return "nano_3_2"
	}
	return "nano_3_0"
}

// nanoTransfer is what the smallest bundle in a region may transfer in a month, in GB: half as much where it costs more.
func nanoTransfer(region string) string {
	if nano(region) == "nano_3_0" {
		return "1024"
	}
	return "512"
}
