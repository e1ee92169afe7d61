// The calls that make, read, list and delete one resource of each other kind: a method, its input, and what its output has
// to be, which may take some calls.

const name = (wanted) => (list) => list.length === 1 && list[0].name === wanted;

const storage = [
  ["createDisk", { diskName: "journey-disk", availabilityZone: "us-east-1a", sizeInGb: 8 }],
  ["getDisk", { diskName: "journey-disk" }, ({ disk }) => disk.state === "available"],
  ["getDisks", {}, ({ disks }) => name("journey-disk")(disks)],
  ["deleteDisk", { diskName: "journey-disk" }],
  ["createInstanceSnapshot", { instanceSnapshotName: "journey-snapshot", instanceName: "journey-web" }],
  ["getInstanceSnapshot", { instanceSnapshotName: "journey-snapshot" }, ({ instanceSnapshot }) => instanceSnapshot.state === "available"],
  ["getInstanceSnapshots", {}, ({ instanceSnapshots }) => name("journey-snapshot")(instanceSnapshots)],
  ["deleteInstanceSnapshot", { instanceSnapshotName: "journey-snapshot" }],
];

const network = [
  ["allocateStaticIp", { staticIpName: "journey-ip" }],
  ["getStaticIp", { staticIpName: "journey-ip" }, ({ staticIp }) => staticIp.isAttached === false],
  ["getStaticIps", {}, ({ staticIps }) => name("journey-ip")(staticIps)],
  ["releaseStaticIp", { staticIpName: "journey-ip" }],
  ["createDomain", { domainName: "journey.example.com" }],
  [
    "createDomainEntry",
    { domainName: "journey.example.com", domainEntry: { name: "www.journey.example.com", type: "A", target: "192.0.2.1" } },
  ],
  ["getDomain", { domainName: "journey.example.com" }, ({ domain }) => domain.domainEntries.some((e) => e.target === "192.0.2.1")],
  ["getDomains", {}, ({ domains }) => name("journey.example.com")(domains)],
  ["deleteDomain", { domainName: "journey.example.com" }],
  ["createCertificate", { certificateName: "journey-cert", domainName: "journey.example.com" }],
  ["getCertificates", { certificateName: "journey-cert" }, ({ certificates }) => certificates[0].domainName === "journey.example.com"],
  ["deleteCertificate", { certificateName: "journey-cert" }],
  ["createLoadBalancer", { loadBalancerName: "journey-lb", instancePort: 80 }],
  ["getLoadBalancer", { loadBalancerName: "journey-lb" }, ({ loadBalancer }) => loadBalancer.instancePort === 80],
  ["getLoadBalancers", {}, ({ loadBalancers }) => name("journey-lb")(loadBalancers)],
  ["deleteLoadBalancer", { loadBalancerName: "journey-lb" }],
];

const content = [
  ["createBucket", { bucketName: "journey-bucket", bundleId: "small_1_0" }],
  ["getBuckets", { bucketName: "journey-bucket" }, ({ buckets }) => name("journey-bucket")(buckets)],
  [
    "createDistribution",
    {
      distributionName: "journey-cdn",
      bundleId: "small_1_0",
      defaultCacheBehavior: { behavior: "cache" },
      origin: { name: "journey-bucket", regionName: "us-east-1", protocolPolicy: "https-only" },
    },
  ],
  ["getDistributions", { distributionName: "journey-cdn" }, ({ distributions }) => distributions[0].origin.name === "journey-bucket"],
  ["deleteDistribution", { distributionName: "journey-cdn" }],
  ["deleteBucket", { bucketName: "journey-bucket" }],
];

const services = [
  ["createContainerService", { serviceName: "journey-app", power: "nano", scale: 1 }],
  ["getContainerServices", { serviceName: "journey-app" }, ({ containerServices }) => containerServices[0].state === "READY"],
  ["deleteContainerService", { serviceName: "journey-app" }],
  [
    "createRelationalDatabase",
    {
      relationalDatabaseName: "journey-db",
      relationalDatabaseBlueprintId: "postgres_16",
      relationalDatabaseBundleId: "micro_2_0",
      masterDatabaseName: "app",
      masterUsername: "boss",
    },
  ],
  ["getRelationalDatabase", { relationalDatabaseName: "journey-db" }, ({ relationalDatabase }) => relationalDatabase.state === "available"],
  ["getRelationalDatabases", {}, ({ relationalDatabases }) => name("journey-db")(relationalDatabases)],
  ["deleteRelationalDatabase", { relationalDatabaseName: "journey-db", skipFinalSnapshot: true }],
];

const alarms = [
  ["createContactMethod", { protocol: "Email", contactEndpoint: "journey@example.com" }],
  ["getContactMethods", { protocols: ["Email"] }, ({ contactMethods }) => contactMethods[0].contactEndpoint === "journey@example.com"],
  [
    "putAlarm",
    {
      alarmName: "journey-alarm",
      monitoredResourceName: "journey-web",
      metricName: "CPUUtilization",
      comparisonOperator: "GreaterThanThreshold",
      threshold: 90,
      evaluationPeriods: 1,
    },
  ],
  ["getAlarms", { alarmName: "journey-alarm" }, ({ alarms }) => alarms[0].threshold === 90],
  ["deleteAlarm", { alarmName: "journey-alarm" }],
  ["deleteContactMethod", { protocol: "Email" }],
];

export const resources = [...storage, ...network, ...content, ...services, ...alarms];
