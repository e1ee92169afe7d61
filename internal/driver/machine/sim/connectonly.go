package sim

import (
	"sync"

	"golang.org/x/crypto/ssh"

	"github.com/lanyard-cloud/lanyard/internal/driver/machine"
)

// connectOnly is the banner for a client whose key or certificate would log in if the
// firewall admitted it. A client without such a key gets no banner.
const connectOnly = "The firewall admits lightsail-connect only, which is lanyard ssh, and no other client from this address.\n"

// authentication returns the configuration of this connection. If the firewall admits
// Lightsail's own SSH client only, keys, and certificates without that client's mark, are
// refused after they were found valid.
func (c *connection) authentication(config *ssh.ServerConfig) *ssh.ServerConfig {
	if !c.onlyConnect {
		return config
	}
	var logged sync.Once
	own := *config
	own.PublicKeyCallback = func(conn ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
		p, err := config.PublicKeyCallback(conn, key)
		if err != nil {
			return nil, err
		}
		if _, marked := p.Extensions[machine.ConnectExtension]; marked {
			return p, nil
		}
		logged.Do(func() {
			c.log.Info("ssh login refused: the firewall admits lightsail-connect only", "user", conn.User(), "with", p.Extensions[openedWith])
		})
		return nil, &ssh.BannerError{Err: errNotAdmitted, Message: connectOnly}
	}
	return &own
}
