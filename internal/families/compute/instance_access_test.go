package compute_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"golang.org/x/crypto/ssh"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

func (l *lab) access(name string, protocol types.InstanceAccessProtocol) (*types.InstanceAccessDetails, error) {
	out, err := l.GetInstanceAccessDetails(l.T.Context(), &lightsail.GetInstanceAccessDetailsInput{InstanceName: &name, Protocol: protocol})
	if err != nil {
		return nil, err
	}
	return out.AccessDetails, nil
}

func (l *lab) mustAccess(name string, protocol types.InstanceAccessProtocol) *types.InstanceAccessDetails {
	l.T.Helper()
	details, err := l.access(name, protocol)
	if err != nil {
		l.T.Fatal(err)
	}
	return details
}

func certificateOf(t *testing.T, details *types.InstanceAccessDetails) *ssh.Certificate {
	t.Helper()
	key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(*details.CertKey))
	if err != nil {
		t.Fatal(err)
	}
	certificate, ok := key.(*ssh.Certificate)
	if !ok || !strings.HasPrefix(*details.CertKey, "ssh-rsa-cert-v01@openssh.com ") {
		t.Fatalf("certKey = %s", *details.CertKey)
	}
	return certificate
}

func TestGetInstanceAccessDetails_keyWithCertificate(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.run("web", "other")
	details := l.mustAccess("web", "")
	instance := l.get("web")
	if *details.InstanceName != "web" || *details.Username != "admin" || details.Protocol != types.InstanceAccessProtocolSsh ||
		*details.IpAddress != *instance.PublicIpAddress || details.Ipv6Addresses[0] != instance.Ipv6Addresses[0] ||
		details.Password != nil || details.PasswordData != nil {
		t.Errorf("access details = %+v", details)
	}
	if want := l.Now().Add(5 * time.Minute); !details.ExpiresAt.Equal(want) {
		t.Errorf("expiresAt = %s, want %s", details.ExpiresAt, want)
	}
	private, err := ssh.ParsePrivateKey([]byte(*details.PrivateKey))
	if err != nil || !strings.HasPrefix(*details.PrivateKey, "-----BEGIN RSA PRIVATE KEY-----\n") {
		t.Fatalf("privateKey: %v", err)
	}
	certificate := certificateOf(t, details)
	if string(certificate.Key.Marshal()) != string(private.PublicKey().Marshal()) {
		t.Error("the certificate is for another key")
	}
	if !strings.Contains(certificate.KeyId, *instance.Arn) || !strings.Contains(certificate.KeyId, "arn:aws:iam::"+l.Server.AccountID+":root") {
		t.Errorf("key id = %q, want the instance's ARN and the caller's", certificate.KeyId)
	}
	checkCertificate(t, l, certificate, certificate.SignatureKey)

	again := certificateOf(t, l.mustAccess("web", types.InstanceAccessProtocolSsh))
	if string(again.Key.Marshal()) == string(certificate.Key.Marshal()) {
		t.Error("two calls return one temporary key")
	}
	if string(again.SignatureKey.Marshal()) != string(certificate.SignatureKey.Marshal()) {
		t.Error("the instance's authority changed")
	}
	if other := certificateOf(t, l.mustAccess("other", "")); string(other.SignatureKey.Marshal()) == string(certificate.SignatureKey.Marshal()) {
		t.Error("two instances share an authority")
	}
}

// checkCertificate checks it as an SSH server does.
func checkCertificate(t *testing.T, l *lab, certificate *ssh.Certificate, authority ssh.PublicKey) {
	t.Helper()
	for _, tc := range []struct {
		name  string
		user  string
		after time.Duration
		good  bool
	}{
		{"at once", "admin", 0, true},
		{"on a slow clock", "admin", -30 * time.Second, true},
		{"before it is made", "admin", -2 * time.Minute, false},
		{"near its end", "admin", 299 * time.Second, true},
		{"after its end", "admin", 5 * time.Minute, false},
		{"as another user", "root", 0, false},
	} {
		checker := ssh.CertChecker{
			IsUserAuthority: func(key ssh.PublicKey) bool { return string(key.Marshal()) == string(authority.Marshal()) },
			Clock:           func() time.Time { return l.Now().Add(tc.after) },
		}
		if err := checker.CheckCert(tc.user, certificate); (err == nil) != tc.good {
			t.Errorf("%s: %v, want it to be good: %t", tc.name, err, tc.good)
		}
	}
}

