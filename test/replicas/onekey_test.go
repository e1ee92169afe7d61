//go:build postgres

package replicas

import (
	"context"
	"database/sql"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/home"
	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/test/pgtest"
)

// leastCuts is how many connections to PostgreSQL are cut around COMMIT.
const leastCuts = 500

// keyRegions are where the accounts of these tests work.
var keyRegions = []string{"us-east-1", "eu-central-1", "eu-west-1"}

// owners knows whose each private key is that an answer held.
type owners struct {
	t     *testing.T
	mu    sync.Mutex
	byKey map[string]string
}

// got notes that an answer held a private key of an owner.
func (o *owners) got(key *string, owner string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if before := o.byKey[*key]; before != "" && before != owner {
		o.t.Errorf("%s got the private key of %s", owner, before)
	}
	o.byKey[*key] = owner
}

// cutServer starts a server on a proxy that cuts connections around COMMIT as decide says.
func cutServer(t *testing.T, keys int, decide func() pgtest.Fate) (*replica, *pgtest.Proxy) {
	t.Helper()
	proxy, err := pgtest.NewProxy(newDSN(t), decide)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.Close)
	o := options(t, proxy.DSN, newKey(t))
	o.KeyPool, o.PageSize = keys, 100
	return start(t, o), proxy
}

// tenant is an account with its root's access key.
type tenant struct {
	account string
	key     *identity.AccessKey
	r       *replica
	owners  *owners
}

