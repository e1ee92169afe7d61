//go:build hostile

package hostile

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/lanyard-cloud/lanyard/test/process"
)

const (
	// siegeTime is how long a server is held under siege, longer than it waits for any header or small body.
	siegeTime = 8 * time.Second
	// siegeMemory is how many bytes of memory the server may use at any moment of it.
	siegeMemory = 200e6
	// siegeAddresses is how many addresses strangers come from, 127.0.0.2 and those after it.
	siegeAddresses = 8
)

// siege is many connections that hold what they can. Each is made anew as soon as the server has closed it.
type siege struct {
	name  string
	args  []string
	conns int
	// hold sends what makes the server hold something. Errors are lost: the server may have hung up.
	hold func(conn net.Conn)
	tls  bool
	raw  bool // what is sent is not encrypted, though the server has TLS
}

func sieges() []siege {
	shut := http2.Setting{ID: http2.SettingInitialWindowSize, Val: 0}
	tiny := tinyHeaders(6000)
	length := "Content-Length: 10\r\n"
	record := "\x16\x03\x01\x40\x00" + "\x01\x00\xff\xf0" + strings.Repeat("x", 16<<10-4) // of a ClientHello of 64 KB
	lots := streams(250, h2Page("/healthz", 900), true, shut)
	waiting := streams(250, append(h2Page("/", 0), field("content-length", "10")), false)
	return []siege{
		{name: "900 header fields on each stream, and no window", conns: 40, hold: lots},
		{name: "900 header fields on each stream, and no window, over TLS", conns: 40, hold: lots, tls: true},
		{name: "as many fields as are admitted, and no window", conns: 400, hold: streams(250, h2Page("/healthz", 90), true, shut)},
		{name: "so many fields that net/http refuses them, and no window", conns: 400, hold: streams(16, h2Page("/healthz", 700), true, shut)},
		{name: "streams without a body", conns: 68, hold: waiting},
		{name: "streams without a body over TLS", conns: 68, hold: waiting, tls: true},
		{name: "streams without a body on 100 connections", conns: 100, hold: waiting},
		{name: "streams without a body on 400 connections", conns: 400, hold: waiting},
		{name: "streams without a body on 1,000 connections", conns: 1000, hold: waiting},
		{name: "streams without a body on 400 connections over TLS", conns: 400, hold: waiting, tls: true},
		{name: "6,000 headers and no end", conns: 2000, hold: sending("POST / HTTP/1.1\r\nHost: x\r\n" + tiny)},
		{name: "6,000 headers and no body", conns: 2000, hold: sending("POST / HTTP/1.1\r\nHost: x\r\n" + length + tiny + "\r\n")},
		{name: "6,000 headers over TLS and no body", conns: 500, hold: sending("POST / HTTP/1.1\r\nHost: x\r\n" + length + tiny + "\r\n"), tls: true},
		{name: "6,000 headers over TLS and no end", conns: 500, hold: sending("POST / HTTP/1.1\r\nHost: x\r\n" + tiny), tls: true},
		{name: "headers that come with the call before them", conns: 2000, hold: sending("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n" + tinyHeaders(650))},
		{name: "the metrics on each stream", conns: 16, hold: streams(250, h2Page("/metrics", 0), true, shut)},
		{name: "slow bodies on all connections", args: []string{"--max-connections", "200"}, conns: 220, hold: dripping("POST / HTTP/1.1\r\nHost: x\r\n" + length + "\r\n")},
		{name: "large bodies that do not end", conns: 400, hold: sending("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1048576\r\n\r\n" + strings.Repeat("x", 1<<20-1))},
		{name: "TLS records of 16 KB that do not come", conns: 4000, hold: sending("\x16\x03\x01\x40\x00"), tls: true, raw: true},
		{name: "handshakes of 48 KB that do not end", conns: 2000, hold: sending(strings.Repeat(record, 3)), tls: true, raw: true},
		{name: "idle connections of HTTP/2", conns: 4000, hold: streams(0, nil, false)},
		{name: "frames of a megabyte", conns: 1000, hold: sending(http2.ClientPreface + "\x00\x00\x00\x04\x00\x00\x00\x00\x00" + "\x0f\xff\xff\x00\x00\x00\x00\x00\x01")},
	}
}

// TestSieges holds a server with all that strangers without a key can send. Its memory stays within bounds, and calls
// of a client with the SDK's usual retries are answered: of one that keeps its connection, and of one that makes a
// new one for each call.
//
// Strangers of other addresses than 127.0.0.1 have a part of connections and memory at most. Those of 127.0.0.1 are
// told from good clients by nothing: what holds for them are the bounds of a connection, and of all together. Over TLS their
// handshakes can keep those of a good client waiting for longer than its retries, as SECURITY.md says: only one that has its
// connection is answered then.
func TestSieges(t *testing.T) {
	needFiles(t, 10000)
	for _, s := range sieges() {
		for _, from := range []string{"other addresses", "the client's own address"} {
			t.Run(s.name+" from "+from, func(t *testing.T) { s.run(t, from == "other addresses") })
		}
	}
}

