package resource

// Runs reports whether something runs outside the store for resources of the kind, and is
// kept in step with them.
func (k Kind) Runs() bool { return k == Alarm || k == ContactMethod || k == Instance || k.Engine() }

// Engine reports whether an engine has what resources of the kind stand for. The row of one that is
// gone stays until the engine has confirmed that it has nothing of it any more: what it has would be
// without an owner.
func (k Kind) Engine() bool { return kinds[k].engine }
