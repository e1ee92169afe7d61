//go:build hostile

package hostile

import (
	"fmt"
	"strings"
	"time"
)

// signatures are writes that are signed wrongly, or rightly by and for another principal. None of them is served.
func signatures() []attack {
	var all []attack
	add := func(name string, signed func(m *message) *message) {
		m := signed(call("ImportKeyPair", importBody("signed-wrongly")))
		all = append(all, attack{name: name, send: m.String(), refused: true})
	}
	by := func(name string, change func(*signer)) {
		add(name, func(m *message) *message {
			s := root()
			change(&s)
			return m.sign(s)
		})
	}
	by("another secret", func(s *signer) { s.secret += "x" })
	by("no secret", func(s *signer) { s.secret = "" })
	by("another account's key", func(s *signer) { s.id, s.secret = "AKIAI44QH8DHBEXAMPLE", "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY" })
	by("another account's secret", func(s *signer) { s.secret = "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY" })
	by("a session's key", func(s *signer) { s.id = "ASIAIOSFODNN7EXAMPLE" })
	for _, id := range []string{
		"", "a", "*", "..", "%00", "' OR 1=1 --", "AKIA\x00", strings.ToLower(root().id), root().id + "/", root().id + "/x", root().id + " ", strings.Repeat("A", 129),
		strings.Repeat("A", 7000), "\u00c4KIA", "${jndi:ldap://127.0.0.1}",
	} {
		by(fmt.Sprintf("the key id %.40q", id), func(s *signer) { s.id = id })
	}
	for _, region := range []string{"", "mars-1", "US-EAST-1", "us-east-1 ", "us_east_1", "*", "us-east-1/us-east-1", "aws-global", strings.Repeat("r", 5000), "us-east-1\x00"} {
		by(fmt.Sprintf("the region %.40q", region), func(s *signer) { s.region = region })
	}
	for _, service := range []string{"", "s3", "sts", "ec2", "iam", "LIGHTSAIL", "lightsail2", "*", strings.Repeat("s", 5000)} {
		by(fmt.Sprintf("the service %.40q", service), func(s *signer) { s.service = service })
	}
	for _, names := range [][]string{
		{},
		{"host"},
		{"host", "x-amz-date"},
		{"x-amz-date", "x-amz-target"},
		{"content-type", "x-amz-date", "x-amz-target"},
		{"x-amz-target", "x-amz-date", "host"},
		{"host", "host", "x-amz-date", "x-amz-target"},
		{"Host", "X-Amz-Date", "X-Amz-Target"},
		{"", "host", "x-amz-date", "x-amz-target"},
		{"authorization", "host", "x-amz-date", "x-amz-target"},
		{"host", "x-amz-date", "x-amz-target", "x\x00"},
		{"host ", "x-amz-date", "x-amz-target"},
		{"host", "x-amz-date", "x-amz-target", "\u00e4"},
		strings.Split(strings.Repeat("host;", 500)+"x-amz-date;x-amz-target", ";"),
	} {
		by(fmt.Sprintf("the signed headers %.60q", names), func(s *signer) { s.names = names })
	}
	for _, shift := range []time.Duration{-100 * 365 * 24 * time.Hour, -24 * time.Hour, -6 * time.Minute, 6 * time.Minute, 24 * time.Hour, 200 * 365 * 24 * time.Hour} {
		add(fmt.Sprint("a time that is off by ", shift), func(m *message) *message {
			m.replace("X-Amz-Date", time.Now().UTC().Add(shift).Format(stampLayout))
			return m.sign(root())
		})
	}
	by("the time of yesterday in the scope", func(s *signer) { s.stamp = time.Now().UTC().AddDate(0, 0, -1).Format(stampLayout) })
	for _, date := range []string{
		"x", "20260101", "20260101T000000", "20261301T000000Z", "20260230T000000Z", "20260101T250000Z", "00000000T000000Z", "99999999T999999Z", "-2026010T000000Z",
		"20260101 000000Z", time.Now().UTC().Format(time.RFC3339), time.Now().UTC().Format(time.RFC1123), fmt.Sprint(time.Now().Unix()), "20260101T000000+0100",
		"20260101T000000.5Z", strings.Repeat("2", 5000),
	} {
		add(fmt.Sprintf("the date %.40q", date), func(m *message) *message {
			m.replace("X-Amz-Date", date)
			s := root()
			s.stamp = time.Now().UTC().Format(stampLayout)
			return m.sign(s)
		})
	}
	for _, claim := range []string{"UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "x", "", hash("x"), strings.ToUpper(hash(""))} {
		add(fmt.Sprintf("the payload hash %.40q", claim), func(m *message) *message {
			m.add("X-Amz-Content-Sha256: " + claim)
			return m.sign(root())
		})
	}
	for _, token := range []string{"x", "IQoJb3JpZ2luX2VjEXAMPLE", strings.Repeat("t", 20000), "\u00e4", "%00"} {
		add(fmt.Sprintf("the session token %.40q", token), func(m *message) *message {
			m.add("X-Amz-Security-Token: " + token)
			return m.sign(root())
		})
	}
	return append(all, authorizations()...)
}

