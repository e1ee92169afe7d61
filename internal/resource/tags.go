package resource

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

// Limits of tags (developer guide, "Tags"; quota table). Lengths count code points.
const (
	MaxTags           = 50
	MaxTagKeyLength   = 128
	MaxTagValueLength = 256
)

// TagError says which rule of tags an input breaks. Its text is meant for the
// client.
type TagError struct{ Reason string }

// Error returns the reason.
func (e *TagError) Error() string { return e.Reason }

// NewTag returns a tag. One with an empty value has none: AWS shows a key-only tag
// without the member, also if an empty value was sent (published output of
// get-relational-database-snapshot; defects of clients that took it for granted).
func NewTag(key, value string) types.Tag {
	t := types.Tag{Key: &key}
	if value != "" {
		t.Value = &value
	}
	return t
}

// TagValue returns a tag's value, which is empty for a key-only tag.
func TagValue(t types.Tag) string {
	if t.Value == nil {
		return ""
	}
	return *t.Value
}

// MergeTags returns the tags of a resource after adding some: present keys get the
// new value and keep their place, new ones follow. An empty value is none. It
// returns a TagError and changes nothing if the added tags, or all together, break a rule.
func MergeTags(present, added []types.Tag) ([]types.Tag, error) {
	merged := append([]types.Tag{}, present...) // never nil: no tags are an empty list
	place := make(map[string]int, len(present)+len(added))
	for i, t := range present {
		place[*t.Key] = i
	}
	seen := make(map[string]bool, len(added))
	for _, t := range added {
		key, value, err := checkTag(t)
		if err != nil {
			return nil, err
		}
		if seen[key] {
			return nil, &TagError{fmt.Sprintf("The tag key %q is given more than once.", key)}
		}
		seen[key] = true
		tag := NewTag(key, value)
		if i, ok := place[key]; ok {
			merged[i] = tag
			continue
		}
		merged = append(merged, tag)
	}
	if len(merged) > MaxTags {
		return nil, &TagError{fmt.Sprintf("A resource can have at most %d tags.", MaxTags)}
	}
	return merged, nil
}

// RemoveTags returns the tags without those of the given keys. A key that is not
// there is no error.
func RemoveTags(present []types.Tag, keys []string) ([]types.Tag, error) {
	for _, key := range keys {
		if err := checkTagKey(key); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(slices.Clone(present), func(t types.Tag) bool {
		return slices.Contains(keys, *t.Key)
	}), nil
}

func checkTag(t types.Tag) (key, value string, err error) {
	if t.Key == nil {
		return "", "", &TagError{"A tag needs a key."}
	}
	value = TagValue(t)
	if err := checkTagKey(*t.Key); err != nil {
		return "", "", err
	}
	switch {
	case utf8.RuneCountInString(value) > MaxTagValueLength:
		return "", "", &TagError{fmt.Sprintf("The value of the tag %q is longer than %d characters.", *t.Key, MaxTagValueLength)}
	case strings.HasPrefix(strings.ToLower(value), "aws:"):
		return "", "", &TagError{fmt.Sprintf("The value of the tag %q starts with aws:, which is reserved.", *t.Key)}
	case !allowedInTag(value):
		return "", "", &TagError{fmt.Sprintf("The value of the tag %q has a character other than letters, numbers, spaces, and + - = . _ : / @.", *t.Key)}
	}
	return *t.Key, value, nil
}

func checkTagKey(key string) error {
	switch {
	case key == "":
		return &TagError{"A tag key must have at least 1 character."}
	case utf8.RuneCountInString(key) > MaxTagKeyLength:
		return &TagError{fmt.Sprintf("A tag key is longer than %d characters.", MaxTagKeyLength)}
	case strings.HasPrefix(strings.ToLower(key), "aws:"):
		return &TagError{fmt.Sprintf("The tag key %q starts with aws:, which is reserved.", key)}
	case !allowedInTag(key):
		return &TagError{fmt.Sprintf("The tag key %q has a character other than letters, numbers, spaces, and + - = . _ : / @.", key)}
	}
	return nil
}

// allowedInTag follows the developer guide: letters, numbers and spaces of any
// script, and + - = . _ : / @. Marks belong to letters: many scripts cannot be
// written without them.
func allowedInTag(s string) bool {
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsNumber(r) && !unicode.Is(unicode.Zs, r) &&
			!strings.ContainsRune("+-=._:/@", r) {
			return false
		}
	}
	return true
}
