package policy

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"net/netip"
	"strconv"
	"strings"
)

// A comparison holds the values that a policy gives for one key. It reports whether one value of the request meets
// at least one of them. The condition applies negated operators and set qualifiers to that.
type comparison interface {
	meets(got string, ctx Context) bool
}

// texts are compared as they are, StringLike and the ARN operators by their wildcards.
type texts []template

func (v texts) meets(got string, ctx Context) bool {
	for i := range v {
		if v[i].matches(got, ctx) {
			return true
		}
	}
	return false
}

// foldedTexts are compared without regard to the case of ASCII letters.
type foldedTexts []template

func (v foldedTexts) meets(got string, ctx Context) bool {
	for i := range v {
		if want, ok := v[i].text(ctx); ok && EqualFold(want, got) {
			return true
		}
	}
	return false
}

// booleans are true, false or a variable whose value is one.
type booleans []template

func (v booleans) meets(got string, ctx Context) bool {
	return isBoolean(got) && foldedTexts(v).meets(got, ctx)
}

func isBoolean(text string) bool {
	return EqualFold(text, "true") || EqualFold(text, "false")
}

type numbers struct {
	order  ordering
	values []float64
}

func (v numbers) meets(got string, _ Context) bool {
	number, ok := parseNumber(got)
	if !ok {
		return false
	}
	for _, want := range v.values {
		if v.order.accepts(cmp.Compare(number, want)) {
			return true
		}
	}
	return false
}

// parseNumber reads an integer or decimal number: neither infinity nor hexadecimal, which ParseFloat would take.
func parseNumber(text string) (float64, bool) {
	if strings.Trim(text, "0123456789+-.eE") != "" {
		return 0, false
	}
	number, err := strconv.ParseFloat(text, 64)
	return number, err == nil
}

type dates struct {
	order  ordering
	values []instant
}

func (v dates) meets(got string, _ Context) bool {
	at, ok := parseInstant(got)
	if !ok {
		return false
	}
	for _, want := range v.values {
		if v.order.accepts(at.compare(want)) {
			return true
		}
	}
	return false
}

type binaries [][]byte

func (v binaries) meets(got string, _ Context) bool {
	data, err := base64.StdEncoding.DecodeString(got)
	if err != nil {
		return false
	}
	for _, want := range v {
		if bytes.Equal(want, data) {
			return true
		}
	}
	return false
}

type addressRanges []netip.Prefix

func (v addressRanges) meets(got string, _ Context) bool {
	address, err := netip.ParseAddr(got)
	if err != nil {
		return false
	}
	address = address.Unmap().WithZone("")
	for _, want := range v {
		if want.Contains(address) {
			return true
		}
	}
	return false
}

// parseAddressRange reads a single address or a range in CIDR notation.
func parseAddressRange(text string) (netip.Prefix, bool) {
	if !strings.Contains(text, "/") {
		address, err := netip.ParseAddr(text)
		if err != nil || address.Zone() != "" {
			return netip.Prefix{}, false
		}
		address = address.Unmap()
		return netip.PrefixFrom(address, address.BitLen()), true
	}
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		return netip.Prefix{}, false
	}
	if address := prefix.Addr(); address.Is4In6() && prefix.Bits() >= 96 {
		prefix = netip.PrefixFrom(address.Unmap(), prefix.Bits()-96)
	}
	return prefix.Masked(), true
}
