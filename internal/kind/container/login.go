package container

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/seal"
)

const (
	// LoginLasts is how long a registry login is valid (API reference).
	LoginLasts = 12 * time.Hour
	// loginUser is the user name that Amazon ECR has for all passwords.
	loginUser = "AWS"
)

// registryOf is the host of the registry that all container services of an account have in a region
// (observed).
func registryOf(account, region string) string {
	r := &resource.Resource{Account: account, Region: region}
	return r.SupportAccount() + ".dkr.ecr." + region + ".amazonaws.com"
}

// Login is who a password of the registry is for. Generation sets an account apart from an earlier
// one of the same id.
type Login struct {
	Account    string    `json:"account"`
	Generation string    `json:"generation,omitempty"`
	Region     string    `json:"region"`
	ExpiresAt  time.Time `json:"expiresAt"`
}

// Show makes a password for the login, and shows it as the API does. The password is sealed, so
// that nothing has to be stored of it.
func (l Login) Show(s *seal.Sealer) (*types.ContainerServiceRegistryLogin, error) {
	plain, err := json.Marshal(l)
	if err != nil {
		return nil, err
	}
	password := base64.RawURLEncoding.EncodeToString(s.Seal(seal.RegistryLogin, plain))
	return &types.ContainerServiceRegistryLogin{
		Username: new(loginUser), Password: &password, ExpiresAt: &l.ExpiresAt, Registry: new(registryOf(l.Account, l.Region)),
	}, nil
}

// maxPassword bounds the passwords that are looked at.
const maxPassword = 1024

// OpenLogin finds out who a user name and a password are of. It returns an error if they are not
// those of a login, or if the login has expired.
func OpenLogin(s *seal.Sealer, user, password string, now time.Time) (l Login, err error) {
	errLogin := errors.New("not a login of the registry, or one that has expired")
	if user != loginUser || len(password) > maxPassword {
		return l, errLogin
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(password)
	if err != nil {
		return l, errLogin
	}
	plain, err := s.Open(seal.RegistryLogin, sealed)
	if err != nil || json.Unmarshal(plain, &l) != nil || !now.Before(l.ExpiresAt) {
		return Login{}, errLogin
	}
	return l, nil
}
