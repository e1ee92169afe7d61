package awsenv

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// demo is the block of a profile "demo" in the config file, with a setting that must be
// absent: ca_bundle.
func demo() block {
	return Connection{Endpoint: "http://127.0.0.1:2016", Region: "eu-west-1"}.configBlock("demo")
}

// demoKeys is the block of a profile "demo" in the credentials file.
func demoKeys(id, secret string) block {
	return Connection{AccessKeyID: id, SecretAccessKey: secret}.credentialsBlock("demo")
}

const (
	endpoints = "lightsail =\n  endpoint_url = http://127.0.0.1:2016\nsts =\n  endpoint_url = http://127.0.0.1:2016\n"
	demoBegin = "# BEGIN lanyard\n[services lanyard-demo]\n" + endpoints + "\n[profile demo]\n"
	demoEnd   = "# END lanyard: add settings of your own below this line\n"
	demoText  = demoBegin + "region = eu-west-1\nservices = lanyard-demo\n" + demoEnd

	formerProfile  = "[profile demo]\n# managed by lanyard\nregion = eu-west-1\nservices = lanyard-demo\n"
	formerServices = "[services lanyard-demo]\n# managed by lanyard\n" + endpoints
	formerText     = formerProfile + "\n" + formerServices
)

// mustPut returns a text with the block, and checks that a second call changes nothing.
func mustPut(t *testing.T, b block, text string) string {
	t.Helper()
	got, err := b.put(text)
	if err != nil {
		t.Fatalf("error of put: got %v, want none; text %q", err, text)
	}
	if again, err := b.put(got); err != nil || again != got {
		t.Errorf("second put (%v), -first +second:\n%s", err, cmp.Diff(got, again))
	}
	return got
}

func TestBlock_isAddedAtTheEnd(t *testing.T) {
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
		"the block of another profile": {
			strings.ReplaceAll(demoText, "demo", "other"), strings.ReplaceAll(demoText, "demo", "other") + "\n" + demoText,
		},
		"an empty block": {"# BEGIN lanyard\n# END lanyard\n", "# BEGIN lanyard\n# END lanyard\n\n" + demoText},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, mustPut(t, demo(), tc.text)); diff != "" {
				t.Errorf("text with the block, -want +got:\n%s", diff)
			}
		})
	}
}

func crlf(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") }

func TestBlock_isReplaced(t *testing.T) {
	for name, tc := range map[string]struct{ text, want string }{
		"nothing to change": {demoText, demoText},
		"old values":        {strings.NewReplacer("eu-west-1", "old", "127.0.0.1", "old").Replace(demoText), demoText},
		"a setting to drop": {strings.ReplaceAll(demoText, demoEnd, "ca_bundle = /ca.pem\n"+demoEnd), demoText},
		"settings missing":  {demoBegin + demoEnd, demoText},
		"only the header":   {"# BEGIN lanyard\n[profile demo]\n# END lanyard\n", demoText},
		"other spelling":    {demoBegin + "Region=old\nREGION : older\n" + demoEnd, demoText},
		"missing newline":   {strings.TrimSuffix(demoText, "\n"), demoText},
		"between other sections": {
			"[a]\nregion = 1\n\n" + strings.ReplaceAll(demoText, "eu-west-1", "old") + "\n# about b\n[profile b]\nregion = 2",
			"[a]\nregion = 1\n\n" + demoText + "\n# about b\n[profile b]\nregion = 2",
		},
		"settings of the user's below": {demoText + "output = json\n# mine\ns3 =\n  a = b\n", demoText + "output = json\n# mine\ns3 =\n  a = b\n"},
		"CRLF":                         {crlf("[a]\n\n" + demoText + "\n[b]\n"), crlf("[a]\n\n" + demoText + "\n[b]\n")},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, mustPut(t, demo(), tc.text)); diff != "" {
				t.Errorf("text with the block, -want +got:\n%s", diff)
			}
		})
	}
}

// TestBlock_replacesSectionsOfEarlierVersions checks files that were written before there
// were blocks.
func TestBlock_replacesSectionsOfEarlierVersions(t *testing.T) {
	for name, tc := range map[string]struct{ text, want string }{
		"alone":                     {formerText, demoText},
		"only the profile":          {formerProfile, demoText},
		"only the header":           {"[profile demo]\n# managed by lanyard\n", demoText},
		"after another section":     {"[a]\nb = c\n\n" + formerText, "[a]\nb = c\n\n" + demoText},
		"before another section":    {formerText + "\n# about a\n[a]\nb = c\n", "\n# about a\n[a]\nb = c\n\n" + demoText},
		"around another section":    {formerProfile + "\n[a]\nb = c\n\n" + formerServices, "\n[a]\nb = c\n\n" + demoText},
		"CRLF":                      {crlf("[a]\n\n" + formerText), crlf("[a]\n\n" + demoText)},
		"and there is a block, too": {formerText + "\n[a]\n\n" + demoText, "\n[a]\n\n" + demoText},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, mustPut(t, demo(), tc.text)); diff != "" {
				t.Errorf("text with the block, -want +got:\n%s", diff)
			}
		})
	}
	const keys = "[demo]\n# managed by lanyard with key OLD\naws_access_key_id = OLD\naws_secret_access_key = old\n"
	const want = "# BEGIN lanyard with key NEW\n[demo]\naws_access_key_id = NEW\naws_secret_access_key = new\n" + demoEnd
	if diff := cmp.Diff(want, mustPut(t, demoKeys("NEW", "new"), keys)); diff != "" {
		t.Errorf("credentials with the block, -want +got:\n%s", diff)
	}
}

