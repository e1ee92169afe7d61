package compute

import (
	"encoding/json"
	"errors"
	"net/netip"
	"regexp"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/codec"
	"github.com/lanyard-cloud/lanyard/internal/kind/instance"
	"github.com/lanyard-cloud/lanyard/internal/kind/keypair"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/sshkey"
)

// createdFingerprint is the form that the fingerprint of a created key pair has: the
// private half, which it is of, is not kept.
var createdFingerprint = regexp.MustCompile(`\A[0-9a-f]{2}(?::[0-9a-f]{2}){19}\z`)

func checkStoredKeyPair(r *resource.Resource) (resource.Claims, error) {
	pair := &types.KeyPair{}
	if err := codec.Unmarshal(r.Doc, pair); err != nil {
		return resource.Claims{}, err
	}
	priv, err := keypair.PrivOf(r)
	if err != nil {
		return resource.Claims{}, err
	}
	var a audit
	a.shared(r, shared{pair.Arn, pair.Name, pair.SupportCode, pair.CreatedAt, pair.Location, pair.ResourceType, pair.Tags}, r.Name)
	a.everywhere(r)
	public, err := sshkey.ParsePublic(priv.PublicKey)
	a.want(err == nil, "priv: publicKey: %w", err)
	if err == nil {
		fingerprint := aws.ToString(pair.Fingerprint)
		a.want(public.Line() == priv.PublicKey, "priv: publicKey is more than a type and a key")
		a.want(fingerprint == public.Fingerprint() || createdFingerprint.MatchString(fingerprint), "doc: fingerprint is not that of the public key")
	}
	return resource.Claims{}, a.repack(r, &types.KeyPair{}, func() (err error) {
		r.Doc = codec.Encode(pair)
		r.Priv, err = json.Marshal(priv)
		return err
	})
}

// isDefaultKeyPair reports whether the private half of a key pair is kept.
func isDefaultKeyPair(r *resource.Resource) bool { return r.Name == resource.DefaultKeyPairName }

func checkKeyPairSecret(r *resource.Resource, plain []byte) error {
	pair, err := sshkey.ParsePrivatePEM(string(plain))
	if err != nil {
		return err
	}
	shown, err := keypair.Show(r)
	if err != nil {
		return err
	}
	priv, err := keypair.PrivOf(r)
	if err == nil && (pair.PublicLine() != priv.PublicKey || pair.Fingerprint() != aws.ToString(shown.Fingerprint)) {
		err = errors.New("the private half is that of another key pair")
	}
	return err
}

func checkStoredStaticIP(r *resource.Resource) (resource.Claims, error) {
	ip, err := staticIPOf(r)
	if err != nil {
		return resource.Claims{}, err
	}
	var a audit
	a.shared(r, shared{ip.Arn, ip.Name, ip.SupportCode, ip.CreatedAt, ip.Location, ip.ResourceType, nil}, aws.ToString(ip.IpAddress))
	a.everywhere(r)
	address := a.address("ipAddress", ip.IpAddress)
	claims := resource.Claims{Addresses: []resource.AddressClaim{{Pool: instance.PublicPool, Address: address}}}
	a.want(ip.IsAttached != nil && *ip.IsAttached == (ip.AttachedTo != nil), "doc: isAttached and attachedTo do not go together")
	if ip.AttachedTo != nil {
		a.name("attachedTo", ip.AttachedTo)
		claims.Ties = []resource.Tie{staticIPTie(r, *ip.AttachedTo, r.Name, address.String())}
	}
	return claims, a.repack(r, &types.StaticIp{}, func() error {
		r.Doc, r.Priv = codec.Encode(ip), []byte("{}")
		return nil
	})
}

func staticIPTie(r *resource.Resource, to, name, address string) resource.Tie {
	return resource.Tie{Account: r.Account, Region: r.Region, Instance: to, Kind: resource.StaticIP, Name: name, Detail: address}
}

// address wants an IPv4 address as addresses are written.
func (a *audit) address(member string, text *string) netip.Addr {
	address, err := netip.ParseAddr(aws.ToString(text))
	a.want(err == nil && address.Is4() && address.String() == *text, "doc: %s is not an IPv4 address", member)
	return address
}
