//go:build unix

package server

import (
	"math"
	"syscall"
)

// maxFiles is how many file descriptors the process may have; the runtime has raised
// that as far as it may.
func maxFiles() int {
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		return math.MaxInt
	}
	return int(min(uint64(files.Cur), math.MaxInt)) //nolint:unconvert // signed on some systems
}
