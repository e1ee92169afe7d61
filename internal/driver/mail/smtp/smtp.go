// Package smtp hands mails over to an SMTP server. It does not look for the servers of recipients.
package smtp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"strconv"
	"sync"
	"time"

	gomail "github.com/wneessen/go-mail"

	driver "github.com/lanyard-cloud/lanyard/internal/driver/mail"
)

// Security is how a connection is encrypted.
type Security string

// The ways to encrypt a connection.
const (
	// StartTLS begins in plain text, and sends nothing before the server has agreed to encrypt.
	StartTLS Security = "starttls"
	// TLS is encrypted from the beginning.
	TLS Security = "tls"
	// None is for servers on this machine.
	None Security = "none"
)

// Options says where mails are handed over, and how.
type Options struct {
	// Address is the host:port of the server.
	Address string
	// Security is StartTLS if it is "".
	Security Security
	// User and Password are who sends; "" for a server that wants no log-in.
	User, Password string
	// From is the address of the sender, with a name.
	From *mail.Address
	// TLS has the certificates that are trusted; nil for those of the system.
	TLS *tls.Config
}

// sendTime bounds how long the server may take for a mail.
const sendTime = 20 * time.Second

// Driver hands mails over to an SMTP server, each on a connection of its own.
type Driver struct {
	o    Options
	host string
	port int
}

// New returns a Driver, or an error if the options cannot be used. It does not ask the server.
func New(o Options) (*Driver, error) {
	host, port, err := net.SplitHostPort(o.Address)
	if err != nil || host == "" {
		return nil, fmt.Errorf("%q is not a host and a port such as mail.example.com:587", o.Address)
	}
	d := &Driver{o: o, host: host}
	if d.port, err = strconv.Atoi(port); err != nil || d.port < 1 || d.port > 65535 {
		return nil, fmt.Errorf("%q has no port from 1 to 65535", o.Address)
	}
	switch o.Security {
	case StartTLS, TLS, "":
		return d, nil
	case None:
		return d, d.checkPlain()
	}
	return nil, fmt.Errorf("unknown security %q: give %s, %s or %s", o.Security, StartTLS, TLS, None)
}

// checkPlain returns an error if mails or passwords could be read on the network.
func (d *Driver) checkPlain() error {
	if ip := net.ParseIP(d.host); d.host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("connections to %s have to be encrypted: only this machine's own addresses can do without", d.host)
	}
	if d.o.User != "" {
		return errors.New("a password is sent on encrypted connections only")
	}
	return nil
}

// Send hands a mail over.
func (d *Driver) Send(ctx context.Context, m driver.Message) error {
	msg, err := driver.Compose(d.o.From, m)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	dialing := &dialer{tls: d.tls()}
	defer dialing.close()
	defer context.AfterFunc(ctx, dialing.close)()
	client, err := gomail.NewClient(d.host, d.options(dialing)...)
	if err != nil {
		return fmt.Errorf("%s: %w", d.o.Address, err)
	}
	err = client.DialAndSendWithContext(ctx, msg)
	switch refused := new(gomail.SendError); {
	case msg.IsDelivered(): // the server has it, whatever came afterwards
		return nil
	case errors.As(err, &refused) && 500 <= refused.ErrorCode() && refused.ErrorCode() < 600:
		return fmt.Errorf("%w by %s: %w", driver.ErrRefused, d.o.Address, err)
	case err != nil:
		return fmt.Errorf("%s: %w", d.o.Address, err)
	}
	return nil
}

// tls is how connections are encrypted from the beginning; nil if they are not.
func (d *Driver) tls() *tls.Config {
	if d.o.Security != TLS {
		return nil
	}
	return d.config()
}

func (d *Driver) config() *tls.Config {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if d.o.TLS != nil {
		config = d.o.TLS.Clone()
	}
	config.ServerName = d.host
	return config
}

// options are those of the library, for one mail.
func (d *Driver) options(dialing *dialer) []gomail.Option {
	all := []gomail.Option{
		gomail.WithPort(d.port), gomail.WithTimeout(sendTime), gomail.WithTLSConfig(d.config()), gomail.WithoutNoop(),
		gomail.WithDialContextFunc(dialing.dial),
	}
	switch d.o.Security {
	case None:
		all = append(all, gomail.WithTLSPolicy(gomail.NoTLS))
	case TLS:
		all = append(all, gomail.WithSSL())
	case StartTLS, "":
		all = append(all, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if d.o.User != "" {
		all = append(all, gomail.WithUsername(d.o.User), gomail.WithPassword(d.o.Password), gomail.WithOpportunisticSMTPAuth(
			gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin, gomail.SMTPAuthCramMD5))
	}
	return all
}

// dialer makes the connection for one mail.
type dialer struct {
	tls *tls.Config

	mu   sync.Mutex
	conn net.Conn
}

func (d *dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.conn = conn
	if d.tls == nil {
		return conn, nil
	}
	return tls.Client(conn, d.tls), nil
}

// close ends the connection. The library itself follows a context only until it has logged in, and leaves a
// connection open on which that fails.
func (d *dialer) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.conn != nil {
		_ = d.conn.Close()
	}
}
