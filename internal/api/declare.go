package api

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Option is something that an action declares.
type Option func(*Action)

// target is what a member of the input names.
type target struct {
	// kinds are the permitted ones; none stands for all.
	kinds []resource.Kind
	// names reads the names from the input: one or a list, or none if an optional member is
	// not given.
	names func(in any) []string
	// typed reads the kind from the input; nil if the input does not say it.
	typed func(in any) resource.Kind
	// arn reads the ARN from the input; nil if the input has none.
	arn func(in any) []string
	// optional targets need not exist.
	optional bool
}

// creation is what an action creates.
type creation struct {
	// kinds are the permitted ones.
	kinds []resource.Kind
	// names reads the names from the input, as they are stored.
	names func(in any) []string
	// list is the member that names several at a time; "" if one is named.
	list string
	// tagged reports whether the input has tags.
	tagged bool
	// replaces reports whether the action may also be on a resource that exists.
	replaces bool
}

// On declares that the action is on an existing resource of a kind, named by the
// kind's usual input member. Call.Target returns it.
func On(kind resource.Kind) Option { return OnMember(kind.NameMember(), kind) }

// OnNamed declares that the action is on an existing resource of any kind, named
// by the member resourceName. The member resourceArn says which, if a kind with names of its
// own has one of that name, too.
func OnNamed() Option {
	return func(a *Action) { a.on(target{names: a.names("resourceName", nil), arn: a.member("resourceArn")}) }
}

// OnMember declares that the action is on existing resources of one of the kinds, or of any
// if none is given, named by a member of the input: one name or a list of them. Call.Target
// returns the one, Call.Targets all. An optional member that is not given names none.
func OnMember(member string, kinds ...resource.Kind) Option {
	return func(a *Action) { a.on(target{kinds: kinds, names: a.names(member, kinds)}) }
}

// MayBeOn is OnMember for a member that may name something else, too: Call.Target returns nil if no
// resource of the kinds has the name, and the action's function says what follows. The right to act
// on any resource of the kinds is needed all the same.
func MayBeOn(member string, kinds ...resource.Kind) Option {
	return func(a *Action) { a.on(target{kinds: kinds, names: a.names(member, kinds), optional: true}) }
}

// OnTyped is OnMember for an input that says the kind, too, in the member kindMember. A
// resource of another kind than that does not exist for the action.
func OnTyped(member, kindMember string, kinds ...resource.Kind) Option {
	return func(a *Action) {
		kind := a.member(kindMember)
		a.on(target{kinds: kinds, names: a.names(member, kinds), typed: func(in any) resource.Kind {
			return resource.Kind(strings.Join(kind(in), ""))
		}})
	}
}

// Of declares that the action lists resources of a kind, or is about the kind without
// naming any. Only the region that serves the kind has the action.
func Of(kind resource.Kind) Option { return func(a *Action) { a.bind(kind) } }

// Creates declares that the action creates one resource of a kind, named by the
// kind's usual input member. The name is free when the action's function runs.
func Creates(kind resource.Kind) Option { return CreatesNamed(kind.NameMember(), kind) }

// CreatesNamed declares that the action creates resources of one of the kinds, named by a
// member: one name or a list of them. They are free, and no name comes twice, when the
// action's function runs.
func CreatesNamed(member string, kinds ...resource.Kind) Option {
	return func(a *Action) {
		made := creation{kinds: kinds, names: a.names(member, kinds)}
		if a.field(member).Type == reflect.TypeFor[[]string]() {
			made.list = member
		}
		a.create(made)
		a.bind(kinds...)
	}
}

// Puts declares that the action creates a resource of a kind, named by the kind's usual
// member, or replaces the one that has the name. Call.Target returns that one, or nil.
func Puts(kind resource.Kind) Option {
	return func(a *Action) {
		kinds := []resource.Kind{kind}
		names := a.names(kind.NameMember(), kinds)
		a.on(target{kinds: kinds, names: names, optional: true})
		a.create(creation{kinds: kinds, names: names, replaces: true})
	}
}

// AlwaysRefused declares that the action returns an error for each resource that there can be, after
// it was found and the caller's rights were checked. That is all there is of the action.
func AlwaysRefused() Option { return func(a *Action) { a.refused = true } }

// create says what the action creates. Its tags are read from the input if it has any.
func (a *Action) create(made creation) {
	if _, made.tagged = reflect.TypeOf(a.model.NewInput()).Elem().FieldByName("Tags"); made.tagged {
		a.members = append(a.members, "Tags")
	}
	a.creates = &made
}

// names is member for names, which it gives the form in which a kind's are stored. Of
// several kinds none has such a form.
func (a *Action) names(member string, kinds []resource.Kind) func(in any) []string {
	read := a.member(member)
	if len(kinds) != 1 {
		return read
	}
	return func(in any) []string {
		names := read(in)
		if !slices.ContainsFunc(names, func(name string) bool { return kinds[0].Normal(name) != name }) {
			return names
		}
		names = slices.Clone(names) // they may be the input's own
		for i, name := range names {
			names[i] = kinds[0].Normal(name)
		}
		return names
	}
}

// on adds a target.
func (a *Action) on(t target) {
	a.targets = append(a.targets, t)
	a.bind(t.kinds...)
}

// bind binds the action to the kind that it is about, if there is one: to the region that the
// kind has, and to the form of its errors. What is about one of several kinds is found out in the
// call.
func (a *Action) bind(kinds ...resource.Kind) {
	if len(kinds) != 1 {
		return
	}
	if kinds[0].OnlyIn() != "" {
		a.home = kinds[0]
	}
	a.codeless = a.codeless || kinds[0].Codeless()
}

// takes reports whether the target may be of one of the kinds; none stands for all.
func (t *target) takes(kinds []resource.Kind) bool {
	return len(t.kinds) == 0 || len(kinds) == 0 ||
		slices.ContainsFunc(kinds, func(k resource.Kind) bool { return slices.Contains(t.kinds, k) })
}

// checkTargets panics if Call.Target could not tell the targets apart.
func (a *Action) checkTargets() {
	for i, t := range a.targets {
		for _, other := range a.targets[:i] {
			if t.takes(other.kinds) {
				panic(fmt.Sprintf("api: %s is on two resources that may be of one kind", a.name))
			}
		}
	}
}

// member returns a reader of a member of the input that holds a text or a list of
// texts. A member that is not given has none.
func (a *Action) member(name string) func(in any) []string {
	field := a.field(name)
	a.members = append(a.members, field.Name)
	return func(in any) []string {
		v := reflect.ValueOf(in).Elem().FieldByIndex(field.Index)
		switch v := v.Interface().(type) {
		case *string:
			if v == nil {
				return nil
			}
			return []string{*v}
		case []string:
			return v
		}
		if v.Len() == 0 { // an enumeration
			return nil
		}
		return []string{v.String()}
	}
}

// field finds a member of the input that holds texts; it panics if there is none.
func (a *Action) field(name string) reflect.StructField {
	field, ok := reflect.TypeOf(a.model.NewInput()).Elem().FieldByName(strings.ToUpper(name[:1]) + name[1:])
	if !ok || !isText(field.Type) {
		panic(fmt.Sprintf("api: %s has no member %q of strings", a.name, name))
	}
	return field
}

// isText reports whether a member holds a text, one of an enumeration, or a list of texts.
func isText(t reflect.Type) bool {
	return t == reflect.TypeFor[*string]() || t == reflect.TypeFor[[]string]() || t.Kind() == reflect.String
}
