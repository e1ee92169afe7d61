package catalogue

// Prices in US dollars of what has no bundle. All regions have the same (Lightsail pricing page).
const (
	// DiskPrice is for a GB of a disk in a month.
	DiskPrice = 0.10
	// SnapshotPrice is for a GB of a snapshot in a month, of whatever it is one. SnapshotUsage is what
	// bills call it.
	SnapshotPrice = 0.05
	SnapshotUsage = "SnapshotUsage"
	// UnusedStaticIPPrice is for an hour of a static IP that is attached to nothing. The first hour is
	// free.
	UnusedStaticIPPrice = 0.005
)
