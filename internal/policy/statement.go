package policy

// A Document is a parsed identity-based policy, permissions boundary or session policy. It is immutable and may be
// used from several goroutines.
type Document struct {
	version    string
	statements []statement
}

// A Trust is a parsed trust policy of a role. It is immutable and may be used from several goroutines.
type Trust struct {
	version    string
	statements []statement
}

// Versions of the policy language. A document that names no version has the older one, in which policy
// variables are plain text. AWS requires the newer one in managed policies, which callers check by [Document.Version].
const (
	Version2008 = "2008-10-17"
	Version2012 = "2012-10-17"
)

// Version returns the version of the policy language that the document names, or [Version2008] if it names none.
func (d *Document) Version() string { return d.version }

type statement struct {
	sid         string
	number      int // from 1
	line        int
	allow       bool
	actions     []template // in lower case
	notAction   bool
	resources   []template
	notResource bool
	principals  principals // of trust policies only
	conditions  []condition
}

func (s *statement) coversAction(r *request) bool {
	return anyMatches(s.actions, r.action, Context{}) != s.notAction
}

func (s *statement) coversResource(arn string, ctx Context) bool {
	return anyMatches(s.resources, arn, ctx) != s.notResource
}

func (s *statement) conditionsHold(ctx Context) bool {
	for i := range s.conditions {
		if !s.conditions[i].holds(ctx) {
			return false
		}
	}
	return true
}

func anyMatches(templates []template, text string, ctx Context) bool {
	for i := range templates {
		if templates[i].matches(text, ctx) {
			return true
		}
	}
	return false
}
