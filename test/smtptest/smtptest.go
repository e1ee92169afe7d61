// Package smtptest runs an SMTP server inside a test. It takes mails, or does what a test asks for instead, as servers do
// that are busy, broken or slow.
//
// It delivers nothing.
package smtptest

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// The one who may log in to a Server that asks for that.
const (
	User     = "lanyard"
	Password = "smtp-password"
)

// Options says what a Server asks of its clients, and what it does.
type Options struct {
	// Plain servers offer no encryption, and Encrypted ones begin with it. Others offer STARTTLS.
	Plain, Encrypted bool
	// Login says that only User may send.
	Login bool
	// Answer is asked at the end of each mail, whose number counts from 1. The mail is taken if it returns nil. It
	// may wait.
	Answer func(number int) error
}

// Mail is one that a Server took.
type Mail struct {
	From, To string
	// Encrypted reports whether it came on an encrypted connection.
	Encrypted bool
	Text      []byte
}

// Server is a running SMTP server.
type Server struct {
	// Address is its host:port. The certificate is for 127.0.0.1 and localhost.
	Address string
	// CAFile names the certificate of the authority that vouches for it.
	CAFile string
	// TLS trusts that authority.
	TLS *tls.Config

	o Options

	mu    sync.Mutex
	taken []Mail
	asked int
}

// Start starts a server that runs until the test ends.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	s := &Server{o: o}
	certificate := s.makeCertificate(t)
	var listening net.ListenConfig
	l, err := listening.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.Address = l.Addr().String()
	server := smtp.NewServer(s)
	server.Domain, server.ReadTimeout, server.WriteTimeout = "localhost", time.Minute, time.Minute
	server.ErrorLog = quiet{}
	if !o.Plain {
		server.TLSConfig = certificate
	}
	if o.Encrypted {
		l = tls.NewListener(l, certificate)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	t.Cleanup(func() {
		_ = server.Close()
		_ = l.Close() // if it does not serve yet, the server does not know it
		if err := <-served; err != nil && !errors.Is(err, smtp.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			t.Errorf("SMTP server: %v", err)
		}
	})
	return s
}

// Taken returns the mails that were taken so far.
func (s *Server) Taken() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Mail(nil), s.taken...)
}

// Asked is how many mails clients wanted it to take.
func (s *Server) Asked() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

// NewSession implements smtp.Backend.
func (s *Server) NewSession(c *smtp.Conn) (smtp.Session, error) {
	return &session{server: s, conn: c}, nil
}

// quiet drops what a server says of clients that went away.
type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

// session is one connection of a client.
type session struct {
	server   *Server
	conn     *smtp.Conn
	loggedIn bool
	mail     Mail
}

// AuthMechanisms implements smtp.AuthSession.
func (s *session) AuthMechanisms() []string {
	if !s.server.o.Login {
		return nil
	}
	return []string{sasl.Plain}
}

// Auth implements smtp.AuthSession.
func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != User || password != Password {
			return smtp.ErrAuthFailed
		}
		s.loggedIn = true
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if s.server.o.Login && !s.loggedIn {
		return smtp.ErrAuthRequired
	}
	_, encrypted := s.conn.TLSConnectionState()
	s.mail = Mail{From: from, Encrypted: encrypted}
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.mail.To = to
	return nil
}

func (s *session) Data(r io.Reader) (err error) {
	if s.mail.Text, err = io.ReadAll(r); err != nil {
		return err
	}
	s.server.mu.Lock()
	s.server.asked++
	number := s.server.asked
	s.server.mu.Unlock()
	if s.server.o.Answer != nil {
		if err := s.server.o.Answer(number); err != nil {
			return err
		}
	}
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	s.server.taken = append(s.server.taken, s.mail)
	return nil
}

func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }

// Busy is the answer of a server that takes the mail later.
func Busy() error {
	return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 2}, Message: "Try again later"}
}

// Refused is the answer of a server that never takes the mail.
func Refused() error {
	return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "No such user"}
}
