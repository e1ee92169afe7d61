package codec

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/schemas"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	smithy "github.com/aws/smithy-go"
	"github.com/aws/smithy-go/transport/http/protocol/awsjson"
)

func TestEncode_strings(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                  `"plain"`,
		"":                       `""`,
		`"\/`:                    `"\"\\/"`,
		"a\nb\rc\td":             `"a\nb\rc\td"`,
		"\x00\x01\b\f\x1f\x7f":   `"\u0000\u0001\u0008\u000c\u001f` + "\x7f" + `"`,
		"<script>&</script>":     `"<script>&</script>"`,
		"ü世\U0001f600\u2028":     `"ü世` + "\U0001f600\u2028" + `"`,
		"bad \xff\xc3 end":       `"bad ` + "\ufffd\ufffd" + ` end"`,
		"\ufffd":                 `"` + "\ufffd" + `"`,
		"surrogate \xed\xa0\x80": `"surrogate ` + "\ufffd\ufffd\ufffd" + `"`,
		"\xe4\xb8":               `"` + "\ufffd\ufffd" + `"`,
	} {
		got := string(Encode(&lightsail.GetKeyPairInput{KeyPairName: &in}))
		if got != `{"keyPairName":`+want+`}` {
			t.Errorf("%q: got %s", in, got)
		}
	}
}

func TestEncode_times(t *testing.T) {
	for _, tt := range []struct {
		at   time.Time
		want string
	}{
		{time.UnixMilli(1571255026975), "1571255026.975"},
		{time.UnixMilli(1571255026970), "1571255026.97"},
		{time.UnixMilli(1571255026900), "1571255026.9"},
		{time.UnixMilli(1571255026005), "1571255026.005"},
		{time.UnixMilli(1571255026050), "1571255026.05"},
		{time.UnixMilli(1571255026000), "1571255026"},
		{time.Unix(1571255026, 975_999_999), "1571255026.975"},
		{time.UnixMilli(0), "0"},
		{time.UnixMilli(-1), "-0.001"},
		{time.UnixMilli(-1500), "-1.5"},
		{time.Date(2019, 10, 16, 21, 43, 46, 975e6, time.FixedZone("", 7200)), "1571255026.975"},
	} {
		if got := string(Encode(&types.KeyPair{CreatedAt: &tt.at})); got != `{"createdAt":`+tt.want+`}` {
			t.Errorf("%v: got %s, want %s", tt.at, got, tt.want)
		}
	}
}

func TestEncode_floats(t *testing.T) {
	for _, tt := range []struct {
		in   float64
		want string
	}{
		{1, "1.0"},
		{0, "0.0"},
		{-3, "-3.0"},
		{0.5, "0.5"},
		{0.1, "0.1"},
		{1e14, "100000000000000.0"},
		{1e300, "1e+300"},
		{1e-9, "1e-09"},
		{math.NaN(), `"NaN"`},
		{math.Inf(1), `"Infinity"`},
		{math.Inf(-1), `"-Infinity"`},
	} {
		got := Encode(&types.MetricDatapoint{Average: &tt.in})
		if string(got) != `{"average":`+tt.want+`}` {
			t.Errorf("%v: got %s, want %s", tt.in, got, tt.want)
		}
		back := new(types.MetricDatapoint)
		if err := Unmarshal(got, back); err != nil || fmt.Sprint(*back.Average) != fmt.Sprint(tt.in) {
			t.Errorf("%s read back: %v", got, err)
		}
	}
	narrow := float32(0.1)
	if got := string(Encode(&types.Bundle{Price: &narrow})); got != `{"price":0.1}` {
		t.Errorf("float32: got %s", got)
	}
}

func TestEncode_listsAndMaps(t *testing.T) {
	for name, tt := range map[string]struct {
		in   smithy.Serializable
		want string
	}{
		"nil list":   {&types.KeyPair{}, `{}`},
		"empty list": {&types.KeyPair{Tags: []types.Tag{}}, `{"tags":[]}`},
		"list of structures": {
			&types.KeyPair{Tags: []types.Tag{{}, {Key: new("k")}}, Name: new("n")},
			`{"name":"n","tags":[{},{"key":"k"}]}`,
		},
		"empty map": {&types.Container{Environment: map[string]string{}}, `{"environment":{}}`},
		"map sorted by key": {
			&types.Container{
				Environment: map[string]string{"b": "2", "a": "1", "": "{", "c,": "[", "\"": ","},
				Image:       new("i"),
			},
			`{"environment":{"":"{","\"":",","a":"1","b":"2","c,":"["},"image":"i"}`,
		},
		"maps in a map": {
			&types.ContainerServiceDeployment{Containers: map[string]types.Container{
				"web": {Environment: map[string]string{"Z": "1", "A": "2"}},
				"app": {Environment: map[string]string{"Y": "3", "B": "4"}, Command: []string{"x", "y"}},
			}},
			`{"containers":{"app":{"command":["x","y"],"environment":{"B":"4","Y":"3"}},"web":{"environment":{"A":"2","Z":"1"}}}}`,
		},
	} {
		for range 8 { // Go walks maps in a new order each time
			if got := string(Encode(tt.in)); got != tt.want {
				t.Fatalf("%s: got %s\nwant %s", name, got, tt.want)
			}
		}
	}
}

