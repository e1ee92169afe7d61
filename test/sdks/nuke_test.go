//go:build sdks

package sdks

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lanyard-cloud/lanyard/test/process"
)

// nukeConfig has the endpoint of Lightsail alone. So aws-nuke asks neither STS for the account nor IAM for its alias, and
// calls the account by the name of the region.
const nukeConfig = `
regions: [us-east-1]
account-blocklist: ["999999999999"]
accounts: {account-id-of-custom-region-us-east-1: {}}
%s
feature-flags: {force-delete-lightsail-addons: true}
resource-types:
  targets: [LightsailDisk, LightsailDomain, LightsailInstance, LightsailKeyPair, LightsailLoadBalancer, LightsailStaticIP]
`

// estate makes what aws-nuke is to find, and estateParts says how each is read.
var (
	estate = []string{
		`CreateKeyPair {"keyPairName": "first"}`,
		`CreateKeyPair {"keyPairName": "second"}`,
		`CreateInstances {"instanceNames": ["web"], "availabilityZone": "us-east-1a", "blueprintId": "debian_12", "bundleId": "nano_3_0",
				"keyPairName": "first", "addOns": [{"addOnType": "AutoSnapshot"}]}`,
		`CreateDisk {"diskName": "data", "availabilityZone": "us-east-1a", "sizeInGb": 8}`,
		`AttachDisk {"diskName": "data", "instanceName": "web", "diskPath": "/dev/xvdf"}`,
		`AllocateStaticIp {"staticIpName": "front"}`,
		`AttachStaticIp {"staticIpName": "front", "instanceName": "web"}`,
		`CreateLoadBalancer {"loadBalancerName": "balance", "instancePort": 80}`,
		`AttachInstancesToLoadBalancer {"loadBalancerName": "balance", "instanceNames": ["web"]}`,
		`CreateDomain {"domainName": "example.com"}`,
	}
	estateParts = []struct{ kind, name, action, member string }{
		{"LightsailInstance", "web", "GetInstance", "instanceName"},
		{"LightsailDisk", "data", "GetDisk", "diskName"},
		{"LightsailKeyPair", "first", "GetKeyPair", "keyPairName"},
		{"LightsailKeyPair", "second", "GetKeyPair", "keyPairName"},
		{"LightsailLoadBalancer", "balance", "GetLoadBalancer", "loadBalancerName"},
		{"LightsailStaticIP", "front", "GetStaticIp", "staticIpName"},
		{"LightsailDomain", "example.com", "GetDomain", "domainName"},
	}
)

// nuke has aws-nuke list an account, and then empty it.
func nuke(t *testing.T, a application, w *world) {
	w.prepare(t, estate...)
	endpoints := documented(t, `endpoints: [{region: us-east-1, services: [{service: lightsail, url: "http://127.0.0.1:2016"}]}]`, w.checker.URL)
	config := filepath.Join(t.TempDir(), "nuke.yml")
	if err := os.WriteFile(config, fmt.Appendf(nil, nukeConfig, endpoints), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{
		"--config", config, "--access-key-id", process.AccessKeyID, "--secret-access-key", process.SecretAccessKey, "--force", "--force-sleep", "3",
	}
	listed := a.run(t, a.environ(t, w), args...)
	emptied := a.run(t, a.environ(t, w), append(args, "--no-dry-run")...)
	for _, resource := range estateParts {
		line := fmt.Sprintf("us-east-1 - %s - %s - ", resource.kind, resource.name)
		if !strings.Contains(listed, line) {
			t.Errorf("the list does not have %q:\n%s", line, listed)
		}
		if w.exists(t, resource.action, fmt.Sprintf(`{%q: %q}`, resource.member, resource.name)) {
			t.Errorf("%s %s is there after all was deleted:\n%s", resource.kind, resource.name, emptied)
		}
	}
	if !strings.Contains(emptied, "Nuke complete: 0 failed, 0 skipped, 7 finished.") {
		t.Errorf("the end is another one:\n%s", emptied)
	}
}
