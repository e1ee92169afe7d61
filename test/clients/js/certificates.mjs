// Certificates and the zones that validate them: node certificates.mjs ENDPOINT

import assert from "node:assert/strict";
import { test } from "node:test";
import { checkOperation, checkTime, connect, invalid, missing, until } from "./checks.mjs";

const region = "us-east-1"; // the one region of zones
const client = connect(region);
const record = { resourceType: "Certificate" };

test("a certificate", async () => {
  await client.createDomain({ domainName: "example.com" });
  const certificateName = "shop";
  const created = await client.createCertificate({
    certificateName, domainName: "example.com", subjectAlternativeNames: ["www.example.com"], tags: [{ key: "team", value: "web" }],
  });
  checkOperation(created.operations[0], "CreateCertificate", certificateName, region, record);
  assert.deepEqual(created.certificate.tags, [{ key: "team", value: "web" }]);
  await invalid(client.createCertificate({ certificateName: "wild", domainName: "*.example.com" }), /^Wildcard domain names/);
  const detail = async () => (await client.getCertificates({ certificateName })).certificates[0].certificateDetail;
  const issued = await until(detail, (c) => c.status === "ISSUED");
  checkTime(issued.createdAt);
  assert.deepEqual(issued.subjectAlternativeNames, ["example.com", "www.example.com"]);
  assert.deepEqual(issued.domainValidationRecords.map((r) => [r.domainName, r.validationStatus, r.dnsRecordCreationState.code]), [
    ["example.com", "SUCCESS", "SUCCEEDED"], ["www.example.com", "SUCCESS", "SUCCEEDED"],
  ]);
  assert.equal(issued.inUseResourceCount, 0);
  const { certificates } = await client.getCertificates({ certificateStatuses: ["ISSUED"] });
  assert.deepEqual(certificates.map((c) => [c.certificateName, c.certificateDetail]), [["shop", undefined]]);
  const deleted = await client.deleteCertificate({ certificateName });
  checkOperation(deleted.operations[0], "DeleteCertificate", certificateName, region, record);
  assert.deepEqual((await client.getCertificates({ certificateName })).certificates, []);
  await missing(client.deleteCertificate({ certificateName }), "Certificate", "shop");
});
