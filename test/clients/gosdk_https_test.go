//go:build clients

package clients

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

func testHTTPS(t *testing.T, c *lightsail.Client) {
	u, blog := newUser(t, c), new("blog")
	in := u.input(*blog)
	in.BlueprintId = new("wordpress")
	do(u, u.CreateInstances, in)
	u.await(*blog, "running")
	setup := &lightsail.SetupInstanceHttpsInput{
		InstanceName: blog, DomainNames: []string{"example.org"}, EmailAddress: new("admin@example.org"), CertificateProvider: types.CertificateProviderLetsEncrypt,
	}
	ops := do(u, u.SetupInstanceHttps, setup).Operations
	u.wantStarted(ops, u.onInstance("SetupInstanceHttps", *blog))
	history := do(u, u.GetSetupHistory, &lightsail.GetSetupHistoryInput{ResourceName: blog}).SetupHistory
	if len(history) != 1 || *history[0].OperationId != *ops[0].Id || history[0].Status != types.SetupStatusSucceeded {
		t.Errorf("history: got %+v, want the one setup, which succeeded", history)
	}
	refused(u, u.GetSetupHistory, &lightsail.GetSetupHistoryInput{ResourceName: new("nobody")}, missing("The Instance does not exist: nobody"))
	testPeering(u)
}

func testPeering(u *user) {
	u.t.Helper()
	op := *do(u, u.PeerVpc, &lightsail.PeerVpcInput{}).Operation
	peering := record{action: "PeeredVpc", kind: types.ResourceTypePeeredVpc, name: *op.ResourceName, details: op.OperationDetails}
	u.wantRecord(op, peering, true)
	if !*do(u, u.IsVpcPeered, &lightsail.IsVpcPeeredInput{}).IsPeered {
		u.t.Error("after PeerVpc: not peered")
	}
	peering.action = "UnpeeredVpc"
	u.wantRecord(*do(u, u.UnpeerVpc, &lightsail.UnpeerVpcInput{}).Operation, peering, true)
	refused(u, u.UnpeerVpc, &lightsail.UnpeerVpcInput{}, invalid("InvalidParams", "The Lightsail VPC in the Region "+u.region+" is not peered with your default VPC."))
}
