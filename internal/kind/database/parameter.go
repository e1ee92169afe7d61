package database

import (
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Setting is a parameter of a database that was changed.
type Setting struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	// Former is the value that was in effect when the setting was made.
	Former string `json:"former,omitempty"`
	// At is when the setting was made, and From is when Value takes effect; zero if a restart is needed that is not
	// planned.
	At   time.Time `json:"at"`
	From time.Time `json:"from,omitzero"`
	// AtRestart says that a restart of the engine brings Value into effect.
	AtRestart bool `json:"atRestart,omitempty"`
}

// from is when the value of a setting takes effect; zero if a restart is needed that is not planned. Some changes
// restart the engine.
func (d *Database) from(s Setting) time.Time {
	if s.AtRestart {
		for _, c := range d.Priv.Changes { // in the order in which they end
			if (c.CA != nil || c.Blueprint != nil) && c.Ends.After(s.At) && (s.From.IsZero() || c.Ends.Before(s.From)) {
				return c.Ends
			}
		}
	}
	return s.From
}

// inEffect reports whether the value of a setting is in effect at a moment.
func (d *Database) inEffect(s Setting, now time.Time) bool {
	from := d.from(s)
	return !from.IsZero() && !now.Before(from)
}

// family is that of the database's parameters at a moment.
func (d *Database) family(now time.Time) string {
	b, _ := catalogue.LookupDatabaseBlueprint(*d.settings(now).RelationalDatabaseBlueprintId)
	return b.Family
}

// setting finds the place of a setting by its name, or the place where it belongs.
func (d *Database) setting(name string) (at int, found bool) {
	return slices.BinarySearchFunc(d.Priv.Settings, name, func(s Setting, name string) int { return strings.Compare(s.Name, name) })
}

// Value is the value that is in effect of a parameter at a moment; "" stands for the engine's own default.
func (d *Database) Value(name string, now time.Time) string {
	if at, found := d.setting(name); found {
		if s := d.Priv.Settings[at]; d.inEffect(s, now) {
			return s.Value
		} else if s.Former != "" {
			return s.Former
		}
	}
	if p, ok := catalogue.LookupParameter(d.family(now), name); ok {
		return p.Value
	}
	return ""
}

// Parameters are those of the database at a moment, in the order in which they are listed.
func (d *Database) Parameters(now time.Time) []catalogue.Parameter {
	return catalogue.Parameters(d.family(now))
}

// ShowParameter is a parameter as the API shows it: with the value that was set last, be it in effect or not. The
// method is the same for all (observed).
func (d *Database) ShowParameter(p catalogue.Parameter) types.RelationalDatabaseParameter {
	shown := types.RelationalDatabaseParameter{
		ParameterName: &p.Name, DataType: &p.Type, ApplyMethod: new(pendingReboot), ApplyType: new("dynamic"), IsModifiable: new(!p.IsFixed),
		Description: new(d.describe(p)),
	}
	if p.IsStatic {
		shown.ApplyType = new("static")
	}
	if p.Allowed != "" {
		shown.AllowedValues = &p.Allowed
	}
	if at, found := d.setting(p.Name); found {
		p.Value = d.Priv.Settings[at].Value
	}
	if p.Value != "" {
		shown.ParameterValue = &p.Value
	}
	return shown
}

// describe is the description of a parameter. Where the catalogue has no more than a unit, or nothing, it names
// the parameter.
func (d *Database) describe(p catalogue.Parameter) string {
	switch {
	case p.Description != "" && !strings.HasSuffix(p.Description, ")"):
		return p.Description
	case d.Engine() == mysql:
		return strings.TrimLeft(p.Description+" The system variable "+p.Name+" of MySQL.", " ")
	}
	return strings.TrimLeft(p.Description+" The setting "+p.Name+" of PostgreSQL.", " ")
}

