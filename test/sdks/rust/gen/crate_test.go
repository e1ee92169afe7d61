package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadCrate(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"types/_entry.rs": "/// <p>{}</p>\npub struct Entry {\n    /// The kind.\n    pub r#type: A,\n    pub is_public: B,\n    pub(crate) meta: C,\n}\n" +
			"pub struct EntryBuilder {\n    pub other: D,\n}\n",
		"types/_state.rs":                               "pub enum State {\n    On,\n}\n",
		"types/error/_no_disk.rs":                       "pub struct NoDisk {\n    pub code: A,\n}\n",
		"operation/get_gui_disk/_get_gui_disk_input.rs": "pub struct GetGuiDiskInput {}\n",
		"operation/get_gui_disk/builders.rs":            "",
	} {
		file := filepath.Join(dir, "src", name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := readCrate(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := crate{
		"entry":           {module: "types", name: "Entry", fields: map[string]string{"type": "r#type", "ispublic": "is_public"}},
		"state":           {module: "types", name: "State", fields: map[string]string{}, isEnum: true},
		"nodisk":          {module: "types::error", name: "NoDisk", fields: map[string]string{"code": "code"}},
		"getguidiskinput": {module: "operation::get_gui_disk", name: "GetGuiDiskInput", fields: map[string]string{}},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(rustType{})); diff != "" {
		t.Errorf("readCrate (-want +got):\n%s", diff)
	}
}

func TestReadCrate_withoutTypes(t *testing.T) {
	if _, err := readCrate(t.TempDir()); err == nil {
		t.Error("readCrate of an empty folder: no error")
	}
}

// The crate and the API model may be of different versions.
func TestRender_ofOtherVersions(t *testing.T) {
	text, unmodeled := render(crate{
		"getdiskinput":   {module: "operation::get_disk", name: "GetDiskInput", fields: map[string]string{"diskname": "disk_name", "new": "new"}},
		"getdiskoutput":  {module: "operation::get_disk", name: "GetDiskOutput"},
		"getnovelsinput": {module: "operation::get_novels", name: "GetNovelsInput"},
		"diskstate":      {module: "types", name: "DiskState", isEnum: true},
	})
	for _, want := range []string{
		`request!(get_disk, "GetDiskRequest", ["diskName" => set_disk_name]);`,
		`output!(operation::get_disk::GetDiskOutput, "GetDiskResult", []);`,
		`requests!("GetDisk" => get_disk);`,
		`enumeration!(types::DiskState);`,
	} {
		if !strings.Contains(string(text), want+"\n") {
			t.Errorf("the text lacks %s:\n%s", want, text)
		}
	}
	if diff := cmp.Diff([]string{"GetDiskInput.new", "GetNovels"}, unmodeled); diff != "" {
		t.Errorf("what the API model lacks (-want +got):\n%s", diff)
	}
}