func TestEncodeException_members(t *testing.T) {
	for _, tt := range []struct {
		in   Exception
		want string
	}{
		{
			&types.InvalidInputException{Code: new("NameExists"), Message: new("Some names are already in use: a")},
			`{"__type":"InvalidInputException","code":"NameExists","message":"Some names are already in use: a"}`,
		},
		{
			&types.NotFoundException{Code: new("DoesNotExist"), Docs: new("d"), Message: new("m"), Tip: new("t")},
			`{"__type":"NotFoundException","code":"DoesNotExist","docs":"d","message":"m","tip":"t"}`,
		},
		{&types.ServiceException{}, `{"__type":"ServiceException"}`},
	} {
		if got := string(EncodeException(tt.in)); got != tt.want {
			t.Errorf("got %s\nwant %s", got, tt.want)
		}
	}
}

func TestEncodeException_frontEndErrors(t *testing.T) {
	for _, tt := range []struct {
		got  []byte
		want string
	}{
		{EncodeError("UnknownOperationException", ""), `{"__type":"UnknownOperationException"}`},
		{EncodeError("ThrottlingException", "Rate exceeded"), `{"__type":"ThrottlingException","message":"Rate exceeded"}`},
		{EncodeError("X", "a \"b\" \xff"), `{"__type":"X","message":"a \"b\" ` + "\ufffd" + `"}`},
		{EncodeSyntaxError(&SyntaxError{}), `{"__type":"SerializationException"}`},
		{
			EncodeSyntaxError(&SyntaxError{Message: "NUMBER_VALUE can not be converted to a String"}),
			`{"__type":"SerializationException","Message":"NUMBER_VALUE can not be converted to a String"}`,
		},
	} {
		if string(tt.got) != tt.want {
			t.Errorf("got %s\nwant %s", tt.got, tt.want)
		}
	}
}

func TestEncodeException_isReadByTheSDK(t *testing.T) {
	client := awsjson.New11(schemas.Lightsail_20161128)
	sent := &types.NotFoundException{Code: new("DoesNotExist"), Message: new("The KeyPair does not exist: a")}
	op := smithy.NewOperationSchema(&smithy.Schema{}, nil, nil)
	err := client.DeserializeResponse(t.Context(), op, lightsail.TypeRegistry, response(400, EncodeException(sent)), nil)
	var got *types.NotFoundException
	if !errors.As(err, &got) {
		t.Fatalf("error that the SDK reads: got %v", err)
	}
	if diff := sdkEqual(sent, got); diff != "" {
		t.Error(diff)
	}
}

func TestEncode_returnsBytesOfTheCallersOwn(t *testing.T) {
	first := Encode(&lightsail.GetKeyPairInput{KeyPairName: new("first")})
	Encode(&lightsail.GetKeyPairInput{KeyPairName: new("other")})
	if string(first) != `{"keyPairName":"first"}` {
		t.Errorf("first encoded bytes: got %s", first)
	}
}

// A private key passes through the encoder; its buffer must not keep it for the next request.
func TestEncode_clearsItsMemory(t *testing.T) {
	e := new(encoder)
	(&lightsail.CreateKeyPairOutput{PrivateKeyBase64: new("SECRET")}).Serialize(e)
	(&types.Container{Environment: map[string]string{"b": "SECRET", "a": "SECRET"}}).Serialize(e)
	buf, scratch := e.buf, e.scratch[:cap(e.scratch)]
	e.release()
	if bytes.Contains(buf, []byte("SECRET")) || bytes.Contains(scratch, []byte("SECRET")) {
		t.Error("the encoder still holds what it wrote")
	}
}

func TestDecode_clearsItsMemory(t *testing.T) {
	d := newDecoder()
	if err := d.document([]byte(`{"publicKeyBase64":"\u0053ECRET"}`), new(lightsail.ImportKeyPairInput)); err != nil {
		t.Fatal(err)
	}
	scratch := d.scratch[:cap(d.scratch)]
	d.release()
	if len(scratch) == 0 || bytes.Contains(scratch, []byte("ECRET")) {
		t.Errorf("the decoder still holds what it read: %q", scratch)
	}
}

func TestDecode_andEncodeConcurrently(t *testing.T) {
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			name := strings.Repeat(string(rune('a'+i)), 10)
			for range 200 {
				in := new(lightsail.ImportKeyPairInput)
				doc := Encode(&lightsail.ImportKeyPairInput{KeyPairName: &name, PublicKeyBase64: new("a\n" + name)})
				if err := Decode(doc, in); err != nil || *in.KeyPairName != name || *in.PublicKeyBase64 != "a\n"+name {
					t.Errorf("got %v, %v", in, err)
					return
				}
			}
		})
	}
	wg.Wait()
}
