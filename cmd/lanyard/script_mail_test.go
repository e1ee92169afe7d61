package main

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/rogpeppe/go-internal/testscript"
)

// makeContact is the command: contact REGION ADDRESS.
func makeContact(ts *testscript.TestScript, _ bool, args []string) {
	_, err := rootClient(ts, args[0]).CreateContactMethod(context.Background(), &lightsail.CreateContactMethodInput{
		Protocol: types.ContactProtocolEmail, ContactEndpoint: &args[1],
	})
	ts.Check(err)
}

// newMail is the command: newmail FILE.
func newMail(ts *testscript.TestScript, _ bool, args []string) {
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		all, err := filepath.Glob(filepath.Join(ts.Getenv("LANYARD_DATA_DIR"), "mail", "new", "[^.]*"))
		ts.Check(err)
		if len(all) > 0 {
			text, err := os.ReadFile(all[0])
			ts.Check(err)
			ts.Check(os.WriteFile(ts.MkAbs(args[0]), text, 0o600))
			return
		}
	}
	ts.Fatalf("no mail came")
}

var link = regexp.MustCompile(`(?m)^http://\S+/confirm/\S+`)

// visitLink is the command: visit METHOD FILE.
func visitLink(ts *testscript.TestScript, neg bool, args []string) {
	url := link.FindString(ts.ReadFile(args[1]))
	r, err := http.NewRequestWithContext(context.Background(), args[0], url, http.NoBody)
	ts.Check(err)
	answer, err := http.DefaultClient.Do(r)
	ts.Check(err)
	defer func() { _ = answer.Body.Close() }()
	page, err := io.ReadAll(answer.Body)
	ts.Check(err)
	_, err = ts.Stderr().Write(page)
	ts.Check(err)
	if (answer.StatusCode != http.StatusOK) != neg {
		ts.Fatalf("%s of %s: %s", args[0], url, answer.Status)
	}
}
