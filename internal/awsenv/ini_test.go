package awsenv

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// demo is a section with every form of setting: plain, nested, and one that must
// not be there.
func demo() section {
	return section{kind: "profile", name: "demo", settings: []setting{
		{key: "region", value: "eu-west-1"},
		{key: "lightsail", sub: "endpoint_url", value: "http://127.0.0.1:2016"},
		{key: "ca_bundle"},
	}}
}

const demoText = "[profile demo]\n# managed by lanyard\nregion = eu-west-1\nlightsail =\n  endpoint_url = http://127.0.0.1:2016\n"

func TestPutAddsTheSection(t *testing.T) {
	for name, tc := range map[string]struct{ text, want string }{
		"empty file":                      {"", demoText},
		"after a section":                 {"[default]\nregion = x\n", "[default]\nregion = x\n\n" + demoText},
		"after a blank line":              {"[default]\nregion = x\n\n", "[default]\nregion = x\n\n" + demoText},
		"missing final newline":           {"[default]\nregion = x", "[default]\nregion = x\n\n" + demoText},
		"comment without newline":         {"# mine", "# mine\n\n" + demoText},
		"CRLF":                            {"[default]\r\nregion = x\r\n", "[default]\r\nregion = x\r\n\r\n" + crlf(demoText)},
		"CRLF, missing final newline":     {"[default]\r\nregion = x", "[default]\r\nregion = x\r\n\r\n" + crlf(demoText)},
		"byte order mark":                 {"\ufeff[default]\n", "\ufeff[default]\n\n" + demoText},
		"names that only begin alike":     {"[profile demo2]\n[profile dem]\n", "[profile demo2]\n[profile dem]\n\n" + demoText},
		"other kinds of that name":        {"[sso-session demo]\n[services demo]\n", "[sso-session demo]\n[services demo]\n\n" + demoText},
		"another case of that name":       {"[profile Demo]\n", "[profile Demo]\n\n" + demoText},
		"the name in comments and values": {"# [profile demo]\n; [demo]\n[x]\na = [profile demo]\n", "# [profile demo]\n; [demo]\n[x]\na = [profile demo]\n\n" + demoText},
		"what is not a config file":       {"hello\n= [\n[\n[]\n[a b c]\n", "hello\n= [\n[\n[]\n[a b c]\n\n" + demoText},
		"blanks at the end":               {"[default]\n  \t", "[default]\n  \t\n\n" + demoText},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := demo().put(tc.text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func crlf(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") }

func TestPutUpdatesItsOwnSection(t *testing.T) {
	const head = "[profile demo]\n# managed by lanyard\n"
	const settings = "region = eu-west-1\nlightsail =\n  endpoint_url = http://127.0.0.1:2016\n"
	for name, tc := range map[string]struct{ text, want string }{
		"nothing to change":  {demoText, demoText},
		"old values":         {head + "region = old\nlightsail =\n  endpoint_url = http://old\n", demoText},
		"a setting to drop":  {demoText + "ca_bundle = /ca.pem\n", demoText},
		"settings are gone":  {head, demoText},
		"other spelling":     {head + "Region=old\nREGION : older\nlightsail=\n\tendpoint_url=http://old\n\tother = 1\n", demoText},
		"a line without key": {demoText + "= 0\n", head + "= 0\n" + settings},
		"missing newline":    {head + "region = old", demoText},
		"only the marker":    {strings.TrimSuffix(head, "\n"), demoText},
		"between other sections": {
			"[a]\nregion = 1\n\n" + head + "region = old\n\n# about b\n[profile b]\nregion = 2",
			"[a]\nregion = 1\n\n" + head + settings + "\n# about b\n[profile b]\nregion = 2",
		},
		"settings and comments of others": {
			head + "# mine\noutput = json\nregion = old\n; also mine\n\n",
			head + "# mine\noutput = json\n" + settings + "; also mine\n\n",
		},
		"nested settings of others": {
			head + "s3 =\n  endpoint_url = http://s3\n  # note\nlightsail =\n  endpoint_url = http://old\n",
			head + "s3 =\n  endpoint_url = http://s3\n" + settings + "  # note\n",
		},
		"indented settings of others": {head + "  output = json\n  region = old\n", head + "  output = json\n" + settings},
		"respaced header":             {"[ profile  demo ] ; mine\n  # managed by lanyard \nregion = old\n", "[ profile  demo ] ; mine\n# managed by lanyard\n" + settings},
		"CRLF": {
			crlf("[a]\n\n" + head + "region = old\noutput = json\n\n[b]\n"),
			crlf("[a]\n\n" + head + "output = json\n" + settings + "\n[b]\n"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := demo().put(tc.text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			again, err := demo().put(got)
			if err != nil || again != got {
				t.Errorf("a second update changes it again (%v):\n%s", err, cmp.Diff(got, again))
			}
		})
	}
}

func TestPutLeavesForeignSectionsAlone(t *testing.T) {
	const foreign = "%s was not written by lanyard, or has been changed since, and is left alone; choose another name"
	for name, tc := range map[string]struct {
		text, want string
	}{
		"plain":                      {"[profile demo]\nregion = x\n", "line 1: " + foreign},
		"empty":                      {"[a]\n[profile demo]", "line 2: " + foreign},
		"quoted":                     {"\n\n[profile \"demo\"]\n", "line 3: " + foreign},
		"single-quoted":              {"[profile 'demo']\n", "line 1: " + foreign},
		"spaced":                     {"[\tprofile   demo ]\n", "line 1: " + foreign},
		"commented":                  {"[profile demo] # mine\n", "line 1: " + foreign},
		"indented":                   {"  [profile demo]\n  # managed by lanyard\n", "line 1: " + foreign},
		"without the kind":           {"[demo]\n", "line 1: " + foreign},
		"another form":               {"[demo]\n# managed by lanyard\n", "line 1: " + foreign},
		"as botocore reads kinds":    {"[profiles demo]\n", "line 1: " + foreign},
		"after a byte order mark":    {"\ufeff[profile demo]\n", "line 1: " + foreign},
		"lone carriage return":       {"[a]\nb = 1\r[profile demo]\n", "line 2: a carriage return without a line feed"},
		"carriage return at the end": {demoText + "\r", "line 6: a carriage return without a line feed"},
		"CRLF":                       {"[a]\r\n[profile demo]\r\n", "line 2: " + foreign},
		"marker elsewhere":           {"[profile demo]\nregion = x\n# managed by lanyard\n", "line 1: " + foreign},
		"marker above the header":    {"# managed by lanyard\n[profile demo]\n", "line 2: " + foreign},
		"marker as part of a line":   {"[profile demo]\n# not managed by lanyard\n", "line 1: " + foreign},
		"marker of the next":         {"[profile demo]\n[profile other]\n# managed by lanyard\n", "line 1: " + foreign},
		"ours and a foreign one":     {demoText + "[demo]\n", "line 6: " + foreign},
		"ours twice":                 {demoText + demoText, "line 6: %s is there twice; remove one"},
		"stamp of a different form":  {"[profile demo]\n# managed by lanyard with key A\n", "line 1: " + foreign},
	} {
		t.Run(name, func(t *testing.T) {
			want := strings.Replace(tc.want, "%s", "[profile demo]", 1)
			got, err := demo().put(tc.text)
			if err == nil || err.Error() != want {
				t.Errorf("error = %v\nwant    %s\ntext %q", err, want, got)
			}
		})
	}
}

// A section with a stamp is ours only as long as the value is the one we wrote: who
// runs `aws configure --profile demo` puts keys there that exist nowhere else.
func TestPutLeavesOverwrittenKeysAlone(t *testing.T) {
	s := section{name: "demo", stamp: "id", settings: []setting{{key: "id", value: "NEW"}, {key: "secret", value: "new"}}}
	for name, tc := range map[string]struct {
		text string
		ours bool
	}{
		"as written":      {"[demo]\n# managed by lanyard with key OLD\nid = OLD\nsecret = old\n", true},
		"another secret":  {"[demo]\n# managed by lanyard with key OLD\nsecret = x\nID=OLD\n", true},
		"another key":     {"[demo]\n# managed by lanyard with key OLD\nid = AKIAREAL\nsecret = real\n", false},
		"no key":          {"[demo]\n# managed by lanyard with key OLD\nsecret = real\n", false},
		"no stamp":        {"[demo]\n# managed by lanyard\nid = OLD\n", false},
		"no stamp or key": {"[demo]\n# managed by lanyard with key \n", false},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := s.put(tc.text)
			if (err == nil) != tc.ours {
				t.Fatalf("error = %v, want ours = %t", err, tc.ours)
			}
			if want := "[demo]\n# managed by lanyard with key NEW\nid = NEW\nsecret = new\n"; tc.ours && got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

func FuzzPut(f *testing.F) {
	for _, text := range []string{
		"", demoText, crlf(demoText), demoText + demoText, "[default]\nregion = x", "\ufeff[profile demo]\n",
		"[a]\nb =\n  c = d\n\n[profile demo]\n# managed by lanyard\n  x = 1\nregion=y\n \t z\n# c\n\n[profile 'demo']\n",
		"[profile demo]\r# managed by lanyard\rregion = 1\r[b]", "[profile demo]\n# managed by lanyard\nregion = a\n  [x]\n  b\n",
		"[profile demo]\n# managed by lanyard\n= 1\n: 2\nplain\n", "\x00\xff[\u00a0profile\u00a0demo]\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := demo()
		got, err := s.put(text)
		if err != nil {
			return // refused: the file stays as it is
		}
		if again, err := s.put(got); err != nil || again != got {
			t.Fatalf("not stable (%v):\n%q\n%q", err, got, again)
		}
		lines := slices.Collect(strings.Lines(text))
		start, err := s.find(lines)
		if err != nil {
			t.Fatal(err)
		}
		if start < 0 {
			added, ok := strings.CutPrefix(got, text)
			if want := demoText; !ok || !strings.HasSuffix(strings.ReplaceAll(added, "\r", ""), want) {
				t.Fatalf("added to %q: %q", text, got)
			}
			return
		}
		assertOnlyOursChanged(t, lines, start, slices.Collect(strings.Lines(got)))
	})
}

// assertOnlyOursChanged compares a file before and after an update of the section
// that began at start.
func assertOnlyOursChanged(t *testing.T, before []string, start int, after []string) {
	t.Helper()
	s := demo()
	endBefore, endAfter := sectionEnd(before, start), sectionEnd(after, start)
	if diff := cmp.Diff(before[:start+1], after[:start+1]); diff != "" {
		t.Fatalf("above the section, -before +after:\n%s", diff)
	}
	if diff := cmp.Diff(before[endBefore:], after[endAfter:]); diff != "" {
		t.Fatalf("below the section, -before +after:\n%s", diff)
	}
	was, is := theirs(s, before[start+2:endBefore]), theirs(s, after[start+2:endAfter])
	if is != was && is != was+"\n" && is != was+"\r\n" { // a last line may get its end
		t.Fatalf("what others added to the section\nbefore: %q\nafter:  %q", was, is)
	}
	var ours []string
	for i, key := range settingKeys(after[start+2 : endAfter]) {
		if s.manages(key) {
			ours = append(ours, strings.TrimRight(after[start+2+i], "\r\n"))
		}
	}
	if diff := cmp.Diff(splitText(demoText)[2:], ours); diff != "" {
		t.Fatalf("our settings, -want +got:\n%s", diff)
	}
}

// theirs joins the lines that are not Lanyard's.
func theirs(s section, body []string) string {
	var out strings.Builder
	for i, key := range settingKeys(body) {
		if !s.manages(key) {
			out.WriteString(body[i])
		}
	}
	return out.String()
}

func splitText(text string) []string {
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}
