package database_test

import (
	"context"
	"fmt"
	mathrand "math/rand/v2"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

// chance draws what a move is about. Names are few, so that moves meet.
type chance struct{ *mathrand.Rand }

func (r chance) database() *string { return new(fmt.Sprint("db-", r.IntN(4))) }
func (r chance) snapshot() *string { return new(fmt.Sprint("snap-", r.IntN(4))) }
func (r chance) flag() *bool       { return new(r.IntN(2) == 0) }

func (r chance) one(of ...string) *string { return &of[r.IntN(len(of))] }

func (r chance) blueprint() *string {
	return r.one("mysql_8_0", "mysql_8_4", "postgres_16", "postgres_17")
}

func (r chance) bundle() *string {
	return r.one("micro_2_0", "small_2_0", "medium_2_0", "micro_ha_2_0", "micro_1_0")
}

func (r chance) backup() *string { return r.one("03:00-03:30", "04:00-06:00", "23:45-00:15") }
func (r chance) maintenance() *string {
	return r.one("mon:05:00-mon:05:30", "sun:23:30-mon:00:30", "Wed:04:00-wed:05:00")
}

func (r chance) password() *string { return r.one("a-password", "another-password", "third-password") }

// maybe draws whether an input has a member.
func maybe[T any](r chance, value *T) *T {
	if r.IntN(3) > 0 {
		return nil
	}
	return value
}

// move is one call, whose answer does not matter.
type move func(context.Context, *lightsail.Client, chance) error

var moves = []move{
	createSome, createSome, createSome, updateSome, updateSome, updateSome, restoreSome, setSome, setSome,
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.CreateRelationalDatabaseSnapshot(ctx, &lightsail.CreateRelationalDatabaseSnapshotInput{
			RelationalDatabaseName: r.database(), RelationalDatabaseSnapshotName: r.snapshot(),
		})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.DeleteRelationalDatabaseSnapshot(ctx, &lightsail.DeleteRelationalDatabaseSnapshotInput{RelationalDatabaseSnapshotName: r.snapshot()})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.StopRelationalDatabase(ctx, &lightsail.StopRelationalDatabaseInput{
			RelationalDatabaseName: r.database(), RelationalDatabaseSnapshotName: maybe(r, r.snapshot()),
		})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.StartRelationalDatabase(ctx, &lightsail.StartRelationalDatabaseInput{RelationalDatabaseName: r.database()})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.RebootRelationalDatabase(ctx, &lightsail.RebootRelationalDatabaseInput{RelationalDatabaseName: r.database()})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.DeleteRelationalDatabase(ctx, &lightsail.DeleteRelationalDatabaseInput{
			RelationalDatabaseName: new(fmt.Sprint("db-", r.IntN(12))), SkipFinalSnapshot: r.flag(), FinalRelationalDatabaseSnapshotName: maybe(r, r.snapshot()),
		})
		return err
	},
	func(ctx context.Context, c *lightsail.Client, r chance) error {
		_, err := c.TagResource(ctx, &lightsail.TagResourceInput{ResourceName: r.database(), Tags: []types.Tag{{Key: new("team"), Value: new("web")}}})
		return err
	},
}

func createSome(ctx context.Context, c *lightsail.Client, r chance) error {
	_, err := c.CreateRelationalDatabase(ctx, &lightsail.CreateRelationalDatabaseInput{
		RelationalDatabaseName: r.database(), RelationalDatabaseBlueprintId: r.blueprint(), RelationalDatabaseBundleId: r.bundle(),
		MasterDatabaseName: new("main"), MasterUsername: new("chief"), MasterUserPassword: maybe(r, r.password()),
		PreferredBackupWindow: maybe(r, r.backup()), PreferredMaintenanceWindow: maybe(r, r.maintenance()), PubliclyAccessible: maybe(r, r.flag()),
	})
	return err
}

func updateSome(ctx context.Context, c *lightsail.Client, r chance) error {
	_, err := c.UpdateRelationalDatabase(ctx, &lightsail.UpdateRelationalDatabaseInput{
		RelationalDatabaseName: r.database(), ApplyImmediately: maybe(r, r.flag()), CaCertificateIdentifier: maybe(r, r.one("rds-ca-rsa4096-g1", "rds-ca-ecc384-g1")),
		DisableBackupRetention: maybe(r, r.flag()), EnableBackupRetention: maybe(r, r.flag()),
		MasterUserPassword: maybe(r, r.password()), RotateMasterUserPassword: maybe(r, r.flag()),
		PreferredBackupWindow: maybe(r, r.backup()), PreferredMaintenanceWindow: maybe(r, r.maintenance()),
		PubliclyAccessible: maybe(r, r.flag()), RelationalDatabaseBlueprintId: maybe(r, r.blueprint()),
	})
	return err
}

// setSome changes a parameter of either engine, now or at a restart.
func setSome(ctx context.Context, c *lightsail.Client, r chance) error {
	p := types.RelationalDatabaseParameter{
		ParameterName:  r.one("max_connections", "wait_timeout", "log_output", "lower_case_table_names", "work_mem", "shared_buffers", "slave_net_timeout"),
		ParameterValue: r.one("1", "64", "100", "FILE", "{DBInstanceClassMemory/12582880}", ""), ApplyMethod: maybe(r, r.one("immediate", "pending-reboot")),
	}
	_, err := c.UpdateRelationalDatabaseParameters(ctx, &lightsail.UpdateRelationalDatabaseParametersInput{
		RelationalDatabaseName: r.database(), Parameters: []types.RelationalDatabaseParameter{p},
	})
	return err
}

func restoreSome(ctx context.Context, c *lightsail.Client, r chance) error {
	in := &lightsail.CreateRelationalDatabaseFromSnapshotInput{
		RelationalDatabaseName: new(fmt.Sprint("db-", r.IntN(8))), RelationalDatabaseBundleId: maybe(r, r.bundle()),
	}
	if r.IntN(2) == 0 {
		in.RelationalDatabaseSnapshotName = r.snapshot()
	} else {
		in.SourceRelationalDatabaseName, in.UseLatestRestorableTime = r.database(), r.flag()
	}
	if !aws.ToBool(in.UseLatestRestorableTime) {
		in.RestoreTime = maybe(r, new(time.Date(2026, 11, 20, 9, 30, 0, 0, time.UTC)))
	}
	_, err := c.CreateRelationalDatabaseFromSnapshot(ctx, in)
	return err
}
