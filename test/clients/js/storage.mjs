// Disks, snapshots, their copies and exports: node storage.mjs ENDPOINT

import assert from "node:assert/strict";
import {
  awaitInstance, checkOperation, checkStarted, checkTime, connect, getInstance, inRegion, invalid, missing, nano, notNow, pagesOf, runInstance,
} from "./checks.mjs";

/** Creates a disk and waits until it is available. */
const createDisk = async (client, region, diskName, sizeInGb = 8) => {
  const { operations } = await client.createDisk({ diskName, availabilityZone: `${region}a`, sizeInGb });
  await checkStarted(client, operations[0], "CreateDisk", diskName, region, { resourceType: "Disk", zone: `${region}a` });
  return (await client.getDisk({ diskName })).disk;
};

/** Checks the operations of two resources: want has what is special in each. */
const checkBoth = async (client, operations, type, region, want) => {
  assert.equal(operations.length, want.length);
  for (const [i, [name, members]] of want.entries()) {
    await checkStarted(client, operations[i], type, name, region, members);
  }
};

inRegion("disks", async (client, region) => {
  const onDisk = { resourceType: "Disk", zone: `${region}a`, operationDetails: "web" };
  const onInstance = { resourceType: "Instance", zone: `${region}a`, operationDetails: "data" };
  const data = await createDisk(client, region, "data", 64);
  const { arn, supportCode, createdAt, ...rest } = data;
  assert.match(arn, new RegExp(`^arn:aws:lightsail:${region}:111122223333:Disk/`));
  assert.match(supportCode, /^\d{12}\/vol-[0-9a-f]{17}$/);
  checkTime(createdAt);
  assert.deepEqual(rest, {
    name: "data", resourceType: "Disk", location: { availabilityZone: `${region}a`, regionName: region }, tags: [], addOns: [], sizeInGb: 64, iops: 192,
    isSystemDisk: false, state: "available", isAttached: false, attachmentState: "detached",
  });
  await runInstance(client, region, "web");
  const attach = (diskName, diskPath) => client.attachDisk({ diskName, instanceName: "web", diskPath });
  await checkBoth(client, (await attach("data", "/dev/xvdf")).operations, "AttachDisk", region, [["data", onDisk], ["web", onInstance]]);
  const attached = { ...data, state: "in-use", isAttached: true, attachedTo: "web", attachmentState: "attached", path: "/dev/xvdf" };
  assert.deepEqual((await client.getDisk({ diskName: "data" })).disk, attached);
  assert.deepEqual((await getInstance(client, "web")).hardware.disks.map((d) => [d.path, d.name]), [["/dev/xvda", undefined], ["/dev/xvdf", "data"]]);
  await notNow(client.deleteDisk({ diskName: "data" }), /^You can't perform this operation because the disk is still attached to a Lightsail instance: web$/);
  await notNow(client.detachDisk({ diskName: "data" }), /^You can't detach this disk right now\. The state of this disk is: in-use$/);
  await client.stopInstance({ instanceName: "web" });
  await awaitInstance(client, "web", "stopped");
  await checkBoth(client, (await client.detachDisk({ diskName: "data" })).operations, "DetachDisk", region, [["data", onDisk], ["web", onInstance]]);
  assert.deepEqual((await client.getDisk({ diskName: "data" })).disk, data);
  const deleted = (await client.deleteDisk({ diskName: "data" })).operations;
  checkOperation(deleted[0], "DeleteDisk", "data", region, { resourceType: "Disk", zone: `${region}a` });
  for (const action of ["getDisk", "deleteDisk", "detachDisk"]) {
    await missing(client[action]({ diskName: "data" }), "Disk", "data");
  }
  await invalid(client.createDisk({ diskName: "data", availabilityZone: `${region}a`, sizeInGb: 7 }), /^The size of a block storage disk must be between 8 and 16384 GB\.$/);
});

inRegion("disk snapshots and their copies", async (client, region) => {
  await createDisk(client, region, "data");
  const { operations } = await client.createDiskSnapshot({ diskName: "data", diskSnapshotName: "backup" });
  await checkBoth(client, operations, "CreateDiskSnapshot", region, [
    ["backup", { resourceType: "DiskSnapshot", operationDetails: "data" }],
    ["data", { resourceType: "Disk", zone: `${region}a`, operationDetails: "backup" }],
  ]);
  const { diskSnapshot } = await client.getDiskSnapshot({ diskSnapshotName: "backup" });
  assert.match(diskSnapshot.supportCode, /^\d{12}\/snap-[0-9a-f]{17}$/);
  const { state, progress, sizeInGb, fromDiskName, isFromAutoSnapshot, tags } = diskSnapshot;
  assert.deepEqual([state, progress, sizeInGb, fromDiskName, isFromAutoSnapshot, tags], ["completed", "100%", 8, "data", false, []]);
  const restored = await client.createDiskFromSnapshot({ diskName: "copy", diskSnapshotName: "backup", availabilityZone: `${region}b`, sizeInGb: 9 });
  await checkStarted(client, restored.operations[0], "CreateDiskFromSnapshot", "copy", region, { resourceType: "Disk", zone: `${region}b` });

  const abroad = connect("ap-northeast-1");
  const copied = await abroad.copySnapshot({ sourceRegion: region, sourceSnapshotName: "backup", targetSnapshotName: "copied" });
  const details = `${region}:backup`;
  await checkStarted(abroad, copied.operations[0], "CopySnapshot", "copied", "ap-northeast-1", { resourceType: "DiskSnapshot", operationDetails: details });
  const deleted = (await client.deleteDiskSnapshot({ diskSnapshotName: "backup" })).operations;
  checkOperation(deleted[0], "DeleteDiskSnapshot", "backup", region, { resourceType: "DiskSnapshot" });
  await missing(client.getDiskSnapshot({ diskSnapshotName: "backup" }), "DiskSnapshot", "backup");
});

/** Takes a snapshot of an instance and waits until it is available. */
const snapshotInstance = async (client, region, instanceName, instanceSnapshotName) => {
  const { operations } = await client.createInstanceSnapshot({ instanceName, instanceSnapshotName });
  await checkBoth(client, operations, "CreateInstanceSnapshot", region, [
    [instanceSnapshotName, { resourceType: "InstanceSnapshot", operationDetails: instanceName }],
    [instanceName, { resourceType: "Instance", zone: `${region}a`, operationDetails: instanceSnapshotName }],
  ]);
  return (await client.getInstanceSnapshot({ instanceSnapshotName })).instanceSnapshot;
};

inRegion("instance snapshots", async (client, region) => {
  const web = await runInstance(client, region, "web");
  const { arn, supportCode, createdAt, ...golden } = await snapshotInstance(client, region, "web", "golden");
  assert.match(arn, new RegExp(`^arn:aws:lightsail:${region}:111122223333:InstanceSnapshot/`));
  assert.match(supportCode, /^\d{12}\/ami-[0-9a-f]{17}$/);
  checkTime(createdAt);
  assert.deepEqual(golden, {
    name: "golden", resourceType: "InstanceSnapshot", location: { availabilityZone: "all", regionName: region }, tags: [], state: "available",
    sizeInGb: 20, fromAttachedDisks: [], fromInstanceName: "web", fromInstanceArn: web.arn, fromBlueprintId: "debian_12", fromBundleId: nano(region),
    isFromAutoSnapshot: false,
  });
  const clone = { instanceNames: ["clone"], instanceSnapshotName: "golden", availabilityZone: `${region}a`, bundleId: nano(region) };
  const { operations } = await client.createInstancesFromSnapshot(clone);
  await checkStarted(client, operations[0], "CreateInstancesFromSnapshot", "clone", region, { resourceType: "Instance", zone: `${region}a` });
  const deleted = (await client.deleteInstanceSnapshot({ instanceSnapshotName: "golden" })).operations;
  checkOperation(deleted[0], "DeleteInstanceSnapshot", "golden", region, { resourceType: "InstanceSnapshot" });
  await missing(client.createInstancesFromSnapshot({ ...clone, instanceNames: ["third"] }), "InstanceSnapshot", "golden");
});

inRegion("exports and stacks", async (client, region) => {
  await runInstance(client, region, "web");
  await snapshotInstance(client, region, "web", "golden");
  const [operation] = (await client.exportSnapshot({ sourceSnapshotName: "golden" })).operations;
  assert.match(operation.resourceName, /^ExportSnapshotRecord-/);
  await checkStarted(client, operation, "ExportSnapshot", operation.resourceName, region, { resourceType: "ExportSnapshotRecord" });
  const [[record]] = await pagesOf(client, "getExportSnapshotRecords", "exportSnapshotRecords", (r) => r);
  assert.equal(record.state, "Succeeded");
  assert.match(record.destinationInfo.id, /^ami-[0-9a-f]{17}$/);
  assert.equal(record.destinationInfo.service, "Aws::EC2::Image");
  assert.deepEqual(record.sourceInfo.instanceSnapshotInfo, {
    fromBlueprintId: "debian_12", fromBundleId: nano(region), fromDiskInfo: [{ isSystemDisk: true, path: "/dev/xvda", sizeInGb: 20 }],
  });
  const instances = [{ sourceName: record.name, instanceType: "t3.micro", portInfoSource: "INSTANCE", availabilityZone: `${region}a` }];
  const [made] = (await client.createCloudFormationStack({ instances })).operations;
  await checkStarted(client, made, "CreateCloudFormationStack", made.resourceName, region, { resourceType: "CloudFormationStackRecord" });
  const [[stack]] = await pagesOf(client, "getCloudFormationStackRecords", "cloudFormationStackRecords", (r) => r);
  assert.deepEqual([stack.name, stack.state, stack.destinationInfo.service], [made.resourceName, "Succeeded", "Aws::CloudFormation::Stack"]);
  assert.deepEqual(stack.sourceInfo, [{ arn: record.arn, name: record.name, resourceType: "ExportSnapshotRecord" }]);
  await invalid(client.createCloudFormationStack({ instances: [...instances, ...instances] }), /^You must specify exactly one instance entry\.$/);
});

inRegion("pages", async (client, region) => {
  for (const [action, member] of [["getDiskSnapshots", "diskSnapshots"], ["getInstanceSnapshots", "instanceSnapshots"]]) {
    assert.deepEqual(await pagesOf(client, action, member, (e) => e), [[]]);
  }
  for (const diskName of ["cc", "aa", "bb"]) {
    await createDisk(client, region, diskName);
  }
  assert.deepEqual(await pagesOf(client, "getDisks", "disks", (d) => d.name), [["aa", "bb"], ["cc"]]);
});
