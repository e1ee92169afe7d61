package sim

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"
)

func TestPipe_carriesBothDirections(t *testing.T) {
	near, far := newPipe(pipeAddr{}, pipeAddr{})
	sent := bytes.Repeat([]byte("0123456789"), 3*pipeSize/10)
	for _, ends := range [][2]*pipe{{near, far}, {far, near}} {
		go func() {
			_, _ = ends[0].Write(sent)
			_ = ends[0].CloseWrite()
		}()
		got, err := io.ReadAll(ends[1])
		if err != nil || !bytes.Equal(got, sent) {
			t.Errorf("%d bytes arrived, %v; want %d", len(got), err, len(sent))
		}
	}
}

// Both ends of an SSH connection begin by writing.
func TestPipe_writesDoNotWaitForAReader(t *testing.T) {
	near, far := newPipe(pipeAddr{}, pipeAddr{})
	for _, end := range []*pipe{near, far} {
		if n, err := end.Write([]byte("SSH-2.0-x\r\n")); n != 11 || err != nil {
			t.Errorf("Write = %d, %v; want 11 bytes", n, err)
		}
	}
}

func TestPipe_isBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, _ := newPipe(pipeAddr{}, pipeAddr{})
		_ = near.SetWriteDeadline(time.Now().Add(time.Minute))
		n, err := near.Write(make([]byte, 3*pipeSize))
		if n != pipeSize || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("Write = %d, %v; want %d bytes and a timeout", n, err, pipeSize)
		}
	})
}

func TestPipe_ends(t *testing.T) {
	one := make([]byte, 1)
	read := func(p *pipe) error { _, err := p.Read(one); return err }
	write := func(p *pipe) error { _, err := p.Write(one); return err }
	past := time.Now().Add(-time.Second)
	tests := map[string]struct {
		before func(near, far *pipe) error
		do     func(near, far *pipe) error
		want   error
	}{
		"read after own close":         {func(n, _ *pipe) error { return n.Close() }, func(n, _ *pipe) error { return read(n) }, net.ErrClosed},
		"write after own close":        {func(n, _ *pipe) error { return n.Close() }, func(n, _ *pipe) error { return write(n) }, net.ErrClosed},
		"read after the other's close": {func(_, f *pipe) error { return f.Close() }, func(n, _ *pipe) error { return read(n) }, io.EOF},
		"write after the other's":      {func(_, f *pipe) error { return f.Close() }, func(n, _ *pipe) error { return write(n) }, io.ErrClosedPipe},
		"read after CloseWrite":        {func(n, _ *pipe) error { return n.CloseWrite() }, func(_, f *pipe) error { return read(f) }, io.EOF},
		"write against CloseWrite":     {func(n, _ *pipe) error { return n.CloseWrite() }, func(_, f *pipe) error { return write(f) }, nil},
		"read what was left":           {func(_, f *pipe) error { return errors.Join(write(f), f.Close()) }, func(n, _ *pipe) error { return read(n) }, nil},
		"read too late":                {func(n, _ *pipe) error { return n.SetDeadline(past) }, func(n, _ *pipe) error { return read(n) }, os.ErrDeadlineExceeded},
		"write too late":               {func(n, _ *pipe) error { return n.SetDeadline(past) }, func(n, _ *pipe) error { return write(n) }, os.ErrDeadlineExceeded},
		"read after a longer deadline": {func(n, f *pipe) error { return errors.Join(n.SetDeadline(past), write(f), n.SetDeadline(time.Time{})) }, func(n, _ *pipe) error { return read(n) }, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			near, far := newPipe(pipeAddr{}, pipeAddr{})
			if err := test.before(near, far); err != nil {
				t.Fatal(err)
			}
			if err := test.do(near, far); !errors.Is(err, test.want) {
				t.Errorf("got the error %v, want %v", err, test.want)
			}
		})
	}
}

// A waiting Read is woken by data, an end of the pipe, and a deadline.
func TestPipe_wakesWaitingCalls(t *testing.T) {
	tests := map[string]struct {
		wake func(near, far *pipe) error
		want error
	}{
		"data":                    {func(_, f *pipe) error { _, err := f.Write([]byte("x")); return err }, nil},
		"own close":               {func(n, _ *pipe) error { return n.Close() }, net.ErrClosed},
		"the other's close":       {func(_, f *pipe) error { return f.Close() }, io.EOF},
		"a deadline":              {func(n, _ *pipe) error { return n.SetReadDeadline(time.Now().Add(time.Minute)) }, os.ErrDeadlineExceeded},
		"a deadline that is past": {func(n, _ *pipe) error { return n.SetReadDeadline(time.Unix(1, 0)) }, os.ErrDeadlineExceeded},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				near, far := newPipe(pipeAddr{}, pipeAddr{})
				ended := make(chan error, 1)
				go func() {
					_, err := near.Read(make([]byte, 1))
					ended <- err
				}()
				synctest.Wait()
				if err := test.wake(near, far); err != nil {
					t.Fatal(err)
				}
				if err := <-ended; !errors.Is(err, test.want) {
					t.Errorf("got the error %v, want %v", err, test.want)
				}
			})
		})
	}
}
