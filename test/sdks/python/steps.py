"""What the programs of all Python clients share."""

import json
import os

NAMES = ["journey-a", "journey-b", "journey-c"]
PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
RETRIES = {"total_max_attempts": 12, "mode": "standard"}
ONE_TRY = {"total_max_attempts": 1}
TAGS = [{"key": "team", "value": "web"}, {"key": "on-call"}]
INSTANCE = {
    "instanceNames": ["journey-web"], "availabilityZone": "us-east-1a", "blueprintId": "debian_12", "bundleId": "nano_3_0",
    "keyPairName": "journey-key", "userData": "#!/bin/sh\necho prepared\n",
}


def denied_key():
    """The access key of a user who may do nothing, as arguments of a client."""
    return {"aws_access_key_id": os.environ["DENIED_ACCESS_KEY_ID"], "aws_secret_access_key": os.environ["DENIED_SECRET_ACCESS_KEY"]}


def save_key(folder, made, pair):
    """Saves the private key of a created pair. The pair as read later has to be the same."""
    path = os.path.join(folder, "key.pem")
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(made["privateKeyBase64"])
    assert pair == made["keyPair"], pair
    created = round(pair["createdAt"].timestamp() * 1000)
    return {"publicKey": made["publicKeyBase64"], "fingerprint": pair["fingerprint"], "createdAt": created}


def shown_tags(pair):
    return {tag["key"]: tag.get("value") for tag in pair["tags"]}


def shown(error):
    """What an exception shows."""
    return {"class": error.response["Error"]["Code"], "code": error.response.get("code", ""), "message": error.response["Error"]["Message"]}


def save(folder, facts):
    with open(os.path.join(folder, "facts.json"), "w") as file:
        json.dump(facts, file)
