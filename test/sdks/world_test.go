//go:build sdks

package sdks

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/lanyard-cloud/lanyard/test/process"
	"github.com/lanyard-cloud/lanyard/test/scripts"
	"github.com/lanyard-cloud/lanyard/test/wirecheck"
)

// root is the root identity of every server.
var root = scripts.Signer{
	Key: aws.Credentials{AccessKeyID: process.AccessKeyID, SecretAccessKey: process.SecretAccessKey}, Region: "us-east-1",
}

// world is an account for a program.
type world struct {
	server *process.Server
	// checker is where the program finds Lightsail, and others where it finds other services.
	checker *wirecheck.Checker
	others  *others
}

// prepare makes calls that have to succeed. Each is an action and its input.
func (w *world) prepare(t *testing.T, calls ...string) {
	t.Helper()
	for _, call := range calls {
		action, input, _ := strings.Cut(call, " ")
		if status, doc := w.call(t, action, input); status != http.StatusOK {
			t.Fatalf("%s: %d %v", call, status, doc)
		}
	}
}

// call calls the server without anything between it and the test.
func (w *world) call(t *testing.T, action, input string) (status int, doc map[string]any) {
	t.Helper()
	status, body, err := root.Send(http.DefaultClient, w.server.Endpoint, action, input)
	if err == nil {
		err = json.Unmarshal(body, &doc)
	}
	if err != nil {
		t.Fatalf("%s %s: %v: %s", action, input, err, body)
	}
	return status, doc
}

// at is what is in the answer to a call at a path.
func (w *world) at(t *testing.T, path, action, input string) any {
	t.Helper()
	_, doc := w.call(t, action, input)
	return scripts.At(doc, path)
}

// exists reports whether a read does not end with NotFoundException.
func (w *world) exists(t *testing.T, action, input string) bool {
	t.Helper()
	_, doc := w.call(t, action, input)
	return doc["__type"] != "NotFoundException"
}
