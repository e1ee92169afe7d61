package main

import (
	"fmt"
	"net/netip"
	"strconv"

	"github.com/lanyard-cloud/lanyard/internal/server"
)

// timeScale is the value of --time-scale.
type timeScale float64

// defaultTimeScale makes a new instance run after about two seconds.
const defaultTimeScale = 0.1

func (s *timeScale) Type() string { return "scale" }

func (s *timeScale) String() string {
	switch *s {
	case 0:
		return "instant"
	case 1:
		return "realistic"
	}
	return strconv.FormatFloat(float64(*s), 'g', -1, 64)
}

func (s *timeScale) Set(text string) error {
	switch text {
	case "instant":
		*s = 0
		return nil
	case "realistic":
		*s = 1
		return nil
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !(n >= 0 && n <= server.MaxTimeScale) {
		return fmt.Errorf("give realistic, instant, or a number from 0 to %d", server.MaxTimeScale)
	}
	*s = timeScale(n)
	return nil
}

// parseRange reads the flag --instance-addresses. "" is the zero Prefix.
func parseRange(text string) (netip.Prefix, error) {
	if text == "" {
		return netip.Prefix{}, nil
	}
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		return prefix, fmt.Errorf("--instance-addresses: %q is not a range such as 127.64.0.0/16", text)
	}
	return prefix, nil
}
