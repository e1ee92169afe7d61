package lanyardtest_test

import (
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

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
		t.Errorf("made at %s in the account %s", out.CreatedAt, server.AccountID)
	}
}
