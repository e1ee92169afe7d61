package smtp_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	driver "github.com/lanyard-cloud/lanyard/internal/driver/mail"
	"github.com/lanyard-cloud/lanyard/internal/driver/mail/smtp"
	"github.com/lanyard-cloud/lanyard/test/smtptest"
)

// TestMain fails if a goroutine is left after all tests.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	from    = &mail.Address{Name: "AWS Notifications", Address: "lanyard@example.com"}
	message = driver.Message{
		ID: "0f4c-7", At: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC), To: "ops@example.com",
		Subject: "ALARM: web", Text: "CPUUtilization is high.\n.\n.. and more\n",
	}
)

var decoder mime.WordDecoder

func newDriver(t *testing.T, o smtp.Options) *smtp.Driver {
	t.Helper()
	o.From = from
	d, err := smtp.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestSend_handsOver sends a mail on each kind of connection.
func TestSend_handsOver(t *testing.T) {
	for name, tc := range map[string]struct {
		server smtptest.Options
		client smtp.Options
	}{
		"STARTTLS and a log-in":         {smtptest.Options{Login: true}, smtp.Options{User: smtptest.User, Password: smtptest.Password}},
		"STARTTLS and no log-in":        {smtptest.Options{}, smtp.Options{Security: smtp.StartTLS}},
		"TLS and a log-in":              {smtptest.Options{Encrypted: true, Login: true}, smtp.Options{Security: smtp.TLS, User: smtptest.User, Password: smtptest.Password}},
		"no encryption on this machine": {smtptest.Options{Plain: true}, smtp.Options{Security: smtp.None}},
	} {
		t.Run(name, func(t *testing.T) {
			server := smtptest.Start(t, tc.server)
			tc.client.Address, tc.client.TLS = server.Address, server.TLS
			if err := newDriver(t, tc.client).Send(t.Context(), message); err != nil {
				t.Fatalf("Send: %v", err)
			}
			all := server.Taken()
			if len(all) != 1 || all[0].From != from.Address || all[0].To != message.To || all[0].Encrypted == tc.server.Plain {
				t.Fatalf("the server took %+v, want one mail", all)
			}
			got, text := read(t, all[0].Text)
			for header, want := range map[string]string{
				"From": `"AWS Notifications" <lanyard@example.com>`, "To": "<ops@example.com>", "Subject": "ALARM: web",
				"Date": "Sun, 22 Nov 2026 09:00:00 +0000", "Message-Id": "<0f4c-7@example.com>", "Auto-Submitted": "auto-generated",
			} {
				if got.Get(header) != want {
					t.Errorf("header %s is %q, want %q", header, got.Get(header), want)
				}
			}
			if text != message.Text {
				t.Errorf("text is %q, want %q", text, message.Text)
			}
		})
	}
}

// read reads a mail as a mail program does.
func read(t *testing.T, raw []byte) (header mail.Header, text string) {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("read the mail: %v\n%s", err, raw)
	}
	body := m.Body
	if m.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
		body = quotedprintable.NewReader(body)
	}
	plain, err := io.ReadAll(body)
	if err != nil {
		t.Fatalf("read the text of the mail: %v", err)
	}
	return m.Header, strings.ReplaceAll(string(plain), "\r\n", "\n")
}

// TestSend_failures says of each failure whether it is of use to send the mail again.
func TestSend_failures(t *testing.T) {
	for name, tc := range map[string]struct {
		server  smtptest.Options
		client  smtp.Options
		refused bool
		want    string
	}{
		"busy server":               {server: smtptest.Options{Answer: func(int) error { return smtptest.Busy() }}, want: "451"},
		"unknown recipient":         {server: smtptest.Options{Answer: func(int) error { return smtptest.Refused() }}, refused: true, want: "550"},
		"wrong password":            {server: smtptest.Options{Login: true}, client: smtp.Options{User: smtptest.User, Password: "wrong"}, want: "535"},
		"log-in that is not known":  {client: smtp.Options{User: smtptest.User, Password: smtptest.Password}, want: "AUTH"},
		"server without encryption": {server: smtptest.Options{Plain: true}, want: "STARTTLS"},
		"server of the other kind":  {server: smtptest.Options{Plain: true}, client: smtp.Options{Security: smtp.TLS}, want: "tls"},
	} {
		t.Run(name, func(t *testing.T) {
			server := smtptest.Start(t, tc.server)
			tc.client.Address, tc.client.TLS = server.Address, server.TLS
			err := newDriver(t, tc.client).Send(t.Context(), message)
			if err == nil || errors.Is(err, driver.ErrRefused) != tc.refused || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("Send: error %v, want %q in it and ErrRefused %t", err, tc.want, tc.refused)
			}
			if err != nil && tc.client.Password != "" && strings.Contains(err.Error(), tc.client.Password) {
				t.Errorf("Send: the error %q has the password", err)
			}
			if all := server.Taken(); len(all) > 0 {
				t.Errorf("the server took %d mails, want none", len(all))
			}
		})
	}
}

