package policy

import (
	"maps"
	"slices"
)

// maxReadings bounds how often a statement is decided for one request. 50 tags in two spellings each would be 2^25
// readings; a statement that names so many of them is decided by its effect alone.
const maxReadings = 256

// applies asks what is quickest to answer first.
func (s *statement) applies(r *request) bool {
	if !s.coversAction(r) {
		return false
	}
	if !r.Context.isAmbiguous() {
		return s.meets(r, r.Context)
	}
	_, found, complete := s.reading(r, !s.allow)
	if s.allow {
		return complete && !found
	}
	return found || !complete
}

// meets decides the statement for one reading of the request.
func (s *statement) meets(r *request, ctx Context) bool {
	return s.conditionsHold(ctx) && (r.trust || s.coversResource(r.Resource, ctx))
}

// reading looks for a reading of the request that meets the statement, or that does not. A reading takes one value of
// each key that has values of several spellings. The search is complete unless there are more than maxReadings.
func (s *statement) reading(r *request, met bool) (ctx Context, found, complete bool) {
	names := s.ambiguities(r.Context)
	total := 1
	for _, name := range names {
		if total *= len(r.Context.several[name]); total > maxReadings {
			return r.Context, false, false
		}
	}
	ctx = Context{&contextKeys{values: maps.Clone(r.Context.values)}}
	for i := range total {
		choices := i
		for _, name := range names {
			values := r.Context.several[name]
			ctx.values[name] = contextValue{single: values[choices%len(values)]}
			choices /= len(values)
		}
		if s.meets(r, ctx) == met {
			return ctx, true, true
		}
	}
	return ctx, false, true
}

// ambiguities are the keys that the statement names and that have values of several spellings, in order.
func (s *statement) ambiguities(ctx Context) []string {
	var names []string
	for name := range ctx.several {
		if s.names(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// names reports whether the statement asks for a key, in a condition or by a variable.
func (s *statement) names(key string) bool {
	return slices.ContainsFunc(s.conditions, func(c condition) bool {
		return c.key == key || slices.ContainsFunc(c.templates(), func(t template) bool { return t.names(key) })
	}) || slices.ContainsFunc(s.resources, func(t template) bool { return t.names(key) })
}

func (t *template) names(key string) bool {
	return slices.ContainsFunc(t.pieces, func(p piece) bool { return p.kind == variablePiece && p.text == key })
}
