package database

// Happening is an event that an event of the lifecycle leaves.
type Happening struct {
	// Step is the place in the plan of the step that begins then.
	Step     int
	Category string
	// Message may have a place for what the database is made from.
	Message string
}

// The texts about backups were observed. The others are those of Amazon RDS, with "Relational Database" in place
// of "DB instance", as those two have it. That about a restore to a point in time is shorter than its own, and that
// about an upgrade is ours.
const (
	backingUp = "Backing up Relational Database"
	backedUp  = "Finished Relational Database backup"
	stopped   = "Relational Database stopped"
	overdue   = "Relational Database is being started due to it exceeding the maximum allowed time being stopped."
	started   = "Relational Database started"
)

// Happenings are the events that the events of the lifecycle leave. A stop has the start after seven days in its
// plan, too.
var Happenings = map[string][]Happening{
	Create:    {{1, CreationEvent, "Relational Database created"}, {2, BackupEvent, backingUp}, {3, BackupEvent, backedUp}},
	Restore:   {{1, RestorationEvent, "Restored from snapshot %s"}, {2, BackupEvent, backingUp}, {3, BackupEvent, backedUp}},
	RestoreTo: {{1, RestorationEvent, "Restored from Relational Database %s"}, {2, BackupEvent, backingUp}, {3, BackupEvent, backedUp}},
	BackUp:    {{0, BackupEvent, backingUp}, {1, BackupEvent, backedUp}},
	Stop:      {{1, NotificationEvent, stopped}, {2, NotificationEvent, overdue}, {3, NotificationEvent, started}},
	StopAfterSnapshot: {
		{0, BackupEvent, backingUp},
		{1, BackupEvent, backedUp},
		{2, NotificationEvent, stopped},
		{3, NotificationEvent, overdue},
		{4, NotificationEvent, started},
	},
	Start:  {{1, NotificationEvent, started}},
	Reboot: {{0, AvailabilityEvent, "Relational Database shutdown"}, {1, AvailabilityEvent, "Relational Database restarted"}},
}

// Happenings are the events at the end of a change.
func (c Change) Happenings() (all []Event) {
	add := func(category, message string) {
		all = append(all, Event{Category: category, Message: message, Change: true, At: c.Ends})
	}
	if c.BackupRetention != nil && *c.BackupRetention {
		add(ConfigurationEvent, "Enabled automatic backups")
	} else if c.BackupRetention != nil {
		add(ConfigurationEvent, "Disabled automatic backups")
	}
	if c.Password {
		add(ConfigurationEvent, "Reset master credentials")
	}
	if c.Blueprint != nil {
		add(MaintenanceEvent, "Upgraded the engine version to "+*c.EngineVersion)
	}
	return all
}
