//go:build unix

package safefile

import (
	"io/fs"
	"os"
	"syscall"
)

// enforced says that files have owners and modes that the system enforces.
const enforced = true

// NoFollow is the flag of os.OpenFile that makes it refuse symbolic links.
const NoFollow = syscall.O_NOFOLLOW

func us() int { return os.Geteuid() }

// owner is the user id of a file's owner.
func owner(info fs.FileInfo) int {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(stat.Uid)
	}
	return -1
}
