package sshkey

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"math/big"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

// refusal is a text that ParsePublic refuses, and a part of the reason.
type refusal struct{ text, reason string }

func TestParsePublic_refusals(t *testing.T) {
	for group, cases := range map[string]map[string]refusal{
		"text":   refusedTexts(t),
		"type":   refusedTypes(t),
		"base64": refusedBase64(),
		"blob":   refusedBlobs(),
		"RSA":    refusedRSA(),
	} {
		for name, test := range cases {
			t.Run(group+"/"+name, func(t *testing.T) {
				key, err := ParsePublic(test.text)
				if !errors.Is(err, ErrFormat) {
					t.Fatalf("key %+v, error %v, want ErrFormat", key, err)
				}
				if !strings.Contains(err.Error(), test.reason) {
					t.Errorf("the reason is %q, want %q", err, test.reason)
				}
			})
		}
	}
}

func refusedTexts(t *testing.T) map[string]refusal {
	const lines, tooLong, noType = "more than one line", "too long", "the type is neither"
	line := ed25519Line()
	second := rsaLine(big.NewInt(65537), oddModulus(2048))
	private, public := keygenFiles(t, "-t", "ed25519")
	return map[string]refusal{
		"nothing":                           {"", noType},
		"whitespace only":                   {" \t\r\n", noType},
		"a PKCS#1 private key":              {testPair(t).PrivatePEM(), lines},
		"an OpenSSH private key":            {readFile(t, private), lines},
		"the X.509 form":                    {sshKeygen(t, "-e", "-m", "PKCS8", "-f", rsaFile(t)), lines},
		"the RFC 4716 form":                 {sshKeygen(t, "-e", "-m", "RFC4716", "-f", public), lines},
		"base64 of the line":                {base64.StdEncoding.EncodeToString([]byte(line)), noType},
		"two keys on two lines":             {line + "\n" + second + "\n", lines},
		"two keys on two lines, CR":         {line + "\r" + second, lines},
		"two keys on one line":              {line + " " + second, "more than one key"},
		"two keys and comments":             {line + " ada " + second + " bob", "more than one key"},
		"the same key twice":                {line + " " + line, "more than one key"},
		"a comment line before":             {"# ada\n" + line, lines},
		"a broken line":                     {line[:40] + "\n" + line[40:], lines},
		"a tail on the next line":           {line + "\nada", lines},
		"NUL in the comment":                {line + " a\x00da", lines},
		"NUL at the end":                    {line + "\x00", lines},
		"an escape in the comment":          {line + " \x1b[2Jada", lines},
		"DEL in the comment":                {line + " a\x7fda", lines},
		"a C1 control in the comment":       {line + " a\u0085da", lines},
		"a line separator in the comment":   {line + " a\u2028da", lines},
		"a paragraph separator":             {line + " a\u2029da", lines},
		"a form feed around":                {"\f" + line, lines},
		"Latin-1 in the comment":            {line + " cl\xe9", "not UTF-8"},
		"a surrogate in the comment":        {line + " \xed\xa0\x80", "not UTF-8"},
		"a byte order mark":                 {"\ufeff" + line, noType},
		"a no-break space for a space":      {strings.Replace(line, " ", "\u00a0", 1), noType},
		"one octet too long":                {line + " " + strings.Repeat("a", maxPublicText-len(line)), tooLong},
		"too much whitespace":               {line + strings.Repeat("\n", maxPublicText), tooLong},
		"a megabyte":                        {"ssh-rsa " + strings.Repeat("A", 1<<20), tooLong},
		"quotes around":                     {`"` + line + `"`, noType},
		"the file name instead of its text": {"file://id_ed25519.pub", noType},
	}
}

