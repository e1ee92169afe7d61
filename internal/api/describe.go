package api

import (
	"maps"
	"slices"

	"github.com/lanyard-cloud/lanyard/internal/model"
)

// Description is what the documentation says of an action.
type Description struct {
	Name string
	// Built reports whether Lanyard has the action, Empty whether it answers as in an
	// account that has nothing of the action's family, which is not built. Refused reports that
	// it returns an error for each resource that there can be.
	Built, Empty, Refused bool
	// Members are the input's members that the pipeline reads, since the action's declarations
	// name them. They are named as the fields of the SDK's type.
	Members []string
	// Access is what the action is authorized on.
	model.Access
}

// Describe describes every action of the API by name, given those that are built.
func Describe(built []Action) []Description {
	all := registry(built)
	var list []Description
	for _, name := range slices.Sorted(maps.Keys(all)) {
		a := all[name]
		list = append(list, Description{
			Name: name, Built: a.invoke != nil && !a.ofEmptyAccount && !a.refused, Empty: a.ofEmptyAccount, Refused: a.refused,
			Members: a.members, Access: a.access,
		})
	}
	return list
}
