//go:build hostile

package hostile

import (
	"bufio"
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	digest "hash"
	"io"
	"math/big"
	"net"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
)

// The numbers of SSH's messages that are used here.
const (
	msgDisconnect    = 1
	msgIgnore        = 2
	msgService       = 5
	msgKexInit       = 20
	msgNewKeys       = 21
	msgKexDH         = 30
	msgAuthRequest   = 50
	msgAuthFailure   = 51
	msgAuthSuccess   = 52
	msgAuthQuery     = 60
	msgGlobalRequest = 80
	msgChannelOpen   = 90
	msgChannelOpened = 91
	msgOpenFailure   = 92
	msgWindowAdjust  = 93
	msgChannelData   = 94
	msgChannelStderr = 95
	msgChannelEOF    = 96
	msgChannelClose  = 97
	msgRequest       = 98
	msgSuccess       = 99
	msgFailure       = 100
	msgPing          = 192
)

const (
	clientVersion = "SSH-2.0-hostile"
	hello         = clientVersion + "\r\n"
)

// wire is a client's end of an SSH connection that sends any messages in any order, before and after it has keys.
type wire struct {
	net.Conn
	from      *bufio.Reader
	version   string // the server's
	sessionID []byte
	code      code
	bare      bool // packets have no padding, which the library takes
	in, out   direction
}

// direction is one of the two, each with its keys, once there are any, and its count of packets.
type direction struct {
	stream cipher.Stream
	mac    digest.Hash
	tag    int // how many bytes of the code a packet ends with
	count  uint32
}

// code is what shows that a packet was not changed: its name, and the sizes of its key and of its end of a packet.
type code struct {
	name     string
	digest   func() digest.Hash
	key, tag int
}

var usualCode = code{name: "hmac-sha2-256", digest: sha256.New, key: sha256.Size, tag: sha256.Size}

// dialSSH connects and reads the server's version, again while the instance has no room for one more.
func dialSSH(address string) (*wire, error) {
	for deadline := time.Now().Add(slack); ; time.Sleep(10 * time.Millisecond) {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			_ = conn.SetDeadline(time.Now().Add(graceLimit))
			w := &wire{Conn: conn, from: bufio.NewReader(conn), code: usualCode}
			if w.version, err = w.from.ReadString('\n'); err == nil {
				w.version = strings.TrimRight(w.version, "\r\n")
				return w, nil
			}
			_ = conn.Close()
		}
		if time.Now().After(deadline) {
			return nil, fmt.Errorf("no version of the server: %w", err)
		}
	}
}

// packet is a message without encryption.
func packet(payload []byte) []byte {
	return pad(payload, 8)
}

func pad(payload []byte, block int) []byte {
	padding := block - (len(payload)+5)%block
	if padding < 4 {
		padding += block
	}
	out := binary.BigEndian.AppendUint32(nil, uint32(len(payload)+padding+1))
	out = append(out, byte(padding))
	return append(append(out, payload...), make([]byte, padding)...)
}

// seal makes the bytes of a packet under the present keys.
func (d *direction) seal(plain []byte) []byte {
	if d.stream != nil {
		d.mac.Reset()
		_ = binary.Write(d.mac, binary.BigEndian, d.count)
		d.mac.Write(plain)
		d.stream.XORKeyStream(plain, plain)
		plain = append(plain, d.mac.Sum(nil)[:d.tag]...)
	}
	d.count++
	return plain
}

// send sends messages in one write.
func (w *wire) send(payloads ...[]byte) error {
	var all []byte
	for _, p := range payloads {
		plain := pad(p, aes.BlockSize)
		if w.bare && w.out.stream != nil {
			plain = append(append(binary.BigEndian.AppendUint32(nil, uint32(len(p)+1)), 0), p...)
		}
		all = append(all, w.out.seal(plain)...)
	}
	_, err := w.Write(all)
	return err
}

// receive reads a message, and checks that it was not changed.
func (w *wire) receive() ([]byte, error) {
	first := make([]byte, aes.BlockSize)
	if w.in.stream == nil {
		first = first[:8]
	}
	if _, err := io.ReadFull(w.from, first); err != nil {
		return nil, err
	}
	if w.in.stream != nil {
		w.in.stream.XORKeyStream(first, first)
	}
	size := binary.BigEndian.Uint32(first)
	if size > 1<<18 || int(size)+4 < len(first) {
		return nil, fmt.Errorf("a packet of %d bytes", size)
	}
	plain := make([]byte, size+4)
	rest := plain[copy(plain, first):]
	if _, err := io.ReadFull(w.from, rest); err != nil {
		return nil, err
	}
	if w.in.stream != nil {
		w.in.stream.XORKeyStream(rest, rest)
		tag := make([]byte, w.in.tag)
		if _, err := io.ReadFull(w.from, tag); err != nil {
			return nil, err
		}
		w.in.mac.Reset()
		_ = binary.Write(w.in.mac, binary.BigEndian, w.in.count)
		w.in.mac.Write(plain)
		if !hmac.Equal(tag, w.in.mac.Sum(nil)[:w.in.tag]) {
			return nil, errors.New("a packet with a wrong code")
		}
	}
	w.in.count++
	payload := int(size) - 1 - int(plain[4])
	if payload < 1 {
		return nil, errors.New("an empty packet")
	}
	return plain[5 : 5+payload], nil
}

