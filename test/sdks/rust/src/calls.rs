//! Makes the calls of a file, whatever their actions, and compares each answer with what the SDK made of it.

use std::fmt::Write;
use std::fs;
use std::mem;
use std::path::Path;
use std::sync::{Arc, Mutex};

use aws_config::SdkConfig;
use aws_sdk_lightsail::config::interceptors::AfterDeserializationInterceptorContextRef;
use aws_sdk_lightsail::config::{Builder, ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_lightsail::error::{BoxError, DisplayErrorContext, ProvideErrorMetadata};
use aws_sdk_lightsail::{Client, Error, operation, types};
use serde_json::{Value, json};

use crate::Result;
use crate::shapes::{Compare, Findings, Place};

/// What a call ended with.
type Answered = std::result::Result<Box<dyn Compare>, Error>;

/// A function that makes a call, by the client's method of its name, with the members of the input and their setters.
macro_rules! request {
    ($function:ident, $shape:literal, [$($members:tt)*]) => {
        async fn $function(client: &Client, input: &Value, found: &mut Findings) -> Answered {
            let call = fill!(client.$function(), $shape, input, found, [$($members)*]);
            Ok(Box::new(call.send().await?))
        }
    };
}

/// The function that makes the call of an action, if the SDK has that. Each call is boxed: together they would be large.
macro_rules! requests {
    ($($action:literal => $function:ident),*) => {
        pub async fn request(client: &Client, action: &str, input: &Value, found: &mut Findings) -> Option<Answered> {
            match action {
                $($action => Some(Box::pin($function(client, input, found)).await),)*
                _ => None,
            }
        }
    };
}

/// The names of the exceptions, and the function that returns the name of an exception's type, and the exception.
macro_rules! exceptions {
    ($($class:ident),*) => {
        pub const EXCEPTIONS: &[&str] = &[$(stringify!($class)),*];

        pub fn exception(error: &Error) -> Option<(&'static str, &dyn Compare)> {
            match error {
                $(Error::$class(exception) => Some((stringify!($class), exception)),)*
                _ => None,
            }
        }
    };
}

/// What gen wrote.
#[path = "../target/calls.rs"]
#[rustfmt::skip]
mod generated;

/// Keeps the body of the last answer.
#[derive(Clone, Debug, Default)]
struct Body(Arc<Mutex<Vec<u8>>>);

impl Body {
    fn take(&self) -> Vec<u8> {
        mem::take(&mut self.0.lock().expect("a body"))
    }
}

impl Intercept for Body {
    fn name(&self) -> &'static str {
        "Body"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> std::result::Result<(), BoxError> {
        let body = context.response().body().bytes().ok_or("the body was not read")?;
        *self.0.lock().expect("a body") = body.to_vec();
        Ok(())
    }
}

/// Makes the calls of calls.jsonl, and writes answers.jsonl. It fails if an answer was read as something else.
pub async fn make(config: &SdkConfig, folder: &Path) -> Result {
    let body = Body::default();
    let client = Client::from_conf(Builder::from(config).interceptor(body.clone()).build());
    let mut found = Findings::default();
    let mut answers = String::new();
    for line in fs::read_to_string(folder.join("calls.jsonl"))?.lines() {
        let call: Value = serde_json::from_str(line)?;
        let action = call["action"].as_str().ok_or("no action")?;
        let outcome = match generated::request(&client, action, &call["input"], &mut found).await {
            Some(answered) => compare(action, answered, &body, &mut found)?,
            None => {
                found.unknown.insert(action.to_owned());
                String::new()
            }
        };
        let unknown = mem::take(&mut found.unknown);
        writeln!(answers, "{}", json!({"action": action, "outcome": outcome, "unknown": unknown}))?;
    }
    fs::write(folder.join("answers.jsonl"), answers)?;
    if found.wrong.is_empty() { Ok(()) } else { Err(found.wrong.join("\n").into()) }
}

/// Compares an answer or an exception with its JSON, and returns the class of the exception, or "" for success.
fn compare(action: &str, answered: Answered, body: &Body, found: &mut Findings) -> Result<String> {
    let at = Place::of(action);
    let outcome = match &answered {
        Ok(_) => String::new(),
        Err(error) => error.code().ok_or_else(|| format!("{action}: {}", DisplayErrorContext(error)))?.to_owned(),
    };
    let json = serde_json::from_slice(&body.take())?;
    match answered {
        Ok(answer) => answer.compare(&at, &json, found),
        Err(error) => compare_exception(&error, &at, &json, found),
    }
    Ok(outcome)
}

/// Compares an exception with its JSON. The SDK takes the class from the member code, and from __type only if there is no
/// code. It has a type for the exception if that is the name of one. It shows the class and the message of the others, too.
fn compare_exception(error: &Error, at: &Place, json: &Value, found: &mut Findings) {
    let class = either(json, "code", "__type");
    let typed = generated::exception(error);
    let want = generated::EXCEPTIONS.iter().copied().find(|name| class == name);
    found.want(typed.map(|(name, _)| name) == want, at, error, json);
    error.code().map(str::to_owned).compare(at, class, found);
    error.message().map(str::to_owned).compare(at, either(json, "message", "Message"), found);
    if let Some((_, exception)) = typed {
        let mut members = json.clone();
        members.as_object_mut().map(|members| members.remove("__type"));
        exception.compare(at, &members, found);
    }
}

/// The first member that is there.
fn either<'a>(json: &'a Value, first: &str, second: &str) -> &'a Value {
    json.get(first).unwrap_or(&json[second])
}
