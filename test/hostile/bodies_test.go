//go:build hostile

package hostile

import (
	"fmt"
	"strings"
)

// bodies sends well-signed calls whose bodies are not what the API takes. The ones that would leave something behind
// are refused for each body; whether a call that has no input minds is its own affair.
func bodies() []attack {
	var all []attack
	for _, body := range badBodies {
		for _, action := range []string{"ImportKeyPair", "CreateKeyPair", "TagResource", "CreateInstances", "GetKeyPair", "GetKeyPairs", "GetRegions"} {
			a := attack{name: fmt.Sprintf("%s of %s", action, body.name), send: call(action, body.text).sign(root()).String()}
			a.refused = !strings.HasPrefix(action, "Get")
			all = append(all, a)
		}
	}
	for _, value := range badNames {
		for _, action := range []string{"ImportKeyPair", "CreateKeyPair", "GetKeyPair", "DeleteKeyPair"} {
			body := fmt.Sprintf(`{"keyPairName":%s,"publicKeyBase64":%q}`, value.text, publicKey)
			all = append(all, attack{name: fmt.Sprintf("%s with %s for a name", action, value.name), send: call(action, body).sign(root()).String(), refused: true})
		}
	}
	for _, key := range badKeys {
		body := fmt.Sprintf(`{"keyPairName":"bad-key","publicKeyBase64":%s}`, key.text)
		all = append(all, attack{name: "ImportKeyPair with " + key.name + " for a key", send: call("ImportKeyPair", body).sign(root()).String(), refused: true})
	}
	for _, token := range append(badNames, badKeys...) {
		body := fmt.Sprintf(`{"pageToken":%s}`, token.text)
		all = append(all, attack{name: "GetKeyPairs with " + token.name + " for a page token", send: call("GetKeyPairs", body).sign(root()).String()})
	}
	return all
}

type named struct{ name, text string }

func nested(left, right string, depth int) string {
	return strings.Repeat(left, depth) + strings.Repeat(right, depth)
}

