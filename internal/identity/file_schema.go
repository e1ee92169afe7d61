package identity

import (
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"github.com/lanyard-cloud/lanyard/internal/strictyaml"
)

// rootName means the server's root account, whatever its id is.
const rootName = "root"

// whole reads the file's outermost mapping.
func (r *fileReader) whole(n *yaml.Node) error {
	r.keyLines = map[string]int{}
	given := false
	err := r.Object(n, map[string]strictyaml.Member{"accounts": func(n *yaml.Node) error {
		given = true
		return r.Entries(n, r.account)
	}})
	if err == nil && !given {
		err = r.Fail(n, "there is no member accounts")
	}
	return err
}

// reference is a name that another object of the account must have.
type reference struct {
	line int
	kind Kind
	name string
}

// accountReader reads one account.
type accountReader struct {
	*fileReader
	account    fileAccount
	references []reference
	// lines are those of the entities, by kind and folded name.
	lines map[Kind]map[string]int
}

func (r *fileReader) account(name, n *yaml.Node) error {
	a := &accountReader{fileReader: r, account: fileAccount{line: name.Line}, lines: map[Kind]map[string]int{}}
	if name.Value != rootName {
		a.account.id = name.Value
		if err := CheckAccountID(name.Value); err != nil {
			return r.Fail(name, "%w; %q means the root account", err, rootName)
		}
	}
	err := r.Object(n, map[string]strictyaml.Member{
		"inSetup":        a.inSetup(""),
		"setupUntil":     a.setupUntil(""),
		"regions":        a.regions,
		"rootAccessKeys": a.accessKeys(""),
		"policies":       a.each(Policy, a.policy),
		"groups":         a.each(Group, a.group),
		"users":          a.each(User, a.user),
		"roles":          a.each(Role, a.role),
	})
	if err != nil {
		return err
	}
	r.file.accounts = append(r.file.accounts, a.account)
	return a.resolve()
}

// resolve returns an error for a reference to an unknown name.
func (a *accountReader) resolve() error {
	known := map[Kind]map[string]bool{Group: {}, Policy: {}}
	for _, e := range a.account.entities {
		if known[e.kind] != nil {
			known[e.kind][e.name] = true
		}
	}
	for _, ref := range a.references {
		if !known[ref.kind][ref.name] {
			return a.FailLine(ref.line, "the account declares no %s %s", ref.kind, ref.name)
		}
	}
	return nil
}

// each reads the entities of a kind.
func (a *accountReader) each(kind Kind, read func(e *fileEntity, n *yaml.Node) error) strictyaml.Member {
	a.lines[kind] = map[string]int{}
	return func(n *yaml.Node) error {
		return a.Entries(n, func(name, value *yaml.Node) error {
			folded := strings.ToLower(name.Value)
			if line, taken := a.lines[kind][folded]; taken {
				return a.Fail(name, "%s %s differs from the one in line %d by case alone", kind, name.Value, line)
			}
			a.lines[kind][folded] = name.Line
			if err := checkName(kind, name.Value); err != nil {
				return a.Fail(name, "%w", err)
			}
			e := fileEntity{line: name.Line, kind: kind, name: name.Value}
			if err := read(&e, value); err != nil {
				return err
			}
			if err := checkDoc(kind, e.name, &e.doc); err != nil {
				return a.Fail(name, "%s %s: %w", kind, e.name, err)
			}
			e.doc.Managed = true
			a.account.entities = append(a.account.entities, e)
			return nil
		})
	}
}

func (a *accountReader) user(e *fileEntity, n *yaml.Node) error {
	return a.Object(n, map[string]strictyaml.Member{
		"tags":                a.tags(&e.doc.Tags),
		"groups":              a.Names(&e.doc.Groups, a.refersTo(Group)),
		"policies":            a.inline(&e.doc.Inline),
		"managedPolicies":     a.Names(&e.doc.Attached, a.refersTo(Policy)),
		"permissionsBoundary": a.boundary(&e.doc.Boundary),
		"accessKeys":          a.accessKeys(e.name),
	})
}

func (a *accountReader) group(e *fileEntity, n *yaml.Node) error {
	return a.Object(n, map[string]strictyaml.Member{
		"policies":        a.inline(&e.doc.Inline),
		"managedPolicies": a.Names(&e.doc.Attached, a.refersTo(Policy)),
	})
}

func (a *accountReader) role(e *fileEntity, n *yaml.Node) error {
	e.doc.MaxSession = DefaultMaxSession
	err := a.Object(n, map[string]strictyaml.Member{
		"description":         a.Text(&e.doc.Description),
		"trustPolicy":         a.document(&e.doc.Trust, checkTrust),
		"maxSessionDuration":  a.Number(&e.doc.MaxSession),
		"tags":                a.tags(&e.doc.Tags),
		"policies":            a.inline(&e.doc.Inline),
		"managedPolicies":     a.Names(&e.doc.Attached, a.refersTo(Policy)),
		"permissionsBoundary": a.boundary(&e.doc.Boundary),
	})
	if err == nil && e.doc.Trust == "" {
		err = a.FailLine(e.line, "role %s has no trustPolicy", e.name)
	}
	return err
}

