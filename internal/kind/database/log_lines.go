package database

import (
	"fmt"
	"time"

	"github.com/lanyard-cloud/lanyard/internal/draw"
)

// checkpointEvery is how often an idle PostgreSQL has something to write: archive_timeout ends a segment of its log
// (value of Amazon RDS).
const checkpointEvery = 5 * time.Minute

// postgres writes what PostgreSQL does, after the prefix of Amazon RDS (its log_line_prefix).
func (w *writer) postgres(run draw.Run) {
	log := func(at time.Time, process uint64, format string, args ...any) {
		w.write(at, at.UTC().Format("2006-01-02 15:04:05 UTC")+fmt.Sprintf("::@:[%d]:LOG:  ", process)+fmt.Sprintf(format, args...))
	}
	main := 380 + draw.Mix(w.seed^uint64(run.From.Unix()))%40
	checkpointer := main + 8
	version := w.version(run.From)
	log(run.From, main, "starting PostgreSQL %s on x86_64-pc-linux-gnu, 64-bit", version)
	log(run.From, main, "listening on IPv4 address \"0.0.0.0\", port %d", w.d.port())
	log(run.From, main+9, "database system was shut down at %s", run.From.Add(-20*time.Second).UTC().Format("2006-01-02 15:04:05 UTC"))
	log(run.From, main, "database system is ready to accept connections")
	if w.isOn("log_checkpoints", "1", run.From) {
		for at := range w.moments(run, checkpointEvery) {
			buffers := 1 + int(4*draw.At(w.seed, at, 0))
			took := 0.1*float64(buffers) + 0.01*draw.At(w.seed, at, 1)
			log(at, checkpointer, "checkpoint starting: time")
			log(at.Add(time.Second), checkpointer, "checkpoint complete: wrote %d buffers (0.0%%); 0 WAL file(s) added, 0 removed, 1 recycled; "+
				"write=%.3f s, sync=0.002 s, total=%.3f s", buffers, took, took+0.012)
		}
	}
	if run.To.Before(w.now) {
		log(run.To, main, "received fast shutdown request")
		log(run.To, checkpointer, "shutting down")
		log(run.To, main, "database system is shut down")
	}
}

// isOn reports whether a parameter has a value at a moment.
func (w *writer) isOn(name, value string, at time.Time) bool { return w.d.Value(name, at) == value }

// version is that of the engine at a moment.
func (w *writer) version(at time.Time) string { return *w.d.settings(at).EngineVersion }

// program is where MySQL is at Amazon RDS (observed in its parameters).
const program = "/rdsdbbin/mysql/bin/mysqld"

// mysqlTime is how MySQL writes times into its logs.
const mysqlTime = "2006-01-02T15:04:05.000000Z"

// mysqlError writes what MySQL does when it starts and ends.
func (w *writer) mysqlError(run draw.Run) {
	log := func(at time.Time, code, subsystem, format string, args ...any) {
		w.write(at, at.UTC().Format(mysqlTime)+" 0 [System] ["+code+"] ["+subsystem+"] "+fmt.Sprintf(format, args...))
	}
	before := func(d time.Duration) time.Time { // the engine that ran before has ended then
		if at := run.From.Add(-d); at.After(w.ended) {
			return at
		}
		return w.ended
	}
	version := w.version(run.From)
	process := 600 + draw.Mix(w.seed^uint64(run.From.Unix()))%900
	log(before(2*time.Second), "MY-010116", "Server", "%s (mysqld %s) starting as process %d", program, version, process)
	log(before(2*time.Second), "MY-013576", "InnoDB", "InnoDB initialization has started.")
	log(before(time.Second), "MY-013577", "InnoDB", "InnoDB initialization has ended.")
	log(run.From, "MY-010931", "Server", "%s: ready for connections. Version: '%s'  socket: '/tmp/mysql.sock'  port: %d  Source distribution.",
		program, version, w.d.port())
	if run.To.Before(w.now) {
		log(run.To, "MY-013172", "Server", "Received SHUTDOWN from user <via user signal>. Shutting down mysqld (Version: %s).", version)
		log(run.To, "MY-010910", "Server", "%s: Shutdown complete (mysqld %s)  Source distribution.", program, version)
	}
}

// mysqlFile writes the logs of MySQL that are written only while parameters say so: each begins anew every hour,
// and the general one has the queries of Amazon RDS itself.
func (w *writer) mysqlFile(run draw.Run) {
	name := "slow_query_log"
	if w.stream == "general" {
		name = "general_log"
	}
	for at := range w.moments(run, time.Minute) {
		if !w.isOn(name, "1", at) || !w.isOn("log_output", "FILE", at) {
			continue
		}
		if at.Truncate(time.Hour).Equal(at) {
			w.write(at, fmt.Sprintf(program+", Version: %s (Source distribution). started with:\nTcp port: %d  Unix socket: /tmp/mysql.sock\n"+
				"Time                 Id Command    Argument", w.version(at), w.d.port()))
		}
		if w.stream == "general" {
			w.write(at, at.UTC().Format(mysqlTime)+"\t    5 Query\tSELECT 1")
		}
	}
}
