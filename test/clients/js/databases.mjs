// Databases and their snapshots: node databases.mjs ENDPOINT

import assert from "node:assert/strict";
import { checkOperation, checkStarted, checkTime, inRegion, invalid, missing, notNow, until } from "./checks.mjs";

const get = async (client, relationalDatabaseName) => (await client.getRelationalDatabase({ relationalDatabaseName })).relationalDatabase;

const awaitDatabase = (client, name, state = "available") => until(() => get(client, name), (d) => d.state === state);

const password = async (client, relationalDatabaseName, passwordVersion) =>
  (await client.getRelationalDatabaseMasterUserPassword({ relationalDatabaseName, passwordVersion })).masterUserPassword;

const create = (client, region, relationalDatabaseName) => client.createRelationalDatabase({
  relationalDatabaseName, availabilityZone: `${region}a`, relationalDatabaseBlueprintId: "mysql_8_0", relationalDatabaseBundleId: "micro_2_0",
  masterDatabaseName: "shop", masterUsername: "chief", publiclyAccessible: true, tags: [{ key: "team", value: "web" }],
});

inRegion("a database", async (client, region) => {
  const relationalDatabaseName = "db";
  const record = { resourceType: "RelationalDatabase", zone: `${region}a` };
  const created = await create(client, region, relationalDatabaseName);
  await checkStarted(client, created.operations[0], "CreateRelationalDatabase", "db", region, record);
  const found = await awaitDatabase(client, "db");
  const { arn, supportCode, createdAt, engineVersion, latestRestorableTime, masterEndpoint, preferredBackupWindow, preferredMaintenanceWindow, ...rest } = found;
  assert.match(arn, new RegExp(`^arn:aws:lightsail:${region}:111122223333:RelationalDatabase/`));
  assert.match(masterEndpoint.address, new RegExp(`^${supportCode.split("/")[1]}\\.[a-z0-9]{12}\\.${region}\\.rds\\.amazonaws\\.com$`));
  assert.match(preferredBackupWindow, /^\d\d:\d\d-\d\d:\d\d$/);
  assert.match(preferredMaintenanceWindow, /^[a-z]{3}:\d\d:\d\d-[a-z]{3}:\d\d:\d\d$/);
  assert.match(engineVersion, /^8\.0\./);
  checkTime(createdAt);
  assert.deepEqual(rest, {
    name: "db", location: { availabilityZone: `${region}a`, regionName: region }, resourceType: "RelationalDatabase", tags: [{ key: "team", value: "web" }],
    relationalDatabaseBlueprintId: "mysql_8_0", relationalDatabaseBundleId: "micro_2_0", masterDatabaseName: "shop", masterUsername: "chief",
    hardware: { cpuCount: 2, diskSizeInGb: 40, ramSizeInGb: 1 }, state: "available", backupRetentionEnabled: true, pendingModifiedValues: {},
    engine: "mysql", parameterApplyStatus: "in-sync", publiclyAccessible: true, pendingMaintenanceActions: [],
    caCertificateIdentifier: "rds-ca-rsa2048-g1",
  });
  await invalid(create(client, region, "db"), /^Some names are already in use: db$/, "NameExists");

  const updated = await client.updateRelationalDatabase({
    relationalDatabaseName, rotateMasterUserPassword: true, preferredBackupWindow: "05:00-06:00", preferredMaintenanceWindow: "sun:09:00-sun:09:30",
  });
  checkOperation(updated.operations[0], "UpdateRelationalDatabase", "db", region, record);
  const first = await until(() => password(client, "db", "PREVIOUS").catch(() => ""), (p) => p !== "");
  assert.notEqual(await password(client, "db"), first);
  assert.equal((await awaitDatabase(client, "db")).preferredBackupWindow, "05:00-06:00");

  const rebooted = await client.rebootRelationalDatabase({ relationalDatabaseName });
  await checkStarted(client, rebooted.operations[0], "RebootRelationalDatabase", "db", region, { ...record, operationDetails: "" });
  const stopped = await client.stopRelationalDatabase({ relationalDatabaseName });
  await checkStarted(client, stopped.operations[0], "StopRelationalDatabase", "db", region, record);
  await notNow(client.stopRelationalDatabase({ relationalDatabaseName }), /^You can't stop this database right now\. The state of this database is: stopped$/);
  const started = await client.startRelationalDatabase({ relationalDatabaseName });
  await checkStarted(client, started.operations[0], "StartRelationalDatabase", "db", region, record);
  const deleted = await client.deleteRelationalDatabase({ relationalDatabaseName, skipFinalSnapshot: true });
  await checkStarted(client, deleted.operations[0], "DeleteRelationalDatabase", "db", region, record);
  await missing(get(client, "db"), "RelationalDatabase", "db");
  assert.deepEqual((await client.getRelationalDatabases({})).relationalDatabases, []);
});

inRegion("database snapshots", async (client, region) => {
  const relationalDatabaseSnapshotName = "saved";
  const record = { resourceType: "RelationalDatabaseSnapshot" };
  await create(client, region, "db");
  await awaitDatabase(client, "db");
  const taken = await client.createRelationalDatabaseSnapshot({ relationalDatabaseName: "db", relationalDatabaseSnapshotName });
  await checkStarted(client, taken.operations[0], "CreateRelationalDatabaseSnapshot", "saved", region, { ...record, operationDetails: "db" });
  const { relationalDatabaseSnapshot: saved } = await client.getRelationalDatabaseSnapshot({ relationalDatabaseSnapshotName });
  assert.deepEqual([saved.state, saved.sizeInGb, saved.fromRelationalDatabaseName], ["available", 40, "db"]);
  const restored = await client.createRelationalDatabaseFromSnapshot({ relationalDatabaseName: "copy", relationalDatabaseSnapshotName });
  assert.equal(restored.operations[0].status, "Started");
  assert.equal((await awaitDatabase(client, "copy")).masterUsername, "chief");
  const { operations } = await client.deleteRelationalDatabase({ relationalDatabaseName: "db", finalRelationalDatabaseSnapshotName: "last" });
  assert.deepEqual(operations.map((o) => [o.operationType, o.resourceName]), [
    ["DeleteRelationalDatabase", "db"], ["CreateRelationalDatabaseSnapshot", "db"], ["CreateRelationalDatabaseSnapshot", "last"],
  ]);
  const { relationalDatabaseSnapshots } = await client.getRelationalDatabaseSnapshots({});
  assert.deepEqual(relationalDatabaseSnapshots.map((s) => s.name), ["last", "saved"]);
  const deleted = await client.deleteRelationalDatabaseSnapshot({ relationalDatabaseSnapshotName });
  checkOperation(deleted.operations[0], "DeleteRelationalDatabaseSnapshot", "saved", region, record);
  await missing(client.deleteRelationalDatabaseSnapshot({ relationalDatabaseSnapshotName }), "RelationalDatabaseSnapshot", "saved");
});
