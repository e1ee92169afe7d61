// Buckets, their settings, keys and access: node buckets.mjs ENDPOINT
//
// Their names are unique over all regions.

import assert from "node:assert/strict";
import { checkOperation, checkTime, inRegion, invalid, missing, pagesOf, runInstance } from "./checks.mjs";

const record = { resourceType: "Bucket" };

const getBucket = async (client, bucketName, more = {}) => {
  const { buckets } = await client.getBuckets({ bucketName, ...more });
  assert.equal(buckets.length, 1);
  return buckets[0];
};

inRegion("settings", async (client, region) => {
  const bucketName = "settings-of-a-bucket";
  const created = await client.createBucket({ bucketName, bundleId: "small_1_0", tags: [{ key: "team", value: "web" }] });
  checkOperation(created.operations[0], "CreateBucket", bucketName, region, record);
  const { arn, supportCode, createdAt, ...rest } = await getBucket(client, bucketName);
  assert.match(arn, new RegExp(`^arn:aws:lightsail:${region}:111122223333:Bucket/`));
  assert.match(supportCode, /^\d{12}\//);
  checkTime(createdAt);
  assert.deepEqual(rest, {
    resourceType: "Bucket", name: bucketName, bundleId: "small_1_0", url: `https://${bucketName}.s3.${region}.amazonaws.com/`,
    accessRules: { getObject: "private", allowPublicOverrides: false }, location: { availabilityZone: "all", regionName: region },
    tags: [{ key: "team", value: "web" }], objectVersioning: "NeverEnabled", ableToUpdateBundle: true, readonlyAccessAccounts: [],
    state: { code: "OK" }, accessLogConfig: { enabled: false },
  });
  await invalid(client.createBucket({ bucketName, bundleId: "small_1_0" }), /settings-of-a-bucket.* already exists/, "NameExists");

  const updated = await client.updateBucket({ bucketName, versioning: "Suspended", accessRules: { getObject: "public" } });
  checkOperation(updated.operations[0], "UpdateBucket", bucketName, region, record);
  assert.deepEqual(updated.bucket.accessRules, { getObject: "public", allowPublicOverrides: false });
  const cors = { rules: [{ id: "all", allowedMethods: ["GET"], allowedOrigins: ["https://example.com"], maxAgeSeconds: 60 }] };
  assert.deepEqual((await client.updateBucket({ bucketName, cors })).bucket.cors, cors);
  assert.equal((await getBucket(client, bucketName)).cors, undefined);
  assert.deepEqual((await getBucket(client, bucketName, { includeCors: true })).cors, cors);
  const changed = await client.updateBucketBundle({ bucketName, bundleId: "large_1_0" });
  checkOperation(changed.operations[0], "UpdateBucketBundle", bucketName, region, record);
  await invalid(client.updateBucketBundle({ bucketName, bundleId: "small_1_0" }), /./);

  const deleted = await client.deleteBucket({ bucketName });
  checkOperation(deleted.operations[0], "DeleteBucket", bucketName, region, record);
  await missing(getBucket(client, bucketName), "Bucket", bucketName);
});

inRegion("access keys", async (client, region) => {
  const bucketName = "keys-of-a-bucket";
  await client.createBucket({ bucketName, bundleId: "small_1_0", enableObjectVersioning: true });
  const { accessKey, operations } = await client.createBucketAccessKey({ bucketName });
  checkOperation(operations[0], "CreateBucketAccessKey", bucketName, region, record);
  assert.match(accessKey.accessKeyId, /^AKIA[A-Z0-9]{16}$/);
  assert.match(accessKey.secretAccessKey, /^[A-Za-z0-9/+]{40}$/);
  await client.createBucketAccessKey({ bucketName });
  await invalid(client.createBucketAccessKey({ bucketName }), /^You have reached the limit of access keys for keys-of-a-bucket$/, "LimitExceeded");
  const keys = (await client.getBucketAccessKeys({ bucketName })).accessKeys;
  assert.deepEqual(keys.map((k) => [k.status, k.secretAccessKey]), [["Active", undefined], ["Active", undefined]]);
  const deleted = await client.deleteBucketAccessKey({ bucketName, accessKeyId: accessKey.accessKeyId });
  checkOperation(deleted.operations[0], "DeleteBucketAccessKey", bucketName, region, record);
  await invalid(client.deleteBucket({ bucketName }), /./);
  await client.deleteBucket({ bucketName, forceDelete: true });
});

inRegion("access of an instance", async (client, region) => {
  const bucketName = "access-to-a-bucket";
  await client.createBucket({ bucketName, bundleId: "small_1_0" });
  await runInstance(client, region, "web");
  const { operations } = await client.setResourceAccessForBucket({ bucketName, resourceName: "web", access: "allow" });
  checkOperation(operations[0], "SetResourceAccessForBucket", bucketName, region, { ...record, operationDetails: "web" });
  checkOperation(operations[1], "SetResourceAccessForBucket", "web", region, { resourceType: "Instance", zone: `${region}a`, operationDetails: bucketName });
  const { resourcesReceivingAccess } = await getBucket(client, bucketName, { includeConnectedResources: true });
  assert.deepEqual(resourcesReceivingAccess, [{ name: "web", resourceType: "Instance" }]);
  await client.setResourceAccessForBucket({ bucketName, resourceName: "web", access: "deny" });
  await client.deleteBucket({ bucketName });
});

inRegion("lists", async (client) => {
  for (const bucketName of ["list-of-buckets-b", "list-of-buckets-c", "list-of-buckets-a"]) {
    await client.createBucket({ bucketName, bundleId: "small_1_0" });
  }
  assert.deepEqual(await pagesOf(client, "getBuckets", "buckets", (b) => b.name), [["list-of-buckets-a", "list-of-buckets-b"], ["list-of-buckets-c"]]);
  assert.deepEqual((await client.getBucketBundles({})).bundles.map((b) => b.bundleId), ["small_1_0", "medium_1_0", "large_1_0"]);
  const endTime = new Date();
  const metric = { bucketName: "list-of-buckets-a", metricName: "BucketSizeBytes", period: 86400, statistics: ["Maximum"], unit: "Bytes" };
  const data = await client.getBucketMetricData({ ...metric, startTime: new Date(endTime - 3 * 86400e3), endTime });
  assert.deepEqual([data.metricName, data.metricData], ["BucketSizeBytes", []]);
});
