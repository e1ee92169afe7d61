//go:build crash

package crash

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/test/mailtest"
	"github.com/lanyard-cloud/lanyard/test/process"
	"github.com/lanyard-cloud/lanyard/test/smtptest"
)

// TestKill_whileAMailIsSent kills a server while its SMTP server takes a mail. The next one sends the mail again, and the
// link in it confirms the address.
func TestKill_whileAMailIsSent(t *testing.T) {
	hangs, release := make(chan struct{}), make(chan struct{})
	smtp := smtptest.Start(t, smtptest.Options{Login: true, Answer: func(number int) error {
		if number == 1 {
			close(hangs)
			<-release
			return smtptest.Busy()
		}
		return nil
	}})
	t.Setenv("SSL_CERT_FILE", smtp.CAFile)
	password := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(password, []byte(smtptest.Password+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	serve := func() *process.Server {
		return process.Start(t, dir, "--key-pool", "0", "--log-level", "debug", "--smtp", smtp.Address,
			"--smtp-from", "lanyard@example.com", "--smtp-user", smtptest.User, "--smtp-password-file", password)
	}
	server := serve()
	_, err := connect(server, 1).CreateContactMethod(t.Context(), &lightsail.CreateContactMethodInput{
		Protocol: types.ContactProtocolEmail, ContactEndpoint: new("ops@example.com"),
	})
	if err != nil {
		t.Fatal(err)
	}
	<-hangs
	server.Kill(t)
	close(release)
	server = serve()
	for deadline := time.Now().Add(30 * time.Second); len(smtp.Taken()) == 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("no mail came:\n%s", server.Stderr.String())
		}
	}
	link := mailtest.Link(t, mailtest.Parse(t, smtp.Taken()[0].Text))
	if !strings.HasPrefix(link, server.Endpoint+"/") {
		t.Fatalf("the link is %s, want one to %s", link, server.Endpoint)
	}
	mailtest.Confirm(t, link)
	out, err := connect(server, 3).GetContactMethods(t.Context(), &lightsail.GetContactMethodsInput{})
	if err != nil || len(out.ContactMethods) != 1 || out.ContactMethods[0].Status != types.ContactMethodStatusValid {
		t.Errorf("GetContactMethods: %+v, %v, want one that is valid", out, err)
	}
	if log := server.Stderr.String(); strings.Contains(log, smtptest.Password) || strings.Contains(log, "/confirm/") {
		t.Errorf("the log has a password or a link:\n%s", log)
	}
}
