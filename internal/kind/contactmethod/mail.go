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

// Queue is the transaction in which a mail is queued.
type Queue interface {
	AppendEntry(owner string, c resource.Class, at time.Time, doc []byte) (seq int64, err error)
	UpdateResource(r *resource.Resource) error
}

// Notify queues a notification. It does nothing unless the contact method is an e-mail address that
// is valid at the moment. The caller has opened the contact method in the transaction, and has not
// changed it.
func (m *ContactMethod) Notify(q Queue, now time.Time, subject, text string) error {
	shown := m.Show(now)
	if shown.Protocol != types.ContactProtocolEmail || shown.Status != types.ContactMethodStatusValid {
		return nil
	}
	mail := Mail{To: aws.ToString(shown.ContactEndpoint), Subject: subject, Text: text}
	if _, err := q.AppendEntry(m.Resource.ID, Mails, now, mail.Pack()); err != nil {
		return err
	}
	return q.UpdateResource(m.Resource) // so that the server that sends mails finds the entry
}
