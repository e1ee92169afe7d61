package domain

import (
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// normalName is the name of an entry in the form in which it is stored: in lower case
// (developer guide), and without a dot at the end.
func normalName(name *string) string { return resource.Domain.Normal(aws.ToString(name)) }

// entryTypes are the types of entries with the form of their targets, in which a name has
// no dot at the end if it stands alone (observed for CNAME).
var entryTypes = map[string]func(target string) (normal string, ok bool){
	"A": func(t string) (string, bool) { a, err := netip.ParseAddr(t); return t, err == nil && a.Is4() },
	"AAAA": func(t string) (string, bool) {
		a, err := netip.ParseAddr(t)
		return t, err == nil && a.Is6() && a.Zone() == ""
	},
	"CNAME": hostTarget,
	"MX":    func(t string) (string, bool) { return t, numbersThenHost(t, 1) },
	"NS":    hostTarget,
	"SOA":   func(t string) (string, bool) { return t, isSOA(t) },
	"SRV":   func(t string) (string, bool) { return t, numbersThenHost(t, 3) },
	"TXT":   func(t string) (string, bool) { return t, len(t) <= maxText && quoted().MatchString(t) },
}

const (
	maxName = 255
	// character is a character of a string, or an escaped one.
	character = `[ !#-\[\]-~]|\\[0-3][0-7]{2}|\\[ -/:-~]`
	// maxText is Route 53's bound of all strings of a record.
	maxText = 4000
)

// The patterns are compiled when the first entry is looked at: quoted alone would take a
// tenth of the whole start of a server.
var (
	// label has an underscore (ACME, DKIM) and an asterisk, too: as the first label it
	// stands for all names, elsewhere for itself (developer guide).
	label = lazily(`\A[A-Za-z0-9_*-]{1,63}\z`)
	// zoneName is the name of a zone: labels without those two, as registries give them.
	zoneName = lazily(`\A(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\z`)
	// quoted are character strings of at most 255 characters each, as Route 53 wants them:
	// other characters than those of printable ASCII are escaped, such as \303\244
	// (developer guide of Route 53, TXT).
	quoted = lazily(`\A"(?:` + character + `){0,255}"(?: +"(?:` + character + `){0,255}")*\z`)
)

// lazily returns what compiles p once, when it is first asked.
func lazily(p string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(p) })
}

// normal is an entry in the form in which it is stored, or an Error.
func (z *Zone) normal(in *types.DomainEntry) (types.DomainEntry, error) {
	var none types.DomainEntry
	name, kind, alias := normalName(in.Name), aws.ToString(in.Type), aws.ToBool(in.IsAlias)
	form, known := entryTypes[kind]
	switch {
	case !known:
		return none, refuse("The type of the domain entry is invalid: %s. Specify one of A, AAAA, CNAME, MX, NS, SOA, SRV or TXT.", kind)
	case !isHost(name) || name != z.name && !strings.HasSuffix(name, "."+z.name):
		return none, refuse("The name of the domain entry is invalid: %s. It must be %s or end with .%s.", aws.ToString(in.Name), z.name, z.name)
	case kind == "CNAME" && name == z.name:
		return none, refuse("The domain entry with the name %s cannot be of the type CNAME.", name)
	case alias && kind != "A" && kind != "AAAA":
		return none, refuse("An alias must be of the type A or AAAA: %s", name)
	case alias:
		form = aliasTarget
	}
	target, ok := form(aws.ToString(in.Target))
	if !ok {
		return none, refuse("The target of the %s entry %s is invalid: %s", kind, name, aws.ToString(in.Target))
	}
	return types.DomainEntry{Id: new(entryID(name, kind, target)), Name: &name, Type: &kind, Target: &target, IsAlias: &alias}, nil
}

func hostTarget(t string) (string, bool) {
	t = strings.TrimSuffix(t, ".")
	return t, isHost(t)
}

// aliasTarget is the name of a load balancer, distribution or container service, or any other one.
func aliasTarget(t string) (string, bool) {
	_, err := netip.ParseAddr(t)
	normal, ok := hostTarget(t)
	return normal, ok && err != nil
}

// isZone reports whether a zone can have the name: at least two labels.
func isZone(name string) bool { return len(name) <= maxName && zoneName().MatchString(name) }

func isHost(name string) bool {
	return len(name) <= maxName && !slices.ContainsFunc(strings.Split(name, "."), func(l string) bool { return !label().MatchString(l) })
}

// numbersThenHost reports whether a target is so many numbers of 16 bits, and a name.
func numbersThenHost(target string, numbers int) bool {
	fields := strings.Split(target, " ")
	if len(fields) != numbers+1 {
		return false
	}
	_, ok := hostTarget(fields[numbers])
	return (ok || fields[numbers] == "." && numbers == 3) && areNumbers(fields[:numbers], 16)
}

// isSOA reports whether a target is two names and five numbers of 32 bits.
func isSOA(target string) bool {
	fields := strings.Split(target, " ")
	if len(fields) != 7 {
		return false
	}
	_, server := hostTarget(fields[0])
	_, mailbox := hostTarget(fields[1])
	return server && mailbox && areNumbers(fields[2:], 32)
}

// areNumbers reports whether fields are numbers of so many bits, at most 32, and no longer than such numbers can be.
func areNumbers(fields []string, bits int) bool {
	const longest = len("4294967295")
	return !slices.ContainsFunc(fields, func(f string) bool {
		_, err := strconv.ParseUint(f, 10, bits)
		return err != nil || len(f) > longest
	})
}
