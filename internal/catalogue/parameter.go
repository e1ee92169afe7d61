package catalogue

import (
	"slices"
	"sync"
)

// Parameter is a setting of an engine, as Amazon RDS has it in the default parameters of a family (published and
// users' listings of them; ranges and types are the engines' own).
type Parameter struct {
	// Name is the engine's.
	Name string
	// Families are those that have the parameter in this form; nil stands for all of the engine.
	Families []string
	// Type is boolean, integer, float, list or string.
	Type string
	// IsStatic parameters take effect at the next start of the engine.
	IsStatic bool
	// IsFixed parameters cannot be modified.
	IsFixed bool
	// Allowed is a range, 1-100, or a list, a,b; "" if any value is.
	Allowed string
	// Value is that of new databases: it may be a formula. "" stands for the engine's own default.
	Value string
	// Description begins with the unit in parentheses if there is one.
	Description string
}

// Parameters returns the parameters of a family, such as mysql8.4, in the order in which
// GetRelationalDatabaseParameters lists them (observed): by their letters and digits. An unknown family has none.
func Parameters(family string) []Parameter { return parameters()[family].list }

// LookupParameter finds a parameter of a family by its name.
func LookupParameter(family, name string) (*Parameter, bool) {
	return parameters()[family].lookup(name)
}

// parameters are those of each family of database engines. They are read apart: a server that has no
// databases is smaller without them.
var parameters = sync.OnceValue(func() map[string]index[Parameter] { return readParameters(all().databaseBlueprints.list) })

// readParameters returns the parameters of each family of the blueprints that databases can be made of.
func readParameters(blueprints []DatabaseBlueprint) map[string]index[Parameter] {
	ofEngine := map[string][]Parameter{}
	for name, data := range map[string][]byte{"mysql": mysqlParametersJSON, "postgres": postgresParametersJSON} {
		var list []Parameter
		readFile(name+"_parameters.json", data, &list)
		for i := range list {
			if list[i].Type == "" {
				list[i].Type = "string"
			}
		}
		ofEngine[name] = list
	}
	byFamily := map[string]index[Parameter]{}
	for _, b := range blueprints {
		if !b.IsActive {
			continue
		}
		list := slices.DeleteFunc(slices.Clone(ofEngine[string(b.Engine)]), func(p Parameter) bool {
			return p.Families != nil && !slices.Contains(p.Families, b.Family)
		})
		byFamily[b.Family] = newIndex(list, func(p *Parameter) string { return p.Name })
	}
	return byFamily
}
