package compute_test

import (
	"regexp"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

func (l *lab) wantPeered(c *lightsail.Client, want bool) {
	l.T.Helper()
	if got := familytest.Do(l.T, c.IsVpcPeered, &lightsail.IsVpcPeeredInput{}).IsPeered; got == nil || *got != want {
		l.T.Errorf("IsVpcPeered in %s: got %v, want %t", c.Options().Region, got, want)
	}
}

// vpcForm is the form of the id of a VPC.
var vpcForm = regexp.MustCompile(`^vpc-0[0-9a-f]{16}$`)

// wantPeering checks the one operation, which names both networks.
func (l *lab) wantPeering(op *types.Operation, kind types.OperationType, region string) {
	l.T.Helper()
	if op.OperationType != kind || op.ResourceType != types.ResourceTypePeeredVpc || op.Status != types.OperationStatusSucceeded || !*op.IsTerminal ||
		*op.Location.AvailabilityZone != "all" || string(op.Location.RegionName) != region {
		l.T.Errorf("operation: got %+v, want %s on a PeeredVpc, Succeeded in %s", op, kind, region)
	}
	if !vpcForm.MatchString(*op.ResourceName) || !vpcForm.MatchString(*op.OperationDetails) || *op.ResourceName == *op.OperationDetails {
		l.T.Errorf("networks: got %s and %s, want the ids of two", *op.ResourceName, *op.OperationDetails)
	}
}

// TestPeerVpc_holdsInOneRegion peers, again, and ends that.
func TestPeerVpc_holdsInOneRegion(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	other := l.Server.Client("eu-central-1")
	l.wantPeered(l.Client, false)
	first := do(l, l.PeerVpc, &lightsail.PeerVpcInput{}).Operation
	l.wantPeering(first, "PeeredVpc", region)
	again := do(l, l.PeerVpc, &lightsail.PeerVpcInput{}).Operation
	l.wantPeering(again, "PeeredVpc", region)
	l.wantPeered(l.Client, true)
	l.wantPeered(other, false)
	abroad := do(l, other.PeerVpc, &lightsail.PeerVpcInput{}).Operation
	l.wantPeering(abroad, "PeeredVpc", "eu-central-1")
	ended := do(l, l.UnpeerVpc, &lightsail.UnpeerVpcInput{}).Operation
	l.wantPeering(ended, "UnpeeredVpc", region)
	l.wantPeered(l.Client, false)
	l.wantPeered(other, true)
	for what, op := range map[string]*types.Operation{"a second PeerVpc": again, "UnpeerVpc": ended} {
		if *op.ResourceName != *first.ResourceName || *op.OperationDetails != *first.OperationDetails {
			t.Errorf("networks of %s: got %s and %s, want those of the first PeerVpc", what, *op.ResourceName, *op.OperationDetails)
		}
	}
	if *abroad.ResourceName == *first.ResourceName || *abroad.OperationDetails == *first.OperationDetails {
		t.Error("two regions have one network")
	}
	of := do(l, l.GetOperationsForResource, &lightsail.GetOperationsForResourceInput{ResourceName: first.ResourceName}).Operations
	if len(of) != 3 || *of[0].Id != *ended.Id {
		t.Errorf("operations of the network: got %d, want the three, the last one first", len(of))
	}
}

// TestUnpeerVpc_requiresAPeering ends what is not there.
func TestUnpeerVpc_requiresAPeering(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	err := fails(l, l.UnpeerVpc, &lightsail.UnpeerVpcInput{})
	familytest.WantInvalid(t, err, "InvalidParams", "The Lightsail VPC in the Region us-east-1 is not peered with your default VPC.")
}

// TestPeerVpc_isNoNamedResource: the peering is in no list of names, and has no tags.
func TestPeerVpc_isNoNamedResource(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	op := do(l, l.PeerVpc, &lightsail.PeerVpcInput{}).Operation
	if names := do(l, l.GetActiveNames, &lightsail.GetActiveNamesInput{}).ActiveNames; len(names) != 1 || names[0] != "deploy" {
		t.Errorf("active names: got %q, want the key pair alone", names)
	}
	err := fails(l, l.TagResource, &lightsail.TagResourceInput{ResourceName: op.ResourceName, Tags: []types.Tag{familytest.Tag("a", "b")}})
	familytest.WantInvalid(t, err, "InvalidParams", "The resource type, PeeredVpc, is not taggable.")
}
