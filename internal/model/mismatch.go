package model

import (
	"fmt"
	"strings"
)

// mismatched are the shapes of names of which the service says in words of its own that they do not
// match their pattern. The text was observed for names of containers.
var mismatched = map[string]string{
	"ContainerName": "Container name", "ContainerServiceName": "Service name", "ContainerLabel": "Image label",
}

// Mismatch is what the service says of a value that does not match the pattern of its shape; "" for
// most shapes. It shows the pattern with the parentheses that the API model leaves out.
func Mismatch(shape, value string) string {
	what, ok := mismatched[shape]
	if !ok {
		return ""
	}
	pattern := strings.TrimSuffix(strings.TrimPrefix(Constraints(shape).Pattern, "^"), "$")
	return fmt.Sprintf("%s %q does not match pattern: ^(?:%s)$", what, value, pattern)
}
