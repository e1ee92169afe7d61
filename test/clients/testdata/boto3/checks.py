"""What the programs in this directory share. Each drives a Lanyard server with boto3: python3 PROGRAM ENDPOINT

Each test gets a client of a region of its own, which is a world of its own. The server's pages hold two elements.
It works with botocore 1.29 and newer.
"""

import datetime
import re
import sys
import time
import traceback

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = sys.argv[1]
PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
FINGERPRINT = "+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU="
UUID = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


def connect(region, config=None, **credentials):
    once = Config(retries={"max_attempts": 0})  # a fault must not hide behind a second attempt
    return boto3.client("lightsail", region_name=region, endpoint_url=ENDPOINT, config=once.merge(config or Config()), **credentials)


def equal(got, want, what):
    assert got == want, f"{what}: got {got!r}, want {want!r}"


# The API as this client knows it.
MODEL = boto3.session.Session(region_name="us-east-1").client("lightsail").meta.service_model


def knows(action):
    """Reports whether the client has an action: it is newer than the client otherwise."""
    return action in MODEL.operation_names


def takes(action, member):
    """Reports whether the client has a member of an action's input."""
    return member in MODEL.operation_model(action).input_shape.members


def known(shape, doc):
    """What the client shows of a document: it drops members that are newer than its model."""
    if isinstance(doc, dict) and shape.type_name == "structure":
        return {name: known(shape.members[name], value) for name, value in doc.items() if name in shape.members}
    if isinstance(doc, list):
        return [known(shape.member, element) for element in doc]
    return doc


def shows(shape, got, want, what):
    """Checks a whole document, by the name of its shape in the API's model."""
    equal(got, known(MODEL.shape_for(shape), want), what)


def matches(got, pattern, what):
    assert re.fullmatch(pattern, got or ""), f"{what}: {got!r} does not match {pattern}"


def refused(call, kind, message, code=None, modeled=False):
    """Checks that a call is refused: with the exception, its symbolic code and its message. Front ends' exceptions are not in the model and
    have no code, and those about containers have none."""
    try:
        call()
    except ClientError as e:
        got = e.response["Error"]["Code"], e.response.get("code"), e.response["Error"]["Message"]
        equal(got[:2], (kind, code), f"exception and code with message {got[2]!r}")
        matches(got[2], message, "message")
        equal(e.response["ResponseMetadata"]["HTTPStatusCode"], 400, "status")
        matches(e.response["ResponseMetadata"]["RequestId"], UUID, "request id")
        if code or modeled:
            equal(type(e).__name__, kind, "class")
    else:
        raise AssertionError(f"the call succeeded, want {kind}")


def without_code(call, kind, message):
    """Checks that a call about containers is refused."""
    refused(call, kind, message, modeled=True)


def import_key(client, name):
    return client.import_key_pair(keyPairName=name, publicKeyBase64=PUBLIC_KEY)["operation"]


def check_operation(op, kind, name, region, resource="KeyPair", zone="all", done=True, **details):
    """Checks an operation's record; details is operationDetails, where it is to be there."""
    matches(op["id"], UUID, "operation id")
    want = {
        "resourceName": name, "resourceType": resource, "operationType": kind, "status": "Succeeded" if done else "Started", "isTerminal": done,
        "location": {"availabilityZone": zone, "regionName": region},
    }
    if details:
        want["operationDetails"] = details["details"]
    rest = {k: v for k, v in op.items() if k not in ("id", "createdAt", "statusChangedAt")}
    shows("Operation", rest, want, f"operation of {kind}")
    check_time(op["createdAt"], "createdAt")
    check_time(op["statusChangedAt"], "statusChangedAt")
    if not done:
        equal(op["statusChangedAt"], op["createdAt"], "begin of an operation")


def check_started(client, op, kind, name, region, resource, zone="all", **details):
    """Checks the record of an operation that takes time, and polls it until it is done, as Terraform does."""
    check_operation(op, kind, name, region, resource, zone, done=False, **details)
    end = until(lambda: client.get_operation(operationId=op["id"])["operation"], lambda o: o["isTerminal"])
    assert end["statusChangedAt"] > op["createdAt"], f"{kind} ended at {end['statusChangedAt']}, begun at {op['createdAt']}"
    changed = {"status": "Succeeded", "isTerminal": True, "statusChangedAt": end["statusChangedAt"]}
    equal(end, {**op, **changed}, f"the operation of {kind} when it is done")


def until(read, good):
    """Reads until the result is good."""
    late = time.monotonic() + 30
    while True:
        got = read()
        if good(got):
            return got
        assert time.monotonic() < late, f"it is still {got!r}"
        time.sleep(0.02)


def await_state(client, name, state):
    until(lambda: client.get_instance_state(instanceName=name)["state"]["name"], lambda got: got == state)


def check_time(at, what):
    assert isinstance(at, datetime.datetime), f"{what} is a {type(at).__name__}"
    age = abs((datetime.datetime.now(datetime.timezone.utc) - at).total_seconds())
    assert age < 3600, f"{what} is {at}, which is not about now"


def nano(region):
    """The smallest bundle, by the suffix of the region's prices."""
    return {"ap-east-1": "nano_3_1", "ap-south-1": "nano_3_1", "ap-southeast-2": "nano_3_2"}.get(region, "nano_3_0")


def create_instances(client, region, *names, **more):
    """Creates instances and returns their operations."""
    more = {"blueprintId": "debian_12", "bundleId": nano(region), **more}
    return client.create_instances(instanceNames=list(names), availabilityZone=region + "a", **more)["operations"]


def run_instance(client, region, name, **more):
    """Creates an instance and waits until it runs."""
    create_instances(client, region, name, **more)
    await_state(client, name, "running")


def not_now(call, verb, thing, state):
    """Checks that a call is refused because of a state: thing is "this instance" or "a disk to this instance"."""
    message = f"You can't {verb} {thing} right now. The state of this {thing.split()[-1]} is: {state}"
    refused(call, "OperationFailureException", message, "InvalidState")


def missing(call, kind, name):
    refused(call, "NotFoundException", f"The {kind} does not exist: {name}", "DoesNotExist")


def invalid(call, message, code="InvalidParams"):
    refused(call, "InvalidInputException", message, code)


def pages(client, action, member, **arguments):
    return [page[member] for page in client.get_paginator(action).paginate(**arguments)]


def pages_by_token(call, member, **arguments):
    """The pages of a list that boto3 has no paginator for."""
    found, token = [], {}
    while True:
        page = call(**arguments, **token)
        found.append(page[member])
        if "nextPageToken" not in page:
            return found
        token = {"pageToken": page["nextPageToken"]}


def names(list):
    return [element["name"] for element in list]


def without(doc, *members):
    return {k: v for k, v in doc.items() if k not in members}


def run(module):
    """Runs a module's tests and exits."""
    tests = [(name, f) for name, f in module.items() if name.startswith("test_")]
    regions = [r["name"] for r in connect("us-east-1").get_regions()["regions"]]
    assert len(tests) <= len(regions), "there are more tests than regions"
    failures = 0
    for (name, test), region in zip(tests, regions):
        print(name, flush=True)
        try:
            test(connect(region), region)
        except Exception:
            traceback.print_exc(file=sys.stdout)
            failures += 1
    print(f"{len(tests)} tests, {failures} failed")
    sys.exit(failures > 0)
