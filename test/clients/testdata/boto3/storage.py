"""Disks, snapshots, their copies and exports: python3 storage.py ENDPOINT"""

from checks import (
    UUID, await_state, check_operation, check_started, check_time, connect, equal, invalid, matches, missing, names, nano, not_now, pages, refused,
    run, run_instance, shows, until, without,
)


def create_disk(client, region, name, size=8, **more):
    """Creates a disk and waits until it is available."""
    client.create_disk(diskName=name, availabilityZone=region + "a", sizeInGb=size, **more)
    await_disk(client, name, "available")


def await_disk(client, name, state):
    until(lambda: client.get_disk(diskName=name)["disk"]["state"], lambda got: got == state)


def snapshot_disk(client, name, snapshot):
    """Takes a snapshot of a disk and waits until it is complete."""
    client.create_disk_snapshot(diskName=name, diskSnapshotName=snapshot)
    until(lambda: client.get_disk_snapshot(diskSnapshotName=snapshot)["diskSnapshot"]["state"], lambda got: got == "completed")


def snapshot_instance(client, name, snapshot):
    """Takes a snapshot of an instance and waits until it is available."""
    client.create_instance_snapshot(instanceName=name, instanceSnapshotName=snapshot)
    until(lambda: client.get_instance_snapshot(instanceSnapshotName=snapshot)["instanceSnapshot"]["state"], lambda got: got == "available")


def test_disks(client, region):
    zone = region + "a"
    (op,) = client.create_disk(diskName="data", availabilityZone=zone, sizeInGb=64, tags=[{"key": "team"}])["operations"]
    check_started(client, op, "CreateDisk", "data", region, "Disk", zone)
    data = client.get_disk(diskName="data")["disk"]
    matches(data["arn"], f"arn:aws:lightsail:{region}:111122223333:Disk/{UUID}", "ARN")
    matches(data["supportCode"], r"\d{12}/vol-[0-9a-f]{17}", "support code")
    check_time(data["createdAt"], "createdAt")
    shows("Disk", without(data, "arn", "supportCode", "createdAt"), {
        "name": "data", "resourceType": "Disk", "location": {"availabilityZone": zone, "regionName": region}, "tags": [{"key": "team"}],
        "addOns": [], "sizeInGb": 64, "iops": 192, "isSystemDisk": False, "state": "available", "isAttached": False, "attachmentState": "detached",
    }, "disk")
    run_instance(client, region, "web")
    on_disk, on_instance = client.attach_disk(diskName="data", instanceName="web", diskPath="/dev/xvdf")["operations"]
    check_started(client, on_disk, "AttachDisk", "data", region, "Disk", zone, details="web")
    check_started(client, on_instance, "AttachDisk", "web", region, "Instance", zone, details="data")
    attached = {**data, "state": "in-use", "isAttached": True, "attachedTo": "web", "attachmentState": "attached", "path": "/dev/xvdf"}
    equal(client.get_disk(diskName="data")["disk"], attached, "an attached disk")
    disks = client.get_instance(instanceName="web")["instance"]["hardware"]["disks"]
    equal([(d["path"], d["isSystemDisk"], d.get("name")) for d in disks], [("/dev/xvda", True, None), ("/dev/xvdf", False, "data")], "disks of the instance")
    still = "You can't perform this operation because the disk is still attached to a Lightsail instance: web"
    refused(lambda: client.delete_disk(diskName="data"), "OperationFailureException", still, "InvalidState")
    not_now(lambda: client.detach_disk(diskName="data"), "detach", "this disk", "in-use")
    client.stop_instance(instanceName="web")
    await_state(client, "web", "stopped")
    on_disk, on_instance = client.detach_disk(diskName="data")["operations"]
    check_started(client, on_disk, "DetachDisk", "data", region, "Disk", zone, details="web")
    check_started(client, on_instance, "DetachDisk", "web", region, "Instance", zone, details="data")
    equal(client.get_disk(diskName="data")["disk"], data, "a detached disk")
    (op,) = client.delete_disk(diskName="data")["operations"]
    check_operation(op, "DeleteDisk", "data", region, "Disk", zone)
    missing(lambda: client.get_disk(diskName="data"), "Disk", "data")


