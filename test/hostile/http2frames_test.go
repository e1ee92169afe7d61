//go:build hostile

package hostile

import (
	"strings"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/lanyard-cloud/lanyard/test/process"
)

// TestHTTP2 sends attacks in frames. After each the server answers a good request, and after all it is as before.
func TestHTTP2(t *testing.T) {
	t.Parallel()
	server, address, before := start(t, "--key-pool", "0")
	attacks := h2Attacks()
	t.Logf("%d attacks", len(attacks))
	t.Run("with", func(t *testing.T) {
		for _, a := range attacks {
			t.Run(a.name, func(t *testing.T) {
				t.Parallel()
				if err := a.run(address); err != nil {
					t.Error(err)
				}
				if err := probe(address); err != nil {
					t.Errorf("a good client after it: %v", err)
				}
			})
		}
	})
	wantNothing(t, server)
	wantCalm(t, server, before, growth)
	wantNoPanic(t, server)
}

// start starts a server, lets it answer some good calls, and measures it.
func start(t *testing.T, args ...string) (server *process.Server, address string, before vitals) {
	t.Helper()
	server = process.Start(t, t.TempDir(), args...)
	address = strings.TrimPrefix(server.Endpoint, "http://")
	for range 100 {
		if err := probe(address); err != nil {
			t.Fatal(err)
		}
	}
	return server, address, measure(t, server)
}

func h2Prefaces() []h2Attack {
	settings := "\x00\x00\x00\x04\x00\x00\x00\x00\x00"
	return []h2Attack{
		{name: "half a preface and junk", raw: "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n"},
		{name: "a preface in lower case", raw: strings.ToLower(http2.ClientPreface) + settings},
		{name: "a preface with bare line feeds", raw: strings.ReplaceAll(http2.ClientPreface, "\r\n", "\n") + settings},
		{name: "a preface with a header", raw: "PRI * HTTP/2.0\r\nHost: x\r\n\r\nSM\r\n\r\n" + settings},
		{name: "two prefaces", raw: http2.ClientPreface + http2.ClientPreface + settings},
		{name: "no settings", raw: http2.ClientPreface},
		{name: "a call of HTTP/1.1 after the preface", raw: http2.ClientPreface + read().String()},
		{name: "a preface after a call of HTTP/1.1", raw: read().String() + http2.ClientPreface + settings},
		{name: "junk for frames", raw: http2.ClientPreface + settings + strings.Repeat("\xff", 5000)},
		{name: "NULs for frames", raw: http2.ClientPreface + settings + strings.Repeat("\x00", 5000)},
		{name: "a frame of 16 MB", raw: http2.ClientPreface + settings + "\xff\xff\xff\x00\x00\x00\x00\x00\x01"},
		{name: "settings of 5 bytes", raw: http2.ClientPreface + "\x00\x00\x05\x04\x00\x00\x00\x00\x00abcde"},
		{name: "an acknowledgement with a payload", raw: http2.ClientPreface + settings + "\x00\x00\x06\x04\x01\x00\x00\x00\x00abcdef"},
		{name: "settings on a stream", raw: http2.ClientPreface + "\x00\x00\x00\x04\x00\x00\x00\x00\x01"},
		{name: "a ping of 7 bytes", raw: http2.ClientPreface + settings + "\x00\x00\x07\x06\x00\x00\x00\x00\x00abcdefg"},
		{name: "a ping on a stream", raw: http2.ClientPreface + settings + "\x00\x00\x08\x06\x00\x00\x00\x00\x01abcdefgh"},
		{name: "a reset of 3 bytes", raw: http2.ClientPreface + settings + "\x00\x00\x03\x03\x00\x00\x00\x00\x01abc"},
		{name: "a window update of 3 bytes", raw: http2.ClientPreface + settings + "\x00\x00\x03\x08\x00\x00\x00\x00\x00abc"},
		{name: "a priority of 4 bytes", raw: http2.ClientPreface + settings + "\x00\x00\x04\x02\x00\x00\x00\x00\x01abcd"},
		{name: "padding longer than the frame", raw: http2.ClientPreface + settings + "\x00\x00\x02\x01\x0c\x00\x00\x00\x01\xffa"},
	}
}

