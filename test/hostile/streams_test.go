//go:build hostile

package hostile

import (
	"fmt"
	"net/http"
	"strings"
)

// forms are posted to the services that take forms; none of these leaves an entry.
func forms() []attack {
	var all []attack
	for _, contentType := range []string{"application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-8", jsonType, "text/plain"} {
		for _, service := range []string{"sts", "lightsail", "iam"} {
			for _, body := range badForms {
				s := root()
				s.service = service
				m := form(contentType, body.text).sign(s)
				all = append(all, attack{name: fmt.Sprintf("%s as %s for %s", body.name, contentType, service), send: m.String()})
			}
		}
	}
	for _, body := range badForms {
		all = append(all, attack{name: body.name + " without a signature", send: form("application/x-www-form-urlencoded", body.text).String(), refused: true})
	}
	return all
}

var badForms = []named{
	{"nothing", ""},
	{"only signs", "&&&&==&=&"},
	{"no action", "Version=2011-06-15"},
	{"an action twice", "Action=GetCallerIdentity&Action=AssumeRole&Version=2011-06-15"},
	{"an unknown action", "Action=DropEverything&Version=2011-06-15"},
	{"another version", "Action=GetCallerIdentity&Version=1999-01-01"},
	{"bad percent signs", "Action=%zz%&Version=%"},
	{"NULs", "Action=Get%00CallerIdentity&Version=2011-06-15%00"},
	{"invalid UTF-8", "Action=%ff%fe&Version=\xff"},
	{"semicolons", "Action=GetCallerIdentity;Version=2011-06-15"},
	{"an invalid role", "Action=AssumeRole&Version=2011-06-15&RoleArn=x&RoleSessionName=y"},
	{"a role of 100 KB", "Action=AssumeRole&Version=2011-06-15&RoleSessionName=y&RoleArn=" + strings.Repeat("a", 100000)},
	{"a duration that is huge", "Action=GetSessionToken&Version=2011-06-15&DurationSeconds=999999999999999999999999"},
	{"a duration below zero", "Action=GetSessionToken&Version=2011-06-15&DurationSeconds=-1"},
	{"an invalid policy", "Action=GetFederationToken&Version=2011-06-15&Name=ab&Policy=%7B%7B"},
	{"a policy of 10,000 levels", "Action=GetFederationToken&Version=2011-06-15&Name=ab&Policy=" + strings.Repeat("%5B", 10000)},
	{"members without an end", "Action=AssumeRole&Version=2011-06-15&Tags.member.99999999999.Key=a&Tags.member.-1.Key=b&Tags.member..Key=c"},
	{"20,000 parameters", "Action=GetCallerIdentity&Version=2011-06-15" + strings.Repeat("&a=b", 20000)},
	{"JSON", `{"Action":"GetCallerIdentity"}`},
	{"XML", "<Action>GetCallerIdentity</Action>"},
	{"a megabyte", "Action=" + strings.Repeat("a", 1<<20-7)},
	{"more than a megabyte", "Action=" + strings.Repeat("a", 1<<20)},
}

// cutOff breaks a good write off at many places.
func cutOff() []attack {
	var all []attack
	whole := write("cut-off").String()
	for at := 0; at < len(whole); at += len(whole)/60 + 1 {
		for _, end := range []ending{halfClose, hangUp} {
			all = append(all, attack{name: fmt.Sprintf("after %d bytes, ending %d", at, end), send: whole[:at], end: end, refused: true})
		}
	}
	for i := range 20 { // complete ones may be served, but need not be
		s := root()
		m := call("GetKeyPairs", "{}").sign(s)
		all = append(all, attack{name: fmt.Sprintf("at the end, %d", i), send: m.String(), end: halfClose})
		s.service = "sts"
		m = form("application/x-www-form-urlencoded", "Action=GetCallerIdentity&Version=2011-06-15").sign(s)
		all = append(all, attack{name: fmt.Sprintf("at the end of a form, %d", i), send: m.String(), end: halfClose})
	}
	m := call("ImportKeyPair", importBody("cut-off")).sign(root())
	m.drop("Content-Length")
	m.add("Transfer-Encoding: chunked")
	chunked := m.head() + fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(m.body), m.body)
	for cut := 1; cut < len(m.body)+8; cut += 7 {
		all = append(all, attack{name: fmt.Sprintf("chunks, %d bytes before the end", cut), send: chunked[:len(chunked)-cut], end: halfClose, refused: true})
	}
	return all
}

// pipelines send several messages at once.
func pipelines() []attack {
	good := read().String()
	bad := write("pipelined")
	bad.setBody("{}")
	junk := strings.Repeat("\x00\xff", 1000)
	all := []attack{
		{name: "100 good calls", send: strings.Repeat(good, 100), answers: 100},
		{name: "1,000 good calls", send: strings.Repeat(good, 1000), answers: 1000},
		{name: "good calls and a bad signature in turn", send: strings.Repeat(good+bad.String(), 50), answers: 100},
		{name: "a good call and junk", send: good + junk, answers: 2},
		{name: "a good call and half of one", send: good + good[:len(good)/2], end: halfClose, answers: 2},
		{name: "a good call and line ends", send: good + "\r\n\r\n", answers: 1},
		{name: "100 good calls and no reader", send: strings.Repeat(good, 100), end: hangUp},
		{name: "1,000 calls of nothing", send: strings.Repeat("POST / HTTP/1.1\r\nHost: x\r\n\r\n", 1000), answers: 1000},
		{name: "1,000 times the first page", send: strings.Repeat("GET / HTTP/1.1\r\nHost: x\r\n\r\n", 1000), answers: 1000},
	}
	for _, n := range []int{1, 10, 100, 1000} {
		m := read()
		all = append(all, attack{name: fmt.Sprint(n, " line ends before a good call"), send: strings.Repeat("\r\n", n) + m.String(), answers: 2})
	}
	return all
}

// pages are the few paths that are no calls.
func pages() []attack {
	var all []attack
	for _, path := range []string{"/healthz", "/readyz", "/metrics", "/healthz/", "/metrics/..", "/metrics?x=%zz", "//metrics", "/METRICS", "/debug/pprof/", "/favicon.ico", "/robots.txt", "/.git/config"} {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE"} {
			for _, headers := range []string{"", "Origin: null\r\nAccess-Control-Request-Method: x\r\n", "Content-Length: 5\r\n", "Accept-Encoding: gzip\r\nAccept: application/openmetrics-text;q=x\r\n"} {
				text := fmt.Sprintf("%s %s HTTP/1.1\r\nHost: x\r\n%s\r\n", method, path, headers)
				if strings.HasPrefix(headers, "Content-Length") {
					text += "abcde"
				}
				all = append(all, attack{name: fmt.Sprintf("%s %s %.10q", method, path, headers), send: text})
			}
		}
	}
	all = append(all,
		attack{name: "OPTIONS *", send: "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", status: http.StatusOK},
		attack{name: "OPTIONS * with a body", send: "OPTIONS * HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabcde"},
		attack{name: "CONNECT", send: "CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1:22\r\n\r\n", status: http.StatusForbidden},
	)
	return all
}
