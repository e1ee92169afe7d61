//go:build hostile

package hostile

import (
	"fmt"
	"strings"
)

// chunks bends a body in chunks. The call is signed over the body that a lenient reader would find.
func chunks() []attack {
	var all []attack
	for _, row := range chunked {
		m := call("ImportKeyPair", importBody("chunks"))
		if row.harmless {
			m = call("GetRegions", "{}")
		}
		m.drop("Content-Length")
		m.add("Transfer-Encoding: chunked")
		m.sign(root())
		m.body = row.wrap(m.body)
		all = append(all, attack{name: row.name, send: m.String(), refused: !row.harmless})
	}
	return all
}

// sized gives the body one chunk with this text for its size line; %x in it is the size.
func sized(format string) func(string) string {
	return func(body string) string {
		size := strings.ReplaceAll(format, "%x", fmt.Sprintf("%x", len(body)))
		return size + "\r\n" + body + "\r\n0\r\n\r\n"
	}
}

// ending gives the body one good chunk and this text after it.
func endingWith(text string) func(string) string {
	return func(body string) string { return fmt.Sprintf("%x\r\n%s%s", len(body), body, text) }
}

// chunked are the rows: harmless ones may be read, by HTTP's rules or by a common leniency that makes no difference
// where the connection is closed afterwards.
var chunked = []struct {
	name     string
	wrap     func(string) string
	harmless bool
}{
	{"one chunk", sized("%x"), true},
	{"an upper-case size", func(b string) string {
		return strings.ToUpper(fmt.Sprintf("%x", len(b))) + "\r\n" + b + "\r\n0\r\n\r\n"
	}, true},
	{"leading zeros", sized("000%x"), true},
	{"many leading zeros", sized(strings.Repeat("0", 30) + "%x"), false},
	{"thousands of leading zeros", sized(strings.Repeat("0", 5000) + "%x"), false},
	{"a hexadecimal prefix", sized("0x%x"), false},
	{"a sign", sized("-%x"), false},
	{"a plus", sized("+%x"), false},
	{"a space in front", sized(" %x"), false},
	{"a space at the end", sized("%x "), true},
	{"a tab at the end", sized("%x\t"), true},
	{"an empty size", sized(""), false},
	{"no digit", sized("G"), false},
	{"a digit and none", sized("%xg"), false},
	{"a NUL", sized("%x\x00"), false},
	{"a comma", sized("%x,%x"), false},
	{"a dot", sized("%x.0"), false},
	{"full-width digits", sized("１"), false},
	{"a size of 64 bits", sized("ffffffffffffffff"), false},
	{"a size of 63 bits", sized("7fffffffffffffff"), false},
	{"a size of more than 64 bits", sized("1ffffffffffffffff"), false},
	{"a size of more than 64 bits that wraps around", sized("10000000000000002"), false},
	{"a size of 32 bits", sized("ffffffff"), false},
	{"a negative size of 32 bits", sized("80000000"), false},
	{"more than the limit", sized("100001"), false},
	{"an extension", sized("%x;name=value"), true},
	{"an empty extension", sized("%x;"), true},
	{"a quoted extension", sized(`%x;name="a;b"`), true},
	{"an extension with a line feed in quotes", sized("%x;name=\"a\nb\""), false},
	{"an extension with a carriage return", sized("%x;a\rb"), false},
	{"an extension of 3 KB", sized("%x;" + strings.Repeat("a", 3000)), true},
	{"an extension of 5 KB", sized("%x;" + strings.Repeat("a", 5000)), false},
	{"an extension of 1 MB", sized("%x;" + strings.Repeat("a", 1<<20)), false},
	{"a bare line feed after the size", func(b string) string { return fmt.Sprintf("%x\n%s\r\n0\r\n\r\n", len(b), b) }, false},
	{"a bare carriage return after the size", func(b string) string { return fmt.Sprintf("%x\r%s\r\n0\r\n\r\n", len(b), b) }, false},
	{"two carriage returns", sized("%x\r"), false},
	{"an empty line in front", sized("\r\n%x"), false},
	{"no line end after the data", endingWith("0\r\n\r\n"), false},
	{"a bare line feed after the data", endingWith("\n0\r\n\r\n"), false},
	{"one byte too much", endingWith("x\r\n0\r\n\r\n"), false},
	{"a kilobyte too much", endingWith(strings.Repeat("x", 1024) + "\r\n0\r\n\r\n"), false},
	{"a size that is one short", func(b string) string { return fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(b)-1, b) }, false},
	{"a size that is one long", func(b string) string { return fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(b)+1, b) }, false},
	{"a last chunk of many zeros", endingWith("\r\n" + strings.Repeat("0", 15) + "\r\n\r\n"), true},
	{"a last chunk with an extension", endingWith("\r\n0;last\r\n\r\n"), true},
	{"a last chunk below zero", endingWith("\r\n-0\r\n\r\n"), false},
	{"a trailer", endingWith("\r\n0\r\nX-Trailer: x\r\n\r\n"), true},
	{"a trailer with a target", endingWith("\r\n0\r\nX-Amz-Target: Lightsail_20161128.ImportKeyPair\r\n\r\n"), true},
	{"a trailer with a length", endingWith("\r\n0\r\nContent-Length: 5\r\n\r\n"), true},
	{"a trailer with an encoding", endingWith("\r\n0\r\nTransfer-Encoding: gzip\r\n\r\n"), true},
	{"a trailer with a host", endingWith("\r\n0\r\nHost: evil.example\r\n\r\n"), true},
	{"a trailer with a signature", endingWith("\r\n0\r\nAuthorization: AWS4-HMAC-SHA256 x\r\n\r\n"), true},
	{"a trailer without a colon", endingWith("\r\n0\r\ntrailer\r\n\r\n"), false},
	{"a trailer with a space before the colon", endingWith("\r\n0\r\ntrailer : x\r\n\r\n"), true},
	{"a trailer with a NUL in its name", endingWith("\r\n0\r\ntrai\x00ler: x\r\n\r\n"), false},
	{"a trailer that is folded", endingWith("\r\n0\r\n x: y\r\n\r\n"), false},
	{"a thousand trailers", endingWith("\r\n0\r\n" + strings.Repeat("X-Trailer: x\r\n", 1000) + "\r\n"), true},
	{"a trailer of 100 KB", endingWith("\r\n0\r\nX-Trailer: " + strings.Repeat("x", 100000) + "\r\n\r\n"), false},
	{"a call in the place of the trailer", endingWith("\r\n0\r\nPOST / HTTP/1.1\r\nHost: lightsail.example\r\n\r\n"), false},
	{"a line feed for the end", endingWith("\r\n0\n\n"), false},
	{"one byte in each chunk", func(b string) string { return each(b, "1\r\n%c\r\n") + "0\r\n\r\n" }, true},
	{"one byte in each chunk, with extensions", func(b string) string { return each(b, "1;"+strings.Repeat("x", 1000)+"\r\n%c\r\n") + "0\r\n\r\n" }, false},
	{"more than the limit in small chunks", func(string) string {
		return strings.Repeat("400\r\n"+strings.Repeat(" ", 1024)+"\r\n", 1100) + "0\r\n\r\n"
	}, false},
	{"more than the limit in chunks of one byte", func(string) string { return strings.Repeat("1\r\nx\r\n", 1<<20+1) + "0\r\n\r\n" }, false},
	{"no chunk", func(string) string { return "0\r\n\r\n" }, false},
	{"the body as it is", func(b string) string { return b }, false},
	{"nothing but line ends", func(string) string { return strings.Repeat("\r\n", 10000) }, false},
	{"zeros", func(string) string { return strings.Repeat("0", 100000) }, false},
}

func each(body, format string) string {
	var b strings.Builder
	for _, c := range []byte(body) {
		fmt.Fprintf(&b, format, c)
	}
	return b.String()
}
