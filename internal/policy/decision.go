package policy

import (
	"fmt"
	"strconv"
)

// A Type is a type of policy, in the words of AWS's messages.
type Type string

// The types of policies that bear on a decision here.
const (
	IdentityBasedPolicy Type = "identity-based policy"
	PermissionsBoundary Type = "permissions boundary"
	SessionPolicy       Type = "session policy"
	RoleTrustPolicy     Type = "role trust policy"
)

// Kind is the way in which a request was decided.
type Kind int

// The kinds of decisions. Nothing is allowed by default.
const (
	ImplicitDeny Kind = iota // no statement allows the request
	ExplicitDeny             // a Deny statement applies
	Allow                    // a statement allows the request and none denies it
)

func (k Kind) String() string {
	return [...]string{"implicit deny", "explicit deny", "allow"}[k]
}

// A Decision is whether a request is allowed, and why. The zero Decision denies.
type Decision struct {
	Allowed bool
	Kind    Kind
	By      Type // the type of policy that decided; of an allowed request the identity-based or trust policy

	// The statement that decided. An implicit deny has none.
	Policy    string // the name it was attached by
	Sid       string
	Statement int // its place in the policy, from 1
	Line      int // where it starts in the document

	// Delegated reports whether an allowing trust policy names the principal's account, not the principal.
	Delegated bool

	// Missing says of an implicit deny what kept the Allow statements that cover the action from applying,
	// for example: team-web, statement 2 "Create" (line 9): StringEquals aws:RequestTag/team wants "web", got "db"
	Missing []string
}

// Because returns the end of AWS's sentence about a denied action, "User: … is not authorized to perform: … on
// resource: …", and nothing for an allowed one (IAM User Guide, "Troubleshoot access denied error messages").
func (d Decision) Because(action string) string {
	switch {
	case d.Kind == Allow:
		return ""
	case d.Kind == ImplicitDeny:
		return fmt.Sprintf("because no %s allows the %s action", d.By, action)
	case d.By == IdentityBasedPolicy:
		return "with an explicit deny in an identity-based policy"
	case d.By == RoleTrustPolicy:
		return "with an explicit deny in the role trust policy"
	default:
		return "with an explicit deny in a " + string(d.By)
	}
}

// Bounds of an explanation: it goes to logs and terminals.
const (
	maxMissing      = 16
	maxWantedValues = 6
)

func (l *layer) missing(r *request) []string {
	var lines []string
	for i := range l.policies {
		document := l.policies[i].Document
		if document == nil {
			continue
		}
		for j := range document.statements {
			s := &document.statements[j]
			if len(lines) < maxMissing && s.allow && s.coversAction(r) {
				lines = s.addObstacles(lines, r, l.policies[i].Name)
			}
		}
	}
	return lines[:min(len(lines), maxMissing)]
}

func (t *Trust) missing(r *request) []string {
	var lines []string
	for i := range t.statements {
		s := &t.statements[i]
		meant, _ := s.principals.names(r.Principal)
		switch {
		case len(lines) >= maxMissing || !s.allow || !s.coversAction(r):
			continue
		case !meant:
			lines = append(lines, string(s.appendPlace(nil, ""))+": Principal does not name "+r.Principal.ARN)
		default:
			lines = s.addObstacles(lines, r, "")
		}
	}
	return lines[:min(len(lines), maxMissing)]
}

// addObstacles says why a statement that covers the action does not apply. Denials are common and each is explained:
// the lines are put together without fmt.
func (s *statement) addObstacles(lines []string, r *request, policyName string) []string {
	var backing [256]byte
	line := append(s.appendPlace(backing[:0], policyName), ": "...)
	place := len(line)
	ctx, complete := r.Context, true
	if ctx.isAmbiguous() {
		ctx, _, complete = s.reading(r, false)
	}
	if !complete {
		lines = append(lines, string(line[:place])+"too many of its keys are in the request in several spellings")
	}
	if !r.trust && !s.coversResource(r.Resource, ctx) {
		line = s.appendWantedResource(line)
		line = strconv.AppendQuote(append(line, ", got "...), r.Resource)
		lines = append(lines, string(line))
	}
	for i := range s.conditions {
		if c := &s.conditions[i]; !c.holds(ctx) {
			line = c.appendObstacle(line[:place], ctx)
			lines = append(lines, string(line))
		}
	}
	return lines
}

func (s *statement) appendPlace(line []byte, policyName string) []byte {
	if policyName != "" {
		line = append(append(line, policyName...), ", "...)
	}
	line = strconv.AppendInt(append(line, "statement "...), int64(s.number), 10)
	if s.sid != "" {
		line = strconv.AppendQuote(append(line, ' '), s.sid)
	}
	line = strconv.AppendInt(append(line, " (line "...), int64(s.line), 10)
	return append(line, ')')
}

func (s *statement) appendWantedResource(line []byte) []byte {
	if s.notResource {
		line = append(line, "NotResource excludes "...)
	} else {
		line = append(line, "Resource wants "...)
	}
	return appendQuoted(line, len(s.resources), func(i int) string { return s.resources[i].source })
}

func (c *condition) appendObstacle(line []byte, ctx Context) []byte {
	line = append(append(append(line, c.operatorName...), ' '), c.keyName...)
	line = appendQuoted(append(line, " wants "...), len(c.wanted), func(i int) string { return c.wanted[i] })
	line = append(line, ", got "...)
	value, present := ctx.lookup(c.key)
	if present {
		var single [1]string
		got := value.all(&single)
		line = appendQuoted(line, len(got), func(i int) string { return got[i] })
	} else {
		line = append(line, "nothing"...)
	}
	for _, name := range c.unresolved(ctx) {
		line = append(append(append(line, "; ${"...), name...), "} has no value"...)
	}
	return line
}

// unresolved names the variables in the condition's values that have no value in the request.
func (c *condition) unresolved(ctx Context) []string {
	var names []string
	for _, t := range c.templates() {
		names = append(names, t.unresolved(ctx)...)
	}
	return names
}

// appendQuoted lists n values, the first few of them in quotation marks.
func appendQuoted(line []byte, n int, value func(int) string) []byte {
	if n == 0 {
		return append(line, "nothing"...)
	}
	for i := range min(n, maxWantedValues) {
		if i > 0 {
			line = append(line, " or "...)
		}
		line = strconv.AppendQuote(line, value(i))
	}
	if n > maxWantedValues {
		line = strconv.AppendInt(append(line, " or "...), int64(n-maxWantedValues), 10)
		line = append(line, " more"...)
	}
	return line
}
