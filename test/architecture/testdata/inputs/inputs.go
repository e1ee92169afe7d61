// Package inputs has actions that do not read all of their inputs.
package inputs

// MakeThingInput is the input of a made-up action.
type MakeThingInput struct {
	Name        *string
	Listed      *string
	Unread      *string
	OnlySet     *string
	OtherType   *string
	Parts       []Part
	ByKey       map[string]*Leaf
	ByHelper    *int
	ByInterface *int
}

// BreakThingInput is the input of another.
type BreakThingInput struct {
	Parts []Part
}

// Part is a part of both inputs.
type Part struct {
	DeepRead   *Leaf
	DeepUnread *string
	ByOneOnly  *string
}

// Leaf is a part of a part.
type Leaf struct{ Value string }

// output has members with the names of an input's.
type output struct{ OtherType, Unread *string }

func makeThing(in *MakeThingInput) (output, int) {
	none := "none"
	in.OnlySet = &none
	out := output{OtherType: in.Name}
	if out.OtherType == nil || out.Unread == nil {
		values(in.Parts)
	}
	var r reader = thing{in}
	return out, helper(in) + len(in.ByKey) + r.number()
}

func breakThing(in *BreakThingInput) int { return values(in.Parts) + table[0](in.Parts[0]) }

// nowhere is not used.
func nowhere(p Part) *string { return p.DeepUnread }

var table = []func(Part) int{func(p Part) int { return len(*p.ByOneOnly) }}

func values(parts []Part) (n int) {
	for _, p := range parts {
		n += len(p.DeepRead.Value)
	}
	return n
}

func helper(in *MakeThingInput) int { return *in.ByHelper }

type reader interface{ number() int }

type thing struct{ in *MakeThingInput }

func (t thing) number() int { return *t.in.ByInterface }
