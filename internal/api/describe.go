package api

import (
	"maps"
	"slices"

	"github.com/lanyard-cloud/lanyard/internal/model"
)

// Description is what the documentation says of an action.
type Description struct {
	Name string
	// Refused reports that the action returns an error for each resource that there can be.
	Refused bool
	// Members are the input's members that the pipeline reads, since the action's declarations
	// name them. They are named as the fields of the SDK's type.
	Members []string
	// Access is what the action is authorized on.
	model.Access
}

// Describe describes actions in the order of their names.
func Describe(actions []Action) []Description {
	all := registry(actions)
	var list []Description
	for _, name := range slices.Sorted(maps.Keys(all)) {
		a := all[name]
		list = append(list, Description{
			Name: name, Refused: a.refused, Members: a.members, Access: a.access,
		})
	}
	return list
}
