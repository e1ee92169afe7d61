package pgtest

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// Kill ends all processes of the server at once, as kill -9 does: none of them gets to clean up. The first one alone
// would not do. The others outlive it for as long as they are busy, and hold the shared memory, without which the
// server does not start again.
func (s *Server) Kill() error {
	if s.process == nil {
		return nil
	}
	first := s.process.Process.Pid
	if err := stop(first); err != nil {
		return err
	}
	children, err := childrenOf(first)
	if err != nil {
		return err
	}
	for _, pid := range children {
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
			return err
		}
	}
	if err := s.end(syscall.SIGKILL); err != nil {
		return err
	}
	for _, pid := range children {
		if err := await(pid, "end", func(p stat) bool { return p.ended }); err != nil {
			return err
		}
	}
	return nil
}

// stop keeps a process from making further ones. It returns when that is so: a signal takes a moment.
func stop(pid int) error {
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		return err
	}
	return await(pid, "stop", func(p stat) bool { return p.ended || p.stopped })
}

// await waits until a process is as wanted. Only a parent would be told.
func await(pid int, what string, is func(stat) bool) error {
	for deadline := time.Now().Add(startTime); !is(statOf(pid)); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			return fmt.Errorf("process %d does not %s", pid, what)
		}
	}
	return nil
}

func childrenOf(parent int) (pids []int, err error) {
	all, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return nil, err
	}
	for _, dir := range all {
		pid, err := strconv.Atoi(filepath.Base(dir))
		if err != nil {
			return nil, err
		}
		if p := statOf(pid); !p.ended && p.parent == parent {
			pids = append(pids, pid)
		}
	}
	return pids, nil
}

// stat is what Linux says of a process.
type stat struct {
	parent int
	// ended: it has no memory and no files any more, though its parent may not have taken note yet.
	ended, stopped bool
}

// statOf reads the state and the parent's id, which are after the name in parentheses (proc_pid_stat(5)).
func statOf(pid int) stat {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
	if err != nil || len(fields) < 2 {
		return stat{ended: true}
	}
	parent, _ := strconv.Atoi(string(fields[1])) // it is a number
	state := fields[0][0]
	return stat{parent: parent, ended: state == 'Z' || state == 'X', stopped: state == 'T'}
}
