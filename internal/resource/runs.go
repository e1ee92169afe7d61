package resource

// Runs reports whether something runs outside the store for resources of the kind, and is
// kept in step with them.
func (k Kind) Runs() bool { return k == Instance }
