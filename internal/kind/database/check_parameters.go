package database

import (
	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/kind/audit"
)

// checkParameters wants what updates of parameters would have made.
func (d *Database) checkParameters(a *audit.Audit) {
	if a.Err != nil {
		return
	}
	for i, s := range d.Priv.Settings {
		a.Want(i == 0 || d.Priv.Settings[i-1].Name < s.Name, "priv: the settings are not in order")
		a.Want(!s.At.IsZero() && (s.AtRestart || !s.From.IsZero()), "priv: a setting has no time")
		a.Moment("at of a setting", s.At)
		a.Moment("from of a setting", s.From)
		a.Want(len(s.Former) <= MaxValue, "priv: the former value of a setting has more than %d bytes", MaxValue)
		checkParameter(a, d.Engine(), s.Name, s.Value)
	}
}

// checkParameter wants a parameter of any family of an engine, since an upgrade changes the family, with a value that
// it can have.
func checkParameter(a *audit.Audit, engine, name, value string) {
	for _, b := range catalogue.DatabaseBlueprints() {
		p, known := catalogue.LookupParameter(b.Family, name)
		if known && string(b.Engine) == engine && !p.IsFixed && checkValue(p, value) == nil {
			return
		}
	}
	a.Want(false, "priv: unknown parameter %q, or a value that it cannot have", audit.Shorten(name))
}
