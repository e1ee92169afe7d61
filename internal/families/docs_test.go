package families_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/api"
	"github.com/lanyard-cloud/lanyard/internal/families"
	"github.com/lanyard-cloud/lanyard/internal/model"
)

var update = flag.Bool("update", false, "write docs/actions.md")

// TestDocsListTheActions keeps docs/actions.md as the registration has it; with
// -update it is written anew.
func TestDocsListTheActions(t *testing.T) {
	const page = "../../docs/actions.md"
	want := actionsPage(clients(t))
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(page); err != nil || string(got) != want {
		t.Errorf("docs/actions.md is not as the registration has it (%v): go test ./internal/families -update", err)
	}
}

// TestAll_hasEveryAction compares the actions with those of the API model, which comes from the SDK.
func TestAll_hasEveryAction(t *testing.T) {
	var want, got []string
	for _, a := range model.Actions() {
		want = append(want, a.Name)
	}
	for _, a := range api.Describe(families.All(families.Deps{}).Actions) {
		got = append(got, a.Name)
	}
	if diff := cmp.Diff(slices.Sorted(slices.Values(want)), got); diff != "" {
		t.Errorf("actions (-want +got):\n%s", diff)
	}
}

// clients returns, for each action, the clients that called it with success when the suites in
// test/clients were last recorded. Those suites compare the record with what they see.
func clients(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../../test/clients/testdata/driven.txt")
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]string{}
	for line := range strings.Lines(string(text)) {
		action, names, _ := strings.Cut(strings.TrimSpace(line), ": ")
		by[action] = names
	}
	return by
}

func actionsPage(clients map[string]string) string {
	var b strings.Builder
	list := api.Describe(families.All(families.Deps{}).Actions)
	refused := 0
	for _, a := range list {
		if a.Refused {
			refused++
		}
	}
	fmt.Fprintf(&b, `# Actions

Lanyard has %d of Lightsail's %d actions. %d of them are for virtual computers of Lightsail for Research, which cannot be made: they refuse any
other instance, as AWS does, and the table says *refused*. Actions on domains, distributions and subdomains answer outside us-east-1 that
they are only available there, as AWS does.

The columns level, resource types and tags are those of the Service Authorization Reference: what a policy for the action may name. An action
without resource types needs `+"`\"Resource\": \"*\"`"+`. All of the required resource types must be allowed, and of the optional ones those that
the request names.

The last column says which clients called the action with success in the tests of `+"`make clients`"+`, as these recorded it. *Terraform's steps*
are those that two Terraform providers take, taken by the Go SDK: see test/provider. *OpenSSH* stands for an instance that was then logged in
to, or refused that, as the action says.

This page is made from the program: `+"`go test ./internal/families -update`"+`.

| action | built | level | resource types | tags of the request | called in tests by |
|---|---|---|---|---|---|
`, len(list), len(model.Actions()), refused)
	for _, a := range list {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", a.Name, state(a), level(a), resources(a), requestKeys(a), clients[a.Name])
	}
	return b.String()
}

func state(a api.Description) string {
	if a.Refused {
		return "refused"
	}
	return "yes"
}

func level(a api.Description) string {
	switch {
	case a.Name == "TagResource" || a.Name == "UntagResource":
		return "Tagging"
	case a.Write:
		return "Write"
	}
	return "Read"
}

func resources(a api.Description) string {
	if len(a.Optional) > 10 {
		return "every kind that has tags"
	}
	var list []string
	for _, group := range []struct {
		kinds []types.ResourceType
		note  string
	}{{a.Required, ""}, {a.Optional, " (optional)"}} {
		for _, k := range group.kinds {
			list = append(list, string(k)+group.note)
		}
	}
	return strings.Join(list, ", ")
}

func requestKeys(a api.Description) string {
	switch {
	case a.RequestTags:
		return "aws:RequestTag/…, aws:TagKeys"
	case a.TagKeys:
		return "aws:TagKeys"
	}
	return ""
}
