package resource

import (
	"time"

	"github.com/lanyard-cloud/lanyard/internal/quota"
)

// Quota bounds how many resources of a kind an account may have in a region.
type Quota struct {
	Name quota.Name
	// PerAccount counts the resources of all regions together.
	PerAccount bool
	// Period counts what was created within it until now: a deletion gives nothing back. If it
	// is 0, what exists counts.
	Period time.Duration
	// What is what AWS's refusal calls the kind: "Static IPs". Refusal, if it is not "",
	// takes the place of the whole sentence.
	What, Refusal string
}

// Texts that refuse a container service, a bucket and a certificate. The first was observed, and
// the one for buckets is made after it. The last one is AWS's (developer guide, troubleshooting
// load balancers); that it serves all quotas of certificates is a guess.
const (
	tooManyContainerServices = "Sorry, you've either reached or will exceed your maximum limit of Lightsail Container Services."

	tooManyBuckets      = "Sorry, you've either reached or will exceed your maximum limit of Lightsail Buckets."
	tooManyCertificates = "Sorry, you've requested too many certificates for your account."
)

// certificatesPerYear is the quota of certificates that a deletion does not give back.
var certificatesPerYear = Quota{Name: quota.CertificatesPerYear, Period: 365 * 24 * time.Hour, Refusal: tooManyCertificates}

// Quotas returns the kind's quotas. All of them have to hold.
func (k Kind) Quotas() []Quota { return kinds[k].quotas }

// QuotaPeriod is how long a resource of the kind counts for a quota after it was created,
// deleted or not; 0 if it counts only while it exists.
func (k Kind) QuotaPeriod() (longest time.Duration) {
	for _, q := range kinds[k].quotas {
		longest = max(longest, q.Period)
	}
	return longest
}
