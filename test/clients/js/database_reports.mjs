// Parameters, events, logs and metrics of databases: node database_reports.mjs ENDPOINT

import assert from "node:assert/strict";
import { checkOperation, inRegion, invalid, missing, notNow, pagesOf, until } from "./checks.mjs";

const relationalDatabaseName = "shop";

const read = async (client) => (await client.getRelationalDatabase({ relationalDatabaseName })).relationalDatabase;

const awaitState = (client, state) => until(() => read(client), (d) => d.state === state);

const create = async (client, relationalDatabaseBlueprintId) => {
  const content = { masterDatabaseName: "main", masterUsername: "chief" };
  await client.createRelationalDatabase({ relationalDatabaseName, relationalDatabaseBlueprintId, relationalDatabaseBundleId: "micro_2_0", ...content });
  return awaitState(client, "available");
};

const update = (client, parameterName, parameterValue, applyMethod) =>
  client.updateRelationalDatabaseParameters({ relationalDatabaseName, parameters: [{ parameterName, parameterValue, applyMethod }] });

inRegion("parameters", async (client, region) => {
  const { location } = await create(client, "postgres_17");
  const all = (await pagesOf(client, "getRelationalDatabaseParameters", "parameters", (p) => p, { relationalDatabaseName })).flat();
  const { description, ...connections } = all.find((p) => p.parameterName === "max_connections");
  assert.ok(description);
  assert.deepEqual(connections, {
    parameterName: "max_connections", parameterValue: "LEAST({DBInstanceClassMemory/9531392},5000)", allowedValues: "1-262143", dataType: "integer",
    applyType: "static", applyMethod: "pending-reboot", isModifiable: true,
  });
  const { operations } = await update(client, "max_connections", "{DBInstanceClassMemory/20000000}", "pending-reboot");
  const record = { resourceType: "RelationalDatabase", zone: location.availabilityZone, operationDetails: "" };
  checkOperation(operations[0], "UpdateRelationalDatabaseParameters", relationalDatabaseName, region, record);
  assert.equal((await read(client)).parameterApplyStatus, "pending-reboot");
  await client.rebootRelationalDatabase({ relationalDatabaseName });
  assert.equal((await awaitState(client, "available")).parameterApplyStatus, "in-sync");
  await invalid(update(client, "max_connections", "10", "immediate"), /^cannot use immediate apply method for static parameter/);
  await invalid(update(client, "data_directory", "/tmp"), /^The parameter data_directory cannot be modified\.$/);
  await client.stopRelationalDatabase({ relationalDatabaseName });
  await awaitState(client, "stopped");
  await notNow(update(client, "work_mem", "4096"), /The state of this database is: stopped$/);
  await missing(client.getRelationalDatabaseParameters({ relationalDatabaseName: "none" }), "RelationalDatabase", "none");
});

inRegion("events, logs and metrics", async (client) => {
  await create(client, "mysql_8_4");
  await update(client, "wait_timeout", "60", "immediate");
  const span = { relationalDatabaseName, durationInMinutes: 20160 };
  const events = (await pagesOf(client, "getRelationalDatabaseEvents", "relationalDatabaseEvents", (e) => e.message, span)).flat();
  assert.equal(events[0], "Relational Database created");
  assert.equal(events.at(-1), "Updated parameter wait_timeout to 60 with apply method immediate");
  const { logStreams } = await client.getRelationalDatabaseLogStreams({ relationalDatabaseName });
  assert.deepEqual(logStreams, ["audit", "error", "general", "slowquery"]);
  const log = { relationalDatabaseName, logStreamName: "error" };
  const tail = await client.getRelationalDatabaseLogEvents(log);
  assert.match(tail.resourceLogEvents.at(-1).message, /ready for connections\. Version: '8\.4\./);
  const end = await client.getRelationalDatabaseLogEvents({ ...log, pageToken: tail.nextForwardToken });
  assert.deepEqual([end.resourceLogEvents, end.nextForwardToken], [[], tail.nextForwardToken]);
  await invalid(client.getRelationalDatabaseLogEvents({ ...log, logStreamName: "postgresql" }), /^The log stream "postgresql" does not exist\./);
  const endTime = new Date();
  const metric = { relationalDatabaseName, metricName: "FreeStorageSpace", period: 60, unit: "Bytes", statistics: ["Sum"] };
  const data = await client.getRelationalDatabaseMetricData({ ...metric, startTime: new Date(endTime - 3600e3), endTime });
  assert.deepEqual([data.metricName, data.metricData], ["FreeStorageSpace", []]);
});
