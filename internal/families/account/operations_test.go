package account_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/families/familytest"
	"github.com/lanyard-cloud/lanyard/lanyardtest"
)

func TestGetOperations_outliveTheirResources(t *testing.T) {
	c := familytest.Client(t)
	created := familytest.ImportKey(t, c, "deploy")
	familytest.ImportKey(t, c, "other")
	if _, err := c.DeleteKeyPair(t.Context(), &lightsail.DeleteKeyPairInput{KeyPairName: new("deploy")}); err != nil {
		t.Fatal(err)
	}

	got, err := c.GetOperation(t.Context(), &lightsail.GetOperationInput{OperationId: created.Id})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(created, got.Operation, familytest.Plain); diff != "" {
		t.Errorf("GetOperation differs from what the action answered:\n%s", diff)
	}
	all, err := c.GetOperations(t.Context(), &lightsail.GetOperationsInput{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"DeleteKeyPair deploy", "ImportKeyPair other", "ImportKeyPair deploy"}, familytest.Titles(all.Operations)); diff != "" {
		t.Errorf("GetOperations (-want +got):\n%s", diff)
	}
	one, err := c.GetOperationsForResource(t.Context(), &lightsail.GetOperationsForResourceInput{ResourceName: new("deploy")})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"DeleteKeyPair deploy", "ImportKeyPair deploy"}, familytest.Titles(one.Operations)); diff != "" {
		t.Errorf("GetOperationsForResource (-want +got):\n%s", diff)
	}
}

func TestGetOperationsForResource_unknownName(t *testing.T) {
	out, err := familytest.Client(t).GetOperationsForResource(t.Context(), &lightsail.GetOperationsForResourceInput{ResourceName: new("never")})
	if err != nil || out.Operations == nil || len(out.Operations) != 0 {
		t.Errorf("GetOperationsForResource = %+v, %v", out, err)
	}
}

func TestGetOperation_unknown(t *testing.T) {
	s := lanyardtest.New(t)
	op := familytest.ImportKey(t, s.Client(familytest.Region), "deploy")
	for name, get := range map[string]func() error{
		"never made": func() error {
			_, err := s.Client(familytest.Region).GetOperation(t.Context(), &lightsail.GetOperationInput{OperationId: new("none")})
			familytest.WantNotFound(t, err, "The Operation does not exist: none")
			return err
		},
		"of another region": func() error {
			_, err := s.Client("eu-west-1").GetOperation(t.Context(), &lightsail.GetOperationInput{OperationId: op.Id})
			familytest.WantNotFound(t, err, "The Operation does not exist: "+*op.Id)
			return err
		},
	} {
		if get() == nil {
			t.Errorf("an operation that was %s was found", name)
		}
	}
}

func TestGetOperations_pages(t *testing.T) {
	c := lanyardtest.NewWith(t, lanyardtest.Options{PageSize: 3}).Client(familytest.Region)
	want := []string{}
	for i := range 7 {
		familytest.ImportKey(t, c, fmt.Sprint("key", i))
		want = append(want, fmt.Sprint("ImportKeyPair key", i))
	}
	slices.Reverse(want)
	var got []string
	var token *string
	for range 3 {
		out, err := c.GetOperations(t.Context(), &lightsail.GetOperationsInput{PageToken: token})
		if err != nil {
			t.Fatal(err)
		}
		got, token = append(got, familytest.Titles(out.Operations)...), out.NextPageToken
	}
	if diff := cmp.Diff(want, got); diff != "" || token != nil {
		t.Errorf("after three pages, token %v (-want +got):\n%s", token, diff)
	}
}

// TestGetOperations_pageTokensOfOtherLists takes a good token elsewhere.
func TestGetOperations_pageTokensOfOtherLists(t *testing.T) {
	s := lanyardtest.NewWith(t, lanyardtest.Options{PageSize: 1})
	c, ctx := s.Client(familytest.Region), t.Context()
	for _, name := range []string{"aa", "bb", "cc"} {
		familytest.ImportKey(t, c, name)
	}
	first, err := c.GetKeyPairs(ctx, &lightsail.GetKeyPairsInput{})
	if err != nil {
		t.Fatal(err)
	}
	token := *first.NextPageToken
	pairs := func(c *lightsail.Client, token string) error {
		_, err := c.GetKeyPairs(ctx, &lightsail.GetKeyPairsInput{PageToken: &token})
		return err
	}
	if err := pairs(c, token); err != nil {
		t.Fatalf("the token itself: %v", err)
	}
	if err := pairs(c, ""); err != nil {
		t.Errorf("an empty token is the first page: %v", err)
	}
	flipped := []byte(token)
	flipped[len(flipped)/2] ^= 1
	for name, call := range map[string]func(context.Context) error{
		"garbage":         func(context.Context) error { return pairs(c, "garbage") },
		"cut":             func(context.Context) error { return pairs(c, token[:len(token)-2]) },
		"changed":         func(context.Context) error { return pairs(c, string(flipped)) },
		"padded":          func(context.Context) error { return pairs(c, token+"=") },
		"very long":       func(context.Context) error { return pairs(c, fmt.Sprintf("%05000d", 0)) },
		"another region":  func(context.Context) error { return pairs(s.Client("eu-west-1"), token) },
		"another account": func(context.Context) error { return pairs(lanyardtest.New(t).Client(familytest.Region), token) },
		"another list": func(ctx context.Context) error {
			_, err := c.GetActiveNames(ctx, &lightsail.GetActiveNamesInput{PageToken: &token})
			return err
		},
		"another scope": func(ctx context.Context) error {
			_, err := c.GetKeyPairs(ctx, &lightsail.GetKeyPairsInput{PageToken: &token, IncludeDefaultKeyPair: new(true)})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			familytest.WantInvalid(t, call(t.Context()), "InvalidParams", "The page token is not valid.")
		})
	}
}

func TestGetOperation_finishedStaysAfterClockIsPutBack(t *testing.T) {
	l := familytest.NewLab(t, lanyardtest.Options{})
	op := familytest.ImportKey(t, l.Client, "other")
	l.Pass(-time.Minute)
	if got := familytest.Do(t, l.GetOperation, &lightsail.GetOperationInput{OperationId: op.Id}).Operation; got.Status != "Succeeded" || !*got.IsTerminal {
		t.Errorf("the operation is %s", got.Status)
	}
}
