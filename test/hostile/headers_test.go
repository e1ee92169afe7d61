//go:build hostile

package hostile

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// bend changes a header's line. What is not harmless changes what the server may take for the value.
type bend struct {
	name     string
	harmless bool
	line     func(name, value string) string
}

var bends = []bend{
	{"empty", false, func(n, _ string) string { return n + ":" }},
	{"blank", false, func(n, _ string) string { return n + ": \t " }},
	{"without a colon", false, func(n, v string) string { return n + " " + v }},
	{"with only its name", false, func(n, _ string) string { return n }},
	{"a space before the colon", false, func(n, v string) string { return n + " : " + v }},
	{"a tab before the colon", false, func(n, v string) string { return n + "\t: " + v }},
	{"a space before the name", false, func(n, v string) string { return " " + n + ": " + v }},
	{"a NUL in the name", false, func(n, v string) string { return n[:2] + "\x00" + n[2:] + ": " + v }},
	{"a NUL after the name", false, func(n, v string) string { return n + "\x00: " + v }},
	{"a space in the name", false, func(n, v string) string { return n[:2] + " " + n[2:] + ": " + v }},
	{"underscores in the name", false, func(n, v string) string { return "X_" + strings.ReplaceAll(n, "-", "_") + ": " + v }},
	{"8-bit bytes in the name", false, func(n, v string) string { return n + "\xe9: " + v }},
	{"a NUL in the value", false, func(n, v string) string { return n + ": " + v + "\x00" }},
	{"a NUL before the value", false, func(n, v string) string { return n + ": \x00" + v }},
	{"a carriage return in the value", false, func(n, v string) string { return n + ": " + v + "\rX: y" }},
	{"a bell in the value", false, func(n, v string) string { return n + ": " + v + "\a" }},
	{"a DEL in the value", false, func(n, v string) string { return n + ": " + v + "\x7f" }},
	{"a vertical tab before the value", false, func(n, v string) string { return n + ": \v" + v }},
	{"invalid UTF-8 after the value", false, func(n, v string) string { return n + ": " + v + "\xff\xfe\xc0\x80" }},
	{"a no-break space after the value", true, func(n, v string) string { return n + ": " + v + "\u00a0" }},
	{"a zero-width space before the value", false, func(n, v string) string { return n + ": \u200b" + v }},
	{"quoted", false, func(n, v string) string { return n + `: "` + v + `"` }},
	{"twice in one line", false, func(n, v string) string { return n + ": " + v + ", " + v }},
	{"with another value after it", false, func(n, v string) string { return n + ": " + v + "\r\n" + n + ": other" }},
	{"with another value before it", false, func(n, v string) string { return n + ": other\r\n" + n + ": " + v }},
	{"of 9 KB", false, func(n, v string) string { return n + ": " + v + strings.Repeat("x", 9000) }},
	{"of 40 KB", false, func(n, v string) string { return n + ": " + v + strings.Repeat("x", 40000) }},
	{"of 1 MB", false, func(n, v string) string { return n + ": " + v + strings.Repeat("x", 1<<20) }},
	{"reversed", false, func(n, v string) string { b := []byte(v); slices.Reverse(b); return n + ": " + string(b) }},
	{"percent-encoded", false, func(n, v string) string { return n + ": " + strings.ReplaceAll(v, "/", "%2F") + "%20" }},
	{"folded in the middle", true, func(n, v string) string { return n + ": " + v[:1] + "\r\n " + v[1:] }},
	{"folded before the value", true, func(n, v string) string { return n + ":\r\n " + v }},
	{"folded by a tab", true, func(n, v string) string { return n + ":\r\n\t" + v }},
	{"folded many times", true, func(n, v string) string { return n + ":" + strings.Repeat("\r\n ", 1000) + v }},
	{"with the same value again", true, func(n, v string) string { return n + ": " + v + "\r\n" + n + ": " + v }},
	{"upper-case", true, func(n, v string) string { return strings.ToUpper(n) + ": " + v }},
	{"lower-case", true, func(n, v string) string { return strings.ToLower(n) + ": " + v }},
	{"without a space", true, func(n, v string) string { return n + ":" + v }},
	{"with spaces around", true, func(n, v string) string { return n + ":    \t  " + v + "   \t " }},
	{"with a bare line feed", true, func(n, v string) string { return n + ": " + v + "\nX-Next: x" }},
}

// headers bends each header that a call depends on, after it was signed; and some before, so that the signature holds.
func headers() []attack {
	var all []attack
	for _, name := range []string{"Host", "Content-Type", "X-Amz-Target", "X-Amz-Date", "Authorization", "Content-Length"} {
		m := write("without-a-header")
		m.drop(name)
		all = append(all, attack{name: name + " missing", send: m.String(), refused: true, answers: 2})
		for _, b := range bends {
			m := write("bent-header")
			if b.harmless {
				m = read()
			}
			m.replaceLine(name, b.line(name, m.value(name)))
			all = append(all, attack{name: name + " " + b.name, send: m.String(), refused: !b.harmless, answers: 2})
		}
	}
	for _, b := range bends {
		m := call("GetRegions", "{}")
		m.add("X-Amz-Other: value")
		m.sign(root())
		m.replaceLine("X-Amz-Other", b.line("X-Amz-Other", "value"))
		all = append(all, attack{name: "a header that is signed and unknown, " + b.name, send: m.String(), answers: 2})
	}
	for _, line := range strangeHeaders {
		m := call("GetRegions", "{}")
		m.add(line)
		m.sign(root())
		all = append(all, attack{name: fmt.Sprintf("with %.50q", line), send: m.String(), answers: 2})
	}
	for _, eol := range []string{"\n", "\r", "\n\r", "\r\r\n", "\r\n\r", "\x0b", "\x85", "\u2028", " \r\n", "\t\r\n", "\x00\r\n"} {
		m := read()
		m.eol = eol
		all = append(all, attack{name: fmt.Sprintf("lines that end in %q", eol), send: m.String(), end: halfClose, answers: 2})
	}
	return all
}

