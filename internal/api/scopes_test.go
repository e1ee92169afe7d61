package api_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/quota"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// newDSN names a new database of the kind that these tests run on, and servers is how many
// servers share one.
var (
	newDSN  = newFile
	servers = 1
)

// scoped are actions on kinds whose names or quotas are not those of an account's region.
func scoped() []api.Action {
	return []api.Action{
		api.New(func(c *api.Call, in *lightsail.CreateBucketInput) (*lightsail.CreateBucketOutput, error) {
			return &lightsail.CreateBucketOutput{}, c.Tx.InsertResource(c.New(resource.Bucket, *in.BucketName))
		}, api.Creates(resource.Bucket)),
		api.New(func(c *api.Call, _ *lightsail.DeleteBucketInput) (*lightsail.DeleteBucketOutput, error) {
			_, err := c.Delete(c.Target(resource.Bucket))
			return &lightsail.DeleteBucketOutput{}, err
		}, api.On(resource.Bucket)),
		api.New(func(c *api.Call, in *lightsail.CreateCertificateInput) (*lightsail.CreateCertificateOutput, error) {
			return &lightsail.CreateCertificateOutput{}, c.Tx.InsertResource(c.New(resource.Certificate, *in.CertificateName))
		}, api.Creates(resource.Certificate)),
		api.New(func(c *api.Call, _ *lightsail.DeleteCertificateInput) (*lightsail.DeleteCertificateOutput, error) {
			_, err := c.Delete(c.Target(resource.Certificate))
			return &lightsail.DeleteCertificateOutput{}, err
		}, api.On(resource.Certificate)),
	}
}

// tenant is what one account does in one region.
type tenant struct {
	t *testing.T
	*lightsail.Client
}

// tenant acts as an account's root in a region, at one of the world's servers.
func (w *world) tenant(t *testing.T, endpoint, account, region string) tenant {
	return tenant{t, lightsail.New(w.root(account).Options(), func(o *lightsail.Options) { o.BaseEndpoint, o.Region = &endpoint, region })}
}

func (at tenant) createBucket(name string) error {
	_, err := at.CreateBucket(at.t.Context(), &lightsail.CreateBucketInput{BucketName: &name, BundleId: new("small_1_0")})
	return err
}

func (at tenant) deleteBucket(name string) error {
	_, err := at.DeleteBucket(at.t.Context(), &lightsail.DeleteBucketInput{BucketName: &name})
	return err
}

func (at tenant) createCertificate(name string) error {
	_, err := at.CreateCertificate(at.t.Context(), &lightsail.CreateCertificateInput{CertificateName: &name, DomainName: new("example.com")})
	return err
}

func (at tenant) deleteCertificate(name string) error {
	_, err := at.DeleteCertificate(at.t.Context(), &lightsail.DeleteCertificateInput{CertificateName: &name})
	return err
}

// wantRefusal wants an InvalidInputException with a code and a text, and nothing else.
func wantRefusal(t *testing.T, what string, err error, code, message string) {
	t.Helper()
	refused, ok := errors.AsType[*types.InvalidInputException](err)
	if !ok || aws.ToString(refused.Code) != code || aws.ToString(refused.Message) != message || refused.Docs != nil || refused.Tip != nil {
		t.Errorf("%s: error %v, want an InvalidInputException with the code %s and %q", what, err, code, message)
	}
}

const bucketTaken = "Bucket with name photos already exists"

// TestCreates_worldwideName creates buckets of one name in several regions and accounts.
func TestCreates_worldwideName(t *testing.T) {
	w := newWorldOn(t, newDSN(t), scoped()...)
	home, abroad := w.tenant(t, w.endpoint, ours, "us-east-1"), w.tenant(t, w.endpoint, ours, "eu-west-1")
	other, another := w.tenant(t, w.endpoint, theirs, "us-east-1"), w.tenant(t, w.endpoint, theirs, "ap-south-1")
	wantCode(t, home.createBucket("photos"), "")
	for what, at := range map[string]tenant{"the same region": home, "another region": abroad, "another account": other, "neither": another} {
		wantRefusal(t, "CreateBucket in "+what, at.createBucket("photos"), "NameExists", bucketTaken)
	}
	wantCode(t, abroad.createCertificate("photos"), "") // only names of buckets are worldwide
	wantRefusal(t, "CreateCertificate", home.createCertificate("photos"), "NameExists", "Some names are already in use: photos")
	wantCode(t, other.createCertificate("videos"), "")
	wantRefusal(t, "CreateBucket", other.createBucket("videos"), "NameExists", "Some names are already in use: videos")
	wantCode(t, home.createBucket("videos"), "")
	wantCode(t, other.deleteBucket("photos"), "NotFoundException")
	wantCode(t, home.deleteBucket("photos"), "")
	wantCode(t, another.createBucket("photos"), "")
	wantRefusal(t, "CreateBucket", home.createBucket("photos"), "NameExists", bucketTaken)
}

