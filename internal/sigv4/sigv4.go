// Package sigv4 verifies the AWS Signature Version 4 of an HTTP request: the header form, with the payload signed as a
// whole. It is strict where signing libraries trim, default and derive: whatever is sent is either covered by the
// signature in exactly the form in which it is later used, or refused. Headers that nothing here reads may come unsigned.
//
// Verification has two steps, because only the caller knows the secrets. [Verifier.Parse] checks what needs no secret
// and says which access key to look up; [Verifier.Verify] then checks the signature itself. Look-up, key status and
// session tokens are the caller's; the refusals that go with them ([UnknownKey], [UnknownToken], [ExpiredToken]) are here,
// so that all of the front end's signature errors are in one file.
//
// The package does not sign, and does not know signatures in the query string, chunk-signed or unsigned payloads, and
// Signature Version 4A. It relies on net/http's server for what that refuses by itself: malformed header names and
// values, several Host headers, contradicting lengths.
package sigv4

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"strings"
	"time"
)

const (
	algorithm  = "AWS4-HMAC-SHA256"
	terminator = "aws4_request"
	isoBasic   = "20060102T150405Z"
	isoDay     = "20060102"

	defaultClockSkew = 5 * time.Minute

	maxAuthorization = 8 << 10
	maxQuery         = 8 << 10
	maxSignedHeaders = 100
	maxAccessKeyID   = 128
)

// Options say what a [Verifier] accepts.
type Options struct {
	// Service is what the credential scope must name: "lightsail", "sts". Required.
	Service string
	// ValidRegion reports whether the credential scope's region is served. Nil stands for: every region.
	ValidRegion func(region string) bool
	// ClockSkew is how far a signature's time may be from the server's, in either direction, in whole minutes.
	// Zero means the 5 minutes of AWS's JSON services.
	ClockSkew time.Duration
}

// Verifier checks the signatures of one service's requests. It is safe for concurrent use.
type Verifier struct {
	service     string
	validRegion func(string) bool
	skew        time.Duration
	keys        keyCache
}

// New returns a Verifier. It panics if the options name no service.
func New(o Options) *Verifier {
	if o.Service == "" {
		panic("sigv4: no service to verify signatures for")
	}
	if o.ValidRegion == nil {
		o.ValidRegion = func(string) bool { return true }
	}
	if o.ClockSkew == 0 {
		o.ClockSkew = defaultClockSkew
	}
	return &Verifier{service: o.Service, validRegion: o.ValidRegion, skew: o.ClockSkew}
}

// Signature is what a request claims about its signer. Nothing of it is proven before [Verifier.Verify] returned nil.
type Signature struct {
	// AccessKeyID names the key to look up: 1 to 128 printable ASCII characters.
	AccessKeyID string
	// Date is the credential scope's day in UTC, as yyyymmdd. It is the day of Time.
	Date string
	// Region and Service are the credential scope's; both were found acceptable.
	Region, Service string
	// Time is when the request was signed, in UTC.
	Time time.Time
	// SessionToken is the X-Amz-Security-Token header, "" if there is none. It is covered by the signature.
	SessionToken string
	// SignedHeaders are the lower-case names of the headers that the signature covers, sorted. One that the request does
	// not have is covered as empty.
	SignedHeaders []string

	stamp string // Time as the string to sign has it
	hex   string // what the client says the signature is
}

// Parse reads the request's signature and checks everything about it that needs no secret: its form, its time against
// now, its scope, and that it covers the host, and x-amz-date, x-amz-target and x-amz-security-token wherever they are
// sent. A refusal is an [*Error].
func (v *Verifier) Parse(r *http.Request, now time.Time) (*Signature, error) {
	header, err := authorizationHeader(r)
	if err != nil {
		return nil, err
	}
	if err := checkDuplicates(r); err != nil {
		return nil, err
	}
	auth, err := parseAuthorization(header)
	if err != nil {
		return nil, err
	}
	date := readDate(r.Header)
	if err := auth.checkComplete(date); err != nil {
		return nil, err
	}
	at, err := date.parse()
	if err != nil {
		return nil, err
	}
	if err := v.checkClock(at, now); err != nil {
		return nil, err
	}
	names, err := signedHeaders(r, auth.signedHeaders.value)
	if err != nil {
		return nil, err
	}
	sig := &Signature{Time: at, stamp: stamp(at), SignedHeaders: names, hex: auth.signature.value}
	if err := v.readCredential(sig, auth.credential.value); err != nil {
		return nil, err
	}
	if err := checkPayloadHeader(r.Header); err != nil {
		return nil, err
	}
	sig.SessionToken = r.Header.Get("X-Amz-Security-Token")
	return sig, nil
}

