// Container services: node containers.mjs ENDPOINT
//
// Their answers have no operations, and their errors no code: before 2026 the SDK named an error by its code.

import assert from "node:assert/strict";
import { checkTime, inRegion, refused, until } from "./checks.mjs";

const image = "amazon/amazon-lightsail:hello-world";

const invalid = (call, message) => refused(call, "InvalidInputException", undefined, message);
const missing = (call, message) => refused(call, "NotFoundException", undefined, message);

const getService = async (client, serviceName) => (await client.getContainerServices({ serviceName })).containerServices[0];

const awaitService = (client, serviceName, state) => until(() => getService(client, serviceName), (s) => s.state === state);

const create = (client, serviceName) => client.createContainerService({ serviceName, power: "nano", scale: 1 });

inRegion("a service", async (client, region) => {
  const serviceName = "shop";
  const { $metadata, ...created } = await client.createContainerService({ serviceName, power: "nano", scale: 1, tags: [{ key: "team" }] });
  const { arn, createdAt, url, privateRegistryAccess, ...rest } = created.containerService;
  assert.deepEqual(Object.keys(created), ["containerService"]);
  assert.match(arn, new RegExp(`^arn:aws:lightsail:${region}:111122223333:ContainerService/`));
  assert.match(url, new RegExp(`^https://shop\\.[a-z0-9]{13}\\.${region}\\.cs\\.amazonlightsail\\.com/$`));
  checkTime(createdAt);
  assert.deepEqual(rest, {
    containerServiceName: serviceName, location: { availabilityZone: "all", regionName: region }, resourceType: "ContainerService",
    tags: [{ key: "team" }], power: "nano", powerId: "nano-1", state: "PENDING", scale: 1, isDisabled: false,
    principalArn: "", privateDomainName: "shop.service.local",
  });
  await invalid(create(client, serviceName), /shop/);
  await invalid(create(client, "Shop"), /^Service name "Shop" does not match pattern: /);
  const ready = await awaitService(client, serviceName, "READY");
  assert.match(ready.principalArn, new RegExp(`^arn:aws:iam::\\d{12}:role/amazon/lightsail/${region}/containers/shop/[0-9a-v]{52}$`));
  const updated = await client.updateContainerService({ serviceName, power: "micro", scale: 3, isDisabled: false });
  assert.deepEqual([updated.containerService.state, updated.containerService.powerId, updated.containerService.scale], ["UPDATING", "micro-1", 3]);
  await awaitService(client, serviceName, "READY");
  const { $metadata: _, ...deleted } = await client.deleteContainerService({ serviceName });
  assert.deepEqual(deleted, {});
  await until(async () => (await client.getContainerServices({})).containerServices.length, (n) => n === 0);
  await missing(client.getContainerServices({ serviceName }), /^The ContainerService does not exist: shop$/);
});

inRegion("deployments", async (client) => {
  const serviceName = "api";
  await create(client, serviceName);
  await awaitService(client, serviceName, "READY");
  const containers = { web: { image, ports: { 80: "HTTP" } }, cache: { image: "redis:latest" } };
  const publicEndpoint = { containerName: "web", containerPort: 80 };
  const { containerService } = await client.createContainerServiceDeployment({ serviceName, containers, publicEndpoint });
  const { createdAt, ...next } = containerService.nextDeployment;
  checkTime(createdAt);
  assert.equal(containerService.currentDeployment, undefined);
  assert.deepEqual(next, {
    version: 1, state: "ACTIVATING",
    containers: {
      web: { image, command: [], environment: {}, ports: { 80: "HTTP" } },
      cache: { image: "redis:latest", command: [], environment: {}, ports: {} },
    },
    publicEndpoint: {
      ...publicEndpoint,
      healthCheck: { healthyThreshold: 2, unhealthyThreshold: 2, timeoutSeconds: 2, intervalSeconds: 5, path: "/", successCodes: "200-499" },
    },
  });
  const running = await awaitService(client, serviceName, "RUNNING");
  assert.deepEqual([running.currentDeployment.version, running.currentDeployment.state, running.nextDeployment], [1, "ACTIVE", undefined]);
  await client.createContainerServiceDeployment({ serviceName, containers: { web: { image, command: ["sh", "-c", "exit 1"] } } });
  await awaitService(client, serviceName, "RUNNING");
  const { deployments } = await client.getContainerServiceDeployments({ serviceName });
  assert.deepEqual(deployments.map((d) => [d.version, d.state]), [[2, "FAILED"], [1, "ACTIVE"]]);
  const { logEvents } = await client.getContainerLog({ serviceName, containerName: "web", filterPattern: '"deployment:1"' });
  assert.equal(logEvents[0].message, "[deployment:1] Creating your deployment");
  const endTime = new Date();
  const metric = { serviceName, metricName: "CPUUtilization", period: 300, statistics: ["Average"] };
  const data = await client.getContainerServiceMetricData({ ...metric, startTime: new Date(endTime - 3600e3), endTime });
  assert.equal(data.metricName, "CPUUtilization");
});

inRegion("images", async (client, region) => {
  const serviceName = "shop";
  await invalid(client.createContainerServiceRegistryLogin({}), /^You must create a container service before retrieving container registry login credentials$/);
  await create(client, serviceName);
  const { registryLogin } = await client.createContainerServiceRegistryLogin({});
  assert.equal(registryLogin.username, "AWS");
  assert.match(registryLogin.registry, new RegExp(`^\\d{12}\\.dkr\\.ecr\\.${region}\\.amazonaws\\.com$`));
  assert.ok(registryLogin.expiresAt > new Date());
  for (const label of ["web", "jobs"]) {
    await client.registerContainerImage({ serviceName, label, digest: `sha256:${"1".repeat(64)}` });
  }
  const images = async () => (await client.getContainerImages({ serviceName })).containerImages.map((i) => i.image);
  assert.deepEqual(await images(), [":shop.jobs.2", ":shop.web.1"]);
  await client.deleteContainerImage({ serviceName, image: ":shop.jobs.2" });
  assert.deepEqual(await images(), [":shop.web.1"]);
});

inRegion("a catalogue", async (client) => {
  const { powers } = await client.getContainerServicePowers({});
  assert.deepEqual(powers.map((p) => p.powerId), ["nano-1", "micro-1", "small-1", "medium-1", "large-1", "xlarge-1"]);
  const { metadata } = await client.getContainerAPIMetadata({});
  assert.deepEqual(metadata.map((m) => m.name), ["lightsailctlVersion"]);
});
