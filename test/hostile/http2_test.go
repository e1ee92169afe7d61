//go:build hostile

package hostile

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// h2Attack is an attack in frames of HTTP/2, which the server speaks without TLS if a client begins with it.
type h2Attack struct {
	name string
	// raw replaces the client's preface and settings.
	raw string
	// send writes the frames; nil for none.
	send func(c *h2Client)
	// refused says that streams are answered, or reset, without success; served that they are with it.
	refused, served bool
}

// h2Client writes frames without minding the rules. What it cannot write any more, since the server has hung up, is lost.
type h2Client struct {
	*http2.Framer

	conn    net.Conn
	headers bytes.Buffer
	encoder *hpack.Encoder
}

// block encodes header fields.
func (c *h2Client) block(fields []hpack.HeaderField) []byte {
	c.headers.Reset()
	for _, f := range fields {
		_ = c.encoder.WriteField(f)
	}
	return bytes.Clone(c.headers.Bytes())
}

// open begins a stream and says whether it is to end there.
func (c *h2Client) open(id uint32, fields []hpack.HeaderField, end bool) {
	_ = c.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: c.block(fields), EndStream: end, EndHeaders: true})
}

// call sends a whole message on a stream.
func (c *h2Client) call(id uint32, m *message, more ...hpack.HeaderField) {
	c.open(id, append(h2Fields(m), more...), false)
	_ = c.WriteData(id, true, []byte(m.body))
}

// h2Fields are a message's headers as HTTP/2 has them.
func h2Fields(m *message) []hpack.HeaderField {
	fields := []hpack.HeaderField{
		{Name: ":method", Value: "POST"},
		{Name: ":scheme", Value: "http"},
		{Name: ":authority", Value: m.value("Host")},
		{Name: ":path", Value: "/"},
	}
	for _, line := range m.lines {
		name, value, _ := strings.Cut(line, ": ")
		if name != "Host" {
			fields = append(fields, hpack.HeaderField{Name: strings.ToLower(name), Value: value})
		}
	}
	return fields
}

// run sends the attack and a ping after it, and reads until the ping is answered, and the stream if an answer is
// wanted, or until the server hangs up.
func (a h2Attack) run(address string) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(headerLimit))
	c := &h2Client{conn: conn, Framer: http2.NewFramer(conn, conn)}
	c.AllowIllegalWrites, c.AllowIllegalReads = true, true
	c.encoder = hpack.NewEncoder(&c.headers)
	go func() {
		if a.raw != "" {
			_, _ = io.WriteString(conn, a.raw)
		} else {
			_, _ = io.WriteString(conn, http2.ClientPreface)
			_ = c.WriteSettings()
		}
		if a.send != nil {
			a.send(c)
		}
		_ = c.WritePing(false, lastPing)
	}()
	statuses, err := c.collect(a.refused || a.served)
	if err != nil {
		return err
	}
	for _, status := range statuses {
		if status >= http.StatusInternalServerError || a.refused && status < http.StatusMultipleChoices {
			return fmt.Errorf("answer %d", status)
		}
	}
	if a.served && !slices.Contains(statuses, http.StatusOK) {
		return fmt.Errorf("answers %v, none of success", statuses)
	}
	return nil
}

var lastPing = [8]byte{'t', 'h', 'e', ' ', 'l', 'a', 's', 't'}

// collect returns the statuses of all streams that were answered before the ping, or with it, where answered is set.
func (c *h2Client) collect(answered bool) (statuses []int, err error) {
	decoder := hpack.NewDecoder(4096, func(f hpack.HeaderField) {
		if status, err := strconv.Atoi(f.Value); f.Name == ":status" && err == nil {
			statuses = append(statuses, status)
			answered = false
		}
	})
	for pinged := false; !pinged || answered; {
		frame, err := c.ReadFrame()
		if err != nil {
			return statuses, ended(err)
		}
		switch f := frame.(type) {
		case *http2.HeadersFrame:
			if _, err := decoder.Write(f.HeaderBlockFragment()); err != nil {
				return nil, fmt.Errorf("the server's headers: %w", err)
			}
		case *http2.RSTStreamFrame:
			answered = false
		case *http2.PingFrame:
			pinged = pinged || f.IsAck() && f.Data == lastPing
		}
	}
	return statuses, nil
}

