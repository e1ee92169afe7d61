package server

import (
	"container/list"
	"net"
	"net/http"
	"sync"

	"github.com/lanyard-cloud/lanyard/internal/fleet"
)

// reservedFiles is how many file descriptors are kept from connections, for the store
// and for instances: each has a listener, and they have connections of their own.
const reservedFiles = 256 + 2*fleet.DefaultTotal

// connections bounds how many connections are open. Where one is too many, that which
// has been waiting for a request for longest is closed; where all are busy, the new
// one is.
type connections struct {
	max int

	mu      sync.Mutex
	open    map[net.Conn]*list.Element // nil while a request is served
	waiting *list.List                 // of net.Conn, the longest waiting first
	changes int64
}

// newConnections admits so many connections, or what the process's file descriptors
// allow if that is less.
func newConnections(most int) *connections {
	files := maxFiles()
	return &connections{
		max:     min(most, files-min(reservedFiles, files/2)),
		open:    map[net.Conn]*list.Element{},
		waiting: list.New(),
	}
}

// observe is told of each change by net/http. A new connection waits until its first
// request's headers have arrived.
func (c *connections) observe(conn net.Conn, state http.ConnState) {
	if surplus := c.note(conn, state); surplus != nil {
		_ = surplus.Close()
	}
}

// note returns the connection to be closed, if there is one.
func (c *connections) note(conn net.Conn, state http.ConnState) (surplus net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changes++
	if at := c.open[conn]; at != nil {
		c.waiting.Remove(at)
		c.open[conn] = nil
	}
	switch state {
	case http.StateNew, http.StateIdle:
		c.open[conn] = c.waiting.PushBack(conn)
	case http.StateActive:
		c.open[conn] = nil
	case http.StateClosed, http.StateHijacked:
		delete(c.open, conn)
	}
	if state != http.StateNew || len(c.open) <= c.max {
		return nil
	}
	longest := c.waiting.Front() // there is one: the new connection itself
	surplus, _ = longest.Value.(net.Conn)
	c.waiting.Remove(longest)
	c.open[surplus] = nil
	return surplus
}

// count is how many connections are open.
func (c *connections) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.open)
}

// work grows with each request, and else when a connection comes or goes.
func (c *connections) work() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.changes
}
