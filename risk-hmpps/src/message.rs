//! A message as a queue delivers it: taken out of its wrappings, its members told apart from what is missing.

use risk_core::event::field::{describe, describe_text};
use risk_core::event::vocabulary::Handling;
use serde_json::{Map, Value};

use crate::when::{EXPECTED, When};

/// Wrappings within wrappings that are opened: SQS around SNS around the body, and one to spare.
const WRAPPINGS: usize = 4;

/// A domain event.
#[derive(Debug, Clone)]
pub struct Message {
    /// Its type, as the body names it; the message's attribute may name another.
    pub event_type: String,
    /// When it happened, as the envelope says.
    pub occurred_at: Option<When>,
    /// The probation case's reference number.
    pub crn: Option<String>,
    /// The prison number.
    pub noms: Option<String>,
    /// Where more is to be had.
    pub detail_url: Option<String>,
    /// `additionalInformation`.
    pub info: Members,
    /// What `detailUrl` led to, where the host has fetched it.
    pub fetched: Option<Value>,
    /// How confidential it is at least, where its source marks it so.
    pub handling: Option<Handling>,
}

/// What is wrong with a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: expected {expected}, found {found}")]
pub struct MessageError {
    /// Where.
    pub field: String,
    /// What was expected.
    pub expected: String,
    /// What stood there; never a text that may be somebody's words.
    pub found: String,
}

impl MessageError {
    /// Of that field.
    pub fn new(field: impl Into<String>, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { field: field.into(), expected: expected.into(), found: found.into() }
    }
}

/// Members by name, in which empty text is nothing and numbers are text.
#[derive(Debug, Clone, Default)]
pub struct Members(Map<String, Value>);

impl Members {
    /// Those of an object.
    #[must_use]
    pub fn of(map: &Map<String, Value>) -> Self {
        Self(map.clone())
    }

    /// The text of a member; `a|b`: of whichever is there.
    #[must_use]
    pub fn text(&self, names: &str) -> Option<String> {
        names.split('|').find_map(|name| text(self.0.get(name)?))
    }

    /// The moment in a member.
    ///
    /// # Errors
    /// [`MessageError`] for a text that is none.
    pub fn when(&self, name: &str) -> Result<Option<When>, MessageError> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let none = || MessageError::new(name, EXPECTED, describe_text(&text));
        When::read(&text).map(Some).ok_or_else(none)
    }

    /// The object in a member.
    #[must_use]
    pub fn object(&self, name: &str) -> Option<Self> {
        self.0.get(name).and_then(Value::as_object).map(Self::of)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0.iter()
    }
}

fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(n) => n.to_string(),
        Value::Bool(b) => b.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// Every message in one delivery: a message, an array of messages, or one on each line. Each has its line, from 1, or its place
/// in the array.
#[must_use]
pub fn read_all(bytes: &[u8]) -> Vec<(usize, Result<Message, MessageError>)> {
    let numbered = |values: Vec<Result<Value, MessageError>>| {
        let each = values.into_iter().enumerate();
        each.flat_map(|(i, value)| {
            let place = i.saturating_add(1);
            let read = value.map_or_else(|e| vec![Err(e)], |v| opened(v, None, WRAPPINGS));
            read.into_iter().map(move |message| (place, message)).collect::<Vec<_>>()
        })
        .collect()
    };
    match serde_json::from_slice(bytes) {
        Ok(Value::Array(values)) => numbered(values.into_iter().map(Ok).collect()),
        Ok(value) => numbered(vec![Ok(value)]),
        Err(whole) => {
            let lines: Vec<&[u8]> = bytes.split(|b| *b == b'\n').collect();
            let full = || lines.iter().enumerate().filter(|(_, line)| !line.trim_ascii().is_empty());
            if full().nth(1).is_none() {
                return vec![(whole.line().max(1), Err(not_json(&whole)))];
            }
            let one = |line: &[u8]| serde_json::from_slice(line).map_err(|e| not_json(&e));
            full()
                .flat_map(|(i, line)| {
                    let messages = one(line).map_or_else(|e| vec![Err(e)], |value| opened(value, None, WRAPPINGS));
                    messages.into_iter().map(move |message| (i.saturating_add(1), message))
                })
                .collect()
        }
    }
}

fn not_json(error: &serde_json::Error) -> MessageError {
    // What serde_json says of a wrong place holds no text of the input.
    MessageError::new("message", "JSON", format!("none: {error}"))
}

/// Takes a message out of its wrappings: SNS, SQS, a batch of either, and ours around what was fetched.
fn opened(value: Value, fetched: Option<&Value>, wrappings: usize) -> Vec<Result<Message, MessageError>> {
    let Value::Object(map) = &value else {
        return vec![Err(MessageError::new("message", "an object", describe(&value)))];
    };
    if wrappings > 0 {
        if let Some(Value::Array(batch)) = map.get("Records").or_else(|| map.get("Messages")) {
            let within = wrappings.saturating_sub(1);
            return batch.iter().flat_map(|one| opened(one.clone(), fetched, within)).collect();
        }
        if let (Some(message), Some(body)) = (map.get("message"), map.get("fetched")) {
            return opened(message.clone(), Some(body), wrappings.saturating_sub(1));
        }
        let wrapped = ["Message", "Body", "body"].iter().find_map(|name| map.get(*name).map(|v| (*name, v)));
        if let Some((name, inner)) = wrapped.filter(|_| !map.contains_key("occurredAt")) {
            let within = match inner {
                Value::String(text) => serde_json::from_str(text)
                    .map_err(|e| MessageError::new(name, "JSON in a text", format!("none: {e}"))),
                other => Ok(other.clone()),
            };
            return match within {
                Err(e) => vec![Err(e)],
                Ok(Value::Object(mut body)) => {
                    // The body's own word counts; only where it has none does the attribute's.
                    if let (false, Some(named)) = (body.contains_key("eventType"), attribute(map)) {
                        body.insert("eventType".to_owned(), Value::String(named));
                    }
                    opened(Value::Object(body), fetched, wrappings.saturating_sub(1))
                }
                Ok(other) => vec![Err(MessageError::new(name, "an object", describe(&other)))],
            };
        }
    }
    vec![Message::read(map, fetched)]
}

