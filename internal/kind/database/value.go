package database

import (
	"math/big"
	"regexp"
	"slices"
	"strings"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// MaxValue bounds the value of a parameter, in bytes.
const MaxValue = 1024

// The methods by which a parameter is applied (API reference).
const (
	immediate     = "immediate"
	pendingReboot = "pending-reboot"
)

var (
	wholeNumber = regexp.MustCompile(`\A-?[0-9]{1,20}\z`)
	number      = regexp.MustCompile(`\A-?[0-9]{1,20}(\.[0-9]{1,20})?\z`)
	// numberRange has the lowest and the highest value.
	numberRange = regexp.MustCompile(`\A(-?[0-9.]+)-(-?[0-9.]+(e\+[0-9]+)?)\z`)
)

// checkValue returns a resource.RefusalError if a parameter cannot have a value. The text is that of Amazon RDS. What a formula comes
// to is not checked: that depends on the bundle.
func checkValue(p *catalogue.Parameter, value string) error {
	if isAllowed(p, value) {
		return nil
	}
	if p.Allowed == "" {
		return resource.Refuse("Invalid parameter value: %s for: %s. It must be of the type %s, and have at most %d printable characters.",
			value, p.Name, p.Type, MaxValue)
	}
	return resource.Refuse("Invalid parameter value: %s for: %s allowed values are: %s", value, p.Name, p.Allowed)
}

func isAllowed(p *catalogue.Parameter, value string) bool {
	if len(value) > MaxValue || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' }) {
		return false
	}
	switch p.Type {
	case "integer":
		if isFormula(value) {
			_, ok := evaluate(value, map[string]float64{memoryVariable: 1, cpusVariable: 1, storageVariable: 1, portVariable: 1})
			return ok
		}
		return wholeNumber.MatchString(value) && allowsNumber(p.Allowed, value)
	case "float":
		return number.MatchString(value) && allowsNumber(p.Allowed, value)
	case "list":
		for part := range strings.SplitSeq(value, ",") {
			if !allowsText(p.Allowed, strings.TrimSpace(part)) {
				return false
			}
		}
		return true
	}
	return allowsText(p.Allowed, value)
}

// allowsText reports whether a text is one of a list. An empty list allows any.
func allowsText(allowed, value string) bool {
	return allowed == "" || slices.Contains(strings.Split(allowed, ","), value)
}

// allowsNumber reports whether a number is in a range, or one of a list.
func allowsNumber(allowed, value string) bool {
	if strings.Contains(allowed, ",") {
		return allowsText(allowed, value)
	}
	n, _, err := big.ParseFloat(value, 10, precision, big.ToNearestEven)
	return err == nil && inRange(allowed, n)
}

// precision is enough for all whole numbers that engines take.
const precision = 128

// inRange reports whether a number is in a range. An empty range allows any.
func inRange(allowed string, n *big.Float) bool {
	bounds := numberRange.FindStringSubmatch(allowed)
	if bounds == nil {
		return allowed == ""
	}
	least, _, err := big.ParseFloat(bounds[1], 10, precision, big.ToNearestEven)
	if err != nil || n.Cmp(least) < 0 {
		return false
	}
	most, _, err := big.ParseFloat(bounds[2], 10, precision, big.ToNearestEven)
	return err == nil && n.Cmp(most) <= 0
}
