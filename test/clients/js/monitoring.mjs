// Contact methods: node monitoring.mjs ENDPOINT

import assert from "node:assert/strict";
import { checkOperation, checkTime, inRegion, invalid, missing } from "./checks.mjs";

inRegion("a contact method", async (client, region) => {
  const protocol = "Email";
  const record = { resourceType: "ContactMethod" };
  const created = await client.createContactMethod({ protocol, contactEndpoint: "ops@example.com" });
  checkOperation(created.operations[0], "CreateContactMethod", "Email", region, record);
  const { contactMethods } = await client.getContactMethods({ protocols: [protocol] });
  const { arn, supportCode, createdAt, tags, ...rest } = contactMethods[0];
  assert.match(arn, new RegExp(`^arn:aws:lightsail:${region}:111122223333:ContactMethod/`));
  assert.match(supportCode, /^\d{12}\//);
  checkTime(createdAt);
  assert.deepEqual(rest, {
    contactEndpoint: "ops@example.com", name: "Email", protocol, resourceType: "ContactMethod", status: "PendingVerification",
    location: { availabilityZone: "all", regionName: region },
  });
  const sent = await client.sendContactMethodVerification({ protocol });
  checkOperation(sent.operations[0], "SendContactMethodVerification", "Email", region, record);
  await invalid(client.createContactMethod({ protocol, contactEndpoint: "nobody" }), /^The contact endpoint is not a valid email address: nobody$/);
  const deleted = await client.deleteContactMethod({ protocol });
  checkOperation(deleted.operations[0], "DeleteContactMethod", "Email", region, record);
  await missing(client.deleteContactMethod({ protocol }), "ContactMethod", "Email");
  assert.deepEqual((await client.getContactMethods({})).contactMethods, []);
});
