package connlimit

import (
	"io"
	"net"
	"net/http"
	"runtime"
	"testing"
	"time"
	"weak"
)

// TestServer_freesMemoryOfClosedConnections closes connections during a request, and wants their memory to be freed at
// once, not when a timer fires.
func TestServer_freesMemoryOfClosedConnections(t *testing.T) {
	for _, tt := range []struct{ name, request string }{
		{"HTTP/1.1", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n"},
		// POST, http, / and the authority x, without the end of the stream
		{"HTTP/2", preface + "\x00\x00\x06\x01\x04\x00\x00\x00\x01\x83\x86\x84\x41\x01x"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			conns := make(chan weak.Pointer[clientConn], 1)
			unhurried := Times{Header: time.Hour, Read: time.Hour, Large: time.Hour, Take: time.Hour, Write: time.Hour, Idle: time.Hour}
			address := listenWith(t, unhurried, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				cc, _ := r.Context().Value(connKey{}).(*clientConn)
				conns <- weak.Make(cc)
				_, _ = io.Copy(io.Discard, r.Body)
			}))
			conn, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(conn, tt.request); err != nil {
				t.Fatal(err)
			}
			cc := <-conns
			if err := conn.Close(); err != nil {
				t.Fatal(err)
			}
			for deadline := time.Now().Add(10 * time.Second); cc.Value() != nil; runtime.GC() {
				if time.Now().After(deadline) {
					t.Fatal("10 s after its end, the connection is still in memory")
				}
				time.Sleep(time.Millisecond)
			}
		})
	}
}