func field(name, value string) hpack.HeaderField { return hpack.HeaderField{Name: name, Value: value} }

// with returns a good read's fields with one of them replaced, or added at the end.
func with(f hpack.HeaderField) []hpack.HeaderField {
	fields := h2Fields(read())
	for i := range fields {
		if fields[i].Name == f.Name {
			fields[i] = f
			return fields
		}
	}
	return append(fields, f)
}

// without returns a good read's fields but one.
func without(name string) []hpack.HeaderField {
	var fields []hpack.HeaderField
	for _, f := range h2Fields(read()) {
		if f.Name != name {
			fields = append(fields, f)
		}
	}
	return fields
}

// h2Attacks are the frames, one kind of fault after the other.
func h2Attacks() []h2Attack {
	all := append(h2Prefaces(), h2Frames()...)
	all = append(all, h2Attack{name: "a good call", served: true, send: func(c *h2Client) { c.call(1, read()) }})
	for _, f := range badFields {
		all = append(all, h2Attack{name: fmt.Sprintf("the field %.40q: %.40q", f.Name, f.Value), send: func(c *h2Client) {
			c.open(1, with(f), false)
			_ = c.WriteData(1, true, []byte("{}"))
		}})
	}
	for _, name := range []string{":method", ":scheme", ":authority", ":path", "content-type", "x-amz-target", "x-amz-date", "authorization"} {
		all = append(all, h2Attack{name: "no " + name, refused: true, send: func(c *h2Client) {
			c.open(1, without(name), false)
			_ = c.WriteData(1, true, []byte("{}"))
		}})
	}
	for _, length := range []string{"0", "1", "3", "1048577", "-1", "x", "2, 2", "18446744073709551616", ""} {
		all = append(all, h2Attack{name: fmt.Sprintf("the length %q", length), send: func(c *h2Client) {
			c.open(1, with(field("content-length", length)), false)
			_ = c.WriteData(1, true, []byte("{}"))
		}})
	}
	for _, more := range []hpack.HeaderField{
		field("host", "evil.example"), field(":authority", "evil.example"), field(":path", "/x"), field(":method", "GET"), field("x-amz-target", "Lightsail_20161128.GetRegions"),
		field("x-amz-content-sha256", "x"), field("authorization", "x"), field("transfer-encoding", "chunked"), field("x", "y\r\nX-Amz-Target: z"), field("X-Upper", "x"), field("", "x"),
		field("connection", "close"), field("x y", "z"), field("x:", "y"), field(":unknown", "x"),
	} {
		all = append(all, h2Attack{name: fmt.Sprintf("a good write and %q: %q after it", more.Name, more.Value), refused: true, send: func(c *h2Client) {
			c.call(1, write("http2"), more)
		}})
	}
	return all
}

// badFields take a good one's place or come in addition.
var badFields = []hpack.HeaderField{
	field(":method", ""), field(":method", "GET"), field(":method", "CONNECT"), field(":method", "P ST"), field(":method", "POST\r\n"), field(":method", strings.Repeat("A", 20000)),
	field(":scheme", ""), field(":scheme", "ftp"), field(":scheme", "http\x00"), field(":authority", ""), field(":authority", "user:secret@lightsail.example"),
	field(":authority", "a b"), field(":authority", "a\r\nX: y"), field(":path", ""), field(":path", "*"), field(":path", "x"), field(":path", "http://lightsail.example/"),
	field(":path", "/\x00"), field(":path", "/ HTTP/1.1\r\nX: y"), field(":path", "/%zz"), field(":path", "//"), field(":path", "/"+strings.Repeat("a", 20000)),
	field("x-value", "\x00"), field("x-value", "\r\n"), field("x-value", "\n"), field("x-value", "\xff\xfe"), field("x-value", " x "), field("x-value", "\x7f"),
	field("te", "gzip"), field("upgrade", "h2c"), field("keep-alive", "x"), field("proxy-connection", "x"), field("expect", "100-continue"), field("expect", "x"),
	field("content-encoding", "gzip"), field("trailer", "x-amz-target"), field("cookie", strings.Repeat("a=b; ", 3000)), field("x-large", strings.Repeat("x", 30000)),
	field("x-large", strings.Repeat("x", 100000)), field("x-\u00e4", "x"), field(strings.Repeat("x", 20000), "x"), field("range", "bytes=0-"),
}
