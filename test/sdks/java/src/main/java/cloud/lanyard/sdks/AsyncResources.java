package cloud.lanyard.sdks;

import static cloud.lanyard.sdks.Journey.want;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.lightsail.LightsailAsyncClient;
import software.amazon.awssdk.services.lightsail.model.*;

/** One resource of each other kind: created, read, listed and deleted, all kinds at the same time. */
final class AsyncResources {
    private final LightsailAsyncClient client;

    AsyncResources(LightsailAsyncClient client) {
        this.client = client;
    }

    CompletableFuture<Void> all() {
        return CompletableFuture.allOf(
                disk(), snapshot(), staticIp(), domain(), certificate(), loadBalancer(), content(), container(), database(),
                contactMethod(), alarm());
    }

    private CompletableFuture<?> disk() {
        return client.createDisk(Requests.CREATE_DISK)
                .thenCompose(out -> Polling.until(
                        () -> client.getDisk(r -> r.diskName("journey-disk")), read -> read.disk().state() == DiskState.AVAILABLE))
                .thenCompose(out -> client.getDisks())
                .thenAccept(out -> want(List.of("journey-disk"), out.disks().stream().map(Disk::name).toList()))
                .thenCompose(done -> client.deleteDisk(r -> r.diskName("journey-disk")));
    }

    private CompletableFuture<?> snapshot() {
        return client.createInstanceSnapshot(Requests.CREATE_INSTANCE_SNAPSHOT)
                .thenCompose(out -> Polling.until(
                        () -> client.getInstanceSnapshot(r -> r.instanceSnapshotName("journey-snapshot")),
                        read -> read.instanceSnapshot().state() == InstanceSnapshotState.AVAILABLE))
                .thenCompose(out -> client.getInstanceSnapshots())
                .thenAccept(out -> want(1, out.instanceSnapshots().size()))
                .thenCompose(done -> client.deleteInstanceSnapshot(r -> r.instanceSnapshotName("journey-snapshot")));
    }

    private CompletableFuture<?> staticIp() {
        return client.allocateStaticIp(r -> r.staticIpName("journey-ip"))
                .thenCompose(out -> client.getStaticIp(r -> r.staticIpName("journey-ip")))
                .thenAccept(out -> want("journey-ip", out.staticIp().name()))
                .thenCompose(done -> client.getStaticIps())
                .thenAccept(out -> want(1, out.staticIps().size()))
                .thenCompose(done -> client.releaseStaticIp(r -> r.staticIpName("journey-ip")));
    }

    private CompletableFuture<?> domain() {
        return client.createDomain(r -> r.domainName("journey.example.com"))
                .thenCompose(out -> client.createDomainEntry(Requests.CREATE_DOMAIN_ENTRY))
                .thenCompose(out -> client.getDomain(r -> r.domainName("journey.example.com")))
                .thenAccept(out -> want(true, out.domain().domainEntries().stream().anyMatch(e -> e.target().equals("192.0.2.1"))))
                .thenCompose(done -> client.getDomains())
                .thenAccept(out -> want(1, out.domains().size()))
                .thenCompose(done -> client.deleteDomain(r -> r.domainName("journey.example.com")));
    }

    private CompletableFuture<?> certificate() {
        return client.createCertificate(Requests.CREATE_CERTIFICATE)
                .thenCompose(out -> client.getCertificates(r -> r.certificateName("journey-cert")))
                .thenAccept(out -> want("journey.example.com", out.certificates().get(0).certificateDetail().domainName()))
                .thenCompose(done -> client.deleteCertificate(r -> r.certificateName("journey-cert")));
    }

    private CompletableFuture<?> loadBalancer() {
        return client.createLoadBalancer(Requests.CREATE_LOAD_BALANCER)
                .thenCompose(out -> client.getLoadBalancer(r -> r.loadBalancerName("journey-lb")))
                .thenAccept(out -> want(80, out.loadBalancer().instancePort()))
                .thenCompose(done -> client.getLoadBalancers())
                .thenAccept(out -> want(1, out.loadBalancers().size()))
                .thenCompose(done -> client.deleteLoadBalancer(r -> r.loadBalancerName("journey-lb")));
    }

    private CompletableFuture<?> content() {
        return client.createBucket(Requests.CREATE_BUCKET)
                .thenCompose(out -> client.getBuckets(r -> r.bucketName("journey-bucket")))
                .thenAccept(out -> want("journey-bucket", out.buckets().get(0).name()))
                .thenCompose(done -> client.createDistribution(Requests.CREATE_DISTRIBUTION))
                .thenCompose(out -> client.getDistributions(r -> r.distributionName("journey-cdn")))
                .thenAccept(out -> want("journey-bucket", out.distributions().get(0).origin().name()))
                .thenCompose(done -> client.deleteDistribution(r -> r.distributionName("journey-cdn")))
                .thenCompose(out -> client.deleteBucket(r -> r.bucketName("journey-bucket")));
    }

    private CompletableFuture<?> container() {
        return client.createContainerService(Requests.CREATE_CONTAINER_SERVICE)
                .thenCompose(out -> Polling.until(
                        () -> client.getContainerServices(r -> r.serviceName("journey-app")),
                        read -> read.containerServices().get(0).state() == ContainerServiceState.READY))
                .thenCompose(out -> client.deleteContainerService(r -> r.serviceName("journey-app")));
    }

    private CompletableFuture<?> database() {
        return client.createRelationalDatabase(Requests.CREATE_DATABASE)
                .thenCompose(out -> Polling.until(
                        () -> client.getRelationalDatabase(r -> r.relationalDatabaseName("journey-db")),
                        read -> read.relationalDatabase().state().equals("available")))
                .thenCompose(out -> client.getRelationalDatabases())
                .thenAccept(out -> want(1, out.relationalDatabases().size()))
                .thenCompose(done -> client.deleteRelationalDatabase(Requests.DELETE_DATABASE));
    }

    private CompletableFuture<?> contactMethod() {
        return client.createContactMethod(Requests.CREATE_CONTACT_METHOD)
                .thenCompose(out -> client.getContactMethods(r -> r.protocols(ContactProtocol.EMAIL)))
                .thenAccept(out -> want("journey@example.com", out.contactMethods().get(0).contactEndpoint()))
                .thenCompose(done -> client.deleteContactMethod(r -> r.protocol(ContactProtocol.EMAIL)));
    }

    private CompletableFuture<?> alarm() {
        return client.putAlarm(Requests.PUT_ALARM)
                .thenCompose(out -> client.getAlarms(r -> r.alarmName("journey-alarm")))
                .thenAccept(out -> want(90.0, out.alarms().get(0).threshold()))
                .thenCompose(done -> client.deleteAlarm(r -> r.alarmName("journey-alarm")));
    }
}
