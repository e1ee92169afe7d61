//go:build unix

package connlimit

import (
	"math"
	"syscall"
)

// maxFiles is how many file descriptors the process may have. Go's runtime has raised the
// soft limit to the hard one.
func maxFiles() int {
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		return math.MaxInt
	}
	return int(min(uint64(files.Cur), math.MaxInt)) //nolint:unconvert // signed on some systems
}