/// The type that a notification's attributes name.
fn attribute(map: &Map<String, Value>) -> Option<String> {
    let attributes = map.get("MessageAttributes").or_else(|| map.get("messageAttributes"))?;
    let named = attributes.get("eventType")?;
    ["Value", "StringValue", "stringValue"].iter().find_map(|name| named.get(*name)).and_then(text)
}

impl Message {
    fn read(map: &Map<String, Value>, fetched: Option<&Value>) -> Result<Self, MessageError> {
        let members = Members::of(map);
        let event_type = members.text("eventType");
        let event_type =
            event_type.ok_or_else(|| MessageError::new("eventType", "the type of the event", "nothing"))?;
        let info = members.object("additionalInformation").unwrap_or_default();
        let identified = |of: &str| {
            let all = map.get("personReference").and_then(|p| p.get("identifiers")).and_then(Value::as_array);
            let mut objects = all.into_iter().flatten().filter_map(Value::as_object).map(Members::of);
            objects.find_map(|one| {
                one.text("value").filter(|_| one.text("type").is_some_and(|t| t.eq_ignore_ascii_case(of)))
            })
        };
        let person = |id: Option<String>, field: &str| match id {
            Some(id) if !is_identifier(&id) => {
                Err(MessageError::new(field, "1 to 64 letters, digits or `. _ : -`", describe_text(&id)))
            }
            id => Ok(id.map(|id| id.to_ascii_uppercase())),
        };
        Ok(Self {
            occurred_at: members.when("occurredAt")?,
            crn: person(identified("CRN").or_else(|| members.text("crn")).or_else(|| info.text("crn")), "CRN")?,
            noms: person(identified("NOMS").or_else(|| info.text("nomsNumber")), "NOMS")?,
            detail_url: members.text("detailUrl"),
            event_type,
            info,
            fetched: fetched.cloned(),
            handling: None,
        })
    }
}

/// Whether it has the form of an identifier of the host's.
#[must_use]
pub fn is_identifier(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | ':' | '-'))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails says so")]
mod tests {
    use serde_json::json;

    use super::*;

    fn one(value: &Value) -> Message {
        let mut all = read_all(value.to_string().as_bytes());
        assert_eq!(all.len(), 1);
        all.remove(0).1.unwrap()
    }

    fn body() -> Value {
        json!({"eventType": "probation-case.engagement.created", "version": "2", "occurredAt": "2024-06-14T09:06:52Z", "nobodyKnows": {"this": 1},
            "personReference": {"identifiers": [{"type": "CRN", "value": "x800001"}]},
            "additionalInformation": {"registrationId": 25, "registrationLevelCode": " ", "registerTypeCode": "RHRH"}})
    }

    #[test]
    fn every_wrapping_is_opened() {
        let sns = json!({"Type": "Notification", "Message": body().to_string()});
        let sqs = json!({"MessageId": "1", "Body": sns.to_string()});
        let batch = json!({"Messages": [sqs]});
        let lambda = json!({"Records": [{"messageId": "1", "body": sns.to_string()}]});
        for wrapped in [body(), sns.clone(), sqs.clone(), batch, lambda, json!([body()])] {
            let message = one(&wrapped);
            assert_eq!(
                (message.event_type.as_str(), message.crn.as_deref()),
                ("probation-case.engagement.created", Some("X800001"))
            );
        }
        let fetched = one(&json!({"message": sns, "fetched": {"assessedOn": "2024-01-01"}}));
        assert!(fetched.fetched.is_some());
    }

    #[test]
    fn the_body_says_which_event_it_is_and_the_attribute_only_where_the_body_does_not() {
        let named = |body: &Value| json!({"Message": body.to_string(), "MessageAttributes": {"eventType": {"Type": "String", "Value": "risk-assessment.scores.determined"}}});
        assert_eq!(one(&named(&body())).event_type, "probation-case.engagement.created");
        let mut silent = body();
        silent.as_object_mut().unwrap().remove("eventType");
        assert_eq!(one(&named(&silent)).event_type, "risk-assessment.scores.determined");
    }

    #[test]
    fn empty_text_is_nothing_and_numbers_are_text() {
        let info = one(&body()).info;
        assert_eq!(info.text("registrationLevelCode|registerLevelCode"), None);
        assert_eq!(info.text("registrationID|registrationId").as_deref(), Some("25"));
    }

    #[test]
    fn one_bad_line_leaves_the_others() {
        let text = format!("{}\nnonsense\n\n{}\n", body(), body());
        let read = read_all(text.as_bytes());
        let places: Vec<(usize, bool)> = read.iter().map(|(place, message)| (*place, message.is_ok())).collect();
        assert_eq!(places, [(1, true), (2, false), (4, true)]);
    }

    #[test]
    fn an_error_shows_nothing_that_somebody_may_have_said() {
        let text = json!({"eventType": "x", "occurredAt": "she said that he hit her"}).to_string();
        let error = read_all(text.as_bytes()).remove(0).1.unwrap_err().to_string();
        assert!(error.contains("text of 24 characters") && !error.contains("hit"), "{error}");
    }
}