func TestGetInstanceAccessDetails_hostKeysWitnessedAtBoot(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.create(l.input("web"))
	l.Pass(20 * time.Second)
	if keys := l.mustAccess("web", "").HostKeys; len(keys) != 0 {
		t.Errorf("an instance that just booted shows %d host keys, want none yet", len(keys))
	}
	l.Pass(3 * time.Second)
	booted := l.Now()
	l.Pass(time.Hour)
	check := func(witnessed time.Time) string {
		t.Helper()
		var all []string
		for _, key := range l.mustAccess("web", "").HostKeys {
			line := *key.Algorithm + " " + *key.PublicKey
			parsed, _, _, _, err := ssh.ParseAuthorizedKey([]byte(line))
			if err != nil || ssh.FingerprintSHA256(parsed) != *key.FingerprintSHA256 {
				t.Errorf("host key %s with the fingerprint %s: %v", line, *key.FingerprintSHA256, err)
			}
			wantMatch(t, *key.FingerprintSHA1, `^SHA1:[A-Za-z0-9+/]{27}$`)
			if !key.WitnessedAt.Equal(witnessed) || key.NotValidBefore != nil || key.NotValidAfter != nil {
				t.Errorf("witnessed at %s, want %s", key.WitnessedAt, witnessed)
			}
			all = append(all, line)
		}
		return strings.Join(all, "\n")
	}
	first := check(booted)
	wantMatch(t, first, `^ssh-ed25519 \S+\necdsa-sha2-nistp256 \S+$`)

	out, err := l.DeleteKnownHostKeys(t.Context(), &lightsail.DeleteKnownHostKeysInput{InstanceName: new("web")})
	if err != nil {
		t.Fatal(err)
	}
	l.WantOperations(out.Operations, "DeleteKnownHostKeys Instance web - Succeeded")
	forgotten := l.Now()
	l.Pass(time.Minute)
	if again := check(forgotten); again != first {
		t.Error("the host keys changed")
	}
	must(t)(l.reboot("web"))
	rebooted := l.Now()
	l.Server.Restart(t)
	if again := check(rebooted); again != first {
		t.Error("the host keys changed by a reboot and a restart")
	}
}

func TestGetInstanceAccessDetails_recordsNoOperation(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.run("web")
	l.mustAccess("web", "")
	ops, err := l.GetOperationsForResource(t.Context(), &lightsail.GetOperationsForResourceInput{ResourceName: new("web")})
	if err != nil || len(ops.Operations) != 1 {
		t.Errorf("%d operations, %v, want that of CreateInstances alone", len(ops.Operations), err)
	}
}

func TestGetInstanceAccessDetails_windowsPassword(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	created, err := l.CreateKeyPair(t.Context(), &lightsail.CreateKeyPairInput{KeyPairName: new("own")})
	if err != nil {
		t.Fatal(err)
	}
	own := l.input("own-key")
	windows(own)
	own.KeyPairName = new("own")
	l.create(own)
	with := l.input("default-key")
	windows(with)
	with.KeyPairName = nil
	l.create(with)
	downloaded, err := l.DownloadDefaultKeyPair(t.Context(), &lightsail.DownloadDefaultKeyPairInput{})
	if err != nil {
		t.Fatal(err)
	}

	l.Pass(time.Minute)
	early := l.mustAccess("default-key", types.InstanceAccessProtocolRdp)
	if *early.Password != "" || *early.PasswordData.Ciphertext != "" || *early.PasswordData.KeyPairName != "LightsailDefaultKeyPair" {
		t.Errorf("before it is ready: %+v", early)
	}

	l.Pass(15 * time.Minute)
	byDefault := l.mustAccess("default-key", types.InstanceAccessProtocolRdp)
	if got := decrypt(t, *downloaded.PrivateKeyBase64, *byDefault.PasswordData.Ciphertext); got != *byDefault.Password {
		t.Errorf("the ciphertext holds %q, the password is %q", got, *byDefault.Password)
	}
	wantMatch(t, *byDefault.Password, `^[A-Za-z0-9.-]{32}$`)
	if *byDefault.Username != "Administrator" || byDefault.Protocol != types.InstanceAccessProtocolRdp || byDefault.CertKey != nil ||
		byDefault.PrivateKey != nil || len(byDefault.HostKeys) != 0 {
		t.Errorf("access details = %+v", byDefault)
	}

	ownDetails := l.mustAccess("own-key", types.InstanceAccessProtocolRdp)
	password := decrypt(t, *created.PrivateKeyBase64, *ownDetails.PasswordData.Ciphertext)
	if *ownDetails.Password != "" || *ownDetails.PasswordData.KeyPairName != "own" || password == *byDefault.Password {
		t.Errorf("with a key pair of one's own: %+v", ownDetails)
	}
	must(t)(l.stop("own-key", false))
	l.Pass(time.Minute)
	must(t)(l.start("own-key"))
	l.Pass(time.Minute)
	l.Server.Restart(t)
	if later := l.mustAccess("own-key", types.InstanceAccessProtocolRdp); *later.PasswordData.Ciphertext != *ownDetails.PasswordData.Ciphertext {
		t.Error("the ciphertext changed")
	}
}

// decrypt does what the owner of a key pair does with passwordData.
func decrypt(t *testing.T, privatePEM, ciphertext string) string {
	t.Helper()
	block, _ := pem.Decode([]byte(privatePEM))
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := base64.StdEncoding.DecodeString(ciphertext)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := rsa.DecryptPKCS1v15(rand.Reader, key, sealed) //nolint:staticcheck // the padding that EC2 uses
	if err != nil {
		t.Fatal(err)
	}
	return string(plain)
}

func TestGetInstanceAccessDetails_protocolOfThePlatform(t *testing.T) {
	l := newLab(t, lanyardtest.Options{})
	l.run("linux")
	in := l.input("windows")
	windows(in)
	in.KeyPairName = nil
	l.create(in)
	l.Pass(time.Minute)
	_, err := l.access("linux", types.InstanceAccessProtocolRdp)
	familytest.WantInvalid(t, err, "InvalidParams", "The protocol rdp is not for instances of the platform LINUX_UNIX: linux")
	_, err = l.access("windows", "")
	familytest.WantInvalid(t, err, "InvalidParams", "The protocol ssh is not for instances of the platform WINDOWS: windows")
}
