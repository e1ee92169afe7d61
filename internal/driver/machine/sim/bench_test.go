package sim_test

import (
	"fmt"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/lanyard-cloud/lanyard/internal/driver/machine/sim"
)

// BenchmarkIdleMachine measures a running machine without connections. Its host keys are its
// own, as in a server.
func BenchmarkIdleMachine(b *testing.B) {
	w := newWorld(b, sim.Limits{})
	before := heap()
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		instance := w.instance
		instance.ID = fmt.Sprintf("%036d", n)
		instance.HostKeys = w.instance.HostKeys[:1] + w.instance.HostKeys[1:]
		if err := w.driver.Create(b.Context(), instance); err != nil {
			b.Fatal(err)
		}
		if err := w.driver.Start(b.Context(), instance); err != nil {
			b.Fatal(err)
		}
		n++
	}
	b.ReportMetric(float64(heap()-before)/float64(n), "B/machine")
}

// BenchmarkOpenConnection measures a connection that is logged in, the client's and the
// machine's end together.
func BenchmarkOpenConnection(b *testing.B) {
	w := newWorld(b, sim.Limits{MaxConnections: 1 << 20, MaxTotal: 1 << 20})
	before := heap()
	b.ReportAllocs()
	var open []*ssh.Client
	for b.Loop() {
		open = append(open, w.mustLogin(b))
	}
	b.ReportMetric(float64(heap()-before)/float64(len(open)), "B/connection")
}

// BenchmarkCommand runs a command over a connection that is open.
func BenchmarkCommand(b *testing.B) {
	c := newWorld(b, sim.Limits{}).mustLogin(b)
	b.ReportAllocs()
	for b.Loop() {
		session, err := c.NewSession()
		if err != nil {
			b.Fatal(err)
		}
		if out, err := session.Output("hostname"); err != nil || len(out) == 0 {
			b.Fatal(err)
		}
	}
}
