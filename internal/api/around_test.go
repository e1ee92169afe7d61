package api

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/seal"
)

// walkAround reads pages of two of a list until a token comes back as it was.
func walkAround(t *testing.T, c *Call, list []int, token *string, fromHead, forward bool) (pages [][]int) {
	t.Helper()
	for range 20 {
		page, before, after, err := Around(c, 2, token, "log", fromHead, list, func(n int) int { return n }, cmp.Compare[int])
		if err != nil {
			t.Fatal(err)
		}
		next := before
		if forward {
			next = after
		}
		if token != nil && *next == *token {
			return pages
		}
		if token = next; len(page) > 0 {
			pages = append(pages, slices.Clone(page))
		}
	}
	t.Fatal("the tokens lead on and on")
	return nil
}

func TestAround(t *testing.T) {
	sealer, err := seal.New(seal.NewMasterKey())
	if err != nil {
		t.Fatal(err)
	}
	c := &Call{action: &Action{name: "GetLog"}, pipe: &Pipeline{o: Options{Sealer: sealer}}, Principal: &identity.Principal{Account: "111122223333"}, Region: "us-east-1"}
	list := []int{1, 2, 3, 4, 5}
	for _, tc := range []struct {
		list              []int
		fromHead, forward bool
		want              string
	}{
		{list, true, true, "[[1 2] [3 4] [5]]"},
		{list, false, false, "[[4 5] [2 3] [1]]"},
		{list, true, false, "[[1 2]]"},
		{list, false, true, "[[4 5]]"},
		{nil, true, true, "[]"},
		{nil, false, false, "[]"},
	} {
		if got := fmt.Sprint(walkAround(t, c, tc.list, nil, tc.fromHead, tc.forward)); got != tc.want {
			t.Errorf("from the head %t, forward %t: got %s, want %s", tc.fromHead, tc.forward, got, tc.want)
		}
	}

	_, before, after, _ := Around(c, 2, nil, "log", false, nil, func(n int) int { return n }, cmp.Compare[int])
	if got := fmt.Sprint(walkAround(t, c, list, after, false, true)); got != "[[1 2] [3 4] [5]]" {
		t.Errorf("the token after an empty list leads to %s, want all that came since", got)
	}
	if got := walkAround(t, c, list, before, false, false); got != nil {
		t.Errorf("the token before an empty list leads to %v", got)
	}
	_, before, _, _ = Around(c, 2, nil, "log", false, list, func(n int) int { return n }, cmp.Compare[int])
	if got := fmt.Sprint(walkAround(t, c, list[3:], before, false, true)); got != "[[4 5]]" {
		t.Errorf("if what a token leads to is gone, forward there is %s", got)
	}
	_, _, _, err = Around(c, 2, after, "another log", false, list, func(n int) int { return n }, cmp.Compare[int])
	if _, ok := errors.AsType[*types.InvalidInputException](err); !ok {
		t.Errorf("a token of another list: %v, want InvalidInputException", err)
	}
}
