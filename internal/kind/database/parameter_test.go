package database

import (
	"math"
	"strings"
	"testing"

	"github.com/lanyard-cloud/lanyard/internal/catalogue"
)

func TestEvaluate(t *testing.T) {
	variables := map[string]float64{memoryVariable: 1 << 30, portVariable: 3306}
	for text, want := range map[string]float64{
		"300":                         300,
		"0.5":                         0.5,
		"{EndPointPort}":              3306,
		"{DBInstanceClassMemory/4}":   1 << 28,
		"{DBInstanceClassMemory*3/4}": 3 << 28,
		"{2+3*4-6/2}":                 11,
		"{(2+3)*4}":                   20,
		"LEAST({DBInstanceClassMemory/1024},500)":                500,
		"GREATEST(1,{EndPointPort},2)":                           3306,
		"SUM(1,LEAST(2,3),{4})":                                  7,
		"GREATEST({log(DBInstanceClassMemory/1048576)*600},200)": 6000,
	} {
		if got, ok := evaluate(text, variables); !ok || got != want {
			t.Errorf("%s = %v %t, want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{
		"", "{", "}", "{}", "x", "{Memory}", "1 2", "{1", "LEAST(1", "LEAST 1", "LEAST(,1)", "{1}}", "--1", "{1++2}", "1.2.3", "log(2)", strings.Repeat("{(", 500), "ÿ", "{ÿ}",
	} {
		if got, ok := evaluate(text, variables); ok {
			t.Errorf("%q = %v, want an error", text, got)
		}
	}
	if got, ok := evaluate("{1/(2-2)}", variables); !ok || !math.IsInf(got, 1) {
		t.Errorf("a division by zero = %v %t", got, ok)
	}
}

func FuzzEvaluate(f *testing.F) {
	for _, seed := range []string{"LEAST({DBInstanceClassMemory/9531392},5000)", "{(1+2)*log(8)}", "GREATEST(1,", "{{"} {
		f.Add(seed)
	}
	variables := map[string]float64{memoryVariable: 1 << 30}
	f.Fuzz(func(t *testing.T, text string) {
		first, ok := evaluate(text, variables)
		if again, same := evaluate(text, variables); same != ok || ok && again != first && !math.IsNaN(first) {
			t.Errorf("%q = %v %t, then %v %t", text, first, ok, again, same)
		}
	})
}

func TestCheckValue(t *testing.T) {
	for _, tc := range []struct {
		family, name  string
		good, refused []string
	}{
		{"mysql8.0", "max_connections", []string{"1", "100000", "{DBInstanceClassMemory/12582880}", "GREATEST({DBInstanceVCPU*50},100)"}, []string{"0", "100001", "-1", "1.5", "x", "", "{Memory}", "1e3", " 1"}},
		{"mysql8.0", "general_log", []string{"0", "1"}, []string{"2", "ON", "true", ""}},
		{"mysql8.0", "log_output", []string{"FILE", "TABLE,FILE", "TABLE, FILE", "NONE"}, []string{"file", "DISK", "FILE,", ""}},
		{"mysql8.0", "long_query_time", []string{"0", "0.5", "31536000"}, []string{"-0.1", "31536001", ".5", "1e2"}},
		{"mysql8.0", "innodb_io_capacity", []string{"18446744073709551615"}, []string{"18446744073709551616", "99"}},
		{"mysql8.4", "time_zone", []string{"US/Eastern", ""}, []string{"a\nb", "é", strings.Repeat("x", MaxValue+1)}},
		{"mysql8.0", "binlog_format", []string{"ROW"}, []string{"row", "OTHER"}},
		{"postgres16", "log_min_duration_statement", []string{"-1", "0", "2147483647"}, []string{"-2", "2147483648"}},
		{"postgres16", "random_page_cost", []string{"0", "1.1", "4"}, []string{"-1", "cheap"}},
		{"postgres16", "track_functions", []string{"pl", "all"}, []string{"some"}},
		{"postgres16", "shared_preload_libraries", []string{"pg_stat_statements,pg_cron"}, []string{"evil"}},
	} {
		p, ok := catalogue.LookupParameter(tc.family, tc.name)
		if !ok {
			t.Fatalf("%s has no %s", tc.family, tc.name)
		}
		for _, value := range tc.good {
			if err := checkValue(p, value); err != nil {
				t.Errorf("%s = %q: %v", tc.name, value, err)
			}
		}
		for _, value := range tc.refused {
			if checkValue(p, value) == nil {
				t.Errorf("%s = %q is accepted", tc.name, value)
			}
		}
	}
}

// TestCheckValue_takesDefaults sets each parameter that can be modified to the value that it has.
func TestCheckValue_takesDefaults(t *testing.T) {
	for _, b := range catalogue.DatabaseBlueprints() {
		for _, p := range catalogue.Parameters(b.Family) {
			if p.Value == "" || p.IsFixed {
				continue
			}
			if err := checkValue(&p, p.Value); err != nil {
				t.Errorf("%s: %v", b.Family, err)
			}
		}
	}
}
