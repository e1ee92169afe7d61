package sigv4_test

import (
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/sigv4"
)

// BenchmarkVerify measures Parse and Verify of what the SDK sends for CreateKeyPair.
func BenchmarkVerify(b *testing.B) {
	r := signedRequest(b)
	body := []byte(testBody)
	run := func(b *testing.B, v func() *sigv4.Verifier) {
		b.ReportAllocs()
		for b.Loop() {
			verifier := v()
			sig, err := verifier.Parse(r, testNow)
			if err != nil {
				b.Fatal(err)
			}
			if err := verifier.Verify(sig, r, body, testSecret); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.Run("key cached", func(b *testing.B) {
		v := newVerifier()
		run(b, func() *sigv4.Verifier { return v })
	})
	b.Run("key derived", func(b *testing.B) { run(b, newVerifier) })
	b.Run("parallel", func(b *testing.B) {
		v := newVerifier()
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if _, err := check(v, r, testBody, testNow); err != nil {
					b.Error(err)
				}
			}
		})
	})
}

func BenchmarkRefuse(b *testing.B) {
	v, r := newVerifier(), signedRequest(b)
	r.Header.Set("Authorization", fine)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := check(v, r, testBody, testNow); err == nil {
			b.Fatal("accepted")
		}
	}
}
