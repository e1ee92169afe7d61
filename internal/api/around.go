package api

import (
	"cmp"
	"slices"
)

// border is between two elements of a list: before the element of a key, or past it.
type border[K any] struct {
	Key  K    `json:"key"`
	Past bool `json:"past"`
	// Forward says that the page is the one after the border, not the one before it.
	Forward bool `json:"forward"`
}

// turned is the border for the other direction, or for the same one.
func (b border[K]) turned(forward bool) border[K] {
	b.Forward = forward
	return b
}

// Around reads a page of a list that can be read in both directions, as CloudWatch Logs has it: of at most size
// elements unless the server was told another size, from the beginning of the list on or up to its end. token is the
// request's page token, nil for the first page. key is an element's own, and compare orders keys; the zero key is before
// all elements.
//
// Every answer has two tokens: for what is before the page, and for what is after it. If a token leads to nothing, it is
// given back as it came. They are sealed as those of Page.
func Around[T, K any](c *Call, size int, token *string, scope string, fromHead bool, list []T, key func(T) K, compare func(a, b K) int) (
	page []T, backward, forward *string, err error,
) {
	at, cut := border[K]{Forward: fromHead}, len(list)
	if fromHead {
		cut = 0
	}
	if token != nil && *token != "" {
		if err := c.openToken(*token, scope, &at); err != nil {
			return nil, nil, nil, err
		}
		before := func(order int) bool { return order < 0 || at.Past && order == 0 }
		cut = slices.IndexFunc(list, func(element T) bool { return !before(compare(key(element), at.Key)) })
		if cut < 0 {
			cut = len(list)
		}
	}
	size = cmp.Or(c.pipe.o.PageSize, size)
	if at.Forward {
		page = list[cut:min(len(list), cut+size)]
	} else {
		page = list[max(0, cut-size):cut]
	}
	if len(page) > 0 {
		backward, forward, err = ends(c, scope, border[K]{Key: key(page[0])}, border[K]{Key: key(page[len(page)-1]), Past: true})
		return page, backward, forward, err
	}
	backward, forward, err = ends(c, scope, at, at)
	switch {
	case token == nil || *token == "":
	case at.Forward:
		forward = token
	default:
		backward = token
	}
	return page, backward, forward, err
}

// ends are the tokens for what is before a border, and for what is after another one.
func ends[K any](c *Call, scope string, first, last border[K]) (backward, forward *string, err error) {
	if backward, err = c.sealToken(scope, first.turned(false)); err == nil {
		forward, err = c.sealToken(scope, last.turned(true))
	}
	return backward, forward, err
}
