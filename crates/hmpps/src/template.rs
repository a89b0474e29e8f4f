//! A template of the tables, filled in from what was read.

use std::cell::RefCell;

use risk_core::event::Kind;
use serde_json::{Map, Value};

use crate::codes::Template;

/// The value of a placeholder in a template.
pub trait Filling {
    /// The value of `{name}`; `None`: it is not known, and its member is left out.
    fn value(&self, name: &str) -> Option<Value>;
}

/// A template with its places filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Filled {
    /// The kind.
    pub kind: Kind,
    /// The data.
    pub data: Map<String, Value>,
    /// The stream of requests of which this answers one, with the member that names the request.
    pub replies: Option<(String, String)>,
}

/// Fills a template in.
#[must_use]
pub fn fill(template: &Template, filling: &dyn Filling) -> Filled {
    let replies = RefCell::new(None);
    let data = template.data.iter().filter_map(|(name, value)| {
        if let Some(stream) = place(value).and_then(|p| p.strip_prefix("replies:")) {
            replies.replace(Some((stream.to_owned(), name.clone())));
            return None;
        }
        Some((name.clone(), filled(value, filling)?))
    });
    let data = data.collect();
    Filled { kind: template.kind, data, replies: replies.into_inner() }
}

fn filled(value: &Value, filling: &dyn Filling) -> Option<Value> {
    match (place(value), value) {
        (Some(name), _) => filling.value(name),
        (None, Value::Array(items)) => Some(items.iter().filter_map(|item| filled(item, filling)).collect()),
        (None, value) => Some(value.clone()),
    }
}

fn place(value: &Value) -> Option<&str> {
    value.as_str()?.strip_prefix('{')?.strip_suffix('}')
}

/// Whether the template says something that may change while the fact stays: a level or a category.
#[must_use]
pub fn may_change(template: &Template) -> bool {
    template.data.values().filter_map(place).any(|name| name.starts_with("level") || name.starts_with("category"))
}
