"""What takes as long as on AWS, while it takes: python3 realistic.py ENDPOINT"""

from checks import check_operation, create_instances, equal, not_now, run, without_code


def test_a_pending_instance(client, region):
    (op,) = create_instances(client, region, "web")
    check_operation(op, "CreateInstance", "web", region, "Instance", region + "a", done=False)
    equal(client.get_operation(operationId=op["id"])["operation"], op, "the operation read back")
    equal(client.get_operations_for_resource(resourceName="web")["operations"], [op], "operations of the instance")
    equal(client.get_instance_state(instanceName="web")["state"], {"code": 0, "name": "pending"}, "state")
    equal(client.get_instance(instanceName="web")["instance"]["state"], {"code": 0, "name": "pending"}, "state of the instance")
    client.allocate_static_ip(staticIpName="front")
    for verb, call in {
        "stop": client.stop_instance, "start": client.start_instance, "reboot": client.reboot_instance, "delete": client.delete_instance,
        "get access details of": client.get_instance_access_details,
    }.items():
        not_now(lambda: call(instanceName="web"), verb, "this instance", "pending")
    not_now(lambda: client.attach_static_ip(staticIpName="front", instanceName="web"), "attach a static IP to", "this instance", "pending")
    not_now(lambda: client.create_instance_snapshot(instanceName="web", instanceSnapshotName="snap"), "create a snapshot of", "this instance", "pending")
    not_now(lambda: client.create_disk_snapshot(instanceName="web", diskSnapshotName="snap"), "create a snapshot of", "this instance", "pending")
    equal(client.get_active_names()["activeNames"], ["front", "web"], "names after what was refused")


def test_a_pending_disk(client, region):
    create_instances(client, region, "web")
    (op,) = client.create_disk(diskName="data", availabilityZone=region + "a", sizeInGb=8)["operations"]
    check_operation(op, "CreateDisk", "data", region, "Disk", region + "a", done=False)
    equal(client.get_disk(diskName="data")["disk"]["state"], "pending", "state")
    not_now(lambda: client.delete_disk(diskName="data"), "delete", "this disk", "pending")
    not_now(lambda: client.attach_disk(diskName="data", instanceName="web", diskPath="/dev/xvdf"), "attach", "this disk", "pending")
    not_now(lambda: client.detach_disk(diskName="data"), "detach", "this disk", "pending")
    not_now(lambda: client.create_disk_snapshot(diskName="data", diskSnapshotName="snap"), "create a snapshot of", "this disk", "pending")


def test_a_pending_container_service(client, region):
    client.create_container_service(serviceName="api", power="nano", scale=1, deployment={"containers": {"web": {"image": "nginx"}}})
    (service,) = client.get_container_services(serviceName="api")["containerServices"]
    equal((service["state"], service["principalArn"]), ("PENDING", ""), "state and principal")
    in_progress = r'Sorry, .+ is in progress for service "api"\. Please wait for it to complete before trying again\.'
    without_code(lambda: client.update_container_service(serviceName="api", scale=2), "InvalidInputException", in_progress)
    deployment = {"serviceName": "api", "containers": {"web": {"image": "nginx"}}}
    without_code(lambda: client.create_container_service_deployment(**deployment), "InvalidInputException", in_progress)
    client.delete_container_service(serviceName="api")
    (service,) = client.get_container_services(serviceName="api")["containerServices"]
    equal(service["state"], "DELETING", "state")


run(globals())
