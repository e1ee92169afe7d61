package acm

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestNames_normalForm(t *testing.T) {
	got, err := Names("Example.COM.", []string{"www.example.com", "example.com", "WWW.example.com."})
	if want := []string{"example.com", "www.example.com"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}

func TestRefusal(t *testing.T) {
	for name, want := range map[string]string{
		"example.com": "", "test.com": "", "shop.test": "INVALID_PUBLIC_DOMAIN", "a.localhost": "INVALID_PUBLIC_DOMAIN", "192.0.2.1": "INVALID_PUBLIC_DOMAIN",
		"d1.cloudfront.net": "ADDITIONAL_VERIFICATION_REQUIRED", "amazonaws.com": "ADDITIONAL_VERIFICATION_REQUIRED", "myamazonaws.com": "",
	} {
		if got := Refusal(name); got != want {
			t.Errorf("Refusal of %s is %q, want %q", name, got, want)
		}
	}
}

func TestRecordOf_followsFromAccountAndName(t *testing.T) {
	one := RecordOf("111122223333", "example.com")
	if one != RecordOf("111122223333", "example.com") || one == RecordOf("444455556666", "example.com") {
		t.Errorf("the record %v does not follow from account and name", one)
	}
	if !IsTarget(one.Value) || !IsTarget(strings.ToUpper(strings.TrimSuffix(one.Value, "."))) || IsTarget("acm-validations.example.com") {
		t.Errorf("IsTarget does not know %s, or takes another", one.Value)
	}
}

func TestValidityAt_isRenewedInTime(t *testing.T) {
	issued := time.Date(2026, 1, 31, 15, 4, 5, 0, time.UTC)
	first := ValidityAt("id", issued, issued)
	if from, to := "2026-01-31 00:00", "2027-03-03 12:00"; first.NotBefore.Format("2006-01-02 15:04") != from || first.NotAfter.Format("2006-01-02 15:04") != to {
		t.Errorf("got %v, want from %s to %s", first, from, to)
	}
	due := first.NotAfter.Add(-renewal)
	if got := ValidityAt("id", issued, due.Add(-time.Millisecond)); got != first {
		t.Errorf("just before the renewal: got %v, want %v", got, first)
	}
	if got := ValidityAt("id", issued, due); got.Serial == first.Serial || !got.NotAfter.After(first.NotAfter) || got.NotBefore.After(due) {
		t.Errorf("at the renewal: got %v after %v", got, first)
	}
	if got := ValidityAt("id", issued, issued.AddDate(1000, 0, 0)); !got.NotAfter.After(issued.AddDate(1000, 0, 0)) {
		t.Errorf("after 1000 years: got %v", got)
	}
}

func TestARN(t *testing.T) {
	if got := ARN("us-east-1", "111122223333", "id"); !strings.HasPrefix(got, "arn:aws:acm:us-east-1:111122223333:certificate/") || len(got) != 51+36-4 {
		t.Errorf("got %s (%d)", got, len(got))
	}
}

func FuzzNames(f *testing.F) {
	f.Add("example.com", "*.example.com")
	f.Add("", ".")
	f.Fuzz(func(t *testing.T, first, other string) {
		names, err := Names(first, []string{other})
		if err != nil {
			return
		}
		again, err := Names(names[0], names[1:])
		if err != nil || !slices.Equal(again, names) {
			t.Errorf("the names %q are %q, %v when they are read again", names, again, err)
		}
		for _, name := range names {
			_ = Refusal(name)
		}
	})
}
