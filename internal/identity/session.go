package identity

import (
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/seal"
)

// Session is a temporary credential. Nothing of it is stored: the session token
// holds it, sealed, so that any server with the master key can check it.
type Session struct {
	Account string `json:"account"`
	// Owner is the id of the session's role or user; "" for the account's root.
	Owner string `json:"owner,omitempty"`
	// Generation is the account's, for a root's session: unlike ids of users and roles, an
	// account's id can be used again.
	Generation string `json:"generation,omitempty"`
	// Role and Name are those of an assumed role's session: …:assumed-role/Role/Name.
	Role string `json:"role,omitempty"`
	Name string `json:"name,omitempty"`
	// Policies restrict the session further; nil does not.
	Policies []string `json:"policies,omitempty"`
	// Tags are the session's own, beside those of the role.
	Tags    []Tag     `json:"tags,omitempty"`
	Issued  time.Time `json:"issued"`
	Expires time.Time `json:"expires"`
	// Secret is set by Credentials.
	Secret string `json:"secret"`
}

// Credentials are what a session's owner signs with.
type Credentials struct {
	AccessKeyID, SecretAccessKey, SessionToken string
	Expires                                    time.Time
}

// Credentials makes new credentials for a session.
func (s Session) Credentials(sealer *seal.Sealer) (Credentials, error) {
	s.Secret = NewSecret()
	plain, err := json.Marshal(s) //nolint:gosec // the secret is sealed below
	if err != nil {
		return Credentials{}, err
	}
	id := randomID(sessionPrefix)
	return Credentials{
		AccessKeyID:     id,
		SecretAccessKey: s.Secret,
		SessionToken:    base64.StdEncoding.EncodeToString(sealer.Seal(seal.SessionToken, plain, id)),
		Expires:         s.Expires,
	}, nil
}

// openSession reads a session token that was issued with an access key id.
func openSession(sealer *seal.Sealer, keyID, token string) (*Session, error) {
	sealed, err := base64.StdEncoding.Strict().DecodeString(token)
	if err != nil {
		return nil, err
	}
	plain, err := sealer.Open(seal.SessionToken, sealed, keyID)
	if err != nil {
		return nil, err
	}
	s := &Session{}
	if err := json.Unmarshal(plain, s); err != nil {
		return nil, err
	}
	return s, nil
}
