//go:build !unix

package safefile

import "io/fs"

// enforced says that files have owners and modes that the system enforces.
const enforced = false

// NoFollow is the flag by which os.OpenFile returns an error for symbolic links. There is none.
const NoFollow = 0

func us() int { return 0 }

func hasPrivateGroup(fs.FileInfo) bool { return true }

func owner(fs.FileInfo) int { return 0 }
