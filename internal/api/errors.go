package api

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	smithy "github.com/aws/smithy-go"

	"github.com/lanyard-cloud/lanyard/internal/codec"
	"github.com/lanyard-cloud/lanyard/internal/httpcall"
	"github.com/lanyard-cloud/lanyard/internal/model"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/sshkey"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// Symbolic codes that AWS sends beside the exception's name (observed).
const (
	CodeNameExists           = "NameExists"
	CodeDoesNotExist         = "DoesNotExist"
	CodeInvalidResourceName  = "InvalidResourceName"
	CodeInvalidKeyFormat     = "InvalidKey.Format"
	CodeUnsupportedOperation = "UnsupportedOperation"
	// CodeLimitExceeded is for a quota that is reached; the code is ours.
	CodeLimitExceeded = "LimitExceeded"
	// CodeInvalidParams is for a bad value. AWS was seen to send it for a bad disk path
	// (acceptance test of Terraform's AWS provider); that it does for all others is a guess.
	CodeInvalidParams = "InvalidParams"
)

// InvalidInput is an InvalidInputException with one of AWS's symbolic codes.
func InvalidInput(code, format string, args ...any) error {
	return &types.InvalidInputException{Code: &code, Message: text(format, args...)}
}

// maxMessage bounds the texts of exceptions, in bytes. They repeat what clients send.
const maxMessage = 4096

// text is the text of an exception.
func text(format string, args ...any) *string {
	message := fmt.Sprintf(format, args...)
	if len(message) > maxMessage {
		message = strings.ToValidUTF8(message[:maxMessage], "") + "..."
	}
	return &message
}

// InvalidParams is an InvalidInputException for a bad value.
func InvalidParams(format string, args ...any) error {
	return InvalidInput(CodeInvalidParams, format, args...)
}

// NameExists says that some resource of the region has the name (observed text).
func NameExists(name string) error {
	return InvalidInput(CodeNameExists, "Some names are already in use: %s", name)
}

// nameTaken says that a resource of any account has a name of which the kind has one over all
// accounts and regions; of other kinds it is NameExists. That AWS's text is this one, for a
// bucket of the own account, too, is a guess by what clients look for.
func nameTaken(kind resource.Kind, name string) error {
	if kind.Worldwide() {
		return InvalidInput(CodeNameExists, "%s with name %s already exists", kind, name)
	}
	return NameExists(name)
}

// NotFound says that there is no such resource; what is its kind (observed text).
func NotFound(what, name string) error {
	return &types.NotFoundException{Code: new(CodeDoesNotExist), Message: text("The %s does not exist: %s", what, name)}
}

// OperationFailed says that a resource is in no state for what is asked of it. AWS
// documents the exception, the code is ours.
func OperationFailed(format string, args ...any) error {
	return &types.OperationFailureException{Code: new("InvalidState"), Message: text(format, args...)}
}

// WrongState says that a resource is in no state for what is asked of it: "detach",
// "disk" and "in-use". AWS publishes the text for disks (developer guide,
// troubleshooting disks), and its CloudFormation provider knows the exception; that
// both are the same for all others is a guess.
func WrongState[S ~string](verb, what string, state S) error {
	return OperationFailed("You can't %s this %s right now. The state of this %s is: %s", verb, what, what, state)
}

// StillAttached says that something has to be detached first. AWS publishes the text for
// disks (developer guide, troubleshooting disks); the exception is a guess.
func StillAttached(what, instance string) error {
	return OperationFailed("You can't perform this operation because the %s is still attached to a Lightsail instance: %s", what, instance)
}

// InProgress says that something which was begun for a resource has to end first. The
// text follows the one that AWS was seen to send for deployments of container services;
// Terraform's provider tries again by its second sentence.
func InProgress(what, kind, name string) error {
	return OperationFailed("Sorry, %s is in progress for %s %q. Please wait for it to complete before trying again.", what, kind, name)
}

// MissingParameters names required members that an input lacks (observed text for one;
// the comma between several is a guess).
func MissingParameters(names ...string) error {
	return InvalidParams("These parameters are required: %s", strings.Join(names, ","))
}

// ExactlyOne returns an error if an input has neither of two members, or both. The texts are ours.
func ExactlyOne(one string, hasOne bool, other string, hasOther bool) error {
	switch {
	case hasOne && hasOther:
		return InvalidParams("You must specify either %s or %s, not both.", one, other)
	case !hasOne && !hasOther:
		return MissingParameters(one + " or " + other)
	}
	return nil
}

// InvalidName says that the name of a resource is invalid; path leads to it in the input. The text
// begins with the name (observed), so a blank one is shown in its place in the input.
func InvalidName(path, name string) error {
	shown := name
	if strings.TrimSpace(name) == "" {
		shown = fmt.Sprintf("%s %q", path, name)
	}
	return InvalidInput(CodeInvalidResourceName, "%s%s", shown, resource.NameRule)
}

// Refused is the client's error for what a kind does not admit, InvalidParams. It leaves any other error, and nil, as it is.
func Refused(err error) error {
	if refused, ok := errors.AsType[*resource.RefusalError](err); ok {
		return InvalidParams("%s", refused.Message)
	}
	return err
}

