//go:build clients

package clients

import (
	"testing"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/test/provider"
)

// defaultTimeScale is that of a server without --time-scale.
const defaultTimeScale = 0.1

// TestTerraform takes the steps of two Terraform providers on a server with its defaults, but for the quota of domains.
func TestTerraform(t *testing.T) {
	t.Parallel()
	checker := startChecked(t, "--quota", "domains=20")
	provider.Run(t, func(region string) *lightsail.Client {
		return connect(checker.URL, region, lightsail.WithAPIOptions(awsmiddleware.AddUserAgentKeyValue(terraformAgent, "1")))
	}, defaultTimeScale)
}
