"""Signs the request on standard input (JSON) with botocore, now, and prints the host and headers to send (JSON)."""

import json
import sys

from botocore.auth import SigV4Auth, _host_from_url
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

wanted = json.load(sys.stdin)
request = AWSRequest("POST", wanted["url"], headers=wanted["headers"], data=wanted["body"].encode())
credentials = Credentials(wanted["key"], wanted["secret"], wanted["token"] or None)
SigV4Auth(credentials, "lightsail", wanted["region"]).add_auth(request)
json.dump({"Host": _host_from_url(wanted["url"]), "Headers": dict(request.headers.items())}, sys.stdout)
