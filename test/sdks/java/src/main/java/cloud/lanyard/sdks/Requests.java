package cloud.lanyard.sdks;

import java.util.List;
import java.util.function.Consumer;
import software.amazon.awssdk.services.lightsail.model.*;

/** The inputs of the journey that have more than a name. */
final class Requests {
    private static final String PUBLIC_KEY =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";

    static final List<String> MORE_KEYS = List.of("journey-a", "journey-b", "journey-c");

    static final Consumer<CreateKeyPairRequest.Builder> CREATE_KEY_PAIR =
            r -> r.keyPairName("journey-key").tags(tag("team", "web"), tag("on-call", null));

    static final Consumer<TagResourceRequest.Builder> TAG =
            r -> r.resourceName("journey-key").tags(tag("Größe", "ü"));

    static final Consumer<UntagResourceRequest.Builder> UNTAG = r -> r.resourceName("journey-key").tagKeys("team");

    static final Consumer<CreateInstancesRequest.Builder> CREATE_INSTANCES = r -> r.instanceNames("journey-web")
            .availabilityZone("us-east-1a")
            .blueprintId("debian_12")
            .bundleId("nano_3_0")
            .keyPairName("journey-key")
            .userData("#!/bin/sh\necho prepared\n");

    static final Consumer<CreateDiskRequest.Builder> CREATE_DISK =
            r -> r.diskName("journey-disk").availabilityZone("us-east-1a").sizeInGb(8);

    static final Consumer<CreateInstanceSnapshotRequest.Builder> CREATE_INSTANCE_SNAPSHOT =
            r -> r.instanceSnapshotName("journey-snapshot").instanceName("journey-web");

    static final Consumer<CreateDomainEntryRequest.Builder> CREATE_DOMAIN_ENTRY = r -> r.domainName("journey.example.com")
            .domainEntry(e -> e.name("www.journey.example.com").type("A").target("192.0.2.1"));

    static final Consumer<CreateCertificateRequest.Builder> CREATE_CERTIFICATE =
            r -> r.certificateName("journey-cert").domainName("journey.example.com");

    static final Consumer<CreateLoadBalancerRequest.Builder> CREATE_LOAD_BALANCER =
            r -> r.loadBalancerName("journey-lb").instancePort(80);

    static final Consumer<CreateBucketRequest.Builder> CREATE_BUCKET = r -> r.bucketName("journey-bucket").bundleId("small_1_0");

    static final Consumer<CreateDistributionRequest.Builder> CREATE_DISTRIBUTION = r -> r.distributionName("journey-cdn")
            .bundleId("small_1_0")
            .defaultCacheBehavior(b -> b.behavior(BehaviorEnum.CACHE))
            .origin(o -> o.name("journey-bucket")
                    .regionName(RegionName.US_EAST_1)
                    .protocolPolicy(OriginProtocolPolicyEnum.HTTPS_ONLY));

    static final Consumer<CreateContainerServiceRequest.Builder> CREATE_CONTAINER_SERVICE =
            r -> r.serviceName("journey-app").power(ContainerServicePowerName.NANO).scale(1);

    static final Consumer<CreateRelationalDatabaseRequest.Builder> CREATE_DATABASE = r -> r.relationalDatabaseName("journey-db")
            .relationalDatabaseBlueprintId("postgres_16")
            .relationalDatabaseBundleId("micro_2_0")
            .masterDatabaseName("app")
            .masterUsername("boss");

    static final Consumer<DeleteRelationalDatabaseRequest.Builder> DELETE_DATABASE =
            r -> r.relationalDatabaseName("journey-db").skipFinalSnapshot(true);

    static final Consumer<CreateContactMethodRequest.Builder> CREATE_CONTACT_METHOD =
            r -> r.protocol(ContactProtocol.EMAIL).contactEndpoint("journey@example.com");

    static final Consumer<PutAlarmRequest.Builder> PUT_ALARM = r -> r.alarmName("journey-alarm")
            .monitoredResourceName("journey-web")
            .metricName(MetricName.CPU_UTILIZATION)
            .comparisonOperator(ComparisonOperator.GREATER_THAN_THRESHOLD)
            .threshold(90.0)
            .evaluationPeriods(1);

    private Requests() {}

    private static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }

    static Consumer<ImportKeyPairRequest.Builder> importKeyPair(String name) {
        return r -> r.keyPairName(name).publicKeyBase64(PUBLIC_KEY);
    }
}
