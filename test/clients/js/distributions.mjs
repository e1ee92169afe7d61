// Distributions with their certificates: node distributions.mjs ENDPOINT

import assert from "node:assert/strict";
import { test } from "node:test";
import { checkOperation, checkStarted, connect, invalid, missing, until } from "./checks.mjs";

const region = "us-east-1"; // the one region of distributions
const client = connect(region);
const distributionName = "cdn";
const record = { resourceType: "Distribution" };
const get = async () => (await client.getDistributions({ distributionName })).distributions[0];
const started = (operation, kind, want = record) => checkStarted(client, operation, kind, distributionName, region, want);

test("a distribution", async () => {
  await client.createBucket({ bucketName: "photos", bundleId: "small_1_0" });
  const created = await client.createDistribution({
    distributionName, bundleId: "small_1_0", origin: { name: "photos", regionName: region }, defaultCacheBehavior: { behavior: "cache" },
    tags: [{ key: "team", value: "web" }],
  });
  assert.equal(created.distribution.status, "InProgress");
  await started(created.operation, "CreateDistribution");
  assert.deepEqual(await get(), { ...created.distribution, status: "Deployed" });
  await invalid(client.updateDistribution({ distributionName: "none" }), /^Requested resource not found$/, "DoesNotExist");
});

test("its changes", async () => {
  const updated = await client.updateDistribution({ distributionName, isEnabled: false, cacheBehaviorSettings: { defaultTTL: 60 } });
  await started(updated.operation, "UpdateDistribution");
  const [operation] = (await client.setIpAddressType({ resourceType: "Distribution", resourceName: distributionName, ipAddressType: "ipv4" })).operations;
  await started(operation, "SetIpAddressType");
  const { isEnabled, ipAddressType, cacheBehaviorSettings } = await get();
  assert.deepEqual([isEnabled, ipAddressType, cacheBehaviorSettings.defaultTTL], [false, "ipv4", 60]);
  const { bundles } = await client.getDistributionBundles({});
  const bundle = await client.updateDistributionBundle({ distributionName, bundleId: bundles[1].bundleId });
  checkOperation(bundle.operation, "UpdateDistributionBundle", distributionName, region, record);
  const reset = await client.resetDistributionCache({ distributionName });
  await started(reset.operation, "ResetDistributionCache");
  const { status, createTime } = await client.getDistributionLatestCacheReset({ distributionName });
  assert.deepEqual([status, createTime], ["Completed", reset.createTime]);
  const metric = await client.getDistributionMetricData({
    distributionName, metricName: "Requests", startTime: new Date(Date.now() - 3600e3), endTime: new Date(), period: 300, unit: "None", statistics: ["Sum"],
  });
  assert.equal(metric.metricName, "Requests");
});

test("its certificate", async () => {
  const certificateName = "shop";
  await client.createDomain({ domainName: "example.com" });
  await client.createCertificate({ certificateName, domainName: "example.com", subjectAlternativeNames: ["www.example.com"] });
  await missing(client.attachCertificateToDistribution({ distributionName, certificateName: "none" }), "Certificate", "none");
  const detail = async () => (await client.getCertificates({ certificateName })).certificates[0].certificateDetail;
  await until(detail, (c) => c.status === "ISSUED");
  const withDetails = { ...record, operationDetails: certificateName };
  await started((await client.attachCertificateToDistribution({ distributionName, certificateName })).operation, "AttachCertificateToDistribution", withDetails);
  const attached = await get();
  assert.deepEqual([attached.certificateName, attached.alternativeDomainNames], ["shop", ["example.com", "www.example.com"]]);
  await invalid(client.deleteCertificate({ certificateName }), /in use by cdn\.$/);
  await started((await client.detachCertificateFromDistribution({ distributionName })).operation, "DetachCertificateFromDistribution", withDetails);
  await client.deleteCertificate({ certificateName });
  checkOperation((await client.deleteDistribution({ distributionName })).operation, "DeleteDistribution", distributionName, region, record);
  assert.deepEqual((await client.getDistributions({})).distributions, []);
});
