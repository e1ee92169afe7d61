// DNS zones and their entries: node domains.mjs ENDPOINT

import assert from "node:assert/strict";
import { test } from "node:test";
import { checkOperation, checkTime, connect, invalid, missing } from "./checks.mjs";

const client = connect("us-east-1"); // the one region of domains
const record = { resourceType: "Domain" };

test("a domain", async () => {
  const created = await client.createDomain({ domainName: "Example.com", tags: [{ key: "team", value: "web" }] });
  checkOperation(created.operation, "CreateDomain", "example.com", "global", record);
  const { domain } = await client.getDomain({ domainName: "example.com" });
  const { arn, supportCode, createdAt, domainEntries, ...rest } = domain;
  assert.match(arn, /^arn:aws:lightsail:global:111122223333:Domain\//);
  assert.match(supportCode, /^\d{12}\/\/hostedzone\/Z[A-Z0-9]{13,20}$/);
  checkTime(createdAt);
  assert.deepEqual(domainEntries.map((e) => e.type), ["NS", "NS", "NS", "NS", "SOA"]);
  assert.deepEqual(rest, {
    name: "example.com", resourceType: "Domain", location: { availabilityZone: "all", regionName: "global" }, tags: [{ key: "team", value: "web" }],
  });
  await invalid(client.createDomain({ domainName: "example.com" }), /^Some names are already in use: example\.com$/, "NameExists");
  assert.deepEqual((await client.getDomains({})).domains.map((d) => d.name), ["example.com"]);

  const domainName = "example.com";
  const www = { name: "www.example.com", type: "A", target: "192.0.2.1", isAlias: false };
  const added = await client.createDomainEntry({ domainName, domainEntry: www });
  checkOperation(added.operation, "CreateDomainEntry", domainName, "global", record);
  const updated = await client.updateDomainEntry({ domainName, domainEntry: { ...www, target: "192.0.2.2" } });
  checkOperation(updated.operations[0], "UpdateDomainEntry", domainName, "global", record);
  const { id, ...entry } = (await client.getDomain({ domainName })).domain.domainEntries.at(-1);
  assert.match(id, /^-?\d{1,10}$/);
  assert.deepEqual(entry, { ...www, target: "192.0.2.2" });
  await invalid(client.createDomainEntry({ domainName, domainEntry: { name: "www", type: "A", target: "192.0.2.1" } }), /www/);
  const removed = await client.deleteDomainEntry({ domainName, domainEntry: entry });
  checkOperation(removed.operation, "DeleteDomainEntry", domainName, "global", record);

  const deleted = await client.deleteDomain({ domainName });
  checkOperation(deleted.operation, "DeleteDomain", domainName, "global", record);
  await missing(client.getDomain({ domainName }), "Domain", "example\\.com");
});
