package home_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/internal/export"
	"github.com/lanyard-cloud/lanyard/internal/home"
	"github.com/lanyard-cloud/lanyard/internal/identity"
	"github.com/lanyard-cloud/lanyard/internal/sdkhttp"
	"github.com/lanyard-cloud/lanyard/internal/server/servertest"
)

// moved is the account of the fuzzed files.
const moved = "111122223333"

// FuzzImportKinds changes one value of an export that has every kind of resource, in one record or everywhere.
// If the import accepts it, the actions read and delete it without an internal error.
func FuzzImportKinds(f *testing.F) {
	good, err := os.ReadFile("../../test/upgrade/testdata/schema4/without-secrets.jsonl")
	if err != nil {
		f.Fatal(err)
	}
	fuzzImports(f, good, 10)
}

// FuzzImportBuckets is FuzzImportKinds for an export that has buckets.
func FuzzImportBuckets(f *testing.F) {
	fuzzImports(f, exportWithoutSecrets(f, "version3-buckets.jsonl"), 5)
}

// FuzzImportContainerServices is FuzzImportKinds for an export that has a container service.
func FuzzImportContainerServices(f *testing.F) {
	fuzzImports(f, exportWithoutSecrets(f, "version3-containers.jsonl"), 2)
}

// exportWithoutSecrets reads an export, and makes one of it that leaves secrets out.
func exportWithoutSecrets(f *testing.F, name string) []byte {
	f.Helper()
	good, err := os.ReadFile("../export/testdata/" + name)
	if err != nil {
		f.Fatal(err)
	}
	for _, change := range [][2]string{
		{`"secrets":\{"firstSecret[^}]*\}`, `"secretLeftOut":true`}, {`,"secrets":\{[^}]*\}`, ``}, {`"secret":"[^"]{50,}"`, `"secretLeftOut":true`},
	} {
		good = regexp.MustCompile(change[0]).ReplaceAll(good, []byte(change[1]))
	}
	return good
}

// fuzzImports fuzzes imports of a file, whose account has so many resources at least.
func fuzzImports(f *testing.F, good []byte, least int) {
	f.Helper()
	lines := bytes.SplitAfter(good, []byte("\n"))
	records := recordsOf(lines)
	seed(f, lines, records)
	dir := f.TempDir()
	o := servertest.Options(dir)
	o.PageSize, o.Log = 200, slog.New(slog.DiscardHandler)
	s, _ := servertest.Start(f, o)
	f.Fuzz(func(t *testing.T, record, node uint16, value string, everywhere bool) {
		file := mutate(lines, records[int(record)%len(records)], int(node), value, everywhere)
		d, options := home.Database{DataDir: dir}, export.ImportOptions{Account: moved}
		if _, err := home.Import(t.Context(), d, options, bytes.NewReader(file)); err != nil {
			return
		}
		key := unlockMoved(t, d)
		defer removeMoved(t, d)
		for region, least := range map[string]int{"us-east-1": least, "eu-central-1": 0} {
			useAll(t, least, lightsail.New(lightsail.Options{
				HTTPClient: sdkhttp.Client(), Region: region, BaseEndpoint: aws.String(s.Endpoint()), Retryer: aws.NopRetryer{},
				Credentials: credentials.NewStaticCredentialsProvider(key.ID, key.Secret, ""),
			}))
		}
	})
}

// seed removes some values of a record of each kind, and replaces some with odd ones.
func seed(f *testing.F, lines [][]byte, records []int) {
	f.Helper()
	odd := []string{"null", "0", "-1", "1e9", `""`, "[]", "{}", "true", `"*"`, `"a\nb"`, `"web"`, `"198.18.0.9"`, `"0001-01-01T00:00:00Z"`, "9223372036854775807"}
	seen := map[string]bool{}
	for record, line := range records {
		var r struct{ Record, Kind, Name string }
		if err := json.Unmarshal(lines[line], &r); err != nil {
			f.Fatal(err)
		}
		kind := r.Record + r.Kind
		if seen[kind] && r.Name != "web" { // it has more than the first instance
			continue
		}
		seen[kind] = true
		for at := range nodesOf(lines[line]) {
			if at%6 == 0 { // the fuzzer finds the rest
				f.Add(uint16(record), uint16(at), "", false)
			}
			if at%16 == 1 {
				f.Add(uint16(record), uint16(at), odd[at/16%len(odd)], at%32 == 1)
			}
		}
	}
}