func newTenants(t *testing.T, r *replica, n int) []*tenant {
	t.Helper()
	s, err := home.Open(t.Context(), r.o.Database)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	o := &owners{t: t, byKey: map[string]string{}}
	all := make([]*tenant, n)
	err = s.Update(t.Context(), func(accounts *identity.Accounts) error {
		for i := range all {
			account, err := accounts.Create(fmt.Sprintf("%012d", 200000000000+i))
			if err != nil {
				return err
			}
			d, err := accounts.Directory(account.ID)
			if err != nil {
				return err
			}
			all[i] = &tenant{account: account.ID, r: r, owners: o}
			if all[i].key, err = d.CreateAccessKey(""); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func (a *tenant) client(region string) *lightsail.Client {
	c := a.r.clientWith(a.key.ID, a.key.Secret, "")
	o := c.Options()
	o.Region = region
	return lightsail.New(o)
}

// may fails the test unless a call went well, or met a cut.
func (a *tenant) may(err error) (ok bool) {
	if err != nil {
		wantServiceException(a.owners.t, err)
	}
	return err == nil
}

// download gets the region's default key pair.
func (a *tenant) download(ctx context.Context, region string) {
	out, err := a.client(region).DownloadDefaultKeyPair(ctx, &lightsail.DownloadDefaultKeyPairInput{})
	if a.may(err) {
		a.owners.got(out.PrivateKeyBase64, a.account+" as default key of "+region)
	}
}

func (a *tenant) create(ctx context.Context, region, name string) {
	out, err := a.client(region).CreateKeyPair(ctx, &lightsail.CreateKeyPairInput{KeyPairName: &name})
	if a.may(err) {
		a.owners.got(out.PrivateKeyBase64, a.account+" as "+name+" in "+region)
	}
}

// launch makes an instance with the default key pair.
func (a *tenant) launch(ctx context.Context, region, name string) {
	_, err := a.client(region).CreateInstances(ctx, &lightsail.CreateInstancesInput{
		InstanceNames: []string{name}, AvailabilityZone: aws.String(region + "a"), BlueprintId: aws.String("debian_12"), BundleId: aws.String("nano_3_0"),
	})
	a.may(err)
}

// removeDefault deletes the default key pair, if there is one: the next one has another key.
func (a *tenant) removeDefault(ctx context.Context, region string) {
	for _, pair := range a.pairs(ctx, region) {
		if *pair.Name == "LightsailDefaultKeyPair" {
			_, err := a.client(region).DeleteKeyPair(ctx, &lightsail.DeleteKeyPairInput{KeyPairName: pair.Name, ExpectedFingerprint: pair.Fingerprint})
			a.may(err)
		}
	}
}

func (a *tenant) pairs(ctx context.Context, region string) []types.KeyPair {
	out, err := a.client(region).GetKeyPairs(ctx, &lightsail.GetKeyPairsInput{IncludeDefaultKeyPair: aws.Bool(true)})
	if err != nil {
		a.owners.t.Errorf("GetKeyPairs: %v", err)
		return nil
	}
	return out.KeyPairs
}

// work makes and downloads keys in one region after the other, and most of the time asks for what is there.
func (a *tenant) work(ctx context.Context, more func() bool) {
	for n := 0; more(); n++ {
		region := keyRegions[n%len(keyRegions)]
		if n/len(keyRegions)%2 == 0 {
			a.launch(ctx, region, fmt.Sprint("i", n))
		}
		for range 4 {
			a.download(ctx, region)
		}
		a.create(ctx, region, fmt.Sprint("k", n))
		a.removeDefault(ctx, region)
	}
}

// TestPrivateKey_hasOneOwner cuts connections to PostgreSQL around COMMIT, before it arrives and before its answer does,
// while many accounts make key pairs and instances and download their default key pairs. No two of them ever have one
// private key, be it in an answer or in the store.
func TestPrivateKey_hasOneOwner(t *testing.T) {
	var commits atomic.Int64
	var calm atomic.Bool
	calm.Store(true)
	r, proxy := cutServer(t, 0, func() pgtest.Fate {
		if calm.Load() {
			return pgtest.Fate{}
		}
		n := commits.Add(1)
		return pgtest.Fate{Lost: n%4 == 1, Unanswered: n%4 >= 2}
	})
	tenants := newTenants(t, r, 8)
	calm.Store(false)
	var wg sync.WaitGroup
	for _, a := range tenants {
		wg.Go(func() { a.work(t.Context(), func() bool { return proxy.Cuts() < leastCuts && !t.Failed() }) })
	}
	wg.Wait()
	calm.Store(true)
	wantOneOwner(t, tenants)
	wantWholeInstances(t, r)
	t.Logf("%d connections were cut at %d commits, and %d private keys were handed out", proxy.Cuts(), commits.Load(), len(tenants[0].owners.byKey))
}

// wantOneOwner looks at all that is stored: no key is there twice, and none of the default keys, which their accounts can
// get at any time, is in another one's hands.
func wantOneOwner(t *testing.T, tenants []*tenant) {
	t.Helper()
	stored := map[string]string{}
	for _, a := range tenants {
		for _, region := range keyRegions {
			for _, pair := range a.pairs(t.Context(), region) {
				this := a.account + " " + region + " " + *pair.Name
				if other := stored[*pair.Fingerprint]; other != "" {
					t.Errorf("%s and %s are one key", this, other)
				}
				stored[*pair.Fingerprint] = this
			}
			a.download(t.Context(), region)
		}
	}
}

// wantWholeInstances: addresses and ports are stored with their instance or not at all, so that none is lost or has two
// owners (the table's key sees to the latter).
func wantWholeInstances(t *testing.T, r *replica) {
	t.Helper()
	db, err := sql.Open("pgx", r.o.Store)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for what, query := range map[string]string{
		"addresses without an instance": `SELECT count(*) FROM addresses a LEFT JOIN resources r ON r.id = a.owner WHERE r.id IS NULL`,
		"instances without a public address, a private address or a port": `SELECT count(*) FROM resources r
			WHERE kind = 'Instance' AND (SELECT count(*) FROM addresses WHERE owner = r.id) <> 3`,
		"instances without a record of their creation": `SELECT count(*) FROM resources r WHERE kind = 'Instance' AND NOT EXISTS
			(SELECT 1 FROM operations o WHERE o.account = r.account AND o.region = r.region AND o.resource = r.name)`,
	} {
		var n int
		if err := db.QueryRowContext(t.Context(), query).Scan(&n); err != nil || n > 0 {
			t.Errorf("%d %s (%v), want none", n, what, err)
		}
	}
}

// TestPrivateKey_staysWithItsOwnerWhenTheClientLeaves resets the connection of a client whose default key pair is being
// committed, and then another account makes key pairs.
func TestPrivateKey_staysWithItsOwnerWhenTheClientLeaves(t *testing.T) {
	const ready = 4
	var leave atomic.Pointer[context.CancelFunc]
	r, _ := cutServer(t, ready, func() pgtest.Fate {
		cancel := leave.Swap(nil)
		if cancel == nil {
			return pgtest.Fate{}
		}
		return pgtest.Fate{Meanwhile: func() {
			(*cancel)()
			time.Sleep(100 * time.Millisecond) // it does no harm if the server notices later, but then the test shows nothing
		}}
	})
	tenants := newTenants(t, r, 2)
	a, b := tenants[0], tenants[1]
	for n, region := range keyRegions {
		ctx, cancel := context.WithCancel(t.Context())
		leave.Store(&cancel)
		_, err := a.client(region).DownloadDefaultKeyPair(ctx, &lightsail.DownloadDefaultKeyPairInput{}, func(o *lightsail.Options) { o.HTTPClient = resetting() })
		if err == nil {
			t.Error("DownloadDefaultKeyPair was answered, want that its client has left")
		}
		a.download(t.Context(), region)
		for i := range ready + 1 {
			b.create(t.Context(), region, fmt.Sprintf("b%d-%d", n, i))
		}
	}
	wantOneOwner(t, tenants)
}

// resetting is a client that ends connections with a reset.
func resetting() *http.Client {
	var dialer net.Dialer
	return &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dialer.DialContext(ctx, network, address)
			if tcp, ok := conn.(*net.TCPConn); ok && err == nil {
				err = tcp.SetLinger(0)
			}
			return conn, err
		},
	}}
}
