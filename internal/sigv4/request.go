package sigv4

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// authorizationHeader returns the one Authorization header of a request that is not signed in its query string.
func authorizationHeader(r *http.Request) (string, error) {
	param, err := queryAuthParam(r.URL.RawQuery)
	if err != nil {
		return "", err
	}
	values := r.Header["Authorization"]
	switch {
	case len(values) > 0 && param != "":
		return "", errFoundBoth(param)
	case param != "":
		return "", errQueryAuth(param)
	case len(values) == 0:
		return "", errMissing()
	case len(values) > 1:
		return "", errDuplicateHeader("Authorization")
	case len(values[0]) > maxAuthorization:
		return "", errTooLong("Authorization header", maxAuthorization)
	}
	return values[0], nil
}

// queryAuthParam returns the first of the parameters by which a query string authenticates, "" if there is none.
func queryAuthParam(raw string) (string, error) {
	if raw == "" {
		return "", nil
	}
	if len(raw) > maxQuery {
		return "", errTooLong("Query string", maxQuery)
	}
	names := []string{
		"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders",
		"X-Amz-Date", "X-Amz-Expires", "X-Amz-Security-Token",
	}
	found := len(names)
	for pair := range strings.SplitSeq(raw, "&") {
		encoded, _, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(encoded)
		if err != nil {
			return "", errQuery()
		}
		if i := slices.Index(names, name); i >= 0 {
			found = min(found, i)
		}
	}
	if found == len(names) {
		return "", nil
	}
	return names[found], nil
}

// checkDuplicates refuses headers of which AWS reads one value: with two, one part of a server might check the first and
// another act on the second.
func checkDuplicates(r *http.Request) error {
	for _, name := range [...]string{"X-Amz-Date", "X-Amz-Target", "X-Amz-Security-Token", "X-Amz-Content-Sha256"} {
		if len(r.Header[name]) > 1 {
			return errDuplicateHeader(name)
		}
	}
	if len(r.Header["X-Amz-Date"]) == 0 && len(r.Header["Date"]) > 1 {
		return errDuplicateHeader("Date")
	}
	// HTTP/2 has :authority, which net/http prefers, and leaves a Host header beside it where it was.
	for _, host := range r.Header["Host"] {
		if host != r.Host || len(r.Header["Host"]) > 1 {
			return errDuplicateHeader("Host")
		}
	}
	return nil
}

// httpDate is the header that says when the request was signed.
type httpDate struct {
	value   string
	present bool
	amz     bool // X-Amz-Date, not Date
}

// readDate prefers X-Amz-Date, because proxies and HTTP libraries set Date by themselves.
func readDate(h http.Header) httpDate {
	if values := h["X-Amz-Date"]; len(values) > 0 {
		return httpDate{value: values[0], present: true, amz: true}
	}
	if values := h["Date"]; len(values) > 0 {
		return httpDate{value: values[0], present: true}
	}
	return httpDate{}
}

// parse reads ISO-8601's basic format, and in a Date header also the format that HTTP itself prescribes.
func (d httpDate) parse() (time.Time, error) {
	// time.Parse also takes fractions of a second and hours of one digit; formatting again shows them up.
	if t, err := time.Parse(isoBasic, d.value); err == nil && stamp(t) == d.value {
		return t, nil
	}
	if !d.amz {
		for _, layout := range [...]string{http.TimeFormat, time.RFC1123Z} {
			if t, err := time.Parse(layout, d.value); err == nil {
				return t.UTC(), nil
			}
		}
	}
	return time.Time{}, errDateFormat(d.value)
}

// checkPayloadHeader refuses the values of x-amz-content-sha256 that are not a hash.
func checkPayloadHeader(h http.Header) error {
	values := h["X-Amz-Content-Sha256"]
	if len(values) == 0 {
		return nil
	}
	if values[0] == "UNSIGNED-PAYLOAD" || strings.HasPrefix(values[0], "STREAMING-") {
		return errUnsignedPayload(values[0])
	}
	return nil
}

// signedHeaders checks that the list is well-formed and names every header that it must.
func signedHeaders(r *http.Request, list string) ([]string, error) {
	names, err := parseSignedHeaders(list)
	if err != nil {
		return nil, err
	}
	if err := checkCovered(r.Header, names); err != nil {
		return nil, err
	}
	if r.Host == "" {
		return nil, errHostAbsent()
	}
	return names, nil
}

// mustBeSigned are the headers that decide about a request, its sender and its time. No other header must be signed: the
// rest of a request is covered by the signature itself (the payload's hash is computed, not believed), or means nothing
// here, like what SDKs, tracers and proxies add.
var mustBeSigned = [...]string{"X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Target"}

// checkCovered finds the first header that must be signed wherever it is sent, and is not.
func checkCovered(h http.Header, names []string) error {
	if _, signed := slices.BinarySearch(names, "host"); !signed {
		return errHostNotSigned()
	}
	for _, key := range mustBeSigned {
		if _, signed := slices.BinarySearch(names, strings.ToLower(key)); !signed && len(h[key]) > 0 {
			return errNotSigned(key)
		}
	}
	return nil
}
