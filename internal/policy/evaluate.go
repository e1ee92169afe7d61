package policy

// A Request is a call that is to be allowed or denied.
type Request struct {
	Action    string    // such as lightsail:CreateKeyPair; case does not matter
	Resource  string    // an ARN, or * for an action that is not authorised on resources
	Principal Principal // for trust policies only
	Context   Context
}

// request is a Request made ready to be compared many times.
type request struct {
	Request
	action string // folded
	trust  bool   // trust policies name no resources
}

func newRequest(r Request) *request {
	return &request{Request: r, action: Fold(r.Action)}
}

// An Attached is a policy with the name that reasons call it by.
type Attached struct {
	Name     string
	Document *Document // nil allows and denies nothing
}

// A Set is all policies that apply to a principal. Allowed is what the identity-based policies allow, the boundary
// allows if there is one, and the session policies allow if there are any; an explicit deny anywhere overrides.
type Set struct {
	Identity []Attached // the user's own and those of its groups, or the role's
	Boundary *Attached  // nil: none is set
	Session  []Attached // nil: no session, or one without policies. Empty but not nil allows nothing.
}

// A layer is all policies of one type. It allows what one of its policies allows.
type layer struct {
	policyType Type
	policies   []Attached
}

func (s Set) layers(into []layer) []layer {
	into = append(into, layer{IdentityBasedPolicy, s.Identity})
	if s.Boundary != nil {
		into = append(into, layer{PermissionsBoundary, []Attached{*s.Boundary}})
	}
	if s.Session != nil {
		into = append(into, layer{SessionPolicy, s.Session})
	}
	return into
}

// Evaluate decides a request ("Policy evaluation logic"): explicit denies first, then identity-based policies,
// boundary and session policies in turn.
func Evaluate(set Set, req Request) Decision {
	r := newRequest(req)
	var backing [3]layer
	var allowed Decision
	var refusing *layer
	layers := set.layers(backing[:0])
	for i := range layers {
		decision := layers[i].decide(r)
		switch {
		case decision.Kind == ExplicitDeny:
			return decision
		case decision.Kind == ImplicitDeny && refusing == nil:
			refusing = &layers[i]
		case i == 0:
			allowed = decision
		}
	}
	if refusing != nil {
		return Decision{By: refusing.policyType, Missing: refusing.missing(r)}
	}
	return allowed
}

func (l *layer) decide(r *request) Decision {
	decision := Decision{By: l.policyType}
	for i := range l.policies {
		document := l.policies[i].Document
		if document == nil {
			continue
		}
		for j := range document.statements {
			s := &document.statements[j]
			if s.allow && decision.Kind == Allow || !s.applies(r) {
				continue
			}
			decision = s.decision(l.policyType, l.policies[i].Name)
			if !s.allow {
				return decision
			}
		}
	}
	return decision
}

// EvaluateTrust decides whether a role's trust policy lets a principal assume the role. The principal may need an
// identity-based policy, too: always if it is of another account than the role, and within the account if the
// decision is Delegated ("Policy evaluation logic", "Principal"). A nil trust policy trusts no principal.
func EvaluateTrust(trust *Trust, req Request) Decision {
	decision := Decision{By: RoleTrustPolicy}
	if trust == nil {
		return decision
	}
	r := newRequest(req)
	r.trust = true
	for i := range trust.statements {
		s := &trust.statements[i]
		meant, directly := s.principals.names(r.Principal)
		if !meant || !s.applies(r) {
			continue
		}
		if !s.allow {
			return s.decision(RoleTrustPolicy, "")
		}
		if !decision.Allowed || decision.Delegated && directly {
			decision = s.decision(RoleTrustPolicy, "")
			decision.Delegated = !directly
		}
	}
	if !decision.Allowed {
		decision.Missing = trust.missing(r)
	}
	return decision
}

func (s *statement) decision(by Type, policyName string) Decision {
	d := Decision{Kind: ExplicitDeny, By: by, Policy: policyName, Sid: s.sid, Statement: s.number, Line: s.line}
	if s.allow {
		d.Kind, d.Allowed = Allow, true
	}
	return d
}