def test_deleting_an_instance_frees_its_disks(client, region):
    run_instance(client, region, "web")
    create_disk(client, region, "data")
    client.attach_disk(diskName="data", instanceName="web", diskPath="/dev/xvdf")
    on_disk, on_instance, deleted = client.delete_instance(instanceName="web")["operations"]
    check_started(client, on_disk, "DetachDisk", "data", region, "Disk", region + "a", details="web")
    check_operation(on_instance, "DetachDisk", "web", region, "Instance", region + "a", done=False, details="data")
    check_operation(deleted, "DeleteInstance", "web", region, "Instance", region + "a")
    await_disk(client, "data", "available")


def test_refused_disks(client, region):
    run_instance(client, region, "web")
    create_disk(client, region, "data")
    client.create_disk(diskName="far", availabilityZone=region + "b", sizeInGb=8)
    await_disk(client, "far", "available")
    create = lambda size, zone=region + "a": lambda: client.create_disk(diskName="other", availabilityZone=zone, sizeInGb=size)
    invalid(create(7), "The size of a block storage disk must be between 8 and 16384 GB.")
    invalid(create(16385), "The size of a block storage disk must be between 8 and 16384 GB.")
    client.create_disk(diskName="large", availabilityZone=region + "a", sizeInGb=16384)
    invalid(create(3601), "You've reached the maximum size limit of all disks in this account.", "LimitExceeded")
    invalid(create(8, "eu-moon-1a"), "The given Availability Zone is invalid. It must be one of the following: .*")
    attach = lambda name, path="/dev/xvdf": lambda: client.attach_disk(diskName=name, instanceName="web", diskPath=path)
    invalid(attach("far"), f"The disk far is in the Availability Zone {region}b, the instance web in {region}a. They must be in the same Availability Zone.")
    invalid(attach("data", "/dev/xvda"), "The disk path is invalid. You must specify a valid disk path.")
    invalid(attach("data", "relative"), "The disk path is invalid. You must specify a valid disk path.")
    missing(attach("nobody"), "Disk", "nobody")
    missing(lambda: client.attach_disk(diskName="data", instanceName="nobody", diskPath="/dev/xvdf"), "Instance", "nobody")
    for call in client.get_disk, client.delete_disk, client.detach_disk:
        missing(lambda: call(diskName="nobody"), "Disk", "nobody")
    missing(lambda: client.get_disk(diskName="web"), "Disk", "web")


def test_disk_snapshots(client, region):
    create_disk(client, region, "data", 64)
    data = client.get_disk(diskName="data")["disk"]
    on_snapshot, on_disk = client.create_disk_snapshot(diskName="data", diskSnapshotName="backup", tags=[{"key": "keep"}])["operations"]
    check_started(client, on_snapshot, "CreateDiskSnapshot", "backup", region, "DiskSnapshot", details="data")
    check_started(client, on_disk, "CreateDiskSnapshot", "data", region, "Disk", region + "a", details="backup")
    backup = client.get_disk_snapshot(diskSnapshotName="backup")["diskSnapshot"]
    matches(backup["arn"], f"arn:aws:lightsail:{region}:111122223333:DiskSnapshot/{UUID}", "ARN")
    matches(backup["supportCode"], r"\d{12}/snap-[0-9a-f]{17}", "support code")
    shows("DiskSnapshot", without(backup, "arn", "supportCode", "createdAt"), {
        "name": "backup", "resourceType": "DiskSnapshot", "location": {"availabilityZone": "all", "regionName": region},
        "tags": [{"key": "keep"}], "sizeInGb": 64, "state": "completed", "progress": "100%",
        "fromDiskName": "data", "fromDiskArn": data["arn"], "isFromAutoSnapshot": False,
    }, "disk snapshot")
    restore = lambda size: client.create_disk_from_snapshot(
        diskName="copy", diskSnapshotName="backup", availabilityZone=region + "a", sizeInGb=size)["operations"]
    invalid(lambda: restore(63), "The size of a block storage disk must be between 64 and 16384 GB.")
    (op,) = restore(80)
    check_started(client, op, "CreateDiskFromSnapshot", "copy", region, "Disk", region + "a")
    equal(client.get_disk(diskName="copy")["disk"]["sizeInGb"], 80, "size of the restored disk")
    run_instance(client, region, "web")
    on_snapshot, on_instance = client.create_disk_snapshot(instanceName="web", diskSnapshotName="system")["operations"]
    check_started(client, on_snapshot, "CreateDiskSnapshot", "system", region, "DiskSnapshot", details="web")
    check_started(client, on_instance, "CreateDiskSnapshot", "web", region, "Instance", region + "a", details="system")
    system = client.get_disk_snapshot(diskSnapshotName="system")["diskSnapshot"]
    equal((system["fromInstanceName"], system["sizeInGb"], "fromDiskName" in system), ("web", 20, False), "snapshot of a system disk")
    invalid(lambda: client.create_disk_snapshot(diskName="data", instanceName="web", diskSnapshotName="two"), "You must specify either diskName or instanceName, not both.")
    (op,) = client.delete_disk_snapshot(diskSnapshotName="backup")["operations"]
    check_operation(op, "DeleteDiskSnapshot", "backup", region, "DiskSnapshot")
    for call in client.get_disk_snapshot, client.delete_disk_snapshot:
        missing(lambda: call(diskSnapshotName="backup"), "DiskSnapshot", "backup")