// TestSend_requiresATrustedCertificate does not know the authority.
func TestSend_requiresATrustedCertificate(t *testing.T) {
	server := smtptest.Start(t, smtptest.Options{Login: true})
	err := newDriver(t, smtp.Options{Address: server.Address, User: smtptest.User, Password: smtptest.Password}).Send(t.Context(), message)
	if err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("Send: error %v, want one about the certificate", err)
	}
	if all := server.Taken(); len(all) > 0 {
		t.Errorf("the server took %d mails, want none", len(all))
	}
}

// TestSend_endsWithItsContext asks a server that does not answer.
func TestSend_endsWithItsContext(t *testing.T) {
	hangs, release := make(chan struct{}), make(chan struct{})
	server := smtptest.Start(t, smtptest.Options{Answer: func(int) error {
		close(hangs)
		<-release
		return smtptest.Busy()
	}})
	defer close(release)
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error, 1)
	go func() {
		failed <- newDriver(t, smtp.Options{Address: server.Address, TLS: server.TLS}).Send(ctx, message)
	}()
	<-hangs
	cancel()
	if err := <-failed; err == nil || errors.Is(err, driver.ErrRefused) {
		t.Errorf("Send: error %v, want one after which the mail is sent again", err)
	}
}

// TestSend_toAServerThatSaysNothing ends with its context, too.
func TestSend_toAServerThatSaysNothing(t *testing.T) {
	var listening net.ListenConfig
	l, err := listening.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	for _, security := range []smtp.Security{smtp.StartTLS, smtp.TLS, smtp.None} {
		ctx, cancel := context.WithCancel(t.Context())
		failed := make(chan error, 1)
		go func() {
			failed <- newDriver(t, smtp.Options{Address: l.Addr().String(), Security: security}).Send(ctx, message)
		}()
		conn, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		cancel()
		if err := <-failed; err == nil || errors.Is(err, driver.ErrRefused) {
			t.Errorf("%s: error %v, want one after which the mail is sent again", security, err)
		}
		_ = conn.Close()
	}
}

// TestSend_headersCannotBeForged puts lines into a subject and a name, and other characters than those of ASCII.
func TestSend_headersCannotBeForged(t *testing.T) {
	server := smtptest.Start(t, smtptest.Options{})
	m := message
	m.Subject, m.Text = "one\r\nBcc: victim@example.com\r\n\r\nätzend ✉", "Grüße\n"+strings.Repeat("x", 3000)+"\r\n.\r\nMAIL FROM:<x@example.com>\n"
	d, err := smtp.New(smtp.Options{Address: server.Address, TLS: server.TLS, From: &mail.Address{Name: "Wächter\r\nX-Evil: 1", Address: from.Address}})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	all := server.Taken()
	if len(all) != 1 {
		t.Fatalf("the server took %d mails, want one", len(all))
	}
	got, text := read(t, all[0].Text)
	subject, err := decoder.DecodeHeader(got.Get("Subject"))
	if want := "one  Bcc: victim@example.com    ätzend ✉"; err != nil || subject != want {
		t.Errorf("the subject is %q (%v), want %q", subject, err, want)
	}
	if sender, err := mail.ParseAddress(got.Get("From")); err != nil || !strings.HasPrefix(sender.Name, "Wächter") || got.Get("X-Evil") != "" || got.Get("Bcc") != "" {
		t.Errorf("the headers are %v (%v), want no Bcc and no X-Evil", got, err)
	}
	if want := strings.ReplaceAll(m.Text, "\r\n", "\n"); text != want {
		t.Errorf("the text has %d bytes and ends with %.80q, want %d", len(text), text[max(0, len(text)-80):], len(want))
	}
}

// TestSend_refusesBadAddresses: a list, or a second command, is no address.
func TestSend_refusesBadAddresses(t *testing.T) {
	server := smtptest.Start(t, smtptest.Options{})
	d := newDriver(t, smtp.Options{Address: server.Address, TLS: server.TLS})
	for _, to := range []string{"", "nobody", "a@example.com, b@example.com", "a@example.com>\r\nRCPT TO:<b@example.com"} {
		m := message
		m.To = to
		if err := d.Send(t.Context(), m); !errors.Is(err, driver.ErrRefused) {
			t.Errorf("Send to %q: error %v, want ErrRefused", to, err)
		}
	}
	if all := server.Taken(); len(all) > 0 {
		t.Errorf("the server took %v, want none", all)
	}
}

// TestNew_refusals is about options that cannot be used, or would send secrets in plain text.
func TestNew_refusals(t *testing.T) {
	for _, o := range []smtp.Options{
		{Address: "mail.example.com"},
		{Address: ":25"},
		{Address: "mail.example.com:0"},
		{Address: "mail.example.com:smtp"},
		{Address: "mail.example.com:25", Security: "ssl"},
		{Address: "mail.example.com:25", Security: smtp.None},
		{Address: "192.0.2.1:25", Security: smtp.None},
		{Address: "localhost:25", Security: smtp.None, User: "u", Password: "p"},
	} {
		if _, err := smtp.New(o); err == nil {
			t.Errorf("New(%+v): no error, want one", o)
		}
	}
}
