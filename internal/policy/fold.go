package policy

import "strings"

// Fold makes ASCII letters lower-case and leaves all else as it is. Names that do not depend on case are compared so:
// Unicode's own folding takes U+212A (Kelvin sign) for a k and U+017F (long s) for an s, so that a tag key with one of
// them would pass for another key.
func Fold(text string) string {
	if strings.IndexFunc(text, func(r rune) bool { return 'A' <= r && r <= 'Z' }) < 0 {
		return text
	}
	folded := []byte(text)
	for i := range folded {
		folded[i] = foldByte(folded[i])
	}
	return string(folded)
}

// EqualFold reports whether two texts differ at most by the case of ASCII letters.
func EqualFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if foldByte(a[i]) != foldByte(b[i]) {
			return false
		}
	}
	return true
}

func foldByte(b byte) byte {
	if 'A' <= b && b <= 'Z' {
		b += 'a' - 'A'
	}
	return b
}
