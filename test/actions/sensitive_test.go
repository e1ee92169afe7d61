package actions

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	smithy "github.com/aws/smithy-go"
	smithytraits "github.com/aws/smithy-go/traits"

	"github.com/lanyard-cloud/lanyard/internal/export"
	"github.com/lanyard-cloud/lanyard/internal/model"
	"github.com/lanyard-cloud/lanyard/internal/server"
	"github.com/lanyard-cloud/lanyard/test/inputs"
	"github.com/lanyard-cloud/lanyard/test/scripts"
	"github.com/lanyard-cloud/lanyard/test/syncbuffer"
)

// neverShown are sensitive members of which no script can have a value, and why.
var neverShown = map[string]string{
	"Session.url": "virtual computers of Lightsail for Research cannot be made",
	"PendingModifiedRelationalDatabaseValues.masterUserPassword": "a password that is pending is not shown",
}

func isSensitive(schema *smithy.Schema) bool {
	_, is := smithy.SchemaTrait[*smithytraits.Sensitive](schema)
	return is
}

// sensitiveIn adds the sensitive members that a structure has at any depth, as Shape.member. A shape in which they are looked for
// is not looked at again.
func sensitiveIn(schema *smithy.Schema, shape string, found, seen map[string]bool) {
	if seen[shape] {
		return
	}
	seen[shape] = true
	for name, m := range schema.Members() {
		if isSensitive(m) {
			found[shape+"."+name] = true
		}
		sensitiveIn(m, m.TargetID().Name, found, seen)
	}
}

// shapeOf is the name of a schema's shape: of a member, that of its target.
func shapeOf(schema *smithy.Schema) string {
	if target := schema.TargetID().Name; target != "" {
		return target
	}
	return schema.ID().Name
}

// secrets are values of sensitive members, by the values.
type secrets struct {
	values map[string]string
	// met are the members that had a value.
	met map[string]bool
}

// add notes the values of sensitive members in a document.
func (s *secrets) add(schema *smithy.Schema, value any) {
	switch value := value.(type) {
	case []any:
		for _, element := range value {
			s.add(schema.ListMember(), element)
		}
	case map[string]any:
		for name, v := range value {
			m := schema.Member(name)
			if schema.Type() == smithy.ShapeTypeMap {
				m = schema.MapValue()
			}
			if text, is := v.(string); is && text != "" && m != nil && isSensitive(m) {
				member := shapeOf(schema) + "." + name
				s.met[member] = true
				s.values[text] = member
			}
			if m != nil {
				s.add(m, v)
			}
		}
	}
}

// of are the values of a structure's own members.
func (s *secrets) of(shape string) (values []string) {
	for value, member := range s.values {
		if strings.HasPrefix(member, shape+".") {
			values = append(values, value)
		}
	}
	return values
}

// wantNone wants none of the secrets in a text, in no form in which one may slip out. Keys are looked for by their lines, without those
// that the public half has, too: the header and the modulus.
func (s *secrets) wantNone(t *testing.T, place, text string) {
	t.Helper()
	const publicLines = 7
	for secret, member := range s.values {
		forms := []string{secret, base64.StdEncoding.EncodeToString([]byte(secret)), hex.EncodeToString([]byte(secret))}
		if lines := strings.Split(strings.TrimSpace(secret), "\n"); len(lines) > publicLines {
			forms = slices.DeleteFunc(lines[publicLines:], func(line string) bool { return len(line) < 64 || strings.HasPrefix(line, "-----") })
		}
		if slices.ContainsFunc(forms, func(form string) bool { return strings.Contains(text, form) }) {
			t.Errorf("%s has a value of %s", place, member)
		}
	}
}

// recognisable puts values that are found again in place of those of an action's own sensitive members.
func recognisable(action, body string, members map[string]bool) string {
	for member := range members {
		shape, name, _ := strings.Cut(member, ".")
		if shape == action+"Request" && name != "emailAddress" && name != "accessKeyId" { // these have forms
			value := fmt.Sprintf(`"%s":"Recognisable-%.6s"`, name, action) // short enough for any engine
			body = regexp.MustCompile(`"`+name+`":"[^"]*"`).ReplaceAllLiteralString(body, value)
		}
	}
	return body
}

// markSensitive makes the values of all inputs recognisable, and returns all sensitive members of the actions in the scripts.
func markSensitive(lines script) map[string]bool {
	all := map[string]bool{}
	for _, part := range scripts.Parts {
		for n, st := range lines[part] {
			if a, is := model.LookupAction(st.Action); is {
				members := sensitiveMembers(a)
				maps.Copy(all, members)
				lines[part][n].Body = recognisable(st.Action, st.Body, members)
			}
		}
	}
	return all
}

