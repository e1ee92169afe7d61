// The journey with version 2 of the SDK: node v2_journey.mjs journey DIR

import assert from "node:assert/strict";
import Lightsail from "aws-sdk/clients/lightsail.js";
import { resources } from "./resources.mjs";
import * as steps from "./steps.mjs";

const { keyPairName, instanceName } = steps;

const connect = (more = {}) => new Lightsail({ endpoint: process.env.LANYARD_ENDPOINT, region: process.env.AWS_REGION, ...more });
const busy = (maxRetries) => connect({ endpoint: process.env.BUSY_ENDPOINT, maxRetries });

const makeKeyPair = async (client, dir) => {
  const made = await client.createKeyPair({ keyPairName, tags: steps.tags }).promise();
  await steps.saveKey(dir, made.privateKeyBase64);
  const { keyPair } = await client.getKeyPair({ keyPairName }).promise();
  assert.deepEqual(keyPair, made.keyPair);
  return { publicKey: made.publicKeyBase64, fingerprint: keyPair.fingerprint, createdAt: keyPair.createdAt.getTime() };
};

const changeTags = async (client) => {
  await client.tagResource({ resourceName: keyPairName, tags: [{ key: "Größe", value: "ü" }] }).promise();
  await client.untagResource({ resourceName: keyPairName, tagKeys: ["team"] }).promise();
  return steps.shownTags((await client.getKeyPair({ keyPairName }).promise()).keyPair.tags);
};

/** What an error shows: this version has no classes of errors, and does not show the member code. */
const shown = (error) => ({ class: error.code, message: error.message });

const meetErrors = async (client) => {
  const denied = connect(steps.deniedKey());
  const once = busy(0);
  return {
    badName: shown(await steps.failure(() => client.createKeyPair({ keyPairName: "no good" }).promise())),
    missing: shown(await steps.failure(() => client.getKeyPair({ keyPairName: "journey-none" }).promise())),
    denied: shown(await steps.failure(() => denied.getKeyPairs().promise())),
    throttled: shown(await steps.untilThrottled(() => once.getRegions().promise())),
  };
};

const getThrough = () => {
  const patient = busy(11);
  return steps.getThrough(() => patient.getRegions().promise());
};

const makeInstance = async (client) => {
  const made = await client.createInstances(steps.instance).promise();
  await steps.until(
    () => client.getInstanceState({ instanceName }).promise(),
    ({ state }) => state.name === "running",
  );
  const { operation } = await client.getOperation({ operationId: made.operations[0].id }).promise();
  assert.equal(operation.status, "Succeeded");
  assert.deepEqual((await client.getInstances().promise()).instances.map((i) => i.name), [instanceName]);
  return (await client.getInstance({ instanceName }).promise()).instance.publicIpAddress;
};

const journey = async (dir) => {
  const client = connect();
  const call = (method, input) => client[method](input).promise();
  assert.ok((await client.getRegions().promise()).regions.length > 0);
  const facts = {
    keyPair: await makeKeyPair(client, dir),
    tags: await changeTags(client),
    errors: await meetErrors(client),
    busy: await getThrough(),
    pages: await steps.readPages(call),
    instance: await makeInstance(client),
  };
  await steps.takeSteps(resources, call);
  await steps.saveFacts(dir, facts);
};

await steps.main({ journey });
