"""Container services: python3 containers.py ENDPOINT

Their answers have no operations, and their errors no code.
"""

import datetime

from checks import check_time, equal, matches, pages_by_token, run, shows, until, without_code

HELLO = "amazon/amazon-lightsail:hello-world"
DIGESTS = ["sha256:" + digit * 64 for digit in "123"]


def service(client, name):
    (found,) = client.get_container_services(serviceName=name)["containerServices"]
    return found


def await_service(client, name, state):
    return until(lambda: service(client, name), lambda s: s["state"] == state)


def create(client, name, **more):
    made = client.create_container_service(serviceName=name, power="nano", scale=1, **more)
    equal(set(made) - {"ResponseMetadata"}, {"containerService"}, "members of an answer")
    return made["containerService"]


def deploy(client, name, containers, **more):
    return client.create_container_service_deployment(serviceName=name, containers=containers, **more)["containerService"]


def test_service(client, region):
    made = create(client, "shop", tags=[{"key": "team", "value": "web"}])
    matches(made["arn"], f"arn:aws:lightsail:{region}:[0-9]{{12}}:ContainerService/[0-9a-f-]{{36}}", "ARN")
    matches(made["url"], rf"https://shop\.[a-z0-9]{{13}}\.{region}\.cs\.amazonlightsail\.com/", "URL")
    check_time(made["createdAt"], "createdAt")
    rest = {k: v for k, v in made.items() if k not in ("arn", "createdAt", "url", "privateRegistryAccess")}
    shows("ContainerService", rest, {
        "containerServiceName": "shop", "location": {"availabilityZone": "all", "regionName": region}, "resourceType": "ContainerService",
        "tags": [{"key": "team", "value": "web"}], "power": "nano", "powerId": "nano-1", "state": "PENDING", "scale": 1, "isDisabled": False,
        "principalArn": "", "privateDomainName": "shop.service.local",
    }, "a new service")
    ready = await_service(client, "shop", "READY")
    matches(ready["principalArn"], f"arn:aws:iam::[0-9]{{12}}:role/amazon/lightsail/{region}/containers/shop/[0-9a-v]{{52}}", "principal ARN")
    without_code(lambda: create(client, "shop"), "InvalidInputException", ".*shop.*")
    without_code(lambda: create(client, "Shop"), "InvalidInputException", 'Service name "Shop" does not match pattern: .+')
    without_code(lambda: create(client, "other", publicDomainNames={"none": ["example.com"]}), "InvalidInputException", ".*do not exist.*")
    updated = client.update_container_service(serviceName="shop", power="micro", scale=2)["containerService"]
    equal((updated["state"], updated["power"], updated["scale"]), ("UPDATING", "micro", 2), "an updated service")
    await_service(client, "shop", "READY")
    client.update_container_service(serviceName="shop", isDisabled=True)
    await_service(client, "shop", "DISABLED")
    without_code(lambda: deploy(client, "shop", {"web": {"image": HELLO}}), "InvalidInputException", ".*disabled and cannot be deployed to.*")
    equal([s["containerServiceName"] for s in client.get_container_services()["containerServices"]], ["shop"], "services")
    equal(set(client.delete_container_service(serviceName="shop")) - {"ResponseMetadata"}, set(), "members of an answer")
    until(lambda: client.get_container_services()["containerServices"], lambda services: services == [])
    for call in (
        lambda: client.get_container_services(serviceName="shop"), lambda: client.delete_container_service(serviceName="shop"),
        lambda: client.get_container_images(serviceName="shop"), lambda: client.get_container_service_deployments(serviceName="shop"),
    ):
        without_code(call, "NotFoundException", "The ContainerService does not exist: shop")


