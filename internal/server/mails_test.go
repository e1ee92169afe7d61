package server_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/server/servertest"
	"github.com/lanyard-cloud/lanyard/test/smtptest"
	"github.com/lanyard-cloud/lanyard/test/syncbuffer"
)

// TestNew_saysWhereLinksLead warns of links that no recipient on another machine can open.
func TestNew_saysWhereLinksLead(t *testing.T) {
	for url, want := range map[string]string{"": "http://127.0.0.1:", "https://lanyard.example.com/aws/": "https://lanyard.example.com/aws/contact-methods/confirm/"} {
		smtp := smtptest.Start(t, smtptest.Options{Plain: true})
		var log syncbuffer.Buffer
		o := servertest.Options(t.TempDir())
		o.Log = slog.New(slog.NewTextHandler(&log, nil))
		o.Mail.SMTP, o.Mail.Security, o.Mail.From, o.Mail.URL = smtp.Address, "none", "Lanyard <lanyard@example.com>", url
		s, _ := servertest.Start(t, o)
		_, err := servertest.Client(s, s.Endpoint()).CreateContactMethod(t.Context(), &lightsail.CreateContactMethodInput{
			Protocol: types.ContactProtocolEmail, ContactEndpoint: new("ops@example.com"),
		})
		if err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(30 * time.Second); len(smtp.Taken()) == 0; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("no mail came:\n%s", log.String())
			}
		}
		text := string(smtp.Taken()[0].Text)
		if !strings.Contains(text, "\n"+want) || !strings.Contains(text, `From: "Lanyard" <lanyard@example.com>`) {
			t.Errorf("--public-url %q: the mail has no link that begins with %s, or another sender:\n%s", url, want, text)
		}
		if got := log.Has("links in mails lead to this machine only"); got != (url == "") {
			t.Errorf("--public-url %q: the log warns: %t:\n%s", url, got, log.String())
		}
	}
}
