package mail

import (
	"sync"
	"time"
)

// How many confirmations are sent within a window of real time to one address, and how many for one account.
const (
	confirmWindow     = 10 * time.Minute
	confirmPerAddress = 10
	confirmPerAccount = 50
)

// confirmations remembers when confirmations were sent. They go to addresses whose owners did not ask for
// them, so that a user who may create a contact method could fill the mailbox of others. Those above the limits
// wait. Meanwhile they become one, since only the link in the last one is of use.
type confirmations struct {
	mu sync.Mutex
	// sent has the times within the window, the oldest first, by account and by address.
	sent map[string][]time.Time
}

// take notes that a confirmation for an account is sent to an address, and returns the zero time. If there
// were too many, it returns when it may be asked again. How much it remembers, the accounts bound.
func (c *confirmations) take(account, address string, now time.Time) (again time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forget(now)
	for key, most := range map[string]int{account: confirmPerAccount, address: confirmPerAddress} {
		if sent := c.sent[key]; len(sent) >= most && sent[0].Add(confirmWindow).After(again) {
			again = sent[0].Add(confirmWindow)
		}
	}
	if !again.IsZero() {
		return again
	}
	if c.sent == nil {
		c.sent = map[string][]time.Time{}
	}
	for _, key := range []string{account, address} {
		c.sent[key] = append(c.sent[key], now)
	}
	return again
}

// forget drops the times that count no more.
func (c *confirmations) forget(now time.Time) {
	for key, sent := range c.sent {
		for len(sent) > 0 && !sent[0].Add(confirmWindow).After(now) {
			sent = sent[1:]
		}
		if c.sent[key] = sent; len(sent) == 0 {
			delete(c.sent, key)
		}
	}
}
