package compute

import (
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/driver/machine"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/sshkey"
)

const (
	// accessLasts is how long a temporary key logs in. AWS says only that it is a short
	// time.
	accessLasts = 5 * time.Minute
	// clockSkew is how late the clock of a program that checks a certificate may be.
	clockSkew = time.Minute
)

// takeTemporaryKey gets the key of an SSH login that the call is going to hand out.
func (f *Family) takeTemporaryKey(c *api.Call, in *lightsail.GetInstanceAccessDetailsInput) (*sshkey.Pair, func(), error) {
	if _, err := accessTarget(c, in); err != nil || in.Protocol == types.InstanceAccessProtocolRdp {
		return nil, nil, err
	}
	return f.d.KeyPairs.TakeKey(c)
}

// accessTarget loads an instance that can be logged in to by the protocol.
func accessTarget(c *api.Call, in *lightsail.GetInstanceAccessDetailsInput) (*instance.Instance, error) {
	i, err := targetIn(c, "get access details of", instance.Running)
	if err != nil {
		return nil, err
	}
	if rdp := in.Protocol == types.InstanceAccessProtocolRdp; rdp == !i.Windows() {
		protocol, platform := types.InstanceAccessProtocolSsh, types.InstancePlatformWindows
		if rdp {
			protocol, platform = types.InstanceAccessProtocolRdp, types.InstancePlatformLinuxUnix
		}
		return nil, api.InvalidParams("The protocol %s is not for instances of the platform %s: %s",
			protocol, platform, i.Resource.Name)
	}
	return i, nil
}

// getInstanceAccessDetails returns a temporary key with a certificate that logs in for
// a few minutes, or the password of a Windows instance.
func (f *Family) getInstanceAccessDetails(
	c *api.Call, in *lightsail.GetInstanceAccessDetailsInput, key *sshkey.Pair,
) (*lightsail.GetInstanceAccessDetailsOutput, error) {
	i, err := accessTarget(c, in)
	if err != nil {
		return nil, err
	}
	keys, err := i.OpenKeys(f.d.Sealer)
	if err != nil {
		return nil, err
	}
	details := &types.InstanceAccessDetails{
		HostKeys:      []types.HostKeyAttributes{},
		InstanceName:  &i.Resource.Name,
		IpAddress:     i.ShownAddress(c.Now),
		Ipv6Addresses: i.Doc.Ipv6Addresses,
		Protocol:      types.InstanceAccessProtocolSsh,
		Username:      i.Doc.Username,
	}
	if key == nil {
		addPassword(c, i, keys, details)
	} else if err := addCertificate(c, i, keys, key, details); err != nil {
		return nil, err
	}
	return &lightsail.GetInstanceAccessDetailsOutput{AccessDetails: details}, nil
}

// addPassword shows the password itself only if the region's default key pair
// was installed: callers that chose another one decrypt it with that (API reference).
func addPassword(c *api.Call, i *instance.Instance, keys instance.Keys, details *types.InstanceAccessDetails) {
	password, ciphertext := "", ""
	if !i.Priv.PasswordFrom.After(c.Now) {
		ciphertext = keys.EncryptedPassword
		if *i.Doc.SshKeyName == resource.DefaultKeyPairName {
			password = keys.Password
		}
	}
	details.Protocol, details.Password = types.InstanceAccessProtocolRdp, &password
	details.PasswordData = &types.PasswordData{Ciphertext: &ciphertext, KeyPairName: i.Doc.SshKeyName}
}

func addCertificate(c *api.Call, i *instance.Instance, keys instance.Keys, key *sshkey.Pair, details *types.InstanceAccessDetails) error {
	authority, err := sshkey.NewAuthority(keys.AuthoritySeed)
	if err != nil {
		return err
	}
	expires := c.Now.Add(accessLasts).Truncate(time.Second) // as certificates count
	certificate, err := authority.SignUser(key.PublicLine(), sshkey.UserCertificate{
		KeyID:       fmt.Sprintf("%s of %s, request %s", c.Principal.ARN, i.Resource.ARN(), c.RequestID),
		Principal:   *i.Doc.Username,
		ValidAfter:  c.Now.Add(-clockSkew),
		ValidBefore: expires,
	})
	if err != nil {
		return err
	}
	private := key.PrivatePEM()
	details.CertKey, details.PrivateKey, details.ExpiresAt = &certificate, &private, &expires
	details.HostKeys, err = hostKeys(c, i, keys)
	return err
}

// hostKeys are seen after the instance's boot, and again after they were forgotten.
func hostKeys(c *api.Call, i *instance.Instance, keys instance.Keys) ([]types.HostKeyAttributes, error) {
	public, err := machine.HostKeys(keys.HostKeys).Public()
	if err != nil {
		return nil, err
	}
	if c.Now.Before(i.Priv.KnownFrom) {
		return []types.HostKeyAttributes{}, nil
	}
	witnessed := slices.MaxFunc([]time.Time{i.BootedAt(c.Now), i.Priv.KnownFrom, i.Priv.HostKeysForgotten}, time.Time.Compare)
	list := make([]types.HostKeyAttributes, len(public))
	for n := range public {
		list[n] = types.HostKeyAttributes{
			Algorithm:         &public[n].Algorithm,
			FingerprintSHA1:   &public[n].FingerprintSHA1,
			FingerprintSHA256: &public[n].FingerprintSHA256,
			PublicKey:         &public[n].PublicKey,
			WitnessedAt:       &witnessed,
		}
	}
	return list, nil
}

func deleteKnownHostKeys(c *api.Call, _ *lightsail.DeleteKnownHostKeysInput) (*lightsail.DeleteKnownHostKeysOutput, error) {
	i, err := api.Target[instance.Instance](c)
	if err != nil {
		return nil, err
	}
	i.Priv.HostKeysForgotten = c.Now
	if err := c.Save(i); err != nil {
		return nil, err
	}
	return &lightsail.DeleteKnownHostKeysOutput{Operations: []types.Operation{*c.Record(i.Resource)}}, nil
}
