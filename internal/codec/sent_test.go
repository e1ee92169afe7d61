package codec

import (
	"encoding/json"
	"io"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/schemas"
	smithy "github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/aws/smithy-go/transport/http/protocol/awsjson"

	"github.com/lanyard-cloud/lanyard/internal/model"
)

// sent is the body of the request in which the SDK sends an input.
func sent(t *testing.T, in smithy.Serializable) []byte {
	t.Helper()
	r := smithyhttp.NewStackRequest().(*smithyhttp.Request)
	op := smithy.NewOperationSchema(&smithy.Schema{}, schemaOf(in), nil)
	if err := awsjson.New11(schemas.Lightsail_20161128).SerializeRequest(t.Context(), op, in, r); err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(r.GetStream())
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// Every input as the SDK sends it, with every member set, is valid and decodes to the same. So does one without any,
// which is read as stored documents are: members are missing.
func TestDecode_readsWhatTheSDKSends(t *testing.T) {
	for _, a := range model.Actions() {
		for _, tt := range []struct {
			name string
			in   smithy.Serializable
			read func([]byte, smithy.Serializable) error
		}{
			{"full", full(t, a.NewInput()), Decode},
			{"empty", a.NewInput(), Unmarshal},
		} {
			got := a.NewInput()
			if err := tt.read(sent(t, tt.in), got); err != nil {
				t.Errorf("%s, %s: %v", a.Name, tt.name, err)
			} else if diff := sdkEqual(tt.in, got); diff != "" {
				t.Errorf("%s, %s: -sent +decoded\n%s", a.Name, tt.name, diff)
			}
		}
	}
}

// The SDK's request snapshots have every member at every depth, so that none is left out of what is proven by them.
func TestSnapshots_haveEveryMember(t *testing.T) {
	bodies := snapshots(t, "request_snapshot", ".request.snap")
	for _, a := range model.Actions() {
		wantMembers(t, a.Name, schemaOf(a.NewInput()), tree(t, bodies[a.Name]))
	}
}

func wantMembers(t *testing.T, path string, schema *smithy.Schema, v any) {
	t.Helper()
	switch v := v.(type) {
	case map[string]any:
		if schema.Type() == smithy.ShapeTypeMap {
			for key, e := range v {
				wantMembers(t, path+"."+key, schema.MapValue(), e)
			}
			return
		}
		for name, m := range schema.Members() {
			if _, ok := v[name]; !ok {
				t.Errorf("the snapshot has no %s.%s", path, name)
				continue
			}
			wantMembers(t, path+"."+name, m, v[name])
		}
	case []any:
		for _, e := range v {
			wantMembers(t, path+"[]", schema.ListMember(), e)
		}
	case nil, json.Number, string, bool:
		if v == nil || schema.Type() == smithy.ShapeTypeStructure {
			t.Errorf("the snapshot has %v for %s", v, path)
		}
	}
}