func (a *accountReader) policy(e *fileEntity, n *yaml.Node) error {
	return a.documentWith(&e.doc.Document, checkManaged, map[string]strictyaml.Member{"description": a.Text(&e.doc.Description)})(n)
}

// inline reads embedded policies by their names.
func (a *accountReader) inline(into *[]InlinePolicy) strictyaml.Member {
	return func(n *yaml.Node) error {
		return a.Entries(n, func(name, value *yaml.Node) error {
			p := InlinePolicy{Name: name.Value}
			if err := checkPolicyName(p.Name); err != nil {
				return a.Fail(name, "%w", err)
			}
			check := func(text string) error {
				_, err := parseDocument(text)
				return err
			}
			if err := a.document(&p.Document, check)(value); err != nil {
				return err
			}
			*into = append(*into, p)
			return nil
		})
	}
}

func (a *accountReader) boundary(into *string) strictyaml.Member {
	return func(n *yaml.Node) error {
		err := a.Text(into)(n)
		a.refersTo(Policy)(n)
		return err
	}
}

func (a *accountReader) refersTo(kind Kind) func(*yaml.Node) {
	return func(n *yaml.Node) { a.references = append(a.references, reference{n.Line, kind, n.Value}) }
}

// accessKeys reads the keys of a user, or of the account's root.
func (a *accountReader) accessKeys(user string) strictyaml.Member {
	return func(n *yaml.Node) error {
		count := 0
		return a.Items(n, func(item *yaml.Node) error {
			if count++; count > maxAccessKeys {
				return a.Fail(item, "%w", quotaExceeded("AccessKeysPerUser", maxAccessKeys))
			}
			return a.accessKey(user, item)
		})
	}
}

func (a *accountReader) accessKey(user string, n *yaml.Node) error {
	k := fileKey{line: n.Line, user: user}
	var secretFile string
	status := "Active"
	err := a.Object(n, map[string]strictyaml.Member{
		"accessKeyId":         a.Text(&k.id),
		"secretAccessKey":     a.Text(&k.secret),
		"secretAccessKeyFile": a.Text(&secretFile),
		"status":              a.Text(&status),
	})
	if err != nil {
		return err
	}
	if (k.secret == "") == (secretFile == "") {
		return a.Fail(n, "an access key needs either secretAccessKey or secretAccessKeyFile")
	}
	k.inline = k.secret != ""
	if secretFile != "" {
		text, err := a.read(secretFile, maxSecretFile)
		if err != nil {
			return a.Fail(n, "secretAccessKeyFile: %w", err)
		}
		k.secret = strings.TrimSpace(string(text))
	}
	if status != "Active" && status != "Inactive" {
		return a.Fail(n, "status must be Active or Inactive")
	}
	k.inactive = status == "Inactive"
	return a.addKey(n, k)
}

func (a *accountReader) addKey(n *yaml.Node, k fileKey) error {
	if err := CheckAccessKeyID(k.id); err != nil {
		return a.Fail(n, "%w", err)
	}
	if err := CheckSecret(k.secret); err != nil {
		return a.Fail(n, "%w", err)
	}
	if line, taken := a.keyLines[k.id]; taken {
		return a.Fail(n, "the access key %s is given twice, first in line %d", k.id, line)
	}
	a.keyLines[k.id] = n.Line
	a.account.keys = append(a.account.keys, k)
	return nil
}

// fileSetUp says that the account or, with a region, that region is being set up.
type fileSetUp struct {
	line   int
	region string
	// words are those of the file; the delay runs from when they appear there.
	words string
	delay time.Duration
	until time.Time
}

func (a *accountReader) inSetup(region string) strictyaml.Member {
	return func(n *yaml.Node) error {
		var text string
		if err := a.Text(&text)(n); err != nil {
			return err
		}
		delay, err := time.ParseDuration(text)
		if err != nil || delay <= 0 {
			return a.Fail(n, "must be a duration such as 10m or 1h30m")
		}
		return a.addSetUp(fileSetUp{line: n.Line, region: region, words: "in " + text, delay: delay})
	}
}

func (a *accountReader) setupUntil(region string) strictyaml.Member {
	return func(n *yaml.Node) error {
		until, err := time.Parse(time.RFC3339, n.Value)
		if n.Kind != yaml.ScalarNode || err != nil {
			return a.Fail(n, "must be a time such as 2026-01-31T12:00:00Z")
		}
		return a.addSetUp(fileSetUp{line: n.Line, region: region, words: "until " + n.Value, until: until})
	}
}

func (a *accountReader) addSetUp(s fileSetUp) error {
	for _, other := range a.account.setUps {
		if other.region == s.region {
			return a.FailLine(s.line, "give either inSetup or setupUntil")
		}
	}
	a.account.setUps = append(a.account.setUps, s)
	return nil
}

func (a *accountReader) regions(n *yaml.Node) error {
	return a.Entries(n, func(name, value *yaml.Node) error {
		if err := CheckOptIn(name.Value); err != nil {
			return a.Fail(name, "%w", err)
		}
		return a.Object(value, map[string]strictyaml.Member{
			"inSetup": a.inSetup(name.Value), "setupUntil": a.setupUntil(name.Value),
		})
	})
}