// await skips messages until one of a kind comes.
func (w *wire) await(kinds ...byte) ([]byte, error) {
	for {
		payload, err := w.receive()
		if err != nil {
			return nil, err
		}
		if bytes.IndexByte(kinds, payload[0]) >= 0 {
			return payload, nil
		}
		if payload[0] == msgDisconnect {
			return nil, fmt.Errorf("the server disconnects: %q", payload[1:])
		}
	}
}

// text is a string as SSH writes it.
func text(s string) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(s))), s...)
}

// compose joins the parts of a message: strings with their lengths, bytes as they are, truth values and numbers.
func compose(kind byte, parts ...any) []byte {
	out := []byte{kind}
	for _, part := range parts {
		switch p := part.(type) {
		case string:
			out = append(out, text(p)...)
		case []byte:
			out = append(out, p...)
		case bool:
			out = append(out, 0)
			if p {
				out[len(out)-1] = 1
			}
		case int:
			out = binary.BigEndian.AppendUint32(out, uint32(p))
		default:
			panic(fmt.Sprintf("a part of type %T", part))
		}
	}
	return out
}

// kexInit offers what the server takes, and in the first list what is given.
func kexInit(exchanges string) []byte { return kexInitWith(exchanges, usualCode.name) }

func kexInitWith(exchanges, codes string) []byte {
	return compose(msgKexInit, make([]byte, 16), exchanges, "ssh-ed25519", "aes128-ctr", "aes128-ctr",
		codes, codes, "none", "none", "", "", false, 0)
}

const goodExchange = "curve25519-sha256"

// exchangeKeys makes the connection a secret one.
func (w *wire) exchangeKeys() error {
	mine := kexInitWith(goodExchange, w.code.name)
	private, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	ours := private.PublicKey().Bytes()
	if _, err := io.WriteString(w, hello); err != nil {
		return err
	}
	if err := w.send(mine, compose(msgKexDH, string(ours))); err != nil {
		return err
	}
	theirs, err := w.await(msgKexInit)
	if err != nil {
		return err
	}
	answer, err := w.await(msgKexDH + 1)
	if err != nil {
		return err
	}
	var reply struct{ HostKey, Ephemeral, Signature []byte }
	if err := ssh.Unmarshal(answer[1:], &reply); err != nil {
		return err
	}
	public, err := ecdh.X25519().NewPublicKey(reply.Ephemeral)
	if err != nil {
		return err
	}
	secret, err := private.ECDH(public)
	if err != nil {
		return err
	}
	k := ssh.Marshal(struct{ K *big.Int }{new(big.Int).SetBytes(secret)})
	h := sha256.Sum256(bytes.Join([][]byte{
		text(clientVersion), text(w.version), text(string(mine)), text(string(theirs)), text(string(reply.HostKey)),
		text(string(ours)), text(string(reply.Ephemeral)), k,
	}, nil))
	w.sessionID = h[:]
	if err := w.send([]byte{msgNewKeys}); err != nil {
		return err
	}
	if _, err := w.await(msgNewKeys); err != nil {
		return err
	}
	return errors.Join(w.out.use(w.code, k, h[:], 'A', 'C', 'E'), w.in.use(w.code, k, h[:], 'B', 'D', 'F'))
}

// use derives the keys of a direction; each letter names one of them.
func (d *direction) use(c code, k, h []byte, iv, key, mac byte) error {
	derive := func(letter byte) []byte {
		sum := sha256.Sum256(bytes.Join([][]byte{k, h, {letter}, h}, nil))
		return sum[:]
	}
	block, err := aes.NewCipher(derive(key)[:16])
	if err != nil {
		return err
	}
	d.stream, d.mac, d.tag = cipher.NewCTR(block, derive(iv)[:16]), hmac.New(c.digest, derive(mac)[:c.key]), c.tag
	return nil
}

// askForLogin begins what comes after the keys.
func (w *wire) askForLogin() error {
	if err := w.send(compose(msgService, "ssh-userauth")); err != nil {
		return err
	}
	_, err := w.await(msgService + 1)
	return err
}

// proof is the request to log in with a key, signed for this connection or for another one.
func proof(sessionID []byte, user string, signer ssh.Signer) ([]byte, error) {
	request := compose(msgAuthRequest, user, "ssh-connection", "publickey", true,
		signer.PublicKey().Type(), string(signer.PublicKey().Marshal()))
	signature, err := signer.Sign(rand.Reader, append(text(string(sessionID)), request...))
	if err != nil {
		return nil, err
	}
	return append(request, text(string(ssh.Marshal(signature)))...), nil
}

// logIn logs in with a key.
func (w *wire) logIn(user string, signer ssh.Signer) error {
	if err := errors.Join(w.exchangeKeys(), w.askForLogin()); err != nil {
		return err
	}
	request, err := proof(w.sessionID, user, signer)
	if err != nil {
		return err
	}
	if err := w.send(request); err != nil {
		return err
	}
	answer, err := w.await(msgAuthSuccess, msgAuthFailure)
	if err == nil && answer[0] != msgAuthSuccess {
		err = errors.New("the key is refused")
	}
	return err
}
