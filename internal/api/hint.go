package api

// hintedError is an error with a hint for the server's log. The answer is that of the
// error.
type hintedError struct {
	error
	hint string
}

// Unwrap is the error itself.
func (e *hintedError) Unwrap() error { return e.error }

// WithHint adds to an error what its client probably did, for the server's log alone. The
// hint must hold no secret and nothing else that a client sent; "" adds none.
func WithHint(err error, hint string) error {
	if hint == "" {
		return err
	}
	return &hintedError{err, hint}
}
