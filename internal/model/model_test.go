package model_test

import (
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	smithy "github.com/aws/smithy-go"
	"github.com/aws/smithy-go/traits"

	"github.com/lanyard-cloud/lanyard/internal/model"
)

// sdkDir is the directory of the SDK's source.
func sdkDir(t *testing.T) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/aws/aws-sdk-go-v2/service/lightsail").Output()
	if err != nil {
		t.Fatalf("find the SDK: %v", err)
	}
	return strings.TrimSpace(string(out))
}

func TestActions_haveEveryActionOfTheSDK(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(sdkDir(t), "api_op_*.go"))
	if err != nil || len(files) < 167 {
		t.Fatalf("found %d actions in the SDK, err %v", len(files), err)
	}
	for _, f := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(f), "api_op_"), ".go")
		if _, ok := model.LookupAction(name); !ok {
			t.Errorf("%s is missing: run make generate", name)
		}
	}
	if got := len(model.Actions()); got != len(files) {
		t.Errorf("the table has %d actions, the SDK %d", got, len(files))
	}
}

func TestActions_makeTheirOwnTypes(t *testing.T) {
	for _, a := range model.Actions() {
		if got, want := reflect.TypeOf(a.NewInput()).String(), "*lightsail."+a.Name+"Input"; got != want {
			t.Errorf("%s: input is %s, want %s", a.Name, got, want)
		}
		if got, want := reflect.TypeOf(a.NewOutput()).String(), "*lightsail."+a.Name+"Output"; got != want {
			t.Errorf("%s: output is %s, want %s", a.Name, got, want)
		}
	}
}

func TestLookupAction(t *testing.T) {
	a, ok := model.LookupAction("CreateKeyPair")
	if !ok || a.Name != "CreateKeyPair" {
		t.Fatalf("CreateKeyPair: %v, %v", a, ok)
	}
	if !slices.Contains(a.Errors, "AccountSetupInProgressException") {
		t.Errorf("CreateKeyPair's errors: %q", a.Errors)
	}
	for _, name := range []string{"", "createKeyPair", "CreateKeyPai", "CreateKeyPairs", "Z"} {
		if _, ok := model.LookupAction(name); ok {
			t.Errorf("%q is no action", name)
		}
	}
}

func TestRequired(t *testing.T) {
	for _, tt := range []struct {
		shape string
		want  []string
	}{
		{"CreateKeyPairRequest", []string{"keyPairName"}},
		{"ImportKeyPairRequest", []string{"keyPairName", "publicKeyBase64"}},
		{"GetKeyPairsRequest", nil},
		{"Tag", nil},
		{"GetProfileResult", []string{"profileType"}}, // newer than the API model that the other tables come from
		{"NoSuchShape", nil},
	} {
		got := slices.Sorted(slices.Values(model.Required(tt.shape)))
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.shape, got, tt.want)
		}
	}
}

// shapes collects every shape that the API's inputs and outputs reach.
type shapes map[string]*smithy.Schema

func (s shapes) add(name string, schema *smithy.Schema) {
	if _, ok := s[name]; ok {
		return
	}
	s[name] = schema
	for _, m := range schema.Members() {
		s.add(m.TargetID().Name, m)
	}
}

// rootSchema catches the schema that a structure begins to serialize with.
type rootSchema struct {
	smithy.ShapeSerializer
	schema *smithy.Schema
}

func (r *rootSchema) WriteStruct(s *smithy.Schema)     { r.schema = s }
func (r *rootSchema) CloseStruct()                     {}
func (r *rootSchema) WriteInt32(*smithy.Schema, int32) {}
func (r *rootSchema) WriteBool(*smithy.Schema, bool)   {}

func reachable(t *testing.T) shapes {
	t.Helper()
	all := shapes{}
	for _, a := range model.Actions() {
		for _, v := range []smithy.Serializable{a.NewInput(), a.NewOutput()} {
			var r rootSchema
			v.Serialize(&r)
			all.add(r.schema.ID().Name, r.schema)
		}
	}
	return all
}

func TestTables_fitTheSDKsShapes(t *testing.T) {
	for name, schema := range reachable(t) {
		for _, member := range model.Required(name) {
			if schema.Member(member) == nil {
				t.Errorf("%s requires %s, which it does not have", name, member)
			}
		}
		c := model.Constraints(name)
		if schema.Type() == smithy.ShapeTypeEnum && (c == nil || len(c.Enum) == 0) {
			t.Errorf("enum %s has no values", name)
		}
		if c == nil {
			continue
		}
		if c.Shape != name {
			t.Errorf("Constraints(%q) is about %q", name, c.Shape)
		}
		c.Match("any") // panics if a pattern is invalid
		text := schema.Type() == smithy.ShapeTypeString || schema.Type() == smithy.ShapeTypeEnum
		if (c.Pattern != "" || c.Enum != nil) && !text {
			t.Errorf("%s is no string and has a pattern or values", name)
		}
	}
}

