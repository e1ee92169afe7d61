package sigv4

import (
	"fmt"
	"strings"
	"time"
)

// The exception names that AWS's front end puts into a JSON answer's __type for a request that it cannot authenticate.
// JSON services answer all of them with HTTP status 400.
const (
	// CodeMissingAuthenticationToken marks a request that carries no AWS signature at all.
	CodeMissingAuthenticationToken = "MissingAuthenticationTokenException"
	// CodeIncompleteSignature marks a signature that does not have the form that AWS prescribes.
	CodeIncompleteSignature = "IncompleteSignatureException"
	// CodeInvalidSignature marks a well-formed signature that does not hold: wrong key, scope, time, headers or payload.
	CodeInvalidSignature = "InvalidSignatureException"
	// CodeUnrecognizedClient marks an unknown access key or session token.
	CodeUnrecognizedClient = "UnrecognizedClientException"
	// CodeExpiredToken marks a session token that was valid once.
	CodeExpiredToken = "ExpiredTokenException"
)

// Error is the refusal of a request by the front end, before any action sees it.
type Error struct {
	// Code is the exception's name, without a namespace.
	Code string
	// Message is valid UTF-8 and meant for the client. It may quote what the client sent, so it does not belong in a log:
	// clients that swap their key's two halves send the secret where the id belongs.
	Message string
	// Hint is for the server's log: what the client probably did. It is "" for most errors,
	// and quotes nothing but names that the server knows.
	Hint string
}

// Error returns code and message in one line.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// UnknownKey refuses an access key id that the caller's look-up did not find, or whose key is not active.
// The answer differs from the one to a wrong signature, as it does on AWS: which ids exist is not a secret, so the
// caller need not hide it by a comparison with a made-up secret.
func UnknownKey() *Error {
	return newError(CodeUnrecognizedClient, "The security token included in the request is invalid.")
}

// UnknownToken refuses a session token that was not issued with the access key, that is missing where the key needs
// one, or that is sent with a key that has none. AWS looks at the token only after the signature was found good, and
// its message lacks the final full stop of [UnknownKey]'s (AWS-wide front-end behaviour).
func UnknownToken() *Error {
	return newError(CodeUnrecognizedClient, "The security token included in the request is invalid")
}

// ExpiredToken refuses a session token whose time is over.
func ExpiredToken() *Error {
	return newError(CodeExpiredToken, "The security token included in the request is expired")
}

func newError(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: strings.ToValidUTF8(fmt.Sprintf(format, args...), "\uFFFD")}
}

// The messages from here to errMismatch are AWS's own (AWS-wide front-end behaviour).

func errMissing() error {
	return newError(CodeMissingAuthenticationToken, "Missing Authentication Token")
}

func errFoundBoth(param string) error {
	return newError(CodeInvalidSignature,
		"Found both '%s' as a query-string param and 'Authorization' as HTTP header.", param)
}

func errAlgorithm(name string) error {
	return newError(CodeIncompleteSignature, "Unsupported AWS 'algorithm': '%s' (only %s for now). ", name, algorithm)
}

func errNotPair(part, header string) error {
	return newError(CodeIncompleteSignature,
		"'%s' not a valid key=value pair (missing equal-sign) in Authorization header: '%s'.", part, header)
}

func errIncomplete(missing, header string) error {
	return newError(CodeIncompleteSignature, "%sAuthorization=%s", missing, header)
}

func errDateFormat(value string) error {
	return newError(CodeIncompleteSignature,
		"Date must be in ISO-8601 'basic format'. Got '%s'. See http://en.wikipedia.org/wiki/ISO_8601", value)
}

func errExpired(at, now time.Time, skew time.Duration) error {
	return newError(CodeInvalidSignature, "Signature expired: %s is now earlier than %s (%s - %d min.)",
		stamp(at), stamp(now.Add(-skew)), stamp(now), int(skew.Minutes()))
}

func errNotYetCurrent(at, now time.Time, skew time.Duration) error {
	return newError(CodeInvalidSignature, "Signature not yet current: %s is still later than %s (%s + %d min.)",
		stamp(at), stamp(now.Add(skew)), stamp(now), int(skew.Minutes()))
}

func errNotSigned(name string) error {
	return newError(CodeInvalidSignature, "'%s' must be a 'SignedHeader' in the AWS Authorization.", name)
}

func errHostNotSigned() error {
	return newError(CodeInvalidSignature, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
}

func errCredential(credential string) error {
	return newError(CodeIncompleteSignature, "Credential must have exactly 5 slash-delimited elements, "+
		"e.g. keyid/date/region/service/term, got '%s'", credential)
}

func errScope(complaints, hint string) error {
	e := newError(CodeInvalidSignature, "%s", complaints)
	e.Hint = hint
	return e
}

func errPayload() error {
	return newError(CodeInvalidSignature, "The provided 'x-amz-content-sha256' header does not match what was computed.")
}

func errMismatch() error {
	return newError(CodeInvalidSignature, "The request signature we calculated does not match the signature you provided. "+
		"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
}

// AWS's wording for the rest is not known, or AWS does not refuse it.

func errQueryAuth(param string) error {
	return newError(CodeInvalidSignature, "Authentication in the query string ('%s') is not supported. "+
		"Sign the request with an 'Authorization' header.", param)
}

func errTooLong(what string, limit int) error {
	return newError(CodeIncompleteSignature, "%s is longer than %d bytes.", what, limit)
}

func errDuplicateHeader(name string) error {
	return newError(CodeIncompleteSignature, "The request has more than one '%s' header.", name)
}

func errDuplicateParam(name string) error {
	return newError(CodeIncompleteSignature, "Authorization header has more than one '%s' parameter.", name)
}

func errUnknownParam(name string) error {
	return newError(CodeIncompleteSignature, "Authorization header has an unknown parameter '%s'.", name)
}

func errQuery() error {
	return newError(CodeIncompleteSignature, "The query string has an invalid percent-encoding.")
}

func errSignedHeaderCount() error {
	return newError(CodeIncompleteSignature, "'SignedHeaders' has more than %d names.", maxSignedHeaders)
}

func errSignedHeaderName(name string) error {
	return newError(CodeIncompleteSignature, "'SignedHeaders' has '%s', which is not a lower-case header name.", name)
}

func errSignedHeaderOrder(before, name string) error {
	return newError(CodeIncompleteSignature,
		"'SignedHeaders' must be sorted and name each header once: '%s' comes after '%s'.", name, before)
}

func errHostAbsent() error {
	return newError(CodeInvalidSignature, "'host' is a 'SignedHeader' in the AWS Authorization, but the request has no such header.")
}

func errUnsignedPayload(value string) error {
	return newError(CodeInvalidSignature,
		"The 'x-amz-content-sha256' value '%s' is not supported. The payload must be signed as a whole.", value)
}
