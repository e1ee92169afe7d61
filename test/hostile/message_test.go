//go:build hostile

package hostile

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lanyard-cloud/lanyard/test/process"
)

const (
	region      = "us-east-1"
	jsonType    = "application/x-amz-json-1.1"
	stampLayout = "20060102T150405Z"
)

// message is a request as it goes over the wire, so that it can be bent in any way.
type message struct {
	// start is the first line, lines are the headers; neither has its line end.
	start string
	lines []string
	eol   string
	body  string
}

// call returns an unsigned call with all that an SDK sends.
func call(action, body string) *message {
	return &message{
		start: "POST / HTTP/1.1",
		lines: []string{
			"Host: lightsail.example",
			"Content-Type: " + jsonType,
			"X-Amz-Target: Lightsail_20161128." + action,
			"X-Amz-Date: " + time.Now().UTC().Format(stampLayout),
			fmt.Sprintf("Content-Length: %d", len(body)),
		},
		eol:  "\r\n",
		body: body,
	}
}

// form returns an unsigned call of a service that takes forms.
func form(contentType, body string) *message {
	m := call("", body)
	m.drop("X-Amz-Target")
	m.replace("Content-Type", contentType)
	return m
}

// find returns the index of a header's first line, or -1.
func (m *message) find(name string) int {
	return slices.IndexFunc(m.lines, func(line string) bool {
		have, _, _ := strings.Cut(line, ":")
		return strings.EqualFold(strings.TrimSpace(have), name)
	})
}

// value returns the value of a header that is there.
func (m *message) value(name string) string {
	_, value, _ := strings.Cut(m.lines[m.find(name)], ":")
	return strings.TrimSpace(value)
}

func (m *message) replace(name, value string) { m.replaceLine(name, name+": "+value) }

// replaceLine puts any text in the place of a header.
func (m *message) replaceLine(name, line string) { m.lines[m.find(name)] = line }

func (m *message) add(lines ...string) { m.lines = append(m.lines, lines...) }

func (m *message) drop(name string) {
	if i := m.find(name); i >= 0 {
		m.lines = slices.Delete(m.lines, i, i+1)
	}
}

// setBody replaces the body and its length, whatever was signed.
func (m *message) setBody(body string) {
	m.body = body
	m.replace("Content-Length", fmt.Sprint(len(body)))
}

func (m *message) clone() *message {
	c := *m
	c.lines = slices.Clone(m.lines)
	return &c
}

// String returns the bytes of the wire.
func (m *message) String() string {
	return m.head() + m.body
}

// head is all that comes before the body.
func (m *message) head() string {
	var b strings.Builder
	b.WriteString(m.start + m.eol)
	for _, line := range m.lines {
		b.WriteString(line + m.eol)
	}
	return b.String() + m.eol
}

// signer is who signs, and for what.
type signer struct {
	id, secret, region, service string
	// names are the headers to be signed, sorted; nil for the usual ones.
	names []string
	// stamp is the time in the string to sign; "" for that of the message.
	stamp string
}

// root signs as the server's root.
func root() signer {
	return signer{id: process.AccessKeyID, secret: process.SecretAccessKey, region: region, service: "lightsail"}
}

// sign adds an Authorization header over the message as it is.
func (m *message) sign(s signer) *message {
	names := s.names
	if names == nil {
		for _, line := range m.lines {
			name, _, _ := strings.Cut(line, ":")
			if name = strings.ToLower(name); name == "host" || name == "content-type" || strings.HasPrefix(name, "x-amz-") {
				names = append(names, name)
			}
		}
		slices.Sort(names)
	}
	stamp := s.stamp
	if stamp == "" {
		stamp = m.value("X-Amz-Date")
	}
	scope := strings.Join([]string{stamp[:8], s.region, s.service, "aws4_request"}, "/")
	toSign := strings.Join([]string{"AWS4-HMAC-SHA256", stamp, scope, hash(m.canonical(names))}, "\n")
	key := []byte("AWS4" + s.secret)
	for part := range strings.SplitSeq(scope, "/") {
		key = mac(key, part)
	}
	m.add(fmt.Sprintf("Authorization: AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s",
		s.id, scope, strings.Join(names, ";"), hex.EncodeToString(mac(key, toSign))))
	return m
}

// canonical is the canonical request. Of a query string only sorted ones are handled.
func (m *message) canonical(names []string) string {
	parts := append(strings.Split(m.start, " "), "", "")
	path, query, _ := strings.Cut(parts[1], "?")
	text := []string{parts[0], path, query}
	for _, name := range names {
		value := ""
		if m.find(name) >= 0 {
			value = m.value(name)
		}
		text = append(text, name+":"+value)
	}
	return strings.Join(append(text, "", strings.Join(names, ";"), hash(m.body)), "\n")
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// read is a signed call that changes nothing, write one that leaves an entry if it is ever served.
func read() *message { return call("GetRegions", "{}").sign(root()) }

func write(name string) *message { return call("ImportKeyPair", importBody(name)).sign(root()) }

const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"

func importBody(name string) string {
	return fmt.Sprintf(`{"keyPairName":%q,"publicKeyBase64":%q}`, name, publicKey)
}
