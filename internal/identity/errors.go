package identity

import "fmt"

// Error refuses a change of identities as IAM does. Its text is meant for the
// caller that asked for the change, and holds no secret.
type Error struct {
	// Code is one of IAM's: NoSuchEntity.
	Code    string
	Message string

	cause error
}

// The codes (IAM API reference).
const (
	CodeNoSuchEntity       = "NoSuchEntity"
	CodeEntityExists       = "EntityAlreadyExists"
	CodeMalformedPolicy    = "MalformedPolicyDocument"
	CodeDeleteConflict     = "DeleteConflict"
	CodeLimitExceeded      = "LimitExceeded"
	CodeValidation         = "ValidationError"
	CodeUnmodifiableEntity = "UnmodifiableEntity"
)

// Error returns code and message in one line.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Unwrap returns the *policy.ParseError of a malformed policy, and nil for the rest.
func (e *Error) Unwrap() error { return e.cause }

func refuse(code, format string, args ...any) error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

func malformed(err error) error {
	return &Error{Code: CodeMalformedPolicy, Message: err.Error(), cause: err}
}

func noSuchEntity(kind Kind, account, name string) error {
	if kind == Policy {
		return refuse(CodeNoSuchEntity, "Policy %s was not found.", arn(account, Policy, name))
	}
	return refuse(CodeNoSuchEntity, "The %s with name %s cannot be found.", kind, name)
}

func entityExists(kind Kind, name string) error {
	if kind == Policy {
		return refuse(CodeEntityExists, "A policy called %s already exists. Duplicate names are not allowed.", name)
	}
	return refuse(CodeEntityExists, "%s with name %s already exists.", title(kind), name)
}

func quotaExceeded(quota string, limit int) error {
	return refuse(CodeLimitExceeded, "Cannot exceed quota for %s: %d", quota, limit)
}

// declaredInFile refuses a command's change of what the identities file declares.
func declaredInFile(what string) error {
	return refuse(CodeUnmodifiableEntity, "The identities file of the server declares the %s: change it there.", what)
}

// title is a kind as a word of its own: User.
func title(kind Kind) string {
	return map[Kind]string{User: "User", Group: "Group", Role: "Role", Policy: "Policy"}[kind]
}
