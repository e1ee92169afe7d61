package actions

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/export"
	"github.com/lanyard-cloud/lanyard/internal/model"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// listed is a document of a resource in a list.
type listed struct {
	list string
	kind resource.Kind
	name string
	doc  map[string]any
}

// check looks at all that the account shows: no name is there twice, each listed name is active, lists show what gets
// show, and each operation says what it is on.
func (w *walk) check() {
	w.t.Helper()
	active, _, _ := w.pages(w.root(), list{"GetActiveNames", "{}"})
	seen := map[string]string{}
	for kind := range w.known {
		w.known[kind] = nil
	}
	w.domains = map[string]any{}
	for _, l := range w.listed() {
		w.known[l.kind] = append(w.known[l.kind], l.name)
		w.domains[l.name] = l.doc["domainName"]
		if other, twice := seen[l.kind.Space()+"/"+l.name]; twice {
			w.t.Errorf("%s: a %s and %s have the name %s", l.list, l.kind, other, l.name)
		}
		seen[l.kind.Space()+"/"+l.name] = "a " + string(l.kind)
		if l.kind.Space() == "" && !slices.Contains(active, any(l.name)) {
			w.t.Errorf("%s has the %s %s, whose name is not active", l.list, l.kind, l.name)
		}
		w.checkGet(l)
	}
	for id, op := range operationsIn(w.call(w.root(), "GetOperations", "{}")) { // the newest
		doc := op.(map[string]any)
		for _, member := range []string{"resourceType", "resourceName", "operationType", "status"} {
			if text, _ := doc[member].(string); text == "" {
				w.t.Errorf("the operation %s has no %s: %v", id, member, doc)
			}
		}
	}
}

// listed is what the lists of the account have, and those of its load balancers.
func (w *walk) listed() (all []listed) {
	w.t.Helper()
	add := func(action string, elements []any) {
		for _, element := range elements {
			doc, _ := element.(map[string]any)
			if l, ok := listedDoc(doc); ok {
				l.list = action
				all = append(all, l)
			}
		}
	}
	for _, action := range w.lists {
		elements, _, _ := w.pages(w.root(), list{action, "{}"})
		add(action, elements)
	}
	for _, l := range all {
		if l.kind == resource.LoadBalancer {
			const action = "GetLoadBalancerTlsCertificates"
			add(action, w.call(w.root(), action, fmt.Sprintf(`{"loadBalancerName":%q}`, l.name)).elements(w.t))
		}
	}
	return all
}

// listedDoc reads what an element of a list is about.
func listedDoc(doc map[string]any) (l listed, ok bool) {
	for _, member := range []string{"arn", "certificateArn"} {
		arn, _ := doc[member].(string)
		if m := arnOf.FindStringSubmatch(arn); m != nil {
			l.kind, l.doc = resource.Kind(m[3]), doc
		}
	}
	for _, member := range []string{"name", lower(string(l.kind)) + "Name"} {
		if name, given := doc[member].(string); given {
			l.name = name
		}
	}
	return l, l.kind != "" && l.name != ""
}

// lower is a name with a small letter first, as members have it.
func lower(name string) string {
	if name == "" {
		return ""
	}
	return strings.ToLower(name[:1]) + name[1:]
}

// checkGet wants a resource to be shown by its name as in its list. The list may show less.
func (w *walk) checkGet(l listed) {
	w.t.Helper()
	action := "Get" + string(l.kind)
	if _, known := model.LookupAction(action); !known {
		action = l.list
	}
	a, _ := model.LookupAction(action)
	member := l.kind.NameMember()
	if field := fieldOf(a.NewInput(), member); member == "" || field == nil || *field != reflect.TypeFor[*string]() {
		return // there is no get by name
	}
	answer := w.call(w.root(), action, fmt.Sprintf(`{%q:%q}`, member, l.name))
	for _, found := range answer.doc {
		for _, one := range append(asList(found), found) {
			if doc, is := one.(map[string]any); is && doc["arn"] == l.doc["arn"] && doc["certificateArn"] == l.doc["certificateArn"] {
				w.compare(l, action, doc)
				return
			}
		}
	}
	w.t.Errorf("%s has the %s %s, and %s says %s", l.list, l.kind, l.name, action, answer.body)
}

// asList is a value that is a list, and nothing else.
func asList(value any) []any {
	list, _ := value.([]any)
	return slices.Clone(list)
}

// compare wants one document to have all that the list has, but for the subdomains nested in one.
func (w *walk) compare(l listed, action string, doc map[string]any) {
	w.t.Helper()
	for member, want := range l.doc {
		if member == "children" { // only the list has them (API reference)
			continue
		}
		if diff := cmp.Diff(want, doc[member]); diff != "" {
			w.t.Errorf("%s of the %s %s in %s (-) and in %s (+):\n%s", member, l.kind, l.name, l.list, action, diff)
		}
	}
}

func fieldOf(v any, member string) *reflect.Type {
	if member == "" {
		return nil
	}
	field, ok := reflect.TypeOf(v).Elem().FieldByName(strings.ToUpper(member[:1]) + member[1:])
	if !ok {
		return nil
	}
	return &field.Type
}

// storedLine is what an export says of a resource, or of what belongs to one.
type storedLine struct {
	storedLink
	Record, ID, Account, Region, Name, Owner string
	Kind                                     resource.Kind
}

// storedLink is a link by the ids of its ends.
type storedLink struct {
	Role     resource.Role
	From, To string
}

// checkStored looks into the store: no name is there twice, and no link, entry or address without its resources.
func (w *walk) checkStored() {
	w.t.Helper()
	text, _ := w.export(export.Options{})
	there, names := map[string]bool{"": true}, map[string]bool{}
	var lines []storedLine
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, `{"record":"operation"`) {
			continue // most lines
		}
		var l storedLine
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			w.t.Fatal(err)
		}
		lines = append(lines, l)
	}
	for _, l := range lines {
		if l.Record != "resource" {
			continue
		}
		key := strings.Join([]string{l.Account, l.Region, l.Kind.Space(), l.Name}, "/")
		if names[key] {
			w.t.Errorf("two resources have the name %s", key)
		}
		names[key], there[l.ID] = true, true
	}
	links := map[storedLink]bool{}
	for _, l := range lines {
		switch l.Record {
		case "link":
			links[l.storedLink] = true
			fallthrough
		case "entry", "entryList", "address":
			if !there[l.From] || !there[l.To] || !there[l.Owner] {
				w.t.Errorf("a record of what is not there: %+v", l)
			}
		}
	}
	w.count(links)
}

// count notes which links are new since the last look, and which are no longer there.
func (w *walk) count(links map[storedLink]bool) {
	for l := range links {
		if !w.links[l] {
			w.made[l.Role]++
		}
	}
	for l := range w.links {
		if !links[l] {
			w.ended[l.Role]++
		}
	}
	w.links = links
}
