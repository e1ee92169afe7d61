package sim

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/lanyard-cloud/lanyard/internal/driver/machine/sim/shell"
)

// chunk is how many bytes are written to a client at once. A client that reads slowly must
// show within WriteTimeout that it reads something.
const chunk = 16 << 10

// session is one use of the shell. Its requests are answered by one goroutine, and
// its command runs in another.
type session struct {
	c           *connection
	channel     ssh.Channel
	permissions *ssh.Permissions
	input       sessionInput

	terminal bool
	size     windowSize
	started  bool
}

func newSession(c *connection, channel ssh.Channel, permissions *ssh.Permissions) *session {
	return &session{c: c, channel: channel, permissions: permissions, input: sessionInput{newStream()}}
}

// serve answers requests until the client has closed the channel. A session counts
// until then, because the channel uses memory until then.
func (s *session) serve(requests <-chan *ssh.Request) {
	s.c.work.Go(s.receive)
	s.c.work.Go(s.discardErrors)
	defer s.refuseInput()
	for request := range requests {
		start, ok := s.answer(request)
		_ = request.Reply(ok, nil)
		if start != nil {
			s.c.work.Go(func() {
				defer s.c.guard()
				s.run(start)
			})
		}
	}
}

// answer answers a request, and returns the command that it starts, if any.
func (s *session) answer(request *ssh.Request) (start func(*shell.Shell) int, ok bool) {
	switch request.Type {
	case "pty-req":
		_, permitted := s.permissions.Extensions[permitPTY]
		if !permitted || s.started || s.terminal {
			return nil, false
		}
		var asked struct {
			Term                         string
			Columns, Rows, Width, Height uint32
			Modes                        string
		}
		if ssh.Unmarshal(request.Payload, &asked) != nil {
			return nil, false
		}
		s.terminal = true
		s.size.set(asked.Columns, asked.Rows)
		return nil, true
	case "window-change":
		var asked struct{ Columns, Rows, Width, Height uint32 }
		if !s.terminal || ssh.Unmarshal(request.Payload, &asked) != nil {
			return nil, false
		}
		s.size.set(asked.Columns, asked.Rows)
		return nil, true
	case "shell":
		if s.terminal {
			return s.start((*shell.Shell).Interactive)
		}
		return s.start((*shell.Shell).Script)
	case "exec":
		var command struct{ Text string }
		if ssh.Unmarshal(request.Payload, &command) != nil {
			return nil, false
		}
		return s.start(func(sh *shell.Shell) int { return sh.Exec(command.Text) })
	case "signal":
		var signal struct{ Name string }
		if ssh.Unmarshal(request.Payload, &signal) != nil {
			return nil, false
		}
		return nil, s.kill(signal.Name)
	}
	// Environment variables are refused, as by an sshd without AcceptEnv, and so are
	// subsystems, agents and X11.
	return nil, false
}

func (s *session) start(run func(*shell.Shell) int) (func(*shell.Shell) int, bool) {
	if s.started {
		return nil, false
	}
	s.started = true
	return run, true
}

// kill ends the session as a signal would end its process.
func (s *session) kill(signal string) bool {
	switch signal {
	case "HUP", "INT", "KILL", "QUIT", "TERM":
	default:
		return false
	}
	if !s.started {
		return false
	}
	_, _ = s.channel.SendRequest("exit-signal", false, ssh.Marshal(struct {
		Name       string
		CoreDumped bool
		Message    string
		Language   string
	}{Name: signal}))
	return s.channel.Close() == nil
}

// run runs the command and sends its exit status.
func (s *session) run(start func(*shell.Shell) int) {
	status := start(shell.New(s.c.run.instance, s.c.run.driver.clock, s.streams()))
	_ = s.channel.CloseWrite()
	_, _ = s.channel.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{uint32(status)}))
	_ = s.channel.Close()
	// Until the client closes the channel too, it may send more.
	s.refuseInput()
}

// refuseInput discards input from now on.
func (s *session) refuseInput() {
	s.input.set(func(st *stream) { st.noReader, st.data = true, nil })
}

func (s *session) streams() shell.Streams {
	out := &patientWriter{to: s.channel, c: s.c}
	if s.terminal {
		t := newTerminal(s.input, out, &s.size)
		return shell.Streams{In: liveInput{t, s.input}, Out: t, Err: t, Terminal: true}
	}
	return shell.Streams{
		In:  liveInput{&lineInput{bufio.NewReaderSize(s.input, 4096)}, s.input},
		Out: out,
		Err: &patientWriter{to: s.channel.Stderr(), c: s.c},
	}
}

// lineInput reads lines from a client that has no terminal.
type lineInput struct{ from *bufio.Reader }

func (in *lineInput) ReadLine(string) (string, error) {
	var line strings.Builder
	for {
		piece, err := in.from.ReadSlice('\n')
		line.Write(piece)
		full := line.Len()+in.from.Size() > shell.MaxText
		switch {
		case errors.Is(err, bufio.ErrBufferFull) && !full:
		case line.Len() > 0:
			return line.String(), nil
		default:
			return "", err
		}
	}
}

// patientWriter closes the connection of a client that reads no output for WriteTimeout.
// The deadline of the connection does not suffice: a client may keep the window of a channel
// closed and read everything else.
type patientWriter struct {
	to io.Writer
	c  *connection
}

func (w *patientWriter) Write(p []byte) (int, error) {
	written := 0
	for written < len(p) {
		timer := time.AfterFunc(w.c.run.driver.limits.WriteTimeout, w.c.close)
		n, err := w.to.Write(p[written:min(len(p), written+chunk)])
		timer.Stop()
		written += n
		if err != nil {
			return written, err
		}
	}
	return written, nil
}
