package cloud.lanyard.sdks;

import static cloud.lanyard.sdks.Journey.want;

import cloud.lanyard.sdks.Facts.Failure;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import software.amazon.awssdk.services.lightsail.LightsailClient;
import software.amazon.awssdk.services.lightsail.model.*;

/** The journey with LightsailClient, which returns answers and throws exceptions. */
final class SyncJourney implements Journey {
    private final LightsailClient client = LightsailClient.create();

    @Override
    public List<String> regions() {
        return client.getRegions().regions().stream().map(Region::nameAsString).toList();
    }

    @Override
    public Facts take(Path folder) throws Exception {
        want(true, regions().contains("us-east-1"));
        Facts facts = new Facts(keyPair(folder), tags(), errors(), busy(), pages(), instance());
        storage();
        network();
        entryPoints();
        content();
        services();
        alarms();
        return facts;
    }

    @Override
    public void close() {
        client.close();
    }

    private Facts.Pair keyPair(Path folder) throws Exception {
        CreateKeyPairResponse made = client.createKeyPair(Requests.CREATE_KEY_PAIR);
        Facts.saveKey(folder, made.privateKeyBase64());
        return Facts.Pair.of(made, readKeyPair());
    }

    private KeyPair readKeyPair() {
        return client.getKeyPair(r -> r.keyPairName("journey-key")).keyPair();
    }

    private Map<String, String> tags() {
        client.tagResource(Requests.TAG);
        client.untagResource(Requests.UNTAG);
        return Facts.tagsOf(readKeyPair());
    }

    private Map<String, Failure> errors() {
        try (LightsailClient denied = Journey.denied(LightsailClient.builder());
                LightsailClient hasty = Journey.hasty(LightsailClient.builder())) {
            return Map.of(
                    "badName", failure(InvalidInputException.class, () -> client.createKeyPair(r -> r.keyPairName("no good"))),
                    "missing", failure(NotFoundException.class, () -> client.getKeyPair(r -> r.keyPairName("journey-none"))),
                    "denied", failure(AccessDeniedException.class, denied::getKeyPairs),
                    "throttled", throttling(hasty));
        }
    }

    /** What the exception shows that a call ends with. */
    private static Failure failure(Class<? extends LightsailException> type, Runnable call) {
        try {
            call.run();
        } catch (LightsailException e) {
            return Failure.of(type.cast(e));
        }
        throw new AssertionError("the call succeeded, want " + type);
    }

    private static Failure throttling(LightsailClient hasty) {
        return failure(LightsailException.class, () -> {
            for (int n = 0; n < 1000; n++) {
                hasty.getRegions();
            }
        });
    }