// Verify recomputes the signature that Parse found in r, over the body as it was received and with the key's secret,
// and compares the two in constant time. A refusal is an [*Error].
func (v *Verifier) Verify(sig *Signature, r *http.Request, body []byte, secret string) error {
	if secret == "" { // everyone knows an empty secret
		return errMismatch()
	}
	sum := sha256.Sum256(body)
	payload := hex.AppendEncode(make([]byte, 0, 2*sha256.Size), sum[:])
	if sent := r.Header["X-Amz-Content-Sha256"]; len(sent) > 0 && sent[0] != string(payload) {
		return errPayload()
	}
	canonical, err := appendCanonicalRequest(make([]byte, 0, 1024), r, sig.SignedHeaders, payload)
	if err != nil {
		return err
	}
	id := keyID{secret: sha256.Sum256([]byte(secret)), date: sig.Date, region: sig.Region, service: sig.Service}
	key, cached := v.keys.get(id)
	if !cached {
		key = deriveKey(secret, sig.Date, sig.Region, sig.Service)
	}
	mac := hmacSHA256(key[:], appendStringToSign(make([]byte, 0, 256), sig, canonical))
	want := hex.AppendEncode(make([]byte, 0, 2*sha256.Size), mac[:])
	// Comparing the hex form makes any other spelling of the same number a mismatch.
	if subtle.ConstantTimeCompare(want, []byte(sig.hex)) != 1 {
		return errMismatch()
	}
	if !cached { // only what has verified a request is worth a place
		v.keys.add(id, key)
	}
	return nil
}

// checkClock compares at whole seconds, the resolution of a signature's time.
func (v *Verifier) checkClock(at, now time.Time) error {
	now = now.UTC().Truncate(time.Second)
	switch {
	case at.Before(now.Add(-v.skew)):
		return errExpired(at, now, v.skew)
	case at.After(now.Add(v.skew)):
		return errNotYetCurrent(at, now, v.skew)
	}
	return nil
}

// readCredential fills in what the credential says: keyid/date/region/service/aws4_request.
func (v *Verifier) readCredential(sig *Signature, credential string) error {
	parts := strings.SplitN(credential, "/", 6)
	if len(parts) != 5 {
		return errCredential(credential)
	}
	sig.AccessKeyID, sig.Date, sig.Region, sig.Service = parts[0], parts[1], parts[2], parts[3]
	if err := v.checkScope(sig, parts[4]); err != nil {
		return err
	}
	if !isAccessKeyID(sig.AccessKeyID) {
		return UnknownKey()
	}
	return nil
}

// checkScope gathers all complaints into one message, as AWS does.
func (v *Verifier) checkScope(sig *Signature, term string) error {
	var complaints strings.Builder
	if !v.validRegion(sig.Region) {
		complaints.WriteString("Credential should be scoped to a valid region. ")
	}
	if sig.Service != v.service {
		complaints.WriteString("Credential should be scoped to correct service: '" + v.service + "'. ")
	}
	if term != terminator {
		complaints.WriteString("Credential should be scoped with a valid terminator: '" + terminator + "', not '" + term + "'. ")
	}
	if day := sig.Time.Format(isoDay); sig.Date != day {
		complaints.WriteString("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '" +
			sig.Date + "' != '" + day + "', from '" + sig.stamp + "'.")
	}
	if complaints.Len() > 0 {
		return errScope(complaints.String(), v.zoneHint(sig.Region))
	}
	return nil
}

// zoneHint is a hint for a scope that has an availability zone, us-east-1a, in the place of
// its region.
func (v *Verifier) zoneHint(scope string) string {
	last := len(scope) - 1
	if v.validRegion(scope) || last < 1 || scope[last] < 'a' || scope[last] > 'z' || !v.validRegion(scope[:last]) {
		return ""
	}
	return "the request is signed for the availability zone " + scope + " in the place of its region " + scope[:last]
}

// isAccessKeyID keeps from the caller's look-up what no store can hold as a key's id, such as text that is not UTF-8.
func isAccessKeyID(id string) bool {
	for i := range len(id) {
		if id[i] <= ' ' || id[i] > '~' {
			return false
		}
	}
	return id != "" && len(id) <= maxAccessKeyID
}

func stamp(t time.Time) string { return t.Format(isoBasic) }
