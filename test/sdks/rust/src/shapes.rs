//! Between JSON and the SDK's types. Rust cannot ask a structure for its fields: macros name them, which gen calls with the
//! names of the API model.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Debug;
use std::hash::Hash;

use aws_sdk_lightsail::primitives::DateTime;
use serde_json::{Map, Value};

use crate::facts::millis;

/// What the calls have shown.
#[derive(Default)]
pub struct Findings {
    /// The members and values that the SDK does not have, such as Disk.name or Disk.state=new.
    pub unknown: BTreeSet<String>,
    /// What the SDK read as something else.
    pub wrong: Vec<String>,
}

impl Findings {
    pub fn lack(&mut self, shape: &str, member: &str) {
        self.unknown.insert(format!("{shape}.{member}"));
    }

    pub fn want(&mut self, equal: bool, at: &Place, got: &impl Debug, json: &Value) {
        if !equal {
            self.wrong.push(format!("{}: got {got:?}, want {json}", at.path));
        }
    }

    /// Takes a value of an enumeration, which the SDK reads even if it does not have it.
    pub fn choose(&mut self, at: &Place, choices: &[&str], got: &str, json: &Value) {
        self.want(json == got, at, &got, json);
        if !choices.contains(&got) {
            self.unknown.insert(format!("{}={got}", at.member));
        }
    }
}

/// Where a value is: its path in the answer of an action, and the member of a structure, such as Disk.state.
pub struct Place {
    path: String,
    member: String,
}

impl Place {
    pub fn of(action: &str) -> Self {
        Self { path: action.to_owned(), member: String::new() }
    }

    pub fn member(&self, shape: &str, name: &str) -> Self {
        Self { path: format!("{}.{name}", self.path), member: format!("{shape}.{name}") }
    }

    fn element(&self, key: impl ToString) -> Self {
        Self { path: format!("{}.{}", self.path, key.to_string()), member: self.member.clone() }
    }
}

/// A type of inputs.
pub trait FromJson: Sized {
    fn from_json(json: &Value, found: &mut Findings) -> Self;
}

/// A type of answers, which is compared with the JSON that the SDK made it of.
pub trait Compare {
    fn compare(&self, at: &Place, json: &Value, found: &mut Findings);
}

/// The members of an object.
pub fn members(json: &Value) -> &Map<String, Value> {
    json.as_object().unwrap_or_else(|| panic!("{json} is no object"))
}

/// What a builder returns: a structure, or a result if the structure has required members.
pub trait Built<T> {
    fn built(self) -> T;
}

impl<T> Built<T> for T {
    fn built(self) -> T {
        self
    }
}

impl<T, E: Debug> Built<T> for Result<T, E> {
    fn built(self) -> T {
        self.expect("an input with all required members")
    }
}

/// Calls the setters of a builder for the members of an object.
macro_rules! fill {
    ($builder:expr, $shape:literal, $json:ident, $found:ident, [$($member:literal => $setter:ident),*]) => {{
        let mut builder = $builder;
        for (member, value) in $crate::shapes::members($json) {
            match member.as_str() {
                $($member => builder = builder.$setter(Some($crate::shapes::FromJson::from_json(value, $found))),)*
                _ => $found.lack($shape, member),
            }
        }
        builder
    }};
}

/// A structure of inputs, with its members and their setters.
macro_rules! input {
    ($type:ty, $shape:literal, [$($members:tt)*]) => {
        impl $crate::shapes::FromJson for $type {
            fn from_json(json: &serde_json::Value, found: &mut $crate::shapes::Findings) -> Self {
                $crate::shapes::Built::built(fill!(<$type>::builder(), $shape, json, found, [$($members)*]).build())
            }
        }
    };
}

