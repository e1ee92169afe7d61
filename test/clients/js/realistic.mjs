// What takes as long as on AWS, while it takes: node realistic.mjs ENDPOINT

import assert from "node:assert/strict";
import { checkOperation, createInstances, getInstance, inRegion, notNow, refused } from "./checks.mjs";

inRegion("a pending instance", async (client, region) => {
  const [operation] = await createInstances(client, region, ["web"]);
  checkOperation(operation, "CreateInstance", "web", region, { resourceType: "Instance", zone: `${region}a`, isTerminal: false, status: "Started" });
  assert.deepEqual((await client.getOperationsForResource({ resourceName: "web" })).operations, [operation]);
  assert.deepEqual((await client.getInstanceState({ instanceName: "web" })).state, { code: 0, name: "pending" });
  assert.deepEqual((await getInstance(client, "web")).state, { code: 0, name: "pending" });
  for (const verb of ["stop", "start", "reboot", "delete"]) {
    const message = new RegExp(`^You can't ${verb} this instance right now\\. The state of this instance is: pending$`);
    await notNow(client[`${verb}Instance`]({ instanceName: "web" }), message);
  }
});

inRegion("a pending disk", async (client, region) => {
  const { operations } = await client.createDisk({ diskName: "data", availabilityZone: `${region}a`, sizeInGb: 8 });
  checkOperation(operations[0], "CreateDisk", "data", region, { resourceType: "Disk", zone: `${region}a`, isTerminal: false, status: "Started" });
  assert.equal((await client.getDisk({ diskName: "data" })).disk.state, "pending");
  await notNow(client.deleteDisk({ diskName: "data" }), /^You can't delete this disk right now\. The state of this disk is: pending$/);
});

inRegion("a pending container service", async (client) => {
  const serviceName = "api";
  const containers = { web: { image: "nginx" } };
  await client.createContainerService({ serviceName, power: "nano", scale: 1, deployment: { containers } });
  const { containerServices } = await client.getContainerServices({ serviceName });
  assert.deepEqual([containerServices[0].state, containerServices[0].principalArn], ["PENDING", ""]);
  const inProgress = /^Sorry, .+ is in progress for service "api"\. Please wait for it to complete before trying again\.$/;
  await refused(client.updateContainerService({ serviceName, scale: 2 }), "InvalidInputException", undefined, inProgress);
  await refused(client.createContainerServiceDeployment({ serviceName, containers }), "InvalidInputException", undefined, inProgress);
});