func refusedTypes(t *testing.T) map[string]refusal {
	const noType, mismatch = "the type is neither", "the blob is of another type"
	ed, rsa := ed25519Blob(), rsaBlob(big.NewInt(65537), oddModulus(2048))
	security := wire([]byte("sk-ssh-ed25519@openssh.com"), make([]byte, 32), []byte("ssh:"))
	dsa := wire([]byte("ssh-dss"), oddModulus(1024).Bytes(), []byte{3}, []byte{5}, []byte{7})
	ecdsa := keygenPublic(t, "-t", "ecdsa")
	return map[string]refusal{
		"ecdsa 256":                    {ecdsa, noType},
		"ecdsa 384":                    {keygenPublic(t, "-t", "ecdsa", "-b", "384"), noType},
		"ecdsa 521":                    {keygenPublic(t, "-t", "ecdsa", "-b", "521"), noType},
		"a security key":               {line("sk-ssh-ed25519@openssh.com", security), noType},
		"dsa":                          {line("ssh-dss", dsa), noType},
		"a certificate":                {certificateLine(t), noType},
		"a signature algorithm":        {line("rsa-sha2-256", rsa), noType},
		"capitals":                     {line("SSH-RSA", rsa), noType},
		"an unknown type":              {line("ssh-foo", wire([]byte("ssh-foo"))), noType},
		"no type":                      {base64.StdEncoding.EncodeToString(ed), noType},
		"an option":                    {"no-pty " + line("ssh-ed25519", ed), noType},
		"several options":              {`no-pty,command="echo hi" ` + line("ssh-ed25519", ed), noType},
		"a host name before":           {"example.com " + line("ssh-ed25519", ed), noType},
		"a doubled type":               {"ssh-ed25519 " + line("ssh-ed25519", ed), "base64"},
		"Ed25519 that says RSA":        {line("ssh-rsa", ed), mismatch},
		"RSA that says Ed25519":        {line("ssh-ed25519", rsa), mismatch},
		"ecdsa that says RSA":          {"ssh-rsa " + strings.Fields(ecdsa)[1], mismatch},
		"a certificate that says RSA":  {"ssh-rsa " + strings.Fields(certificateLine(t))[1], mismatch},
		"a blob of no known type":      {line("ssh-rsa", wire([]byte("ssh-foo"), []byte{1})), "damaged"},
		"a blob with its type doubled": {line("ssh-ed25519", append(wire([]byte("ssh-ed25519")), ed...)), "damaged"},
	}
}

func refusedBase64() map[string]refusal {
	const damaged = "the base64 is damaged"
	// This blob ends one octet into a group, so its base64 ends with "==" and
	// has four bits to spare before it.
	line := rsaLine(big.NewInt(65537), oddModulus(1024))
	bare := strings.TrimSuffix(line, "==")
	return map[string]refusal{
		"no padding":                    {bare, damaged},
		"half the padding":              {bare + "=", damaged},
		"too much padding":              {line + "==", damaged},
		"padding where none belongs":    {ed25519Line() + "=", damaged},
		"bits set beyond the end":       {bare[:len(bare)-1] + "R==", damaged},
		"a character missing":           {line[:len(line)-3] + "==", damaged},
		"a character of another":        {strings.Replace(line, "AAAA", "AA-A", 1), damaged},
		"percent encoding":              {strings.ReplaceAll(line, "=", "%3D"), damaged},
		"the URL alphabet":              {strings.Replace(line, "AAAA", "A__A", 1), damaged},
		"no blob":                       {"ssh-rsa", "blob is damaged"},
		"a comment in the blob's place": {"ssh-rsa ada@example.com", damaged},
	}
}

func refusedBlobs() map[string]refusal {
	const damaged = "the blob is damaged"
	cases := map[string]refusal{
		"Ed25519 of 31 octets":          {line("ssh-ed25519", wire([]byte("ssh-ed25519"), make([]byte, 31))), damaged},
		"Ed25519 of 33 octets":          {line("ssh-ed25519", wire([]byte("ssh-ed25519"), make([]byte, 33))), damaged},
		"an octet after Ed25519":        {line("ssh-ed25519", append(ed25519Blob(), 0)), damaged},
		"an octet after RSA":            {line("ssh-rsa", append(rsaBlob(big.NewInt(3), oddModulus(1024)), 0)), damaged},
		"two blobs":                     {line("ssh-ed25519", append(ed25519Blob(), ed25519Blob()...)), damaged},
		"a field after RSA":             {line("ssh-rsa", append(rsaBlob(big.NewInt(3), oddModulus(1024)), wire(nil)...)), damaged},
		"a length beyond the end":       {line("ssh-rsa", append(wire([]byte("ssh-rsa")), 0xff, 0xff, 0xff, 0xff)), damaged},
		"a length of the type too long": {line("ssh-rsa", []byte{0x7f, 0xff, 0xff, 0xff, 's'}), damaged},
	}
	for name, blob := range map[string][]byte{
		"ssh-ed25519": ed25519Blob(),
		"ssh-rsa":     rsaBlob(big.NewInt(65537), oddModulus(1024)),
	} {
		for _, missing := range []int{1, 2, 3, 32, 33, len(blob) - 12, len(blob) - 4} {
			text := line(name, blob[:len(blob)-missing])
			cases[name+" without its last "+big.NewInt(int64(missing)).String()] = refusal{text, damaged}
		}
	}
	return cases
}