// strangeHeaders are HTTP's own, with odd values, and those by which proxies and frameworks are told lies.
var strangeHeaders = []string{
	"Connection: close", "Connection: Host, Content-Length, Authorization", "Connection: upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
	"Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13", "Expect: 100-continue",
	"Keep-Alive: timeout=999999, max=999999", "Proxy-Connection: keep-alive", "Content-Encoding: gzip", "Content-Encoding: identity", "Content-Encoding: br, gzip",
	"Accept-Encoding: gzip;q=1e999", "Accept: " + strings.Repeat("a/b,", 5000), "Range: bytes=0-18446744073709551615", "If-Match: *", "If-Modified-Since: x",
	"Date: x", "Date: " + strings.Repeat("9", 1000), "Origin: null", "Origin: https://evil.example", "Cookie: " + strings.Repeat("a=b; ", 4000),
	"X-Forwarded-For: 127.0.0.1", "X-Forwarded-Host: evil.example", "X-Forwarded-Proto: https", "Forwarded: for=\"[::1]\"", "X-Http-Method-Override: DELETE",
	"X-Method-Override: PUT", "X-Original-URL: /metrics", "X-Rewrite-URL: /metrics", "Trailer: X-Amz-Target", "Trailer: Content-Length", "TE: trailers, deflate;q=x",
	"Max-Forwards: -1", "Via: 1.1 " + strings.Repeat("x, ", 3000), "Authorization2: x", "Sec-Fetch-Mode: cors", "Traceparent: 00-" + strings.Repeat("f", 1000) + "-00-00",
	"User-Agent: ${jndi:ldap://127.0.0.1/x}", "User-Agent: () { :; }; exit", "Referer: javascript:alert(1)", "Content-Disposition: attachment", "Content-MD5: x",
	"Amz-Sdk-Request: attempt=99999999999999999999; max=-1", "Amz-Sdk-Invocation-Id: x", "X-Amzn-Trace-Id: Root=" + strings.Repeat("1", 5000),
	"Content-Location: /", "Content-Range: bytes 0-1/2", "Access-Control-Request-Method: POST", "Access-Control-Request-Private-Network: true",
	"X-Amz-Content-Sha256: " + hash("{}"), "X-Amz-Security-Token:", "X-Amz-Date2: x", "X-Amz-: x", "X-Amz-Meta-\u00e4: x",
}

// floods are more or larger headers than anybody needs.
func floods() []attack {
	var all []attack
	add := func(name string, refused bool, status int, lines ...string) {
		m := read()
		if refused {
			m = write("flood")
		}
		m.add(lines...)
		all = append(all, attack{name: name, send: m.String(), refused: refused, status: status})
	}
	numbered := func(n int, format string) []string {
		lines := make([]string, n)
		for i := range lines {
			lines[i] = fmt.Sprintf(format, i)
		}
		return lines
	}
	const large = http.StatusRequestHeaderFieldsTooLarge
	for _, n := range []int{10, 100, 1000} {
		add(fmt.Sprint(n, " headers"), false, 0, numbered(n, "X-Flood-%d: x")...)
		add(fmt.Sprint(n, " headers of one name"), false, 0, slices.Repeat([]string{"X-Flood: x"}, n)...)
		add(fmt.Sprint(n, " x-amz headers that are not signed"), false, 0, numbered(n, "X-Amz-Flood-%d: x")...)
		add(fmt.Sprint(n, " empty values"), false, 0, numbered(n, "X-%d:")...)
		add(fmt.Sprint(n, " headers without a name"), true, 0, slices.Repeat([]string{": x"}, n)...)
		add(fmt.Sprint(n, " cookies"), false, 0, numbered(n, "Cookie: a%d=b")...)
	}
	for _, n := range []int{10000, 50000} {
		add(fmt.Sprint(n, " headers"), true, large, numbered(n, "X-Flood-%d: x")...)
		add(fmt.Sprint(n, " headers of one name"), true, large, slices.Repeat([]string{"X-Flood: x"}, n)...)
		add(fmt.Sprint(n, " headers without a name"), true, 0, slices.Repeat([]string{": x"}, n)...)
	}
	for _, size := range []int{1 << 10, 16 << 10, 31 << 10} {
		add(fmt.Sprint("a header of ", size, " bytes"), false, 0, "X-Flood: "+strings.Repeat("x", size))
		add(fmt.Sprint("a name of ", size, " bytes"), false, 0, strings.Repeat("x", size)+": x")
		add(fmt.Sprint("a target of ", size, " bytes after the other"), true, 0, "X-Amz-Target: "+strings.Repeat("x", size))
		add(fmt.Sprint("an Authorization of ", size, " bytes after the other"), true, 0, "Authorization: "+strings.Repeat("x", size))
	}
	for _, size := range []int{40 << 10, 100 << 10, 1 << 20, 4 << 20} {
		add(fmt.Sprint("a header of ", size, " bytes"), true, large, "X-Flood: "+strings.Repeat("x", size))
		add(fmt.Sprint("a name of ", size, " bytes"), true, large, strings.Repeat("x", size)+": x")
		add(fmt.Sprint("a line of ", size, " bytes without a colon"), true, 0, strings.Repeat("x", size))
		add(fmt.Sprint("a folded header of ", size, " bytes"), true, 0, "X-Flood: x"+strings.Repeat("\r\n x", size/4))
	}
	return all
}
