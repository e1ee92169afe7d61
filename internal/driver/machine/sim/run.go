package sim

import (
	"net"
	"net/netip"
	"sync"

	"golang.org/x/crypto/ssh"

	"github.com/lanyard-cloud/lanyard/internal/driver/machine"
)

// run is a machine from its start to its stop.
type run struct {
	driver   *Driver
	instance machine.Instance
	// config parses the machine's keys when the first client connects.
	config func() (*ssh.ServerConfig, error)

	// starting and connections count clients that log in, and all clients. The driver's
	// admission guards them.
	starting, connections int

	mu    sync.Mutex
	open  map[*connection]struct{}
	ended bool
	done  sync.WaitGroup // the goroutines of connections
}

func newRun(d *Driver, instance machine.Instance) *run {
	r := &run{
		driver:   d,
		instance: instance,
	}
	r.config = sync.OnceValues(r.newConfig)
	return r
}

// dial opens a connection to the machine, and serves the machine's end.
func (r *run) dial(to machine.Target) (net.Conn, error) {
	config, err := r.config()
	if err != nil {
		return nil, err
	}
	near, far := newPipe(clientAddr(to.Client), net.TCPAddrFromAddrPort(netip.AddrPortFrom(r.instance.PrivateIP, machine.SSHPort)))
	c := newConnection(r, far)
	c.onlyConnect = to.OnlyConnect
	if !r.driver.admission.acquire(c) {
		return nil, machine.ErrBusy
	}
	if !r.add(c) {
		r.driver.admission.release(c)
		return nil, machine.ErrNotRunning
	}
	go c.serve(config)
	return near, nil
}

// add adds a connection that the end of the run closes. It reports whether the run has not
// ended.
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

// remove removes a connection that is closed.
func (r *run) remove(c *connection) {
	r.mu.Lock()
	delete(r.open, c)
	r.mu.Unlock()
	r.driver.admission.release(c)
	r.done.Done()
}

// end closes all connections and waits until they are closed. It does nothing for nil.
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