func TestBlock_reportsSectionsOutsideOfIt(t *testing.T) {
	const foreign = "%s was not written by lanyard, or has been changed since, and is left alone: remove it, or choose another profile name"
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
		"lone carriage return":       {"[a]\nb = 1\r[profile demo]\n", "line 2: a carriage return without a line feed: remove it"},
		"carriage return at the end": {demoText + "\r", "line 12: a carriage return without a line feed: remove it"},
		"CRLF":                       {"[a]\r\n[profile demo]\r\n", "line 2: " + foreign},
		"marker elsewhere":           {"[profile demo]\nregion = x\n# managed by lanyard\n", "line 1: " + foreign},
		"marker above the header":    {"# managed by lanyard\n[profile demo]\n", "line 2: " + foreign},
		"marker as part of a line":   {"[profile demo]\n# not managed by lanyard\n", "line 1: " + foreign},
		"marker of the next":         {"[profile demo]\n[profile other]\n# managed by lanyard\n", "line 1: " + foreign},
		"settings of the user's":     {formerProfile + "output = json\n", "line 1: " + foreign},
		"above the block":            {"[demo]\n" + demoText, "line 1: " + foreign},
		"below the block":            {demoText + "[demo]\n", "line 12: " + foreign},
		"below an earlier section":   {formerText + "[demo]\n", "line 12: " + foreign},
		"in the block of another":    {"# BEGIN lanyard\n[profile other]\n[demo]\n" + demoEnd, "line 3: " + foreign},
		"the block twice":            {demoText + demoText, "line 12: %s is there twice: remove one of the blocks"},
		"block without end":          {demoBegin, "line 1: the block of lanyard that begins here has no line \"# END lanyard\": remove the block"},
		"another block without end": {
			"# BEGIN lanyard\n[profile other]\n" + demoText, "line 1: the block of lanyard that begins here has no line \"# END lanyard\": remove the block",
		},
	} {
		t.Run(name, func(t *testing.T) {
			want := strings.Replace(tc.want, "%s", "[profile demo]", 1)
			if got, err := demo().put(tc.text); err == nil || err.Error() != want {
				t.Errorf("error of put: got %v\nwant %s\ntext %q", err, want, got)
			}
		})
	}
}

// TestBlock_reportsWhatWouldBeLost checks lines of the user's in the block or below it.
func TestBlock_reportsWhatWouldBeLost(t *testing.T) {
	for name, tc := range map[string]struct{ text, want string }{
		"setting in the block": {demoBegin + "output = json\n" + demoEnd, "line 9: not a line that lanyard writes in its block: move it below the line \"# END lanyard\", or remove it"},
		"comment in the block": {demoBegin + "# mine\n" + demoEnd, "line 9: not a line that lanyard writes in its block: move it below the line \"# END lanyard\", or remove it"},
		"section in the block": {demoBegin + "[profile other]\n" + demoEnd, "line 9: not a line that lanyard writes in its block: move it below the line \"# END lanyard\", or remove it"},
		"conflict below":       {demoText + "output = json\n Region= x\n", "line 13: region conflicts with the block that lanyard writes above it: remove the line"},
		"absent setting below": {demoText + "ca_bundle = x\n", "line 12: ca_bundle conflicts with the block that lanyard writes above it: remove the line"},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := demo().put(tc.text); err == nil || err.Error() != tc.want {
				t.Errorf("error of put: got %v\nwant %s\ntext %q", err, tc.want, got)
			}
		})
	}
}

