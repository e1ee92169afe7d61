//go:build clients

package clients

import (
	"testing"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/test/provider"
)

// TestTerraform takes the steps of two Terraform providers on two servers with their defaults, but for the quota of domains, and a shorter
// time scale on one of them.
func TestTerraform(t *testing.T) {
	t.Parallel()
	start := func(timeScale float64, args ...string) provider.Server {
		checker := startChecked(t, append(args, "--quota", "domains=20")...)
		return provider.Server{TimeScale: timeScale, Connect: func(region string) *lightsail.Client {
			return connect(checker.URL, region, lightsail.WithAPIOptions(awsmiddleware.AddUserAgentKeyValue(terraformAgent, "1")))
		}}
	}
	const byDefault = 0.1
	provider.Run(t, start(0.02, "--time-scale", "0.02"), start(byDefault))
}
