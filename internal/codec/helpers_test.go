package codec

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"reflect"
	"strings"
	"testing"
	"time"

	smithy "github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/model"
	"github.com/lanyard-cloud/lanyard/test/inputs"
)

// sdkDir is the directory of the SDK's source and its wire snapshots.
func sdkDir(t testing.TB) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/aws/aws-sdk-go-v2/service/lightsail").Output()
	if err != nil {
		t.Fatalf("find the SDK: %v", err)
	}
	return strings.TrimSpace(string(out))
}

// full returns a value with every member at every depth set to something that the model admits.
func full(t testing.TB, v smithy.Serializable) smithy.Serializable {
	t.Helper()
	schema := schemaOf(v)
	fill(t, reflect.ValueOf(v).Elem(), schema, schema.ID().Name)
	return v
}

func fill(t testing.TB, v reflect.Value, schema *smithy.Schema, shape string) {
	t.Helper()
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	switch schema.Type() {
	case smithy.ShapeTypeStructure:
		for name, m := range schema.Members() {
			if m.Type() == smithy.ShapeTypeList && m.ListMember().TargetID().Name == shape {
				continue // a structure that has more of its own shape would never be full
			}
			fill(t, v.FieldByName(strings.ToUpper(name[:1])+name[1:]), m, m.TargetID().Name)
		}
	case smithy.ShapeTypeList:
		m := schema.ListMember()
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(t, v.Index(i), m, m.TargetID().Name)
		}
	case smithy.ShapeTypeMap:
		fillMap(t, v, schema)
	case smithy.ShapeTypeString, smithy.ShapeTypeEnum:
		v.SetString(sample(t, shape))
	case smithy.ShapeTypeBoolean:
		v.SetBool(true)
	case smithy.ShapeTypeInteger, smithy.ShapeTypeLong:
		v.SetInt(1)
		if c := model.Constraints(shape); c != nil && c.HasMax {
			v.SetInt(c.Max)
		}
	case smithy.ShapeTypeFloat, smithy.ShapeTypeDouble:
		v.SetFloat(0.1)
	case smithy.ShapeTypeTimestamp:
		v.Set(reflect.ValueOf(time.UnixMilli(1571255026975).UTC()))
	default:
		t.Fatalf("shape %s has type %d, which nothing here fills", shape, schema.Type())
	}
}

func fillMap(t testing.TB, v reflect.Value, schema *smithy.Schema) {
	t.Helper()
	v.Set(reflect.MakeMap(v.Type()))
	key := sample(t, schema.MapKey().TargetID().Name)
	keys := []string{key, key + "2"}
	if c := model.Constraints(schema.MapKey().TargetID().Name); c != nil && c.Enum != nil {
		keys = c.Enum[:min(2, len(c.Enum))]
	}
	for _, k := range keys {
		elem := reflect.New(v.Type().Elem()).Elem()
		fill(t, elem, schema.MapValue(), schema.MapValue().TargetID().Name)
		v.SetMapIndex(reflect.ValueOf(k).Convert(v.Type().Key()), elem)
	}
}

func sample(t testing.TB, shape string) string {
	t.Helper()
	text, ok := inputs.Sample(shape)
	if !ok {
		t.Fatalf("no sample for shape %s with pattern %s", shape, model.Constraints(shape).Pattern)
	}
	return text
}

// sdkEqual compares the SDK's structures by what goes over the wire.
func sdkEqual(want, got any) string {
	return cmp.Diff(want, got, cmp.FilterPath(func(p cmp.Path) bool {
		f, ok := p.Last().(cmp.StructField)
		return ok && (f.Name() == "ResultMetadata" || f.Name()[0] >= 'a')
	}, cmp.Ignore()))
}

// tree parses JSON with the standard library, numbers as json.Number.
func tree(t testing.TB, doc []byte) any {
	t.Helper()
	var v any
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v in %s", err, doc)
	}
	return v
}

// newLike returns a new value of the type that v points to.
func newLike(v smithy.Serializable) smithy.Serializable {
	return reflect.New(reflect.TypeOf(v).Elem()).Interface().(smithy.Serializable)
}