// QuotaReached says that the account has as many of something as it may have
// (observed text for "Instances").
func QuotaReached(what string, limit int) error {
	return InvalidInput(CodeLimitExceeded, "Sorry, you've reached your maximum limit of Lightsail %s : %d. "+
		"If you're new to Lightsail, please try again later. If the issue persists, please contact Customer Support.", what, limit)
}

// serviceException hides an internal error; the log has it under the request's id.
func serviceException(cause error) *types.ServiceException {
	message := "An internal error occurred. The server's log has the details under this request's id."
	e := &types.ServiceException{Message: &message}
	if _, codeless := errors.AsType[codelessError](cause); !codeless {
		e.Code = new("InternalError")
	}
	return e
}

// isNotFound reports whether an error says that a resource does not exist.
func isNotFound(err error) bool {
	if _, ok := errors.AsType[*types.NotFoundException](err); ok {
		return true
	}
	invalid, ok := errors.AsType[*types.InvalidInputException](err)
	return ok && *invalid.Code == CodeDoesNotExist
}

// TagError turns a broken rule of tags into InvalidInputException.
func TagError(err error) error {
	if broken, ok := errors.AsType[*resource.TagError](err); ok {
		return InvalidParams("%s", broken.Reason)
	}
	return err
}

// FrontError is an error that AWS's front end makes before a service sees the
// request.
type FrontError struct {
	// Status is the HTTP status; 0 means 400.
	Status int
	// Type is the __type: UnrecognizedClientException.
	Type string
	// Message may be empty: then the answer has none.
	Message string
	// Body, when set, is sent as it is instead of the JSON form, with ContentType.
	Body, ContentType string
	// syntax is set if the codec found the error: those have a form of their own.
	syntax *codec.SyntaxError
	// hangUp closes the connection after the answer. The rest of the request is not read.
	hangUp bool
}

// Errors of a front end that come up at any point of a call (list of common errors
// in the API reference).
var (
	errThrottled = &FrontError{Type: "ThrottlingException", Message: "Rate exceeded"}
	errTooLarge  = &FrontError{
		Status: http.StatusRequestEntityTooLarge, Type: "RequestEntityTooLargeException", hangUp: true,
		Message: fmt.Sprintf("The request body is larger than %d bytes.", httpcall.MaxBody),
	}
	errSlow = &FrontError{
		Status: http.StatusRequestTimeout, Type: "RequestTimeoutException", hangUp: true,
		Message: "The request body did not arrive in time.",
	}
	errUnreadable = &FrontError{Type: "MalformedHttpRequestException", Message: "The request body could not be read.", hangUp: true}
	// errGone is for the log and the metrics. The client reads it only if it closed no more
	// than its own direction.
	errGone = &FrontError{Type: "RequestAbortedException", Message: "The client closed the connection.", hangUp: true}
)

// Error names the error for the log.
func (e *FrontError) Error() string { return e.Type + ": " + e.Message }

func (e *FrontError) status() int {
	if e.Status == 0 {
		return http.StatusBadRequest
	}
	return e.Status
}

func (e *FrontError) body() (contentType string, body []byte) {
	switch {
	case e.Body != "":
		return e.ContentType, []byte(e.Body)
	case e.syntax != nil:
		return contentTypeJSON, codec.EncodeSyntaxError(e.syntax)
	}
	return contentTypeJSON, codec.EncodeError(e.Type, e.Message)
}

// inputError turns what the codec refused into the client's error. Of several
// violations it reports those of which AWS's text is known. If there is none, it reports all.
func inputError(err error) error {
	if syntax, ok := errors.AsType[*codec.SyntaxError](err); ok {
		return &FrontError{Type: "SerializationException", Message: syntax.Message, syntax: syntax}
	}
	var invalid *codec.ValidationError
	if !errors.As(err, &invalid) {
		return err
	}
	if missing := invalid.Missing(); missing != nil {
		return MissingParameters(missing...)
	}
	for i := range invalid.Violations {
		v := &invalid.Violations[i]
		if v.Rule != codec.Pattern {
			continue
		}
		if v.Shape == "ResourceName" {
			return InvalidName(v.Path, v.Value)
		}
		if text := model.Mismatch(v.Shape, v.Value); text != "" {
			return InvalidParams("%s", text)
		}
	}
	return InvalidParams("%s", invalid.Error())
}

// refuse turns any error into what the client gets: a status, a content type, a
// body, and the symbolic code for log and metrics. internal reports whether it is an
// internal error, which must be logged.
func refuse(hc *httpcall.Call, err error) (a httpcall.Answer, internal bool) {
	if h, ok := errors.AsType[*hintedError](err); ok {
		hc.Hint = h.hint
	}
	switch {
	case hc.Gone(err) && !errors.Is(err, store.ErrUnknownOutcome):
		err = errGone
	case errors.Is(err, sshkey.ErrBusy):
		err = errThrottled
	}
	if front, ok := errors.AsType[*FrontError](err); ok {
		a = httpcall.Answer{Status: front.status(), Code: front.Type, HangUp: front.hangUp}
		a.ContentType, a.Body = front.body()
		return a, false
	}
	var e codec.Exception
	if internal = !errors.As(err, &e); internal {
		e = serviceException(err)
	}
	a = httpcall.Answer{Status: http.StatusBadRequest, ContentType: contentTypeJSON, Body: codec.EncodeException(e), Code: e.ErrorCode()}
	if e.ErrorFault() == smithy.FaultServer {
		a.Status = http.StatusInternalServerError
	}
	return a, internal
}
