"""Contact methods: python3 monitoring.py ENDPOINT"""

from checks import check_operation, connect, equal, invalid, matches, missing, run, shows

RECORD = {"resource": "ContactMethod"}


def test_contact_methods(client, region):
    (op,) = client.create_contact_method(protocol="Email", contactEndpoint="ops@example.com")["operations"]
    check_operation(op, "CreateContactMethod", "Email", region, **RECORD)
    (method,) = client.get_contact_methods(protocols=["Email"])["contactMethods"]
    matches(method["arn"], f"arn:aws:lightsail:{region}:[0-9]{{12}}:ContactMethod/[0-9a-f-]{{36}}", "ARN")
    rest = {k: v for k, v in method.items() if k not in ("arn", "supportCode", "createdAt", "tags")}
    shows("ContactMethod", rest, {
        "contactEndpoint": "ops@example.com", "location": {"availabilityZone": "all", "regionName": region}, "name": "Email", "protocol": "Email",
        "resourceType": "ContactMethod", "status": "PendingVerification",
    }, "a contact method")
    equal(client.get_contact_methods(protocols=["SMS"])["contactMethods"], [], "contact methods of another protocol")
    (op,) = client.send_contact_method_verification(protocol="Email")["operations"]
    check_operation(op, "SendContactMethodVerification", "Email", region, **RECORD)
    invalid(lambda: client.create_contact_method(protocol="Email", contactEndpoint="nobody"), "The contact endpoint is not a valid email address: nobody")
    (op,) = client.delete_contact_method(protocol="Email")["operations"]
    check_operation(op, "DeleteContactMethod", "Email", region, **RECORD)
    missing(lambda: client.delete_contact_method(protocol="Email"), "ContactMethod", "Email")
    missing(lambda: client.send_contact_method_verification(protocol="Email"), "ContactMethod", "Email")
    equal(client.get_contact_methods()["contactMethods"], [], "contact methods in the end")


def test_phone_numbers(client, region):
    client = connect("eu-west-1")
    client.create_contact_method(protocol="SMS", contactEndpoint="+15555550100")
    equal([m["status"] for m in client.get_contact_methods()["contactMethods"]], ["Valid"], "state of a phone number")
    invalid(lambda: connect("eu-central-1").create_contact_method(protocol="SMS", contactEndpoint="+15555550100"), ".*SMS.*eu-central-1.*")
    client.delete_contact_method(protocol="SMS")


run(globals())
