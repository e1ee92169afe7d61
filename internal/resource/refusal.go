package resource

import "fmt"

// RefusalError is something that the API does not admit of a kind of resources.
type RefusalError struct {
	// Message says what is wrong, for clients.
	Message string
}

func (r *RefusalError) Error() string { return r.Message }

// Refuse makes a RefusalError.
func Refuse(format string, args ...any) error { return &RefusalError{fmt.Sprintf(format, args...)} }