func refusedRSA() map[string]refusal {
	const damaged, canonical, parity = "the blob is damaged", "canonically", "not a positive odd number"
	f4 := big.NewInt(65537)
	modulus := oddModulus(2048)
	padded := append([]byte{0}, modulus.Bytes()...) // a set top bit wants a zero before it
	raw := func(exponent, modulus []byte) string {
		return line("ssh-rsa", wire([]byte("ssh-rsa"), exponent, modulus))
	}
	even := new(big.Int).Sub(modulus, big.NewInt(1))
	return map[string]refusal{
		"an even modulus":                {rsaLine(f4, even), parity},
		"a modulus of zero":              {raw(f4.Bytes(), nil), parity},
		"a negative modulus":             {raw(f4.Bytes(), modulus.Bytes()), parity},
		"a modulus of 1":                 {rsaLine(f4, big.NewInt(1)), "1 bits"},
		"512 bits":                       {rsaLine(f4, oddModulus(512)), "512 bits"},
		"1023 bits":                      {rsaLine(f4, oddModulus(1023)), "1023 bits"},
		"16385 bits":                     {rsaLine(f4, oddModulus(16385)), damaged},
		"an exponent of zero":            {raw(nil, padded), damaged},
		"an exponent of 1":               {rsaLine(big.NewInt(1), modulus), damaged},
		"an exponent of 2":               {rsaLine(big.NewInt(2), modulus), damaged},
		"an even exponent":               {rsaLine(big.NewInt(65536), modulus), damaged},
		"a negative exponent":            {raw([]byte{0xfd}, padded), damaged},
		"an exponent of 25 bits":         {rsaLine(big.NewInt(1<<24+1), modulus), damaged},
		"an exponent of 64 bits":         {rsaLine(new(big.Int).SetUint64(1<<63+1), modulus), damaged},
		"an exponent like a modulus":     {rsaLine(modulus, modulus), damaged},
		"zeros before the modulus":       {raw(f4.Bytes(), append([]byte{0}, padded...)), canonical},
		"zeros before the exponent":      {raw(append([]byte{0}, f4.Bytes()...), padded), canonical},
		"modulus and exponent exchanged": {raw(padded, f4.Bytes()), damaged},
	}
}

// wire is the parts as SSH strings, one after the other.
func wire(parts ...[]byte) []byte {
	var out []byte
	for _, part := range parts {
		out = binary.BigEndian.AppendUint32(out, uint32(len(part)))
		out = append(out, part...)
	}
	return out
}

func rsaBlob(exponent, modulus *big.Int) []byte {
	return ssh.Marshal(struct {
		Type string
		E, N *big.Int
	}{ssh.KeyAlgoRSA, exponent, modulus})
}

func rsaLine(exponent, modulus *big.Int) string {
	return line(ssh.KeyAlgoRSA, rsaBlob(exponent, modulus))
}

// oddModulus is a number of exactly so many bits that looks like a modulus.
func oddModulus(bits int) *big.Int {
	pattern := bytes.Repeat([]byte{0xb7, 0x4d, 0x93, 0x2e, 0xa5}, bits/8)
	modulus := new(big.Int).SetBytes(pattern)
	modulus.Rsh(modulus, uint(modulus.BitLen()-bits))
	return modulus.SetBit(modulus, 0, 1)
}

func ed25519Blob() []byte {
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
	return wire([]byte(ssh.KeyAlgoED25519), key[32:])
}

func ed25519Line() string { return line(ssh.KeyAlgoED25519, ed25519Blob()) }

func rsaFile(t *testing.T) string {
	t.Helper()
	return writeFile(t, testPair(t).PublicLine()+"\n")
}

// certificateLine is an RSA key signed by ssh-keygen.
func certificateLine(t *testing.T) string {
	t.Helper()
	authority, _ := keygenFiles(t, "-t", "ed25519")
	file := writeFile(t, testPair(t).PublicLine()+"\n")
	sshKeygen(t, "-q", "-s", authority, "-I", "ada", "-n", "ada", file)
	return readFile(t, file+"-cert.pub")
}
