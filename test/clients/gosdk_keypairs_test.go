//go:build clients

package clients

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func testCreated(t *testing.T, c *lightsail.Client) {
	in := &lightsail.CreateKeyPairInput{KeyPairName: new("deploy"), Tags: []types.Tag{tag("team", "web"), {Key: new("on-call")}}}
	out, err := c.CreateKeyPair(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	wantPair(t, out.KeyPair, "us-east-1", "deploy", tag("team", "web"), types.Tag{Key: new("on-call")})
	wantOperation(t, out.Operation, "CreateKeyPair", "us-east-1", "deploy")
	if !out.KeyPair.CreatedAt.Equal(*out.Operation.CreatedAt) {
		t.Errorf("the pair is of %v, its operation of %v", out.KeyPair.CreatedAt, out.Operation.CreatedAt)
	}
	if diff := cmp.Diff(out.KeyPair, getKey(t, c, "deploy"), ignoreUnexported); diff != "" {
		t.Errorf("-created +read back\n%s", diff)
	}
	bare, err := c.CreateKeyPair(t.Context(), &lightsail.CreateKeyPairInput{KeyPairName: new("bare")})
	if err != nil {
		t.Fatal(err)
	}
	wantPair(t, bare.KeyPair, "us-east-1", "bare")
}

func testImported(t *testing.T, c *lightsail.Client) {
	imported := importKey(t, c, "laptop")
	wantOperation(t, imported, "ImportKeyPair", "us-east-2", "laptop")
	pair := getKey(t, c, "laptop")
	wantPair(t, pair, "us-east-2", "laptop")
	if *pair.Fingerprint != publicKeyFingerprint {
		t.Errorf("fingerprint = %s", *pair.Fingerprint)
	}
	in := &lightsail.DeleteKeyPairInput{KeyPairName: new("laptop"), ExpectedFingerprint: pair.Fingerprint}
	deleted, err := c.DeleteKeyPair(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	wantOperation(t, deleted.Operation, "DeleteKeyPair", "us-east-2", "laptop")
	importKey(t, c, "laptop") // the name is free again
	if again := getKey(t, c, "laptop"); *again.Arn == *pair.Arn {
		t.Errorf("a new pair has the ARN of a deleted one: %s", *again.Arn)
	}
}

func testTags(t *testing.T, c *lightsail.Client) {
	importKey(t, c, "laptop")
	tagged, err := c.TagResource(t.Context(), &lightsail.TagResourceInput{ResourceName: new("laptop"), Tags: []types.Tag{tag("a", "1"), {Key: new("only")}}})
	if err != nil {
		t.Fatal(err)
	}
	if len(tagged.Operations) != 1 {
		t.Fatalf("TagResource made %d operations", len(tagged.Operations))
	}
	wantOperation(t, &tagged.Operations[0], "TagResource", "us-west-2", "laptop")
	pair := getKey(t, c, "laptop")
	wantPair(t, pair, "us-west-2", "laptop", tag("a", "1"), types.Tag{Key: new("only")})

	byARN := &lightsail.UntagResourceInput{ResourceName: new("laptop"), ResourceArn: pair.Arn, TagKeys: []string{"a", "missing"}}
	untagged, err := c.UntagResource(t.Context(), byARN)
	if err != nil {
		t.Fatal(err)
	}
	if len(untagged.Operations) != 1 {
		t.Fatalf("UntagResource made %d operations", len(untagged.Operations))
	}
	wantOperation(t, &untagged.Operations[0], "UntagResource", "us-west-2", "laptop")
	wantPair(t, getKey(t, c, "laptop"), "us-west-2", "laptop", types.Tag{Key: new("only")})
}

func testDefault(t *testing.T, c *lightsail.Client) {
	first, err := c.DownloadDefaultKeyPair(t.Context(), &lightsail.DownloadDefaultKeyPairInput{})
	if err != nil {
		t.Fatal(err)
	}
	second, err := c.DownloadDefaultKeyPair(t.Context(), &lightsail.DownloadDefaultKeyPairInput{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, second, cmpopts.IgnoreFields(lightsail.DownloadDefaultKeyPairOutput{}, "ResultMetadata"),
		cmpopts.IgnoreUnexported(lightsail.DownloadDefaultKeyPairOutput{})); diff != "" {
		t.Errorf("-first +second download\n%s", diff)
	}
	wantRecent(t, first.CreatedAt)
	out, err := c.GetKeyPairs(t.Context(), &lightsail.GetKeyPairsInput{IncludeDefaultKeyPair: new(true)})
	if err != nil || len(out.KeyPairs) != 1 {
		t.Fatalf("GetKeyPairs = %v, %v", out, err)
	}
	wantPair(t, &out.KeyPairs[0], "eu-west-1", "LightsailDefaultKeyPair")
}
