"""The journey with boto3: python boto3_journey.py journey DIR, or python boto3_journey.py profile"""

import concurrent.futures
import os
import sys
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

import steps
from resources import STEPS


def connect(endpoint=os.environ.get("LANYARD_ENDPOINT"), **more):
    """A client. Without LANYARD_ENDPOINT, boto3 reads the endpoint from the environment or the profile."""
    return boto3.client("lightsail", endpoint_url=endpoint, **more)


def failure(error_class, call):
    """What the exception of a call shows, which must be of a class that the client made of the API model."""
    try:
        call()
    except error_class as error:
        return steps.shown(error)
    raise AssertionError("the call succeeded")


def make_key_pair(client, folder):
    made = client.create_key_pair(keyPairName="journey-key", tags=steps.TAGS)
    return steps.save_key(folder, made, client.get_key_pair(keyPairName="journey-key")["keyPair"])


def change_tags(client):
    client.tag_resource(resourceName="journey-key", tags=[{"key": "Größe", "value": "ü"}])
    client.untag_resource(resourceName="journey-key", tagKeys=["team"])
    return steps.shown_tags(client.get_key_pair(keyPairName="journey-key")["keyPair"])


def meet_errors(client):
    denied = connect(**steps.denied_key())
    errors = {
        "badName": failure(client.exceptions.InvalidInputException, lambda: client.create_key_pair(keyPairName="no good")),
        "missing": failure(client.exceptions.NotFoundException, lambda: client.get_key_pair(keyPairName="journey-none")),
        "denied": failure(client.exceptions.AccessDeniedException, denied.get_key_pairs),
    }
    once = connect(os.environ["BUSY_ENDPOINT"], config=Config(retries=steps.ONE_TRY))

    def until_throttled():
        for _ in range(20_000):
            once.get_regions()

    errors["throttled"] = failure(ClientError, until_throttled)
    return errors


def get_through(count=40):
    patient = connect(os.environ["BUSY_ENDPOINT"], config=Config(retries=steps.RETRIES))
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        return sum(1 for out in pool.map(lambda _: patient.get_regions(), range(count)) if out["regions"])


def read_pages(client):
    for name in steps.NAMES:
        client.import_key_pair(keyPairName=name, publicKeyBase64=steps.PUBLIC_KEY)
    pages = [[pair["name"] for pair in page["keyPairs"]] for page in client.get_paginator("get_key_pairs").paginate()]
    for name in steps.NAMES:
        client.delete_key_pair(keyPairName=name)
    return pages


def until(ready, seconds=60):
    """Polls, as boto3 has no waiters for Lightsail."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if ready():
            return
        time.sleep(0.1)
    raise TimeoutError


def make_instance(client):
    made = client.create_instances(**steps.INSTANCE)
    until(lambda: client.get_instance_state(instanceName="journey-web")["state"]["name"] == "running")
    operation = client.get_operation(operationId=made["operations"][0]["id"])["operation"]
    assert operation["status"] == "Succeeded", operation
    assert [i["name"] for i in client.get_instances()["instances"]] == ["journey-web"]
    return client.get_instance(instanceName="journey-web")["instance"]["publicIpAddress"]


def make_resources(client):
    for step in STEPS:
        call = getattr(client, step.method)
        if step.ready:
            until(lambda: step.ready(call(**step.inputs)))
        else:
            call(**step.inputs)


def journey(folder):
    client = connect()
    assert client.get_regions()["regions"]
    facts = {
        "keyPair": make_key_pair(client, folder), "tags": change_tags(client), "errors": meet_errors(client), "busy": get_through(),
        "pages": read_pages(client), "instance": make_instance(client),
    }
    make_resources(client)
    steps.save(folder, facts)


if sys.argv[1] == "profile":
    print(*(r["name"] for r in connect().get_regions()["regions"]))
else:
    journey(sys.argv[2])
