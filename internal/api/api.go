// Package api is the one pipeline that every call goes through, and what an
// action declares to take part in it.
//
// It checks the request's form, signature and rights, opens the transaction,
// loads what the action is on, runs the action's function, keeps the operation
// records, commits, and answers. It holds no action: those are in package actions.
package api

import (
	"fmt"
	"reflect"
	"strings"

	smithy "github.com/aws/smithy-go"

	"github.com/lanyard-cloud/lanyard/internal/model"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Action is one call of the API with what it touches.
type Action struct {
	name   string
	model  *model.Action
	access model.Access
	// targets are the resources that the input names and that must exist.
	targets []target
	// members are the input's members that declarations read by name.
	members []string
	// creates is what the action creates; nil for others.
	creates *creation
	// deletes is the kind of the resource that the action deletes; "" if it deletes none.
	deletes resource.Kind
	// linked is the role of a link that the resource must have; "" if it needs none.
	linked resource.Role
	// home is the kind that binds the action to one region; "" if none does.
	home resource.Kind
	// codeless says that the action's exceptions have no code.
	codeless bool
	// prepare does slow work before the write transaction opens. It returns what
	// invoke gets, and how to give that back when nothing came of the call.
	prepare func(c *Call, in any) (prepared any, undo func(), err error)
	// refused reports whether the action never does anything: all that it could be on refuses it.
	refused bool
	// invoke runs the action's function.
	invoke func(c *Call, in, prepared any) (smithy.Serializable, error)
}

// Name is the action's name, as in X-Amz-Target after the dot.
func (a *Action) Name() string { return a.name }

// Input and Output are the SDK's types of an action.
type (
	// Input is a pointer to an action's input.
	Input[I any] interface {
		*I
		smithy.Serializable
	}
	// Output is a pointer to an action's output.
	Output[O any] interface {
		*O
		smithy.Serializable
	}
)

// New makes an action from its function. The name comes from the input's type; a
// function whose types are not those of one action panics.
func New[I, O any, PI Input[I], PO Output[O]](fn func(*Call, PI) (PO, error), options ...Option) Action {
	a := newAction[I, O]()
	a.invoke = func(c *Call, in, _ any) (smithy.Serializable, error) {
		out, err := fn(c, in.(PI))
		return out, err
	}
	return a.with(options)
}

// NewPrepared makes an action whose slow work, done by prepare, comes before the
// write transaction: after the caller was found to be allowed, and before that is
// checked again inside the transaction. undo gives back what prepare made when
// the call failed afterwards and certainly nothing of it is stored; it may be nil. A read
// has no write transaction, so preparing one panics.
func NewPrepared[P, I, O any, PI Input[I], PO Output[O]](
	prepare func(*Call, PI) (made P, undo func(), err error), fn func(*Call, PI, P) (PO, error), options ...Option,
) Action {
	a := newAction[I, O]()
	if !a.access.Write {
		panic(fmt.Sprintf("api: %s is a read and cannot be prepared", a.name))
	}
	a.prepare = func(c *Call, in any) (any, func(), error) { return prepare(c, in.(PI)) }
	a.invoke = func(c *Call, in, prepared any) (smithy.Serializable, error) {
		out, err := fn(c, in.(PI), prepared.(P))
		return out, err
	}
	return a.with(options)
}

func newAction[I, O any]() Action {
	in, out := reflect.TypeFor[I]().Name(), reflect.TypeFor[O]().Name()
	name := strings.TrimSuffix(in, "Input")
	m, known := model.LookupAction(name)
	if !known || out != name+"Output" {
		panic(fmt.Sprintf("api: %s and %s are not the input and output of an action", in, out))
	}
	return Action{name: name, model: m, access: accessOf(name)}
}

func (a *Action) with(options []Option) Action {
	for _, o := range options {
		o(a)
	}
	a.checkTargets()
	return *a
}

func accessOf(name string) model.Access {
	row, ok := model.LookupAccess(name)
	if !ok {
		panic(fmt.Sprintf("api: %s has no row in the access table", name))
	}
	return row
}

// registry returns actions by their names.
func registry(actions []Action) map[string]*Action {
	all := make(map[string]*Action, len(actions))
	for _, a := range actions {
		if all[a.name] != nil {
			panic(fmt.Sprintf("api: %s is registered twice", a.name))
		}
		all[a.name] = &a
	}
	return all
}
