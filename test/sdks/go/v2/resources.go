package main

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/lanyard-cloud/lanyard/test/sdks/go/steps"
)

func (j journey) makeStorage() {
	disk := aws.String("journey-disk")
	steps.Must(j.client.CreateDisk(j.ctx, &lightsail.CreateDiskInput{DiskName: disk, AvailabilityZone: aws.String("us-east-1a"), SizeInGb: aws.Int32(8)}))
	steps.Until(func() bool {
		return steps.Must(j.client.GetDisk(j.ctx, &lightsail.GetDiskInput{DiskName: disk})).Disk.State == types.DiskStateAvailable
	})
	steps.Want(*disk, *steps.Must(j.client.GetDisks(j.ctx, nil)).Disks[0].Name)
	steps.Must(j.client.DeleteDisk(j.ctx, &lightsail.DeleteDiskInput{DiskName: disk}))

	snapshot := aws.String("journey-snapshot")
	steps.Must(j.client.CreateInstanceSnapshot(j.ctx, &lightsail.CreateInstanceSnapshotInput{
		InstanceSnapshotName: snapshot, InstanceName: aws.String(steps.Instance),
	}))
	steps.Until(func() bool {
		out := steps.Must(j.client.GetInstanceSnapshot(j.ctx, &lightsail.GetInstanceSnapshotInput{InstanceSnapshotName: snapshot}))
		return out.InstanceSnapshot.State == types.InstanceSnapshotStateAvailable
	})
	steps.Want(*snapshot, *steps.Must(j.client.GetInstanceSnapshots(j.ctx, nil)).InstanceSnapshots[0].Name)
	steps.Must(j.client.DeleteInstanceSnapshot(j.ctx, &lightsail.DeleteInstanceSnapshotInput{InstanceSnapshotName: snapshot}))
}

func (j journey) makeNetwork() {
	ip := aws.String("journey-ip")
	steps.Must(j.client.AllocateStaticIp(j.ctx, &lightsail.AllocateStaticIpInput{StaticIpName: ip}))
	steps.Want(*ip, *steps.Must(j.client.GetStaticIp(j.ctx, &lightsail.GetStaticIpInput{StaticIpName: ip})).StaticIp.Name)
	steps.Want(1, len(steps.Must(j.client.GetStaticIps(j.ctx, nil)).StaticIps))
	steps.Must(j.client.ReleaseStaticIp(j.ctx, &lightsail.ReleaseStaticIpInput{StaticIpName: ip}))

	lb := aws.String("journey-lb")
	steps.Must(j.client.CreateLoadBalancer(j.ctx, &lightsail.CreateLoadBalancerInput{LoadBalancerName: lb, InstancePort: 80}))
	made := steps.Must(j.client.GetLoadBalancer(j.ctx, &lightsail.GetLoadBalancerInput{LoadBalancerName: lb})).LoadBalancer
	steps.Want(80, *made.InstancePort)
	steps.Want(1, len(steps.Must(j.client.GetLoadBalancers(j.ctx, nil)).LoadBalancers))
	steps.Must(j.client.DeleteLoadBalancer(j.ctx, &lightsail.DeleteLoadBalancerInput{LoadBalancerName: lb}))
}

func (j journey) makeNames() {
	domain, target := aws.String("journey.example.com"), aws.String("192.0.2.1")
	steps.Must(j.client.CreateDomain(j.ctx, &lightsail.CreateDomainInput{DomainName: domain}))
	steps.Must(j.client.CreateDomainEntry(j.ctx, &lightsail.CreateDomainEntryInput{
		DomainName: domain, DomainEntry: &types.DomainEntry{Name: aws.String("www.journey.example.com"), Type: aws.String("A"), Target: target},
	}))
	targets := map[string]bool{}
	for _, e := range steps.Must(j.client.GetDomain(j.ctx, &lightsail.GetDomainInput{DomainName: domain})).Domain.DomainEntries {
		targets[*e.Target] = true
	}
	steps.Want(true, targets[*target])
	steps.Want(1, len(steps.Must(j.client.GetDomains(j.ctx, nil)).Domains))
	steps.Must(j.client.DeleteDomain(j.ctx, &lightsail.DeleteDomainInput{DomainName: domain}))

	certificate := aws.String("journey-cert")
	steps.Must(j.client.CreateCertificate(j.ctx, &lightsail.CreateCertificateInput{CertificateName: certificate, DomainName: domain}))
	found := steps.Must(j.client.GetCertificates(j.ctx, &lightsail.GetCertificatesInput{CertificateName: certificate})).Certificates
	steps.Want(*domain, *found[0].DomainName)
	steps.Must(j.client.DeleteCertificate(j.ctx, &lightsail.DeleteCertificateInput{CertificateName: certificate}))
}

