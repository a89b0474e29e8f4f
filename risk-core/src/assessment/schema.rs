//! The form of an answer as JSON Schema, derived from its types, so that the two cannot part.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use super::answer::Assessment;

/// The JSON Schema (2020-12) of an [`Assessment`] as it is written.
#[must_use]
pub fn schema() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let derived = settings.into_generator().into_root_schema_for::<Assessment>();
    let head = ["$schema", "$id", "title"].map(|name| (name.to_owned(), Value::Null));
    let mut schema: Map<String, Value> = head.into_iter().collect();
    schema.extend(derived.as_object().into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())));
    schema.insert("$id".to_owned(), Value::from("urn:risk-of-harm:assessment:1"));
    Value::Object(schema)
}
