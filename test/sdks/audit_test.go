//go:build sdks

package sdks

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// finding is what Prowler found of one resource, in the Open Cybersecurity Schema Framework.
type finding struct {
	Metadata struct {
		Check string `json:"event_code"`
	} `json:"metadata"`
	Status    string `json:"status_code"`
	Resources []struct {
		ARN string `json:"uid"`
	} `json:"resources"`
}

// audited makes a resource that passes and one that fails for each of Prowler's checks, and for that of blueprints with PHP, which
// leaves the judgement to people, an instance of such a blueprint.
var audited = []string{
	`CreateInstances {"instanceNames": ["open"], "availabilityZone": "us-east-1a", "blueprintId": "debian_12", "bundleId": "nano_3_0"}`,
	`CreateInstances {"instanceNames": ["kept"], "availabilityZone": "us-east-1a", "blueprintId": "debian_12", "bundleId": "nano_3_0",
			"addOns": [{"addOnType": "AutoSnapshot"}]}`,
	`CloseInstancePublicPorts {"instanceName": "kept", "portInfo": {"fromPort": 22, "toPort": 22, "protocol": "tcp"}}`,
	`CloseInstancePublicPorts {"instanceName": "kept", "portInfo": {"fromPort": 80, "toPort": 80, "protocol": "tcp"}}`,
	`CreateInstances {"instanceNames": ["blog"], "availabilityZone": "us-east-1a", "blueprintId": "wordpress", "bundleId": "nano_3_0"}`,
	`AllocateStaticIp {"staticIpName": "used"}`,
	`AttachStaticIp {"staticIpName": "used", "instanceName": "open"}`,
	`AllocateStaticIp {"staticIpName": "spare"}`,
	`CreateRelationalDatabase {"relationalDatabaseName": "hidden", "relationalDatabaseBlueprintId": "postgres_16",
			"relationalDatabaseBundleId": "micro_2_0", "masterDatabaseName": "app", "masterUsername": "boss", "publiclyAccessible": false}`,
	`CreateRelationalDatabase {"relationalDatabaseName": "bare", "relationalDatabaseBlueprintId": "postgres_16",
			"relationalDatabaseBundleId": "micro_2_0", "masterDatabaseName": "app", "masterUsername": "boss", "publiclyAccessible": true}`,
}

// audit has Prowler judge them. It also asks two services that are not there: it shows their errors, and does without.
func audit(t *testing.T, a application, w *world) {
	w.prepare(t, audited...)
	dir := t.TempDir()
	out := a.run(t, a.environ(t, w), "aws", "--services", "lightsail", "--region", "us-east-1", "--output-formats", "json-ocsf",
		"--output-directory", dir, "--output-filename", "findings", "--ignore-exit-code-3", "--no-banner", "--log-level", "WARNING")
	for _, action := range []string{"DescribeRegions", "DescribeAccount"} {
		if want := action + " operation: Lanyard serves Amazon Lightsail and AWS STS only"; !strings.Contains(out, want) {
			t.Errorf("Prowler does not show %q:\n%s", want, out)
		}
	}
	want := []string{
		"lightsail_database_public FAIL bare", "lightsail_database_public PASS hidden",
		"lightsail_instance_automated_snapshots FAIL blog", "lightsail_instance_automated_snapshots FAIL open",
		"lightsail_instance_automated_snapshots PASS kept",
		"lightsail_instance_php_blueprint_updated MANUAL blog",
		"lightsail_instance_public FAIL blog", "lightsail_instance_public FAIL open", "lightsail_instance_public PASS kept",
		"lightsail_static_ip_unused FAIL spare", "lightsail_static_ip_unused PASS used",
	}
	if diff := cmp.Diff(want, w.found(t, filepath.Join(dir, "findings.ocsf.json"))); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

// found are the findings in a file, with the names of the resources.
func (w *world) found(t *testing.T, file string) []string {
	t.Helper()
	var findings []finding
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, &findings)
	}
	if err != nil {
		t.Fatal(err)
	}
	names := map[any]string{}
	for _, name := range []string{"open", "kept", "blog"} {
		names[w.at(t, "instance.arn", "GetInstance", fmt.Sprintf(`{"instanceName": %q}`, name))] = name
	}
	for _, name := range []string{"used", "spare"} {
		names[w.at(t, "staticIp.arn", "GetStaticIp", fmt.Sprintf(`{"staticIpName": %q}`, name))] = name
	}
	for _, name := range []string{"hidden", "bare"} {
		names[w.at(t, "relationalDatabase.arn", "GetRelationalDatabase", fmt.Sprintf(`{"relationalDatabaseName": %q}`, name))] = name
	}
	var found []string
	for _, f := range findings {
		for _, r := range f.Resources {
			found = append(found, fmt.Sprint(f.Metadata.Check, " ", f.Status, " ", names[r.ARN]))
		}
	}
	slices.Sort(found)
	return found
}