func (s siege) run(t *testing.T, elsewhere bool) {
	args := append([]string{"--key-pool", "0"}, s.args...)
	if s.tls {
		cert, key := process.Certificate(t)
		args = append(args, "--tls-cert", cert, "--tls-key", key)
	}
	server := process.Start(t, t.TempDir(), args...)
	ctx, stop := context.WithTimeout(t.Context(), siegeTime)
	defer stop()
	kept := goodClient(t, server, true)
	var strangers, clients sync.WaitGroup
	var held atomic.Int64
	for i := range s.conns {
		strangers.Go(func() {
			for ctx.Err() == nil {
				s.holdOnce(ctx, server, i, elsewhere, &held)
			}
		})
	}
	calls := make([]atomic.Int64, 2)
	clients.Go(func() { calls[0].Store(callAll(ctx, t, kept, "with a connection")) })
	if elsewhere || !s.tls || s.raw {
		clients.Go(func() { calls[1].Store(callAll(ctx, t, goodClient(t, server, false), "with new connections")) })
	}
	clients.Wait()
	peak := server.PeakMemory(t)
	stop()
	strangers.Wait()
	t.Logf("%.1f MB at most; %d calls on one connection and %d on new ones; %d connections of strangers", float64(peak)/1e6, calls[0].Load(), calls[1].Load(), held.Load())
	if float64(peak) > siegeMemory {
		t.Errorf("the server used %d bytes of memory, want %.0f at most", peak, siegeMemory)
	}
	wantNoPanic(t, server)
}

// holdOnce holds one connection until the server closes it.
func (s siege) holdOnce(ctx context.Context, server *process.Server, i int, elsewhere bool, held *atomic.Int64) {
	dialer := net.Dialer{}
	if elsewhere {
		dialer.LocalAddr = &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(2+i%siegeAddresses))}
	}
	_, address, _ := strings.Cut(server.Endpoint, "://")
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		time.Sleep(drip)
		return
	}
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	held.Add(1)
	if s.tls && !s.raw {
		config := &tls.Config{InsecureSkipVerify: true}
		if strings.Contains(s.name, "stream") {
			config.NextProtos = []string{"h2"}
		}
		conn = tls.Client(conn, config)
	}
	go s.hold(conn)
	_, _ = io.Copy(io.Discard, conn)
	time.Sleep(10 * time.Millisecond)
}

// goodClient returns a client that has made a call on the connection that it keeps, or that makes a new one for each call.
func goodClient(t *testing.T, server *process.Server, keep bool) *lightsail.Client {
	client := connect(server, region, func(o *lightsail.Options) { o.HTTPClient = insecure(keep) })
	if keep {
		if _, err := client.GetKeyPairs(t.Context(), &lightsail.GetKeyPairsInput{}); err != nil {
			t.Errorf("the call of a good client before the siege: %v", err)
		}
	}
	return client
}

// callAll makes one signed call after the other, and returns how many were answered. All have to be.
func callAll(ctx context.Context, t *testing.T, client *lightsail.Client, name string) (answered int64) {
	for ; ctx.Err() == nil; answered++ {
		if _, err := client.GetKeyPairs(t.Context(), &lightsail.GetKeyPairsInput{}); err != nil {
			t.Errorf("call %d of a good client %s: %v", answered, name, err)
			return answered
		}
		time.Sleep(5 * time.Millisecond)
	}
	return answered
}

// insecure returns a client for a certificate that is made for a test.
func insecure(keep bool) *http.Client {
	return &http.Client{
		Timeout: slack,
		Transport: &http.Transport{
			DisableKeepAlives: !keep,
			TLSClientConfig:   &tls.Config{InsecureSkipVerify: true},
		},
	}
}

// sending sends a text.
func sending(text string) func(net.Conn) {
	return func(conn net.Conn) { _, _ = io.WriteString(conn, text) }
}

// dripping sends a text and then, again and again, one byte more.
func dripping(text string) func(net.Conn) {
	return func(conn net.Conn) {
		for _, err := io.WriteString(conn, text); err == nil; _, err = io.WriteString(conn, "{") {
			time.Sleep(drip)
		}
	}
}

// tinyHeaders is header lines that are as small as can be, each of another name.
func tinyHeaders(n int) string {
	const signs = "abcdefghijklmnopqrstuvwxyz0123456789"
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%c%c%c:\r\n", signs[i%26], signs[i/26%36], signs[i/936%36])
	}
	return b.String()
}

// h2Page is a request for a page with some fields more.
func h2Page(path string, more int) []hpack.HeaderField {
	method := "GET"
	if path == "/" {
		method = "POST"
	}
	fields := []hpack.HeaderField{field(":method", method), field(":scheme", "http"), field(":authority", "x"), field(":path", path)}
	if path == "/" {
		fields = append(fields, field("content-type", jsonType), field("x-amz-target", "Lightsail_20161128.GetRegions"))
	}
	for i := range more {
		fields = append(fields, field(fmt.Sprintf("%c%02d", 'q'+rune(i/100), i%100), ""))
	}
	return fields
}

// streams opens n streams, and settings before.
func streams(n int, fields []hpack.HeaderField, end bool, settings ...http2.Setting) func(net.Conn) {
	return func(conn net.Conn) {
		var out bytes.Buffer
		c := &h2Client{conn: conn, Framer: http2.NewFramer(&out, conn)}
		c.encoder = hpack.NewEncoder(&c.headers)
		out.WriteString(http2.ClientPreface)
		_ = c.WriteSettings(settings...)
		for i := range n {
			c.open(uint32(2*i+1), fields, end)
			if out.Len() > 64<<10 {
				if _, err := out.WriteTo(conn); err != nil {
					return
				}
			}
		}
		_, _ = out.WriteTo(conn)
	}
}
