package main

import (
	"github.com/aws/aws-sdk-go/aws"
	"github.com/aws/aws-sdk-go/service/lightsail"

	"github.com/lanyard-cloud/lanyard/test/sdks/go/steps"
)

func (j journey) makeStorage() {
	disk := aws.String("journey-disk")
	steps.Must(j.client.CreateDisk(&lightsail.CreateDiskInput{DiskName: disk, AvailabilityZone: aws.String("us-east-1a"), SizeInGb: aws.Int64(8)}))
	steps.Until(func() bool {
		return *steps.Must(j.client.GetDisk(&lightsail.GetDiskInput{DiskName: disk})).Disk.State == lightsail.DiskStateAvailable
	})
	steps.Want(*disk, *steps.Must(j.client.GetDisks(nil)).Disks[0].Name)
	steps.Must(j.client.DeleteDisk(&lightsail.DeleteDiskInput{DiskName: disk}))

	snapshot := aws.String("journey-snapshot")
	steps.Must(j.client.CreateInstanceSnapshot(&lightsail.CreateInstanceSnapshotInput{
		InstanceSnapshotName: snapshot, InstanceName: aws.String(steps.Instance),
	}))
	steps.Until(func() bool {
		out := steps.Must(j.client.GetInstanceSnapshot(&lightsail.GetInstanceSnapshotInput{InstanceSnapshotName: snapshot}))
		return *out.InstanceSnapshot.State == lightsail.InstanceSnapshotStateAvailable
	})
	steps.Want(*snapshot, *steps.Must(j.client.GetInstanceSnapshots(nil)).InstanceSnapshots[0].Name)
	steps.Must(j.client.DeleteInstanceSnapshot(&lightsail.DeleteInstanceSnapshotInput{InstanceSnapshotName: snapshot}))
}

func (j journey) makeNetwork() {
	ip := aws.String("journey-ip")
	steps.Must(j.client.AllocateStaticIp(&lightsail.AllocateStaticIpInput{StaticIpName: ip}))
	steps.Want(*ip, *steps.Must(j.client.GetStaticIp(&lightsail.GetStaticIpInput{StaticIpName: ip})).StaticIp.Name)
	steps.Want(1, len(steps.Must(j.client.GetStaticIps(nil)).StaticIps))
	steps.Must(j.client.ReleaseStaticIp(&lightsail.ReleaseStaticIpInput{StaticIpName: ip}))

	lb := aws.String("journey-lb")
	steps.Must(j.client.CreateLoadBalancer(&lightsail.CreateLoadBalancerInput{LoadBalancerName: lb, InstancePort: aws.Int64(80)}))
	made := steps.Must(j.client.GetLoadBalancer(&lightsail.GetLoadBalancerInput{LoadBalancerName: lb})).LoadBalancer
	steps.Want(80, *made.InstancePort)
	steps.Want(1, len(steps.Must(j.client.GetLoadBalancers(nil)).LoadBalancers))
	steps.Must(j.client.DeleteLoadBalancer(&lightsail.DeleteLoadBalancerInput{LoadBalancerName: lb}))
}

func (j journey) makeNames() {
	domain, target := aws.String("journey.example.com"), aws.String("192.0.2.1")
	steps.Must(j.client.CreateDomain(&lightsail.CreateDomainInput{DomainName: domain}))
	steps.Must(j.client.CreateDomainEntry(&lightsail.CreateDomainEntryInput{
		DomainName: domain, DomainEntry: &lightsail.DomainEntry{Name: aws.String("www.journey.example.com"), Type: aws.String("A"), Target: target},
	}))
	targets := map[string]bool{}
	for _, e := range steps.Must(j.client.GetDomain(&lightsail.GetDomainInput{DomainName: domain})).Domain.DomainEntries {
		targets[*e.Target] = true
	}
	steps.Want(true, targets[*target])
	steps.Want(1, len(steps.Must(j.client.GetDomains(nil)).Domains))
	steps.Must(j.client.DeleteDomain(&lightsail.DeleteDomainInput{DomainName: domain}))

	certificate := aws.String("journey-cert")
	steps.Must(j.client.CreateCertificate(&lightsail.CreateCertificateInput{CertificateName: certificate, DomainName: domain}))
	found := steps.Must(j.client.GetCertificates(&lightsail.GetCertificatesInput{CertificateName: certificate})).Certificates
	steps.Want(*domain, *found[0].DomainName)
	steps.Must(j.client.DeleteCertificate(&lightsail.DeleteCertificateInput{CertificateName: certificate}))
}