/// A structure of answers, with its members and their fields.
macro_rules! output {
    ($type:ty, $shape:literal, [$($member:literal => $field:ident),*]) => {
        impl $crate::shapes::Compare for $type {
            fn compare(&self, at: &$crate::shapes::Place, json: &serde_json::Value, found: &mut $crate::shapes::Findings) {
                for (member, value) in $crate::shapes::members(json) {
                    match member.as_str() {
                        $($member => self.$field.compare(&at.member($shape, member), value, found),)*
                        _ => found.lack($shape, member),
                    }
                }
            }
        }
    };
}

/// An enumeration.
macro_rules! enumeration {
    ($type:ty) => {
        impl $crate::shapes::FromJson for $type {
            fn from_json(json: &serde_json::Value, found: &mut $crate::shapes::Findings) -> Self {
                String::from_json(json, found).as_str().into()
            }
        }

        impl $crate::shapes::Compare for $type {
            fn compare(&self, at: &$crate::shapes::Place, json: &serde_json::Value, found: &mut $crate::shapes::Findings) {
                found.choose(at, Self::values(), self.as_str(), json);
            }
        }
    };
}

/// A type without parts, with what reads it and what compares two of it.
macro_rules! scalar {
    ($type:ty, $read:expr, $equal:expr) => {
        impl FromJson for $type {
            fn from_json(json: &Value, _: &mut Findings) -> Self {
                let read: fn(&Value) -> Option<$type> = $read;
                read(json).unwrap_or_else(|| panic!("{json} is no {}", stringify!($type)))
            }
        }

        impl Compare for $type {
            fn compare(&self, at: &Place, json: &Value, found: &mut Findings) {
                let equal: fn(&$type, &$type) -> bool = $equal;
                let want = <$type>::from_json(json, found);
                found.want(equal(self, &want), at, self, json);
            }
        }
    };
}

scalar!(String, |json| json.as_str().map(str::to_owned), String::eq);
scalar!(bool, Value::as_bool, bool::eq);
scalar!(i32, |json| json.as_i64()?.try_into().ok(), i32::eq);
scalar!(i64, Value::as_i64, i64::eq);
scalar!(f32, |json| json.as_f64().map(|n| n as f32), f32::eq);
scalar!(f64, Value::as_f64, f64::eq);
scalar!(DateTime, time, |a, b| millis(a) == millis(b));

/// The time of a number of seconds, to the millisecond.
fn time(json: &Value) -> Option<DateTime> {
    Some(DateTime::from_millis((json.as_f64()? * 1000.0).round() as i64))
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(json: &Value, found: &mut Findings) -> Self {
        let list = json.as_array().unwrap_or_else(|| panic!("{json} is no list"));
        list.iter().map(|element| T::from_json(element, found)).collect()
    }
}

impl<T: FromJson> FromJson for HashMap<String, T> {
    fn from_json(json: &Value, found: &mut Findings) -> Self {
        members(json).iter().map(|(key, value)| (key.clone(), T::from_json(value, found))).collect()
    }
}

impl<T: Compare> Compare for Option<T> {
    fn compare(&self, at: &Place, json: &Value, found: &mut Findings) {
        match self {
            Some(value) => value.compare(at, json, found),
            None => found.want(json.is_null(), at, &"nothing", json),
        }
    }
}

impl<T: Compare> Compare for Vec<T> {
    fn compare(&self, at: &Place, json: &Value, found: &mut Findings) {
        let list = json.as_array().map(Vec::as_slice).unwrap_or_default();
        found.want(self.len() == list.len(), at, &self.len(), json);
        for (n, (value, json)) in self.iter().zip(list).enumerate() {
            value.compare(&at.element(n), json, found);
        }
    }
}

impl<K: for<'a> From<&'a str> + Eq + Hash, T: Compare> Compare for HashMap<K, T> {
    fn compare(&self, at: &Place, json: &Value, found: &mut Findings) {
        found.want(self.len() == members(json).len(), at, &self.len(), json);
        for (key, json) in members(json) {
            self.get(&K::from(key)).compare(&at.element(key), json, found);
        }
    }
}

impl<T: Compare> Compare for &T {
    fn compare(&self, at: &Place, json: &Value, found: &mut Findings) {
        (*self).compare(at, json, found);
    }
}
