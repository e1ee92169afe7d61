package upgrade

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// row is a line of an export.
type row map[string]any

func (r row) text(member string) string { return fmt.Sprint(r[member]) }

// rows are the lines of an export after the header.
func rows(t *testing.T, file string) (all []row) {
	t.Helper()
	for _, line := range strings.Split(strings.TrimSuffix(file, "\n"), "\n")[1:] {
		var r row
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

// unlinked are the rows of an export but links, without what documents of earlier versions have of attachments. more
// links are added to what the footer counts.
func unlinked(t *testing.T, file string, more int) (all []row) {
	t.Helper()
	for _, r := range rows(t, file) {
		if counts, footer := r["counts"].(map[string]any); footer && more > 0 {
			counts["links"] = float64(more)
		}
		if r.text("record") == "link" {
			continue
		}
		if doc, ok := r["doc"].(map[string]any); ok {
			unlink(r.text("kind"), doc, r["priv"])
		}
		all = append(all, r)
	}
	return all
}

// unlink takes attachments out of the documents of a kind.
func unlink(kind string, doc map[string]any, priv any) {
	switch kind {
	case "Disk", "StaticIp":
		for _, member := range []string{"attachedTo", "isAttached", "attachmentState", "path"} {
			delete(doc, member)
		}
	case "Instance":
		hardware := doc["hardware"].(map[string]any) //nolint:forcetypeassert // each has it
		hardware["disks"] = slices.DeleteFunc(hardware["disks"].([]any), func(d any) bool {
			return d.(map[string]any)["isSystemDisk"] == false
		})
		delete(doc, "isStaticIp")
		known := priv.(map[string]any) //nolint:forcetypeassert // each has it
		if _, attached := known["staticIp"]; attached {
			delete(known, "staticIp")
			delete(doc, "publicIpAddress") // the static IP's
		}
	}
}

// links are those of an export: what is attached, what is to say of that, and what it is attached to.
func links(t *testing.T, file string) (all []string) {
	t.Helper()
	names := map[string]string{}
	for _, r := range rows(t, file) {
		names[r.text("id")] = r.text("name")
		if r.text("record") == "link" {
			doc, err := json.Marshal(r["doc"])
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, fmt.Sprintf("%s %s %s", names[r.text("from")], doc, names[r.text("to")]))
		}
	}
	slices.Sort(all)
	return all
}