// Names that differ between the API model and the SDK would make a constraint vanish silently.
func TestConstraints_areReachable(t *testing.T) {
	all := reachable(t)
	for _, name := range []string{
		"AutoSnapshotDate", "BucketName", "BucketCorsRules", "ContainerName", "ContainerServiceName", "ContainerServiceScale",
		"IAMAccessKeyId", "MetricPeriod", "NonEmptyString", "PartnerIdList", "Port", "ResourceArn", "ResourceName",
		"SensitiveString", "SetupDomainName", "SetupDomainNameList", "SetupHistoryPageToken", "StringMax256", "TimeOfDay",
	} {
		if all[name] == nil {
			t.Errorf("the SDK has no shape %s", name)
		}
		if model.Constraints(name) == nil {
			t.Errorf("nothing is known about %s", name)
		}
	}
}

func TestMatch(t *testing.T) {
	long := strings.Repeat("a", 255)
	for _, tt := range []struct {
		shape, value string
		want         bool
	}{
		{"ResourceName", "deploy", true},
		{"ResourceName", "my.key-1_x", true},
		{"ResourceName", "1a", true},
		{"ResourceName", "__", true},
		{"ResourceName", long, true},
		{"ResourceName", long + "a", false},
		{"ResourceName", "", false},
		{"ResourceName", "a", false},
		{"ResourceName", "-a", false},
		{"ResourceName", "a.", false},
		{"ResourceName", "custom gitlab", false},
		{"ResourceName", "schlüssel", false},
		{"ResourceName", "deploy\n", false},
		{"ResourceName", "ok\nok", false},
		{"ContainerServiceName", "a", true},
		{"ContainerServiceName", "ab", true},
		{"ContainerServiceName", "abc", true},
		{"ContainerServiceName", "ab!", false}, // the model's alternation lacks parentheses
		{"ContainerServiceName", "!abc", false},
		{"ContainerServiceName", "abc-", false},
		{"NonEmptyString", "x", true},
		{"NonEmptyString", "two\nlines", true},
		{"NonEmptyString", " \t\n", false},
		{"NonEmptyString", "", false},
		{"ResourceArn", "arn:aws:lightsail:us-east-1:123456789012:KeyPair/05859e3d-331d-48ba-9034-12345EXAMPLE", true},
		{"ResourceArn", "x arn:aws:lightsail:us-east-1:123456789012:KeyPair/0", false},
		{"TimeOfDay", "23:59", true},
		{"TimeOfDay", "24:00", false},
		{"BucketAccessLogPrefix", "logs/(a)'s", true},
		{"EmailAddress", "a`b@example.com", true},
	} {
		if got := model.Constraints(tt.shape).Match(tt.value); got != tt.want {
			t.Errorf("%s %q: got %v", tt.shape, tt.value, got)
		}
	}
}

func TestAdmits(t *testing.T) {
	region := model.Constraints("RegionName")
	if !region.Admits("eu-central-1") || region.Admits("eu-central-9") || region.Admits("") {
		t.Errorf("RegionName admits the wrong values of %q", region.Enum)
	}
	if !model.Constraints("ResourceName").Admits("anything") {
		t.Error("a shape without values admits any")
	}
	if model.Constraints("String") != nil {
		t.Error("String has no constraints")
	}
}

func TestSensitiveShapes(t *testing.T) {
	for _, name := range []string{"SensitiveString", "SensitiveNonEmptyString", "IAMAccessKeyId", "EmailAddress"} {
		if c := model.Constraints(name); c == nil || !c.Sensitive {
			t.Errorf("%s is not marked sensitive", name)
		}
	}
}

// TestSensitiveShapes_areTheSDKs wants the table to have what the SDK's schemas mark.
func TestSensitiveShapes_areTheSDKs(t *testing.T) {
	n := 0
	for name, schema := range reachable(t) {
		if _, is := smithy.SchemaTrait[*traits.Sensitive](schema); !is {
			continue
		}
		n++
		if c := model.Constraints(name); c == nil || !c.Sensitive {
			t.Errorf("%s is sensitive in the SDK, and not in the table: run make generate", name)
		}
	}
	if n < 5 {
		t.Errorf("found %d sensitive shapes in the SDK, want 5 at least", n)
	}
}

// The tables must not turn into work at start-up; only literals of constants are laid out by the compiler.
func TestTables_areLiterals(t *testing.T) {
	for _, name := range []string{"actions_gen.go", "required_gen.go", "constraints_gen.go"} {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if len(f.Decls) > 2 {
			t.Errorf("%s has %d declarations, want its table alone", name, len(f.Decls))
		}
	}
}
