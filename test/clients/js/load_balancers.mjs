// Load balancers, their instances and their certificates: node load_balancers.mjs ENDPOINT

import assert from "node:assert/strict";
import { checkOperation, checkStarted, checkTime, connect, inRegion, invalid, missing, pagesOf, runInstance, until } from "./checks.mjs";

const loadBalancerName = "lb";
const resourceType = "LoadBalancer";
const getBalancer = async (client) => (await client.getLoadBalancer({ loadBalancerName })).loadBalancer;

/** Checks two operations, each of which names the other end. An end is a name and a resource type. */
const checkPair = (operations, operationType, region, ends, more) => {
  assert.equal(operations.length, 2);
  operations.forEach((o, n) => checkOperation(o, operationType, ends[n][0], region, { resourceType: ends[n][1], operationDetails: ends[1 - n][0], ...more }));
};
const begun = { isTerminal: false, status: "Started" };

inRegion("certificates of a load balancer", async (client, region) => {
  await client.createDomain({ domainName: "balanced.example.com" }); // the first region is that of the zones
  await client.createLoadBalancer({ loadBalancerName, instancePort: 80 });
  const ends = [["cert", "LoadBalancerTlsCertificate"], ["lb", resourceType]];
  const certificate = { loadBalancerName, certificateName: "cert" };
  const created = await client.createLoadBalancerTlsCertificate({ ...certificate, certificateDomainName: "balanced.example.com" });
  checkPair(created.operations, "CreateLoadBalancerTlsCertificate", region, ends);
  const read = async () => (await client.getLoadBalancerTlsCertificates({ loadBalancerName })).tlsCertificates;
  const [issued] = await until(read, ([c]) => c.status === "ISSUED");
  checkTime(issued.issuedAt);
  assert.deepEqual(issued.domainValidationRecords.map((r) => [r.type, r.validationStatus, r.dnsRecordCreationState.code]), [["CNAME", "SUCCESS", "SUCCEEDED"]]);
  const attached = await client.attachLoadBalancerTlsCertificate(certificate);
  checkPair(attached.operations, "AttachLoadBalancerTlsCertificate", region, [...ends].reverse());
  const { protocol, publicPorts, tlsCertificateSummaries } = await getBalancer(client);
  assert.deepEqual({ protocol, publicPorts, tlsCertificateSummaries }, {
    protocol: "HTTP_HTTPS", publicPorts: [80, 443], tlsCertificateSummaries: [{ name: "cert", isAttached: true }],
  });
  const { tlsPolicies } = await client.getLoadBalancerTlsPolicies({});
  assert.deepEqual(tlsPolicies.map((p) => [p.name, p.isDefault]), [["TLS-2016-08", true], ["TLS-FS-1-2-Res-2019-08", false]]);
  const deleted = await client.deleteLoadBalancerTlsCertificate({ ...certificate, force: true });
  deleted.operations.forEach((o, n) => checkOperation(o, "DeleteLoadBalancerTlsCertificate", ends[n][0], region, { resourceType: ends[n][1], ...begun }));
  assert.deepEqual(await read(), []);
});

inRegion("instances of a load balancer", async (client, region) => {
  await runInstance(client, region, "web");
  const { operations } = await client.createLoadBalancer({ loadBalancerName, instancePort: 80, tags: [{ key: "team", value: "web" }] });
  await checkStarted(client, operations[0], "CreateLoadBalancer", loadBalancerName, region, { resourceType });
  const instances = { loadBalancerName, instanceNames: ["web"] };
  const ends = [["lb", resourceType], ["web", "Instance"]];
  checkPair((await client.attachInstancesToLoadBalancer(instances)).operations, "AttachInstancesToLoadBalancer", region, ends, begun);
  const health = async () => (await getBalancer(client)).instanceHealthSummary;
  assert.deepEqual(await until(health, ([h]) => h.instanceHealth === "healthy"), [{ instanceName: "web", instanceHealth: "healthy" }]);
  const data = await client.getLoadBalancerMetricData({
    loadBalancerName, metricName: "HealthyHostCount", period: 60, startTime: new Date(Date.now() - 3600e3), endTime: new Date(), unit: "Count", statistics: ["Average"],
  });
  assert.equal(data.metricName, "HealthyHostCount");
  await client.putAlarm({
    alarmName: "down", monitoredResourceName: "lb", metricName: "UnhealthyHostCount", comparisonOperator: "GreaterThanOrEqualToThreshold", threshold: 1, evaluationPeriods: 1,
  });
  checkPair((await client.detachInstancesFromLoadBalancer(instances)).operations, "DetachInstancesFromLoadBalancer", region, ends, begun);
  await until(health, (all) => all.length === 0);
});

inRegion("attributes of a load balancer", async (client, region) => {
  for (const name of ["aa", "bb", "lb"]) {
    await client.createLoadBalancer({ loadBalancerName: name, instancePort: 80 });
  }
  assert.deepEqual(await pagesOf(client, "getLoadBalancers", "loadBalancers", (b) => b.name), [["aa", "bb"], ["lb"]]);
  const set = (attributeName, attributeValue) => client.updateLoadBalancerAttribute({ loadBalancerName, attributeName, attributeValue });
  const { operations } = await set("HealthCheckPath", "/up");
  checkOperation(operations[0], "UpdateLoadBalancerAttribute", loadBalancerName, region, { resourceType, operationDetails: "HealthCheckPath" });
  await invalid(set("HttpsRedirectionEnabled", "true"), /^cannot enable https redirection while https is disabled\.$/);
  const typed = await client.setIpAddressType({ resourceType, resourceName: loadBalancerName, ipAddressType: "ipv4" });
  checkOperation(typed.operations[0], "SetIpAddressType", loadBalancerName, region, { resourceType });
  const { healthCheckPath, ipAddressType } = await getBalancer(client);
  assert.deepEqual({ healthCheckPath, ipAddressType }, { healthCheckPath: "/up", ipAddressType: "ipv4" });
  const deleted = await client.deleteLoadBalancer({ loadBalancerName });
  checkOperation(deleted.operations[0], "DeleteLoadBalancer", loadBalancerName, region, { resourceType });
  await missing(client.getLoadBalancer({ loadBalancerName }), resourceType, loadBalancerName);
});
