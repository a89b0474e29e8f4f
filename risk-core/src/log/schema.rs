//! The form of a record as JSON Schema, made from the catalogue of events.
//!
//! It says what one line can say of itself. What only a log knows (that a record named is there, that an erased payload was
//! erased by a record, that hashes chain) stays with [`super::Log`].

use serde_json::{Map, Value, json};

use super::record::SCHEMA_VERSION;
use crate::event::catalogue::{FieldSpec, KindSpec};
use crate::event::vocabulary::{Group, Handling, Level, Role, SourceAgency};
use crate::event::{Kind, Shape, Term};

const UUID: &str = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$";
const OPAQUE: &str = "^[A-Za-z0-9._:-]{1,64}$";
const DIGEST: &str = "^[0-9a-f]{64}$";

/// The JSON Schema (2020-12) of a record of this version, plain or sealed.
#[must_use]
pub fn schema() -> Value {
    let kinds: Vec<Value> = Kind::all().iter().map(|k| of_kind(k.spec())).collect();
    let data: Map<String, Value> = Kind::all().iter().map(|k| (k.name().to_owned(), data(k.spec()))).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:risk-of-harm:record:1",
        "title": "Record",
        "description": "One line of a case's log: an event with its times, its source and its handling mark.",
        "type": "object",
        "properties": envelope(),
        "required": ["event_id", "case_id", "occurred_at", "recorded_at", "source", "kind"],
        "additionalProperties": false,
        "anyOf": [
            { "required": ["data"] },
            {
                "description": "The payload was removed by law, as a payload_erased record of the same log says.",
                "required": ["handling"],
                "properties": { "note": false, "salt": false }
            }
        ],
        "dependentRequired": {
            "hash": ["position", "appended_at", "commitment"],
            "position": ["hash"],
            "appended_at": ["hash"],
            "commitment": ["hash"],
            "salt": ["hash"]
        },
        "allOf": kinds,
        "$defs": data
    })
}

fn envelope() -> Value {
    json!({
        "event_id": id("The record's own id."),
        "case_id": id("The case."),
        "occurred_at": instant("When it happened."),
        "recorded_at": instant("When the service's own records first held it; never before occurred_at."),
        "appended_at": instant("When this log took it; sealed logs only, and never before recorded_at."),
        "source": {
            "description": "Where it comes from.",
            "type": "object",
            "properties": {
                "agency": { "enum": SourceAgency::names() },
                "role": { "enum": Role::names() },
                "reference": { "description": "The host's own opaque reference.", "type": "string", "pattern": OPAQUE }
            },
            "required": ["agency"],
            "additionalProperties": false
        },
        "handling": {
            "description": "Who may know of it, from open to closed; left out, the kind's own mark.",
            "enum": Handling::names()
        },
        "v": { "description": "The version of this form; left out, 1.", "const": SCHEMA_VERSION },
        "kind": { "description": "The kind of event.", "enum": Kind::names() },
        "data": { "description": "What it says; left out only where it was erased.", "type": "object" },
        "note": {
            "description": "Free text: kept, hashed, erasable; no rule reads it and no answer shows it.",
            "type": "string"
        },
        "position": { "description": "The place in a sealed log.", "type": "integer", "minimum": 1 },
        "salt": { "description": "What the commitment was salted with.", "type": "string", "pattern": "^[0-9a-f]{32}$" },
        "commitment": { "description": "The commitment to the payload.", "type": "string", "pattern": DIGEST },
        "hash": { "description": "The record's hash in the chain.", "type": "string", "pattern": DIGEST }
    })
}

/// What a record of that kind keeps to besides.
fn of_kind(spec: &KindSpec) -> Value {
    let marks: Vec<&str> = Handling::all().iter().filter(|h| **h >= spec.handling).map(|h| h.name()).collect();
    json!({
        "if": { "properties": { "kind": { "const": spec.name } } },
        "then": {
            "properties": { "data": { "$ref": format!("#/$defs/{}", spec.name) }, "handling": { "enum": marks } }
        }
    })
}

fn data(spec: &KindSpec) -> Value {
    let properties: Map<String, Value> =
        spec.fields.iter().map(|f| (f.name.to_owned(), of_shape((f.shape)()))).collect();
    let required: Vec<&str> = spec.fields.iter().filter(|f| f.required).map(|f: &FieldSpec| f.name).collect();
    json!({
        "description": spec.doc.trim(),
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false
    })
}

fn of_shape(shape: Shape) -> Value {
    let list = |item: Value| json!({ "type": "array", "items": item });
    match shape {
        Shape::Term { names, .. } => json!({ "enum": names }),
        Shape::Terms { names, .. } => list(json!({ "enum": names })),
        Shape::Id(of) => opaque(of),
        Shape::Ids(of) => list(opaque(of)),
        Shape::EventRef => id("The event_id of another record."),
        Shape::EventRefs => list(id("The event_id of another record.")),
        Shape::Integer { min, max } => json!({ "type": "integer", "minimum": min, "maximum": max }),
        Shape::Date => json!({ "type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" }),
        Shape::Instant => instant("An instant."),
        Shape::Levels => json!({
            "type": "object",
            "propertyNames": { "enum": Group::names() },
            "additionalProperties": { "enum": Level::names() }
        }),
        Shape::Replacement => json!({
            "description": "The new version of the data, whole, and when it happened if that was wrong too.",
            "type": "object",
            "properties": { "occurred_at": instant("When it really happened."), "data": { "type": "object" } },
            "required": ["data"],
            "additionalProperties": false
        }),
    }
}

fn id(description: &str) -> Value {
    json!({ "description": description, "type": "string", "format": "uuid", "pattern": UUID })
}

fn opaque(of: &str) -> Value {
    json!({ "description": format!("The id of a {of}."), "type": "string", "pattern": OPAQUE })
}

fn instant(description: &str) -> Value {
    json!({ "description": description, "type": "string", "format": "date-time" })
}
