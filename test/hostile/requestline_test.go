//go:build hostile

package hostile

import (
	"fmt"
	"net/http"
	"strings"
)

// requestLines bends the first line of a call that was signed with a good one.
func requestLines() []attack {
	var all []attack
	// What is refused would have left an entry; what may pass by HTTP's rules is a read.
	add := func(line string, harmless bool, status int) {
		m := write(fmt.Sprintf("line-%d", len(all)))
		if harmless {
			m = read()
		}
		m.start = line
		all = append(all, attack{name: fmt.Sprintf("%d %.60q", len(all), line), send: m.String(), refused: !harmless, status: status})
	}
	for _, method := range methods {
		add(method+" / HTTP/1.1", false, 0)
		add(method+" / HTTP/1.0", false, 0)
		add(method+" http://lightsail.example/ HTTP/1.1", false, 0)
		add(method+" /", false, 0)
	}
	for _, target := range refusedTargets {
		add("POST "+target+" HTTP/1.1", false, 0)
		add("POST "+target+" HTTP/1.0", false, 0)
	}
	for _, target := range sameTargets {
		add("POST "+target+" HTTP/1.1", true, 0)
	}
	for _, version := range refusedVersions {
		add("POST / "+version, false, 0)
		add("GET / "+version, false, 0)
	}
	for _, version := range unknownVersions { // RFC 9110, section 15.6.6
		add("POST / "+version, false, http.StatusHTTPVersionNotSupported)
		add("GET / "+version, false, http.StatusHTTPVersionNotSupported)
	}
	for _, line := range wholeLines {
		add(line, false, 0)
	}
	add("PRI / HTTP/2.0", false, http.StatusHTTPVersionNotSupported)
	add("POST / HTTP/1.0", true, 0)
	add("\r\nPOST / HTTP/1.1", true, 0)
	return all
}

// methods are others than POST. OPTIONS and HEAD are HTTP's, and no call.
var methods = []string{
	"GET", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "post", "Post", "POSTT", "POS", "P\x00ST", "POST\t", "\tPOST", "P\xffST",
	"ПОСТ", "POST:", "(POST)", "\"POST\"", "POST\x0b", "{}", strings.Repeat("A", 40000), "HTTP/1.1", "-", "",
}

// refusedTargets are other targets than the API's, or none at all.
var refusedTargets = []string{
	"", "*", "/.", "/..", "/../", "//..", "/a/..", "/%00", "/%zz", "/%2e", "/%2f", "/%", "/;a", "\\", "/\\", "/a b", "/\x00", "/\x7f", "/\t",
	"/\xff\xfe", "/ä", "//evil.example/", "///", "/healthz", "/metrics", "/readyz", "/index.html", "a", "?", "#", "/#fragment", "%2f", "http:", "http://", "://", "http://[::1", "http://[::1]:99999999/", "http://user:secret@lightsail.example/x", "http://lightsail.example:port/",
	"ftp://lightsail.example/x", "javascript:alert(1)", "file:///etc/passwd", "/../../../../etc/passwd", "lightsail.example:443",
	"/?X-Amz-Signature=1", "/?X-Amz-Algorithm=AWS4-HMAC-SHA256", "/?a=%zz", "/?" + strings.Repeat("a", 9000), "/" + strings.Repeat("a", 20000),
	"/" + strings.Repeat("../", 5000), "/?" + strings.Repeat("a=b&", 6000), "http://evil.example/", "https://evil.example/", "/?x", "/?x=1&x=2",
}

// sameTargets mean what / means.
var sameTargets = []string{"/", "/?", "http://lightsail.example/", "HTTP://lightsail.example/", "http:/", "http:///"}

// refusedVersions are not HTTP's form of a version.
var refusedVersions = []string{
	"HTTP", "HTTP/", "HTTP/1", "HTTP/1.", "HTTP/.1", "HTTP/1.1.1", "http/1.1", "Http/1.1", "HTTP/1.10", "HTTP/01.1", "HTTP/1.01", "HTTP/-1.1", "HTTP/+1.1",
	"HTTP/1,1", "HTTP/1 .1", "HTTPS/1.1", "XTTP/1.1", "HTTP/1.1x", "HTTP/1.1 x", "HTTP/1.1\x00", "HTTP\\1.1", "HTTP/1.1/", "HTTP/a.b", "HTTP/١.١", "SIP/2.0",
	"RTSP/1.0", "ICY", "HTTP/1.1" + strings.Repeat(" ", 40000), "HTTP/99999999999999999999.1",
}

// unknownVersions have the form.
var unknownVersions = []string{"HTTP/0.9", "HTTP/2.0", "HTTP/3.0", "HTTP/9.9", "HTTP/0.0"}

var wholeLines = []string{
	"", " ", "\t", "\x00", "POST", "POST ", " / HTTP/1.1", "POST/HTTP/1.1", "POST  / HTTP/1.1", "POST /  HTTP/1.1", "POST\t/\tHTTP/1.1", "POST / HTTP/1.1\rX: y",
	"HTTP/1.1 200 OK", "{}", `{"keyPairName":"x"}`, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "SSH-2.0-OpenSSH_9.9", "EHLO lightsail.example",
	"*1\r\n$4\r\nPING", "GET /", "\xef\xbb\xbfPOST / HTTP/1.1", "PRI * HTTP/2.0", "POST / HTTP/1.1\x00", strings.Repeat("A", 100000),
}
