//! The journey's second part: one resource of each other kind is made, read, listed and deleted.

use aws_sdk_lightsail::Client;
use aws_sdk_lightsail::types::{
    BehaviorEnum, CacheBehavior, ComparisonOperator, ContactProtocol, ContainerServicePowerName, ContainerServiceState,
    DiskState, DomainEntry, InputOrigin, InstanceSnapshotState, MetricName, OriginProtocolPolicyEnum, RegionName,
};

use crate::Result;
use crate::journey::{INSTANCE, until};

/// Makes all, and deletes it.
pub async fn make(client: &Client) -> Result {
    disk(client).await?;
    snapshot(client).await?;
    static_ip(client).await?;
    load_balancer(client).await?;
    domain(client).await?;
    certificate(client).await?;
    content(client).await?;
    container_service(client).await?;
    database(client).await?;
    alarm(client).await
}

async fn disk(client: &Client) -> Result {
    let name = "journey-disk";
    client.create_disk().disk_name(name).availability_zone("us-east-1a").size_in_gb(8).send().await?;
    until(async || {
        let out = client.get_disk().disk_name(name).send().await?;
        Ok(out.disk().and_then(|d| d.state()) == Some(&DiskState::Available))
    })
    .await?;
    assert!(client.get_disks().send().await?.disks().iter().map(|d| d.name()).eq([Some(name)]));
    client.delete_disk().disk_name(name).send().await?;
    Ok(())
}

async fn snapshot(client: &Client) -> Result {
    let name = "journey-snapshot";
    client.create_instance_snapshot().instance_snapshot_name(name).instance_name(INSTANCE).send().await?;
    until(async || {
        let out = client.get_instance_snapshot().instance_snapshot_name(name).send().await?;
        Ok(out.instance_snapshot().and_then(|s| s.state()) == Some(&InstanceSnapshotState::Available))
    })
    .await?;
    assert_eq!(client.get_instance_snapshots().send().await?.instance_snapshots().len(), 1);
    client.delete_instance_snapshot().instance_snapshot_name(name).send().await?;
    Ok(())
}

async fn static_ip(client: &Client) -> Result {
    let name = "journey-ip";
    client.allocate_static_ip().static_ip_name(name).send().await?;
    let out = client.get_static_ip().static_ip_name(name).send().await?;
    assert_eq!(out.static_ip().and_then(|ip| ip.name()), Some(name));
    assert_eq!(client.get_static_ips().send().await?.static_ips().len(), 1);
    client.release_static_ip().static_ip_name(name).send().await?;
    Ok(())
}

async fn load_balancer(client: &Client) -> Result {
    let name = "journey-lb";
    client.create_load_balancer().load_balancer_name(name).instance_port(80).send().await?;
    let out = client.get_load_balancer().load_balancer_name(name).send().await?;
    assert_eq!(out.load_balancer().and_then(|lb| lb.instance_port()), Some(80));
    assert_eq!(client.get_load_balancers().send().await?.load_balancers().len(), 1);
    client.delete_load_balancer().load_balancer_name(name).send().await?;
    Ok(())
}

async fn domain(client: &Client) -> Result {
    let (name, target) = ("journey.example.com", "192.0.2.1");
    client.create_domain().domain_name(name).send().await?;
    let entry = DomainEntry::builder().name("www.journey.example.com").r#type("A").target(target).build();
    client.create_domain_entry().domain_name(name).domain_entry(entry).send().await?;
    let zone = client.get_domain().domain_name(name).send().await?.domain.ok_or("no domain")?;
    assert!(zone.domain_entries().iter().any(|entry| entry.target() == Some(target)));
    assert_eq!(client.get_domains().send().await?.domains().len(), 1);
    client.delete_domain().domain_name(name).send().await?;
    Ok(())
}

async fn certificate(client: &Client) -> Result {
    let (name, domain) = ("journey-cert", "journey.example.com");
    client.create_certificate().certificate_name(name).domain_name(domain).send().await?;
    let out = client.get_certificates().certificate_name(name).send().await?;
    assert_eq!(out.certificates()[0].domain_name(), Some(domain));
    client.delete_certificate().certificate_name(name).send().await?;
    Ok(())
}

async fn content(client: &Client) -> Result {
    let (bucket, distribution, bundle) = ("journey-bucket", "journey-cdn", "small_1_0");
    client.create_bucket().bucket_name(bucket).bundle_id(bundle).send().await?;
    assert_eq!(client.get_buckets().bucket_name(bucket).send().await?.buckets()[0].name(), Some(bucket));
    let origin = InputOrigin::builder()
        .name(bucket)
        .region_name(RegionName::UsEast1)
        .protocol_policy(OriginProtocolPolicyEnum::HttpsOnly)
        .build();
    client
        .create_distribution()
        .distribution_name(distribution)
        .bundle_id(bundle)
        .origin(origin)
        .default_cache_behavior(CacheBehavior::builder().behavior(BehaviorEnum::CacheSetting).build())
        .send()
        .await?;
    let out = client.get_distributions().distribution_name(distribution).send().await?;
    assert_eq!(out.distributions()[0].origin().and_then(|o| o.name()), Some(bucket));
    client.delete_distribution().distribution_name(distribution).send().await?;
    client.delete_bucket().bucket_name(bucket).send().await?;
    Ok(())
}

async fn container_service(client: &Client) -> Result {
    let name = "journey-app";
    client.create_container_service().service_name(name).power(ContainerServicePowerName::Nano).scale(1).send().await?;
    until(async || {
        let out = client.get_container_services().service_name(name).send().await?;
        Ok(out.container_services()[0].state() == Some(&ContainerServiceState::Ready))
    })
    .await?;
    client.delete_container_service().service_name(name).send().await?;
    Ok(())
}

async fn database(client: &Client) -> Result {
    let name = "journey-db";
    client
        .create_relational_database()
        .relational_database_name(name)
        .relational_database_blueprint_id("postgres_16")
        .relational_database_bundle_id("micro_2_0")
        .master_database_name("app")
        .master_username("boss")
        .send()
        .await?;
    until(async || {
        let out = client.get_relational_database().relational_database_name(name).send().await?;
        Ok(out.relational_database().and_then(|db| db.state()) == Some("available"))
    })
    .await?;
    assert_eq!(client.get_relational_databases().send().await?.relational_databases().len(), 1);
    client.delete_relational_database().relational_database_name(name).skip_final_snapshot(true).send().await?;
    Ok(())
}

async fn alarm(client: &Client) -> Result {
    let (address, name) = ("journey@example.com", "journey-alarm");
    client.create_contact_method().protocol(ContactProtocol::Email).contact_endpoint(address).send().await?;
    let methods = client.get_contact_methods().protocols(ContactProtocol::Email).send().await?;
    assert_eq!(methods.contact_methods()[0].contact_endpoint(), Some(address));
    client
        .put_alarm()
        .alarm_name(name)
        .monitored_resource_name(INSTANCE)
        .metric_name(MetricName::CpuUtilization)
        .comparison_operator(ComparisonOperator::GreaterThanThreshold)
        .threshold(90.0)
        .evaluation_periods(1)
        .send()
        .await?;
    assert_eq!(client.get_alarms().alarm_name(name).send().await?.alarms()[0].threshold(), Some(90.0));
    client.delete_alarm().alarm_name(name).send().await?;
    client.delete_contact_method().protocol(ContactProtocol::Email).send().await?;
    Ok(())
}
