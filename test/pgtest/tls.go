package pgtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// CAFile names the certificate of the authority that vouches for the server: a client that trusts it may ask for
// sslmode=verify-full.
func (s *Server) CAFile() string { return filepath.Join(s.dir, "ca.crt") }

// makeCertificate gives the server a certificate for its address, signed by an authority of its own. The files have the
// names that PostgreSQL looks for in its data directory.
func (s *Server) makeCertificate() error {
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	ca := template("Authority of a PostgreSQL for tests")
	ca.IsCA, ca.BasicConstraintsValid, ca.KeyUsage = true, true, x509.KeyUsageCertSign
	leaf := template("localhost")
	leaf.DNSNames, leaf.IPAddresses = []string{"localhost"}, []net.IP{net.IPv4(127, 0, 0, 1)}
	caDER, caErr := x509.CreateCertificate(rand.Reader, ca, ca, &caKey.PublicKey, caKey)
	leafDER, leafErr := x509.CreateCertificate(rand.Reader, leaf, ca, &key.PublicKey, caKey)
	keyDER, keyErr := x509.MarshalPKCS8PrivateKey(key)
	if err := errors.Join(caErr, leafErr, keyErr); err != nil {
		return err
	}
	return errors.Join(
		s.writePEM(s.CAFile(), "CERTIFICATE", caDER),
		s.writePEM(filepath.Join(s.dir, "server.crt"), "CERTIFICATE", leafDER),
		s.writePEM(filepath.Join(s.dir, "server.key"), "PRIVATE KEY", keyDER))
}

// template is a certificate that is valid for longer than any test runs.
func template(name string) *x509.Certificate {
	now := time.Now()
	return &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour),
	}
}

// writePEM writes a file that is the server's own: PostgreSQL refuses a key that others may read.
func (s *Server) writePEM(path, kind string, der []byte) error {
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		return err
	}
	return s.give(path)
}

// give makes whom the server runs as the owner of a file or directory.
func (s *Server) give(path string) error {
	if s.owner == nil {
		return nil
	}
	return os.Chown(path, int(s.owner.Uid), int(s.owner.Gid))
}
