package api_test

import (
	"strings"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/model"
)

// homeOnly is AWS's refusal of a family's calls outside us-east-1.
func homeOnly(family string) string {
	return `{"__type":"InvalidInputException","code":"UnsupportedOperation","message":"` + family + `-related APIs are only available in the us-east-1 Region. ` +
		`Please set your Region configuration to us-east-1 to create, view, or edit ` + strings.ToLower(family) + ` resources."}`
}

// TestDomainsAndDistributions_areAtHomeInOneRegion calls all actions of these families, and of subdomains,
// without any member: outside us-east-1 nothing else is said of the call.
func TestDomainsAndDistributions_areAtHomeInOneRegion(t *testing.T) {
	w := newWorld(t)
	root := w.signedAs(w.root(ours))
	nobody, editor := w.signedAs(w.user("nobody")), w.signedAs(w.user("editor", allow("lightsail:*", "*")))
	tried := map[string]int{}
	for _, action := range model.Actions() {
		family := ""
		for _, f := range []string{"Domain", "Distribution", "Subdomain"} {
			if strings.Contains(action.Name, f) {
				family = f
			}
		}
		if family == "" {
			continue
		}
		tried[family]++
		abroad := call{action: action.Name, body: `{}`, region: "eu-west-1"}
		if got := abroad.send(t, root).body; got != homeOnly(family) {
			t.Errorf("%s in eu-west-1: got %s, want %s", action.Name, got, homeOnly(family))
		}
		if got := abroad.send(t, editor).body; got != homeOnly(family) {
			t.Errorf("%s in eu-west-1, by a user who may: got %s, want %s", action.Name, got, homeOnly(family))
		}
		wantAnswer(t, nobody, abroad, denied)
		if got := (call{action: action.Name, body: `{}`}).send(t, root).body; strings.Contains(got, "only available") {
			t.Errorf("%s in us-east-1: got %s, want no word of the region", action.Name, got)
		}
	}
	if tried["Domain"] != 7 || tried["Distribution"] != 11 || tried["Subdomain"] != 5 {
		t.Errorf("tried actions: got %v, want 7 of domains, 11 of distributions and 5 of subdomains", tried)
	}
	wantAnswer(t, root, call{action: "GetDomains", body: `{`, region: "eu-west-1"}, "SerializationException")
}

func TestSetIpAddressType_ofADistributionIsAtHomeInOneRegion(t *testing.T) {
	w := newWorld(t)
	root := w.signedAs(w.root(ours))
	set := call{action: "SetIpAddressType", body: `{"resourceType":"Distribution","resourceName":"cdn","ipAddressType":"ipv4"}`, region: "eu-west-1"}
	if got := set.send(t, root).body; got != homeOnly("Distribution") {
		t.Errorf("in eu-west-1: got %s, want %s", got, homeOnly("Distribution"))
	}
	set.region = ""
	wantAnswer(t, root, set, "InvalidInputException") // as other actions on distributions
}
