// The journey of the programs with version 3, of any release.

import assert from "node:assert/strict";
import { resources } from "./resources.mjs";
import * as steps from "./steps.mjs";

/** The journey with an SDK whose function shown tells of an error what it shows, if it is of the class. */
export const journeyWith = (sdk, shown) => {
  const { Lightsail, LightsailServiceException } = sdk;
  // Without LANYARD_ENDPOINT, the SDK reads the endpoint from the environment or the profile.
  const connect = ({ endpoint = process.env.LANYARD_ENDPOINT, ...more } = {}) => new Lightsail({ ...(endpoint && { endpoint }), ...more });
  const busy = (maxAttempts) => connect({ endpoint: process.env.BUSY_ENDPOINT, maxAttempts });
  const { keyPairName, instanceName } = steps;

  const makeKeyPair = async (client, dir) => {
    const made = await client.createKeyPair({ keyPairName, tags: steps.tags });
    await steps.saveKey(dir, made.privateKeyBase64);
    const { keyPair } = await client.getKeyPair({ keyPairName });
    assert.deepEqual(keyPair, made.keyPair);
    return { publicKey: made.publicKeyBase64, fingerprint: keyPair.fingerprint, createdAt: keyPair.createdAt.getTime() };
  };

  const changeTags = async (client) => {
    await client.tagResource({ resourceName: keyPairName, tags: [{ key: "Größe", value: "ü" }] });
    await client.untagResource({ resourceName: keyPairName, tagKeys: ["team"] });
    return steps.shownTags((await client.getKeyPair({ keyPairName })).keyPair.tags);
  };

  const failure = async (type, call) => {
    const error = await steps.failure(call);
    return shown(error, type) || assert.fail(error);
  };

  const once = busy(1);

  const meetErrors = async (client) => ({
    badName: await failure(sdk.InvalidInputException, () => client.createKeyPair({ keyPairName: "no good" })),
    missing: await failure(sdk.NotFoundException, () => client.getKeyPair({ keyPairName: "journey-none" })),
    denied: await failure(sdk.AccessDeniedException, () => connect({ credentials: steps.deniedKey() }).getKeyPairs({})),
    throttled: await failure(LightsailServiceException, async () => {
      throw await steps.untilThrottled(() => once.getRegions({}));
    }),
  });

  const getThrough = () => {
    const patient = busy(12);
    return steps.getThrough(() => patient.getRegions({}));
  };

  const makeInstance = async (client) => {
    const made = await client.createInstances(steps.instance);
    await steps.until(
      () => client.getInstanceState({ instanceName }),
      ({ state }) => state.name === "running",
    );
    const { operation } = await client.getOperation({ operationId: made.operations[0].id });
    assert.equal(operation.status, "Succeeded");
    assert.deepEqual((await client.getInstances({})).instances.map((i) => i.name), [instanceName]);
    return (await client.getInstance({ instanceName })).instance.publicIpAddress;
  };

  const journey = async (dir) => {
    const client = connect();
    const call = (method, input) => client[method](input);
    assert.ok((await client.getRegions({})).regions.length > 0);
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

  const profile = async () => console.log((await connect().getRegions({})).regions.map((r) => r.name).join(" "));

  return { journey, profile };
};