// endpoints are those of all servers on the store.
func (w *world) endpoints(list []api.Action) []string {
	all := []string{w.endpoint}
	for len(all) < servers {
		all = append(all, w.serve(list).Endpoint)
	}
	return all
}

// atOnce makes a number of calls at a time, and returns their errors.
func atOnce(calls int, call func(n int) error) []error {
	errs := make([]error, calls)
	var wg sync.WaitGroup
	for n := range calls {
		wg.Go(func() { errs[n] = call(n) })
	}
	wg.Wait()
	return errs
}

// TestCreates_worldwideNameAtOnce lets accounts create buckets of one name at the same time:
// one of them gets it.
func TestCreates_worldwideNameAtOnce(t *testing.T) {
	w := newWorldOn(t, newDSN(t), scoped()...)
	w.quotas[quota.Buckets] = 1000
	var tenants []tenant
	for _, endpoint := range w.endpoints(scoped()) {
		for _, region := range []string{"us-east-1", "eu-west-1"} {
			tenants = append(tenants, w.tenant(t, endpoint, ours, region), w.tenant(t, endpoint, theirs, region))
		}
	}
	for round := range 20 {
		name, made := fmt.Sprint("photos-", round), 0
		for _, err := range atOnce(len(tenants), func(n int) error { return tenants[n].createBucket(name) }) {
			if err == nil {
				made++
				continue
			}
			wantRefusal(t, "CreateBucket of a name that is taken at the same time", err, "NameExists", "Bucket with name "+name+" already exists")
		}
		if made != 1 {
			t.Fatalf("%d accounts have the bucket %s, want 1", made, name)
		}
	}
}

// TestWrite_findsNameTaken has actions that find a name taken only when they write, as it may
// be since it was looked for.
func TestWrite_findsNameTaken(t *testing.T) {
	w := newWorldOn(t, newDSN(t),
		api.New(func(c *api.Call, in *lightsail.CreateBucketInput) (*lightsail.CreateBucketOutput, error) {
			return &lightsail.CreateBucketOutput{}, c.Tx.InsertResource(c.New(resource.Bucket, *in.BucketName))
		}),
		api.New(func(c *api.Call, in *lightsail.CreateDiskInput) (*lightsail.CreateDiskOutput, error) {
			return &lightsail.CreateDiskOutput{}, c.Tx.InsertResource(c.New(resource.Disk, *in.DiskName))
		}))
	home, other := w.tenant(t, w.endpoint, ours, "us-east-1"), w.tenant(t, w.endpoint, theirs, "eu-west-1")
	wantCode(t, home.createBucket("photos"), "")
	wantRefusal(t, "CreateBucket in another account", other.createBucket("photos"), "NameExists", bucketTaken)
	_, err := home.CreateDisk(t.Context(), &lightsail.CreateDiskInput{
		DiskName: new("photos"), AvailabilityZone: new("us-east-1a"), SizeInGb: new(int32(8)),
	})
	wantRefusal(t, "CreateDisk", err, "NameExists", "Some names are already in use: photos")
}

const (
	tooManyBuckets      = "Sorry, you've either reached or will exceed your maximum limit of Lightsail Buckets."
	tooManyCertificates = "Sorry, you've requested too many certificates for your account."
)

// TestCreates_quotaPerAccount counts the buckets of all regions.
func TestCreates_quotaPerAccount(t *testing.T) {
	w := newWorldOn(t, newDSN(t), scoped()...)
	w.quotas[quota.Buckets] = 2
	home, abroad := w.tenant(t, w.endpoint, ours, "us-east-1"), w.tenant(t, w.endpoint, ours, "eu-west-1")
	wantCode(t, home.createBucket("one"), "")
	wantCode(t, abroad.createBucket("two"), "")
	for _, region := range []string{"us-east-1", "eu-west-1", "ap-south-1"} {
		err := w.tenant(t, w.endpoint, ours, region).createBucket("three")
		wantRefusal(t, "CreateBucket in "+region, err, "LimitExceeded", tooManyBuckets)
	}
	wantCode(t, w.tenant(t, w.endpoint, theirs, "us-east-1").createBucket("theirs"), "")
	wantCode(t, abroad.deleteBucket("two"), "")
	wantCode(t, home.createBucket("three"), "")
}

