package api

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/seal"
)

// maxTokenLength bounds the page tokens that are looked at; ours are far shorter.
const maxTokenLength = 4096

// tokenEncoding has the characters that the API model admits for tokens of GetSetupHistory.
var tokenEncoding = base64.RawStdEncoding

// Sizes of AWS's pages. A list of an account's own resources ends after 20 (observed:
// an account with more got that many in one answer of GetInstances), one of operations
// after 200 (API reference, GetOperations).
const (
	ResourcesPage  = 20
	OperationsPage = 200
)

// Page reads one page of a list, of at most size elements unless the server was told
// another size. token is the request's page token, nil for the first page. fetch reads
// up to limit elements after a cursor, and cursor returns an element's own. The zero
// cursor is before the first element.
//
// The next page's token is sealed: it is opaque, cannot be changed, and is valid only
// for the list that it came from: the same action, account (not one of its id that was made
// later), region and scope, where scope is whatever else selects the list. Any other token is an
// InvalidInputException.
func Page[T, K any](c *Call, size int, token *string, scope string, first K,
	fetch func(after K, limit int) ([]T, error), cursor func(T) K,
) (page []T, next *string, err error) {
	after := first
	if token != nil && *token != "" {
		if err := c.openToken(*token, scope, &after); err != nil {
			return nil, nil, err
		}
	}
	size = cmp.Or(c.pipe.o.PageSize, size)
	page, err = fetch(after, size+1)
	if err != nil || len(page) <= size {
		return page, nil, err
	}
	page = page[:size]
	next, err = c.sealToken(scope, cursor(page[size-1]))
	return page, next, err
}

// Whole returns an error for the page token of a list that comes in one page: such a list
// has none. An empty token is the first page, as everywhere.
func Whole(token *string) error {
	if token != nil && *token != "" {
		return badToken()
	}
	return nil
}

func badToken() error { return InvalidParams("The page token is not valid.") }

func (c *Call) sealToken(scope string, cursor any) (*string, error) {
	plain, err := json.Marshal(cursor)
	if err != nil {
		return nil, fmt.Errorf("page token: %w", err)
	}
	sealed := c.pipe.o.Sealer.Seal(seal.PageToken, plain, c.tokenContext(scope)...)
	token := tokenEncoding.EncodeToString(sealed)
	return &token, nil
}

func (c *Call) openToken(token, scope string, cursor any) error {
	if len(token) > maxTokenLength {
		return badToken()
	}
	sealed, err := tokenEncoding.Strict().DecodeString(token)
	if err != nil {
		return badToken()
	}
	plain, err := c.pipe.o.Sealer.Open(seal.PageToken, sealed, c.tokenContext(scope)...)
	if err != nil || json.Unmarshal(plain, cursor) != nil {
		return badToken()
	}
	return nil
}

func (c *Call) tokenContext(scope string) []string {
	return []string{c.action.name, c.Principal.Account + c.Principal.Generation, c.Region, scope}
}

// ScopeTime is an optional time as the scope of page tokens has it.
func ScopeTime(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return strconv.FormatInt(t.UnixMilli(), 10)
}
