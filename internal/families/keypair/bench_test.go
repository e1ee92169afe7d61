package keypair_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// BenchmarkBareKeygen is what the machine can do at best: RSA keys on all cores.
func BenchmarkBareKeygen(b *testing.B) {
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := rsa.GenerateKey(rand.Reader, 2048); err != nil {
				b.Error(err)
			}
		}
	})
}

// BenchmarkCreateKeyPair calls through the SDK over HTTP. "empty" has no pool: each
// call makes its key. "warm" takes its keys from a pool that is filled beforehand.
func BenchmarkCreateKeyPair(b *testing.B) {
	b.Run("empty/clients=4", func(b *testing.B) { createKeyPairs(b, 0, 4) })
	b.Run("empty/clients=8", func(b *testing.B) { createKeyPairs(b, 0, 8) })
	b.Run("warm/clients=1", func(b *testing.B) { createKeyPairs(b, 100, 1) })
}

func createKeyPairs(b *testing.B, pool, clients int) {
	s := lanyardtest.NewWith(b, lanyardtest.Options{KeyPool: pool})
	var next atomic.Int64
	took := make([][]time.Duration, clients)
	b.ReportAllocs()
	b.ResetTimer()
	var wg sync.WaitGroup
	for i := range clients {
		c := s.Client(familytest.Region)
		wg.Go(func() {
			for {
				n := next.Add(1)
				if n > int64(b.N) {
					return
				}
				if pool > 0 && n%int64(pool) == 1 {
					b.StopTimer()
					waitForKeys(b, s.Endpoint, pool)
					b.StartTimer()
				}
				start := time.Now()
				if _, err := c.CreateKeyPair(b.Context(), &lightsail.CreateKeyPairInput{KeyPairName: new(fmt.Sprintf("key%d", n))}); err != nil {
					b.Error(err)
				}
				took[i] = append(took[i], time.Since(start))
			}
		})
	}
	wg.Wait()
	reportPercentiles(b, slices.Concat(took...))
}

// waitForKeys waits until the pool is full, as /metrics shows it.
func waitForKeys(b *testing.B, endpoint string, want int) {
	line := fmt.Sprintf("\nlanyard_key_pool_depth %d\n", want)
	for {
		resp, err := http.Get(endpoint + "/metrics")
		if err != nil {
			b.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		if _ = resp.Body.Close(); err != nil {
			b.Fatal(err)
		}
		if bytes.Contains(body, []byte(line)) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func reportPercentiles(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	at := func(p float64) float64 {
		return float64(took[int(p*float64(len(took)-1))].Microseconds()) / 1000
	}
	b.ReportMetric(at(0.50), "p50-ms")
	b.ReportMetric(at(0.99), "p99-ms")
	b.ReportMetric(float64(len(took))/b.Elapsed().Seconds(), "calls/s")
}

// BenchmarkRead calls the reads over one kept connection.
func BenchmarkRead(b *testing.B) {
	s := lanyardtest.New(b)
	c := s.Client(familytest.Region)
	for i := range 100 {
		in := &lightsail.ImportKeyPairInput{KeyPairName: new(fmt.Sprintf("key%03d", i)), PublicKeyBase64: new(familytest.Ed25519Line)}
		if _, err := c.ImportKeyPair(b.Context(), in); err != nil {
			b.Fatal(err)
		}
	}
	for _, bench := range []struct {
		name string
		call func() error
	}{
		{"GetRegions", func() error {
			_, err := c.GetRegions(b.Context(), &lightsail.GetRegionsInput{})
			return err
		}},
		{"GetKeyPair", func() error {
			_, err := c.GetKeyPair(b.Context(), &lightsail.GetKeyPairInput{KeyPairName: new("key050")})
			return err
		}},
		{"GetKeyPairs/100", func() error {
			_, err := c.GetKeyPairs(b.Context(), &lightsail.GetKeyPairsInput{})
			return err
		}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := bench.call(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
