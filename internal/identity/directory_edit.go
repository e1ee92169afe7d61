package identity

import (
	"slices"
	"strings"

	"github.com/lanyard-cloud/lanyard/internal/policy"
)

// PutInline embeds a policy in a user, group or role, or replaces the one of that
// name.
func (d *Directory) PutInline(kind Kind, name, policyName, document string) (*Entity, error) {
	return d.change(kind, name, func(e *Entity) error {
		p := InlinePolicy{Name: policyName, Document: document}
		if i := e.inline(policyName); i >= 0 {
			e.Inline[i] = p
			return nil
		}
		e.Inline = append(e.Inline, p)
		return nil
	})
}

// DeleteInline removes an embedded policy.
func (d *Directory) DeleteInline(kind Kind, name, policyName string) (*Entity, error) {
	return d.change(kind, name, func(e *Entity) error {
		i := e.inline(policyName)
		if i < 0 {
			return refuse(CodeNoSuchEntity, "The %s policy with name %s cannot be found.", kind, policyName)
		}
		e.Inline = slices.Delete(e.Inline, i, i+1)
		return nil
	})
}

func (e *Entity) inline(policyName string) int {
	return slices.IndexFunc(e.Inline, func(p InlinePolicy) bool { return p.Name == policyName })
}

// Attach attaches a managed policy, named by its name or ARN, to a user, group or
// role. One that is attached already stays so.
func (d *Directory) Attach(kind Kind, name, policyRef string) (*Entity, error) {
	return d.change(kind, name, func(e *Entity) error {
		policyName, err := d.policyName(policyRef)
		if err == nil && !slices.Contains(e.Attached, policyName) {
			e.Attached = append(e.Attached, policyName)
		}
		return err
	})
}

// Detach undoes Attach.
func (d *Directory) Detach(kind Kind, name, policyRef string) (*Entity, error) {
	return d.change(kind, name, func(e *Entity) error {
		policyName, err := d.policyName(policyRef)
		if err != nil {
			return err
		}
		return remove(&e.Attached, policyName, refuse(CodeNoSuchEntity, "Policy %s was not found.", arn(d.account, Policy, policyName)))
	})
}

// SetBoundary makes a managed policy, named by its name or ARN, the permissions
// boundary of a user or role; "" takes the boundary away.
func (d *Directory) SetBoundary(kind Kind, name, policyRef string) (*Entity, error) {
	return d.change(kind, name, func(e *Entity) (err error) {
		e.Boundary = ""
		if policyRef != "" {
			e.Boundary, err = d.policyName(policyRef)
		}
		return err
	})
}

// policyName reads a reference to a managed policy of the account: its name or its
// ARN.
func (d *Directory) policyName(ref string) (string, error) {
	if !strings.HasPrefix(ref, "arn:") {
		return ref, nil
	}
	name, ok := strings.CutPrefix(ref, arn(d.account, Policy, ""))
	if !ok {
		return "", refuse(CodeNoSuchEntity, "Policy %s was not found.", ref)
	}
	return name, nil
}

// AddToGroup makes a user a member of a group.
func (d *Directory) AddToGroup(user, group string) (*Entity, error) {
	return d.change(User, user, func(e *Entity) error {
		if !slices.Contains(e.Groups, group) {
			e.Groups = append(e.Groups, group)
		}
		return nil
	})
}

// RemoveFromGroup ends a user's membership in a group.
func (d *Directory) RemoveFromGroup(user, group string) (*Entity, error) {
	return d.change(User, user, func(e *Entity) error {
		return remove(&e.Groups, group, noSuchEntity(Group, d.account, group))
	})
}

// Members lists the users of a group by name.
func (d *Directory) Members(group string) ([]string, error) {
	users, err := d.List(User)
	names := []string{}
	for _, u := range users {
		if slices.Contains(u.Groups, group) {
			names = append(names, u.Name)
		}
	}
	return names, err
}

// Tag adds tags to a user or role; present keys, in whatever case, get the new value.
func (d *Directory) Tag(kind Kind, name string, tags []Tag) (*Entity, error) {
	return d.change(kind, name, func(e *Entity) error {
		if err := checkTags(tags); err != nil {
			return err
		}
		for _, t := range tags {
			if i := e.tag(t.Key); i >= 0 {
				e.Tags[i] = t
				continue
			}
			e.Tags = append(e.Tags, t)
		}
		return nil
	})
}

// Untag removes the tags of the given keys; a key that is not there is no error.
func (d *Directory) Untag(kind Kind, name string, keys []string) (*Entity, error) {
	return d.change(kind, name, func(e *Entity) error {
		for _, key := range keys {
			if i := e.tag(key); i >= 0 {
				e.Tags = slices.Delete(e.Tags, i, i+1)
			}
		}
		return nil
	})
}

func (e *Entity) tag(key string) int {
	return slices.IndexFunc(e.Tags, func(t Tag) bool { return policy.EqualFold(t.Key, key) })
}

// SetTrust replaces a role's trust policy.
func (d *Directory) SetTrust(role, document string) (*Entity, error) {
	return d.change(Role, role, func(e *Entity) error {
		e.Trust = document
		return d.pinTrust(&e.Doc)
	})
}

// SetDocument replaces a managed policy's text.
func (d *Directory) SetDocument(policyName, document string) (*Entity, error) {
	return d.change(Policy, policyName, func(e *Entity) error {
		e.Document = document
		return nil
	})
}

// remove takes a name out of a list, or returns the error for one that is not in it.
func remove(list *[]string, name string, missing error) error {
	i := slices.Index(*list, name)
	if i < 0 {
		return missing
	}
	*list = slices.Delete(*list, i, i+1)
	return nil
}
