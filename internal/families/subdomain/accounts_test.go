package subdomain_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
)

// two are two accounts on one server.
type two struct {
	*familytest.Walk
	ours, theirs familytest.Tenant
}

func newTwo(t *testing.T) two {
	t.Helper()
	w := familytest.NewWalk(t, familytest.WalkOptions{
		Accounts: []string{"111122223333", "444455556666"}, Regions: []string{"us-east-1"}, NewDSN: newDSN, TimeScale: 1,
	})
	return two{w, w.Tenants[0], w.Tenants[1]}
}

// check asks whether an account can create a subdomain, and wants an answer, and the time that a reservation has left.
func (w two) check(of familytest.Tenant, name string, reserve, want bool, left time.Duration) {
	w.T.Helper()
	out := familytest.Do(w.T, of.CheckSubdomainAvailability, &lightsail.CheckSubdomainAvailabilityInput{SubdomainName: &name, Reserve: &reserve})
	got := time.Duration(0)
	if out.ReservationExpiresAt != nil {
		got = out.ReservationExpiresAt.Sub(w.Now())
	}
	if *out.Available != want || got != left || *out.SubdomainName != name {
		w.T.Errorf("%s is available to %s: %t for %s, want %t for %s", name, of.Account, *out.Available, got, want, left)
	}
}

func create(t *testing.T, of familytest.Tenant, name string) {
	t.Helper()
	familytest.Do(t, of.CreateSubdomain, &lightsail.CreateSubdomainInput{SubdomainName: &name})
}

// TestCheckSubdomainAvailability_reserves has a reservation of 15 minutes, which another check does not make longer.
func TestCheckSubdomainAvailability_reserves(t *testing.T) {
	w := newTwo(t)
	const whole = 15 * time.Minute
	w.check(w.ours, "mysite", false, true, 0)
	w.check(w.theirs, "mysite", false, true, 0)
	w.check(w.ours, "blog.mysite", true, true, whole)
	w.Pass(time.Minute)
	w.check(w.ours, "mysite", true, true, whole-time.Minute)
	w.check(w.ours, "shop.mysite", false, true, whole-time.Minute)
	for _, name := range []string{"mysite", "blog.mysite", "www.mysite"} {
		w.check(w.theirs, name, true, false, 0)
		_, err := w.theirs.CreateSubdomain(t.Context(), &lightsail.CreateSubdomainInput{SubdomainName: &name})
		familytest.WantInvalid(t, err, "NameExists", "The subdomain is not available: "+name)
	}
	w.Pass(whole - time.Minute)
	w.check(w.theirs, "mysite", true, true, whole)
	w.check(w.ours, "mysite", false, false, 0)
	create(t, w.theirs, "mysite")
	w.Pass(24 * time.Hour)
	w.check(w.theirs, "mysite", true, false, 0)
	w.check(w.theirs, "blog.mysite", true, true, 0)
	w.check(w.ours, "blog.mysite", true, false, 0)
	w.check(w.ours, "www", true, false, 0)
}

func TestCheckSubdomainAvailability_fiveReservations(t *testing.T) {
	w := newTwo(t)
	for _, name := range []string{"one", "two", "a.three", "b.four", "five"} {
		w.check(w.ours, name, true, true, 15*time.Minute)
	}
	w.check(w.ours, "c.three", true, true, 15*time.Minute)
	six := &lightsail.CheckSubdomainAvailabilityInput{SubdomainName: new("six"), Reserve: new(true)}
	_, err := w.ours.CheckSubdomainAvailability(t.Context(), six)
	familytest.WantInvalid(t, err, "LimitExceeded", "Sorry, you've reached your maximum limit of Lightsail subdomain reservations : 5. "+
		"If you're new to Lightsail, please try again later. If the issue persists, please contact Customer Support.")
	create(t, w.ours, "one")
	w.check(w.ours, "six", true, true, 15*time.Minute)
	w.check(w.theirs, "seven", true, true, 15*time.Minute)
}

// TestDeleteSubdomain_holdsTheName: what was associated with a resource is not available to other accounts for 30 days.
func TestDeleteSubdomain_holdsTheName(t *testing.T) {
	w := newTwo(t)
	create(t, w.ours, "unused")
	w.Pass(creation)
	remove := func(name string) {
		t.Helper()
		familytest.Do(t, w.ours.DeleteSubdomain, &lightsail.DeleteSubdomainInput{SubdomainName: &name})
	}
	remove("unused")
	w.check(w.theirs, "unused", false, true, 0)

	familytest.Do(t, w.ours.CreateBucket, &lightsail.CreateBucketInput{BucketName: new("photos"), BundleId: new("small_1_0")})
	in := of("cdn")
	in.SubdomainName = new("blog.mysite")
	familytest.Do(t, w.ours.CreateDistribution, in)
	w.Pass(serving)
	familytest.Do(t, w.ours.DeleteDistribution, &lightsail.DeleteDistributionInput{DistributionName: new("cdn")})
	w.Pass(change)
	remove("blog.mysite")
	const held = 30 * 24 * time.Hour
	w.Pass(held - time.Millisecond)
	w.check(w.theirs, "blog.mysite", true, false, 0)
	w.check(w.ours, "blog.mysite", false, true, 0)
	w.Pass(time.Millisecond)
	w.check(w.theirs, "blog.mysite", true, true, 15*time.Minute)
}
