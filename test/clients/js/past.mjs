// Automatic snapshots and metrics of the last days, on an aged server: node past.mjs ENDPOINT

import assert from "node:assert/strict";
import { checkStarted, connect, inRegion, invalid, missing } from "./checks.mjs";

const aged = connect("us-west-1"); // where the instance "aged" and the disk "vault" are days old

inRegion("automatic snapshots", async (client, region) => {
  const { resourceName, resourceType, autoSnapshots } = await aged.getAutoSnapshots({ resourceName: "aged" });
  assert.deepEqual([resourceName, resourceType], ["aged", "Instance"]);
  const dates = autoSnapshots.map((s) => s.date);
  assert.deepEqual(dates, [...dates].sort().reverse());
  assert.ok(dates.length >= 3 && dates.length <= 5, `snapshots of four days: ${dates}`);
  for (const s of autoSnapshots.slice(1)) { // the first may be in progress
    assert.deepEqual([s.status, s.fromAttachedDisks, s.createdAt.toISOString().slice(0, 13)], ["Success", [], `${s.date}T06`]);
  }
  const copy = { sourceRegion: "us-west-1", sourceResourceName: "aged", targetSnapshotName: "kept" };
  const { operations } = await client.copySnapshot({ ...copy, restoreDate: dates[1] });
  await checkStarted(client, operations[0], "CopySnapshot", "kept", region, { resourceType: "InstanceSnapshot", operationDetails: "us-west-1:aged" });
  const { instanceSnapshot } = await client.getInstanceSnapshot({ instanceSnapshotName: "kept" });
  assert.equal(instanceSnapshot.isFromAutoSnapshot, true);
  await missing(client.copySnapshot({ ...copy, targetSnapshotName: "none", restoreDate: "2016-11-28" }), "AutoSnapshot", "2016-11-28");

  const [deleted] = (await aged.deleteAutoSnapshot({ resourceName: "aged", date: dates[1] })).operations;
  const { id, createdAt, ...rest } = deleted;
  assert.ok(id && createdAt instanceof Date);
  assert.deepEqual(rest, { // with the region for a zone, and without statusChangedAt
    resourceName: "aged", resourceType: "Instance", location: { availabilityZone: "us-west-1", regionName: "us-west-1" }, isTerminal: true,
    operationDetails: `DeleteAutoSnapshot-${dates[1]}`, operationType: "DeleteAutoSnapshot", status: "Succeeded",
  });
  await missing(aged.deleteAutoSnapshot({ resourceName: "aged", date: dates[1] }), "AutoSnapshot", dates[1]);
});

inRegion("metrics", async () => {
  const endTime = new Date(Math.floor(Date.now() / 3600e3) * 3600e3);
  const ask = {
    instanceName: "aged", metricName: "CPUUtilization", unit: "Percent", period: 3600, startTime: new Date(endTime - 6 * 3600e3), endTime,
    statistics: ["Average", "Maximum", "SampleCount"],
  };
  const { metricName, metricData } = await aged.getInstanceMetricData(ask);
  assert.equal(metricName, "CPUUtilization");
  assert.deepEqual(metricData.map((p) => p.timestamp), [6, 5, 4, 3, 2, 1].map((hours) => new Date(endTime - hours * 3600e3)));
  for (const { timestamp, average, maximum, ...rest } of metricData) {
    assert.ok(timestamp && average >= 0 && average <= maximum && maximum <= 100, `${average} of ${maximum}`);
    assert.deepEqual(rest, { unit: "Percent", sampleCount: 12 });
  }
  assert.deepEqual((await aged.getInstanceMetricData({ ...ask, unit: "Bytes" })).metricData, []);
  await invalid(aged.getInstanceMetricData({ ...ask, period: 90 }), /^The parameter Period must be a multiple of 60\.$/);
  await missing(aged.getInstanceMetricData({ ...ask, instanceName: "nobody" }), "Instance", "nobody");
});

inRegion("costs", async () => {
  const now = Date.now();
  const ask = { resourceName: "aged", startTime: new Date(now - 86400e3), endTime: new Date(now + 86400e3) };
  const [budget] = (await aged.getCostEstimate(ask)).resourcesBudgetEstimate;
  assert.deepEqual([budget.resourceName, budget.resourceType, budget.costEstimates.length], ["aged", "Instance", 1]);
  const [{ usageType, resultsByTime }] = budget.costEstimates;
  assert.equal(usageType, "USW1-BundleUsage:0.5GB");
  for (const { usageCost, unit, timePeriod, ...rest } of resultsByTime) {
    assert.ok(unit > 0 && Math.abs(usageCost - (unit * 5) / 744) < 1e-9 && timePeriod.start < timePeriod.end, `${usageCost} for ${unit} hours`);
    assert.deepEqual(rest, { pricingUnit: "Hrs", currency: "USD" });
  }
  await invalid(aged.getCostEstimate({ ...ask, startTime: new Date(now - 99 * 86400e3) }), /^The time between startTime and endTime must not be more than 3 months\.$/);
  await missing(aged.getCostEstimate({ ...ask, resourceName: "nobody" }), "resource", "nobody");
});
