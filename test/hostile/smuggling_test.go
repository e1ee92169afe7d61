//go:build hostile

package hostile

import (
	"fmt"
	"net/http"
	"strings"
)

// encodings are all ways to write that a body comes in chunks, or to look like it. plain ones are HTTP's.
var encodings = []struct {
	line          string
	plain, refuse bool
	status        int
}{
	{line: "Transfer-Encoding: chunked", plain: true},
	{line: "Transfer-Encoding:chunked", plain: true},
	{line: "Transfer-Encoding:  chunked", plain: true},
	{line: "Transfer-Encoding:\tchunked", plain: true},
	{line: "Transfer-Encoding: chunked ", plain: true},
	{line: "Transfer-Encoding: chunked\t", plain: true},
	{line: "Transfer-Encoding: CHUNKED", plain: true},
	{line: "Transfer-Encoding: cHuNkEd", plain: true},
	{line: "transfer-encoding: chunked", plain: true},
	{line: "TRANSFER-ENCODING: chunked", plain: true},
	{line: "Transfer-Encoding:\r\n chunked", plain: true},
	{line: "X: y\nTransfer-Encoding: chunked", plain: true},
	{line: "Transfer-Encoding: xchunked", status: http.StatusNotImplemented},
	{line: "Transfer-Encoding: chunkedx", status: http.StatusNotImplemented},
	{line: "Transfer-Encoding: chunked, identity", status: http.StatusNotImplemented},
	{line: "Transfer-Encoding: identity, chunked", status: http.StatusNotImplemented},
	{line: "Transfer-Encoding: gzip, chunked", status: http.StatusNotImplemented},
	{line: "Transfer-Encoding: chunked, chunked", status: http.StatusNotImplemented},
	{line: "Transfer-Encoding: identity", status: http.StatusNotImplemented},
	{line: "Transfer-Encoding: gzip", status: http.StatusNotImplemented},
	{line: "Transfer-Encoding: chunked;q=1", status: http.StatusNotImplemented},
	{line: "Transfer-Encoding: \"chunked\"", status: http.StatusNotImplemented},
	{line: "Transfer-Encoding: chunked,", status: http.StatusNotImplemented},
	{line: "Transfer-Encoding: ,chunked", status: http.StatusNotImplemented},
	{line: "Transfer-Encoding:", status: http.StatusNotImplemented},
	{line: "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", status: http.StatusNotImplemented},
	{line: "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked", status: http.StatusNotImplemented},
	{line: "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", status: http.StatusNotImplemented},
	{line: "Transfer-Encoding: chunked\r\n identity", status: http.StatusNotImplemented},
	{line: "Transfer-Encoding: ｃｈｕｎｋｅｄ", status: http.StatusNotImplemented},
	{line: "Transfer-Encoding: \x0bchunked", refuse: true},
	{line: "Transfer-Encoding: chunked\x00", refuse: true},
	{line: "Transfer-Encoding: chunked\rX: y", refuse: true},
	{line: "Transfer-Encoding : chunked", refuse: true},
	{line: "Transfer-Encoding\t: chunked", refuse: true},
	{line: "Transfer-Encoding\x00: chunked", refuse: true},
	{line: "Transfer Encoding: chunked", refuse: true},
	{line: "Transfer-Encoding\xff: chunked", refuse: true},
	{line: "Transfer-Encodıng: chunked", refuse: true},
	{line: "Transfer-Encoding chunked", refuse: true},
	{line: ": chunked", refuse: true},
	{line: "Transfer_Encoding: chunked"},
	{line: "X-Transfer-Encoding: chunked"},
	{line: "TE: chunked"},
	{line: "Content-Encoding: chunked"},
	{line: "Connection: Transfer-Encoding"},
}

// smuggling puts a second call after the end that one of two readers of a message sees, where the length says
// something else than the encoding. Whatever the server takes for the end, it must not answer twice as long as it
// honors the encoding.
func smuggling() []attack {
	var all []attack
	for _, e := range encodings {
		second := write("smuggled").String()
		if !e.plain && !e.refuse && e.status == 0 {
			second = read().String() // after a header that says nothing it may be served
		}
		for _, version := range []string{"1.1", "1.0"} {
			for _, length := range []string{"", "0", "5", "whole", "0, 5", "5\r\nContent-Length: 6"} {
				m := call("GetRegions", "0\r\n\r\n"+second)
				m.start = "POST / HTTP/" + version
				m.drop("Content-Length")
				switch length {
				case "":
				case "whole":
					m.add(fmt.Sprintf("Content-Length: %d", len(m.body)))
				default:
					m.add("Content-Length: " + length)
				}
				m.add(e.line)
				a := attack{name: fmt.Sprintf("%q, HTTP/%s, length %q", e.line, version, length), send: m.String(), refused: true, answers: 2}
				if version == "1.1" && e.plain {
					a.answers = 1
				}
				if version == "1.1" {
					a.status = e.status
				}
				all = append(all, a)
			}
		}
	}
	return all
}

// lengths bends Content-Length alone.
func lengths() []attack {
	var all []attack
	body := importBody("length")
	n := len(body)
	add := func(name string, answers int, lines ...string) {
		m := call("ImportKeyPair", body).sign(root())
		m.drop("Content-Length")
		m.add(lines...)
		all = append(all, attack{name: name, send: m.String(), refused: true, answers: answers})
	}
	for _, value := range []string{
		"-1", "+5", "5 5", "5,5", "5, 6", "0x5", "5e0", "5.0", "5;", "\"5\"", "NaN", "Infinity", "a", "٥", "5\x00", "5 a", "--5", "18446744073709551616", "9223372036854775807",
		"9223372036854775808", "99999999999999999999999999999999999999", "1048577", "2147483648", "4294967296", "1099511627776", strings.Repeat("9", 4000),
	} {
		add(fmt.Sprintf("%.40q", value), 1, "Content-Length: "+value)
	}
	add("none", 2)
	add("empty", 2, "Content-Length:")
	add("two that differ", 1, fmt.Sprintf("Content-Length: %d", n), fmt.Sprintf("Content-Length: %d", n+1))
	add("two that differ, the first too short", 1, "Content-Length: 1", fmt.Sprintf("Content-Length: %d", n))
	for _, short := range []int{0, 1, 2, n - 2, n - 1} {
		add(fmt.Sprintf("too short by %d", n-short), 2, fmt.Sprintf("Content-Length: %d", short))
	}
	for _, long := range []int{1, 2, 100, 1 << 19} {
		add(fmt.Sprintf("too long by %d", long), 1, fmt.Sprintf("Content-Length: %d", n+long))
	}
	return all
}
