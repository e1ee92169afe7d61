package policy

import "strings"

// A Principal is the caller that asks to assume a role.
type Principal struct {
	ARN     string // arn:aws:iam::123456789012:user/alice, or …:assumed-role/deploy/session of a session
	Account string // 12 digits
	Role    string // ARN of the role that a session is of; a trust policy that names the role trusts its sessions
}

// principals are those that a statement of a trust policy names. Services and federated identities are read and
// never match: no request to Lanyard is signed by one of them.
type principals struct {
	everyone bool
	accounts []string
	arns     []string
}

// names reports whether p is meant, and whether by name rather than through the account.
func (s *principals) names(p Principal) (meant, directly bool) {
	for _, arn := range s.arns {
		if arn == p.ARN || p.Role != "" && arn == p.Role {
			return true, true
		}
	}
	if s.everyone {
		return true, true
	}
	for _, account := range s.accounts {
		if p.Account != "" && account == p.Account {
			return true, false
		}
	}
	return false, false
}

// Named lists the ARNs of users, roles and sessions that the policy names.
func (t *Trust) Named() []string {
	var arns []string
	for i := range t.statements {
		arns = append(arns, t.statements[i].principals.arns...)
	}
	return arns
}

// addAWS takes one value of "AWS" in a Principal element: *, an account by its number or its root's ARN, a user, a
// role or a session. Wildcards cannot match a part of a name.
func (s *principals) addAWS(text string) bool {
	switch {
	case text == "*":
		s.everyone = true
		return true
	case isAccount(text):
		s.accounts = append(s.accounts, text)
		return true
	}
	components := strings.SplitN(text, ":", 6)
	if len(components) != 6 || components[0] != "arn" || components[1] != "aws" || components[3] != "" ||
		!isAccount(components[4]) || strings.ContainsAny(text, "*?") {
		return false
	}
	service, account, resource := components[2], components[4], components[5]
	if service == "iam" && resource == "root" {
		s.accounts = append(s.accounts, account)
		return true
	}
	if !namesIdentity(service, resource) {
		return false
	}
	s.arns = append(s.arns, text)
	return true
}

func namesIdentity(service, resource string) bool {
	kind, name, _ := strings.Cut(resource, "/")
	if name == "" || strings.HasSuffix(name, "/") {
		return false
	}
	switch service + ":" + kind {
	case "iam:user", "iam:role", "sts:federated-user":
		return true
	case "sts:assumed-role":
		return strings.Count(name, "/") == 1
	}
	return false
}

func isAccount(text string) bool {
	return len(text) == 12 && isDigits(text)
}
