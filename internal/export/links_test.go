package export_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cloud/lanyard/internal/export"
	"github.com/lanyard-cloud/lanyard/internal/resource"
	"github.com/lanyard-cloud/lanyard/internal/store"
)

// linked is an export of this version with every kind of resource and link in it: a static IP and two disks are attached.
func linked(t *testing.T) string {
	t.Helper()
	s := newSite(t, sqliteDSN(t))
	if _, err := s.load(export.ImportOptions{}, everyKind(t, "without-secrets.jsonl")); err != nil {
		t.Fatal(err)
	}
	file, _ := s.export(export.Options{})
	return file
}

// TestImport_links reads links of this version, in the order in which they were made.
func TestImport_links(t *testing.T) {
	from, to := newSite(t, newDSN(t)), newSite(t, newDSN(t))
	if _, err := from.load(export.ImportOptions{Passphrase: passphrase}, everyKind(t, "export.jsonl")); err != nil {
		t.Fatal(err)
	}
	file, exported := from.export(export.Options{Passphrase: passphrase})
	imported, err := to.load(export.ImportOptions{Passphrase: passphrase}, file)
	if err != nil || exported.Links != 3 || imported.Links != 3 {
		t.Fatalf("exported %d links, imported %d, %v, want 3", exported.Links, imported.Links, err)
	}
	if diff := cmp.Diff(from.contents(), to.contents()); diff != "" {
		t.Errorf("contents (-from +to):\n%s", diff)
	}
	to.view(func(tx *store.Tx) error {
		web, err := tx.Resource(root, region, "web")
		if err != nil {
			return err
		}
		var got []string
		for _, l := range web.Links {
			got = append(got, string(l.Role)+" "+l.Other.Name)
		}
		if diff := cmp.Diff([]string{"attachedDisk data", "attachedStaticIp front"}, got); diff != "" {
			t.Errorf("links of the instance web (-want +got):\n%s", diff)
		}
		return nil
	})
}

// TestImport_invalidLinks changes one thing about the links.
func TestImport_invalidLinks(t *testing.T) {
	good := linked(t)
	to := newSite(t, newDSN(t))
	disk, ip := linkLine(t, good, resource.AttachedDisk), linkLine(t, good, resource.AttachedStaticIP)
	spare := regexp.MustCompile(`"name":"spare","kind":"StaticIp","zone":"all","id":"([^"]*)"`).FindStringSubmatch(good)[1]
	second := replaceRegexp(ip, `"from":"[^"]*"`, `"from":"`+spare+`"`)
	changed := func(line, pattern, with string) string {
		return replace(good, line, replaceRegexp(line, pattern, with))
	}
	inResource := func(kind resource.Kind, pattern, with string) string {
		line := resourceLine(t, good, kind)
		return replace(good, line, replaceRegexp(line, pattern, with))
	}
	counted := func(file string, n int) string { return replace(file, `"links":3`, fmt.Sprintf(`"links":%d`, n)) }
	for title, tc := range map[string]struct{ file, want string }{
		"in a file of version 2": {replace(good, `"version":3`, `"version":2`), "links are not in files of version 2"},
		"of an unknown role":     {changed(disk, "attachedDisk", "attachedDiskette"), `unknown role of a link "attachedDiskette"`},
		"of another role":        {changed(disk, "attachedDisk", "attachedStaticIp"), "it is not from a StaticIp to a Instance of one region"},
		"in no place":            {changed(disk, `"position":\d+`, `"position":0`), "the position of a link is not above 0"},
		"from what is not there": {changed(disk, `("from":"[^"]*)[0-9a-f]{3}"`, `${1}fff"`), "that could have a link"},
		"to what is not there":   {changed(disk, `"to":"...`, `"to":"000`), "that could have a link"},
		"to a disk":              {changed(disk, `"from":"([^"]*)"(.*)"to":"[^"]*"`, `"from":"$1"$2"to":"$1"`), "it is not from a Disk to a Instance of one region"},
		"of a disk left out":     {counted(replace(good, disk, ""), 2), "it has no link of the role attachedDisk, and cannot be without"},
		"of an address left out": {counted(replace(good, ip, ""), 2), "it has no link of the role attachedStaticIp, and cannot be without"},
		"at no path":             {changed(disk, "/dev/xvdf", "/etc"), "the path of the disk is not valid"},
		"with more to say":       {changed(disk, `"path"`, `"more":1,"path"`), "the path of the disk is not valid"},
		"with something to say":  {changed(ip, `"doc":\{\}`, `"doc":{"a":1}`), "there is nothing to say of an attached static IP"},
		"that is no object":      {changed(ip, `"doc":\{\}`, `"doc":null`), "there is nothing to say of an attached static IP"},
		"of two static IPs":      {counted(replace(good, ip, sorted(ip, second)), 4), "one of the two has another such link"},
		"of a disk that goes":    {inResource(resource.Disk, `,"doc":`, `,"goneAt":"2040-01-01T00:00:00Z","doc":`), "one of the two is being deleted"},
		"to a web that goes":     {inResource(resource.Instance, `,"doc":`, `,"goneAt":"2040-01-01T00:00:00Z","doc":`), "one of the two is being deleted"},
		"in a disk, too":         {inResource(resource.Disk, `"doc":\{`, `"doc":{"attachedTo":"web",`), "doc: attachedTo is not what Lanyard writes"},
		"in a static IP, too":    {inResource(resource.StaticIP, `"doc":\{`, `"doc":{"isAttached":true,`), "doc: isAttached is not what Lanyard writes"},
		"in an instance, too":    {inResource(resource.Instance, `"priv":\{`, `"priv":{"staticIp":"front",`), "priv: staticIp is a link"},
		"twice":                  {counted(replace(good, ip, ip+ip), 4), "the record is not in order, or there twice"},
	} {
		t.Run(title, func(t *testing.T) {
			if tc.file == good {
				t.Fatal("the change met nothing")
			}
			if _, err := to.try(tc.file); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error: %v\nwant: …%s", err, tc.want)
			}
		})
	}
}

// resourceLine is the line of the resource of a kind that the links of the tests are about.
func resourceLine(t *testing.T, file string, kind resource.Kind) string {
	t.Helper()
	return lineOf(t, file, kind, map[resource.Kind]string{resource.Disk: "data", resource.StaticIP: "front", resource.Instance: "web"}[kind])
}

// linkLine is the first line of a file that has a link of a role.
func linkLine(t *testing.T, file string, role resource.Role) string {
	t.Helper()
	for line := range strings.Lines(file) {
		if strings.HasPrefix(line, `{"record":"link"`) && strings.Contains(line, `"role":"`+string(role)+`"`) {
			return line
		}
	}
	t.Fatalf("no link of the role %s in the file", role)
	return ""
}

// sorted joins two lines in the order that files have.
func sorted(one, other string) string { return min(one, other) + max(one, other) }
