package server

import (
	"cmp"
	"errors"
	"fmt"
	"net/mail"
	"net/url"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/lanyard-cloud/lanyard/internal/confirm"
	driver "github.com/lanyard-cloud/lanyard/internal/driver/mail"
	"github.com/lanyard-cloud/lanyard/internal/driver/mail/mailbox"
	"github.com/lanyard-cloud/lanyard/internal/driver/mail/smtp"
	"github.com/lanyard-cloud/lanyard/internal/kind/contactmethod"
	mailruntime "github.com/lanyard-cloud/lanyard/internal/runtime/mail"
	"github.com/lanyard-cloud/lanyard/internal/safefile"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// mailFolder is where mails are in the data directory if there is no SMTP server for them.
const mailFolder = "mail"

// Mail says how mails leave the server.
type Mail struct {
	// SMTP is the host:port of the SMTP server that takes mails. "" means that they go to the folder
	// "mail" in the data directory.
	SMTP string
	// Security is how connections to the SMTP server are encrypted: "starttls", "tls" or, to this
	// machine, "none". "" means "starttls".
	Security string
	// User logs in to the SMTP server, with the password in PasswordFile. "" means no log-in.
	User, PasswordFile string
	// From is the address of the sender. The SMTP server has to take it.
	From string
	// URL is that of the server in links. "" means the endpoint.
	URL string
}

// check returns an error if mails cannot leave the server like that.
func (m Mail) check() error {
	if err := m.checkURL(); err != nil {
		return err
	}
	if m.SMTP == "" {
		if m.Security != "" || m.User != "" || m.PasswordFile != "" || m.From != "" {
			return errors.New("--smtp-security, --smtp-user, --smtp-password-file and --smtp-from say how to use an SMTP server: give --smtp, too")
		}
		return nil
	}
	if (m.User == "") != (m.PasswordFile == "") {
		return errors.New("a log-in to the SMTP server needs both --smtp-user and --smtp-password-file")
	}
	_, err := m.open("")
	return err
}

// checkURL returns an error if links cannot begin with the URL.
func (m Mail) checkURL() error {
	if m.URL == "" {
		return nil
	}
	u, err := url.Parse(m.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("--public-url %q: must be a URL such as https://lanyard.example.com", m.URL)
	}
	return nil
}

// from is the sender, with a name.
func (m Mail) from() (*mail.Address, error) {
	address, err := mail.ParseAddress(m.From)
	if err != nil || strings.ContainsFunc(address.Address, func(r rune) bool { return r > unicode.MaxASCII }) {
		return nil, fmt.Errorf("--smtp-from %q: must be an email address such as lanyard@example.com, which the SMTP server takes", m.From)
	}
	address.Name = cmp.Or(address.Name, driver.Sender)
	return address, nil
}

// open makes the driver: for the SMTP server, or without one for a folder.
func (m Mail) open(folder string) (driver.Driver, error) {
	if m.SMTP == "" {
		return mailbox.New(folder), nil
	}
	from, err := m.from()
	if err != nil {
		return nil, err
	}
	password, err := m.password()
	if err != nil {
		return nil, err
	}
	d, err := smtp.New(smtp.Options{Address: m.SMTP, Security: smtp.Security(m.Security), User: m.User, Password: password, From: from})
	if err != nil {
		return nil, fmt.Errorf("--smtp: %w", err)
	}
	return d, nil
}

// password reads that of the user; "" if there is none.
func (m Mail) password() (string, error) {
	if m.User == "" {
		return "", nil
	}
	text, err := safefile.ReadSecret(m.PasswordFile)
	if err != nil {
		return "", fmt.Errorf("--smtp-password-file: %w", err)
	}
	return strings.TrimSpace(string(text)), nil
}

// Mailbox is the folder that mails go to if there is no SMTP server for them.
func (s *Server) Mailbox() string { return filepath.Join(s.o.DataDir, mailFolder) }

// newMails makes what sends mails. It starts in Serve.
func (s *Server) newMails() (*mailruntime.Runtime, error) {
	d, err := s.o.Mail.open(s.Mailbox())
	if err != nil {
		return nil, err
	}
	if _, at, _ := strings.Cut(s.Endpoint(), "://"); s.o.Mail.SMTP != "" && s.o.Mail.URL == "" && isLoopback(at) {
		s.o.Log.Warn("links in mails lead to this machine only: give --public-url", "endpoint", s.Endpoint())
	}
	return mailruntime.New(mailruntime.Options{
		Store: s.store.DB(), Driver: d, Clock: s.o.Clock, Log: s.o.Log, Shared: store.IsPostgres(s.o.Store),
		Link: func(c contactmethod.Confirmation) string {
			return confirm.Link(cmp.Or(s.o.Mail.URL, s.Endpoint()), s.store.Sealer(), c)
		},
	}), nil
}
