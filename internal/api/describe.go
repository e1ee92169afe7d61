package api

import (
	"maps"
	"slices"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Description is what the documentation says of an action.
type Description struct {
	Name string
	// Built reports whether Lanyard has the action, Empty whether it answers as in an
	// account that has nothing of the action's family, which is not built.
	Built, Empty bool
	// Write tells the levels Write and Tagging from Read.
	Write bool
	// Required and Optional are the resource types that the action is authorised on;
	// without any it is authorised on "*".
	Required, Optional []resource.Kind
	// RequestTags and TagKeys tell which condition keys describe the request.
	RequestTags, TagKeys bool
}

// Describe describes every action of the API by name, given those that are built.
func Describe(built []Action) []Description {
	all := registry(built)
	var list []Description
	for _, name := range slices.Sorted(maps.Keys(all)) {
		a := all[name]
		list = append(list, Description{
			Name: name, Built: a.invoke != nil && !a.ofEmptyAccount, Empty: a.ofEmptyAccount, Write: a.access.write,
			Required: a.access.required, Optional: a.access.optional,
			RequestTags: a.access.requestTags, TagKeys: a.access.tagKeys,
		})
	}
	return list
}
