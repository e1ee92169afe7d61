package connlimit

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestUnambiguous_closesConnection(t *testing.T) {
	server := httptest.NewServer(unambiguous(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(w, r.Body)
	})))
	defer server.Close()
	for _, tt := range []struct {
		name, head string
		answers    int
	}{
		{"a length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n", 2},
		{"chunks", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", 1},
		{"chunks and a length", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 1},
		{"HTTP/1.0 with chunks and a length", "POST / HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			conn, err := net.Dial("tcp", server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			second := "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
			if _, err := io.WriteString(conn, tt.head+"0\r\n\r\n"+second); err != nil {
				t.Fatal(err)
			}
			all, err := io.ReadAll(conn)
			if err != nil {
				t.Fatal(err)
			}
			if got := bytes.Count(all, []byte("HTTP/1.")); got != tt.answers {
				t.Errorf("%d answers, want %d:\n%s", got, tt.answers, all)
			}
		})
	}
}