// badBodies are no inputs of a call that has required members.
var badBodies = []named{
	{"nothing", ""},
	{"a space", " "},
	{"line ends", "\r\n\r\n"},
	{"null", "null"},
	{"true", "true"},
	{"a number", "1"},
	{"a text", `"keyPairName"`},
	{"a list", "[]"},
	{"a list of objects", `[{"keyPairName":"listed"}]`},
	{"no members", "{}"},
	{"an open brace", "{"},
	{"a closing brace", "}"},
	{"two objects", `{}{}`},
	{"an object and more", `{} x`},
	{"two braces", "{{}}"},
	{"a name without quotes", `{keyPairName:"bare"}`},
	{"single quotes", `{'keyPairName':'single'}`},
	{"a trailing comma", `{"keyPairName":"comma",}`},
	{"a leading comma", `{,"keyPairName":"comma"}`},
	{"no colon", `{"keyPairName" "colon"}`},
	{"no value", `{"keyPairName":}`},
	{"an open text", `{"keyPairName":"open`},
	{"a comment", `{"keyPairName":"comment"/* */}`},
	{"a line comment", "// x\n{\"keyPairName\":\"comment\"}"},
	{"a byte order mark", "\ufeff{\"keyPairName\":\"bom\"}"},
	{"UTF-16", "\xff\xfe{\x00}\x00"},
	{"invalid UTF-8", "{\"keyPairName\":\"\xff\xfe\"}"},
	{"overlong UTF-8", "{\"keyPairName\":\"\xc0\xaf\"}"},
	{"UTF-8 of a surrogate", "{\"keyPairName\":\"\xed\xa0\x80\"}"},
	{"UTF-8 beyond the last character", "{\"keyPairName\":\"\xf4\x90\x80\x80\"}"},
	{"invalid UTF-8 in a member's name", "{\"\xff\":1}"},
	{"a NUL", "{\"keyPairName\":\"\x00\"}"},
	{"an escaped NUL", `{"keyPairName":"a\u0000b"}`},
	{"NULs only", strings.Repeat("\x00", 1000)},
	{"a line feed in a text", "{\"keyPairName\":\"a\nb\"}"},
	{"a lone surrogate", `{"keyPairName":"\ud800"}`},
	{"surrogates the wrong way round", `{"keyPairName":"\udc00\ud800"}`},
	{"an unknown escape", `{"keyPairName":"\x41"}`},
	{"a short escape", `{"keyPairName":"\u12"}`},
	{"the same member twice", `{"keyPairName":"twice","keyPairName":"again"}`},
	{"the same member twice, once escaped", `{"keyPairName":"twice","key\u0050airName":"again"}`},
	{"an unknown member twice", `{"x":1,"x":2}`},
	{"a member in another case", `{"KeyPairName":"case","PublicKeyBase64":"x","ResourceName":"x"}`},
	{"prototype members", `{"__proto__":{"keyPairName":"proto"},"constructor":{"prototype":{"keyPairName":"proto"}}}`},
	{"33 levels", nested("[", "]", 33)},
	{"an object of 33 levels", `{"x":` + nested(`{"x":`, "}", 33) + "}"},
	{"a list in a member of 1,000 levels", `{"x":` + nested("[", "]", 1000) + "}"},
	{"100,000 open lists", strings.Repeat("[", 100000)},
	{"100,000 open objects", strings.Repeat(`{"a":`, 100000)},
	{"a million open lists", strings.Repeat("[", 1<<20)},
	{"a huge exponent", `{"x":1e999999999}`},
	{"a tiny exponent", `{"x":1e-999999999}`},
	{"a number of 500,000 digits", `{"x":` + strings.Repeat("9", 500000) + "}"},
	{"a fraction of 500,000 digits", `{"x":0.` + strings.Repeat("9", 500000) + "}"},
	{"an invalid number", `{"x":NaN}`},
	{"infinity", `{"x":Infinity}`},
	{"minus infinity", `{"x":-Infinity}`},
	{"a hexadecimal number", `{"x":0x10}`},
	{"an octal number", `{"x":010}`},
	{"a plus", `{"x":+1}`},
	{"a lone minus", `{"x":-}`},
	{"a dot without digits", `{"x":1.}`},
	{"a dot in front", `{"x":.5}`},
	{"an exponent without digits", `{"x":1e}`},
	{"100,000 members", "{" + strings.Repeat(`"x":1,`, 100000) + `"y":1}`},
	{"100,000 elements", `{"tags":[` + strings.Repeat("1,", 100000) + "1]}"},
	{"100,000 empty elements", `{"tags":[` + strings.Repeat("{},", 100000) + "{}]}"},
	{"a member's name of 500 KB", `{"` + strings.Repeat("x", 500000) + `":1}`},
	{"a text of 1 MB less a little", `{"x":"` + strings.Repeat("x", 1<<20-20) + `"}`},
	{"escapes of 1 MB less a little", `{"x":"` + strings.Repeat(`\u0041`, 170000) + `"}`},
	{"a byte more than the limit", strings.Repeat(" ", 1<<20-1) + "{}"},
	{"spaces up to the limit", strings.Repeat(" ", 1<<20)},
	{"XML", `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>`},
	{"a form", "Action=ImportKeyPair&keyPairName=form"},
	{"CBOR", "\xbf\x6bkeyPairName\x61x\xff"},
	{"gzip", "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\xae\x05\x00\x43\xbf\xa6\xa3\x02\x00\x00\x00"},
	{"a multipart body", "--x\r\nContent-Disposition: form-data; name=\"keyPairName\"\r\n\r\nx\r\n--x--\r\n"},
	{"a number for a text", `{"keyPairName":1,"resourceName":1,"instanceNames":1,"tags":1,"pageToken":1}`},
	{"an object for a text", `{"keyPairName":{},"resourceName":{},"instanceNames":{},"tags":{},"pageToken":{}}`},
	{"a list for a text", `{"keyPairName":[],"resourceName":[],"pageToken":[]}`},
	{"a boolean for a text", `{"keyPairName":true,"resourceName":false,"pageToken":true}`},
	{"null for a text", `{"keyPairName":null,"resourceName":null,"publicKeyBase64":null,"tags":null,"pageToken":null}`},
	{"a text for a boolean", `{"includeDefaultKeyPair":"true","includeAvailabilityZones":"yes"}`},
	{"a list in a list", `{"tags":[[[]]]}`},
	{"tags that are texts", `{"keyPairName":"tagged","resourceName":"tagged","tags":["a","b"]}`},
	{"tags of nulls", `{"keyPairName":"tagged","resourceName":"tagged","tags":[null,null]}`},
	{"200 tags", `{"keyPairName":"tagged","resourceName":"tagged","tags":[` + strings.Repeat(`{"key":"k","value":"v"},`, 199) + `{"key":"k","value":"v"}]}`},
	{"a tag key of 100 KB", `{"keyPairName":"tagged","resourceName":"tagged","tags":[{"key":"` + strings.Repeat("k", 100000) + `"}]}`},
}

