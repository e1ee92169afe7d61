// Package mailtest reads the mails that a server writes into its folder, and follows the links in them, for tests.
//
// It does not wait for mails.
package mailtest

import (
	"bytes"
	"io"
	"net/http"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// Confirmation is the subject of the mail that asks for the confirmation of an address.
const Confirmation = "AWS Notification - Subscription Confirmation"

// Mail is a mail that was sent.
type Mail struct {
	// ID is its Message-ID, and To the address in angle brackets.
	ID, To, Subject, Text string
}

// Parse reads a mail.
func Parse(t testing.TB, raw []byte) Mail {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(m.Body)
	if err != nil {
		t.Fatal(err)
	}
	return Mail{ID: m.Header.Get("Message-Id"), To: m.Header.Get("To"), Subject: m.Header.Get("Subject"), Text: string(text)}
}

// Read reads the mails in a server's folder.
func Read(t testing.TB, folder string) (all []Mail) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "new", "[^.]*")) // names of files that are being written begin with a dot
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, Parse(t, raw))
	}
	return all
}

// Count counts mails by subject.
func Count(all []Mail) map[string]int {
	counts := map[string]int{}
	for _, m := range all {
		counts[m.Subject]++
	}
	return counts
}

var link = regexp.MustCompile(`(?m)^http://\S+/contact-methods/confirm/\S+`)

// Link finds the link in a mail that asks for a confirmation.
func Link(t testing.TB, m Mail) string {
	t.Helper()
	found := link.FindString(m.Text)
	if found == "" {
		t.Fatalf("the mail %q has no link:\n%s", m.Subject, m.Text)
	}
	return found
}

// Visit makes a request for the page of a link, as a browser does.
func Visit(t testing.TB, method, url string) (status int, page string, header http.Header) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(http.DefaultTransport.(*http.Transport).CloseIdleConnections)
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text), answer.Header
}

// Confirm presses the button of a page, which has to confirm the address.
func Confirm(t testing.TB, url string) {
	t.Helper()
	if status, page, _ := Visit(t, http.MethodPost, url); status != http.StatusOK {
		t.Fatalf("the button of the page answers %d, want 200:\n%s", status, page)
	}
}
