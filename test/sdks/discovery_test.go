//go:build sdks

package sdks

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/test/scripts"
)

// discover has Prometheus discover two instances, and compares its labels with what the API says of them.
func discover(t *testing.T, a application, w *world) {
	w.prepare(t,
		`CreateInstances {"instanceNames": ["web"], "availabilityZone": "us-east-1a", "blueprintId": "debian_12", "bundleId": "nano_3_0",
			"tags": [{"key": "team-name", "value": "web"}, {"key": "on-call"}]}`,
		`CreateInstances {"instanceNames": ["old"], "availabilityZone": "us-east-1b", "blueprintId": "debian_12", "bundleId": "nano_3_0"}`,
		`StopInstance {"instanceName": "old"}`,
	)
	config := filepath.Join(t.TempDir(), "prometheus.yml")
	text := fmt.Sprintf(`
scrape_configs:
  - job_name: lightsail
    %s
`, documented(t, `lightsail_sd_configs: [{endpoint: "http://127.0.0.1:2016", region: us-east-1}]`, w.checker.URL))
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	// The command says what it found when the time is over.
	cmd := a.command(t, a.environ(t, w), config, "lightsail", "--timeout=15s")
	out, err := cmd.Output()
	var targets []struct {
		Labels map[string]string `json:"discoveredLabels"`
	}
	if err == nil {
		err = json.Unmarshal(out, &targets)
	}
	if err != nil {
		t.Fatalf("%q: %v\n%s", cmd.Args, err, out)
	}
	got := map[string]map[string]string{}
	for _, target := range targets {
		maps.DeleteFunc(target.Labels, func(name, _ string) bool {
			return !strings.HasPrefix(name, "__meta_lightsail_") && name != "__address__"
		})
		got[target.Labels["__meta_lightsail_instance_name"]] = target.Labels
	}
	want := map[string]map[string]string{"web": w.labels(t, "web"), "old": w.labels(t, "old")}
	want["web"]["__meta_lightsail_tag_team_name"] = "web"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
}

// labels are those of an instance without tags. A stopped instance has no public address.
func (w *world) labels(t *testing.T, name string) map[string]string {
	t.Helper()
	_, doc := w.call(t, "GetInstance", fmt.Sprintf(`{"instanceName": %q}`, name))
	labels := map[string]string{"__meta_lightsail_region": "us-east-1"}
	for label, path := range map[string]string{
		"availability_zone": "location.availabilityZone", "blueprint_id": "blueprintId", "bundle_id": "bundleId", "instance_name": "name",
		"instance_state": "state.name", "instance_support_code": "supportCode", "private_ip": "privateIpAddress", "public_ip": "publicIpAddress",
	} {
		if text, ok := scripts.At(doc, "instance."+path).(string); ok {
			labels["__meta_lightsail_"+label] = text
		}
	}
	labels["__meta_lightsail_ipv6_addresses"] = fmt.Sprint(",", scripts.At(doc, "instance.ipv6Addresses.0"), ",")
	labels["__address__"] = labels["__meta_lightsail_private_ip"] + ":80"
	return labels
}