// recordsOf are the lines about resources of the account, operations on them, and addresses.
func recordsOf(lines [][]byte) (numbers []int) {
	for n, line := range lines {
		if bytes.Contains(line, []byte(`"account":"`+moved+`"`)) && !bytes.HasPrefix(line, []byte(`{"record":"identity"`)) {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// node is a value in a document, with what puts another in its place; nil takes it away.
type node struct {
	value any
	set   func(any)
}

// nodesOf lists the values of a line, those of objects by name.
func nodesOf(line []byte) []node {
	var root any
	if err := json.Unmarshal(line, &root); err != nil {
		return nil
	}
	return nodesIn(root)
}

func nodesIn(value any) (all []node) {
	switch value := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			if name == "record" {
				continue
			}
			all = append(all, node{value[name], func(v any) {
				if value[name] = v; v == nil {
					delete(value, name)
				}
			}})
			all = append(all, nodesIn(value[name])...)
		}
	case []any:
		for n := range value {
			all = append(all, node{value[n], func(v any) { value[n] = v }})
			all = append(all, nodesIn(value[n])...)
		}
	}
	return all
}

// mutate puts a value, JSON or else text, in the place of one in a line; "" takes that away. A text may change wherever
// it is in the file, as the names of resources are in several places.
func mutate(lines [][]byte, line, at int, value string, everywhere bool) []byte {
	var root map[string]any
	if err := json.Unmarshal(lines[line], &root); err != nil {
		return nil
	}
	nodes := nodesIn(root)
	chosen := nodes[at%len(nodes)]
	var with any
	if err := json.Unmarshal([]byte(value), &with); err != nil && value != "" {
		with = value
	}
	if text, ok := chosen.value.(string); ok && everywhere && text != "" {
		old, _ := json.Marshal(text)
		replacement, _ := json.Marshal(with)
		return bytes.ReplaceAll(bytes.Join(lines, nil), old, replacement)
	}
	chosen.set(with)
	name := root["record"]
	delete(root, "record")
	rest, _ := json.Marshal(root)
	changed := slices.Clone(lines)
	changed[line] = fmt.Appendf(nil, `{"record":%q,%s`+"\n", name, rest[1:])
	return bytes.Join(changed, nil)
}

// unlockMoved makes an access key of the account's root.
func unlockMoved(t *testing.T, d home.Database) (key *identity.AccessKey) {
	t.Helper()
	change(t, d, func(accounts *identity.Accounts) error {
		directory, err := accounts.Directory(moved)
		if err != nil {
			return err
		}
		key, err = directory.CreateAccessKey("")
		return err
	})
	return key
}

func removeMoved(t *testing.T, d home.Database) {
	t.Helper()
	change(t, d, func(accounts *identity.Accounts) error {
		return errors.Join(accounts.SetClosed(moved, true), accounts.Delete(moved))
	})
}

func change(t *testing.T, d home.Database, fn func(*identity.Accounts) error) {
	t.Helper()
	s, err := home.Open(context.WithoutCancel(t.Context()), d)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Update(context.WithoutCancel(t.Context()), fn), s.Close()); err != nil {
		t.Fatal(err)
	}
}

// user calls actions and wants no internal error.
type user struct {
	t *testing.T
	*lightsail.Client
}

// call returns the output, or an empty one if the action was refused.
func call[In, Out any](u user, action func(context.Context, *In, ...func(*lightsail.Options)) (*Out, error), in *In) *Out {
	u.t.Helper()
	out, err := action(u.t.Context(), in)
	if answer, ok := errors.AsType[*awshttp.ResponseError](err); ok && answer.HTTPStatusCode() < 500 {
		return new(Out)
	}
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		text, _ := json.Marshal(in)
		u.t.Fatalf("%T %s: %v", in, text, err)
	}
	return out
}

// useAll reads all resources, of which there are so many at least, changes some, and deletes them.
func useAll(t *testing.T, least int, c *lightsail.Client) {
	t.Helper()
	u := user{t, c}
	names := call(u, c.GetActiveNames, &lightsail.GetActiveNamesInput{}).ActiveNames
	if len(names) < least {
		t.Fatalf("resources after the import: got only %q", names)
	}
	call(u, c.GetOperations, &lightsail.GetOperationsInput{})
	u.records()
	u.buckets()
	u.containers()
	u.instances()
	u.disks()
	u.snapshots()
	u.rest()
	u.deleteAll()
	for _, name := range names {
		call(u, c.GetOperationsForResource, &lightsail.GetOperationsForResourceInput{ResourceName: &name})
		call(u, c.TagResource, &lightsail.TagResourceInput{ResourceName: &name, Tags: []types.Tag{}})
	}
	left := call(u, c.GetActiveNames, &lightsail.GetActiveNamesInput{}).ActiveNames
	left = slices.DeleteFunc(left, func(name string) bool { return strings.Contains(name, "Record-") }) // those cannot be deleted
	if len(left) > 0 {
		t.Fatalf("resources after their deletion: got %q, want none", left)
	}
}
