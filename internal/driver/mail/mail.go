// Package mail is the interface between what sends mails and the ways on which they leave the
// server: an SMTP server, a folder.
//
// It writes what is sent as text: headers, encodings, addresses. It does not decide who gets a mail,
// keeps none, and retries nothing.
package mail

import (
	"context"
	"errors"
	"fmt"
	netmail "net/mail"
	"strings"
	"time"
	"unicode"

	gomail "github.com/wneessen/go-mail"
)

// ErrRefused says that a mail is not accepted, and will not be if it is sent again.
var ErrRefused = errors.New("mail refused")

// Sender is the name of the sender of mails (developer guide).
const Sender = "AWS Notifications"

// Driver hands mails over. It is safe for concurrent use.
type Driver interface {
	// Send hands a mail over, or returns an error: ErrRefused if it is of no use to send the mail
	// again. If the mail was handed over before, under the same id, Send may hand it over again.
	Send(ctx context.Context, m Message) error
}

// Message is a mail.
type Message struct {
	// ID is the mail's own, in letters, digits and "-.".
	ID string
	At time.Time
	// To is an address without a name.
	To string
	// Subject is a line, and Text is plain. Its lines end with \n.
	Subject, Text string
}

// Bounds of a mail: more is cut off.
const (
	maxSubject = 200
	maxText    = 64 << 10
)

// maxLine is how long lines of texts may be that are sent as they are (RFC 5322).
const maxLine = 990

// Compose writes a mail from an address.
func Compose(from *netmail.Address, m Message) (*gomail.Msg, error) {
	text := strings.ReplaceAll(cut(m.Text, maxText), "\r", "")
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(from)
	if err := msg.To(m.To); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	_, domain, _ := strings.Cut(from.Address, "@")
	msg.SetMessageIDWithValue(m.ID + "@" + domain)
	msg.SetDateWithValue(m.At)
	msg.Subject(cut(oneLine(m.Subject), maxSubject))
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // so that notices of absence do not answer it (RFC 3834)
	msg.SetBodyString(gomail.TypeTextPlain, strings.ReplaceAll(text, "\n", "\r\n"), gomail.WithPartEncoding(encodingOf(text)))
	return msg, nil
}

// encodingOf is how a text is sent: as it is, if mail servers take it like that, so that people can read it in a file.
func encodingOf(text string) gomail.Encoding {
	for line := range strings.Lines(text) {
		if len(line) > maxLine || strings.ContainsFunc(line, func(r rune) bool { return r > unicode.MaxASCII || r < ' ' && r != '\n' }) {
			return gomail.EncodingQP
		}
	}
	return gomail.NoEncoding // the library has quoted-printable for 7bit
}

// oneLine keeps a text from becoming more than one header.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
}

// cut is the beginning of a text, in whole characters.
func cut(text string, size int) string {
	if len(text) <= size {
		return text
	}
	return strings.ToValidUTF8(text[:size], "")
}
