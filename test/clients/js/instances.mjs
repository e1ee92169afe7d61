// Instances: node instances.mjs ENDPOINT

import assert from "node:assert/strict";
import {
  awaitInstance, checkOperation, checkStarted, checkTime, connect, createInstances, getInstance, inRegion, invalid, missing, nano, notNow, pagesOf,
  publicKeyBase64, runInstance, until,
} from "./checks.mjs";

const everybody = (port) => ({
  fromPort: port, toPort: port, protocol: "tcp", accessFrom: "Anywhere (0.0.0.0/0 and ::/0)", accessType: "public", commonName: "",
  accessDirection: "inbound", cidrs: ["0.0.0.0/0"], ipv6Cidrs: ["::/0"], cidrListAliases: [],
});

inRegion("created instances", async (client, region) => {
  const record = { resourceType: "Instance", zone: `${region}a` };
  await client.importKeyPair({ keyPairName: "laptop", publicKeyBase64 });
  const operations = await createInstances(client, region, ["web", "db"], { keyPairName: "laptop", tags: [{ key: "team", value: "web" }], userData: "#!/bin/sh" });
  assert.deepEqual(operations.map((o) => o.resourceName), ["web", "db"]);
  for (const o of operations) {
    await checkStarted(client, o, "CreateInstance", o.resourceName, region, record);
  }
  assert.deepEqual((await client.getInstanceState({ instanceName: "web" })).state, { code: 16, name: "running" });
  const web = await getInstance(client, "web");
  const { arn, supportCode, createdAt, privateIpAddress, publicIpAddress, ipv6Addresses, ...rest } = web;
  assert.match(arn, new RegExp(`^arn:aws:lightsail:${region}:111122223333:Instance/`));
  assert.match(supportCode, /^\d{12}\/i-[0-9a-f]{17}$/);
  assert.match(privateIpAddress, /^172\.26\.\d+\.\d+$/);
  assert.match(publicIpAddress, /^198\.1[89]\.\d+\.\d+$/);
  assert.equal(ipv6Addresses.length, 1);
  checkTime(createdAt);
  const system = { attachedTo: "web", attachmentState: "attached", createdAt, iops: 100, isSystemDisk: true, path: "/dev/xvda", sizeInGb: 20 };
  assert.deepEqual(rest, {
    name: "web", resourceType: "Instance", location: { availabilityZone: `${region}a`, regionName: region }, tags: [{ key: "team", value: "web" }],
    blueprintId: "debian_12", blueprintName: "Debian", bundleId: nano(region), username: "admin", sshKeyName: "laptop", addOns: [],
    ipAddressType: "dualstack", isStaticIp: false, state: { code: 16, name: "running" },
    hardware: { cpuCount: 2, ramSizeInGb: 0.5, disks: [system] },
    networking: { monthlyTransfer: { gbPerMonthAllocated: 1024 }, ports: [everybody(80), everybody(22)] },
    metadataOptions: { state: "applied", httpTokens: "optional", httpEndpoint: "enabled", httpPutResponseHopLimit: 1, httpProtocolIpv6: "disabled" },
  });
  assert.deepEqual((await client.getInstances({})).instances[1], web);
});

