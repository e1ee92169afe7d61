package identity

import (
	"fmt"
	"slices"
)

// Delete removes an entity. As IAM does, it refuses one that others depend on or
// that something hangs on; force removes that first: a user's access keys,
// memberships and policies, a group's members' memberships, a policy's attachments.
// A policy that is a permissions boundary is never removed, since that would widen rights.
func (d *Directory) Delete(kind Kind, name string, force bool) error {
	e, err := d.Get(kind, name)
	if err != nil {
		return err
	}
	if err := d.mayChange(e); err != nil {
		return err
	}
	if err := d.release(e, force); err != nil {
		return err
	}
	return d.deleteRow(e)
}

func (d *Directory) deleteRow(e *Entity) error {
	row, err := e.row()
	if err != nil {
		return err
	}
	return d.tx.DeleteIdentity(row)
}

// release checks that no other object depends on an entity, or removes those that do.
func (d *Directory) release(e *Entity, force bool) error {
	switch e.Kind {
	case Group:
		if err := d.releaseGroup(e.Name, force); err != nil {
			return err
		}
	case Policy:
		return d.releasePolicy(e.Name, force)
	}
	if force {
		return nil
	}
	keys, err := d.tx.AccessKeys(d.account, e.ID)
	switch {
	case err != nil:
		return err
	case len(keys) > 0:
		return deleteConflict("delete access keys")
	case len(e.Groups) > 0:
		return deleteConflict("remove users from group")
	case len(e.Attached) > 0:
		return deleteConflict("detach all policies")
	case len(e.Inline) > 0:
		return deleteConflict("delete policies")
	}
	return nil
}

func (d *Directory) releaseGroup(name string, force bool) error {
	members, err := d.Members(name)
	if err != nil {
		return err
	}
	if len(members) > 0 && !force {
		return deleteConflict("remove users from group")
	}
	for _, user := range members {
		if _, err := d.RemoveFromGroup(user, name); err != nil {
			return err
		}
	}
	return nil
}

func (d *Directory) releasePolicy(name string, force bool) error {
	users, err := d.UsersOf(name)
	if err != nil {
		return err
	}
	if len(users.Bounded) > 0 {
		e := users.Bounded[0]
		return refuse(CodeDeleteConflict, "Cannot delete a policy attached to entities: it is the permissions boundary of the %s %s.", e.Kind, e.Name)
	}
	if len(users.Attached) > 0 && !force {
		return refuse(CodeDeleteConflict, "Cannot delete a policy attached to entities.")
	}
	for _, e := range users.Attached {
		if _, err := d.Detach(e.Kind, e.Name, name); err != nil {
			return err
		}
	}
	return nil
}

// PolicyUsers are the entities that a managed policy is attached to, or bounds.
type PolicyUsers struct{ Attached, Bounded []*Entity }

// UsersOf finds the entities that use a managed policy.
func (d *Directory) UsersOf(policyName string) (PolicyUsers, error) {
	var found PolicyUsers
	for _, kind := range []Kind{User, Group, Role} {
		list, err := d.List(kind)
		if err != nil {
			return found, fmt.Errorf("users of the policy %s: %w", policyName, err)
		}
		for _, e := range list {
			if slices.Contains(e.Attached, policyName) {
				found.Attached = append(found.Attached, e)
			}
			if e.Boundary == policyName {
				found.Bounded = append(found.Bounded, e)
			}
		}
	}
	return found, nil
}

// deleteConflict is IAM's sentence.
func deleteConflict(first string) error {
	return refuse(CodeDeleteConflict, "Cannot delete entity, must %s first.", first)
}
