package codec

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	smithy "github.com/aws/smithy-go"

	"github.com/lanyard-cloud/lanyard/internal/model"
)

// kind is the form of a value on the wire.
type kind int

const (
	kindString kind = iota
	kindBool
	kindInteger
	kindFloat
	kindTime
	kindList
	kindMap
	kindStruct
)

// valuePlan says how a value of one shape gets into a Go value of one type.
type valuePlan struct {
	kind       kind
	pointer    bool         // the Go value is a pointer to what the kind says
	typ        reflect.Type // without the pointer
	shape      string       // the model's name of the shape
	wire       string       // what AWS calls the type in messages
	constraint *model.Constraint

	key    *valuePlan  // of a map
	elem   *valuePlan  // of a list or map
	fields *structPlan // of a structure
}

// structPlan says how the members of a structure get into the fields of its Go type.
type structPlan struct {
	members  map[string]*memberPlan
	required []*memberPlan
}

type memberPlan struct {
	valuePlan
	name  string
	field int    // index of the Go field
	bit   uint64 // represents the member in a set of members
}

// plans holds the finished plan of each Go structure type. A Go type belongs to exactly one shape.
var plans sync.Map // reflect.Type → *structPlan

// planOf returns the plan of the structure that v points to. Plans depend on nothing but the SDK's types, so a
// fault in them is a fault of this package; the tests plan every type of the API.
func planOf(v smithy.Serializable) *structPlan {
	t := reflect.TypeOf(v).Elem()
	if p, ok := plans.Load(t); ok {
		return p.(*structPlan)
	}
	schema := schemaOf(v)
	b := planner{}
	p := b.structure(t, schema, schema.ID().Name)
	for t, p := range b {
		plans.Store(t, p)
	}
	return p
}

// planner collects the plans that belong together, so that a recursive shape finds its own unfinished one.
type planner map[reflect.Type]*structPlan

func (b planner) structure(t reflect.Type, schema *smithy.Schema, shape string) *structPlan {
	if p, ok := plans.Load(t); ok {
		return p.(*structPlan)
	}
	if p, ok := b[t]; ok {
		return p
	}
	p := &structPlan{members: make(map[string]*memberPlan, len(schema.Members()))}
	b[t] = p
	if len(schema.Members()) > 64 {
		panic(fmt.Sprintf("codec: %s has more members than a set of 64 holds", shape))
	}
	for name, member := range schema.Members() {
		f, ok := t.FieldByName(strings.ToUpper(name[:1]) + name[1:])
		if !ok {
			panic(fmt.Sprintf("codec: %s has no field for member %s", t, name))
		}
		plan := &memberPlan{
			valuePlan: b.value(f.Type, member),
			name:      name,
			field:     f.Index[0],
			bit:       1 << len(p.members),
		}
		if model.Ignored(shape, name) {
			plan.constraint = nil
		}
		p.members[name] = plan
	}
	for _, name := range model.Required(shape) {
		p.required = append(p.required, p.members[name])
	}
	if slices.Contains(p.required, nil) {
		panic(fmt.Sprintf("codec: %s requires a member that it does not have", shape))
	}
	return p
}

// value plans for a member schema: one of a structure, list or map.
func (b planner) value(t reflect.Type, schema *smithy.Schema) valuePlan {
	p := valuePlan{typ: t, shape: schema.TargetID().Name}
	p.constraint = model.Constraints(p.shape)
	if t.Kind() == reflect.Pointer {
		p.pointer, p.typ = true, t.Elem()
	}
	var fits bool
	p.kind, p.wire, fits = scalar(schema.Type(), p.typ)
	switch schema.Type() {
	case smithy.ShapeTypeList:
		fits = p.typ.Kind() == reflect.Slice
		elem := b.value(p.typ.Elem(), schema.ListMember())
		p.kind, p.elem = kindList, &elem
	case smithy.ShapeTypeMap:
		fits = p.typ.Kind() == reflect.Map
		key, elem := b.value(p.typ.Key(), schema.MapKey()), b.value(p.typ.Elem(), schema.MapValue())
		p.kind, p.key, p.elem = kindMap, &key, &elem
	case smithy.ShapeTypeStructure:
		fits = p.typ.Kind() == reflect.Struct
		p.kind, p.fields = kindStruct, b.structure(p.typ, schema, p.shape)
	}
	if !fits {
		panic(fmt.Sprintf("codec: no way to decode shape %s into %s", p.shape, t))
	}
	return p
}

// scalar returns the kind of a scalar type, its name in AWS's messages, and whether the Go type can hold it.
func scalar(s smithy.ShapeType, t reflect.Type) (k kind, wire string, fits bool) {
	switch s {
	case smithy.ShapeTypeString, smithy.ShapeTypeEnum:
		return kindString, "a String", t.Kind() == reflect.String
	case smithy.ShapeTypeBoolean:
		return kindBool, "Boolean", t.Kind() == reflect.Bool
	case smithy.ShapeTypeInteger:
		return kindInteger, "Integer", t.Kind() == reflect.Int32
	case smithy.ShapeTypeLong:
		return kindInteger, "Long", t.Kind() == reflect.Int64
	case smithy.ShapeTypeFloat:
		return kindFloat, "Float", t.Kind() == reflect.Float32
	case smithy.ShapeTypeDouble:
		return kindFloat, "Double", t.Kind() == reflect.Float64
	case smithy.ShapeTypeTimestamp:
		return kindTime, "milliseconds since epoch", t == reflect.TypeFor[time.Time]()
	}
	return 0, "", false
}

// schemaOf asks a value for its schema: serializing begins with it.
func schemaOf(v smithy.Serializable) *smithy.Schema {
	e := new(encoder)
	v.Serialize(e)
	return e.schema
}
