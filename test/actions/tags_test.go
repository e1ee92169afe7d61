package actions

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/families"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/test/scripts"
)

// documents collects the documents of resources in an answer, by ARN.
func documents(value any, found map[string]map[string]any) {
	switch value := value.(type) {
	case []any:
		for _, element := range value {
			documents(element, found)
		}
	case map[string]any:
		arn, _ := value["arn"].(string)
		// A certificate has no location.
		if _, located := value["location"]; (located || strings.Contains(arn, ":Certificate/")) && arnOf.MatchString(arn) && found[arn] == nil {
			found[arn] = value
		}
		for _, member := range value {
			documents(member, found)
		}
	}
}

// documents reads everything, and returns the documents of resources, by ARN.
func (s *site) documents(lines script, v vars) map[string]map[string]any {
	found := map[string]map[string]any{}
	for _, st := range reads(lines) {
		documents(s.call(s.root(), st.Action, v.Fill(st.Body)).doc, found)
	}
	return found
}

// showsTag reports whether a document shows a tag without a value.
func showsTag(doc map[string]any, key string) bool {
	tags, _ := doc["tags"].([]any)
	return slices.ContainsFunc(tags, func(tag any) bool {
		members := tag.(map[string]any)
		return members["key"] == key && len(members) == 1
	})
}

// tag makes a call that changes the tags of a resource, named with its ARN. The operation is on the resource, and its
// name has that operation.
func (s *site) tag(action, arn string, doc map[string]any, more map[string]any) {
	s.t.Helper()
	name, _ := doc["name"].(string)
	if service, ok := doc["containerServiceName"].(string); ok {
		name = service
	}
	if subdomain, ok := doc["subdomainName"].(string); ok {
		name = subdomain
	}
	body := map[string]any{"resourceName": name, "resourceArn": arn}
	maps.Copy(body, more)
	text, err := json.Marshal(body)
	if err != nil {
		s.t.Fatal(err)
	}
	a := s.call(s.root(), action, string(text))
	kind := arnOf.FindStringSubmatch(arn)[3]
	if a.text("operations.0.operationType") != action || a.text("operations.0.resourceType") != kind || a.text("operations.0.status") != "Succeeded" {
		s.t.Errorf("%s of %s: got %s, want an operation on a %s", action, text, a.body, kind)
		return
	}
	of := s.call(s.root(), "GetOperationsForResource", `{"resourceName":"`+name+`"}`)
	if of.text("operations.0.id") != a.text("operations.0.id") {
		s.t.Errorf("GetOperationsForResource of %s: got %s, want the operation of %s first", name, of.body, action)
	}
}

// TestTagResource_takesEveryKind tags each resource that the scripts make by name and ARN, reads the tag where the API
// shows it, and removes it. The kinds that have no tags refuse them.
func TestTagResource_takesEveryKind(t *testing.T) {
	t.Parallel()
	lines := readScript(t)
	s := newSite(t, nil)
	v := scripts.Team("web")
	s.play(lines.Of("make", "once", "use"), v, nil)
	met := map[resource.Kind]bool{}
	all := s.documents(lines, v)
	for arn, doc := range all {
		kind := resource.Kind(arnOf.FindStringSubmatch(arn)[3])
		if met[kind] = true; !kind.Taggable() {
			delete(all, arn)
			continue
		}
		s.tag("TagResource", arn, doc, map[string]any{"tags": []any{map[string]any{"key": "seen"}}})
	}
	for arn, doc := range s.documents(lines, v) {
		if _, shows := doc["tags"]; shows && all[arn] != nil && !showsTag(doc, "seen") {
			t.Errorf("%s: got the tags %v, want the key seen among them, without a value", arn, doc["tags"])
		}
	}
	for arn, doc := range all {
		s.tag("UntagResource", arn, doc, map[string]any{"tagKeys": []any{"seen"}})
	}
	for arn, doc := range s.documents(lines, v) {
		if showsTag(doc, "seen") {
			t.Errorf("%s: still has the tag that was removed", arn)
		}
	}
	for kind := range families.StoredKinds() {
		if !met[kind] && kind != resource.PeeredVPC && !kind.Hidden() { // no action shows one
			t.Errorf("the scripts show no %s", kind)
		}
	}
}