inRegion("the life of an instance", async (client, region) => {
  const record = { resourceType: "Instance", zone: `${region}a` };
  const web = await runInstance(client, region, "web");
  const rebooted = (await client.rebootInstance({ instanceName: "web" })).operations;
  checkOperation(rebooted[0], "RebootInstance", "web", region, { ...record, operationDetails: "" });
  const stopped = (await client.stopInstance({ instanceName: "web" })).operations;
  await checkStarted(client, stopped[0], "StopInstance", "web", region, record);
  const still = await getInstance(client, "web");
  assert.deepEqual([still.state, still.publicIpAddress], [{ code: 80, name: "stopped" }, undefined]);
  await notNow(client.rebootInstance({ instanceName: "web" }), /^You can't reboot this instance right now\. The state of this instance is: stopped$/);
  await notNow(client.getInstanceAccessDetails({ instanceName: "web" }), /The state of this instance is: stopped$/);
  const started = (await client.startInstance({ instanceName: "web" })).operations;
  await checkStarted(client, started[0], "StartInstance", "web", region, { ...record, operationDetails: "" });
  const again = await awaitInstance(client, "web", "running");
  assert.notEqual(again.publicIpAddress, web.publicIpAddress);
  assert.deepEqual({ ...again, publicIpAddress: web.publicIpAddress }, web);
  const deleted = (await client.deleteInstance({ instanceName: "web" })).operations;
  checkOperation(deleted[0], "DeleteInstance", "web", region, record);
  await missing(client.getInstance({ instanceName: "web" }), "Instance", "web");
});

inRegion("refusals", async (client, region) => {
  await runInstance(client, region, "web");
  await invalid(createInstances(client, region, ["web"]), /^Some names are already in use: web$/, "NameExists");
  await invalid(createInstances(client, region, ["db", "w"]), /^w is not a valid resource name\./, "InvalidResourceName");
  await invalid(createInstances(client, region, []), /^These parameters are required: instanceNames$/);
  await invalid(createInstances(client, region, ["db"], { bundleId: "nano_9_9" }), /^The specified bundle does not exist in this region: nano_9_9$/);
  await invalid(createInstances(client, region, ["db"], { blueprintId: "nothing" }), /^The specified blueprint does not exist in this region: nothing$/);
  await invalid(createInstances(client, region, ["db"], { availabilityZone: "eu-moon-1a" }), /^The given Availability Zone is invalid\. It must be one of the following: /);
  await missing(createInstances(client, region, ["db"], { keyPairName: "nobody" }), "KeyPair", "nobody");
  const many = Array.from({ length: 20 }, (_, i) => `db-${i}`);
  await invalid(createInstances(client, region, many), /^Sorry, you've reached your maximum limit of Lightsail Instances : 20\. /, "LimitExceeded");
  for (const action of ["getInstance", "getInstanceState", "startInstance", "stopInstance", "rebootInstance", "deleteInstance", "deleteKnownHostKeys"]) {
    await missing(client[action]({ instanceName: "nobody" }), "Instance", "nobody");
  }
});

inRegion("pages", async (client, region) => {
  const listed = () => pagesOf(client, "getInstances", "instances", (i) => i.name);
  assert.deepEqual(await listed(), [[]]);
  await createInstances(client, region, ["cc", "aa", "bb"]);
  assert.deepEqual(await listed(), [["aa", "bb"], ["cc"]]);
});

inRegion("the catalogue", async (client) => {
  const blueprints = (await pagesOf(client, "getBlueprints", "blueprints", (b) => b)).flat();
  const { description, productUrl, licenseUrl, version, versionCode, ...debian } = blueprints.find((b) => b.blueprintId === "debian_12");
  assert.ok(description && productUrl && version && versionCode);
  assert.deepEqual(debian, {
    blueprintId: "debian_12", name: "Debian", group: "debian_12", type: "os", isActive: true, minPower: 0, platform: "LINUX_UNIX",
  });
  const bundles = (await pagesOf(client, "getBundles", "bundles", (b) => b)).flat();
  assert.deepEqual(bundles.find((b) => b.bundleId === "nano_3_0"), {
    bundleId: "nano_3_0", name: "Nano", instanceType: "nano", price: 5, cpuCount: 2, ramSizeInGb: 0.5, diskSizeInGb: 20, power: 298,
    transferPerMonthInGb: 1024, supportedPlatforms: ["LINUX_UNIX"], isActive: true, publicIpv4AddressCount: 1,
  });
  assert.ok(bundles.every((b) => b.isActive));
  const all = (await pagesOf(connect("us-east-1"), "getBundles", "bundles", (b) => b.bundleId, { includeInactive: true })).flat(); // an old region
  assert.ok(all.includes("nano_2_0") && new Set(all).size === all.length);
  const engines = (await pagesOf(client, "getRelationalDatabaseBlueprints", "blueprints", (b) => b)).flat();
  assert.deepEqual(engines.filter((b) => b.isEngineDefault).map((b) => b.blueprintId), ["mysql_8_4", "postgres_17"]);
  const plans = (await pagesOf(client, "getRelationalDatabaseBundles", "bundles", (b) => b)).flat();
  assert.deepEqual(plans[0], {
    bundleId: "micro_2_0", name: "Micro", price: 15, cpuCount: 2, ramSizeInGb: 1, diskSizeInGb: 40, transferPerMonthInGb: 100, isEncrypted: true, isActive: true,
  });
});

inRegion("access details", async (client, region) => {
  const web = await runInstance(client, region, "web");
  const { accessDetails } = await client.getInstanceAccessDetails({ instanceName: "web" });
  const { privateKey, certKey, expiresAt, hostKeys, ...rest } = accessDetails;
  assert.match(privateKey, /^-----BEGIN RSA PRIVATE KEY-----\n[^]+\n-----END RSA PRIVATE KEY-----\n?$/);
  assert.match(certKey, /^ssh-rsa-cert-v01@openssh\.com AAAA\S+\n?$/);
  assert.ok(expiresAt > Date.now() && expiresAt < Date.now() + 600e3, `it expires at ${expiresAt}`);
  assert.deepEqual(rest, {
    instanceName: "web", protocol: "ssh", username: "admin", ipAddress: web.publicIpAddress, ipv6Addresses: web.ipv6Addresses,
  });
  assert.ok(hostKeys.length > 0);
  for (const key of hostKeys) {
    assert.match(key.fingerprintSHA1, /^SHA1:[A-Za-z0-9+/]{27}$/);
    assert.match(key.fingerprintSHA256, /^SHA256:[A-Za-z0-9+/]{43}$/);
    checkTime(key.witnessedAt);
  }
  const forgotten = (await client.deleteKnownHostKeys({ instanceName: "web" })).operations;
  checkOperation(forgotten[0], "DeleteKnownHostKeys", "web", region, { resourceType: "Instance", zone: `${region}a` });
  await invalid(client.getInstanceAccessDetails({ instanceName: "web", protocol: "rdp" }), /^The protocol rdp is not for instances of the platform LINUX_UNIX/);
});

inRegion("options and add-ons", async (client, region) => {
  const record = { resourceType: "Instance", zone: `${region}a` };
  await runInstance(client, region, "web");
  const { operation } = await client.updateInstanceMetadataOptions({ instanceName: "web", httpTokens: "required", httpEndpoint: "disabled" });
  checkOperation(operation, "UpdateInstanceMetadataOptions", "web", region, record);
  assert.deepEqual((await getInstance(client, "web")).metadataOptions, {
    state: "applied", httpTokens: "required", httpEndpoint: "disabled", httpPutResponseHopLimit: 1, httpProtocolIpv6: "disabled",
  });
  const become = (ipAddressType, acceptBundleUpdate) => client.setIpAddressType({ resourceType: "Instance", resourceName: "web", ipAddressType, acceptBundleUpdate });
  checkOperation((await become("ipv4")).operations[0], "SetIpAddressType", "web", region, record);
  assert.deepEqual((await getInstance(client, "web")).ipv6Addresses, []);
  await invalid(become("ipv6"), /^You cannot set the IP address type of the Instance web without a bundle update\. Specify the acceptBundleUpdate parameter to update the bundle to nano_ipv6_3_.\.$/);
  await become("ipv6", true);
  const web = await getInstance(client, "web");
  assert.deepEqual([web.ipAddressType, web.bundleId, web.publicIpAddress], ["ipv6", nano(region).replace("nano", "nano_ipv6"), undefined]);

  const addOnRequest = { addOnType: "AutoSnapshot", autoSnapshotAddOnRequest: { snapshotTimeOfDay: "23:00" } };
  await invalid(client.disableAddOn({ resourceName: "web", addOnType: "AutoSnapshot" }), /^AutoSnapshot not enabled for the resource$/);
  const enabled = (await client.enableAddOn({ resourceName: "web", addOnRequest })).operations;
  checkOperation(enabled[0], "EnableAddOn", "web", region, record);
  await invalid(client.enableAddOn({ resourceName: "web", addOnRequest }), /^The addOn is already in requested state$/);
  assert.deepEqual((await getInstance(client, "web")).addOns, [{ name: "AutoSnapshot", status: "Enabled", snapshotTimeOfDay: "23:00" }]);
  await invalid(client.deleteInstance({ instanceName: "web" }), /^You cannot delete the Instance web with addons\. Specify the forceDeleteAddons parameter to delete the Instance and its associated addons\.$/);
  const disabled = (await client.disableAddOn({ resourceName: "web", addOnType: "AutoSnapshot" })).operations;
  checkOperation(disabled[0], "DisableAddOn", "web", region, record);
  await client.deleteInstance({ instanceName: "web" });
  await until(() => client.getActiveNames({}), (names) => names.activeNames.length === 0);
});
