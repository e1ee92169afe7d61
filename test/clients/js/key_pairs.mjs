// Key pairs, tags, operations, pages and signatures: node key_pairs.mjs ENDPOINT

import assert from "node:assert/strict";
import { checkOperation, connect, fingerprint, inRegion, pagesOf, publicKeyBase64, refused, uuid } from "./checks.mjs";

inRegion("a created key pair", async (client, region) => {
  const tags = [{ key: "team", value: "web" }, { key: "on-call" }];
  const out = await client.createKeyPair({ keyPairName: "deploy", tags });
  checkOperation(out.operation, "CreateKeyPair", "deploy", region);
  assert.match(out.$metadata.requestId, uuid);
  assert.match(out.publicKeyBase64, /^ssh-rsa \S+$/);
  assert.match(out.privateKeyBase64, /^-----BEGIN RSA PRIVATE KEY-----\n[^]+\n-----END RSA PRIVATE KEY-----\n?$/);
  assert.match(out.keyPair.arn, new RegExp(`^arn:aws:lightsail:${region}:111122223333:KeyPair/`));
  assert.match(out.keyPair.fingerprint, /^([0-9a-f]{2}:){19}[0-9a-f]{2}$/);
  assert.deepEqual(out.keyPair.tags, [{ key: "team", value: "web" }, { key: "on-call" }]);
  assert.deepEqual((await client.getKeyPair({ keyPairName: "deploy" })).keyPair, out.keyPair);
  assert.deepEqual((await client.createKeyPair({ keyPairName: "bare" })).keyPair.tags, []);
});

inRegion("an imported key pair, from its import to its end", async (client, region) => {
  const imported = await client.importKeyPair({ keyPairName: "laptop", publicKeyBase64 });
  checkOperation(imported.operation, "ImportKeyPair", "laptop", region);
  const { keyPair } = await client.getKeyPair({ keyPairName: "laptop" });
  assert.equal(keyPair.fingerprint, fingerprint);
  assert.deepEqual(keyPair.tags, []);

  const tagged = await client.tagResource({ resourceName: "laptop", resourceArn: keyPair.arn, tags: [{ key: "Größe", value: "1" }, { key: "b" }] });
  checkOperation(tagged.operations[0], "TagResource", "laptop", region);
  const untagged = await client.untagResource({ resourceName: "laptop", tagKeys: ["b", "missing"] });
  checkOperation(untagged.operations[0], "UntagResource", "laptop", region);
  assert.deepEqual((await client.getKeyPair({ keyPairName: "laptop" })).keyPair.tags, [{ key: "Größe", value: "1" }]);

  const deleted = await client.deleteKeyPair({ keyPairName: "laptop", expectedFingerprint: fingerprint });
  checkOperation(deleted.operation, "DeleteKeyPair", "laptop", region);
  const found = await client.getOperation({ operationId: imported.operation.id });
  assert.deepEqual(found.operation, imported.operation);
});

inRegion("the default key pair", async (client) => {
  const first = await client.downloadDefaultKeyPair({});
  const second = await client.downloadDefaultKeyPair({});
  assert.equal(second.privateKeyBase64, first.privateKeyBase64);
  assert.equal(second.publicKeyBase64, first.publicKeyBase64);
  assert.deepEqual(second.createdAt, first.createdAt);
  assert.deepEqual((await client.getKeyPairs({})).keyPairs, []);
  const { keyPairs } = await client.getKeyPairs({ includeDefaultKeyPair: true });
  assert.deepEqual(keyPairs.map((p) => p.name), ["LightsailDefaultKeyPair"]);
});

inRegion("pages", async (client) => {
  const all = (action, member, input) => pagesOf(client, action, member, (e) => e.name ?? e.operationType ?? e, input);
  for (const keyPairName of ["cc", "aa", "bb"]) {
    await client.importKeyPair({ keyPairName, publicKeyBase64 });
  }
  await client.deleteKeyPair({ keyPairName: "bb" });
  await client.importKeyPair({ keyPairName: "dd", publicKeyBase64 });
  assert.deepEqual(await all("getKeyPairs", "keyPairs"), [["aa", "cc"], ["dd"]]);
  assert.deepEqual(await all("getActiveNames", "activeNames"), [["aa", "cc"], ["dd"]]);
  const kinds = [["ImportKeyPair", "DeleteKeyPair"], ["ImportKeyPair", "ImportKeyPair"], ["ImportKeyPair"]];
  assert.deepEqual(await all("getOperations", "operations"), kinds);
  assert.deepEqual(await all("getOperationsForResource", "operations", { resourceName: "bb" }), [["DeleteKeyPair", "ImportKeyPair"]]);
  assert.deepEqual(await all("getOperationsForResource", "operations", { resourceName: "nobody" }), [[]]);
});

