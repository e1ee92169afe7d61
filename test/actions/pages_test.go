package actions

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/model"
	"github.com/lanyard-cloud/lanyard/internal/server"
	"github.com/lanyard-cloud/lanyard/test/scripts"
)

// pageSize is that of the server under test.
const pageSize = 2

// whole are the lists with page tokens that come in one page: what no account owns.
var whole = []string{"GetBlueprints", "GetBundles", "GetLoadBalancerTlsPolicies", "GetRelationalDatabaseBlueprints", "GetRelationalDatabaseBundles"}

// bounded is the list for whose page tokens the API model has a form. Most tokens of others do not have it.
const bounded = "GetSetupHistory"

// list is a call of an action whose answers come in pages.
type list struct{ action, body string }

// isList reports whether the answers of an action come in pages.
func isList(action string) bool {
	a, known := model.LookupAction(action)
	return known && hasField(a.NewInput(), "PageToken") && hasField(a.NewOutput(), "NextPageToken")
}

func hasField(v any, name string) bool {
	_, ok := reflect.TypeOf(v).Elem().FieldByName(name)
	return ok
}

// elements are those of the one list in an answer.
func (a answer) elements(t testing.TB) (found []any) {
	t.Helper()
	for _, v := range a.doc {
		if all, ok := v.([]any); ok {
			if found != nil {
				t.Fatalf("two lists in %s", a.body)
			}
			found = all
		}
	}
	return found
}

// at is the call for the page that a token names.
func (l list) at(t testing.TB, token string) list {
	t.Helper()
	var doc map[string]any
	if err := json.Unmarshal([]byte(l.body), &doc); err != nil {
		t.Fatal(err)
	}
	if doc["pageToken"] = token; token == "" {
		delete(doc, "pageToken")
	}
	text, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return list{l.action, string(text)}
}

// pages reads a list to its end. tokens are those of its pages but the first.
func (s *site) pages(as signer, l list) (all []any, sizes []int, tokens []string) {
	s.t.Helper()
	for token := ""; ; {
		next := l.at(s.t, token)
		a := s.call(as, next.action, next.body)
		if a.exception() != "" {
			s.t.Fatalf("%s %s: %s, want a page", next.action, next.body, a.body)
		}
		page := a.elements(s.t)
		all, sizes = append(all, page...), append(sizes, len(page))
		if token = a.text("nextPageToken"); token == "" {
			return all, sizes, tokens
		}
		tokens = append(tokens, token)
	}
}

// TestLists_page takes the steps of the scripts for several teams. It reads each list of the last one in pages of two,
// and compares it with the list in one page. A token of one list is refused by each other one, in another account and
// in another region.
func TestLists_page(t *testing.T) {
	t.Parallel()
	lines := readScript(t)
	s := newSite(t, func(o *server.Options) { o.PageSize = pageSize })
	s.play(lines.Of("make", "once", "use"), scripts.Team("one"), nil)
	s.play(lines.Of("make", "use"), scripts.Team("two"), nil)
	v := scripts.Team("three")
	var lists, tokens []list
	s.play(lines.Of("make", "use"), v, func(st step, _ answer) {
		l := list{st.Action, v.Fill(st.Body)}
		if !isList(st.Action) || slices.ContainsFunc(lists, func(other list) bool { return other.action == l.action }) {
			return
		}
		lists = append(lists, l)
		if token := s.wantPages(l); token != "" {
			tokens = append(tokens, l.at(t, token))
		}
	})
	t.Logf("%d lists, %d of them in pages", len(lists), len(tokens))
	s.wantTokensRefused(lists, tokens)
}

// wantPages reads a list in pages of two and in one, and returns the token of its second page.
func (s *site) wantPages(l list) (token string) {
	s.t.Helper()
	all, sizes, tokens := s.pages(s.root(), l)
	last := len(sizes) - 1
	if slices.Contains(whole, l.action) {
		if last > 0 || len(all) < pageSize {
			s.t.Errorf("%s: pages of %d elements, want one page", l.action, sizes)
		}
		return ""
	}
	if last == 0 || slices.ContainsFunc(sizes[:last], func(n int) bool { return n != pageSize }) || sizes[last] > pageSize || sizes[last] == 0 {
		s.t.Fatalf("%s %s: pages of %d elements, want %d in each but the last, and several", l.action, l.body, sizes, pageSize)
	}
	s.restart(func(o *server.Options) { o.PageSize = server.MaxPageSize })
	large, _, _ := s.pages(s.root(), l)
	if diff := cmp.Diff(large, all); diff != "" {
		s.t.Errorf("%s: in large pages (-) and in small ones (+):\n%s", l.action, diff)
	}
	s.restart(func(o *server.Options) { o.PageSize = pageSize })
	return tokens[0]
}

// wantTokensRefused offers page tokens to all lists that they are not of.
func (s *site) wantTokensRefused(lists, tokens []list) {
	s.t.Helper()
	root := s.root()
	elsewhere := signer{Key: root.Key, Region: "eu-central-1"}
	another := s.account("444455556666")
	for _, l := range tokens {
		var doc map[string]any
		if err := json.Unmarshal([]byte(l.body), &doc); err != nil {
			s.t.Fatal(err)
		}
		token := doc["pageToken"].(string)
		for _, other := range lists {
			if other.action != l.action {
				s.wantBadToken(root, other.at(s.t, token), "of "+l.action)
			}
		}
		s.wantBadToken(another, l, "of another account")
		s.wantBadToken(elsewhere, l, "of another region")
	}
}

// wantBadToken wants a page token to be refused. What is only in one region, or not there in an account, is
// refused for that.
func (s *site) wantBadToken(as signer, l list, whose string) {
	s.t.Helper()
	a := s.call(as, l.action, l.body)
	if a.exception() != "InvalidInputException" && a.exception() != "NotFoundException" {
		s.t.Errorf("%s %s, with a token %s: %s, want InvalidInputException", l.action, l.body, whose, a.body)
	}
	if as.Region == region && as == s.root() && a.text("message") != "The page token is not valid." && l.action != bounded {
		s.t.Errorf("%s %s, with a token %s: %s", l.action, l.body, whose, a.body)
	}
}
