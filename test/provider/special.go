package provider

import (
	"errors"
	"fmt"
)

// identified takes the resource's id from the answer to a step.
func identified[O any](by step, id func(*O) string) step {
	send := by.send
	by.send = func(s *session) any {
		s.t.Helper()
		out := send(s)
		s.id = id(out.(*O))
		return out
	}
	return by
}

// byID is a step that needs the resource's id.
func byID(of func(id string) step) step {
	return step{
		send: func(s *session) any { return of(s.id).send(s) },
		wait: func(s *session, out any) { of(s.id).wait(s, out) },
	}
}

// first returns the first element of a list. Without one a provider panics.
func first[T any](list []T) (any, error) {
	if len(list) == 0 {
		return nil, errors.New("the list is empty: the provider panics")
	}
	if len(list) > 1 {
		return nil, fmt.Errorf("the list has %d elements: the provider takes that for an error", len(list))
	}
	return list[0], nil
}
