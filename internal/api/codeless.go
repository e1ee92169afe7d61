package api

import (
	"errors"
	"reflect"

	"github.com/lanyard-cloud/lanyard/internal/codec"
)

// codelessError is an internal error whose exception has no code.
type codelessError struct{ error }

// Unwrap is the error itself.
func (e codelessError) Unwrap() error { return e.error }

// withoutCode takes the code out of the exception that an error is. An internal error becomes
// one later.
func withoutCode(err error) error {
	if _, front := errors.AsType[*FrontError](err); front {
		return err
	}
	e, ok := errors.AsType[codec.Exception](err)
	if !ok {
		return codelessError{err}
	}
	reflect.ValueOf(e).Elem().FieldByName("Code").SetZero()
	return err
}
