package store

import (
	"fmt"
	"strings"
)

// listSizes are how many values one statement looks up: few different statements are
// prepared, and a list that is too short is filled up.
var listSizes = [...]int{1, 10, 100}

// listQueries are statements for listSizes: each is the text before the list of values, the
// placeholders of the list, of which the first has the number, and the text after it.
func listQueries(before string, first int, after string) []string {
	queries := make([]string, len(listSizes))
	for i, n := range listSizes {
		list := make([]string, n)
		for k := range list {
			list[k] = fmt.Sprintf("$%d", k+first)
		}
		queries[i] = before + strings.Join(list, ", ") + after
	}
	return queries
}

// inLists calls fn with the values in lists of listSizes[size], the last one filled up with
// its last value.
func inLists(values []string, fn func(size int, list []any) error) error {
	for len(values) > 0 {
		size := 0
		for size < len(listSizes)-1 && listSizes[size] < len(values) {
			size++
		}
		n := min(listSizes[size], len(values))
		list := make([]any, listSizes[size])
		for i := range list {
			list[i] = values[min(i, n-1)]
		}
		if err := fn(size, list); err != nil {
			return err
		}
		values = values[n:]
	}
	return nil
}
