// Firewalls, static IPs, peering and HTTPS: node network.mjs ENDPOINT

import assert from "node:assert/strict";
import { checkOperation, checkStarted, checkTime, getInstance, inRegion, invalid, missing, notNow, pagesOf, runInstance, until } from "./checks.mjs";

/** A rule as GetInstancePortStates shows it. */
const rule = (fromPort, toPort, protocol, cidrs = ["0.0.0.0/0"], ipv6Cidrs = ["::/0"], cidrListAliases = []) => ({
  fromPort, toPort, protocol, state: "open", cidrs, ipv6Cidrs, cidrListAliases,
});

inRegion("ports", async (client, region) => {
  const instanceName = "web";
  const record = { resourceType: "Instance", zone: `${region}a` };
  const states = async () => (await client.getInstancePortStates({ instanceName })).portStates;
  await runInstance(client, region, "web");
  assert.deepEqual(await states(), [rule(80, 80, "tcp"), rule(22, 22, "tcp")]);

  const opened = await client.openInstancePublicPorts({ instanceName, portInfo: { fromPort: 0, toPort: 65535, protocol: "udp", cidrs: ["203.0.113.7"] } });
  checkOperation(opened.operation, "OpenInstancePublicPorts", "web", region, { ...record, operationDetails: "0-65535/udp" });
  const udp = rule(0, 65535, "udp", ["203.0.113.7/32"], []);
  assert.deepEqual(await states(), [rule(80, 80, "tcp"), rule(22, 22, "tcp"), udp]);
  const shown = (await getInstance(client, "web")).networking.ports[2];
  assert.deepEqual([shown.fromPort, shown.accessFrom, shown.cidrs], [0, "Custom", ["203.0.113.7/32"]]);

  const closed = await client.closeInstancePublicPorts({ instanceName, portInfo: { fromPort: 80, toPort: 80, protocol: "tcp" } });
  checkOperation(closed.operation, "CloseInstancePublicPorts", "web", region, { ...record, operationDetails: "80/tcp" });
  assert.deepEqual(await states(), [rule(22, 22, "tcp"), udp]);

  const portInfos = [
    { fromPort: 8, toPort: -1, protocol: "icmp" },
    { fromPort: 22, toPort: 22, protocol: "tcp", cidrListAliases: ["lightsail-connect"] },
  ];
  const put = await client.putInstancePublicPorts({ instanceName, portInfos });
  checkOperation(put.operation, "PutInstancePublicPorts", "web", region, { ...record, operationDetails: "8--1/icmp,22/tcp" });
  assert.deepEqual(await states(), [rule(8, -1, "icmp", undefined, []), rule(22, 22, "tcp", [], [], ["lightsail-connect"])]);
  await client.putInstancePublicPorts({ instanceName, portInfos: [{ fromPort: 0, toPort: 65535, protocol: "all" }] });
  assert.deepEqual(await states(), [rule(0, 65535, "-1")]);

  const open = (portInfo) => client.openInstancePublicPorts({ instanceName, portInfo });
  await invalid(open({ fromPort: 23, toPort: 22, protocol: "tcp" }), /^The ports from 23 to 22 are not valid for the protocol tcp: /);
  await invalid(open({ fromPort: 22, toPort: 65536, protocol: "tcp" }), /^1 validation error detected: Value '65536' at 'portInfo\.toPort'/);
  await invalid(open({ fromPort: 22, toPort: 22, protocol: "tcp", cidrs: ["everybody"] }), /^"everybody" is not an IPv4 address or CIDR block\.$/);
  await missing(client.getInstancePortStates({ instanceName: "nobody" }), "Instance", "nobody");
});

