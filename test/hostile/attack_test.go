//go:build hostile

package hostile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Limits of the server, with some time on top for a busy machine.
const (
	headerLimit = 10*time.Second + slack
	bodyLimit   = 30*time.Second + slack
	slack       = 15 * time.Second
)

// ending is what a client does after it has sent all it has.
type ending int

const (
	stay      ending = iota // waits for an answer
	halfClose               // sends the end of its data, and waits
	hangUp                  // closes the connection without reading
)

// attack is one thing that a client sends on a connection of its own.
type attack struct {
	name string
	send string
	end  ending
	// refused says that the server must not do what is asked: it answers 4xx, or closes the connection.
	refused bool
	// status, when set, is the only status that is right.
	status int
	// answers is how many answers may come; 0 means one.
	answers int
}

// report is what came back.
type report struct {
	statuses []int
	// probed reports that a good call after the attack, on the same connection, got its own answer.
	probed bool
	// open tells that the last answer did not announce the end of the connection.
	open bool
	// rest is what came after an answer that did.
	rest string
}

// run sends the attack and judges what comes back.
func (a attack) run(address string) error {
	got, err := a.play(address)
	if err != nil {
		return err
	}
	allowed := max(a.answers, 1)
	switch {
	case len(got.statuses) > allowed:
		return fmt.Errorf("%d answers: %v", len(got.statuses), got.statuses)
	case got.rest != "":
		return fmt.Errorf("the server sent more after the last answer: %.80q", got.rest)
	case a.status != 0 && !slices.Equal(got.statuses, []int{a.status}):
		return fmt.Errorf("answers %v, want %d", got.statuses, a.status)
	case a.end == stay && got.open && !got.probed:
		return fmt.Errorf("answers %v, and none for a good call after them", got.statuses)
	}
	for _, status := range got.statuses {
		if status >= http.StatusInternalServerError && status != a.status {
			return fmt.Errorf("answer %d", status)
		}
	}
	if a.refused && len(got.statuses) > 0 && got.statuses[0] < http.StatusBadRequest {
		return fmt.Errorf("answer %d, want a refusal", got.statuses[0])
	}
	return nil
}

// play sends the attack, and once it is answered a good call on the same connection. It reads until that one's answer
// or the end of the connection.
func (a attack) play(address string) (*report, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(bodyLimit))
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		_, _ = io.WriteString(conn, a.send) // a server that has refused need not read on
		if a.end == halfClose {
			_ = conn.(*net.TCPConn).CloseWrite()
		}
	}()
	if a.end == hangUp {
		<-sent
		return &report{}, nil
	}
	got := &report{}
	method, _, _ := strings.Cut(a.send, " ")
	err = got.collect(bufio.NewReader(conn), method, func() {
		if <-sent; a.end == stay {
			_, _ = io.WriteString(conn, goodCall())
		}
	})
	return got, err
}

// collect reads answers to the end, the first as that to a method. After the first it calls next.
func (r *report) collect(from *bufio.Reader, method string, next func()) error {
	for {
		resp, err := http.ReadResponse(from, &http.Request{Method: method})
		if err != nil {
			return ended(err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		switch {
		case resp.StatusCode == http.StatusContinue:
			continue
		case isGood(resp.StatusCode, body):
			r.probed = true
			return nil
		}
		r.statuses = append(r.statuses, resp.StatusCode)
		r.open = !resp.Close
		if err != nil {
			return ended(err)
		}
		if resp.Close {
			rest, err := io.ReadAll(io.LimitReader(from, 1<<10))
			r.rest = string(rest)
			return ended(err)
		}
		if method != "" {
			method = ""
			next()
		}
	}
}

// ended tells the end of a connection, in any form, from one that hangs.
func ended(err error) error {
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return fmt.Errorf("the server hangs: %w", err)
	}
	return nil
}

// goodCall is a call that no attack makes.
func goodCall() string { return call("GetProfile", "{}").sign(root()).String() }

// isGood tells its answer.
func isGood(status int, body []byte) bool {
	return status == http.StatusOK && strings.Contains(string(body), `"profileType":`)
}

// probe makes a good call on a connection of its own.
func probe(address string) error {
	conn, err := net.DialTimeout("tcp", address, slack)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(slack))
	if _, err := io.WriteString(conn, goodCall()); err != nil {
		return err
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil || !isGood(resp.StatusCode, body) {
		return fmt.Errorf("answer %d %.200q, %w", resp.StatusCode, body, err)
	}
	return nil
}
