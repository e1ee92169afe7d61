package catalogue_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
)

// plain is a name as lists are ordered by.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// TestParameters_ofEveryFamily wants each blueprint that is active to have parameters, in order, and none that is
// incomplete.
func TestParameters_ofEveryFamily(t *testing.T) {
	for _, b := range catalogue.DatabaseBlueprints() {
		list := catalogue.Parameters(b.Family)
		if b.IsActive != (len(list) > 300) {
			t.Errorf("%s has %d parameters", b.Family, len(list))
		}
		for i, p := range list {
			if i > 0 && plain(p.Name) < plain(list[i-1].Name) {
				t.Errorf("%s: %s is listed after %s", b.Family, p.Name, list[i-1].Name)
			}
			if !slices.Contains([]string{"boolean", "integer", "float", "list", "string"}, p.Type) || p.Type == "boolean" && p.Allowed != "0,1" {
				t.Errorf("%s: %+v is incomplete", b.Family, p)
			}
			if found, ok := catalogue.LookupParameter(b.Family, p.Name); !ok || found.Name != p.Name {
				t.Errorf("%s: %s is not found by its name", b.Family, p.Name)
			}
		}
	}
	if catalogue.Parameters("oracle19") != nil {
		t.Error("oracle19 has parameters")
	}
}

// TestParameters_valuesOfAmazonRDS has values that listings of default parameters show.
func TestParameters_valuesOfAmazonRDS(t *testing.T) {
	for _, tc := range []struct{ family, name, value, allowed string }{
		{"mysql8.0", "max_connections", "{DBInstanceClassMemory/12582880}", "1-100000"},
		{"mysql8.4", "innodb_buffer_pool_size", "{DBInstanceClassMemory*3/4}", "5242880-9223372036854775807"},
		{"mysql8.0", "general_log", "0", "0,1"},
		{"mysql8.0", "activate_all_roles_on_login", "0", "0,1"},
		{"mysql8.4", "require_secure_transport", "0", "0,1"},
		{"mysql8.0", "long_query_time", "10", "0-31536000"},
		{"mysql8.0", "binlog_format", "MIXED", "STATEMENT,ROW,MIXED"},
		{"postgres14", "rds.force_ssl", "0", "0,1"},
		{"postgres15", "rds.force_ssl", "1", "0,1"},
		{"postgres18", "max_connections", "LEAST({DBInstanceClassMemory/9531392},5000)", "1-262143"},
		{"postgres17", "shared_buffers", "{DBInstanceClassMemory/32768}", "16-1073741823"},
		{"postgres16", "archive_timeout", "300", "0-1073741823"},
		{"postgres16", "track_functions", "pl", "none,pl,all"},
		{"postgres16", "work_mem", "", "64-2147483647"},
		{"postgres16", "port", "{EndPointPort}", "1-65535"},
		{"postgres16", "rds.log_retention_period", "4320", "1440-10080"},
	} {
		p, ok := catalogue.LookupParameter(tc.family, tc.name)
		if !ok || p.Value != tc.value || p.Allowed != tc.allowed {
			t.Errorf("%s %s = %+v, want %q of %q", tc.family, tc.name, p, tc.value, tc.allowed)
		}
	}
}

// TestParameters_whatCanBeChanged has parameters that users change, and some that no user can: "static" takes a restart.
func TestParameters_whatCanBeChanged(t *testing.T) {
	for families, names := range map[string]map[string]string{
		"mysql8.0 mysql8.4": {
			"dynamic": `max_connections innodb_buffer_pool_size time_zone general_log slow_query_log long_query_time log_output
				log_queries_not_using_indexes require_secure_transport log_bin_trust_function_creators binlog_format character_set_server
				collation_server wait_timeout max_allowed_packet sql_mode event_scheduler local_infile group_concat_max_len`,
			"static": "lower_case_table_names performance_schema", "fixed": "basedir datadir port server_id socket allow-suspicious-udfs",
		},
		"postgres14 postgres15 postgres16 postgres17 postgres18": {
			"dynamic": "work_mem random_page_cost statement_timeout log_min_duration_statement log_statement deadlock_timeout",
			"static":  "max_connections shared_buffers wal_buffers max_files_per_process shared_preload_libraries rds.logical_replication",
			"fixed":   "config_file data_directory hba_file ssl_cert_file port rds.extensions",
		},
	} {
		for family := range strings.FieldsSeq(families) {
			for want, list := range names {
				for name := range strings.FieldsSeq(list) {
					p, ok := catalogue.LookupParameter(family, name)
					if !ok || p.IsFixed != (want == "fixed") || want != "fixed" && p.IsStatic != (want == "static") {
						t.Errorf("%s %s = %+v, want it to be %s", family, name, p, want)
					}
				}
			}
		}
	}
}