// windows are steps that show passwords of Windows: in the open with the default key pair, and enciphered with another one.
func windows(t *testing.T) (steps []step) {
	t.Helper()
	const made = `CreateInstances {"instanceNames":[%q],"availabilityZone":"us-east-1a","blueprintId":"windows_server_2022","bundleId":"small_win_3_0"%s}`
	for _, line := range []string{
		`CreateKeyPair {"keyPairName":"win-key"}`, fmt.Sprintf(made, "win-1", ""), fmt.Sprintf(made, "win-2", `,"keyPairName":"win-key"`), "wait 10m",
		`GetInstanceAccessDetails {"instanceName":"win-1","protocol":"rdp"}`, `GetInstanceAccessDetails {"instanceName":"win-2","protocol":"rdp"}`,
	} {
		st, err := scripts.Parse(line, line)
		if err != nil {
			t.Fatal(err)
		}
		steps = append(steps, st)
	}
	return steps
}

// sensitiveMembers are those of an action's input and output.
func sensitiveMembers(a *model.Action) map[string]bool {
	found, seen := map[string]bool{}, map[string]bool{}
	for _, v := range []smithy.Serializable{a.NewInput(), a.NewOutput()} {
		schema := inputs.SchemaOf(v)
		sensitiveIn(schema, shapeOf(schema), found, seen)
	}
	return found
}

// TestActions_keepSensitiveMembersSecret plays all scripts, with values in sensitive members that are found again. Which members are
// sensitive is what the SDK's schemas say. None of their values is in the log, however much that has, in the metrics, in the text of
// an error, or in an export without a passphrase.
func TestActions_keepSensitiveMembersSecret(t *testing.T) {
	t.Parallel()
	log := &syncbuffer.Buffer{}
	s := newSite(t, func(o *server.Options) {
		o.Log = slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	known, refusals, v := &secrets{map[string]string{}, map[string]bool{}}, "", scripts.Team("web")
	lines := readScript(t)
	lines["use"] = append(lines["use"], windows(t)...)
	all := markSensitive(lines)
	s.play(lines.Of(scripts.Parts...), v, func(st step, a answer) {
		action, _ := model.LookupAction(st.Action)
		if len(sensitiveMembers(action)) == 0 {
			return
		}
		body := v.Fill(st.Body)
		var in any
		if err := json.Unmarshal([]byte(body), &in); err != nil {
			t.Fatalf("%s: %v", st.Line, err)
		}
		known.add(inputs.SchemaOf(action.NewOutput()), a.doc)
		if known.add(inputs.SchemaOf(action.NewInput()), in); len(known.of(st.Action+"Request")) > 0 {
			refusals += s.refusals(st.Action, body, in)
		}
	})
	for member := range all {
		if !known.met[member] && neverShown[member] == "" {
			t.Errorf("no script has a value of %s", member)
		}
	}
	file, _ := s.export(export.Options{})
	for place, text := range map[string]string{"the log": log.String(), "the metrics": s.metrics(), "an error": refusals, "the export": file} {
		if !strings.Contains(text, "CreateKeyPair") && place != "an error" {
			t.Errorf("%s says nothing of CreateKeyPair: the search would find nothing", place)
		}
		known.wantNone(t, place, text)
	}
	t.Logf("%d values of %d members", len(known.values), len(known.met))
}

// refusals are answers to the same call with what is wrong about it: that it was made already, that each of its texts is too long, or a
// list in place of it, and that it is not JSON to its end.
func (s *site) refusals(action, body string, in any) string {
	s.t.Helper()
	said := ""
	note := func(body string) {
		if a := s.call(s.root(), action, body); a.exception() != "" {
			said += string(a.body) + "\n"
		}
	}
	doc, _ := in.(map[string]any)
	for name, value := range doc {
		text, is := value.(string)
		if !is {
			continue
		}
		for _, wrong := range []any{strings.Repeat(text, 1+5000/max(len(text), 1)), []any{text}, text + "\x01"} {
			changed := maps.Clone(doc)
			changed[name] = wrong
			wholly, err := json.Marshal(changed)
			if err != nil {
				s.t.Fatal(err)
			}
			note(string(wholly))
		}
	}
	note(body[:len(body)-1])
	note(body)
	return said
}

// metrics are the server's.
func (s *site) metrics() string {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.server.Endpoint()+"/metrics", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	resp, err := (&http.Client{Transport: s.connections}).Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(text)
}