inRegion("regions", async (client) => {
  const bare = (await client.getRegions({})).regions;
  const full = (await client.getRegions({ includeAvailabilityZones: true, includeRelationalDatabaseAvailabilityZones: true })).regions;
  assert.deepEqual(full.map((r) => r.name), bare.map((r) => r.name));
  for (const r of bare) {
    assert.deepEqual([r.availabilityZones, r.relationalDatabaseAvailabilityZones], [[], []], r.name);
  }
  for (const r of full) {
    assert.ok(r.availabilityZones.length > 0, r.name);
    assert.ok(r.availabilityZones.every((z) => z.zoneName.startsWith(r.name) && z.state === "available"), r.name);
  }
});

inRegion("refusals", async (client) => {
  await client.importKeyPair({ keyPairName: "laptop", publicKeyBase64 });
  const imported = (keyPairName, key) => client.importKeyPair({ keyPairName, publicKeyBase64: key });
  await refused(imported("laptop", publicKeyBase64), "InvalidInputException", "NameExists", /^Some names are already in use: laptop$/);
  await refused(client.createKeyPair({ keyPairName: "laptop" }), "InvalidInputException", "NameExists", /^Some names are already in use: laptop$/);
  const badKey = /^The format of this public key is not valid\.$/;
  await refused(imported("other", btoa(publicKeyBase64)), "InvalidInputException", "InvalidKey.Format", badKey);
  const badName = /^custom gitlab is not a valid resource name\. Resource names must be at least 2 characters long and contain only alphanumerics, -, _, and \.$/;
  await refused(client.createKeyPair({ keyPairName: "custom gitlab" }), "InvalidInputException", "InvalidResourceName", badName);
  for (const action of ["getKeyPair", "deleteKeyPair"]) {
    await refused(client[action]({ keyPairName: "nobody" }), "NotFoundException", "DoesNotExist", /^The KeyPair does not exist: nobody$/);
  }
  const tags = [{ key: "aws:reserved" }];
  await refused(client.tagResource({ resourceName: "laptop", tags }), "InvalidInputException", "InvalidParams", /reserved/);
  const arn = "arn:aws:lightsail:us-east-1:111122223333:KeyPair/00000000-0000-4000-8000-000000000000";
  await refused(client.untagResource({ resourceName: "laptop", resourceArn: arn, tagKeys: ["a"] }), "InvalidInputException", "InvalidParams", /ARN/);
  const operationId = "00000000-0000-4000-8000-000000000000";
  await refused(client.getOperation({ operationId }), "NotFoundException", "DoesNotExist", new RegExp(operationId));
  await refused(client.getKeyPairs({ pageToken: "nonsense" }), "InvalidInputException", "InvalidParams", /token/);
  await refused(client.createKeyPair({}), "InvalidInputException", "InvalidParams", /^These parameters are required: keyPairName$/);
  assert.deepEqual((await client.getLoadBalancers({})).loadBalancers, []);
  const abroad = connect("eu-west-1");
  await refused(abroad.getDomains({}), "InvalidInputException", "UnsupportedOperation", /^Domain-related APIs are only available in the us-east-1 Region\. .*edit domain resources\.$/);
});

inRegion("signatures that do not hold", async (_, region) => {
  const wrong = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wrong" };
  await refused(connect(region, { credentials: wrong }).getRegions({}), "InvalidSignatureException", undefined, /^The request signature we calculated/);
  const unknown = { accessKeyId: "AKIAUNKNOWN", secretAccessKey: "any" };
  await refused(connect(region, { credentials: unknown }).getRegions({}), "UnrecognizedClientException", undefined, /security token/);
  await refused(connect("us-moon-1").getRegions({}), "InvalidSignatureException", undefined, /^Credential should be scoped to a valid region/);
});

// The SDK learns the server's time from the Date of the refusal and tries again.
inRegion("a client whose clock is an hour late", async (_, region) => {
  const late = connect(region, { systemClockOffset: -3600e3, maxAttempts: 2 });
  assert.equal((await late.getRegions({})).$metadata.attempts, 2);
});
