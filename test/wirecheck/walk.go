package wirecheck

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"

	smithy "github.com/aws/smithy-go"

	"github.com/lanyard-cloud/lanyard/internal/model"
)

// walker compares a decoded JSON value with a schema, at every depth.
type walker struct {
	note func(format string, args ...any)
}

func (w walker) structure(path string, schema *smithy.Schema, shape string, doc map[string]any) {
	for _, name := range model.Required(shape) {
		if _, ok := doc[name]; !ok {
			w.note("%s is missing", path+name)
		}
	}
	members := schema.Members()
	for name, v := range doc {
		member, ok := members[name]
		if !ok {
			w.note("unknown member %s", path+name)
			continue
		}
		w.value(path+name, member, v)
	}
}

// value checks one value against the schema of the member, list element or map value that it is.
func (w walker) value(path string, schema *smithy.Schema, v any) {
	var fits bool
	switch schema.Type() {
	case smithy.ShapeTypeStructure:
		var doc map[string]any
		if doc, fits = v.(map[string]any); fits {
			w.structure(path+".", schema, schema.TargetID().Name, doc)
		}
	case smithy.ShapeTypeList:
		var list []any
		list, fits = v.([]any)
		for i, e := range list {
			w.value(fmt.Sprintf("%s[%d]", path, i), schema.ListMember(), e)
		}
	case smithy.ShapeTypeMap:
		var doc map[string]any
		doc, fits = v.(map[string]any)
		for key, e := range doc {
			w.value(fmt.Sprintf("%s[%q]", path, key), schema.MapValue(), e)
		}
	case smithy.ShapeTypeString, smithy.ShapeTypeEnum:
		_, fits = v.(string)
	case smithy.ShapeTypeBoolean:
		_, fits = v.(bool)
	default:
		n, isNumber := v.(json.Number)
		fits = isNumber && numberFits(schema.Type(), n)
	}
	if !fits {
		w.note("%s is %s, which is not %s", path, asJSON(v), typeNames[schema.Type()])
	}
}

// numberFits reports whether a number is one that its type can hold.
func numberFits(t smithy.ShapeType, n json.Number) bool {
	whole, err := n.Int64()
	switch t {
	case smithy.ShapeTypeInteger:
		return err == nil && whole >= math.MinInt32 && whole <= math.MaxInt32
	case smithy.ShapeTypeLong:
		return err == nil
	case smithy.ShapeTypeTimestamp:
		return isTimestamp(n)
	case smithy.ShapeTypeFloat, smithy.ShapeTypeDouble:
		return true
	}
	return false
}

// isTimestamp wants seconds since 1970 with no more than three decimals. A number that has not ten digits before
// the point is a time in another unit.
func isTimestamp(n json.Number) bool {
	seconds, ok := new(big.Rat).SetString(n.String())
	if !ok || seconds.Cmp(big.NewRat(1e9, 1)) < 0 || seconds.Cmp(big.NewRat(1e10, 1)) >= 0 {
		return false
	}
	return seconds.Mul(seconds, big.NewRat(1000, 1)).IsInt()
}

var typeNames = map[smithy.ShapeType]string{
	smithy.ShapeTypeStructure: "an object",
	smithy.ShapeTypeList:      "an array",
	smithy.ShapeTypeMap:       "an object",
	smithy.ShapeTypeString:    "a string",
	smithy.ShapeTypeEnum:      "a string",
	smithy.ShapeTypeBoolean:   "a boolean",
	smithy.ShapeTypeInteger:   "a 32-bit integer",
	smithy.ShapeTypeLong:      "a 64-bit integer",
	smithy.ShapeTypeFloat:     "a number",
	smithy.ShapeTypeDouble:    "a number",
	smithy.ShapeTypeTimestamp: "a number of seconds since 1970 with at most three decimals",
}

func asJSON(v any) string {
	text, _ := json.Marshal(v) // it came from JSON
	return string(text)
}
