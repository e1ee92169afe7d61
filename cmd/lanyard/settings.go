package main

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"

	"github.com/lanyard-cloud/lanyard/internal/quota"
	"github.com/lanyard-cloud/lanyard/internal/server"
)

// timeScale is the flag of that name.
type timeScale float64

// defaultTimeScale lets an instance run after about two seconds.
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
		return errors.New("give realistic, instant, or a number from 0 to 1000")
	}
	*s = timeScale(n)
	return nil
}

// readInstanceSettings reads the flags about instances.
func readInstanceSettings(o *server.Options, scale timeScale, quotas []string, addresses string) (err error) {
	o.TimeScale = float64(scale)
	if o.Quotas, err = quota.Parse(quotas); err != nil {
		return fmt.Errorf("--quota: %w", err)
	}
	if addresses == "" {
		return nil
	}
	if o.InstanceAddresses, err = netip.ParsePrefix(addresses); err != nil {
		return fmt.Errorf("--instance-addresses: %q is not a range such as 127.64.0.0/16", addresses)
	}
	return nil
}
