//go:build postgres

package replicas

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	smithy "github.com/aws/smithy-go"

	"github.com/lanyard-cloud/lanyard/internal/home"
	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/sdkhttp"
	"github.com/lanyard-cloud/lanyard/internal/server"
	"github.com/lanyard-cloud/lanyard/internal/server/servertest"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

func TestWrites_areSeenOnAllReplicas(t *testing.T) {
	a, b := pair(t)
	if a.Root() != b.Root() {
		t.Fatal("the replicas have different roots")
	}
	op, err := importPair(t.Context(), a.client(), "deploy")
	if err != nil {
		t.Fatal(err)
	}
	there, err := b.client().GetOperation(t.Context(), &lightsail.GetOperationInput{OperationId: op.Id})
	if err != nil || *there.Operation.ResourceName != "deploy" || there.Operation.Status != types.OperationStatusSucceeded {
		t.Errorf("the operation on the other replica: %+v, %v", there, err)
	}
	if _, err := importPair(t.Context(), b.client(), "deploy"); code(err) != "InvalidInputException" {
		t.Errorf("the same name on the other replica: %v", err)
	}
	if _, err := b.client().DeleteKeyPair(t.Context(), &lightsail.DeleteKeyPairInput{KeyPairName: new("deploy")}); err != nil {
		t.Errorf("delete on the other replica: %v", err)
	}
	if _, err := a.client().GetKeyPair(t.Context(), &lightsail.GetKeyPairInput{KeyPairName: new("deploy")}); code(err) != "NotFoundException" {
		t.Errorf("after the delete: %v", err)
	}
	first, errA := a.client().DownloadDefaultKeyPair(t.Context(), &lightsail.DownloadDefaultKeyPairInput{})
	second, errB := b.client().DownloadDefaultKeyPair(t.Context(), &lightsail.DownloadDefaultKeyPairInput{})
	if errA != nil || errB != nil || *first.PrivateKeyBase64 != *second.PrivateKeyBase64 {
		t.Errorf("the replicas have different default key pairs (%v, %v)", errA, errB)
	}
}

func code(err error) string {
	if refused, ok := errors.AsType[smithy.APIError](err); ok {
		return refused.ErrorCode()
	}
	return fmt.Sprint(err)
}

// TestPageTokens_areValidOnAllReplicas reads each page of a list from the other replica.
func TestPageTokens_areValidOnAllReplicas(t *testing.T) {
	a, b := pair(t)
	for i := range 7 {
		if _, err := importPair(t.Context(), a.client(), fmt.Sprintf("pair-%d", i)); err != nil {
			t.Fatal(err)
		}
	}
	clients := []*lightsail.Client{a.client(), b.client()}
	var names, operations []string
	for page, token := 0, (*string)(nil); page == 0 || token != nil; page++ {
		out, err := clients[page%2].GetKeyPairs(t.Context(), &lightsail.GetKeyPairsInput{PageToken: token})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range out.KeyPairs {
			names = append(names, *p.Name)
		}
		token = out.NextPageToken
	}
	for page, token := 0, (*string)(nil); page == 0 || token != nil; page++ {
		out, err := clients[page%2].GetOperations(t.Context(), &lightsail.GetOperationsInput{PageToken: token})
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range out.Operations {
			operations = append(operations, *o.ResourceName)
		}
		token = out.NextPageToken
	}
	if got, want := fmt.Sprint(names), "[pair-0 pair-1 pair-2 pair-3 pair-4 pair-5 pair-6]"; got != want {
		t.Errorf("key pairs: %s, want %s", got, want)
	}
	if got, want := fmt.Sprint(operations), "[pair-6 pair-5 pair-4 pair-3 pair-2 pair-1 pair-0]"; got != want {
		t.Errorf("operations: %s, want %s", got, want)
	}
}

