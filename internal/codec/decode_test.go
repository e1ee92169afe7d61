package codec

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	smithy "github.com/aws/smithy-go"
)

func TestDecode_accepts(t *testing.T) {
	named := func(name string) *lightsail.CreateKeyPairInput {
		return &lightsail.CreateKeyPairInput{KeyPairName: &name}
	}
	tagged := func(tags ...types.Tag) *lightsail.CreateKeyPairInput {
		in := named("aa")
		in.Tags = append([]types.Tag{}, tags...)
		return in
	}
	for name, tt := range map[string]struct {
		body string
		want smithy.Serializable
	}{
		"plain":                    {`{"keyPairName":"aa"}`, named("aa")},
		"white space everywhere":   {" \t\r\n{ \"keyPairName\" :\t\"aa\" \n} ", named("aa")},
		"escaped name and value":   {`{"key\u0050airName":"\u0061\u0061"}`, named("aa")},
		"unknown members":          {`{"x":{"y":[1,-0.5e+3,true,false,null,"\n",{},[]]},"keyPairName":"aa","z":""}`, named("aa")},
		"null is absence":          {`{"keyPairName":"aa","tags":null}`, named("aa")},
		"names are case-sensitive": {`{"keyPairName":"aa","KeyPairName":"bb","tags":null,"Tags":1}`, named("aa")},
		"empty list":               {`{"keyPairName":"aa","tags":[]}`, tagged()},
		"empty structure":          {`{"keyPairName":"aa","tags":[{}]}`, tagged(types.Tag{})},
		"empty string":             {`{"keyPairName":"aa","tags":[{"key":""}]}`, tagged(types.Tag{Key: new("")})},
		"every escape":             {`{"keyPairName":"aa","tags":[{"key":"\"\\\/\b\f\n\r\t\u00e9\uD83D\ude00\u2028"}]}`, tagged(types.Tag{Key: new("\"\\/\b\f\n\r\té\U0001f600\u2028")})},
		"UTF-8":                    {`{"keyPairName":"aa","tags":[{"key":"é世😀"},{"value":"2"}]}`, tagged(types.Tag{Key: new("é世😀")}, types.Tag{Value: new("2")})},
		"no members":               {`{}`, &lightsail.GetKeyPairsInput{}},
		"boolean":                  {`{"includeDefaultKeyPair":true}`, &lightsail.GetKeyPairsInput{IncludeDefaultKeyPair: new(true)}},
		"false":                    {`{"includeDefaultKeyPair":false}`, &lightsail.GetKeyPairsInput{IncludeDefaultKeyPair: new(false)}},
		"maps": {
			`{"serviceName":"shop","containers":{"web":{"image":"i","environment":{"A":"1","":""},"ports":{"80":"HTTP"}},"db":{}}}`,
			&lightsail.CreateContainerServiceDeploymentInput{ServiceName: new("shop"), Containers: map[string]types.Container{
				"db":  {},
				"web": {Image: new("i"), Environment: map[string]string{"A": "1", "": ""}, Ports: map[string]types.ContainerServiceProtocol{"80": "HTTP"}},
			}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := newLike(tt.want)
			if err := Decode([]byte(tt.body), got); err != nil {
				t.Fatal(err)
			}
			if diff := sdkEqual(tt.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestDecode_refusesMalformedJSON(t *testing.T) {
	deep := func(n int) string { return `{"x":` + strings.Repeat("[", n) + strings.Repeat("]", n) + `}` }
	for name, body := range map[string]string{
		"empty":                        ``,
		"white space only":             ` `,
		"not JSON":                     `<xml/>`,
		"null":                         `null`,
		"a list":                       `[]`,
		"a string":                     `"a"`,
		"a number":                     `1`,
		"byte order mark":              "\ufeff{}",
		"unclosed":                     `{`,
		"unclosed list":                `{"tags":[`,
		"unclosed string":              `{"keyPairName":"a`,
		"unclosed string after escape": `{"keyPairName":"\n`,
		"backslash at the end":         `{"keyPairName":"\`,
		"wrong closing":                `{"tags":[}`,
		"trailing comma":               `{"keyPairName":"aa",}`,
		"trailing comma in a list":     `{"tags":[{},]}`,
		"leading comma":                `{,"keyPairName":"aa"}`,
		"missing comma":                `{"keyPairName":"aa" "x":1}`,
		"missing comma in a list":      `{"tags":[{} {}]}`,
		"missing colon":                `{"keyPairName" "aa"}`,
		"missing value":                `{"keyPairName":}`,
		"missing value, unknown":       `{"x":}`,
		"unquoted name":                `{keyPairName:"aa"}`,
		"single quotes":                `{'keyPairName':'aa'}`,
		"comment":                      `{/**/}`,
		"data after the end":           `{"keyPairName":"aa"}x`,
		"second document":              `{"keyPairName":"aa"}{}`,
		"duplicate member":             `{"keyPairName":"aa","keyPairName":"bb"}`,
		"duplicate by escape":          `{"keyPairName":"aa","key\u0050airName":"aa"}`,
		"duplicate null":               `{"keyPairName":null,"keyPairName":"aa"}`,
		"duplicate unknown":            `{"keyPairName":"aa","x":1,"x":1}`,
		"duplicate in unknown":         `{"keyPairName":"aa","x":{"y":1,"y":2}}`,
		"duplicate nested":             `{"keyPairName":"aa","tags":[{"key":"a","key":"b"}]}`,
		"raw control character":        "{\"keyPairName\":\"a\na\"}",
		"raw control after escape":     "{\"keyPairName\":\"\\ta\ta\"}",
		"raw NUL":                      "{\"keyPairName\":\"a\x00a\"}",
		"NUL between tokens":           "{\x00}",
		"escaped NUL":                  `{"keyPairName":"a\u0000a"}`,
		"escaped NUL, unknown":         `{"x":"\u0000"}`,
		"invalid UTF-8":                "{\"keyPairName\":\"a\xffa\"}",
		"invalid UTF-8, unknown":       "{\"x\":\"\xc3\"}",
		"UTF-8 surrogate":              "{\"keyPairName\":\"\xed\xa0\x80\"}",
		"overlong UTF-8":               "{\"keyPairName\":\"\xc0\xaf\"}",
		"lone high surrogate":          `{"keyPairName":"\ud83d"}`,
		"lone low surrogate":           `{"keyPairName":"\ude00"}`,
		"two high surrogates":          `{"keyPairName":"\ud83d\ud83d"}`,
		"high surrogate, then text":    `{"keyPairName":"\ud83daaaaaa"}`,
		"short escape":                 `{"keyPairName":"\u12"}`,
		"bad hexadecimal":              `{"keyPairName":"\u12g4"}`,
		"unknown escape":               `{"keyPairName":"\x41"}`,
		"capital True":                 `{"x":True}`,
		"cut word":                     `{"x":tru}`,
		"NaN":                          `{"x":NaN}`,
		"leading zero":                 `{"x":01}`,
		"leading plus":                 `{"x":+1}`,
		"leading point":                `{"x":.5}`,
		"trailing point":               `{"x":1.}`,
		"empty exponent":               `{"x":1e}`,
		"minus alone":                  `{"x":-}`,
		"hexadecimal number":           `{"x":0x10}`,
		"number at the end":            `{"x":1`,
		"huge number":                  `{"x":` + strings.Repeat("9", MaxNumber+1) + `}`,
		"nested too deep":              deep(MaxDepth),
		"nested far too deep":          `{"x":` + strings.Repeat("[", 1<<20),
		"nested objects too deep":      strings.Repeat(`{"x":`, 1000) + `1` + strings.Repeat("}", 1000),
		"wrong type, then malformed":   `{"keyPairName":{"a"}}`,
	} {
		t.Run(name, func(t *testing.T) {
			err := Decode([]byte(body), new(lightsail.CreateKeyPairInput))
			var syntax *SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("error of Decode: got %v, want a SyntaxError", err)
			}
			if syntax.Message != "" || syntax.Reason == "" {
				t.Errorf("message %q, reason %q; malformed JSON has no message", syntax.Message, syntax.Reason)
			}
		})
	}
	if err := Decode([]byte(deep(MaxDepth-1)), new(lightsail.GetKeyPairsInput)); err != nil {
		t.Errorf("the deepest admitted nesting: %v", err)
	}
	longest := `{"x":` + strings.Repeat("9", MaxNumber) + `}`
	if err := Decode([]byte(longest), new(lightsail.GetKeyPairsInput)); err != nil {
		t.Errorf("the longest admitted number: %v", err)
	}
}

func TestDecode_refusesWrongTypes(t *testing.T) {
	const object, list = "Start of structure or map found where not expected.", "Start of list found where not expected"
	for _, tt := range []struct {
		in     smithy.Serializable
		member string
		values map[string]string
	}{
		{new(lightsail.GetKeyPairInput), "keyPairName", map[string]string{ // a string
			`1`: "NUMBER_VALUE can not be converted to a String", `-1.5`: "NUMBER_VALUE can not be converted to a String",
			`true`: "TRUE_VALUE can not be converted to a String", `false`: "FALSE_VALUE can not be converted to a String",
			`{}`: object, `[]`: list, `["a"]`: list,
		}},
		{new(lightsail.GetRegionsInput), "includeAvailabilityZones", map[string]string{ // a boolean
			`"true"`: "STRING_VALUE can not be converted to Boolean", `1`: "NUMBER_VALUE can not be converted to Boolean",
			`{}`: object, `[]`: list,
		}},
		{new(lightsail.CreateDiskInput), "sizeInGb", map[string]string{ // an integer
			`"8"`: "STRING_VALUE can not be converted to Integer", `true`: "TRUE_VALUE can not be converted to Integer",
			`8.0`: "NUMBER_VALUE can not be converted to Integer", `8.5`: "NUMBER_VALUE can not be converted to Integer",
			`1e1`: "NUMBER_VALUE can not be converted to Integer", `2147483648`: "NUMBER_VALUE can not be converted to Integer",
			`-2147483649`: "NUMBER_VALUE can not be converted to Integer", `99999999999999999999`: "NUMBER_VALUE can not be converted to Integer",
			`{}`: object, `[]`: list,
		}},
		{new(lightsail.PutAlarmInput), "threshold", map[string]string{ // a double
			`"1"`: "STRING_VALUE can not be converted to Double", `"NaN"`: "STRING_VALUE can not be converted to Double",
			`false`: "FALSE_VALUE can not be converted to Double", `1e999`: "NUMBER_VALUE can not be converted to Double",
			`{}`: object, `[]`: list,
		}},
		{new(lightsail.GetInstanceMetricDataInput), "startTime", map[string]string{ // a timestamp
			`"2019-10-16T19:43:46Z"`: "STRING_VALUE can not be converted to milliseconds since epoch",
			`true`:                   "TRUE_VALUE can not be converted to milliseconds since epoch",
			`1e999`:                  "NUMBER_VALUE can not be converted to milliseconds since epoch",
			`253402300800`:           "NUMBER_VALUE can not be converted to milliseconds since epoch",
			`-1e20`:                  "NUMBER_VALUE can not be converted to milliseconds since epoch",
			`{}`:                     object, `[]`: list,
		}},
		{new(lightsail.CreateKeyPairInput), "tags", map[string]string{ // a list of structures
			`"a"`: "Unexpected field type", `1`: "Unexpected field type", `true`: "Unexpected field type", `{}`: object,
			`["a"]`: "Unexpected field type", `[[]]`: list, `[{"key":1}]`: "NUMBER_VALUE can not be converted to a String",
		}},
		{new(lightsail.CreateContainerServiceDeploymentInput), "containers", map[string]string{ // a map of structures
			`"a"`: "Unexpected field type", `[]`: list, `{"web":1}`: "Unexpected field type", `{"web":[]}`: list,
			`{"web":{"environment":{"A":1}}}`: "NUMBER_VALUE can not be converted to a String",
		}},
		{new(lightsail.CreateContainerServiceDeploymentInput), "publicEndpoint", map[string]string{ // a structure
			`"a"`: "Unexpected field type", `[]`: list, `false`: "Unexpected field type",
		}},
	} {
		for value, want := range tt.values {
			t.Run(tt.member+"="+value, func(t *testing.T) {
				err := Decode(fmt.Appendf(nil, `{"x":1,%q:%s}`, tt.member, value), newLike(tt.in))
				var syntax *SyntaxError
				if !errors.As(err, &syntax) {
					t.Fatalf("error of Decode: got %v, want a SyntaxError", err)
				}
				if syntax.Message != want {
					t.Errorf("message: got %q, want %q", syntax.Message, want)
				}
			})
		}
	}
}

func TestSyntaxError_repeatsNothing(t *testing.T) {
	err := Decode([]byte(`{"keyPairName":{"SECRET":"SECRET"}}`), new(lightsail.CreateKeyPairInput))
	if err == nil || strings.Contains(err.Error(), "SECRET") {
		t.Errorf("got %v", err)
	}
}

func TestDecode_numbers(t *testing.T) {
	for value, want := range map[string]int32{"0": 0, "-0": 0, "8": 8, "-8": -8, "2147483647": 1<<31 - 1, "-2147483648": -1 << 31} {
		in := new(lightsail.CreateDiskInput)
		if err := Unmarshal([]byte(`{"sizeInGb":`+value+`}`), in); err != nil || *in.SizeInGb != want {
			t.Errorf("sizeInGb from %s: got %v, %v", value, in.SizeInGb, err)
		}
	}
	for value, want := range map[string]float64{"0": 0, "1": 1, "-1.5": -1.5, "1E3": 1000, "1.25e-2": 0.0125, "1e-999": 0} {
		in := new(lightsail.PutAlarmInput)
		if err := Unmarshal([]byte(`{"threshold":`+value+`}`), in); err != nil || *in.Threshold != want {
			t.Errorf("threshold from %s: got %v, %v", value, in.Threshold, err)
		}
	}
	if err := Unmarshal([]byte(`{"price":1e39}`), new(types.Bundle)); err == nil {
		t.Error("1e39 does not fit a float32")
	}
}

func TestDecode_times(t *testing.T) {
	for value, want := range map[string]time.Time{
		"1571255026.975":     time.UnixMilli(1571255026975),
		"1.571255026975E9":   time.UnixMilli(1571255026975),
		"1.602859922e+9":     time.Unix(1602859922, 0),
		"1571255026":         time.Unix(1571255026, 0),
		"1571255026.9750001": time.UnixMilli(1571255026975),
		"0":                  time.Unix(0, 0),
		"-1.5":               time.UnixMilli(-1500),
		"253402300799":       time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC),
		"-62135596800":       time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC),
	} {
		k := new(types.KeyPair)
		if err := Unmarshal([]byte(`{"createdAt":`+value+`}`), k); err != nil {
			t.Errorf("%s: %v", value, err)
			continue
		}
		if !k.CreatedAt.Equal(want) || k.CreatedAt.Location() != time.UTC {
			t.Errorf("createdAt from %s: got %v, want %v", value, k.CreatedAt, want.UTC())
		}
	}
}

// A body of a megabyte can hold hundreds of thousands of empty structures, each far larger in memory than on the wire.
func TestDecode_boundsTheNumberOfElements(t *testing.T) {
	body := func(n int) []byte {
		return []byte(`{"keyPairName":"aa","tags":[` + strings.Repeat("{},", n-1) + `{}]}`)
	}
	if err := Decode(body(MaxElements), new(lightsail.CreateKeyPairInput)); err != nil {
		t.Errorf("error for %d elements: got %v, want none", MaxElements, err)
	}
	var syntax *SyntaxError
	if err := Decode(body(MaxElements+1), new(lightsail.CreateKeyPairInput)); !errors.As(err, &syntax) {
		t.Errorf("error for %d elements: got %v, want a SyntaxError", MaxElements+1, err)
	}
	var m strings.Builder
	for i := range MaxElements + 1 {
		fmt.Fprintf(&m, `"%d":{},`, i)
	}
	maps := `{"serviceName":"shop","containers":{` + strings.TrimSuffix(m.String(), ",") + `}}`
	if err := Decode([]byte(maps), new(lightsail.CreateContainerServiceDeploymentInput)); !errors.As(err, &syntax) {
		t.Errorf("map: got %v", err)
	}
	if err := Unmarshal(body(MaxElements+1), new(lightsail.CreateKeyPairInput)); err != nil {
		t.Errorf("stored documents have no such bound: %v", err)
	}
}

// Duplicates are found among many names, too.
func TestDecode_findsLateDuplicates(t *testing.T) {
	for _, n := range []int{2, 15, 16, 17, 18, 1000} {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `"x%d":1,`, i)
		}
		unique := `{` + strings.TrimSuffix(b.String(), ",") + `}`
		if err := Decode([]byte(unique), new(lightsail.GetKeyPairsInput)); err != nil {
			t.Errorf("error for %d unique names: got %v, want none", n, err)
		}
		for _, again := range []int{0, n / 2, n - 1} {
			body := fmt.Sprintf(`{%s"x%d":1}`, b.String(), again)
			if Decode([]byte(body), new(lightsail.GetKeyPairsInput)) == nil {
				t.Errorf("name %d of %d came twice and was taken", again, n)
			}
		}
	}
}

func TestUnmarshal_ignoresConstraints(t *testing.T) {
	in := new(lightsail.CreateKeyPairInput)
	if err := Unmarshal([]byte(`{"keyPairName":"no name!","tags":[null]}`), in); err != nil {
		t.Fatal(err)
	}
	if *in.KeyPairName != "no name!" || len(in.Tags) != 1 {
		t.Errorf("got %+v", in)
	}
}
