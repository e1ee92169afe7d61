package lanyardtest_test

import (
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"golang.org/x/crypto/ssh"

	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

// TestNew shows how a program that uses Lightsail is tested: its client is the
// official SDK's, and what answers is a server of the test's own.
func TestNew(t *testing.T) {
	server := lanyardtest.New(t)
	client := server.Client("eu-west-1")

	created, err := client.CreateKeyPair(t.Context(), &lightsail.CreateKeyPairInput{KeyPairName: new("deploy")})
	if err != nil {
		t.Fatal(err)
	}
	if created.KeyPair.Location.RegionName != types.RegionNameEuWest1 {
		t.Errorf("the key pair is in %s", created.KeyPair.Location.RegionName)
	}

	_, err = client.CreateKeyPair(t.Context(), &lightsail.CreateKeyPairInput{KeyPairName: new("deploy")})
	if _, ok := errors.AsType[*types.InvalidInputException](err); !ok {
		t.Errorf("a taken name: %v, want InvalidInputException", err)
	}
}

// TestNewWith shows a test that owns the clock and the account.
func TestNewWith(t *testing.T) {
	opening := time.Date(2026, time.November, 28, 9, 0, 0, 0, time.UTC)
	server := lanyardtest.NewWith(t, lanyardtest.Options{
		AccountID: "111122223333",
		Clock:     func() time.Time { return opening },
	})
	out, err := server.Client("us-east-1").DownloadDefaultKeyPair(t.Context(), &lightsail.DownloadDefaultKeyPairInput{})
	if err != nil {
		t.Fatal(err)
	}
	if !out.CreatedAt.Equal(opening) || server.AccountID != "111122223333" {
		t.Errorf("default key pair: got one made at %s in the account %s, want the clock's time and 111122223333", out.CreatedAt, server.AccountID)
	}
}

// TestRestart shows that a server keeps its state and its endpoint.
func TestRestart(t *testing.T) {
	server := lanyardtest.New(t)
	client := server.Client("us-east-1")
	if _, err := client.CreateKeyPair(t.Context(), &lightsail.CreateKeyPairInput{KeyPairName: new("deploy")}); err != nil {
		t.Fatal(err)
	}
	server.Restart(t)
	got, err := client.GetKeyPair(t.Context(), &lightsail.GetKeyPairInput{KeyPairName: new("deploy")})
	if err != nil || *got.KeyPair.Name != "deploy" {
		t.Errorf("GetKeyPair after a restart: got %v, %v, want the pair from before", got, err)
	}
}

// TestSSH shows a deployment that logs in to the instance that it made.
func TestSSH(t *testing.T) {
	server := lanyardtest.New(t)
	client := server.Client("us-east-1")
	key, err := client.CreateKeyPair(t.Context(), &lightsail.CreateKeyPairInput{KeyPairName: new("deploy")})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.CreateInstances(t.Context(), &lightsail.CreateInstancesInput{
		InstanceNames: []string{"web"}, AvailabilityZone: new("us-east-1a"), BlueprintId: new("debian_12"), BundleId: new("nano_3_0"),
		KeyPairName: new("deploy"),
	})
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.ParsePrivateKey([]byte(*key.PrivateKeyBase64))
	if err != nil {
		t.Fatal(err)
	}
	conn, err := ssh.Dial("tcp", server.SSHAddress("us-east-1", "web"), &ssh.ClientConfig{
		User:            "admin",
		Auth:            []ssh.AuthMethod{ssh.PublicKeys(signer)},
		HostKeyCallback: ssh.InsecureIgnoreHostKey(), // a program gets them from GetInstanceAccessDetails
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	session, err := conn.NewSession()
	if err != nil {
		t.Fatal(err)
	}
	out, err := session.Output("whoami")
	if err != nil || string(out) != "admin\n" {
		t.Errorf("whoami: got %q, %v, want admin", out, err)
	}
	if at := server.SSHAddress("us-east-1", "mail"); at != "" {
		t.Errorf("SSHAddress of a missing instance: got %s, want none", at)
	}
}
