//! The form of an answer as JSON Schema, derived from its types, so that the two cannot part.

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::answer::Assessment;

/// The JSON Schema (2020-12) of an [`Assessment`] as it is written.
#[must_use]
pub fn schema() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<Assessment>();
    schema.insert("$id".to_owned(), Value::from("urn:risk-of-harm:assessment:1"));
    schema.to_value()
}
