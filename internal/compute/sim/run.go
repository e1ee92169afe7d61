package sim

import (
	"net"
	"net/netip"
	"sync"

	"golang.org/x/crypto/ssh"

	"github.com/lanyard-cloud/lanyard/internal/compute"
	"github.com/lanyard-cloud/lanyard/internal/limit"
)

// run is a machine from its start to its stop.
type run struct {
	driver   *Driver
	instance compute.Instance
	// config parses the machine's keys for its first connection.
	config func() (*ssh.ServerConfig, error)

	startups    *limit.Gate
	connections *limit.Gate

	mu    sync.Mutex
	open  map[*connection]struct{}
	ended bool
	done  sync.WaitGroup // the goroutines of connections
}

func newRun(d *Driver, instance compute.Instance) *run {
	r := &run{
		driver:      d,
		instance:    instance,
		startups:    limit.NewGate(d.limits.MaxStartups),
		connections: limit.NewGate(d.limits.MaxConnections),
	}
	r.config = sync.OnceValues(r.newConfig)
	return r
}

// dial opens a connection to the machine and serves its other end.
func (r *run) dial(client netip.AddrPort) (net.Conn, error) {
	config, err := r.config()
	if err != nil {
		return nil, err
	}
	if !r.driver.total.Enter() {
		return nil, compute.ErrBusy
	}
	if !r.connections.Enter() {
		r.driver.total.Leave()
		return nil, compute.ErrBusy
	}
	if !r.startups.Enter() {
		r.leave()
		return nil, compute.ErrBusy
	}
	near, far := newPipe(clientAddr(client), net.TCPAddrFromAddrPort(netip.AddrPortFrom(r.instance.PrivateIP, sshPort)))
	c := newConnection(r, far)
	if !r.add(c) {
		r.startups.Leave()
		r.leave()
		return nil, compute.ErrNotRunning
	}
	go c.serve(config)
	return near, nil
}

func (r *run) leave() {
	r.connections.Leave()
	r.driver.total.Leave()
}

// add notes a connection that the run's end has to close.
func (r *run) add(c *connection) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		return false
	}
	if r.open == nil {
		r.open = map[*connection]struct{}{}
	}
	r.open[c] = struct{}{}
	r.done.Add(1)
	return true
}

// remove forgets a connection that is closed.
func (r *run) remove(c *connection) {
	r.mu.Lock()
	delete(r.open, c)
	r.mu.Unlock()
	r.leave()
	r.done.Done()
}

// end closes all connections and waits until they are gone. A nil run has none.
func (r *run) end() {
	if r == nil {
		return
	}
	r.mu.Lock()
	r.ended = true
	for c := range r.open {
		c.close()
	}
	r.mu.Unlock()
	r.done.Wait()
}

func clientAddr(client netip.AddrPort) net.Addr {
	if !client.IsValid() {
		return pipeAddr{}
	}
	return net.TCPAddrFromAddrPort(netip.AddrPortFrom(client.Addr().Unmap(), client.Port()))
}
