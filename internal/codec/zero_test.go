package codec

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	smithy "github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/model"
)

func TestEncode_writesZeroNumbers(t *testing.T) {
	for name, tt := range map[string]struct {
		in   smithy.Serializable
		want string
	}{
		"all ports": {
			&types.InstancePortState{ToPort: 65535, Protocol: "-1", State: types.PortStateOpen},
			`{"protocol":"-1","state":"open","toPort":65535,"fromPort":0}`,
		},
		"echo reply": {&types.InstancePortState{Protocol: "icmp"}, `{"protocol":"icmp","fromPort":0,"toPort":0}`},
		"none is zero": {
			&types.InstancePortState{FromPort: 22, ToPort: 22}, `{"fromPort":22,"toPort":22}`,
		},
		"in a list": {
			&lightsail.GetInstancePortStatesOutput{PortStates: []types.InstancePortState{{}, {FromPort: 8, ToPort: -1}}},
			`{"portStates":[{"fromPort":0,"toPort":0},{"fromPort":8,"toPort":-1}]}`,
		},
		"beside lists": {
			&types.InstanceNetworking{Ports: []types.InstancePortInfo{{Cidrs: []string{"10.0.0.0/8"}, ToPort: 9}}},
			`{"ports":[{"cidrs":["10.0.0.0/8"],"toPort":9,"fromPort":0}]}`,
		},
		"unused certificate": {
			&types.CertificateSummary{CertificateDetail: &types.Certificate{Name: new("c")}},
			`{"certificateDetail":{"name":"c","inUseResourceCount":0}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := Encode(tt.in)
			if string(got) != tt.want {
				t.Errorf("got %s\nwant %s", got, tt.want)
			}
			back := reflect.New(reflect.TypeOf(tt.in).Elem()).Interface().(smithy.Serializable)
			if err := Unmarshal(got, back); err != nil {
				t.Fatal(err)
			}
			if diff := sdkEqual(tt.in, back); diff != "" {
				t.Errorf("-encoded +read back\n%s", diff)
			}
		})
	}
}

// A client that leaves a zero out means zero.
func TestDecode_readsAbsentNumbersAsZero(t *testing.T) {
	in := new(lightsail.OpenInstancePublicPortsInput)
	if err := Decode([]byte(`{"instanceName":"web","portInfo":{"protocol":"tcp","toPort":9}}`), in); err != nil {
		t.Fatal(err)
	}
	if in.PortInfo.FromPort != 0 || in.PortInfo.ToPort != 9 {
		t.Errorf("portInfo = %+v", in.PortInfo)
	}
}

// The table of numbers has all that there are in outputs: a later SDK may bring more.
func TestEncode_knowsAllPlainNumbers(t *testing.T) {
	got := map[string][]string{}
	seen := map[reflect.Type]bool{}
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		switch typ.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			walk(typ.Elem())
		case reflect.Struct:
			if seen[typ] || !strings.Contains(typ.PkgPath(), "service/lightsail") {
				return
			}
			seen[typ] = true
			for _, f := range reflect.VisibleFields(typ) {
				if k := f.Type.Kind(); f.IsExported() && reflect.Bool <= k && k <= reflect.Float64 {
					got[typ.Name()] = append(got[typ.Name()], strings.ToLower(f.Name[:1])+f.Name[1:])
				}
				walk(f.Type)
			}
		}
	}
	for _, a := range model.Actions() {
		walk(reflect.TypeOf(a.NewOutput()))
	}
	for _, names := range got {
		slices.Sort(names)
	}
	if diff := cmp.Diff(plainNumbers, got); diff != "" {
		t.Errorf("plain numbers in outputs (-known +found):\n%s", diff)
	}
}
