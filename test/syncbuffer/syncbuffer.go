// Package syncbuffer has a buffer for what a test reads while a server or a process writes it, such as a log.
//
// It does not bound what it holds.
package syncbuffer

import (
	"bytes"
	"strings"
	"sync"
)

// Buffer collects text. The zero value is empty and ready for concurrent use.
type Buffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (b *Buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

// String returns what was written so far.
func (b *Buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// Count returns how often a text was written so far.
func (b *Buffer) Count(text string) int { return strings.Count(b.String(), text) }

// Has reports whether a text was written so far.
func (b *Buffer) Has(text string) bool { return strings.Contains(b.String(), text) }
