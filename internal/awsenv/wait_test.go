//go:build clients

package awsenv

import (
	"testing"
	"time"
)

// WaitForCLI gives the AWS CLI as long as it takes to print its version, on a busy machine.
func WaitForCLI(t *testing.T) {
	t.Helper()
	before := cliTimeout
	cliTimeout = time.Hour
	t.Cleanup(func() { cliTimeout = before })
}