// SetParameter changes a parameter. The method is "" for the one that goes with the parameter. It returns the
// event's text, or a resource.RefusalError. applied is when a change that needs no restart takes effect.
func (d *Database) SetParameter(name, value, method string, now, applied time.Time) (string, error) {
	p, ok := catalogue.LookupParameter(d.family(now), name)
	switch {
	case !ok:
		return "", resource.Refuse("Could not find parameter with name: %s", name)
	case p.IsFixed:
		return "", resource.Refuse("The parameter %s cannot be modified.", name)
	case method == "" && p.IsStatic:
		method = pendingReboot
	case method == "":
		method = immediate
	case method != immediate && method != pendingReboot:
		return "", resource.Refuse("Invalid apply method for: %s. It must be %s or %s.", name, immediate, pendingReboot)
	case method == immediate && p.IsStatic: // the text of Amazon RDS
		return "", resource.Refuse("cannot use immediate apply method for static parameter %s", name)
	}
	if err := checkValue(p, value); err != nil {
		return "", err
	}
	s := Setting{Name: name, Value: value, Former: d.Value(name, now), At: now, From: applied}
	if method == pendingReboot && value != s.Former {
		s.AtRestart, s.From = true, time.Time{}
	}
	at, found := d.setting(name)
	if found {
		d.Priv.Settings[at] = s
	} else {
		d.Priv.Settings = slices.Insert(d.Priv.Settings, at, s)
	}
	return "Updated parameter " + name + " to " + value + " with apply method " + method, nil // the text of Amazon RDS
}

// restarts notes when the engine is started in a plan that begins, which may be never. What is in effect by then stays
// so.
func (d *Database) restarts(plan resource.Plan) {
	var up time.Time
	for i, step := range plan[1:] {
		if before := plan[i].State; before == Rebooting || before == Starting {
			up = step.At
		}
	}
	for i := range d.Priv.Settings {
		if s := &d.Priv.Settings[i]; s.AtRestart && !d.inEffect(*s, plan[0].At) {
			s.From = up
		}
	}
}

// settleParameters keeps what changes that are over have brought into effect.
func (d *Database) settleParameters(now time.Time) {
	for i := range d.Priv.Settings {
		if s := &d.Priv.Settings[i]; d.inEffect(*s, now) {
			s.From = d.from(*s)
		}
	}
}

// parameters are the values that were set.
func (d *Database) parameters() map[string]string {
	all := map[string]string{}
	for _, s := range d.Priv.Settings {
		all[s.Name] = s.Value
	}
	return all
}

// adopt gives a new database the parameters of the one that it is made from.
func (d *Database) adopt(parameters map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		at := d.Resource.CreatedAt
		d.Priv.Settings = append(d.Priv.Settings, Setting{Name: name, Value: parameters[name], At: at, From: at})
	}
}

// applyStatus is whether the parameters are in effect at a moment.
func (d *Database) applyStatus(now time.Time) string {
	status := "in-sync"
	for _, s := range d.Priv.Settings {
		switch {
		case d.inEffect(s, now):
		case s.AtRestart:
			return pendingReboot
		default:
			status = "applying"
		}
	}
	return status
}

// The variables of formulas (RDS user guide).
const (
	memoryVariable  = "DBInstanceClassMemory"
	cpusVariable    = "DBInstanceVCPU"
	storageVariable = "AllocatedStorage"
	portVariable    = "EndPointPort"
)

// forRDS is what Amazon RDS's own processes need of a database's memory, in bytes: so much less is there
// for formulas (seen in what max_connections comes to).
const forRDS = 256 << 20

// variables are those of formulas.
func (d *Database) variables() map[string]float64 {
	b, _ := catalogue.LookupDatabaseBundle(*d.Doc.RelationalDatabaseBundleId)
	return map[string]float64{
		memoryVariable:  float64(*b.RamSizeInGb)*(1<<30) - forRDS,
		cpusVariable:    float64(*b.CpuCount),
		storageVariable: float64(*b.DiskSizeInGb) * (1 << 30),
		portVariable:    float64(d.port()),
	}
}

// port is that of the endpoint.
func (d *Database) port() int32 {
	b, _ := catalogue.LookupDatabaseBlueprint(*d.Doc.RelationalDatabaseBlueprintId)
	return b.Port
}

// Number is the value of a parameter as a number at a moment; another one if it is none.
func (d *Database) Number(name string, now time.Time, other float64) float64 {
	if value, ok := evaluate(d.Value(name, now), d.variables()); ok && !math.IsNaN(value) && !math.IsInf(value, 0) {
		return value
	}
	return other
}
