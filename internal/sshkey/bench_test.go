package sshkey

import (
	"crypto/rand"
	"crypto/rsa"
	"log/slog"
	"math/big"
	"testing"
)

// BenchmarkRSAGenerateKey is the bare key generation that Generate is compared
// with.
func BenchmarkRSAGenerateKey(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := rsa.GenerateKey(rand.Reader, pairBits); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGenerate(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Generate(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkTakeWarm gives each pair back, so that the pool stays warm.
func BenchmarkTakeWarm(b *testing.B) {
	pair := testPair(b)
	pool := newPool(4, slog.New(slog.DiscardHandler), func() (*Pair, error) { return pair, nil })
	defer pool.Close()
	for pool.Depth() < 4 {
		pool.Put(pair)
	}
	b.ReportAllocs()
	for b.Loop() {
		taken, err := pool.Take(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		pool.Put(taken)
	}
}

// BenchmarkTakeEmpty generates each pair in Take.
func BenchmarkTakeEmpty(b *testing.B) {
	pool := NewPool(0, slog.New(slog.DiscardHandler))
	defer pool.Close()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := pool.Take(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParsePrivatePEM(b *testing.B) {
	text := testPair(b).PrivatePEM()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParsePrivatePEM(text); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParsePublic(b *testing.B) {
	for name, text := range map[string]string{
		"rsa-2048":  rsaLine(big.NewInt(65537), oddModulus(2048)) + " ada@example.com",
		"rsa-16384": rsaLine(big.NewInt(65537), oddModulus(16384)) + " ada@example.com",
		"ed25519":   ed25519Line() + " ada@example.com",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := ParsePublic(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
