package api_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/seal"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// remake deletes an account and makes it anew, at the same moment by its clock.
func (w *world) remake(account string) {
	w.t.Helper()
	w.change(func(tx *store.Tx) error { return tx.DeleteAccount(account) })
	w.change(func(tx *store.Tx) error { return tx.InsertAccount(&store.Account{ID: account, CreatedAt: w.now}) })
}

// fill makes more resources than a page of operations has, and returns the token of its second page.
func (w *world) fill(c *lightsail.Client) *string {
	w.t.Helper()
	for i := range 101 {
		w.change(func(tx *store.Tx) error {
			return tx.InsertOperation(&store.Operation{ID: fmt.Sprintf("%s-%d", ours, i), Account: ours, Region: "us-east-1", Resource: "r", Doc: []byte("{}")})
		})
	}
	out, err := c.GetOperations(w.t.Context(), &lightsail.GetOperationsInput{})
	if err != nil {
		w.t.Fatal(err)
	}
	if out.NextPageToken == nil {
		w.t.Fatal("GetOperations returned no page token, want one")
	}
	return out.NextPageToken
}

// TestPageToken_endsWithItsAccount: a place in a list of an account is none in that of another one that has its id now.
func TestPageToken_endsWithItsAccount(t *testing.T) {
	w := newWorld(t)
	token := w.fill(w.root(ours))
	_, err := w.root(ours).GetOperations(t.Context(), &lightsail.GetOperationsInput{PageToken: token})
	wantCode(t, err, "")
	w.remake(ours)
	_, err = w.root(ours).GetOperations(t.Context(), &lightsail.GetOperationsInput{PageToken: token})
	wantCode(t, err, "InvalidInputException")
}

// TestAccessKey_ofAnIDThatWasUsedBefore: the server remembers secret and owner of a key, and neither counts for another
// key that gets its id.
func TestAccessKey_ofAnIDThatWasUsedBefore(t *testing.T) {
	w := newWorld(t)
	id, first, second := identity.NewAccessKeyID(), identity.NewSecret(), identity.NewSecret()
	add := func(account, owner, secret string) {
		w.addKey(&store.AccessKey{ID: id, Account: account, Owner: owner, Active: true}, secret)
	}
	tag := func(secret string) error {
		_, err := w.client("us-east-1", id, secret, "").TagResource(t.Context(), &lightsail.TagResourceInput{ResourceName: new("web"), Tags: pairs("a", "b")})
		return err
	}
	importKey(t, w.root(ours), "web")
	add(ours, "", first)
	for range 2 {
		wantCode(t, tag(first), "")
	}
	w.change(func(tx *store.Tx) error { return tx.DeleteAccessKey(id) })
	add(theirs, "", second)
	wantCode(t, tag(first), "InvalidSignatureException")
	wantCode(t, tag(second), "NotFoundException") // theirs has no such resource
	w.change(func(tx *store.Tx) error { return tx.DeleteAccessKey(id) })
	add(ours, w.add(identity.User, "alice", identity.Doc{}), first)
	wantCode(t, tag(first), denied) // it was the root's
}

// TestSealedSecret_isWorthlessElsewhere: a secret that was sealed for one access key opens no other one.
func TestSealedSecret_isWorthlessElsewhere(t *testing.T) {
	w := newWorld(t)
	secret := identity.NewSecret()
	from, to := identity.NewAccessKeyID(), identity.NewAccessKeyID()
	moved := w.sealer.Seal(seal.AccessKeySecret, []byte(secret), ours, from)
	w.change(func(tx *store.Tx) error {
		return tx.InsertAccessKey(&store.AccessKey{ID: to, Account: ours, Active: true, Secret: moved})
	})
	for range 3 {
		_, err := w.client("us-east-1", to, secret, "").GetRegions(t.Context(), &lightsail.GetRegionsInput{})
		wantCode(t, err, "ServiceException")
	}
}

// TestSession_ofAnIDThatIsInAnotherAccountNow: a user's session ends with the user, also if an import brings the user's id
// in another account.
func TestSession_ofAnIDThatIsInAnotherAccountNow(t *testing.T) {
	w := newWorld(t)
	id := w.add(identity.User, "alice", identity.Doc{Inline: []identity.InlinePolicy{{Name: "all", Document: onlyIf("{}")}}})
	session, err := identity.Session{Account: ours, Owner: id, Issued: time.Now(), Expires: time.Now().Add(time.Hour)}.Credentials(w.sealer)
	if err != nil {
		t.Fatal(err)
	}
	get := func() error {
		_, err := w.client("us-east-1", session.AccessKeyID, session.SecretAccessKey, session.SessionToken).GetDisks(t.Context(), &lightsail.GetDisksInput{})
		return err
	}
	wantCode(t, get(), "")
	w.change(func(tx *store.Tx) error {
		row, err := tx.IdentityByID(id)
		if err != nil {
			return err
		}
		if err := tx.DeleteIdentity(row); err != nil {
			return err
		}
		row.Account = theirs
		return tx.InsertIdentity(row)
	})
	wantCode(t, get(), "UnrecognizedClientException")
}
