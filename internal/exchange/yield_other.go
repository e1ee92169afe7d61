//go:build !linux

package exchange

import "runtime"

// yield lets other goroutines run; the kernel is asked for nothing.
func yield() { runtime.Gosched() }
