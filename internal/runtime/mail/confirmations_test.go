package mail

import (
	"fmt"
	"testing"
	"time"
)

// TestConfirmations_take asks for more than may be sent: to one address, and for one account to many addresses.
func TestConfirmations_take(t *testing.T) {
	var c confirmations
	now := time.Date(2026, time.November, 28, 9, 0, 0, 0, time.UTC)
	want := func(account, address string, after, again time.Duration) {
		t.Helper()
		got := c.take(account, address, now.Add(after))
		if again == 0 && !got.IsZero() || again != 0 && !got.Equal(now.Add(again)) {
			t.Errorf("take for %s to %s after %s = %v, want %s after the first", account, address, after, got, again)
		}
	}
	for n := range 10 {
		want("1", "a@example.com", time.Duration(n)*time.Second, 0)
	}
	want("1", "a@example.com", time.Minute, 10*time.Minute)
	want("2", "a@example.com", time.Minute, 10*time.Minute) // another account does not help
	for n := range 40 {
		want("1", fmt.Sprintf("b%d@example.com", n), time.Minute, 0)
	}
	want("1", "c@example.com", 2*time.Minute, 10*time.Minute)
	want("2", "c@example.com", 2*time.Minute, 0)
	want("2", "a@example.com", 10*time.Minute, 0)
	want("2", "a@example.com", 10*time.Minute, 10*time.Minute+time.Second)
	want("2", "a@example.com", time.Hour, 0)
	if len(c.sent) != 2 {
		t.Errorf("%d accounts and addresses are remembered, want the 2 of the last window", len(c.sent))
	}
}
