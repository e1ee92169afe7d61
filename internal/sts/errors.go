package sts

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/lanyard-cloud/lanyard/internal/httpcall"
	"github.com/lanyard-cloud/lanyard/internal/sigv4"
)

// apiError is an error that the client sees.
type apiError struct {
	status        int
	code, message string
	// frontEnd marks errors that AWS's front end makes, which have another namespace.
	frontEnd bool
	// hangUp closes the connection after the answer. The rest of the request is not read.
	hangUp bool
	// hint is for the server's log: what the client probably did.
	hint string
}

// Error names the error for the log.
func (e *apiError) Error() string { return e.code + ": " + e.message }

func badRequest(code, format string, args ...any) *apiError {
	return &apiError{status: http.StatusBadRequest, code: code, message: fmt.Sprintf(format, args...)}
}

func validationError(format string, args ...any) *apiError {
	return badRequest("ValidationError", format, args...)
}

// malformedInput is for values that are not of their parameter's type. AWS sends
// most of them without a message (observed).
func malformedInput(message string) *apiError { return badRequest("MalformedInput", "%s", message) }

func malformedQuery(format string, args ...any) *apiError {
	return badRequest("MalformedQueryString", format, args...)
}

func accessDenied(format string, args ...any) *apiError {
	return &apiError{status: http.StatusForbidden, code: "AccessDenied", message: fmt.Sprintf(format, args...)}
}

// noOperation is the front end's word about an unknown action or version (observed).
func noOperation(action, version string) *apiError {
	e := badRequest("InvalidAction", "Could not find operation %s for version %s", action, version)
	e.frontEnd = true
	return e
}

// notBuilt answers for an action of AWS that Lanyard does not have.
func notBuilt(action string) *apiError {
	return badRequest("UnsupportedOperation", "Lanyard does not support the action sts:%s.", action)
}

// errUnknownKey is the error for a credential of a closed account: that of an unknown key.
var errUnknownKey = signatureError(sigv4.UnknownKey())

// signatureCodes are the query protocol's names and statuses of what the verifier
// refuses (AWS STS API reference, "Common Errors").
var signatureCodes = map[string]struct {
	code   string
	status int
}{
	sigv4.CodeMissingAuthenticationToken: {"MissingAuthenticationToken", http.StatusForbidden},
	sigv4.CodeIncompleteSignature:        {"IncompleteSignature", http.StatusBadRequest},
	sigv4.CodeInvalidSignature:           {"SignatureDoesNotMatch", http.StatusForbidden},
	sigv4.CodeUnrecognizedClient:         {"InvalidClientTokenId", http.StatusForbidden},
	sigv4.CodeExpiredToken:               {"ExpiredToken", http.StatusForbidden},
}

// signatureError gives the verifier's errors their form on the wire.
func signatureError(err error) error {
	bad, ok := errors.AsType[*sigv4.Error](err)
	if !ok {
		return err
	}
	as, known := signatureCodes[bad.Code]
	if !known {
		return err
	}
	message := bad.Message
	if bad.Code == sigv4.CodeMissingAuthenticationToken {
		message = "Request is missing Authentication Token"
	}
	return &apiError{status: as.status, code: as.code, message: message, hint: bad.Hint}
}

var (
	errPath = &apiError{
		status: http.StatusNotFound, code: "InvalidAction", hangUp: true,
		message: "The AWS STS API is served at the path / only.",
	}
	errQueryString = &apiError{
		status: http.StatusBadRequest, code: "MalformedQueryString", hangUp: true,
		message: "The parameters of a POST request belong in its body.",
	}
	errCompressed = &apiError{
		status: http.StatusBadRequest, code: "MalformedHttpRequest", hangUp: true,
		message: "Content-Encoding is not supported.",
	}
	errThrottled = badRequest("Throttling", "Rate exceeded")
	errTooLarge  = &apiError{
		status: http.StatusRequestEntityTooLarge, code: "RequestEntityTooLarge", hangUp: true,
		message: fmt.Sprintf("The request body is larger than %d bytes.", httpcall.MaxBody),
	}
	errSlow = &apiError{
		status: http.StatusRequestTimeout, code: "RequestTimeout", hangUp: true,
		message: "The request body did not arrive in time.",
	}
	errUnreadable = &apiError{
		status: http.StatusBadRequest, code: "MalformedHttpRequest", hangUp: true,
		message: "The request body could not be read.",
	}
	// errGone is for the log and the metrics. The client reads it only if it closed no more
	// than its own direction.
	errGone = &apiError{
		status: http.StatusBadRequest, code: "RequestAborted", hangUp: true,
		message: "The client closed the connection.",
	}
	errNoAction = badRequest("MissingAction", "The request has no parameter Action.")
	errInternal = &apiError{
		status: http.StatusInternalServerError, code: "InternalFailure",
		message: "An internal error occurred. The server's log has the details under this request's id.",
	}
)
