//go:build unix

package safefile

import (
	"io/fs"
	"os"
	"syscall"
)

// enforced says that files have owners and modes that the system enforces.
const enforced = true

// NoFollow is the flag by which os.OpenFile returns an error for symbolic links.
const NoFollow = syscall.O_NOFOLLOW

func us() int { return os.Geteuid() }

// hasPrivateGroup reports whether a file's group is its owner's alone, by the custom of
// user private groups: both have the same number.
func hasPrivateGroup(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && stat.Gid == stat.Uid
}

// owner is the user id of a file's owner.
func owner(info fs.FileInfo) int {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(stat.Uid)
	}
	return -1
}
