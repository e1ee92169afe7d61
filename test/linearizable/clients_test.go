//go:build linearizable

package linearizable

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	smithy "github.com/aws/smithy-go"
	"golang.org/x/crypto/ssh"

	"github.com/lanyard-cloud/lanyard/internal/sdkhttp"
	"github.com/lanyard-cloud/lanyard/test/process"
)

const (
	clients = 16
	// names is how many names the clients work on at one time, and lifetime how long: the check's cost grows with what
	// happened to a name, most of all with the calls that had no answer.
	names    = 4
	lifetime = time.Second
	// hurry is how many calls there are to one whose client does not wait for the answer, and haste how long it waits.
	hurry = 64
	haste = 5 * time.Millisecond
)

var tagKeys = []string{"owner", "stage", "team"}

// client is one of those that work at the same time, and what it saw.
type client struct {
	t       *testing.T
	id      int
	api     *lightsail.Client
	started time.Time
	seen    []porcupine.Operation
	// calls numbers the calls: each tag has a value of its own.
	calls int
}

// work lets the clients work, evenly over the servers, and returns what all of them saw.
func work(t *testing.T, d time.Duration, servers []*process.Server) []porcupine.Operation {
	t.Helper()
	var wg sync.WaitGroup
	all, started := make([]*client, clients), time.Now()
	for i := range all {
		c := &client{t: t, id: i, api: connect(servers[i%len(servers)]), started: started}
		all[i] = c
		wg.Go(func() {
			for time.Since(started) < d && !t.Failed() {
				c.next()
			}
		})
	}
	wg.Wait()
	var seen []porcupine.Operation
	for _, c := range all {
		seen = append(seen, c.seen...)
	}
	return seen
}

// connect returns a client that makes one attempt: a second one could not be told from the first.
func connect(server *process.Server) *lightsail.Client {
	return lightsail.New(lightsail.Options{
		HTTPClient:       sdkhttp.Client(),
		Region:           "us-east-1",
		BaseEndpoint:     &server.Endpoint,
		Credentials:      credentials.NewStaticCredentialsProvider(process.AccessKeyID, process.SecretAccessKey, ""),
		RetryMaxAttempts: 1,
	})
}

// next makes a call and notes what comes of it.
func (c *client) next() {
	asked := c.choose()
	ctx, cancel := c.patience()
	defer cancel()
	called := time.Since(c.started)
	shown, err := c.do(ctx, asked)
	returned := time.Since(c.started)
	known := c.outcomeOf(asked, err)
	if known == "" || known == unknown && asked.action == get {
		return // nothing happened, and nothing was seen
	}
	c.seen = append(c.seen, operation(c.id, asked, called, answer{known, shown}, returned))
}

// patience now and then ends before the answer can be there.
func (c *client) patience() (context.Context, context.CancelFunc) {
	if rand.IntN(hurry) > 0 {
		return c.t.Context(), func() {}
	}
	return context.WithTimeout(c.t.Context(), rand.N(haste))
}

// choose draws a call, reads most often, and creates seldom: making an RSA key takes as long as hundreds of calls.
func (c *client) choose() call {
	c.calls++
	epoch := int(time.Since(c.started) / lifetime)
	asked := call{
		action: anyOf(get, get, get, get, get, get, tag, tag, tag, untag, imported, imported, remove, create),
		name:   fmt.Sprintf("pair-%03d-%d", epoch, rand.IntN(names)),
	}
	switch asked.action {
	case create, tag:
		asked.key, asked.value = anyOf(tagKeys...), fmt.Sprintf("%d-%d", c.id, c.calls)
	case untag:
		asked.key = anyOf(tagKeys...)
	case imported:
		asked.line, asked.fingerprint = newKey(c.t)
	}
	return asked
}

func anyOf(all ...string) string { return all[rand.IntN(len(all))] }

// outcomeOf reads an error. It is "" for a call that was surely not looked at. The test fails on an answer that no state
// of the name explains; what has no answer may have happened.
func (c *client) outcomeOf(asked call, err error) outcome {
	if err == nil {
		return done
	}
	invalid, isInvalid := errors.AsType[*types.InvalidInputException](err)
	missing, isMissing := errors.AsType[*types.NotFoundException](err)
	refusal, isRefusal := errors.AsType[smithy.APIError](err)
	creates := asked.action == create || asked.action == imported
	switch {
	case creates && isInvalid && *invalid.Code == "NameExists", !creates && isMissing && *missing.Code == "DoesNotExist":
		return refused
	case isRefusal && refusal.ErrorCode() == "ThrottlingException":
		return ""
	case isRefusal:
		c.t.Errorf("%s of %s: %v", asked.action, asked.name, err)
	}
	return unknown
}

// do makes a call and returns the key pair that a create or a get answers with.
func (c *client) do(ctx context.Context, asked call) (shown pair, err error) {
	name, tags := &asked.name, []types.Tag{{Key: &asked.key, Value: &asked.value}}
	switch asked.action {
	case create:
		out, err := c.api.CreateKeyPair(ctx, &lightsail.CreateKeyPairInput{KeyPairName: name, Tags: tags})
		if err == nil {
			shown = pairOf(out.KeyPair)
		}
		return shown, err
	case get:
		out, err := c.api.GetKeyPair(ctx, &lightsail.GetKeyPairInput{KeyPairName: name})
		if err == nil {
			shown = pairOf(out.KeyPair)
		}
		return shown, err
	case imported:
		_, err = c.api.ImportKeyPair(ctx, &lightsail.ImportKeyPairInput{KeyPairName: name, PublicKeyBase64: &asked.line})
	case remove:
		_, err = c.api.DeleteKeyPair(ctx, &lightsail.DeleteKeyPairInput{KeyPairName: name})
	case tag:
		_, err = c.api.TagResource(ctx, &lightsail.TagResourceInput{ResourceName: name, Tags: tags})
	case untag:
		_, err = c.api.UntagResource(ctx, &lightsail.UntagResourceInput{ResourceName: name, TagKeys: []string{asked.key}})
	}
	return pair{}, err
}

func pairOf(p *types.KeyPair) pair {
	tags := map[string]string{}
	for _, t := range p.Tags {
		tags[*t.Key] = *t.Value
	}
	return pair{*p.Fingerprint, joinTags(tags)}
}

// newKey makes a public key and says what its fingerprint is as an imported key's.
func newKey(t *testing.T) (line, fingerprint string) {
	t.Helper()
	public, _, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return string(ssh.MarshalAuthorizedKey(key)), strings.TrimPrefix(ssh.FingerprintSHA256(key), "SHA256:") + "="
}
