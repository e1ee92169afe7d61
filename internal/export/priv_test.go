package export

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

func TestSplitSecrets_takesNamedMembers(t *testing.T) {
	secrets := []resource.Secret{{Member: "password"}, {Member: "oldPassword"}}
	for _, tc := range []struct {
		name, priv, rest string
		sealed           map[string][]byte
		wrong            bool
	}{
		{name: "none", priv: `{"a": 1}`, rest: `{"a": 1}`},
		{name: "one of two", priv: `{"a":1,"password":"AQI="}`, rest: `{"a":1}`, sealed: map[string][]byte{"password": {1, 2}}},
		{
			name: "both", priv: `{"oldPassword":"AQ==","password":"AQI="}`, rest: `{}`,
			sealed: map[string][]byte{"password": {1, 2}, "oldPassword": {1}},
		},
		{name: "one that is empty", priv: `{"password":""}`, wrong: true},
		{name: "one that is no value", priv: `{"password":7}`, wrong: true},
		{name: "one of another kind", priv: `{"sealed":"AQI="}`, wrong: true},
		{name: "not an object", priv: `[]`, wrong: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			sealed, rest, err := splitSecrets([]byte(tc.priv), secrets)
			if (err != nil) != tc.wrong || string(rest) != tc.rest || cmp.Diff(tc.sealed, sealed) != "" {
				t.Fatalf("splitSecrets = %v, %s, %v, want %v, %s", sealed, rest, err, tc.sealed, tc.rest)
			}
			if tc.wrong || sealed == nil {
				return
			}
			joined, err := joinSecrets(rest, sealed)
			if err != nil || !json.Valid(joined) || cmp.Diff(decoded(t, tc.priv), decoded(t, string(joined))) != "" {
				t.Errorf("joinSecrets = %s, %v, want %s", joined, err, tc.priv)
			}
		})
	}
}

func decoded(t *testing.T, text string) (v map[string]any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}
