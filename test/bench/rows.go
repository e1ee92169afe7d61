package main

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/internal/server"
)

// warmCreates: a create whose key is ready costs little more than a read. The two are
// called in turn, so that both meet the same weather: how long a core that has nothing to
// do takes to wake up is a large part of a quick call.
func warmCreates(ctx context.Context, _ settings) (rows []row, err error) {
	const calls = 200
	return rows, withServer(func(o *server.Options) { o.KeyPool = calls }, func(w *world) error {
		c := w.client()
		if err := fillLog(ctx, c); err != nil {
			return err
		}
		if err := waitForPool(ctx, w.endpoint, calls); err != nil {
			return err
		}
		var create, regions []time.Duration
		took, err := timed(2*calls, func(i int) error {
			if i%2 == 0 {
				_, err := c.CreateKeyPair(ctx, &lightsail.CreateKeyPairInput{KeyPairName: new(fmt.Sprint("key", i))})
				return err
			}
			_, err := c.GetRegions(ctx, &lightsail.GetRegionsInput{})
			return err
		})
		if err != nil {
			return err
		}
		for pair := range slices.Chunk(took, 2) {
			create, regions = append(create, pair[0]), append(regions, pair[1])
		}
		p50, p99, base := percentile(create, 0.50), percentile(create, 0.99), percentile(regions, 0.50)
		ratio := float64(p50) / float64(base)
		rows = []row{
			{"1. CreateKeyPair, pool warm, 1 client: p50 to GetRegions' p50", ms(p50) + " to " + ms(base), fmt.Sprintf("%.2f", ratio), "≤ 3", ratio <= 3},
			{"1. … its p99", ms(p99), "", "≤ 10 ms", p99 <= 10*time.Millisecond},
		}
		return nil
	})
}

// fillLog writes until SQLite's log is as long as it gets and is written over from its
// start, as on any server that has run for a while. An fsync costs more as long as the
// file grows.
func fillLog(ctx context.Context, c *lightsail.Client) error {
	_, err := timed(300, func(i int) error {
		_, err := c.ImportKeyPair(ctx, &lightsail.ImportKeyPairInput{KeyPairName: new(fmt.Sprint("import", i)), PublicKeyBase64: new(edLine)})
		return err
	})
	return err
}

func waitForPool(ctx context.Context, endpoint string, want int) error {
	deadline := time.Now().Add(5 * time.Minute)
	for time.Now().Before(deadline) && ctx.Err() == nil {
		depth, err := metric(ctx, endpoint, "lanyard_key_pool_depth")
		if err != nil || int(depth) >= want {
			return err
		}
		time.Sleep(100 * time.Millisecond)
	}
	return fmt.Errorf("the key pool does not fill")
}

// emptyCreates: without a pool, nearly all of the machine goes into the keys.
func emptyCreates(ctx context.Context, s settings) (rows []row, err error) {
	return rows, withServer(nil, func(w *world) error {
		c := w.client()
		name := 0
		creates, err := alternate(5,
			func() (float64, error) {
				return rate(ctx, runtime.NumCPU(), 2*s.round, func(int64) error {
					_, err := rsa.GenerateKey(rand.Reader, 2048)
					return err
				})
			},
			func() (float64, error) {
				name++
				round := name
				return rate(ctx, 8, 2*s.round, func(n int64) error {
					_, err := c.CreateKeyPair(ctx, &lightsail.CreateKeyPairInput{KeyPairName: new(fmt.Sprintf("key%d-%d", round, n))})
					return err
				})
			})
		rows = []row{creates.row("2. CreateKeyPair, pool empty, 8 clients: rate to that of a bare rsa.GenerateKey loop on all cores", "%.1f", 0.90)}
		return err
	})
}

// reads: a signed, stored, encoded answer costs little more than the HTTP around it.
func reads(ctx context.Context, s settings) (rows []row, err error) {
	return rows, withServer(nil, func(w *world) error {
		c := w.client()
		if _, err := c.ImportKeyPair(ctx, &lightsail.ImportKeyPairInput{KeyPairName: new("there"), PublicKeyBase64: new(edLine)}); err != nil {
			return err
		}
		get, err := sign(ctx, w.endpoint, "GetKeyPair", `{"keyPairName":"there"}`)
		if err != nil {
			return err
		}
		answer, err := get.send(ctx, http.DefaultClient)
		if err != nil {
			return err
		}
		same, stop := get.onBareHTTP(answer)
		defer stop()
		ours, err := alternate(5, s.load(ctx, same), s.load(ctx, get))
		rows = []row{ours.row("3. signed GetKeyPair, 8 clients: rate to that of a bare net/http handler that writes the same bytes", "%.0f", 0.40)}
		return err
	})
}

// onBareHTTP is the same request to a bare net/http handler that writes an answer.
func (s signed) onBareHTTP(answer []byte) (same signed, stop func()) {
	plain := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "application/x-amz-json-1.1")
		_, _ = rw.Write(answer)
	}))
	s.url = plain.URL
	return s, plain.Close
}

// load sends a signed request from 8 clients over kept connections.
func (s settings) load(ctx context.Context, get signed) func() (float64, error) {
	return func() (float64, error) {
		transport := &http.Transport{MaxIdleConnsPerHost: 8}
		defer transport.CloseIdleConnections()
		client := &http.Client{Transport: transport}
		return rate(ctx, 8, s.round/2, func(int64) error {
			_, err := get.send(ctx, client)
			return err
		})
	}
}
