package sts

import (
	"bytes"
	"errors"
	"maps"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestParseForm(t *testing.T) {
	for _, tc := range []struct {
		name, body string
		want       form
	}{
		{"nothing", "", form{}},
		{"one parameter", "Action=GetCallerIdentity", form{"Action": "GetCallerIdentity"}},
		{"encoded text", "a+b=%C3%A9%26%3D%2B", form{"a b": "é&=+"}},
		{"the first value counts", "a=1&a=2", form{"a": "1"}},
		{"also when it is empty", "a=&a=2", form{"a": ""}},
		{"names that are the same when decoded", "a=1&%61=2", form{"a": "1"}},
		{"names differ by case", "a=1&A=2", form{"a": "1", "A": "2"}},
		{"a name alone", "a", form{"a": ""}},
		{"a value with an equal sign", "a=b=c", form{"a": "b=c"}},
		{"empty pairs", "&&a=1&", form{"a": "1"}},
		{"a semicolon separates nothing", "a=1;b=2", form{"a": "1;b=2"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := parseForm([]byte(tc.body))
			if diff := cmp.Diff(tc.want, got); diff != "" || err != nil {
				t.Errorf("%v, -want +got\n%s", err, diff)
			}
		})
	}
}

func TestParseForm_lists(t *testing.T) {
	for _, tc := range []struct {
		name   string
		form   form
		fields []string
		want   []map[string]string
		bad    bool
	}{
		{name: "no list", form: form{"Other.member.1": "x", "TagsToo.member.1": "x"}, fields: []string{""}},
		{name: "an empty list", form: form{"Tags": ""}, fields: []string{""}},
		{name: "values", form: form{"Tags.member.1": "a", "Tags.member.2": ""}, fields: []string{""}, want: []map[string]string{{"": "a"}, {"": ""}}},
		{name: "structures", form: form{"Tags.member.1.Key": "a", "Tags.member.1.Value": "b", "Tags.member.2.Key": "c"}, fields: []string{"Key", "Value"}, want: []map[string]string{{"Key": "a", "Value": "b"}, {"Key": "c"}}},
		{name: "values where structures belong", form: form{"Tags.member.1": "a"}, fields: []string{"Key"}, bad: true},
		{name: "structures where values belong", form: form{"Tags.member.1.Key": "a"}, fields: []string{""}, bad: true},
		{name: "an unknown field", form: form{"Tags.member.1.Clef": "a"}, fields: []string{"Key"}, bad: true},
		{name: "an empty field", form: form{"Tags.member.1.": "a"}, fields: []string{""}, bad: true},
		{name: "a field of a field", form: form{"Tags.member.1.Key.x": "a"}, fields: []string{"Key"}, bad: true},
		{name: "a gap", form: form{"Tags.member.1": "a", "Tags.member.3": "c", "Other": ""}, fields: []string{""}, bad: true},
		{name: "a number beyond all gaps", form: form{"Tags.member.1000000000": "a"}, fields: []string{""}, bad: true},
		{name: "zero", form: form{"Tags.member.0": "a"}, fields: []string{""}, bad: true},
		{name: "a negative number", form: form{"Tags.member.-1": "a"}, fields: []string{""}, bad: true},
		{name: "a sign", form: form{"Tags.member.+1": "a"}, fields: []string{""}, bad: true},
		{name: "a leading zero", form: form{"Tags.member.01": "a"}, fields: []string{""}, bad: true},
		{name: "no number", form: form{"Tags.member.x": "a"}, fields: []string{""}, bad: true},
		{name: "another word for member", form: form{"Tags.entry.1": "a"}, fields: []string{""}, bad: true},
		{name: "a value for the whole", form: form{"Tags": "a"}, fields: []string{""}, bad: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := tc.form.list("Tags", tc.fields...)
			var e *apiError
			if tc.bad != (errors.As(err, &e) && e.code == "MalformedInput") {
				t.Fatalf("error = %v", err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// FuzzForm: whatever comes in, the parser refuses it with an error for the client, or
// reads it as the standard library does, and nothing after it panics.
func FuzzForm(f *testing.F) {
	for _, seed := range []string{
		"", "&&", "a", "a=b&a=c", "%zz", "%00=x", "x=%ff", "a=1;b=2", "=&=",
		"Action=GetCallerIdentity&Version=2011-06-15",
		"Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fr&RoleSessionName=s1&DurationSeconds=%2B900" +
			"&Tags.member.1.Key=k&Tags.member.1.Value=v&TransitiveTagKeys.member.1=k&PolicyArns.member.1.arn=arn%3Aaws%3Aiam%3A%3A111122223333%3Apolicy%2Fp" +
			"&Policy=%7B%22Statement%22%3A%5B%5D%7D",
		"Tags.member.2.Key=k", "Tags.member.99999999999999999999=k", "DurationSeconds=", "Tags=&Tags.member.1=",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		parsed, err := parseForm(body)
		if err != nil {
			wantClientError(t, err)
			return
		}
		for name, value := range parsed {
			if !utf8.ValidString(name+value) || strings.Contains(name+value, "\x00") {
				t.Errorf("%q=%q got through", name, value)
			}
		}
		if !bytes.Contains(body, []byte(";")) { // which the standard library refuses
			standard, err := url.ParseQuery(string(body))
			if err != nil {
				t.Fatalf("accepted what url.ParseQuery refuses: %v", err)
			}
			first := form{}
			for name := range maps.Keys(standard) {
				first[name] = standard.Get(name)
			}
			if diff := cmp.Diff(first, parsed); diff != "" {
				t.Errorf("-url.ParseQuery +parseForm\n%s", diff)
			}
		}
		if _, err := readAssumeRole(parsed); err != nil {
			wantClientError(t, err)
		}
	})
}

// wantClientError also shows that the answer can be written.
func wantClientError(t *testing.T, err error) {
	t.Helper()
	a, ours := answerOf(err, "id")
	if ours || a.Status >= 500 || !utf8.Valid(a.Body) {
		t.Errorf("%v is answered %d %s", err, a.Status, a.Body)
	}
}
