package store

import "testing"

// TestDecodeTags_refusesHalfATag: policies decide by tags, so one that has no value in the store has not the value "".
func TestDecodeTags_refusesHalfATag(t *testing.T) {
	for _, text := range []string{``, `{}`, `[["team"]]`, `[["team","web","db"]]`, `[["team",null]]`, `[null]`, `[["a","b"],[]]`, `[["team","web"]`} {
		if tags, err := decodeTags([]byte(text)); err == nil || tags != nil {
			t.Errorf("decodeTags(%q) = %v, %v, want an error alone", text, tags, err)
		}
	}
	tags, err := decodeTags([]byte(`[["team","web"],["empty",""]]`))
	if err != nil || len(tags) != 2 || *tags[0].Key != "team" || *tags[0].Value != "web" || tags[1].Value != nil {
		t.Errorf("decodeTags of two tags = %v, %v", tags, err)
	}
}
