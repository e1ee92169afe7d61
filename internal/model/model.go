// Package model holds what is known about the Lightsail API beyond the SDK's Go types: which actions there are,
// which members are required, and which values a shape admits.
//
// The tables are generated (see internal/model/gen) and hold facts only, no documentation. overrides.go holds the places where
// the service is known to depart from its own model. The package checks no values: package codec does.
package model

import (
	"slices"
	"strings"

	smithy "github.com/aws/smithy-go"
)

//go:generate go run ./gen -dir .

// Action is one call of the API.
type Action struct {
	// Name as it is in X-Amz-Target after the dot, such as CreateKeyPair.
	Name string
	// NewInput returns a new *lightsail.<Name>Input.
	NewInput func() smithy.Serializable
	// NewOutput returns a new *lightsail.<Name>Output.
	NewOutput func() smithy.Serializable
	// Errors names the exceptions that the API model lists for the action, sorted. It is empty for an action that is
	// newer than the model the tables were made from.
	Errors []string
}

// MayFailWith reports whether the API model lists an exception for the action. An action that is newer than the model
// may fail with whatever any action may.
func (a *Action) MayFailWith(exception string) bool {
	if len(a.Errors) > 0 {
		return slices.Contains(a.Errors, exception)
	}
	return slices.ContainsFunc(actions[:], func(other Action) bool { return slices.Contains(other.Errors, exception) })
}

// Actions returns every action of the SDK, sorted by name. The slice is shared: do not change it.
func Actions() []Action { return actions[:] }

// LookupAction finds an action by its exact name.
func LookupAction(name string) (*Action, bool) {
	i, ok := slices.BinarySearchFunc(actions[:], name, func(a Action, name string) int { return strings.Compare(a.Name, name) })
	if !ok {
		return nil, false
	}
	return &actions[i], true
}

// member names a member of a structure.
type member struct{ shape, name string }

// Ignored reports whether the service takes a member of a structure shape and never
// looks at its value.
func Ignored(shape, name string) bool { return slices.Contains(ignored[:], member{shape, name}) }

// structure is one row of the table of required members.
type structure struct {
	name    string
	members []string
}

// Required returns the names of the members that a structure shape (CreateKeyPairRequest, Tag …) must have.
// The slice is shared: do not change it.
func Required(shape string) []string {
	if members, ok := requiredBesides[shape]; ok {
		return members
	}
	i, ok := slices.BinarySearchFunc(required[:], shape, func(s structure, name string) int { return strings.Compare(s.name, name) })
	if !ok {
		return nil
	}
	return required[i].members
}