// h2Frames are frames in the wrong place, of the wrong content or in great numbers.
func h2Frames() []h2Attack {
	setting := func(id http2.SettingID, value uint32) func(*h2Client) {
		return func(c *h2Client) { _ = c.WriteSettings(http2.Setting{ID: id, Val: value}) }
	}
	return []h2Attack{
		{name: "a setting of push", send: setting(http2.SettingEnablePush, 2)},
		{name: "a window beyond the limit", send: setting(http2.SettingInitialWindowSize, 1<<31)},
		{name: "frames of no size", send: setting(http2.SettingMaxFrameSize, 0)},
		{name: "frames beyond the limit", send: setting(http2.SettingMaxFrameSize, 1<<24)},
		{name: "a header table of 4 GB", send: setting(http2.SettingHeaderTableSize, 1<<32-1)},
		{name: "an unknown setting", send: setting(0xffff, 1)},
		{name: "2,000 settings", send: repeat(2000, func(c *h2Client, _ uint32) { _ = c.WriteSettings() })},
		{name: "2,000 pings", send: repeat(2000, func(c *h2Client, _ uint32) { _ = c.WritePing(false, [8]byte{}) })},
		{name: "2,000 priorities", send: repeat(2000, func(c *h2Client, id uint32) { _ = c.WritePriority(id, http2.PriorityParam{}) })},
		{name: "2,000 frames of an unknown type", send: repeat(2000, func(c *h2Client, id uint32) { _ = c.WriteRawFrame(0xee, 0xff, id, []byte("x")) })},
		{name: "headers on stream 0", send: func(c *h2Client) { c.open(0, h2Fields(read()), true) }},
		{name: "headers on an even stream", send: func(c *h2Client) { c.open(2, h2Fields(read()), true) }},
		{name: "headers on a lower stream", send: func(c *h2Client) { c.open(5, h2Fields(read()), true); c.open(3, h2Fields(read()), true) }},
		{name: "headers twice", send: func(c *h2Client) { c.open(1, h2Fields(read()), false); c.open(1, h2Fields(read()), false) }},
		{name: "headers that are no HPACK", send: func(c *h2Client) {
			_ = c.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: []byte("\xff\xff\xff\xff\xff\xff"), EndStream: true, EndHeaders: true})
		}},
		{name: "a bomb of table entries", send: func(c *h2Client) {
			entry := c.block(append(h2Fields(read()), field("x-bomb", strings.Repeat("x", 3900))))
			_ = c.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: append(entry, strings.Repeat("\xbe", 10000)...), EndStream: true, EndHeaders: true})
		}},
		{name: "headers without an end and data", send: func(c *h2Client) {
			_ = c.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: c.block(h2Fields(read()))})
			_ = c.WriteData(1, true, []byte("{}"))
		}},
		{name: "a continuation of nothing", send: func(c *h2Client) { _ = c.WriteContinuation(1, true, []byte("x")) }},
		{name: "20,000 continuations", send: func(c *h2Client) {
			_ = c.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: c.block(h2Fields(read()))})
			repeat(20000, func(c *h2Client, _ uint32) { _ = c.WriteContinuation(1, false, nil) })(c)
		}},
		{name: "continuations of a megabyte", send: func(c *h2Client) {
			_ = c.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: c.block(h2Fields(read()))})
			repeat(100, func(c *h2Client, id uint32) {
				_ = c.WriteContinuation(1, id > 195, c.block([]hpack.HeaderField{field("x-flood", strings.Repeat("x", 10000))}))
			})(c)
		}},
		{name: "a stream that depends on itself", send: func(c *h2Client) { _ = c.WritePriority(1, http2.PriorityParam{StreamDep: 1}) }},
		{name: "data on stream 0", send: func(c *h2Client) { _ = c.WriteData(0, true, []byte("{}")) }},
		{name: "data on a stream that is not open", send: func(c *h2Client) { _ = c.WriteData(7, true, []byte("{}")) }},
		{name: "data after the end", send: func(c *h2Client) { c.call(1, read()); _ = c.WriteData(1, true, []byte("{}")) }},
		{name: "data beyond the window", send: func(c *h2Client) {
			c.open(1, without("content-length"), false)
			repeat(200, func(c *h2Client, _ uint32) { _ = c.WriteData(1, false, make([]byte, 16384)) })(c)
		}},
		{name: "5,000 frames of no data", send: func(c *h2Client) {
			c.open(1, without("content-length"), false)
			repeat(5000, func(c *h2Client, _ uint32) { _ = c.WriteData(1, false, nil) })(c)
		}},
		{name: "trailers with a target", send: func(c *h2Client) {
			c.open(1, h2Fields(read()), false)
			_ = c.WriteData(1, false, []byte("{}"))
			c.open(1, []hpack.HeaderField{field("x-amz-target", "Lightsail_20161128.ImportKeyPair")}, true)
		}},
		{name: "trailers with a method", send: func(c *h2Client) {
			c.open(1, h2Fields(read()), false)
			c.open(1, []hpack.HeaderField{field(":method", "GET")}, true)
		}},
		{name: "a reset of a stream that is not open", send: func(c *h2Client) { _ = c.WriteRSTStream(9, http2.ErrCodeCancel) }},
		{name: "a reset of stream 0", send: func(c *h2Client) { _ = c.WriteRSTStream(0, http2.ErrCodeCancel) }},
		{name: "2,000 calls that are reset at once", send: repeat(2000, func(c *h2Client, id uint32) {
			c.open(id, h2Fields(read()), true)
			_ = c.WriteRSTStream(id, http2.ErrCodeCancel)
		})},
		{name: "1,000 streams without an end", send: repeat(1000, func(c *h2Client, id uint32) { c.open(id, h2Fields(read()), false) })},
		{name: "1,000 calls on one connection", served: true, send: repeat(1000, func(c *h2Client, id uint32) { c.call(id, read()) })},
		{name: "a window update of nothing", send: func(c *h2Client) { _ = c.WriteWindowUpdate(0, 0) }},
		{name: "window updates beyond the limit", send: func(c *h2Client) { _ = c.WriteWindowUpdate(0, 1<<31-1); _ = c.WriteWindowUpdate(0, 1<<31-1) }},
		{name: "a window update of a stream that is not open", send: func(c *h2Client) { _ = c.WriteWindowUpdate(99, 1) }},
		{name: "a promise", send: func(c *h2Client) {
			_ = c.WritePushPromise(http2.PushPromiseParam{StreamID: 1, PromiseID: 2, BlockFragment: c.block(h2Fields(read())), EndHeaders: true})
		}},
		{name: "a goodbye and more calls", send: func(c *h2Client) { _ = c.WriteGoAway(0, http2.ErrCodeNo, nil); c.call(1, read()) }},
		{name: "a write that is cut off", refused: true, send: func(c *h2Client) {
			m := write("http2-cut-off")
			c.open(1, h2Fields(m), false)
			_ = c.WriteData(1, true, []byte(m.body[:20]))
		}},
		{name: "a write that takes too long", refused: true, send: func(c *h2Client) {
			m := write("http2-too-long")
			m.body += " "
			c.call(1, m)
		}},
	}
}

// repeat does the same on one stream after the other.
func repeat(n int, do func(c *h2Client, id uint32)) func(*h2Client) {
	return func(c *h2Client) {
		for i := range n {
			do(c, uint32(2*i+1))
		}
	}
}