func (j journey) makeContent() {
	bucket, distribution, bundle := aws.String("journey-bucket"), aws.String("journey-cdn"), aws.String("small_1_0")
	steps.Must(j.client.CreateBucket(j.ctx, &lightsail.CreateBucketInput{BucketName: bucket, BundleId: bundle}))
	buckets := steps.Must(j.client.GetBuckets(j.ctx, &lightsail.GetBucketsInput{BucketName: bucket})).Buckets
	steps.Want(*bucket, *buckets[0].Name)
	steps.Must(j.client.CreateDistribution(j.ctx, &lightsail.CreateDistributionInput{
		DistributionName: distribution, BundleId: bundle, DefaultCacheBehavior: &types.CacheBehavior{Behavior: types.BehaviorEnumCacheSetting},
		Origin: &types.InputOrigin{Name: bucket, RegionName: types.RegionNameUsEast1, ProtocolPolicy: types.OriginProtocolPolicyEnumHTTPSOnly},
	}))
	found := steps.Must(j.client.GetDistributions(j.ctx, &lightsail.GetDistributionsInput{DistributionName: distribution})).Distributions
	steps.Want(*bucket, *found[0].Origin.Name)
	steps.Must(j.client.DeleteDistribution(j.ctx, &lightsail.DeleteDistributionInput{DistributionName: distribution}))
	steps.Must(j.client.DeleteBucket(j.ctx, &lightsail.DeleteBucketInput{BucketName: bucket}))
}

func (j journey) makeServices() {
	app := aws.String("journey-app")
	steps.Must(j.client.CreateContainerService(j.ctx, &lightsail.CreateContainerServiceInput{
		ServiceName: app, Power: types.ContainerServicePowerNameNano, Scale: aws.Int32(1),
	}))
	steps.Until(func() bool {
		out := steps.Must(j.client.GetContainerServices(j.ctx, &lightsail.GetContainerServicesInput{ServiceName: app}))
		return out.ContainerServices[0].State == types.ContainerServiceStateReady
	})
	steps.Must(j.client.DeleteContainerService(j.ctx, &lightsail.DeleteContainerServiceInput{ServiceName: app}))

	db := aws.String("journey-db")
	steps.Must(j.client.CreateRelationalDatabase(j.ctx, &lightsail.CreateRelationalDatabaseInput{
		RelationalDatabaseName: db, RelationalDatabaseBlueprintId: aws.String("postgres_16"), RelationalDatabaseBundleId: aws.String("micro_2_0"),
		MasterDatabaseName: aws.String("app"), MasterUsername: aws.String("boss"),
	}))
	steps.Until(func() bool {
		out := steps.Must(j.client.GetRelationalDatabase(j.ctx, &lightsail.GetRelationalDatabaseInput{RelationalDatabaseName: db}))
		return *out.RelationalDatabase.State == "available"
	})
	steps.Want(1, len(steps.Must(j.client.GetRelationalDatabases(j.ctx, nil)).RelationalDatabases))
	steps.Must(j.client.DeleteRelationalDatabase(j.ctx, &lightsail.DeleteRelationalDatabaseInput{
		RelationalDatabaseName: db, SkipFinalSnapshot: aws.Bool(true),
	}))
}

func (j journey) makeAlarms() {
	email, address, alarm := types.ContactProtocolEmail, aws.String("journey@example.com"), aws.String("journey-alarm")
	steps.Must(j.client.CreateContactMethod(j.ctx, &lightsail.CreateContactMethodInput{Protocol: email, ContactEndpoint: address}))
	methods := steps.Must(j.client.GetContactMethods(j.ctx, &lightsail.GetContactMethodsInput{Protocols: []types.ContactProtocol{email}})).ContactMethods
	steps.Want(*address, *methods[0].ContactEndpoint)
	steps.Must(j.client.PutAlarm(j.ctx, &lightsail.PutAlarmInput{
		AlarmName: alarm, MonitoredResourceName: aws.String(steps.Instance), MetricName: types.MetricNameCPUUtilization,
		ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold, Threshold: aws.Float64(90), EvaluationPeriods: aws.Int32(1),
	}))
	alarms := steps.Must(j.client.GetAlarms(j.ctx, &lightsail.GetAlarmsInput{AlarmName: alarm})).Alarms
	steps.Want(90, *alarms[0].Threshold)
	steps.Must(j.client.DeleteAlarm(j.ctx, &lightsail.DeleteAlarmInput{AlarmName: alarm}))
	steps.Must(j.client.DeleteContactMethod(j.ctx, &lightsail.DeleteContactMethodInput{Protocol: email}))
}
