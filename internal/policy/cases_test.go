package policy

import (
	"fmt"
	"testing"
)

// keys is a request context as the cases write it: a string is a single-valued key, a list a multivalued one. Names that
// differ by case alone are spellings of one key.
type keys map[string]any

func (k keys) context() Context {
	ctx := NewContext()
	for name, value := range k {
		switch value := value.(type) {
		case string:
			ctx.Add(name, value)
		case []string:
			ctx.SetList(name, value...)
		}
	}
	return ctx
}

// An evaluationCase is a decision, named by the rule that it shows.
type evaluationCase struct {
	rule     string
	identity []string // documents, or statements alone
	boundary string
	session  []string
	action   string // "" means lightsail:CreateKeyPair
	resource string // "" means *
	context  keys
	want     Kind
	by       Type // "" if it does not matter
}

const (
	allowAll = `{"Effect":"Allow","Action":"*","Resource":"*"}`
	account  = "123456789012"
	instance = "arn:aws:lightsail:us-east-1:123456789012:Instance/8d1c"
	keyPair  = "arn:aws:lightsail:us-east-1:123456789012:KeyPair/47ee"
)

// document makes a document of a single statement; a whole document stays as it is.
func document(text string) string {
	root, err := readTree([]byte(text))
	if err == nil && root.member("Statement") != nil {
		return text
	}
	return `{"Version":"2012-10-17","Statement":` + text + `}`
}

func attach(t *testing.T, documents []string) []Attached {
	t.Helper()
	var attached []Attached
	for i, text := range documents {
		parsed, err := Parse([]byte(document(text)))
		if err != nil {
			t.Fatalf("policy %d: %v\n%s", i, err, text)
		}
		attached = append(attached, Attached{Name: fmt.Sprintf("policy-%d", i), Document: parsed})
	}
	return attached
}

func (c evaluationCase) withDefaults() evaluationCase {
	if c.action == "" {
		c.action = "lightsail:CreateKeyPair"
	}
	if c.resource == "" {
		c.resource = "*"
	}
	return c
}

func (c evaluationCase) set(t *testing.T) Set {
	t.Helper()
	set := Set{Identity: attach(t, c.identity)}
	if c.boundary != "" {
		set.Boundary = &attach(t, []string{c.boundary})[0]
	}
	if c.session != nil {
		set.Session = append([]Attached{}, attach(t, c.session)...)
	}
	return set
}

// runEvaluations checks each case, and that the simple evaluator of these tests decides alike.
func runEvaluations(t *testing.T, cases []evaluationCase) {
	t.Helper()
	for _, c := range cases {
		c := c.withDefaults()
		t.Run(c.rule, func(t *testing.T) {
			t.Parallel()
			got := Evaluate(c.set(t), Request{Action: c.action, Resource: c.resource, Context: c.context.context()})
			if got.Kind != c.want || got.Allowed != (c.want == Allow) {
				t.Fatalf("decided %s, want %s; missing: %q", got.Kind, c.want, got.Missing)
			}
			if c.by != "" && got.By != c.by {
				t.Errorf("decided by %s, want %s", got.By, c.by)
			}
			if reference := referenceEvaluate(c); reference != got.Kind {
				t.Errorf("the simple evaluator says %s", reference)
			}
		})
	}
}

// A conditionCase is one Condition element, named by the rule that it shows.
type conditionCase struct {
	rule      string
	condition string
	context   keys
	holds     bool
}

// runConditions checks each condition under Allow, which it grants, and under Deny, which it removes.
func runConditions(t *testing.T, cases []conditionCase) {
	t.Helper()
	evaluations := make([]evaluationCase, 0, 2*len(cases))
	for _, c := range cases {
		conditional := `"Action":"lightsail:*","Resource":"*","Condition":` + c.condition + `}`
		underAllow := evaluationCase{
			rule: c.rule, context: c.context, want: ImplicitDeny,
			identity: []string{`{"Effect":"Allow",` + conditional},
		}
		underDeny := evaluationCase{
			rule: c.rule + ", under Deny", context: c.context, want: Allow,
			identity: []string{allowAll, `{"Effect":"Deny",` + conditional},
		}
		if c.holds {
			underAllow.want, underDeny.want = Allow, ExplicitDeny
		}
		evaluations = append(evaluations, underAllow, underDeny)
	}
	runEvaluations(t, evaluations)
}
