package policy

import "strings"

func (p *parser) actions(n *node, s *statement) error {
	values, negated, err := p.either(n, "Action", "NotAction", "Policy statement must contain actions.")
	if err != nil {
		return err
	}
	s.notAction = negated
	for _, value := range values {
		if err := p.checkAction(value); err != nil {
			return err
		}
		pattern, err := compile(Fold(value.text), syntax{wildcards: anyWildcards})
		if err != nil {
			return p.fail(value, "%s", err)
		}
		s.actions = append(s.actions, pattern)
	}
	return nil
}

// checkAction returns an error unless the text is * or service:name. Wildcards may be in the name, and the service may
// be * alone. AWS does not check whether service and name exist.
func (p *parser) checkAction(n *node) error {
	if n.text == "*" && !p.trust {
		return nil
	}
	service, name, found := strings.Cut(n.text, ":")
	switch {
	case !found && n.text != "*":
		return p.fail(n, "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
	case strings.Contains(name, ":"):
		return p.fail(n, "Actions/Condition can contain only one colon.")
	case p.trust && !assumesRole(n.text):
		return p.fail(n, "AssumeRole policy may only specify STS AssumeRole actions.")
	case service != "*" && !isVendor(service):
		return p.fail(n, "Vendor %s is not valid", service)
	case name == "":
		return p.fail(n, "the action has no name after its service")
	}
	return nil
}

func isVendor(service string) bool {
	return service != "" && strings.Trim(service, alphanumerics+"-.") == ""
}

func assumesRole(action string) bool {
	switch Fold(action) {
	case "sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity",
		"sts:tagsession", "sts:setsourceidentity", "sts:setcontext":
		return true
	}
	return false
}

func (p *parser) resources(n *node, s *statement) error {
	if p.trust {
		return nil
	}
	values, negated, err := p.either(n, "Resource", "NotResource", "Policy statement must contain resources.")
	if err != nil {
		return err
	}
	s.notResource = negated
	for _, value := range values {
		pattern, err := p.resource(value)
		if err != nil {
			return err
		}
		s.resources = append(s.resources, pattern)
	}
	return nil
}

// resource reads * or an ARN. Components that are left out at the end match any, as AWS fills them. Variables
// may be in the last component only.
func (p *parser) resource(n *node) (template, error) {
	if n.text == "*" {
		return compile("*", syntax{wildcards: anyWildcards})
	}
	how := syntax{variables: p.variables, wildcards: resourceWildcards}
	pattern, err := compile(n.text, how)
	if err != nil {
		return template{}, p.fail(n, "%s", err)
	}
	if err := p.checkARN(n, &pattern); err != nil {
		return template{}, err
	}
	if missing := arnColons - pattern.colons; missing > 0 {
		pattern, err = compile(n.text+strings.Repeat(":*", missing), how)
		pattern.source = n.text
	}
	return pattern, err
}

func (p *parser) checkARN(n *node, pattern *template) error {
	components := strings.SplitN(n.text, ":", arnColons+1)
	switch {
	case pattern.colons == 0 || components[0] != "arn":
		return p.fail(n, `Resource %s must be in ARN format or "*".`, n.text)
	case variablesBeforeResource(pattern):
		return p.fail(n, "policy variables can stand only after the fifth colon of an ARN")
	case components[1] != "aws" && !strings.ContainsAny(components[1], "*?"):
		return p.fail(n, `Partition %q is not valid for resource %q.`, components[1], n.text)
	case len(components) < 3 || strings.ContainsAny(components[2], "*?"):
		return p.fail(n, "Resource vendor must be fully qualified and cannot contain regexes.")
	case components[2] == "" || pattern.colons < arnColons && strings.Contains(n.text, "::"):
		return p.fail(n, "an ARN has six components: arn:partition:service:region:account:resource")
	case components[len(components)-1] == "":
		return p.fail(n, "the ARN names no resource")
	}
	return nil
}

func variablesBeforeResource(pattern *template) bool {
	colons := 0
	for _, piece := range pattern.pieces {
		if piece.kind == variablePiece && colons < arnColons {
			return true
		}
		if piece.kind == literalPiece {
			colons += strings.Count(piece.text, ":")
		}
	}
	return false
}

func (p *parser) principals(n *node, s *statement) error {
	if !p.trust {
		return nil
	}
	principal := n.member("Principal")
	if principal == nil {
		return p.fail(n, "Missing required field Principal")
	}
	if principal.kind == stringNode && principal.text == "*" {
		s.principals.everyone = true
		return nil
	}
	if err := p.knows(principal, "AWS", "Service", "Federated"); err != nil {
		return err
	}
	if len(principal.members) == 0 {
		return p.fail(principal, "Missing required field Principal cannot be empty!")
	}
	for _, m := range principal.members {
		if err := p.principalValues(m.name, m.value, &s.principals); err != nil {
			return err
		}
	}
	return nil
}

func (p *parser) principalValues(kind string, n *node, into *principals) error {
	values, err := p.strings(n)
	if err != nil {
		return err
	}
	if len(values) == 0 {
		return p.fail(n, "Missing required field Principal cannot be empty!")
	}
	for _, value := range values {
		valid := value.text != "" && value.text != "*"
		if kind == "AWS" {
			valid = into.addAWS(value.text)
		}
		if !valid {
			return p.fail(value, "Invalid principal in policy: %q:%q", strings.ToUpper(kind), value.text)
		}
	}
	return nil
}