func (j journey) makeContent() {
	bucket, distribution, bundle := aws.String("journey-bucket"), aws.String("journey-cdn"), aws.String("small_1_0")
	steps.Must(j.client.CreateBucket(&lightsail.CreateBucketInput{BucketName: bucket, BundleId: bundle}))
	buckets := steps.Must(j.client.GetBuckets(&lightsail.GetBucketsInput{BucketName: bucket})).Buckets
	steps.Want(*bucket, *buckets[0].Name)
	steps.Must(j.client.CreateDistribution(&lightsail.CreateDistributionInput{
		DistributionName: distribution, BundleId: bundle, DefaultCacheBehavior: &lightsail.CacheBehavior{Behavior: aws.String(lightsail.BehaviorEnumCache)},
		Origin: &lightsail.InputOrigin{Name: bucket, RegionName: aws.String(lightsail.RegionNameUsEast1), ProtocolPolicy: aws.String(lightsail.OriginProtocolPolicyEnumHttpsOnly)},
	}))
	found := steps.Must(j.client.GetDistributions(&lightsail.GetDistributionsInput{DistributionName: distribution})).Distributions
	steps.Want(*bucket, *found[0].Origin.Name)
	steps.Must(j.client.DeleteDistribution(&lightsail.DeleteDistributionInput{DistributionName: distribution}))
	steps.Must(j.client.DeleteBucket(&lightsail.DeleteBucketInput{BucketName: bucket}))
}

func (j journey) makeServices() {
	app := aws.String("journey-app")
	steps.Must(j.client.CreateContainerService(&lightsail.CreateContainerServiceInput{
		ServiceName: app, Power: aws.String(lightsail.ContainerServicePowerNameNano), Scale: aws.Int64(1),
	}))
	steps.Until(func() bool {
		out := steps.Must(j.client.GetContainerServices(&lightsail.GetContainerServicesInput{ServiceName: app}))
		return *out.ContainerServices[0].State == lightsail.ContainerServiceStateReady
	})
	steps.Must(j.client.DeleteContainerService(&lightsail.DeleteContainerServiceInput{ServiceName: app}))

	db := aws.String("journey-db")
	steps.Must(j.client.CreateRelationalDatabase(&lightsail.CreateRelationalDatabaseInput{
		RelationalDatabaseName: db, RelationalDatabaseBlueprintId: aws.String("postgres_16"), RelationalDatabaseBundleId: aws.String("micro_2_0"),
		MasterDatabaseName: aws.String("app"), MasterUsername: aws.String("boss"),
	}))
	steps.Until(func() bool {
		out := steps.Must(j.client.GetRelationalDatabase(&lightsail.GetRelationalDatabaseInput{RelationalDatabaseName: db}))
		return *out.RelationalDatabase.State == "available"
	})
	steps.Want(1, len(steps.Must(j.client.GetRelationalDatabases(nil)).RelationalDatabases))
	steps.Must(j.client.DeleteRelationalDatabase(&lightsail.DeleteRelationalDatabaseInput{
		RelationalDatabaseName: db, SkipFinalSnapshot: aws.Bool(true),
	}))
}

func (j journey) makeAlarms() {
	email, address, alarm := aws.String(lightsail.ContactProtocolEmail), aws.String("journey@example.com"), aws.String("journey-alarm")
	steps.Must(j.client.CreateContactMethod(&lightsail.CreateContactMethodInput{Protocol: email, ContactEndpoint: address}))
	methods := steps.Must(j.client.GetContactMethods(&lightsail.GetContactMethodsInput{Protocols: []*string{email}})).ContactMethods
	steps.Want(*address, *methods[0].ContactEndpoint)
	steps.Must(j.client.PutAlarm(&lightsail.PutAlarmInput{
		AlarmName: alarm, MonitoredResourceName: aws.String(steps.Instance), MetricName: aws.String(lightsail.MetricNameCpuutilization),
		ComparisonOperator: aws.String(lightsail.ComparisonOperatorGreaterThanThreshold), Threshold: aws.Float64(90), EvaluationPeriods: aws.Int64(1),
	}))
	alarms := steps.Must(j.client.GetAlarms(&lightsail.GetAlarmsInput{AlarmName: alarm})).Alarms
	steps.Want(90, *alarms[0].Threshold)
	steps.Must(j.client.DeleteAlarm(&lightsail.DeleteAlarmInput{AlarmName: alarm}))
	steps.Must(j.client.DeleteContactMethod(&lightsail.DeleteContactMethodInput{Protocol: email}))
}
