package connlimit

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// TestHeaderLines_count gives each text in one piece, and byte by byte.
func TestHeaderLines_count(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       int
	}{
		{"nothing", "", 0},
		{"a line that has not ended", "POST / HTTP/1.1", 0},
		{"a header that has not ended", "POST / HTTP/1.1\r\na:\r\n", 2},
		{"a header", "POST / HTTP/1.1\r\na:\r\n\r\n", 3},
		{"a header without carriage returns", "POST / HTTP/1.1\na:\n\n", 3},
		{"a body", "POST / HTTP/1.1\r\na:\r\n\r\n{\n\n\n\n}\n", 3},
		{"lines that begin with a space and continue a field", "POST / HTTP/1.1\r\na:\r\n \n \n \n", 5},
	} {
		for _, size := range []int{1, 2, 3, len(tt.text) + 1} {
			var h headerLines
			h.restart.Store(true)
			got := 0
			for rest := []byte(tt.text); len(rest) > 0; rest = rest[min(size, len(rest)):] {
				got = h.count(rest[:min(size, len(rest))])
			}
			if got != tt.want {
				t.Errorf("%s in pieces of %d bytes: got %d lines, want %d", tt.name, size, got, tt.want)
			}
		}
	}
}

// TestServer_refusesTooManyHeaderLines sends headers that do not end, each after a request whose body has more lines.
func TestServer_refusesTooManyHeaderLines(t *testing.T) {
	address := listenQuickly(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusNoContent)
	}))
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	answers := bufio.NewReader(conn)
	answer := func(text string, want int) {
		t.Helper()
		if _, err := io.WriteString(conn, text); err != nil {
			t.Fatal(err)
		}
		resp, err := http.ReadResponse(answers, nil)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != want {
			t.Fatalf("request of %d bytes: got status %d, want %d", len(text), resp.StatusCode, want)
		}
	}
	head := "POST / HTTP/1.1\r\nHost: x\r\n"
	body := strings.Repeat("\n", 2*maxLines)
	for range 2 {
		answer(head+"Content-Length: 400\r\n\r\n"+body[:400], http.StatusNoContent)
	}
	answer(head+strings.Repeat("a:\r\n", maxLines), http.StatusRequestHeaderFieldsTooLarge)
	if _, err := answers.ReadByte(); err == nil {
		t.Error("after a header with too many lines: the connection is open, want it closed")
	}
}
