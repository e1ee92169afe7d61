//go:build !unix

package awsenv

import (
	"io/fs"
	"os"
)

// keepOwner does nothing on systems without owners as Unix has them.
func keepOwner(*os.File, fs.FileInfo) error { return nil }