// TestCreates_quotaOfAPeriod creates and deletes certificates: a deletion makes room among
// those that exist, but not among those of the year.
func TestCreates_quotaOfAPeriod(t *testing.T) {
	w := newWorldOn(t, newDSN(t), scoped()...)
	w.quotas[quota.Certificates], w.quotas[quota.CertificatesPerYear] = 2, 3
	home, first := w.tenant(t, w.endpoint, ours, "us-east-1"), w.now
	refuse := func(what string) {
		t.Helper()
		wantRefusal(t, "CreateCertificate "+what, home.createCertificate("more"), "LimitExceeded", tooManyCertificates)
	}
	wantCode(t, home.createCertificate("one"), "")
	w.now = w.now.Add(24 * time.Hour)
	wantCode(t, home.createCertificate("two"), "")
	refuse("beside two")
	wantCode(t, home.deleteCertificate("one"), "")
	wantCode(t, home.createCertificate("three"), "")
	wantCode(t, home.deleteCertificate("two"), "")
	wantCode(t, home.deleteCertificate("three"), "")
	refuse("after three that are deleted")
	wantCode(t, w.tenant(t, w.endpoint, ours, "eu-west-1").createCertificate("one"), "")
	wantCode(t, w.tenant(t, w.endpoint, theirs, "us-east-1").createCertificate("one"), "")

	w.now = first.Add(365*24*time.Hour - time.Second)
	refuse("before the year is over")
	w.now = first.Add(365 * 24 * time.Hour)
	wantCode(t, home.createCertificate("four"), "")
	refuse("after one of the year was replaced")
	w.wantUses(ours, "us-east-1", 3)
}

// wantUses wants a number of creations to be kept of an account in a region.
func (w *world) wantUses(account, region string, want int) {
	w.t.Helper()
	got := 0
	w.change(func(tx *store.Tx) error {
		return tx.EachQuotaUse(account, func(u *store.QuotaUse) error {
			if u.Region == region {
				got++
			}
			return nil
		})
	})
	if got != want {
		w.t.Errorf("%d creations of %s in %s are kept, want %d", got, account, region, want)
	}
}

// TestCreates_quotaOfAPeriodAtOnce creates more certificates at a time than there may be in a
// year, each of which is deleted at once.
func TestCreates_quotaOfAPeriodAtOnce(t *testing.T) {
	w := newWorldOn(t, newDSN(t), scoped()...)
	w.quotas[quota.CertificatesPerYear] = 5
	var tenants []tenant
	for _, endpoint := range w.endpoints(scoped()) {
		tenants = append(tenants, w.tenant(t, endpoint, ours, "us-east-1"))
	}
	made := 0
	for _, err := range atOnce(16, func(n int) error {
		at, name := tenants[n%len(tenants)], fmt.Sprint("certificate-", n)
		if err := at.createCertificate(name); err != nil {
			return err
		}
		return at.deleteCertificate(name)
	}) {
		if err == nil {
			made++
			continue
		}
		wantRefusal(t, "CreateCertificate beside others", err, "LimitExceeded", tooManyCertificates)
	}
	if made != 5 {
		t.Errorf("%d certificates were created, want 5", made)
	}
	w.wantUses(ours, "us-east-1", 5)
}

// TestDeleteAccount_forgetsUses makes an account anew: it has its quotas.
func TestDeleteAccount_forgetsUses(t *testing.T) {
	w := newWorldOn(t, newDSN(t), scoped()...)
	w.quotas[quota.CertificatesPerYear] = 1
	wantCode(t, w.tenant(t, w.endpoint, theirs, "us-east-1").createCertificate("one"), "")
	w.change(func(tx *store.Tx) error {
		return errors.Join(tx.DeleteAccount(theirs), tx.InsertAccount(&store.Account{ID: theirs, CreatedAt: w.now}))
	})
	wantCode(t, w.tenant(t, w.endpoint, theirs, "us-east-1").createCertificate("one"), "")
}
