package contactmethod

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Mails is the class of the mails to a contact method that are still to be sent. Exports leave
// them out: the server of the store that they are in sends them.
var Mails = resource.Class{Name: "mails", Limit: 500, Age: 3 * 24 * time.Hour}

// Mail is one to a contact method that is still to be sent.
type Mail struct {
	// To is the address. A contact method that has another one when the mail is sent gets none.
	To string `json:"to"`
	// Subject and Text are those of a notification. Text is plain, and its lines end with \n.
	Subject string `json:"subject,omitempty"`
	Text    string `json:"text,omitempty"`
	// Verification is that which a mail asks for that is no notification. Such a mail is written
	// when it is sent: its link is a secret, and nothing of that is stored.
	Verification int64 `json:"verification,omitempty"`
	// Tries says how often the mail was sent in vain, and RetryAt when it is sent again, in real time.
	Tries   int       `json:"tries,omitempty"`
	RetryAt time.Time `json:"retryAt,omitzero"`
	// Entry is where the mail is stored.
	Entry *resource.Entry `json:"-"`
}

// OpenMail opens a stored mail.
func OpenMail(e *resource.Entry) (*Mail, error) {
	mail := &Mail{Entry: e}
	if err := json.Unmarshal(e.Doc, mail); err != nil {
		return nil, fmt.Errorf("stored mail %d of %s: %w", e.Seq, e.Owner, err)
	}
	return mail, nil
}

// Pack returns the document of the mail's entry.
func (mail *Mail) Pack() []byte {
	doc, _ := json.Marshal(mail) // texts and times cannot fail
	return doc
}

// Message is what a mail says.
type Message struct{ To, Subject, Text string }

// Write returns what the mail says if it is sent at a moment. It returns false if the mail is not to be
// sent any more: the contact method has another address by now, or waits for another confirmation. link
// makes the link for a confirmation.
func (m *ContactMethod) Write(mail *Mail, now time.Time, link func(Confirmation) string) (Message, bool) {
	asked, awaited := m.Asked(now)
	switch {
	case !m.Reaches(mail.To, now):
		return Message{}, false
	case mail.Verification == 0:
		return Message{mail.To, mail.Subject, mail.Text}, m.Notified(now)
	}
	text := fmt.Sprintf(confirmationText, mail.To, m.Resource.Region, link(asked))
	return Message{mail.To, confirmationSubject, text}, awaited && asked.Verification == mail.Verification
}

// Queue is the transaction in which a mail is queued.
type Queue interface {
	AppendEntry(owner string, c resource.Class, at time.Time, doc []byte) (seq int64, err error)
	UpdateResource(r *resource.Resource) error
}

// Notify queues a notification. It does nothing unless the contact method is an e-mail address that
// is valid at the moment. The caller has opened the contact method in the transaction, and has not
// changed it.
func (m *ContactMethod) Notify(q Queue, now time.Time, subject, text string) error {
	if !m.Notified(now) {
		return nil
	}
	if err := m.enqueue(q, now, Mail{Subject: subject, Text: text}); err != nil {
		return err
	}
	return q.UpdateResource(m.Resource) // so that the server that sends mails finds the entry
}

// Notified reports whether the contact method is an e-mail address that notifications are sent to.
func (m *ContactMethod) Notified(now time.Time) bool {
	return m.Doc.Protocol == types.ContactProtocolEmail && m.Priv.State(now) == valid
}

// Ask queues the mail that asks for the confirmation of the endpoint, if it is one that needs it. The
// caller stores the contact method in the same transaction.
func (m *ContactMethod) Ask(q Queue, now time.Time) error {
	asked, awaited := m.Asked(now)
	if !awaited {
		return nil
	}
	return m.enqueue(q, now, Mail{Verification: asked.Verification})
}

func (m *ContactMethod) enqueue(q Queue, now time.Time, mail Mail) error {
	mail.To = aws.ToString(m.Doc.ContactEndpoint)
	_, err := q.AppendEntry(m.Resource.ID, Mails, now, mail.Pack())
	return err
}

// confirmationSubject is AWS's (developer guide).
const confirmationSubject = "AWS Notification - Subscription Confirmation"

// confirmationText has the address, the region and the link. AWS's text is known in parts only.
const confirmationText = `You, or someone who uses this Lanyard server, wants notifications of Amazon Lightsail
to be sent to %s in the Region %s.

To confirm that, open this page and choose "Confirm subscription". It works once, within 24 hours.

%s

If you do not want these notifications, do nothing: this address will be dropped.
`
