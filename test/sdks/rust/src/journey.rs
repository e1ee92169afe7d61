//! The journey's steps up to the instance.

use std::env;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_lightsail::Client;
use aws_sdk_lightsail::config::retry::RetryConfig;
use aws_sdk_lightsail::config::{Builder, Credentials};
use aws_sdk_lightsail::error::ProvideErrorMetadata;
use aws_sdk_lightsail::operation::create_key_pair::CreateKeyPairError;
use aws_sdk_lightsail::operation::get_key_pair::GetKeyPairError;
use aws_sdk_lightsail::operation::get_key_pairs::GetKeyPairsError;
use aws_sdk_lightsail::types::{KeyPair, OperationStatus, Tag};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::Result;
use crate::facts::{self, failure};
use crate::resources;

const KEY_PAIR: &str = "journey-key";
const MORE_KEYS: [&str; 3] = ["journey-a", "journey-b", "journey-c"];
const PUBLIC_KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
pub const INSTANCE: &str = "journey-web";

/// Takes the journey, and writes facts.json.
pub async fn take(config: &SdkConfig, folder: &Path) -> Result {
    let client = Client::new(config);
    assert!(regions(&client).await?.contains(&"us-east-1".to_owned()));
    let facts = json!({
        "keyPair": make_key_pair(&client, folder).await?,
        "tags": change_tags(&client).await?,
        "errors": meet_errors(config).await?,
        "busy": get_through(config).await?,
        "pages": read_pages(&client).await?,
        "instance": make_instance(&client).await?,
    });
    resources::make(&client).await?;
    fs::write(folder.join("facts.json"), facts.to_string())?;
    Ok(())
}

/// The regions' names.
pub async fn regions(client: &Client) -> Result<Vec<String>> {
    let out = client.get_regions().send().await?;
    Ok(out.regions().iter().filter_map(|region| Some(region.name()?.as_str().to_owned())).collect())
}

async fn make_key_pair(client: &Client, folder: &Path) -> Result<Value> {
    let tags = [Tag::builder().key("team").value("web").build(), Tag::builder().key("on-call").build()];
    let made = client.create_key_pair().key_pair_name(KEY_PAIR).set_tags(Some(tags.to_vec())).send().await?;
    facts::save_key(folder, made.private_key_base64().ok_or("no private key")?)?;
    let pair = key_pair(client).await?;
    assert_eq!(made.key_pair(), Some(&pair));
    Ok(json!({
        "publicKey": made.public_key_base64(),
        "fingerprint": pair.fingerprint(),
        "createdAt": pair.created_at().map(facts::millis),
    }))
}

async fn key_pair(client: &Client) -> Result<KeyPair> {
    let out = client.get_key_pair().key_pair_name(KEY_PAIR).send().await?;
    Ok(out.key_pair.ok_or("no key pair")?)
}

async fn change_tags(client: &Client) -> Result<Value> {
    let tag = Tag::builder().key("Größe").value("ü").build();
    client.tag_resource().resource_name(KEY_PAIR).tags(tag).send().await?;
    client.untag_resource().resource_name(KEY_PAIR).tag_keys("team").send().await?;
    Ok(facts::tags(key_pair(client).await?.tags()))
}

async fn meet_errors(config: &SdkConfig) -> Result<Value> {
    let client = Client::new(config);
    let bad_name = client.create_key_pair().key_pair_name("no good").send().await;
    let missing = client.get_key_pair().key_pair_name("journey-none").send().await;
    let denied = denied(config)?.get_key_pairs().send().await;
    Ok(json!({
        "badName": failure!(bad_name, CreateKeyPairError::InvalidInputException),
        "missing": failure!(missing, GetKeyPairError::NotFoundException),
        "denied": failure!(denied, GetKeyPairsError::AccessDeniedException),
        "throttled": meet_throttling(&busy(config, RetryConfig::disabled())?).await,
    }))
}

/// A client of the user who may do nothing.
fn denied(config: &SdkConfig) -> Result<Client> {
    let id = env::var("DENIED_ACCESS_KEY_ID")?;
    let key = Credentials::new(id, env::var("DENIED_SECRET_ACCESS_KEY")?, None, None, "journey");
    Ok(Client::from_conf(Builder::from(config).credentials_provider(key).build()))
}

/// A client of the busy server.
fn busy(config: &SdkConfig, retries: RetryConfig) -> Result<Client> {
    let endpoint = env::var("BUSY_ENDPOINT")?;
    Ok(Client::from_conf(Builder::from(config).endpoint_url(endpoint).retry_config(retries).build()))
}

/// The error that ends one of many calls. The SDK has no type for throttling.
async fn meet_throttling(client: &Client) -> Value {
    loop {
        if let Err(e) = client.get_regions().send().await {
            let e = e.into_service_error();
            return json!({"class": e.code(), "message": e.message()});
        }
    }
}

/// How many of 40 calls succeed that are made eight at a time.
async fn get_through(config: &SdkConfig) -> Result<usize> {
    let client = busy(config, RetryConfig::standard().with_max_attempts(12))?;
    let turns = Arc::new(Semaphore::new(8));
    let mut calls = JoinSet::new();
    for _ in 0..40 {
        let (client, turns) = (client.clone(), turns.clone());
        calls.spawn(async move {
            let _turn = turns.acquire().await;
            client.get_regions().send().await
        });
    }
    let mut succeeded = 0;
    while let Some(done) = calls.join_next().await {
        succeeded += usize::from(!done??.regions().is_empty());
    }
    Ok(succeeded)
}

/// Follows the page tokens: the SDK has no paginators for Lightsail.
async fn read_pages(client: &Client) -> Result<Value> {
    for name in MORE_KEYS {
        client.import_key_pair().key_pair_name(name).public_key_base64(PUBLIC_KEY).send().await?;
    }
    let mut pages = Vec::new();
    let mut token = None;
    loop {
        let page = client.get_key_pairs().set_page_token(token).send().await?;
        pages.push(page.key_pairs().iter().map(|pair| pair.name()).collect::<Value>());
        token = page.next_page_token;
        if token.is_none() {
            break;
        }
    }
    for name in MORE_KEYS {
        client.delete_key_pair().key_pair_name(name).send().await?;
    }
    Ok(pages.into())
}

async fn make_instance(client: &Client) -> Result<Option<String>> {
    let made = client
        .create_instances()
        .instance_names(INSTANCE)
        .availability_zone("us-east-1a")
        .blueprint_id("debian_12")
        .bundle_id("nano_3_0")
        .key_pair_name(KEY_PAIR)
        .user_data("#!/bin/sh\necho prepared\n")
        .send()
        .await?;
    until(async || {
        let out = client.get_instance_state().instance_name(INSTANCE).send().await?;
        Ok(out.state().and_then(|state| state.name()) == Some("running"))
    })
    .await?;
    let operation = client.get_operation().set_operation_id(made.operations()[0].id.clone()).send().await?;
    assert_eq!(operation.operation().and_then(|o| o.status()), Some(&OperationStatus::Succeeded));
    let all = client.get_instances().send().await?;
    assert!(all.instances().iter().map(|i| i.name()).eq([Some(INSTANCE)]));
    let out = client.get_instance().instance_name(INSTANCE).send().await?;
    Ok(out.instance.and_then(|i| i.public_ip_address))
}

/// Polls for up to a minute, as the SDK has no waiters for Lightsail.
pub async fn until(ready: impl AsyncFn() -> Result<bool>) -> Result {
    timeout(Duration::from_secs(60), async {
        while !ready().await? {
            sleep(Duration::from_millis(100)).await;
        }
        Ok(())
    })
    .await?
}