inRegion("a static IP", async (client, region) => {
  const staticIpName = "front";
  const onInstance = { resourceType: "Instance", zone: `${region}a` };
  const read = async () => (await client.getStaticIp({ staticIpName })).staticIp;
  const allocated = (await client.allocateStaticIp({ staticIpName })).operations;
  checkOperation(allocated[0], "AllocateStaticIp", "front", region, { resourceType: "StaticIp" });
  const free = await read();
  const { arn, supportCode, createdAt, ipAddress, ...rest } = free;
  assert.match(arn, new RegExp(`^arn:aws:lightsail:${region}:111122223333:StaticIp/`));
  assert.match(supportCode, new RegExp(`^\\d{12}/${ipAddress}$`));
  checkTime(createdAt);
  assert.deepEqual(rest, { name: "front", resourceType: "StaticIp", location: { availabilityZone: "all", regionName: region }, isAttached: false });

  await runInstance(client, region, "web");
  const attached = (await client.attachStaticIp({ staticIpName, instanceName: "web" })).operations;
  assert.equal(attached.length, 2);
  checkOperation(attached[0], "AttachStaticIp", "front", region, { resourceType: "StaticIp", operationDetails: "web" });
  checkOperation(attached[1], "AttachStaticIp", "web", region, { ...onInstance, operationDetails: "front" });
  assert.deepEqual(await read(), { ...free, isAttached: true, attachedTo: "web" });
  const web = await getInstance(client, "web");
  assert.deepEqual([web.publicIpAddress, web.isStaticIp], [ipAddress, true]);

  const detached = (await client.detachStaticIp({ staticIpName })).operations;
  checkOperation(detached[0], "DetachStaticIp", "front", region, { resourceType: "StaticIp", operationDetails: "web" });
  checkOperation(detached[1], "DetachStaticIp", "web", region, { ...onInstance, operationDetails: "front" });
  assert.notEqual((await getInstance(client, "web")).publicIpAddress, ipAddress);
  await notNow(client.detachStaticIp({ staticIpName }), /^You can't detach this static IP right now\./);
  const released = (await client.releaseStaticIp({ staticIpName })).operations;
  checkOperation(released[0], "ReleaseStaticIp", "front", region, { resourceType: "StaticIp" });
  for (const action of ["getStaticIp", "detachStaticIp", "releaseStaticIp"]) {
    await missing(client[action]({ staticIpName }), "StaticIp", "front");
  }
});

inRegion("pages of static IPs", async (client) => {
  for (const staticIpName of ["cc", "aa", "ee", "bb", "dd"]) {
    await client.allocateStaticIp({ staticIpName });
  }
  assert.deepEqual(await pagesOf(client, "getStaticIps", "staticIps", (ip) => ip.name), [["aa", "bb"], ["cc", "dd"], ["ee"]]);
  const limit = /^Sorry, you've reached your maximum limit of Lightsail Static IPs : 5\. /;
  await invalid(client.allocateStaticIp({ staticIpName: "ff" }), limit, "LimitExceeded");
});

inRegion("peering", async (client, region) => {
  const peered = async () => (await client.isVpcPeered({})).isPeered;
  assert.equal(await peered(), false);
  const { operation } = await client.peerVpc({});
  const { resourceName, operationDetails } = operation;
  assert.match(resourceName, /^vpc-0[0-9a-f]{16}$/);
  checkOperation(operation, "PeeredVpc", resourceName, region, { resourceType: "PeeredVpc", operationDetails });
  assert.equal(await peered(), true);
  checkOperation((await client.unpeerVpc({})).operation, "UnpeeredVpc", resourceName, region, { resourceType: "PeeredVpc", operationDetails });
  assert.equal(await peered(), false);
  await invalid(client.unpeerVpc({}), /is not peered with your default VPC\.$/);
});

inRegion("HTTPS", async (client, region) => {
  const instanceName = "blog";
  await runInstance(client, region, instanceName, { blueprintId: "wordpress" });
  const setup = async (...domainNames) =>
    (await client.setupInstanceHttps({ instanceName, emailAddress: "admin@example.org", domainNames, certificateProvider: "LetsEncrypt" })).operations[0];
  const names = () => pagesOf(client, "getSetupHistory", "setupHistory", (s) => s.request.domainNames[0], { resourceName: instanceName });
  const record = { resourceType: "Instance", zone: `${region}a` };
  for (const name of ["a.example.org", "b.example.org", "c.example.org"]) {
    await checkStarted(client, await setup(name), "SetupInstanceHttps", instanceName, region, record);
  }
  assert.deepEqual(await names(), [["c.example.org", "b.example.org"], ["a.example.org"]]);
  const { id } = await setup("shop.test");
  const newest = async () => (await client.getSetupHistory({ resourceName: instanceName })).setupHistory[0];
  const failed = await until(newest, (s) => s.status !== "inProgress");
  assert.deepEqual([failed.operationId, failed.status, failed.executionDetails.at(-1).status], [id, "failed", "failed"]);
  await missing(client.getSetupHistory({ resourceName: "nobody" }), "Instance", "nobody");
});
