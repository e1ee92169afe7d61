// Package inputs has an action that does not read all of its input.
package inputs

// MakeThingInput is the input of a made-up action.
type MakeThingInput struct {
	Name         *string
	Listed       *string
	Unread       *string
	OnlySet      *string
	OtherPackage *string
	Parts        []Part
	ByKey        map[string]*Leaf
	ByHelper     *int
}

// Part is a part of an input.
type Part struct {
	DeepRead   *Leaf
	DeepUnread *string
}

// Leaf is a part of a part.
type Leaf struct{ Value string }

// output has a member with the name of an input's.
type output struct{ OtherPackage, Unread *string }

func makeThing(in *MakeThingInput) (output, int) {
	none := "none"
	in.OnlySet = &none
	out := output{OtherPackage: in.Name}
	if out.OtherPackage == nil || out.Unread == nil {
		for _, p := range in.Parts {
			_ = p.DeepRead.Value
		}
	}
	return out, helper(in) + len(in.ByKey)
}

func helper(in *MakeThingInput) int {
	if in.ByHelper == nil {
		return 0
	}
	return *in.ByHelper
}
