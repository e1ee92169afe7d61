package codec

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/schemas"
	smithy "github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/aws/smithy-go/transport/http/protocol/awsjson"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/model"
)

// Every input with every member set decodes, passes validation, and is what was encoded.
func TestDecode_roundTripsInputs(t *testing.T) {
	for _, a := range model.Actions() {
		want := full(t, a.NewInput())
		got := a.NewInput()
		if err := Decode(Encode(want), got); err != nil {
			t.Errorf("%s: %v", a.Name, err)
			continue
		}
		if diff := sdkEqual(want, got); diff != "" {
			t.Errorf("%s: -sent +decoded\n%s", a.Name, diff)
		}
	}
}

func TestEncode_roundTripsOutputs(t *testing.T) {
	for _, a := range model.Actions() {
		want := full(t, a.NewOutput())
		got := a.NewOutput()
		if err := Unmarshal(Encode(want), got); err != nil {
			t.Errorf("%s: %v", a.Name, err)
			continue
		}
		if diff := sdkEqual(want, got); diff != "" {
			t.Errorf("%s: -encoded +read back\n%s", a.Name, diff)
		}
	}
}

// The SDK's own client reads what Encode writes.
func TestEncode_isReadByTheSDK(t *testing.T) {
	client := awsjson.New11(schemas.Lightsail_20161128)
	for _, a := range model.Actions() {
		want := full(t, a.NewOutput())
		got := a.NewOutput()
		op := smithy.NewOperationSchema(&smithy.Schema{}, nil, schemaOf(want))
		err := client.DeserializeResponse(t.Context(), op, lightsail.TypeRegistry, response(200, Encode(want)), got.(smithy.Deserializable))
		if err != nil {
			t.Errorf("%s: %v", a.Name, err)
			continue
		}
		if diff := sdkEqual(want, got); diff != "" {
			t.Errorf("%s: -encoded +read by the SDK\n%s", a.Name, diff)
		}
	}
}

func response(status int, body []byte) *smithyhttp.Response {
	return &smithyhttp.Response{Response: &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(body))}}
}

// Zero values leave no trace, but for a required number that the SDK cannot leave out.
func TestEncode_emptyStructures(t *testing.T) {
	for _, a := range model.Actions() {
		for _, v := range []smithy.Serializable{a.NewInput(), a.NewOutput()} {
			want := "{}"
			if _, ok := v.(*lightsail.CreateLoadBalancerInput); ok {
				want = `{"instancePort":0}`
			}
			if got := string(Encode(v)); got != want {
				t.Errorf("%T: got %s", v, got)
			}
			if err := Unmarshal([]byte("{}"), v); err != nil {
				t.Errorf("%T: %v", v, err)
			}
		}
	}
}

// snapshots reads the wire messages that the SDK's module carries: one line, headers, a blank line, the body.
func snapshots(t *testing.T, folder, suffix string) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(sdkDir(t), folder, "*"+suffix))
	if err != nil {
		t.Fatal(err)
	}
	bodies := map[string][]byte{}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		start := bytes.Index(text, []byte("\n\n{"))
		if start < 0 {
			t.Fatalf("%s has no body", f)
		}
		bodies[strings.TrimSuffix(filepath.Base(f), suffix)] = text[start+2:]
	}
	return bodies
}

// The snapshots hold placeholders that no constraint admits, so they are read as stored documents are.
func TestDecode_snapshotsWithoutLoss(t *testing.T) {
	for _, tt := range []struct {
		folder, suffix string
		of             func(model.Action) smithy.Serializable
	}{
		{"request_snapshot", ".request.snap", func(a model.Action) smithy.Serializable { return a.NewInput() }},
		{"response_snapshot", ".response.snap", func(a model.Action) smithy.Serializable { return a.NewOutput() }},
	} {
		t.Run(tt.folder, func(t *testing.T) {
			bodies := snapshots(t, tt.folder, tt.suffix)
			for _, a := range model.Actions() {
				body, ok := bodies[a.Name]
				if !ok {
					t.Errorf("%s has no snapshot", a.Name)
					continue
				}
				v := tt.of(a)
				if err := Unmarshal(body, v); err != nil {
					t.Errorf("%s: %v", a.Name, err)
					continue
				}
				if diff := cmp.Diff(tree(t, body), tree(t, Encode(v)), cmp.Comparer(sameNumber)); diff != "" {
					t.Errorf("%s: -snapshot +encoded\n%s", a.Name, diff)
				}
			}
		})
	}
}

// sameNumber compares what a number means: the snapshots write 1 where Encode writes 1.0.
func sameNumber(a, b json.Number) bool {
	x, errX := a.Float64()
	y, errY := b.Float64()
	return errX == nil && errY == nil && x == y
}

func TestEncodeException_snapshots(t *testing.T) {
	bodies := snapshots(t, "response_snapshot", ".error.snap")
	if len(bodies) != len(lightsail.TypeRegistry.Entries) {
		t.Fatalf("%d snapshots of %d exceptions", len(bodies), len(lightsail.TypeRegistry.Entries))
	}
	for name, body := range bodies {
		x := lightsail.TypeRegistry.Entries["com.amazonaws.lightsail#"+name].New().(interface {
			Exception
			smithy.Serializable
		})
		if err := Unmarshal(body, x); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := EncodeException(x); !bytes.Equal(got, body) {
			t.Errorf("%s: got %s\nwant %s", name, got, body)
		}
	}
}