// authorizations bends the Authorization header of a good write.
func authorizations() []attack {
	var all []attack
	good := write("authorization")
	header := good.value("Authorization")
	_, params, _ := strings.Cut(header, " ")
	scopeAt := strings.Index(header, "/")
	signatureAt := strings.Index(header, "Signature=") + len("Signature=")
	signature := header[signatureAt:]
	for i, value := range []string{
		"", " ", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 ", "AWS4-HMAC-SHA256 x", "AWS4-HMAC-SHA256 =", "AWS4-HMAC-SHA256 ,,,", "AWS4-HMAC-SHA256 Credential", "Bearer x",
		"Basic cm9vdDpyb290", "Negotiate YII=", "AWS AKIAIOSFODNN7EXAMPLE:x", "aws4-hmac-sha256 " + params, "AWS4-HMAC-SHA1 " + params, "AWS4-HMAC-SHA512 " + params,
		"AWS4-ECDSA-P256-SHA256 " + params, "AWS4-HMAC-SHA256-PAYLOAD " + params, "AWS3-HTTPS " + params, "none " + params, params, "AWS4-HMAC-SHA256," + params,
		header + ", x=y", header + ", Signature=" + signature, header + ", Credential=x", header + " " + header, header + ",", header[:signatureAt], header[:len(header)-1],
		header + "0", header + "\u00e4", header[:signatureAt] + strings.ToUpper(signature), header[:signatureAt] + strings.Repeat("0", 64), header[:signatureAt] + "x" + signature[1:],
		header[:signatureAt] + " " + signature, header[:signatureAt] + `"` + signature + `"`, header[:signatureAt] + "0x" + signature, header[:signatureAt] + signature + "%00",
		header[:signatureAt] + signature[1:] + signature[:1], header[:signatureAt] + strings.Repeat(signature, 100), header[:scopeAt] + "/" + header[scopeAt:],
		strings.Replace(header, "aws4_request", "aws5_request", 1), strings.Replace(header, "aws4_request", "AWS4_REQUEST", 1), strings.Replace(header, "/aws4_request", "", 1),
		strings.Replace(header, "/us-east-1/", "/eu-west-1/", 1), strings.Replace(header, "/lightsail/", "/s3/", 1), strings.Replace(header, "Credential=", "credential=", 1),
		strings.Replace(header, "Credential=", "Credential==", 1), strings.Replace(header, "Credential=", "Credential =", 1), strings.Replace(header, ";", ",", 1),
		strings.Replace(header, ";", "%3B", 1), strings.Replace(header, ";x-amz-target", "", 1), strings.Replace(header, "host;", "", 1), strings.Repeat(header+",", 50),
		"AWS4-HMAC-SHA256 " + strings.Repeat("x=y,", 7000),
	} {
		if value == header[:signatureAt]+strings.ToUpper(signature) && signature == strings.ToUpper(signature) {
			continue // a signature without a letter
		}
		m := good.clone()
		m.replace("Authorization", value)
		refused := value != header+","
		if !refused {
			m = read()
			m.replace("Authorization", m.value("Authorization")+",")
		}
		all = append(all, attack{name: fmt.Sprintf("the header %d %.60q", i, value), send: m.String(), refused: refused})
	}
	return all
}