// TestBlock_keepsKeysOfTheUsers checks what `aws configure --profile demo` does: it puts
// keys into the block that exist nowhere else.
func TestBlock_keepsKeysOfTheUsers(t *testing.T) {
	const begin = "# BEGIN lanyard with key OLD\n[demo]\n"
	for name, tc := range map[string]struct {
		text string
		ours bool
	}{
		"as written":      {begin + "aws_access_key_id = OLD\naws_secret_access_key = old\n" + demoEnd, true},
		"another secret":  {begin + "aws_secret_access_key = x\nAWS_ACCESS_KEY_ID=OLD\n" + demoEnd, true},
		"another key":     {begin + "aws_access_key_id = AKIAREAL\naws_secret_access_key = real\n" + demoEnd, false},
		"no key":          {begin + "aws_secret_access_key = real\n" + demoEnd, false},
		"no stamp":        {"# BEGIN lanyard\n[demo]\naws_access_key_id = OLD\n" + demoEnd, false},
		"earlier version": {"[demo]\n# managed by lanyard with key OLD\naws_access_key_id = AKIAREAL\naws_secret_access_key = real\n", false},
		"another token":   {begin + "aws_access_key_id = OLD\n" + demoEnd + "aws_session_token = real\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := demoKeys("NEW", "new").put(tc.text)
			if (err == nil) != tc.ours {
				t.Fatalf("error of put: got %v, want one = %t", err, !tc.ours)
			}
			want := "# BEGIN lanyard with key NEW\n[demo]\naws_access_key_id = NEW\naws_secret_access_key = new\n" + demoEnd
			if tc.ours && got != want {
				t.Errorf("credentials: got %q, want %q", got, want)
			}
		})
	}
}

// TestBlock_changesNothingOutside makes files of random pieces, with an old block between
// them or none.
func TestBlock_changesNothingOutside(t *testing.T) {
	pieces := []string{
		"\n", "# mine\n", "; [profile demo]\n", "[default]\nregion=us-east-1\n", "  [ profile \"work\" ] # office\nrole_arn = x\n", "plain\n= 1\n",
		"s3 =\n  addressing_style = path\n", strings.ReplaceAll(demoText, "demo", "other"), "[services demo]\n# managed by lanyard\n", "\x00\xff[\u00a0x\u00a0]\n",
	}
	old := strings.NewReplacer("eu-west-1", "old", "2016", "1").Replace(demoText)
	for seed := range uint64(2000) {
		r := rand.New(rand.NewPCG(seed, 0))
		above, below := randomPieces(r, pieces), randomPieces(r, pieces)
		if got, want := mustPut(t, demo(), above+old+below), above+demoText+below; got != want {
			t.Fatalf("replaced block of seed %d, -want +got:\n%s", seed, cmp.Diff(want, got))
		}
		got := mustPut(t, demo(), above+below)
		if rest, ok := strings.CutPrefix(got, above+below); !ok || strings.TrimLeft(rest, "\n") != demoText {
			t.Fatalf("added block of seed %d: got %q, want %q and the block", seed, got, above+below)
		}
	}
}

func randomPieces(r *rand.Rand, pieces []string) string {
	var b strings.Builder
	for range r.IntN(6) {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String()
}

func FuzzBlock(f *testing.F) {
	for _, text := range []string{
		"", demoText, crlf(demoText), demoText + demoText, formerText, crlf(formerText), "[default]\nregion = x", "\ufeff[profile demo]\n",
		"[a]\nb =\n  c = d\n\n" + formerText + "# c\n\n[profile 'demo']\n", demoText + "output = x\n", formerProfile + "\n" + demoText + formerServices,
		"[profile demo]\r# managed by lanyard\rregion = 1\r[b]", "# BEGIN lanyard\n# BEGIN lanyard\n[profile demo]\n# END lanyard\n# END lanyard",
		"[profile demo]\n# managed by lanyard\n= 1\n: 2\nplain\n", "[profile demo]\n# managed by lanyard\n\r\n", "\x00\xff[\u00a0profile\u00a0demo]\n",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		b := demo()
		got, err := b.put(text)
		if err != nil {
			return // the file stays as it is
		}
		if again, err := b.put(got); err != nil || again != got {
			t.Fatalf("second put (%v): got %q, want %q", err, again, got)
		}
		assertOutside(t, b, text, got)
	})
}

// assertOutside checks that the lines outside of the block are those of the text, in their
// order, and that none is missing but those of sections that an earlier version wrote.
func assertOutside(t *testing.T, b block, text, got string) {
	t.Helper()
	before, errBefore := splitLines(text)
	after, errAfter := splitLines(got)
	start, end, err := b.find(after)
	if errBefore != nil || errAfter != nil || err != nil || start == end {
		t.Fatalf("lines of the block in %q: got %d to %d (%v, %v, %v)", got, start, end, errBefore, errAfter, err)
	}
	b.dropFormer(before)
	oldStart, oldEnd, _ := b.find(before)
	was, is := slices.Concat(before[:oldStart], before[oldEnd:]), slices.Concat(after[:start], after[end:])
	if w, i := strings.Join(was, ""), strings.Join(is, ""); strings.TrimRight(w, "\r\n") != strings.TrimRight(i, "\r\n") {
		t.Fatalf("text outside of the block, -before +after:\n%s", cmp.Diff(w, i))
	}
	if n := strings.Count(fmt.Sprint(is), b.header()); n > strings.Count(fmt.Sprint(was), b.header()) {
		t.Fatalf("headers of the profile outside of the block: got %d more than before", n)
	}
}
