//go:build !unix

package connlimit

import "math"

// maxFiles is how many file descriptors the process may have: any number.
func maxFiles() int { return math.MaxInt }