// tampered are good writes that were changed on their way, or are sent again with something else in them.
func tampered() []attack {
	var all []attack
	add := func(name string, change func(m *message)) {
		m := write("tampered")
		change(m)
		all = append(all, attack{name: name, send: m.String(), refused: true})
	}
	body := importBody("tampered")
	add("another body", func(m *message) { m.setBody(importBody("replayed")) })
	add("a longer body", func(m *message) { m.setBody(body + " ") })
	add("a shorter body", func(m *message) { m.setBody(body[:len(body)-1]) })
	add("an empty body", func(m *message) { m.setBody("") })
	add("no members", func(m *message) { m.setBody("{}") })
	add("a body of 1 MB", func(m *message) { m.setBody(body + strings.Repeat(" ", 1<<20-len(body))) })
	add("a body and its length too large", func(m *message) { m.setBody(strings.Repeat(body, 1+1<<20/len(body))) })
	for i := 0; i < len(body); i += 5 {
		add(fmt.Sprintf("bit flipped in byte %d of the body", i), func(m *message) { m.body = body[:i] + string(body[i]^1) + body[i+1:] })
	}
	for _, action := range []string{"CreateKeyPair", "DeleteKeyPair", "GetKeyPair", "DownloadDefaultKeyPair", "TagResource", "GetRegions", "CreateInstances", "Nothing", ""} {
		add("another action: "+action, func(m *message) { m.replace("X-Amz-Target", "Lightsail_20161128."+action) })
	}
	for _, target := range []string{
		"ImportKeyPair", "Lightsail_20161128", "Lightsail_20161128.", ".ImportKeyPair", "lightsail_20161128.ImportKeyPair", "Lightsail_20161128.importKeyPair",
		"Lightsail_20161128.ImportKeyPair.ImportKeyPair", "Lightsail_20161128.ImportKeyPairInput", "Lightsail_20161128#ImportKeyPair", "DynamoDB_20120810.ListTables",
		"Lightsail_20161128.ImportKeyPair ImportKeyPair", "Lightsail_20161128.\x01", "Lightsail_20161128." + strings.Repeat("x", 20000), "*",
	} {
		add(fmt.Sprintf("another target: %.60q", target), func(m *message) { m.replace("X-Amz-Target", target) })
	}
	for _, contentType := range []string{
		"application/json", "application/x-amz-json-1.0", "application/x-amz-json-1.2", "text/plain", "text/xml", "application/xml", "application/cbor", "multipart/form-data; boundary=x",
		"application/x-www-form-urlencoded", "application/octet-stream", "*/*", "application/", "/", "application/x-amz-json-1.1;;", "application/x-amz-json-1.1; charset",
		"application/x-amz-json-1.1; charset=utf-16", "application/x-amz-json-1.1, text/plain", "x", strings.Repeat("a/b;", 5000),
	} {
		add(fmt.Sprintf("another content type: %.60q", contentType), func(m *message) { m.replace("Content-Type", contentType) })
	}
	for _, host := range []string{"evil.example", "lightsail.example:80", "LIGHTSAIL.EXAMPLE", "lightsail.example.", "127.0.0.1", "[::1]", "a b", "a/b", "user@lightsail.example", "", strings.Repeat("h", 5000)} {
		add(fmt.Sprintf("another host: %.40q", host), func(m *message) { m.replace("Host", host) })
	}
	for _, line := range []string{"POST /x HTTP/1.1", "POST /?x=y HTTP/1.1", "PUT / HTTP/1.1", "POST //evil HTTP/1.1", "POST http://evil.example/ HTTP/1.1"} {
		add("another first line: "+line, func(m *message) { m.start = line })
	}
	for _, line := range []string{"X-Amz-Content-Sha256: x", "X-Amz-Content-Sha256: UNSIGNED-PAYLOAD", "X-Amz-Security-Token: x", "X-Amz-Date: 20260101T000000Z", "X-Amz-Target: Lightsail_20161128.GetRegions", "Host: evil.example", "Content-Encoding: gzip"} {
		add("one header more: "+line, func(m *message) { m.add(line) })
	}
	return all
}
