package contactmethod

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/seal"
)

// Confirmation is what a link in a mail confirms: that the mail has reached the address of a contact
// method, which was asked for the verification.
type Confirmation struct {
	ID           string `json:"id"`
	Verification int64  `json:"verification"`
	To           string `json:"to"`
}

// maxToken bounds the tokens that are looked at: addresses have up to 256 characters.
const maxToken = 1024

// Token makes a token of the confirmation. It is sealed, so that nothing has to be stored of it.
func (c Confirmation) Token(s *seal.Sealer) string {
	plain, _ := json.Marshal(c) // texts and numbers cannot fail
	return base64.RawURLEncoding.EncodeToString(s.Seal(seal.EmailConfirmation, plain))
}

// OpenConfirmation opens a token. It returns an error if it is not one of this store's.
func OpenConfirmation(s *seal.Sealer, token string) (c Confirmation, err error) {
	if len(token) > maxToken || strings.ContainsAny(token, "\r\n") { // the decoder skips line ends
		return c, errors.New("the token is too long, or has line ends")
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil {
		return c, err
	}
	plain, err := s.Open(seal.EmailConfirmation, sealed)
	if err != nil {
		return c, err
	}
	return c, json.Unmarshal(plain, &c)
}

// Asked is the confirmation that the contact method waits for at a moment, and false if it waits for
// none.
func (m *ContactMethod) Asked(now time.Time) (Confirmation, bool) {
	asked := Confirmation{ID: m.Resource.ID, Verification: m.Priv.Verification, To: aws.ToString(m.Doc.ContactEndpoint)}
	return asked, m.Awaits(now)
}

// Confirm makes the endpoint valid from a moment on.
func (m *ContactMethod) Confirm(now time.Time) {
	m.Priv.Plan = resource.Plan{{State: valid, At: now}}
}
