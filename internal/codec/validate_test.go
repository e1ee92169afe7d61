package codec

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	smithy "github.com/aws/smithy-go"

	"github.com/lanyard-cloud/lanyard/internal/model"
)

func TestDecode_validates(t *testing.T) {
	const one = "1 validation error detected: "
	name := "failed to satisfy constraint: Member must satisfy regular expression pattern: " + model.Constraints("ResourceName").Pattern
	for title, tt := range map[string]struct {
		in         smithy.Serializable
		body, want string
	}{
		"missing": {
			new(lightsail.CreateKeyPairInput), `{}`,
			one + "Value null at 'keyPairName' failed to satisfy constraint: Member must not be null",
		},
		"null": {
			new(lightsail.CreateKeyPairInput), `{"keyPairName":null}`,
			one + "Value null at 'keyPairName' failed to satisfy constraint: Member must not be null",
		},
		"two missing": {
			new(lightsail.ImportKeyPairInput), `{}`,
			"2 validation errors detected: Value null at 'keyPairName' failed to satisfy constraint: Member must not be null; " +
				"Value null at 'publicKeyBase64' failed to satisfy constraint: Member must not be null",
		},
		"pattern":       {new(lightsail.CreateKeyPairInput), `{"keyPairName":"custom gitlab"}`, one + "Value 'custom gitlab' at 'keyPairName' " + name},
		"empty name":    {new(lightsail.CreateKeyPairInput), `{"keyPairName":""}`, one + "Value '' at 'keyPairName' " + name},
		"list element":  {new(lightsail.AttachInstancesToLoadBalancerInput), `{"loadBalancerName":"lb","instanceNames":["ok","a"]}`, one + "Value 'a' at 'instanceNames.2.member' " + name},
		"null element":  {new(lightsail.CreateKeyPairInput), `{"keyPairName":"aa","tags":[{},null]}`, one + "Value null at 'tags.2.member' failed to satisfy constraint: Member must not be null"},
		"empty list":    {new(lightsail.UntagResourceInput), `{"resourceName":"aa","tagKeys":[]}`, ""},
		"no such value": {new(lightsail.CopySnapshotInput), `{"targetSnapshotName":"aa","sourceRegion":"mars-1"}`, one + "Value 'mars-1' at 'sourceRegion' failed to satisfy constraint: Member must satisfy enum value set: [" + strings.Join(model.Constraints("RegionName").Enum, ", ") + "]"},
		"number too high": {
			new(lightsail.UpdateContainerServiceInput), `{"serviceName":"shop","scale":21}`,
			one + "Value '21' at 'scale' failed to satisfy constraint: Member must have value less than or equal to 20",
		},
		"number too low": {
			new(lightsail.UpdateContainerServiceInput), `{"serviceName":"shop","scale":-3}`,
			one + "Value '-3' at 'scale' failed to satisfy constraint: Member must have value greater than or equal to 1",
		},
		"too long and of wrong form": {
			new(lightsail.UpdateContainerServiceInput), `{"serviceName":"` + strings.Repeat("_", 64) + `"}`,
			"2 validation errors detected: Value '" + strings.Repeat("_", 64) + "' at 'serviceName' failed to satisfy constraint: Member must have length less than or equal to 63; " +
				"Value '" + strings.Repeat("_", 64) + "' at 'serviceName' failed to satisfy constraint: Member must satisfy regular expression pattern: " + model.Constraints("ContainerServiceName").Pattern,
		},
		"list too short": {
			new(lightsail.SetupInstanceHttpsInput), `{"instanceName":"aa","emailAddress":"a@example.com","domainNames":[],"certificateProvider":"LetsEncrypt"}`,
			one + "Value at 'domainNames' failed to satisfy constraint: Member must have length greater than or equal to 1",
		},
		"sensitive": {
			new(lightsail.SetupInstanceHttpsInput), `{"instanceName":"aa","emailAddress":"SECRET","domainNames":["example.com"],"certificateProvider":"LetsEncrypt"}`,
			one + "Value at 'emailAddress' failed to satisfy constraint: Member must satisfy regular expression pattern: " + model.Constraints("EmailAddress").Pattern,
		},
		"in a structure in a list": {
			new(lightsail.PutInstancePublicPortsInput), `{"instanceName":"aa","portInfos":[{},{"fromPort":70000,"protocol":"tcp"}]}`,
			one + "Value '70000' at 'portInfos.2.member.fromPort' failed to satisfy constraint: Member must have value less than or equal to 65535",
		},
		"missing in a structure": {
			new(lightsail.CreateContainerServiceDeploymentInput), `{"serviceName":"shop","publicEndpoint":{"containerName":"web"}}`,
			one + "Value null at 'publicEndpoint.containerPort' failed to satisfy constraint: Member must not be null",
		},
		"in a map": {
			new(lightsail.CreateContainerServiceDeploymentInput), `{"serviceName":"shop","containers":{"web":{"ports":{"80":"GOPHER"}}}}`,
			one + "Value 'GOPHER' at 'containers.web.member.ports.80.member' failed to satisfy constraint: Member must satisfy enum value set: [HTTP, HTTPS, TCP, UDP]",
		},
		"key of a map": {
			new(lightsail.CreateContainerServiceDeploymentInput), `{"serviceName":"shop","containers":{"backend_api":{}}}`,
			one + "Value 'backend_api' at 'containers' failed to satisfy constraint: Map keys must satisfy constraint: [Member must satisfy regular expression pattern: " + model.Constraints("ContainerName").Pattern + "]",
		},
	} {
		t.Run(title, func(t *testing.T) {
			err := Decode([]byte(tt.body), tt.in)
			if tt.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var invalid *ValidationError
			if !errors.As(err, &invalid) {
				t.Fatalf("error of Decode: got %v, want a ValidationError", err)
			}
			if got := invalid.Error(); got != tt.want {
				t.Errorf("text of the error: got %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestValidationErrorMissing_namesRequiredMembers(t *testing.T) {
	for name, tt := range map[string]struct {
		in         smithy.Serializable
		body, want string
	}{
		"one":              {new(lightsail.CreateKeyPairInput), `{}`, "keyPairName"},
		"null":             {new(lightsail.CreateKeyPairInput), `{"keyPairName":null}`, "keyPairName"},
		"two":              {new(lightsail.TagResourceInput), `{}`, "resourceName,tags"},
		"beside a bad one": {new(lightsail.ImportKeyPairInput), `{"keyPairName":"custom gitlab"}`, "publicKeyBase64"},
		"in a structure": {
			new(lightsail.CreateContainerServiceDeploymentInput), `{"serviceName":"shop","publicEndpoint":{"containerName":"web"}}`,
			"publicEndpoint.containerPort",
		},
		"a null element is no member": {new(lightsail.CreateKeyPairInput), `{"keyPairName":"aa","tags":[null]}`, ""},
		"none":                        {new(lightsail.CreateKeyPairInput), `{"keyPairName":"custom gitlab"}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var invalid *ValidationError
			if err := Decode([]byte(tt.body), tt.in); !errors.As(err, &invalid) {
				t.Fatalf("error of Decode: got %v, want a ValidationError", err)
			}
			if got := strings.Join(invalid.Missing(), ","); got != tt.want {
				t.Errorf("missing members: got %q, want %q", got, tt.want)
			}
		})
	}
}

// The service ignores members that it has discontinued: what tools leave in them from
// a skeleton is no fault.
func TestDecode_ignoresDiscontinuedMembers(t *testing.T) {
	for _, value := range []string{`""`, `"my image"`, `null`} {
		body := `{"instanceNames":["web"],"availabilityZone":"us-east-1a","blueprintId":"debian_12","bundleId":"nano_3_0","customImageName":` + value + `}`
		if err := Decode([]byte(body), new(lightsail.CreateInstancesInput)); err != nil {
			t.Errorf("customImageName %s: %v", value, err)
		}
	}
}

func TestViolation_text(t *testing.T) {
	err := Decode([]byte(`{"keyPairName":"custom gitlab"}`), new(lightsail.CreateKeyPairInput))
	var invalid *ValidationError
	if !errors.As(err, &invalid) || len(invalid.Violations) != 1 {
		t.Fatalf("got %v", err)
	}
	v := invalid.Violations[0]
	if v.Shape != "ResourceName" || v.Rule != Pattern || v.Member != "keyPairName" || v.Path != "keyPairName" || v.Value != "custom gitlab" {
		t.Errorf("violation: got %+v", v)
	}
}

func TestViolation_hasNoSensitiveValues(t *testing.T) {
	body := `{"instanceName":"aa","emailAddress":"SECRET","domainNames":["example.com"],"certificateProvider":"LetsEncrypt"}`
	var invalid *ValidationError
	if err := Decode([]byte(body), new(lightsail.SetupInstanceHttpsInput)); !errors.As(err, &invalid) {
		t.Fatalf("got %v", err)
	}
	if v := invalid.Violations[0].Value; v != "" {
		t.Errorf("the violation holds %q", v)
	}
}

func TestValidationError_isBounded(t *testing.T) {
	names := strings.Repeat(`"`+strings.Repeat("ü", 5000)+`",`, 40)
	body := `{"loadBalancerName":"lb","instanceNames":[` + strings.TrimSuffix(names, ",") + `]}`
	var invalid *ValidationError
	if err := Decode([]byte(body), new(lightsail.AttachInstancesToLoadBalancerInput)); !errors.As(err, &invalid) {
		t.Fatalf("got %v", err)
	}
	if len(invalid.Violations) != MaxViolations {
		t.Errorf("violations: got %d, want %d", len(invalid.Violations), MaxViolations)
	}
	if got, want := invalid.Violations[0].Value, strings.Repeat("ü", MaxEcho)+"..."; got != want {
		t.Errorf("the value is repeated as %q", got)
	}
	if n := len(invalid.Error()); n > 10_000 {
		t.Errorf("the message has %d bytes", n)
	}
}

func TestDecode_reportsWrongTypesBeforeViolations(t *testing.T) {
	err := Decode([]byte(`{"keyPairName":"no name!","tags":7}`), new(lightsail.CreateKeyPairInput))
	if _, ok := errors.AsType[*SyntaxError](err); !ok {
		t.Errorf("got %v", err)
	}
}

// Bounds count characters, not bytes.
func TestDecode_countsLengthsInCharacters(t *testing.T) {
	c := &model.Constraint{HasMin: true, Min: 2, HasMax: true, Max: 256}
	for n, ok := range map[int]bool{1: false, 2: true, 256: true, 257: false} {
		if got := len(broken(c, strings.Repeat("世", n))) == 0; got != ok {
			t.Errorf("%d characters: admitted %v", n, got)
		}
	}
}