// TestImportKeyPair_takesANameOnce lets clients of both replicas create the same names at the same time.
func TestImportKeyPair_takesANameOnce(t *testing.T) {
	a, b := pair(t)
	for n := range 10 {
		var won atomic.Int64
		var wg sync.WaitGroup
		for i := range 8 {
			c := []*replica{a, b}[i%2].client()
			wg.Go(func() {
				_, err := importPair(t.Context(), c, fmt.Sprint("contested-", n))
				switch {
				case err == nil:
					won.Add(1)
				case code(err) != "InvalidInputException":
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Errorf("%d clients got the same name", won.Load())
		}
	}
}

// TestCredentials_areValidOnAllReplicas makes credentials on one replica and withdraws them on it.
func TestCredentials_areValidOnAllReplicas(t *testing.T) {
	a, b := pair(t)
	root, endpoint := a.Root(), a.Endpoint()
	session, err := sts.New(sts.Options{
		HTTPClient: sdkhttp.Client(),
		Region:     "us-east-1", BaseEndpoint: &endpoint,
		Credentials: credentials.NewStaticCredentialsProvider(root.AccessKeyID, root.SecretAccessKey, ""),
	}).GetSessionToken(t.Context(), &sts.GetSessionTokenInput{})
	if err != nil {
		t.Fatal(err)
	}
	s := session.Credentials
	if err := use(t, b.clientWith(*s.AccessKeyId, *s.SecretAccessKey, *s.SessionToken)); err != nil {
		t.Errorf("a session of one replica on the other: %v", err)
	}

	var key *identity.AccessKey
	change(t, a, func(d *identity.Directory) error {
		key, err = d.CreateAccessKey("")
		return err
	})
	c := b.clientWith(key.ID, key.Secret, "")
	if err := use(t, c); err != nil {
		t.Errorf("a new key: %v", err)
	}
	change(t, a, func(d *identity.Directory) error { return d.SetAccessKeyActive(key.ID, false) })
	if err := use(t, c); code(err) != "UnrecognizedClientException" {
		t.Errorf("a key that was switched off: %v", err)
	}
	change(t, a, func(d *identity.Directory) error { return d.SetAccessKeyActive(key.ID, true) })
	if err := use(t, c); err != nil {
		t.Errorf("a key that was switched on again: %v", err)
	}
	change(t, a, func(d *identity.Directory) error { return d.DeleteAccessKey(key.ID) })
	if err := use(t, c); code(err) != "UnrecognizedClientException" {
		t.Errorf("a key that was deleted: %v", err)
	}
}

func use(t *testing.T, c *lightsail.Client) error {
	t.Helper()
	_, err := c.GetKeyPairs(t.Context(), &lightsail.GetKeyPairsInput{})
	return err
}

// change does what a command does beside a replica.
func change(t *testing.T, r *replica, fn func(*identity.Directory) error) {
	t.Helper()
	s, err := home.Open(t.Context(), r.o.Database)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	err = s.Update(t.Context(), func(accounts *identity.Accounts) error {
		d, err := accounts.Directory("")
		if err != nil {
			return err
		}
		return fn(d)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestServe_allReplicasAtOnce starts replicas at the same moment on a fresh database, with and without a master key in the file
// that they share.
func TestServe_allReplicasAtOnce(t *testing.T) {
	for name, key := range map[string]string{"with a key": newKey(t), "without a key": t.TempDir() + "/master.key"} {
		t.Run(name, func(t *testing.T) {
			dsn := newDSN(t)
			started, errs := startAtOnce(t, options(t, dsn, key), options(t, dsn, key), options(t, dsn, key), options(t, dsn, key))
			for _, err := range errs {
				t.Error(err)
			}
			for _, s := range started {
				if s.Root() != started[0].Root() {
					t.Error("the replicas have different roots")
				}
			}
		})
	}
}

// startAtOnce starts servers together and returns those that start, and what the others say.
func startAtOnce(t *testing.T, all ...server.Options) (started []*server.Server, errs []error) {
	t.Helper()
	var mu sync.Mutex
	var wg sync.WaitGroup
	for _, o := range all {
		wg.Go(func() {
			s, err := server.New(t.Context(), o)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				errs = append(errs, err)
				return
			}
			started = append(started, s)
		})
	}
	wg.Wait()
	for _, s := range started {
		servertest.Serve(t, s)
	}
	return started, errs
}

func TestServe_refusesAnotherMasterKey(t *testing.T) {
	a, _ := pair(t)
	o := options(t, a.o.Store, newKey(t))
	want := "the master key is not the one that " + shown(t, a.o.Store) + " was made with"
	if _, err := server.New(t.Context(), o); err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("with another key: %v", err)
	}
	o.MasterKey.File = ""
	if _, err := server.New(t.Context(), o); err == nil || !strings.Contains(err.Error(), "is missing") {
		t.Errorf("without a key: %v", err)
	}
}

// shown is a database's URL as messages have it, without parameters.
func shown(t *testing.T, dsn string) string {
	t.Helper()
	name, err := store.PostgresName(dsn)
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// TestServe_replicasShareOneMasterKey starts replicas with keys of their own on a fresh database: the first one's
// counts.
func TestServe_replicasShareOneMasterKey(t *testing.T) {
	for range 3 {
		dsn := newDSN(t)
		started, errs := startAtOnce(t, options(t, dsn, newKey(t)), options(t, dsn, newKey(t)), options(t, dsn, newKey(t)))
		if len(started) != 1 {
			t.Errorf("%d of three replicas with different keys run", len(started))
		}
		for _, err := range errs {
			if !strings.Contains(err.Error(), "master key") {
				t.Errorf("refused with %v", err)
			}
		}
	}
}
