package resource_test

import (
	"testing"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/quota"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// TestKind_Quotas wants each quota of a kind to have a value and a refusal.
func TestKind_Quotas(t *testing.T) {
	values := quota.Default()
	for _, kind := range resource.Kinds() {
		for _, q := range kind.Quotas() {
			if values[q.Name] == 0 || (q.What == "") == (q.Refusal == "") {
				t.Errorf("quota %q of a %s = %+v, want one with a default value and one form of refusal", q.Name, kind, q)
			}
		}
	}
	for kind, want := range map[resource.Kind]time.Duration{
		resource.Certificate: 365 * 24 * time.Hour, resource.LoadBalancerTLSCertificate: 365 * 24 * time.Hour, resource.Bucket: 0, resource.KeyPair: 0,
	} {
		if got := kind.QuotaPeriod(); got != want {
			t.Errorf("a %s counts for %v after it was created, want %v", kind, got, want)
		}
	}
}
