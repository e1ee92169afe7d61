// What the programs of all JavaScript clients share.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const names = ["journey-a", "journey-b", "journey-c"];
const publicKeyBase64 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
export const keyPairName = "journey-key";
export const instanceName = "journey-web";
export const tags = [{ key: "team", value: "web" }, { key: "on-call" }];
export const instance = {
  instanceNames: [instanceName],
  availabilityZone: "us-east-1a",
  blueprintId: "debian_12",
  bundleId: "nano_3_0",
  keyPairName,
  userData: "#!/bin/sh\necho prepared\n",
};

/** The access key of a user who may do nothing. */
export const deniedKey = () => ({
  accessKeyId: process.env.DENIED_ACCESS_KEY_ID,
  secretAccessKey: process.env.DENIED_SECRET_ACCESS_KEY,
});

/** Tags as an object, with null for what has no value. */
export const shownTags = (tags) => Object.fromEntries(tags.map(({ key, value }) => [key, value ?? null]));

export const saveKey = (dir, key) => writeFile(join(dir, "key.pem"), key, { mode: 0o600, flag: "wx" });

export const saveFacts = (dir, facts) => writeFile(join(dir, "facts.json"), JSON.stringify(facts));

/** The error that a call ends with. */
export const failure = async (call) => {
  try {
    await call();
  } catch (error) {
    return error;
  }
  assert.fail("the call succeeded");
};

/** Calls until a call fails. */
export const untilThrottled = (call) =>
  failure(async () => {
    for (let n = 0; n < 20_000; n++) await call();
  });

/** How many of 40 calls return regions, made eight at a time. */
export const getThrough = async (call) => {
  let left = 40;
  let succeeded = 0;
  const work = async () => {
    while (left-- > 0) if ((await call()).regions.length > 0) succeeded++;
  };
  await Promise.all(Array.from({ length: 8 }, work));
  return succeeded;
};

/** Polls until an output is as wanted, as the SDK has no waiters for Lightsail. */
export const until = async (call, ready, seconds = 60) => {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const out = await call();
    if (ready(out)) return out;
    assert.ok(Date.now() < end, `it takes too long: ${JSON.stringify(out)}`);
    await sleep(100);
  }
};

/** The names of the key pairs, page by page. The SDKs have no paginators for Lightsail. A call takes a method's name and its input. */
export const readPages = async (call) => {
  for (const keyPairName of names) await call("importKeyPair", { keyPairName, publicKeyBase64 });
  const pages = [];
  let pageToken;
  do {
    const page = await call("getKeyPairs", { pageToken });
    pages.push(page.keyPairs.map((pair) => pair.name));
    pageToken = page.nextPageToken;
  } while (pageToken);
  for (const keyPairName of names) await call("deleteKeyPair", { keyPairName });
  return pages;
};

/** Makes the calls of resources.mjs. */
export const takeSteps = async (steps, call) => {
  for (const [method, input, ready = () => true] of steps) await until(() => call(method, input), ready);
};

/** Runs the program as its arguments say. */
export const main = async ({ journey, profile }) => {
  const [task, dir] = process.argv.slice(2);
  await (task === "profile" ? profile() : journey(dir));
};
