package database

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/draw"
	"github.com/lanyard-cloud/lanyard/internal/resource"
)

// Lengths of windows, in minutes.
const (
	day       = 24 * 60
	week      = 7 * day
	minWindow = 30
)

// weekdays are as windows have them, in the order of time.Weekday.
var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

const clockTime = `([01][0-9]|2[0-3]):([0-5][0-9])`

var (
	backupForm      = regexp.MustCompile(`\A` + clockTime + `-` + clockTime + `\z`)
	maintenanceForm = regexp.MustCompile(`\A(` + weekdayForm + `):` + clockTime + `-(` + weekdayForm + `):` + clockTime + `\z`)
)

const weekdayForm = `mon|tue|wed|thu|fri|sat|sun`

// window is a time of each day, or of each week: minutes since the beginning of the day or of Sunday, in UTC.
type window struct{ start, length int }

// parseBackup reads "hh:mm-hh:mm".
func parseBackup(text string) (w window, ok bool) {
	parts := backupForm.FindStringSubmatch(text)
	if parts == nil {
		return w, false
	}
	w.start = minutes(parts[1], parts[2])
	w.length = (minutes(parts[3], parts[4]) - w.start + day) % day
	return w, w.length >= minWindow
}

// parseMaintenance reads "ddd:hh:mm-ddd:hh:mm".
func parseMaintenance(text string) (w window, ok bool) {
	parts := maintenanceForm.FindStringSubmatch(text)
	if parts == nil {
		return w, false
	}
	w.start = slices.Index(weekdays, parts[1])*day + minutes(parts[2], parts[3])
	w.length = (slices.Index(weekdays, parts[4])*day + minutes(parts[5], parts[6]) - w.start + week) % week
	return w, w.length >= minWindow && w.length <= day
}

func minutes(hour, minute string) int {
	h, _ := strconv.Atoi(hour)
	m, _ := strconv.Atoi(minute)
	return h*60 + m
}

func clock(minute int) string { return fmt.Sprintf("%02d:%02d", minute%day/60, minute%60) }

// daily is the text of a backup window.
func (w window) daily() string { return clock(w.start) + "-" + clock(w.start+w.length) }

// weekly is the text of a maintenance window.
func (w window) weekly() string {
	at := func(minute int) string { return weekdays[minute%week/day] + ":" + clock(minute) }
	return at(w.start) + "-" + at(w.start+w.length)
}

// overlaps reports whether a backup window meets a maintenance window on some day.
func overlaps(backup, maintenance window) bool {
	after := (backup.start - maintenance.start%day + day) % day // from the start of maintenance to that of a backup
	return after < maintenance.length || day-after < backup.length
}

// block is the time of a region's night, in which windows are that no call gives.
type block struct{ start, length int }

// blocks are those of Amazon RDS (RDS user guide); other regions have the first one's.
var blocks = map[string]block{
	"us-east-1": {3 * 60, 480}, "us-east-2": {3 * 60, 480}, "us-west-1": {6 * 60, 480}, "us-west-2": {6 * 60, 480},
	"ca-central-1": {3 * 60, 480}, "sa-east-1": {0, 480},
	"eu-west-1": {22 * 60, 480}, "eu-west-2": {22 * 60, 480}, "eu-west-3": {7*60 + 29, 420}, "eu-central-1": {20 * 60, 480},
	"eu-north-1": {23 * 60, 480}, "eu-south-2": {2 * 60, 480},
	"ap-east-1": {6 * 60, 480}, "ap-south-1": {16*60 + 30, 480}, "ap-southeast-1": {14 * 60, 480}, "ap-southeast-2": {12 * 60, 480},
	"ap-southeast-3": {8 * 60, 480}, "ap-northeast-1": {13 * 60, 480}, "ap-northeast-2": {13 * 60, 480},
}

// Windows are the backup window and the maintenance window of a database, as the API shows them.
type Windows struct{ Backup, Maintenance string }

// maxDraws is how often a window is drawn that has to leave room to the other one.
const maxDraws = 200

// NewWindows are the windows of a new database, given by its id: those that are wanted, or half an hour in the
// block of the region. It returns a resource.RefusalError if a text is not a window, or if the two overlap.
func NewWindows(id, region string, backup, maintenance *string) (Windows, error) {
	for n := range uint64(maxDraws) {
		w := Windows{drawn(id, region, 2*n).daily(), drawn(id, region, 2*n+1).weekly()}
		err := w.Set(backup, maintenance)
		if err == nil || backup != nil && maintenance != nil {
			return w, err
		}
	}
	w := Windows{drawn(id, region, 0).daily(), drawn(id, region, 1).weekly()}
	return w, w.Set(backup, maintenance)
}

// drawn draws a window of half an hour, on any day of the week.
func drawn(id, region string, n uint64) window {
	night, ok := blocks[region]
	if !ok {
		night = blocks["us-east-1"]
	}
	seed := draw.Mix(draw.Seed(id) + n)
	start := night.start + int(seed%uint64(night.length-minWindow+1))
	return window{(int(draw.Mix(seed)%7)*day + start) % week, minWindow}
}

// Set changes the windows that are given. It returns a resource.RefusalError if one is not a window, or if the two overlap.
func (w *Windows) Set(backup, maintenance *string) error {
	if backup != nil {
		w.Backup = *backup
	}
	if maintenance != nil {
		w.Maintenance = strings.ToLower(*maintenance) // shown so (observed)
	}
	daily, ok := parseBackup(w.Backup)
	if !ok {
		return resource.Refuse("The backup window %q is not valid. It must have the format hh24:mi-hh24:mi in UTC and be at least 30 minutes long.", w.Backup)
	}
	weekly, ok := parseMaintenance(w.Maintenance)
	if !ok {
		return resource.Refuse("The maintenance window %q is not valid. "+
			"It must have the format ddd:hh24:mi-ddd:hh24:mi in UTC and be from 30 minutes to 24 hours long.",
			w.Maintenance)
	}
	if overlaps(daily, weekly) {
		return resource.Refuse("The backup window and maintenance window must not overlap.")
	}
	return nil
}

// Windows are those of the database.
func (d *Database) Windows() Windows {
	return Windows{*d.Doc.PreferredBackupWindow, *d.Doc.PreferredMaintenanceWindow}
}

// SetWindows changes them.
func (d *Database) SetWindows(w Windows) {
	d.Doc.PreferredBackupWindow, d.Doc.PreferredMaintenanceWindow = &w.Backup, &w.Maintenance
}

// NextMaintenance is when the maintenance window begins next after a moment.
func (d *Database) NextMaintenance(now time.Time) time.Time {
	w, _ := parseMaintenance(*d.Doc.PreferredMaintenanceWindow)
	now = now.UTC()
	sunday := time.Date(now.Year(), now.Month(), now.Day()-int(now.Weekday()), 0, 0, 0, 0, time.UTC)
	begins := sunday.Add(time.Duration(w.start) * time.Minute)
	if !begins.After(now) {
		begins = begins.AddDate(0, 0, 7)
	}
	return begins
}
