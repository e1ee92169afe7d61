//go:build !unix

package server

import "math"

// maxFiles is how many file descriptors the process may have: as many as it likes.
func maxFiles() int { return math.MaxInt }