def test_instance_snapshots(client, region):
    run_instance(client, region, "web")
    create_disk(client, region, "data")
    client.attach_disk(diskName="data", instanceName="web", diskPath="/dev/xvdf")
    web = client.get_instance(instanceName="web")["instance"]
    on_snapshot, on_instance = client.create_instance_snapshot(instanceName="web", instanceSnapshotName="golden")["operations"]
    check_started(client, on_snapshot, "CreateInstanceSnapshot", "golden", region, "InstanceSnapshot", details="web")
    check_started(client, on_instance, "CreateInstanceSnapshot", "web", region, "Instance", region + "a", details="golden")
    golden = client.get_instance_snapshot(instanceSnapshotName="golden")["instanceSnapshot"]
    matches(golden["supportCode"], r"\d{12}/ami-[0-9a-f]{17}", "support code")
    (disk,) = golden["fromAttachedDisks"]
    equal((disk["name"], disk["path"], disk["sizeInGb"]), ("data", "/dev/xvdf", 8), "disk in the snapshot")
    shows("InstanceSnapshot", without(golden, "arn", "supportCode", "createdAt", "fromAttachedDisks"), {
        "name": "golden", "resourceType": "InstanceSnapshot", "location": {"availabilityZone": "all", "regionName": region}, "tags": [],
        "state": "available", "sizeInGb": 28, "fromInstanceName": "web", "fromInstanceArn": web["arn"], "fromBlueprintId": "debian_12",
        "fromBundleId": nano(region), "isFromAutoSnapshot": False,
    }, "instance snapshot")
    (op,) = client.create_instances_from_snapshot(
        instanceNames=["clone"], instanceSnapshotName="golden", availabilityZone=region + "a", bundleId=nano(region),
        attachedDiskMapping={"clone": [{"originalDiskPath": "/dev/xvdf", "newDiskName": "clone-data"}]})["operations"]
    check_started(client, op, "CreateInstancesFromSnapshot", "clone", region, "Instance", region + "a")
    clone = client.get_instance(instanceName="clone")["instance"]
    equal((clone["blueprintId"], clone["username"], clone["state"]["name"]), ("debian_12", "admin", "running"), "instance from a snapshot")
    equal(client.get_disk(diskName="clone-data")["disk"]["attachedTo"], "clone", "disk from a snapshot")
    missing(lambda: client.create_instances_from_snapshot(
        instanceNames=["third"], instanceSnapshotName="nobody", availabilityZone=region + "a", bundleId=nano(region)), "InstanceSnapshot", "nobody")
    (op,) = client.delete_instance_snapshot(instanceSnapshotName="golden")["operations"]
    check_operation(op, "DeleteInstanceSnapshot", "golden", region, "InstanceSnapshot")
    for call in client.get_instance_snapshot, client.delete_instance_snapshot:
        missing(lambda: call(instanceSnapshotName="golden"), "InstanceSnapshot", "golden")


def test_copies(client, region):
    create_disk(client, region, "data")
    snapshot_disk(client, "data", "backup")
    abroad = connect("ap-northeast-1")
    copy = lambda name, to="copied": abroad.copy_snapshot(sourceRegion=region, sourceSnapshotName=name, targetSnapshotName=to)["operations"]
    (op,) = copy("backup")
    check_started(abroad, op, "CopySnapshot", "copied", "ap-northeast-1", "DiskSnapshot", details=f"{region}:backup")
    copied = abroad.get_disk_snapshot(diskSnapshotName="copied")["diskSnapshot"]
    equal((copied["fromDiskName"], copied["sizeInGb"], copied["state"], copied["tags"]), ("data", 8, "completed", []), "copy")
    invalid(lambda: copy("backup"), "Some names are already in use: copied", "NameExists")
    missing(lambda: copy("nobody", "other"), "resource", "nobody")
    invalid(lambda: abroad.copy_snapshot(sourceRegion=region, targetSnapshotName="other"),
            "These parameters are required: sourceSnapshotName or sourceResourceName")


