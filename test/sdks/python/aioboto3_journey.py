"""The journey with aioboto3: python aioboto3_journey.py journey DIR, or python aioboto3_journey.py profile"""

import asyncio
import os
import sys

import aioboto3
from aiobotocore.config import AioConfig
from botocore.exceptions import ClientError

import steps
from resources import STEPS, Step


def connect(endpoint=None, **more):
    return aioboto3.Session().client("lightsail", endpoint_url=endpoint, **more)


async def failure(error_class, call):
    """What the exception of a call shows, which must be of a class that the client made of the API model."""
    try:
        await call
    except error_class as error:
        return steps.shown(error)
    raise AssertionError("the call succeeded")


async def make_key_pair(client, folder):
    made = await client.create_key_pair(keyPairName="journey-key", tags=steps.TAGS)
    return steps.save_key(folder, made, (await client.get_key_pair(keyPairName="journey-key"))["keyPair"])


async def change_tags(client):
    await client.tag_resource(resourceName="journey-key", tags=[{"key": "Größe", "value": "ü"}])
    await client.untag_resource(resourceName="journey-key", tagKeys=["team"])
    return steps.shown_tags((await client.get_key_pair(keyPairName="journey-key"))["keyPair"])


async def meet_errors(client):
    errors = {
        "badName": await failure(client.exceptions.InvalidInputException, client.create_key_pair(keyPairName="no good")),
        "missing": await failure(client.exceptions.NotFoundException, client.get_key_pair(keyPairName="journey-none")),
    }
    async with connect(**steps.denied_key()) as denied:
        errors["denied"] = await failure(denied.exceptions.AccessDeniedException, denied.get_key_pairs())
    async with connect(os.environ["BUSY_ENDPOINT"], config=AioConfig(retries=steps.ONE_TRY)) as once:
        errors["throttled"] = await failure(ClientError, until_throttled(once))
    return errors


async def until_throttled(client):
    for _ in range(20_000):
        await client.get_regions()


async def get_through(count=40):
    turns = asyncio.Semaphore(8)
    async with connect(os.environ["BUSY_ENDPOINT"], config=AioConfig(retries=steps.RETRIES)) as patient:

        async def get():
            async with turns:
                return await patient.get_regions()

        return sum(1 for out in await asyncio.gather(*(get() for _ in range(count))) if out["regions"])


async def read_pages(client):
    await asyncio.gather(*(client.import_key_pair(keyPairName=name, publicKeyBase64=steps.PUBLIC_KEY) for name in steps.NAMES))
    pages = [[pair["name"] for pair in page["keyPairs"]] async for page in client.get_paginator("get_key_pairs").paginate()]
    await asyncio.gather(*(client.delete_key_pair(keyPairName=name) for name in steps.NAMES))
    return pages


async def take(client, step, seconds=60):
    """Makes the call of a step, until its output is as it should be."""

    async def poll():
        while True:
            out = await getattr(client, step.method)(**step.inputs)
            if not step.ready or step.ready(out):
                return out
            await asyncio.sleep(0.1)

    return await asyncio.wait_for(poll(), seconds)


async def make_instance(client):
    made = await client.create_instances(**steps.INSTANCE)
    await take(client, Step("get_instance_state", {"instanceName": "journey-web"}, lambda out: out["state"]["name"] == "running"))
    operation = (await client.get_operation(operationId=made["operations"][0]["id"]))["operation"]
    assert operation["status"] == "Succeeded", operation
    assert [i["name"] for i in (await client.get_instances())["instances"]] == ["journey-web"]
    return (await client.get_instance(instanceName="journey-web"))["instance"]["publicIpAddress"]


async def journey(folder):
    async with connect() as client:
        assert (await client.get_regions())["regions"]
        facts = {
            "keyPair": await make_key_pair(client, folder), "tags": await change_tags(client), "errors": await meet_errors(client),
            "busy": await get_through(), "pages": await read_pages(client), "instance": await make_instance(client),
        }
        for step in STEPS:
            await take(client, step)
    steps.save(folder, facts)


async def profile():
    async with connect() as client:
        print(*(r["name"] for r in (await client.get_regions())["regions"]))


asyncio.run(profile() if sys.argv[1] == "profile" else journey(sys.argv[2]))
