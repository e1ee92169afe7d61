// What the programs in this directory share. Each drives a Lanyard server with the AWS SDK for JavaScript v3:
// node PROGRAM ENDPOINT
//
// Each test gets a client of a region of its own, which is a world of its own. The server's pages hold two elements;
// the SDK has no paginators for Lightsail, so the tokens are followed here as applications do it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Lightsail } from "@aws-sdk/client-lightsail";

const endpoint = process.argv[2];
export const publicKeyBase64 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
export const fingerprint = "+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU=";
export const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export const connect = (region, more = {}) => new Lightsail({ region, endpoint, maxAttempts: 1, ...more });

const regions = (await connect("us-east-1").getRegions({})).regions.map((r) => r.name);

/** Declares a test with a client of the next region. */
export const inRegion = (name, body) => {
  const region = regions.shift();
  assert.ok(region, "there are more tests than regions");
  test(name, () => body(connect(region), region));
};

/**
 * Checks that a call is refused. Until 2026 the SDK named an error by the body's member code, since then by __type, as
 * it does with the real Lightsail; both are members of the error or its name.
 */
export const refused = async (call, type, code, message) => {
  const error = await call.then(
    () => assert.fail(`the call succeeded, want ${type}`),
    (e) => e,
  );
  assert.deepEqual({ type: error.__type ?? error.name, code: error.code }, { type, code }, error.message);
  assert.ok([type, code].includes(error.name), `the error's name is ${error.name}`);
  assert.match(error.message, message);
  assert.equal(error.$metadata.httpStatusCode, 400);
  assert.match(error.$metadata.requestId, uuid);
};

export const missing = (call, kind, name) => refused(call, "NotFoundException", "DoesNotExist", new RegExp(`^The ${kind} does not exist: ${name}$`));
export const invalid = (call, message, code = "InvalidParams") => refused(call, "InvalidInputException", code, message);
export const notNow = (call, message) => refused(call, "OperationFailureException", "InvalidState", message);

/** Checks an operation's record: want has what differs from that of a key pair which is done. */
export const checkOperation = (operation, operationType, resourceName, regionName, want = {}) => {
  const { id, createdAt, statusChangedAt, ...rest } = operation;
  assert.match(id, uuid);
  assert.ok(createdAt instanceof Date && statusChangedAt instanceof Date, "times are dates");
  checkTime(createdAt);
  const { zone = "all", ...members } = want;
  assert.deepEqual(rest, {
    resourceName,
    resourceType: "KeyPair",
    location: { availabilityZone: zone, regionName },
    isTerminal: true,
    operationType,
    status: "Succeeded",
    ...members,
  });
};

/** Checks the record of an operation that takes time, and polls it until it is done. */
export const checkStarted = async (client, operation, operationType, resourceName, regionName, want) => {
  checkOperation(operation, operationType, resourceName, regionName, { isTerminal: false, status: "Started", ...want });
  const read = async () => (await client.getOperation({ operationId: operation.id })).operation;
  const { statusChangedAt, ...end } = await until(read, (o) => o.isTerminal);
  assert.ok(statusChangedAt > operation.createdAt, `it ended at ${statusChangedAt}`);
  checkOperation({ ...end, statusChangedAt }, operationType, resourceName, regionName, want);
};

/** Reads until the result is good. */
export const until = async (read, good) => {
  const late = Date.now() + 30e3;
  for (;;) {
    const got = await read();
    if (good(got)) {
      return got;
    }
    assert.ok(Date.now() < late, `it is still ${JSON.stringify(got)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

export const checkTime = (at) => assert.ok(Math.abs(Date.now() - at) < 3600e3, `the time is ${at}, which is not about now`);

/** The pages of a list, each element made by show. */
export const pagesOf = async (client, action, member, show, input = {}) => {
  const pages = [];
  let pageToken;
  do {
    const page = await client[action]({ ...input, pageToken });
    pages.push(page[member].map(show));
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
  return pages;
};

/** The smallest bundle, by the suffix of the region's prices. */
export const nano = (region) => ({ "ap-east-1": "nano_3_1", "ap-south-1": "nano_3_1", "ap-southeast-2": "nano_3_2" })[region] ?? "nano_3_0";

/** Creates instances and returns their operations. */
export const createInstances = async (client, region, instanceNames, more = {}) => {
  const input = { instanceNames, availabilityZone: `${region}a`, blueprintId: "debian_12", bundleId: nano(region), ...more };
  return (await client.createInstances(input)).operations;
};

export const getInstance = async (client, instanceName) => (await client.getInstance({ instanceName })).instance;

export const awaitInstance = (client, instanceName, state) => until(() => getInstance(client, instanceName), (i) => i.state.name === state);

/** Creates an instance and waits until it runs. */
export const runInstance = async (client, region, name, more) => {
  await createInstances(client, region, [name], more);
  return awaitInstance(client, name, "running");
};
