//go:build !linux

package httpcall

import "runtime"

// yield lets other goroutines run; the kernel is asked for nothing.
func yield() { runtime.Gosched() }