    private int busy() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try (LightsailClient patient = Journey.patient(LightsailClient.builder())) {
            Callable<Boolean> call = () -> patient.getRegions().hasRegions();
            int succeeded = 0;
            for (Future<Boolean> done : pool.invokeAll(Collections.nCopies(40, call))) {
                succeeded += done.get() ? 1 : 0;
            }
            return succeeded;
        } finally {
            pool.shutdown();
        }
    }

    /** The SDK has no paginators for Lightsail. */
    private List<List<String>> pages() {
        Requests.MORE_KEYS.forEach(name -> client.importKeyPair(Requests.importKeyPair(name)));
        List<List<String>> pages = new ArrayList<>();
        String token = null;
        do {
            String next = token;
            GetKeyPairsResponse page = client.getKeyPairs(r -> r.pageToken(next));
            pages.add(page.keyPairs().stream().map(KeyPair::name).toList());
            token = page.nextPageToken();
        } while (token != null);
        Requests.MORE_KEYS.forEach(name -> client.deleteKeyPair(r -> r.keyPairName(name)));
        return pages;
    }

    private static void until(BooleanSupplier ready) throws InterruptedException {
        Instant end = Instant.now().plus(PATIENCE);
        while (!ready.getAsBoolean()) {
            want(true, Instant.now().isBefore(end));
            Thread.sleep(PAUSE.toMillis());
        }
    }

    private String instance() throws Exception {
        CreateInstancesResponse made = client.createInstances(Requests.CREATE_INSTANCES);
        until(() -> client.getInstanceState(r -> r.instanceName("journey-web")).state().name().equals("running"));
        String id = made.operations().get(0).id();
        want(OperationStatus.SUCCEEDED, client.getOperation(r -> r.operationId(id)).operation().status());
        want(List.of("journey-web"), client.getInstances().instances().stream().map(Instance::name).toList());
        return client.getInstance(r -> r.instanceName("journey-web")).instance().publicIpAddress();
    }

    private void storage() throws Exception {
        client.createDisk(Requests.CREATE_DISK);
        until(() -> client.getDisk(r -> r.diskName("journey-disk")).disk().state() == DiskState.AVAILABLE);
        want(List.of("journey-disk"), client.getDisks().disks().stream().map(Disk::name).toList());
        client.deleteDisk(r -> r.diskName("journey-disk"));
        client.createInstanceSnapshot(Requests.CREATE_INSTANCE_SNAPSHOT);
        until(() -> client.getInstanceSnapshot(r -> r.instanceSnapshotName("journey-snapshot")).instanceSnapshot().state()
                == InstanceSnapshotState.AVAILABLE);
        want(1, client.getInstanceSnapshots().instanceSnapshots().size());
        client.deleteInstanceSnapshot(r -> r.instanceSnapshotName("journey-snapshot"));
    }

    private void network() {
        client.allocateStaticIp(r -> r.staticIpName("journey-ip"));
        want("journey-ip", client.getStaticIp(r -> r.staticIpName("journey-ip")).staticIp().name());
        want(1, client.getStaticIps().staticIps().size());
        client.releaseStaticIp(r -> r.staticIpName("journey-ip"));
        client.createDomain(r -> r.domainName("journey.example.com"));
        client.createDomainEntry(Requests.CREATE_DOMAIN_ENTRY);
        Domain zone = client.getDomain(r -> r.domainName("journey.example.com")).domain();
        want(true, zone.domainEntries().stream().anyMatch(entry -> entry.target().equals("192.0.2.1")));
        want(1, client.getDomains().domains().size());
        client.deleteDomain(r -> r.domainName("journey.example.com"));
    }

    private void entryPoints() {
        client.createCertificate(Requests.CREATE_CERTIFICATE);
        CertificateSummary read = client.getCertificates(r -> r.certificateName("journey-cert")).certificates().get(0);
        want("journey.example.com", read.certificateDetail().domainName());
        client.deleteCertificate(r -> r.certificateName("journey-cert"));
        client.createLoadBalancer(Requests.CREATE_LOAD_BALANCER);
        want(80, client.getLoadBalancer(r -> r.loadBalancerName("journey-lb")).loadBalancer().instancePort());
        want(1, client.getLoadBalancers().loadBalancers().size());
        client.deleteLoadBalancer(r -> r.loadBalancerName("journey-lb"));
    }

    private void content() {
        client.createBucket(Requests.CREATE_BUCKET);
        want("journey-bucket", client.getBuckets(r -> r.bucketName("journey-bucket")).buckets().get(0).name());
        client.createDistribution(Requests.CREATE_DISTRIBUTION);
        GetDistributionsResponse read = client.getDistributions(r -> r.distributionName("journey-cdn"));
        want("journey-bucket", read.distributions().get(0).origin().name());
        client.deleteDistribution(r -> r.distributionName("journey-cdn"));
        client.deleteBucket(r -> r.bucketName("journey-bucket"));
    }

    private void services() throws Exception {
        client.createContainerService(Requests.CREATE_CONTAINER_SERVICE);
        until(() -> client.getContainerServices(r -> r.serviceName("journey-app")).containerServices().get(0).state()
                == ContainerServiceState.READY);
        client.deleteContainerService(r -> r.serviceName("journey-app"));
        client.createRelationalDatabase(Requests.CREATE_DATABASE);
        until(() -> client.getRelationalDatabase(r -> r.relationalDatabaseName("journey-db")).relationalDatabase().state()
                .equals("available"));
        want(1, client.getRelationalDatabases().relationalDatabases().size());
        client.deleteRelationalDatabase(Requests.DELETE_DATABASE);
    }

    private void alarms() {
        client.createContactMethod(Requests.CREATE_CONTACT_METHOD);
        GetContactMethodsResponse methods = client.getContactMethods(r -> r.protocols(ContactProtocol.EMAIL));
        want("journey@example.com", methods.contactMethods().get(0).contactEndpoint());
        client.putAlarm(Requests.PUT_ALARM);
        want(90.0, client.getAlarms(r -> r.alarmName("journey-alarm")).alarms().get(0).threshold());
        client.deleteAlarm(r -> r.alarmName("journey-alarm"));
        client.deleteContactMethod(r -> r.protocol(ContactProtocol.EMAIL));
    }
}
