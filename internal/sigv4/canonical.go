package sigv4

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// appendStringToSign appends what the signing key is applied to.
func appendStringToSign(dst []byte, sig *Signature, canonical []byte) []byte {
	dst = append(dst, algorithm+"\n"...)
	dst = append(append(dst, sig.stamp...), '\n')
	dst = append(append(dst, sig.Date...), '/')
	dst = append(append(dst, sig.Region...), '/')
	dst = append(append(dst, sig.Service...), '/')
	dst = append(dst, terminator+"\n"...)
	sum := sha256.Sum256(canonical)
	return hex.AppendEncode(dst, sum[:])
}

// appendCanonicalRequest appends the one text that stands for all spellings of the same request.
func appendCanonicalRequest(dst []byte, r *http.Request, signed []string, payload []byte) ([]byte, error) {
	dst = append(append(dst, r.Method...), '\n')
	dst = append(appendCanonicalPath(dst, wirePath(r)), '\n')
	dst, err := appendCanonicalQuery(dst, r.URL.RawQuery)
	if err != nil {
		return nil, err
	}
	dst = append(dst, '\n')
	for _, name := range signed {
		dst = append(append(dst, name...), ':')
		dst = append(appendHeaderValue(dst, r, name), '\n')
	}
	for _, name := range signed {
		sep := byte(';')
		if name == signed[0] {
			sep = '\n'
		}
		dst = append(append(dst, sep), name...)
	}
	dst = append(dst, '\n')
	return append(dst, payload...), nil
}

// wirePath returns the path as the client wrote it. The URL's form of it loses which characters came encoded.
func wirePath(r *http.Request) string {
	if strings.HasPrefix(r.RequestURI, "/") {
		path, _, _ := strings.Cut(r.RequestURI, "?")
		return path
	}
	return r.URL.EscapedPath() // a request that no server has read, or one in the absolute form for proxies
}

// appendCanonicalPath drops empty and relative segments, keeps a final slash, and encodes what is, on the wire, encoded
// already: all services but S3 encode paths twice.
func appendCanonicalPath(dst []byte, path string) []byte {
	if path == "" || path == "/" {
		return append(dst, '/')
	}
	var kept []string
	for segment := range strings.SplitSeq(path, "/") {
		switch segment {
		case "", ".":
		case "..":
			kept = kept[:max(0, len(kept)-1)]
		default:
			kept = append(kept, segment)
		}
	}
	for _, segment := range kept {
		dst = appendEncoded(append(dst, '/'), segment)
	}
	if len(kept) == 0 || strings.HasSuffix(path, "/") {
		dst = append(dst, '/')
	}
	return dst
}

// appendCanonicalQuery decodes each name and value (a plus sign is a space), encodes them in the one canonical way and
// sorts them as encoded. A name without an equal-sign has an empty value.
func appendCanonicalQuery(dst []byte, raw string) ([]byte, error) {
	if raw == "" {
		return dst, nil
	}
	type pair struct{ name, value string }
	var pairs []pair
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		name, errName := url.QueryUnescape(name)
		value, errValue := url.QueryUnescape(value)
		if errName != nil || errValue != nil {
			return nil, errQuery()
		}
		pairs = append(pairs, pair{string(appendEncoded(nil, name)), string(appendEncoded(nil, value))})
	}
	slices.SortFunc(pairs, func(a, b pair) int {
		return cmp.Or(strings.Compare(a.name, b.name), strings.Compare(a.value, b.value))
	})
	for i, p := range pairs {
		if i > 0 {
			dst = append(dst, '&')
		}
		dst = append(append(append(dst, p.name...), '='), p.value...)
	}
	return dst, nil
}

// appendEncoded percent-encodes everything but RFC 3986's unreserved characters.
func appendEncoded(dst []byte, s string) []byte {
	const digits = "0123456789ABCDEF"
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.', c == '~':
			dst = append(dst, c)
		default:
			dst = append(dst, '%', digits[c>>4], digits[c&15])
		}
	}
	return dst
}

// appendHeaderValue appends the canonical value of a header by its lower-case name. It knows the headers that net/http
// takes out of the header map. A header that the request does not have counts as empty, as AWS was seen to take it: some
// signers list headers that they send only if they have a value.
func appendHeaderValue(dst []byte, r *http.Request, name string) []byte {
	if name == "host" {
		return appendCollapsed(dst, r.Host)
	}
	values, present := lookup(r.Header, name)
	if !present {
		switch {
		case name == "content-length" && r.ContentLength >= 0:
			return strconv.AppendInt(dst, r.ContentLength, 10)
		case name == "transfer-encoding" && len(r.TransferEncoding) > 0:
			values = r.TransferEncoding
		}
	}
	for i, value := range values {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendCollapsed(dst, value)
	}
	return dst
}

// appendCollapsed trims white space at both ends and makes one space of every run of spaces.
func appendCollapsed(dst []byte, value string) []byte {
	value = strings.TrimSpace(value)
	for i := range len(value) {
		if value[i] == ' ' && value[i-1] == ' ' {
			continue
		}
		dst = append(dst, value[i])
	}
	return dst
}

// lookup finds a header by its lower-case name. http.Header.Values would do the same, but allocate the canonical key.
func lookup(h http.Header, name string) ([]string, bool) {
	key := append(make([]byte, 0, 64), name...)
	upper := true
	for i, c := range key {
		if upper && 'a' <= c && c <= 'z' {
			key[i] = c - 'a' + 'A'
		}
		upper = c == '-'
	}
	values, ok := h[string(key)]
	return values, ok && len(values) > 0
}
