// Alarms and contact methods: node monitoring.mjs ENDPOINT

import assert from "node:assert/strict";
import { awaitInstance, checkOperation, checkTime, createInstances, getInstance, inRegion, invalid, missing } from "./checks.mjs";

inRegion("a contact method", async (client, region) => {
  const protocol = "Email";
  const record = { resourceType: "ContactMethod" };
  const created = await client.createContactMethod({ protocol, contactEndpoint: "ops@example.com" });
  checkOperation(created.operations[0], "CreateContactMethod", "Email", region, record);
  const { contactMethods } = await client.getContactMethods({ protocols: [protocol] });
  const { arn, supportCode, createdAt, tags, ...rest } = contactMethods[0];
  assert.match(arn, new RegExp(`^arn:aws:lightsail:${region}:111122223333:ContactMethod/`));
  assert.match(supportCode, /^\d{12}\//);
  checkTime(createdAt);
  assert.deepEqual(rest, {
    contactEndpoint: "ops@example.com", name: "Email", protocol, resourceType: "ContactMethod", status: "PendingVerification",
    location: { availabilityZone: "all", regionName: region },
  });
  const sent = await client.sendContactMethodVerification({ protocol });
  checkOperation(sent.operations[0], "SendContactMethodVerification", "Email", region, record);
  await invalid(client.createContactMethod({ protocol, contactEndpoint: "nobody" }), /^The contact endpoint is not a valid email address: nobody$/);
  const deleted = await client.deleteContactMethod({ protocol });
  checkOperation(deleted.operations[0], "DeleteContactMethod", "Email", region, record);
  await missing(client.deleteContactMethod({ protocol }), "ContactMethod", "Email");
  assert.deepEqual((await client.getContactMethods({})).contactMethods, []);
});

inRegion("alarms", async (client, region) => {
  const record = { resourceType: "Alarm", operationDetails: "web" };
  await createInstances(client, region, ["web"]);
  const put = (alarmName, more = {}) =>
    client.putAlarm({
      alarmName, monitoredResourceName: "web", metricName: "CPUUtilization", comparisonOperator: "GreaterThanOrEqualToThreshold", threshold: 80,
      evaluationPeriods: 2, ...more,
    });
  const made = await put("high-cpu");
  checkOperation(made.operations[0], "PutAlarm", "high-cpu", region, record);
  const { alarms } = await client.getAlarms({ alarmName: "high-cpu" });
  const { arn, supportCode, createdAt, tags, ...rest } = alarms[0];
  assert.match(arn, new RegExp(`^arn:aws:lightsail:${region}:111122223333:Alarm/`));
  assert.match(supportCode, /^\d{12}\//);
  checkTime(createdAt);
  assert.deepEqual(rest, {
    name: "high-cpu", resourceType: "Alarm", location: { availabilityZone: "all", regionName: region },
    monitoredResourceInfo: { arn: (await getInstance(client, "web")).arn, name: "web", resourceType: "Instance" },
    comparisonOperator: "GreaterThanOrEqualToThreshold", evaluationPeriods: 2, datapointsToAlarm: 2, period: 300, threshold: 80,
    treatMissingData: "missing", statistic: "Average", metricName: "CPUUtilization", unit: "Percent", state: "INSUFFICIENT_DATA",
    contactProtocols: [], notificationTriggers: ["ALARM"], notificationEnabled: true,
  });
  await put("second");
  await invalid(put("third"), /^You can configure up to two alarms per metric\./, "LimitExceeded");
  const tested = await client.testAlarm({ alarmName: "second", state: "ALARM" });
  checkOperation(tested.operations[0], "TestAlarm", "second", region, record);
  const deleted = await client.deleteAlarm({ alarmName: "second" });
  checkOperation(deleted.operations[0], "DeleteAlarm", "second", region, record);
  await missing(client.deleteAlarm({ alarmName: "second" }), "Alarm", "second");
  await awaitInstance(client, "web", "running");
  await client.deleteInstance({ instanceName: "web" });
  assert.deepEqual((await client.getAlarms({})).alarms, []);
});
