package container_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/kind/container"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// FuzzParseFilter wants a pattern of which each term is in quotes to select a line that has all of them,
// and one with a minus before each not to.
func FuzzParseFilter(f *testing.F) {
	for _, pattern := range []string{"", "ERROR", "-ERROR", "ERROR Exception", "?ERROR ?Exception", `"two words" -x`, `"`, "{ $.a = 1 }", "- x", "??a"} {
		f.Add(pattern, "an ERROR and an Exception")
	}
	f.Fuzz(func(t *testing.T, pattern, line string) {
		filter, err := container.ParseFilter(pattern)
		if _, refused := errors.AsType[*resource.RefusalError](err); err != nil && !refused {
			t.Fatalf("ParseFilter(%q): %v, want a container.Error", pattern, err)
		}
		filter.Match(line)
		if line == "" || len(line) > 500 || strings.Contains(line, `"`) {
			return
		}
		all, err := container.ParseFilter(`"` + line + `"`)
		if err != nil || !all.Match("before"+line+"after") {
			t.Errorf("the line as a pattern does not select it: %q, %v", line, err)
		}
		none, err := container.ParseFilter(`-"` + line + `"`)
		if err != nil || none.Match(line) {
			t.Errorf("the line as a pattern with a minus selects it: %q, %v", line, err)
		}
	})
}

// FuzzNewDeployment wants what is admitted of a deployment to be stored, read and imported as it was, and to have a health
// check of which the codes can be read.
func FuzzNewDeployment(f *testing.F) {
	f.Add("app", "nginx:latest", "80", "HTTP", "/", "200-499", int32(80))
	f.Add("app", "public.ecr.aws/nginx/nginx@sha256:"+strings.Repeat("a", 64), "443", "HTTPS", "/health", "200,202,300-399", int32(443))
	f.Add("a_b", ":svc.app.latest", "0", "TCP", "x", "600", int32(-1))
	f.Fuzz(func(t *testing.T, name, image, port, protocol, path, codes string, endpoint int32) {
		d, err := container.NewDeployment(
			map[string]types.Container{name: {Image: &image, Ports: map[string]types.ContainerServiceProtocol{port: types.ContainerServiceProtocol(protocol)}}},
			&types.EndpointRequest{ContainerName: &name, ContainerPort: &endpoint, HealthCheck: &types.ContainerServiceHealthCheckConfig{Path: &path, SuccessCodes: &codes}})
		if err != nil {
			if _, refused := errors.AsType[*resource.RefusalError](err); !refused {
				t.Fatalf("NewDeployment: %v, want a container.Error", err)
			}
			return
		}
		accepted := false
		for status := 100; status < 600; status++ {
			accepted = accepted || d.Accepts(status)
		}
		if d.Accepts(199) || d.Accepts(500) || !accepted {
			t.Errorf("the codes %q accept 199 or 500, or nothing", codes)
		}
		if ref, own := container.ParseRegistered(image); own {
			d.Images = map[string]int64{name: max(ref.Number, 1)}
		}
		d.Begin(now, now, true)
		doc, err := d.Pack()
		if err != nil {
			t.Fatal(err)
		}
		e := &resource.Entry{Seq: 1, At: now, Doc: doc}
		if err := container.Deployments.Check(e); err != nil {
			t.Errorf("the deployment cannot be imported: %v: %s", err, doc)
		}
		again, err := container.OpenDeployment(e)
		if err != nil {
			t.Fatal(err)
		}
		if packed, err := again.Pack(); err != nil || !bytes.Equal(compact(t, packed), compact(t, doc)) {
			t.Errorf("the deployment is stored as %s and then as %s, %v", doc, packed, err)
		}
	})
}

func compact(t *testing.T, doc []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, doc); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
