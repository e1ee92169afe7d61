//go:build hostile

package hostile

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// tokens are none of the server's: too short, too long, of other letters, or of a length that a real one could have.
var tokens = []string{
	"", "x", "AQ", "=", "AQ==", "%00", "%", "%zz", "..", "../..", "%2e%2e%2f", "a/b", "a?b", "a#b", "?token=x", "\xff\xfe", "ü", "+", " ", "'--",
	"<script>", "%3Cscript%3E", strings.Repeat("A", 139), strings.Repeat("A", 1024), strings.Repeat("A", 1025), strings.Repeat("A", 12000),
	strings.Repeat("_-", 70), strings.Repeat("%41", 140), strings.Repeat("/", 200), "AQ\x00", "AQ\r\nX-Evil: 1",
}

// bodiesOfPages are ends of headers, with what follows.
var bodiesOfPages = []string{
	"\r\n", "Content-Length: 5\r\n\r\nabcde", "Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n",
	"Content-Length: 1000000000000\r\n\r\nabcde", "Expect: 100-continue\r\nContent-Length: 5\r\n\r\nabcde",
	"Origin: http://evil.example\r\nAccess-Control-Request-Method: POST\r\n\r\n",
}

// confirmations are requests for the page on which an address is confirmed, which needs no signature.
func confirmations() []attack {
	var all []attack
	for _, token := range tokens {
		_, err := url.ParseRequestURI("/" + token)
		malformed := err != nil || strings.Contains(token, " ")
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get"} {
			if malformed && method == "HEAD" {
				continue // net/http answers with a body
			}
			for n, rest := range bodiesOfPages {
				if n > 0 && method != "GET" && method != "POST" {
					continue
				}
				a := attack{
					name: fmt.Sprintf("%s %.20q %.20q", method, token, rest), refused: true,
					send: fmt.Sprintf("%s /contact-methods/confirm/%s HTTP/1.1\r\nHost: x\r\n%s", method, token, rest),
				}
				if strings.Contains(rest, "1000000000000") {
					a.end = halfClose
				}
				if strings.HasPrefix(rest, "Expect") {
					a.answers = 2
				}
				all = append(all, a)
			}
		}
	}
	return append(all,
		attack{name: "page without a token", send: "GET /contact-methods/confirm/ HTTP/1.1\r\nHost: x\r\n\r\n", status: http.StatusNotFound},
		attack{name: "page of another folder", send: "GET /contact-methods/ HTTP/1.1\r\nHost: x\r\n\r\n", refused: true},
	)
}
