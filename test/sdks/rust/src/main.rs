//! The program of the SDK for Rust: `journey journey DIR`, `journey profile` or `journey calls DIR`.

#[macro_use]
mod shapes;
mod calls;
mod facts;
mod journey;
mod resources;

use std::env;
use std::path::Path;
use std::process::ExitCode;

use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_lightsail::Client;
use aws_sdk_lightsail::error::DisplayErrorContext;

/// What steps return. A step that sees something else than it should panics.
type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("{}", DisplayErrorContext(&*e));
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result {
    let config = load().await;
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["journey", folder] => journey::take(&config, Path::new(folder)).await,
        ["calls", folder] => calls::make(&config, Path::new(folder)).await,
        ["profile"] => {
            println!("{}", journey::regions(&Client::new(&config)).await?.join(" "));
            Ok(())
        }
        _ => Err("usage: journey (journey DIR | profile | calls DIR)".into()),
    }
}

/// The configuration of the environment and the profile, with a client for servers without TLS.
async fn load() -> SdkConfig {
    let http = aws_smithy_http_client::Builder::new().build_http();
    aws_config::defaults(BehaviorVersion::latest()).http_client(http).load().await
}