def test_deployments(client, region):
    create(client, "api")
    await_service(client, "api", "READY")
    endpoint = {"containerName": "web", "containerPort": 80, "healthCheck": {"path": "/health"}}
    containers = {"web": {"image": HELLO, "ports": {"80": "HTTP"}, "environment": {"A": "a"}}, "cache": {"image": "redis:latest"}}
    started = deploy(client, "api", containers, publicEndpoint=endpoint)
    equal(started["state"], "DEPLOYING", "state")
    assert "currentDeployment" not in started, "there is a current deployment before the first one is active"
    first = started["nextDeployment"]
    check_time(first.pop("createdAt"), "createdAt")
    equal(first, {
        "version": 1, "state": "ACTIVATING",
        "containers": {
            "web": {"image": HELLO, "command": [], "environment": {"A": "a"}, "ports": {"80": "HTTP"}},
            "cache": {"image": "redis:latest", "command": [], "environment": {}, "ports": {}},
        },
        "publicEndpoint": {"containerName": "web", "containerPort": 80, "healthCheck": {
            "healthyThreshold": 2, "unhealthyThreshold": 2, "timeoutSeconds": 2, "intervalSeconds": 5, "path": "/health", "successCodes": "200-499",
        }},
    }, "a deployment")
    running = await_service(client, "api", "RUNNING")
    equal((running["currentDeployment"]["version"], running["currentDeployment"]["state"]), (1, "ACTIVE"), "current deployment")
    assert "nextDeployment" not in running, "there is a next deployment after the switch"
    next_ = deploy(client, "api", {"web": {"image": "registry.invalid/web"}})
    equal((next_["currentDeployment"]["version"], next_["nextDeployment"]["version"]), (1, 2), "versions")
    await_service(client, "api", "RUNNING")
    states = [(d["version"], d["state"]) for d in client.get_container_service_deployments(serviceName="api")["deployments"]]
    equal(states, [(2, "FAILED"), (1, "ACTIVE")], "deployments, newest first")
    pages = pages_by_token(client.get_container_log, "logEvents", serviceName="api", containerName="web", filterPattern="?Reached ?Canceled")
    equal([e["message"] for page in pages for e in page], ["[deployment:1] Reached a steady state", "[deployment:2] Canceled"], "log lines")
    end = datetime.datetime.now(datetime.timezone.utc)
    data = client.get_container_service_metric_data(
        serviceName="api", metricName="MemoryUtilization", startTime=end - datetime.timedelta(hours=1), endTime=end, period=300, statistics=["Average"])
    equal(data["metricName"], "MemoryUtilization", "metric")
    client.delete_container_service(serviceName="api")


def test_images(client, region):
    login = "You must create a container service before retrieving container registry login credentials"
    without_code(client.create_container_service_registry_login, "InvalidInputException", login)
    create(client, "shop")
    got = client.create_container_service_registry_login()["registryLogin"]
    equal(got["username"], "AWS", "user name")
    matches(got["registry"], rf"[0-9]{{12}}\.dkr\.ecr\.{region}\.amazonaws\.com", "registry")
    for label, digest in zip(("web", "jobs", "web"), DIGESTS):
        client.register_container_image(serviceName="shop", label=label, digest=digest)
    images = client.get_container_images(serviceName="shop")["containerImages"]
    equal([(i["image"], i["digest"]) for i in images], list(zip((":shop.web.3", ":shop.jobs.2", ":shop.web.1"), reversed(DIGESTS))), "images, newest first")
    client.delete_container_image(serviceName="shop", image=":shop.jobs.2")
    equal(len(client.get_container_images(serviceName="shop")["containerImages"]), 2, "images that are left")
    without_code(lambda: client.delete_container_image(serviceName="shop", image=":shop.jobs.2"), "NotFoundException", ".+")
    client.delete_container_service(serviceName="shop")


def test_catalogue(client, region):
    powers = client.get_container_service_powers()["powers"]
    equal([p["name"] for p in powers], ["nano", "micro", "small", "medium", "large", "xlarge"], "powers")
    ((metadata,),) = [client.get_container_api_metadata()["metadata"]]
    equal(metadata["name"], "lightsailctlVersion", "metadata")


run(globals())
