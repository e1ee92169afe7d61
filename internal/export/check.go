package export

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/uuid"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/model"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

var idPattern = regexp.MustCompile(`^[A-Z0-9]{16,128}$`)

func (h *header) check() error {
	if h.Version < oldestVersion || h.Version > formatVersion {
		return fmt.Errorf("unknown version %d of the format", h.Version)
	}
	if h.Secrets != nil {
		if err := h.Secrets.check(); err != nil {
			return err
		}
	}
	switch {
	case h.Account == "":
		return identity.CheckAccountID(h.RootAccount)
	case h.RootAccount != "" || h.IdentitiesFile != nil:
		return errors.New("a file about one account says nothing of a root account or an identities file")
	}
	return identity.CheckAccountID(h.Account)
}

func (r *accountRecord) owner() string   { return r.ID }
func (r *accountRecord) place() []string { return []string{r.ID} }

func (r *accountRecord) check(*header) error {
	return firstOf(identity.CheckAccountID(r.ID), checkCreated(r.Created), checkTime("setUpUntil", r.SetUpUntil))
}

func (r *regionSetupRecord) owner() string   { return r.Account }
func (r *regionSetupRecord) place() []string { return []string{r.Account, r.Region} }

func (r *regionSetupRecord) check(*header) error {
	if err := firstOf(identity.CheckAccountID(r.Account), checkRegion(r.Region), checkTime("until", r.Until)); err != nil || r.Until.IsZero() {
		return err
	}
	return identity.CheckOptIn(r.Region) // no command could end the set-up of another one
}

func (r *identityRecord) owner() string   { return r.Account }
func (r *identityRecord) place() []string { return []string{r.Account, r.Kind, r.Name} }

func (r *identityRecord) check(*header) error {
	var doc identity.Doc
	if err := decodeStrict(r.Doc, &doc); err != nil {
		return fmt.Errorf("doc: %w", err)
	}
	if !idPattern.MatchString(r.ID) {
		return fmt.Errorf("the id %q does not consist of 16 to 128 capital letters and digits", shorten(r.ID))
	}
	return firstOf(
		identity.CheckAccountID(r.Account), checkCreated(r.Created),
		identity.CheckStored(identity.Kind(r.Kind), r.Name, &doc))
}

func (r *accessKeyRecord) owner() string   { return r.Account }
func (r *accessKeyRecord) place() []string { return []string{r.Account, r.ID} }

func (r *accessKeyRecord) check(h *header) error {
	if len(r.Sealed) == 0 && !r.LeftOut {
		return errors.New("there is no secret")
	}
	return firstOf(
		r.wanted(h), identity.CheckAccountID(r.Account), identity.CheckAccessKeyID(r.ID), checkCreated(r.Created))
}

func (r *resourceRecord) owner() string { return r.Account }
func (r *resourceRecord) place() []string {
	return []string{r.Account, r.Region, resource.Kind(r.Kind).Space(), r.Name}
}

func (r *resourceRecord) check(h *header) error {
	if !slices.Contains(resource.Kinds(), resource.Kind(r.Kind)) {
		return fmt.Errorf("unknown kind of resource %q", shorten(r.Kind))
	}
	if err := firstOf(
		identity.CheckAccountID(r.Account), checkRegion(r.Region), checkName(resource.Kind(r.Kind), r.Name), r.checkReserved(),
		checkUUID(r.ID), checkCreated(r.Created), checkTime("goneAt", r.GoneAt),
	); err != nil {
		return err
	}
	if h.Version < linksVersion && !r.GoneAt.IsZero() {
		return fmt.Errorf("goneAt is not in files of version %d", h.Version)
	}
	if err := r.checkSecrets(h); err != nil {
		return err
	}
	if _, err := resource.MergeTags(nil, r.tags()); err != nil {
		return err
	}
	return firstOf(r.checkHome(), r.checkDoc(), r.checkPriv())
}

// checkHome wants a kind that one region serves in that region: no call would find it in
// another one.
func (r *resourceRecord) checkHome() error {
	if home := resource.Kind(r.Kind).OnlyIn(); home != "" && r.Region != home {
		return fmt.Errorf("a %s is in the region %s only", r.Kind, home)
	}
	return nil
}

// checkReserved keeps the names that only resources of one kind have for them.
func (r *resourceRecord) checkReserved() error {
	if kind, plural := resource.Reserved(r.Name); kind != "" && kind != resource.Kind(r.Kind) {
		return fmt.Errorf("the name %s is that of %s only", r.Name, plural)
	}
	return nil
}

