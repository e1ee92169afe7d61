package provider

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

// patience ends waits that lead nowhere.
const patience = 2 * time.Minute

// The states of operations that providers know. Any other is a failure for them, NotStarted, too.
const (
	operationPending = "Started"
	operationFinal   = "Completed Succeeded"
)

// A step is a call, and what the provider waits for after it.
type step struct {
	send func(*session) any
	wait func(*session, any)
}

// A method is an action of the client.
type method[I, O any] = func(*lightsail.Client, context.Context, *I, ...func(*lightsail.Options)) (*O, error)

// sent calls an action and does not wait.
func sent[I, O any](m method[I, O], in *I) step {
	return step{
		send: func(s *session) any {
			s.t.Helper()
			out, err := m(s.Client, s.t.Context(), in)
			if err != nil {
				s.t.Fatalf("%s for %s: %v", actionOf(in), s.resource.name, err)
			}
			return out
		},
		wait: func(*session, any) {},
	}
}

// awaited calls an action, and waits for the first of its operations.
func awaited[I, O any](m method[I, O], in *I) step {
	call := sent(m, in)
	call.wait = func(s *session, out any) {
		s.t.Helper()
		op, err := operationOf(out)
		if err != nil {
			s.t.Fatalf("%s for %s: %v", actionOf(in), s.resource.name, err)
		}
		s.settle("the operation of "+actionOf(in), func() (string, error) {
			out, err := s.GetOperation(s.t.Context(), &lightsail.GetOperationInput{OperationId: op.Id})
			if err != nil {
				return "", err
			}
			return string(out.Operation.Status), nil
		}, operationPending, operationFinal)
	}
	return call
}

// retagged changes tags as both providers do, by the resource's name. They do not wait.
func retagged(name string, removed []string, set ...string) (steps []step) {
	if len(removed) > 0 {
		steps = append(steps, sent((*lightsail.Client).UntagResource, &lightsail.UntagResourceInput{ResourceName: &name, TagKeys: removed}))
	}
	return append(steps, sent((*lightsail.Client).TagResource, &lightsail.TagResourceInput{ResourceName: &name, Tags: tags(set...)}))
}

// actionOf returns the name of an input's action.
func actionOf(in any) string {
	return strings.TrimSuffix(reflect.TypeOf(in).Elem().Name(), "Input")
}

// operationOf returns the operation of an output, or the first of its operations.
func operationOf(out any) (*types.Operation, error) {
	fields := reflect.ValueOf(out).Elem()
	if one := fields.FieldByName("Operation"); one.IsValid() {
		if op, ok := reflect.TypeAssert[*types.Operation](one); ok && op != nil {
			return op, nil
		}
		return nil, errors.New("there is no operation: the provider panics")
	}
	list, ok := reflect.TypeAssert[[]types.Operation](fields.FieldByName("Operations"))
	if !ok || len(list) == 0 {
		return nil, errors.New("there are no operations: the provider panics")
	}
	return &list[0], nil
}

// settle asks for a state until it is one of final. Any state but those of pending fails before that.
func (s *session) settle(what string, state func() (string, error), pending, final string) {
	s.t.Helper()
	time.Sleep(s.waits.first)
	for end := time.Now().Add(patience); ; time.Sleep(s.waits.next) {
		got, err := state()
		done := false
		if err == nil {
			done, err = progress(got, pending, final)
		}
		switch {
		case err != nil:
			s.t.Fatalf("%s for %s: %v", what, s.resource.name, err)
		case done:
			return
		case time.Now().After(end):
			s.t.Fatalf("%s for %s is still %s", what, s.resource.name, got)
		}
	}
}

// progress reports whether a state is final. One that is neither pending nor final is an error, as providers have it.
func progress(got, pending, final string) (done bool, err error) {
	switch {
	case slices.Contains(strings.Fields(final), got):
		return true, nil
	case slices.Contains(strings.Fields(pending), got):
		return false, nil
	}
	return false, fmt.Errorf("the state is %s, the provider expects %s and then %s", got, pending, final)
}

// errAbsent says that a list which may lack the resource does.
var errAbsent = errors.New("it is not in the list")

// isGone reports whether both providers take an error of a read for "gone". The third-party one takes any, the official one
// NotFoundException and, but for container services, texts with DoesNotExist. The strictest rule serves all.
func isGone(err error) bool {
	var missing *types.NotFoundException
	return errors.As(err, &missing) || errors.Is(err, errAbsent)
}

// reads calls the action that a provider reads a resource with, and picks the resource from the output.
func reads[I, O any](m method[I, O], in func(id string) *I, pick func(out *O, id string) (any, error)) func(*session, string) (any, error) {
	return func(s *session, id string) (any, error) {
		out, err := m(s.Client, s.t.Context(), in(id))
		if err != nil {
			return nil, err
		}
		return pick(out, id)
	}
}

// find returns an element of a list, or errAbsent.
func find[T any](list []T, match func(T) bool) (any, error) {
	if n := slices.IndexFunc(list, match); n >= 0 {
		return list[n], nil
	}
	return nil, errAbsent
}

// settled only waits: see session.settle.
func settled(what string, state func(*session) (string, error), pending, final string) step {
	return step{
		send: func(*session) any { return nil },
		wait: func(s *session, _ any) {
			s.t.Helper()
			s.settle(what, func() (string, error) { return state(s) }, pending, final)
		},
	}
}
