package codec

import (
	"encoding/json"
	"errors"
	"math"
	"testing"
	"unicode/utf8"

	smithy "github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/model"
)

// FuzzDecode checks that whatever Decode takes, the standard library takes with the same meaning, that nothing makes
// it panic, and that its errors are of the two kinds that it promises.
func FuzzDecode(f *testing.F) {
	for i, a := range model.Actions() {
		f.Add(byte(i), Encode(full(f, a.NewInput())))
	}
	for _, body := range []string{
		``, `{}`, `null`, `[]`, `{"keyPairName":"aa"}`, `{"keyPairName":"\ud83d\ude00","x":{"y":[1,2e3,null]}}`,
		`{"keyPairName":"aa","tags":[{"key":"k","value":""},{}]}`, `{"a":1,"a":2}`, `{"tags":[null]}`, `{"x":"\u0000"}`, "{\"x\":\"\xff\"}",
		`{"startTime":1.5E9,"endTime":-0.0005,"period":60}`, `{"threshold":1e-400}`, `{"sizeInGb":2147483648}`, `{"x":1e999}`,
	} {
		f.Add(byte(0), []byte(body))
	}
	actions := model.Actions()
	f.Fuzz(func(t *testing.T, action byte, body []byte) {
		a := actions[int(action)%len(actions)]
		in := a.NewInput()
		if err := Decode(body, in); err != nil {
			checkRefusal(t, err)
			return
		}
		if !json.Valid(body) {
			t.Fatalf("input of %s: accepted, but not JSON", a.Name)
		}
		schema := schemaOf(in)
		doc := Encode(in)
		want, got := known(t, tree(t, body), schema), known(t, tree(t, doc), schema)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s: -meant +decoded\n%s", a.Name, diff)
		}
		again := a.NewInput()
		if err := Unmarshal(doc, again); err != nil {
			t.Fatalf("%s: cannot read back %s: %v", a.Name, doc, err)
		}
		if string(Encode(again)) != string(doc) {
			t.Fatalf("%s: encoding %s is not stable", a.Name, doc)
		}
	})
}

func checkRefusal(t *testing.T, err error) {
	t.Helper()
	var syntax *SyntaxError
	var invalid *ValidationError
	switch {
	case errors.As(err, &syntax):
		if !json.Valid(EncodeSyntaxError(syntax)) {
			t.Fatalf("%v encodes to invalid JSON", err)
		}
	case errors.As(err, &invalid):
		if n := len(invalid.Violations); n == 0 || n > MaxViolations || !utf8.ValidString(err.Error()) {
			t.Fatalf("%d violations: %v", n, err)
		}
	default:
		t.Fatalf("%T: %v", err, err)
	}
}

// known reduces a tree to what the schema knows, with times in milliseconds. Zeros and absent members are made equal, since
// the SDK cannot distinguish them in members that are no pointers.
func known(t *testing.T, v any, schema *smithy.Schema) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, member := range v {
			m := schema.Member(name)
			if schema.Type() == smithy.ShapeTypeMap {
				m = schema.MapValue()
			}
			if m == nil || member == nil {
				continue
			}
			k := known(t, member, m)
			if f, ok := k.(float64); ok && f == 0 {
				continue
			}
			out[name] = k
		}
		return out
	case []any:
		out := []any{}
		for _, elem := range v {
			out = append(out, known(t, elem, schema.ListMember()))
		}
		return out
	case json.Number:
		f, err := v.Float64()
		if err != nil {
			t.Fatalf("%s was taken as a number: %v", v, err)
		}
		switch schema.Type() {
		case smithy.ShapeTypeTimestamp:
			return math.Round(f * 1000)
		case smithy.ShapeTypeFloat:
			return float64(float32(f))
		}
		return f
	}
	return v
}

// FuzzEncodeString checks that every string, valid or not, becomes JSON that reads as the same text.
func FuzzEncodeString(f *testing.F) {
	for _, s := range []string{"", "plain", "\"\\/\n", "\x00\x1f\x7f", "ü世\U0001f600", "\xff\xc3\xed\xa0\x80", "\ufffd\u2028"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		doc := EncodeError("X", s)
		if s == "" {
			return
		}
		var got struct{ Message string }
		if err := json.Unmarshal(doc, &got); err != nil {
			t.Fatalf("%q: %v in %s", s, err, doc)
		}
		if want := string([]rune(s)); got.Message != want {
			t.Fatalf("%q: got %q", s, got.Message)
		}
	})
}