// checkDoc wants the members by which the document is the resource's own. The rest is
// for who knows the kind.
func (r *resourceRecord) checkDoc() error {
	var doc map[string]json.RawMessage
	if err := json.Unmarshal(r.Doc, &doc); err != nil {
		return errors.New("doc: not an object with an arn and a name")
	}
	arn := resource.ARN(resource.Kind(r.Kind), r.Account, r.Region, r.ID)
	name, ok := doc["name"]
	if !ok { // documents of some kinds have it in a member of another name
		name = doc[strings.ToLower(r.Kind[:1])+r.Kind[1:]+"Name"]
	}
	if !isText(doc["arn"], arn) || !isText(name, r.Name) {
		return errors.New("doc: its arn or name are not the resource's")
	}
	return nil
}

// isText reports whether a JSON value is the text.
func isText(value json.RawMessage, want string) bool {
	var text string
	return json.Unmarshal(value, &text) == nil && text == want
}

func (r *resourceRecord) checkPriv() error {
	if r.Priv == nil {
		if len(r.secrets()) > 0 || r.LeftOut {
			return errors.New("there is a secret, but no priv document")
		}
		return nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(r.Priv, &members); err != nil || members == nil {
		return errors.New("priv: not an object")
	}
	for _, s := range append(resource.Kind(r.Kind).Secrets(), resource.Secret{Member: resource.FirstSecret}) {
		if _, there := members[s.Member]; there {
			return errors.New("priv: a sealed value of another store")
		}
	}
	return nil
}

func (r *resourceRecord) tags() []types.Tag {
	tags := make([]types.Tag, len(r.Tags))
	for i := range r.Tags {
		tags[i] = resource.NewTag(r.Tags[i].Key, r.Tags[i].Value)
	}
	return tags
}

func (r *linkRecord) owner() string   { return r.Account }
func (r *linkRecord) place() []string { return []string{r.Account, r.From, r.Role, r.To} }

func (r *linkRecord) check(*header) error {
	if _, known := resource.Role(r.Role).Ends(); !known {
		return fmt.Errorf("unknown role of a link %q", shorten(r.Role))
	}
	if r.Position <= 0 {
		return errors.New("the position of a link is not above 0")
	}
	return firstOf(identity.CheckAccountID(r.Account), checkUUID(r.From), checkUUID(r.To))
}

func (r *addressRecord) owner() string   { return r.Account }
func (r *addressRecord) place() []string { return []string{r.Account, r.Owner, r.Pool} }

func (r *addressRecord) check(h *header) error {
	pool, region := h.kinds.Pool(r.Account, r.Pool)
	if pool == nil {
		return fmt.Errorf("unknown pool of addresses %q", shorten(r.Pool))
	}
	if pool.Networked {
		if err := checkRegion(region); err != nil {
			return err
		}
	}
	return firstOf(identity.CheckAccountID(r.Account), checkUUID(r.Owner), pool.CheckNumber(r.Number))
}

func checkRegion(name string) error {
	if _, ok := catalogue.LookupRegion(name); !ok {
		return fmt.Errorf("unknown region %q", shorten(name))
	}
	return nil
}

// checkName holds a name to the rule of the API for its kind.
func checkName(kind resource.Kind, name string) error {
	rule := model.Constraints(kind.NameShape())
	if !rule.Match(name) || rule.HasMax && int64(len(name)) > rule.Max {
		return fmt.Errorf("%q%s", shorten(name), resource.NameRule)
	}
	return nil
}

func checkUUID(id string) error {
	if u, err := uuid.Parse(id); err != nil || u.String() != id {
		return fmt.Errorf("the id %q is not a lower-case UUID", shorten(id))
	}
	return nil
}

// checkCreated wants a time.
func checkCreated(t time.Time) error {
	if t.IsZero() {
		return errors.New("created is missing")
	}
	return checkTime("created", t)
}

// checkTime wants what the store can keep: whole milliseconds of a time that can be
// written, which is in UTC. The zero time stands for none.
func checkTime(member string, t time.Time) error {
	t = t.UTC()
	if t.Year() < 1 || t.Year() > 9999 || !t.Equal(t.Truncate(time.Millisecond)) {
		return fmt.Errorf("%s is not a time in whole milliseconds", member)
	}
	return nil
}

// padded is a number that is not negative as part of a place: texts are compared.
func padded(n int64) string { return fmt.Sprintf("%020d", n) }

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