// badNames are JSON values that name nothing that can be.
var badNames = []named{
	{"an empty text", `""`},
	{"a space", `" "`},
	{"one letter", `"a"`},
	{"a slash", `"a/b"`},
	{"a path", `"../../etc/passwd"`},
	{"SQL", `"x'; DROP TABLE resources; --"`},
	{"a wildcard", `"*"`},
	{"a percent sign", `"%%"`},
	{"a format", `"%s%n"`},
	{"a template", `"{{.}}${x}"`},
	{"mark-up", `"<script>alert(1)</script>"`},
	{"a line feed", `"a\nb"`},
	{"header lines", `"a\r\nX-Injected: x"`},
	{"a backslash", `"a\\b"`},
	{"quotes", `"a\"b"`},
	{"an escape character", `"a\u001b[31m"`},
	{"a right-to-left mark", `"a\u202eb"`},
	{"a letter beyond ASCII", `"sch\u00f6n"`},
	{"an emoji", `"\ud83d\udd11\ud83d\udd11"`},
	{"256 letters", `"` + strings.Repeat("a", 256) + `"`},
	{"a megabyte", `"` + strings.Repeat("a", 1<<20-500) + `"`},
	{"an ARN", `"arn:aws:lightsail:us-east-1:111122223333:KeyPair/x"`},
	{"a number", `17`},
	{"a list", `["ab"]`},
	{"an object", `{"name":"ab"}`},
	{"false", `false`},
	{"null", `null`},
}

// badKeys are JSON values that hold no public key.
var badKeys = []named{
	{"an empty text", `""`},
	{"a number", `1`},
	{"an object", `{}`},
	{"only a type", `"ssh-rsa"`},
	{"no base64", `"ssh-rsa !!!!"`},
	{"a length beyond the end", `"ssh-ed25519 /////w=="`},
	{"a private key", `"-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n-----END OPENSSH PRIVATE KEY-----"`},
	{"a certificate", `"ssh-ed25519-cert-v01@openssh.com AAAA"`},
	{"options", `"command=\"x\" ` + publicKey + `"`},
	{"two keys", `"` + publicKey + `\n` + publicKey + `"`},
	{"zeros", `"ssh-rsa ` + strings.Repeat("A", 100000) + `"`},
	{"a megabyte", `"ssh-rsa ` + strings.Repeat("/", 1<<20-600) + `"`},
	{"an exponent of zero", `"ssh-rsa AAAAB3NzaC1yc2EAAAABAAAAAQE="`},
	{"base64 of nothing", `"===="`},
}