def test_exports(client, region):
    run_instance(client, region, "web")
    snapshot_instance(client, "web", "golden")
    (op,) = client.export_snapshot(sourceSnapshotName="golden")["operations"]
    name = op["resourceName"]
    matches(name, f"ExportSnapshotRecord-{UUID}", "record's name")
    check_started(client, op, "ExportSnapshot", name, region, "ExportSnapshotRecord")
    (record,) = client.get_export_snapshot_records()["exportSnapshotRecords"]
    equal((record["name"], record["state"], record["resourceType"]), (name, "Succeeded", "ExportSnapshotRecord"), "record")
    matches(record["destinationInfo"]["id"], "ami-[0-9a-f]{17}", "destination")
    equal(record["destinationInfo"]["service"], "Aws::EC2::Image", "service")
    source = record["sourceInfo"]
    equal((source["name"], source["resourceType"], source["fromResourceName"]), ("golden", "InstanceSnapshot", "web"), "source")
    shows("InstanceSnapshotInfo", source["instanceSnapshotInfo"], {
        "fromBlueprintId": "debian_12", "fromBundleId": nano(region), "fromDiskInfo": [{"isSystemDisk": True, "path": "/dev/xvda", "sizeInGb": 20}],
    }, "what was exported")
    entry = {"sourceName": name, "instanceType": "t3.micro", "portInfoSource": "DEFAULT", "availabilityZone": region + "a"}
    invalid(lambda: client.create_cloud_formation_stack(instances=[entry, entry]), "You must specify exactly one instance entry.")
    invalid(lambda: client.create_cloud_formation_stack(instances=[{**entry, "instanceType": "big"}]), "big is not an instance type of Amazon EC2, .*")
    missing(lambda: client.create_cloud_formation_stack(instances=[{**entry, "sourceName": "nobody"}]), "ExportSnapshotRecord", "nobody")
    (op,) = client.create_cloud_formation_stack(instances=[entry])["operations"]
    matches(op["resourceName"], f"CloudFormationStackRecord-{UUID}", "record's name")
    check_started(client, op, "CreateCloudFormationStack", op["resourceName"], region, "CloudFormationStackRecord")
    (stack,) = client.get_cloud_formation_stack_records()["cloudFormationStackRecords"]
    equal((stack["name"], stack["state"]), (op["resourceName"], "Succeeded"), "record of the stack")
    matches(stack["destinationInfo"]["id"], f"arn:aws:cloudformation:{region}:111122223333:stack/Lightsail-Stack-.*", "stack")
    equal(stack["sourceInfo"], [{"arn": record["arn"], "name": name, "resourceType": "ExportSnapshotRecord"}], "source of the stack")


def test_pages(client, region):
    for action, member in {
        "get_disks": "disks", "get_disk_snapshots": "diskSnapshots", "get_instance_snapshots": "instanceSnapshots",
        "get_export_snapshot_records": "exportSnapshotRecords", "get_cloud_formation_stack_records": "cloudFormationStackRecords",
    }.items():
        equal(pages(client, action, member), [[]], f"pages of {action} with nothing to list")
    run_instance(client, region, "web")
    for name in "cc", "aa", "bb":
        create_disk(client, region, name)
        snapshot_disk(client, name, "snap-" + name)
        snapshot_instance(client, "web", "golden-" + name)
        client.export_snapshot(sourceSnapshotName="snap-" + name)
    listed = lambda action, member: [names(page) for page in pages(client, action, member)]
    equal(listed("get_disks", "disks"), [["aa", "bb"], ["cc"]], "pages of disks")
    equal(listed("get_disk_snapshots", "diskSnapshots"), [["snap-aa", "snap-bb"], ["snap-cc"]], "pages of disk snapshots")
    equal(listed("get_instance_snapshots", "instanceSnapshots"), [["golden-aa", "golden-bb"], ["golden-cc"]], "pages of instance snapshots")
    records = pages(client, "get_export_snapshot_records", "exportSnapshotRecords")
    equal([len(page) for page in records], [2, 1], "pages of export records")
    equal({r["destinationInfo"]["service"] for page in records for r in page}, {"Aws::EC2::Snapshot"}, "services")


run(globals())
