//! What the program saw, in the form of facts.json.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use aws_sdk_lightsail::primitives::DateTime;
use aws_sdk_lightsail::types::Tag;
use serde_json::{Map, Value};

use crate::Result;

/// Writes the private key to a file that only its owner can read.
pub fn save_key(folder: &Path, private_key: &str) -> Result {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(folder.join("key.pem"))?;
    file.write_all(private_key.as_bytes())?;
    Ok(())
}

/// The tags as an object, with null for those without a value.
pub fn tags(tags: &[Tag]) -> Value {
    let pairs = tags.iter().map(|tag| (tag.key().unwrap_or_default().to_owned(), tag.value().into()));
    Value::Object(Map::from_iter(pairs))
}

/// The milliseconds since 1970. The SDK reads the answer's number as a float, which may be a bit less than a whole
/// millisecond, and its `to_millis` cuts that off.
pub fn millis(time: &DateTime) -> i64 {
    (time.as_secs_f64() * 1000.0).round() as i64
}

/// What the error shows that a call ended with: `failure!(result, GetDiskError::NotFoundException)`. It has that type only if
/// the answer has no code, or one of that name.
macro_rules! failure {
    ($result:expr, $error:ident::$class:ident) => {
        match $result.expect_err("the call succeeded").into_service_error() {
            $error::$class(e) => serde_json::json!({"class": stringify!($class), "code": e.code(), "message": e.message()}),
            other => serde_json::json!({"class": other.code(), "message": other.message()}),
        }
    };
}
pub(crate) use failure;
