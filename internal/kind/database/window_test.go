package database_test

import (
	"errors"
	"testing"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
	"github.com/lanyard-cloud/lanyard/internal/kind/database"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

func TestWindows_rules(t *testing.T) {
	for _, tc := range []struct {
		name, backup, maintenance string
		ok                        bool
	}{
		{"apart", "07:51-08:21", "tue:12:18-tue:12:48", true},
		{"days in any case", "07:51-08:21", "Tue:12:18-TUE:12:48", true},
		{"over midnight", "23:45-00:15", "sun:00:15-sun:00:45", true},
		{"over the end of the week", "12:00-12:30", "sat:23:30-sun:00:30", true},
		{"ninety minutes", "06:00-07:30", "wed:08:00-wed:09:30", true},
		{"a day", "06:00-06:30", "wed:06:30-thu:06:00", true},
		{"29 minutes of backups", "07:51-08:20", "tue:12:18-tue:12:48", false},
		{"29 minutes of maintenance", "07:51-08:21", "tue:12:18-tue:12:47", false},
		{"no time", "07:51-07:51", "tue:12:18-tue:12:48", false},
		{"hour 24", "24:00-00:30", "tue:12:18-tue:12:48", false},
		{"without a zero", "7:51-8:21", "tue:12:18-tue:12:48", false},
		{"unknown day", "07:51-08:21", "die:12:18-die:12:48", false},
		{"backups with a day", "tue:07:51-tue:08:21", "tue:12:18-tue:12:48", false},
		{"more than a day", "06:00-06:30", "wed:06:30-thu:07:00", false},
		{"backups begin during maintenance", "12:30-13:30", "tue:12:18-tue:12:48", false},
		{"maintenance begins during backups", "12:00-12:30", "tue:12:18-tue:12:48", false},
		{"the same", "12:18-12:48", "tue:12:18-tue:12:48", false},
		{"backups of the day before", "23:45-00:30", "sun:00:15-sun:00:45", false},
		{"backups during a night of maintenance", "00:00-00:30", "sat:23:30-sun:01:00", false},
		{"nothing", "", "", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := database.NewWindows("id", "us-east-1", &tc.backup, &tc.maintenance)
			if _, refused := errors.AsType[*resource.RefusalError](err); (err == nil) != tc.ok || err != nil && !refused {
				t.Errorf("windows %s and %s: %v, want success %t", tc.backup, tc.maintenance, err, tc.ok)
			}
		})
	}
}

// TestNewWindows_areInTheRegionsBlock draws windows in all regions.
func TestNewWindows_areInTheRegionsBlock(t *testing.T) {
	blocks := map[string][2]string{"us-west-2": {"06:00", "14:00"}, "eu-west-3": {"07:29", "14:29"}, "ap-southeast-3": {"08:00", "16:00"}}
	for _, region := range catalogue.Regions() {
		for _, id := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
			w, err := database.NewWindows(id, region.Name, nil, nil)
			if err != nil {
				t.Errorf("windows of %s in %s: %v", id, region.Name, err)
			}
			if block, ok := blocks[region.Name]; ok && (w.Backup[:5] < block[0] || w.Backup[6:] > block[1] || w.Maintenance[4:9] < block[0] || w.Maintenance[14:] > block[1]) {
				t.Errorf("windows of %s in %s: %s and %s, want them from %s to %s", id, region.Name, w.Backup, w.Maintenance, block[0], block[1])
			}
			if again, _ := database.NewWindows(id, region.Name, nil, nil); again != w {
				t.Errorf("windows of %s in %s: %v, and then %v", id, region.Name, w, again)
			}
		}
	}
}

// FuzzNewWindows wants windows that are admitted to be read again as they are, and a chosen one to leave room to the other.
func FuzzNewWindows(f *testing.F) {
	f.Add("us-east-1", "07:51-08:21", "tue:12:18-tue:12:48", true, true)
	f.Add("eu-west-3", "00:00-23:59", "", true, false)
	f.Add("mars-1", "", "sun:23:59-mon:23:59", false, true)
	f.Fuzz(func(t *testing.T, region, backup, maintenance string, hasBackup, hasMaintenance bool) {
		var first, second *string
		if hasBackup {
			first = &backup
		}
		if hasMaintenance {
			second = &maintenance
		}
		w, err := database.NewWindows("id", region, first, second)
		if err != nil {
			if _, refused := errors.AsType[*resource.RefusalError](err); !refused {
				t.Fatalf("NewWindows: %v, want a database.Error", err)
			}
			return
		}
		before := w
		if err := w.Set(nil, nil); err != nil || w != before {
			t.Errorf("the windows %v are read as %v, %v", before, w, err)
		}
	})
}

func TestNextMaintenance(t *testing.T) {
	d := newDatabase(t, "mysql_8_0")
	for _, tc := range []struct{ window, now, want string }{
		{"tue:10:00-tue:10:30", "2026-11-22T09:00:00Z", "2026-11-24T10:00:00Z"},
		{"tue:10:00-tue:10:30", "2026-11-24T10:00:00Z", "2026-12-01T10:00:00Z"},
		{"tue:10:00-tue:10:30", "2026-11-24T10:15:00Z", "2026-12-01T10:00:00Z"},
		{"sun:00:00-sun:00:30", "2026-11-28T23:59:59Z", "2026-11-29T00:00:00Z"},
		{"sat:23:30-sun:00:30", "2026-11-22T09:00:00Z", "2026-11-28T23:30:00Z"},
		{"sat:23:30-sun:00:30", "2026-12-31T09:00:00Z", "2027-01-02T23:30:00Z"},
	} {
		d.Doc.PreferredMaintenanceWindow = &tc.window
		now, _ := time.Parse(time.RFC3339, tc.now)
		if got := d.NextMaintenance(now).Format(time.RFC3339); got != tc.want {
			t.Errorf("at %s the window %s begins next at %s, want %s", tc.now, tc.window, got, tc.want)
		}
	}
}
