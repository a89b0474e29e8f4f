//! The ids that a host gives within one case, as small integers.

use serde_json::Value;

use super::record::Record;
use crate::event::Event;

/// An id of a person, order, request, programme, sentence, provider or incident of one case, as its place among all ids of the case in
/// alphabetical order. Two of one case compare as their texts do; those of different cases must not be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalId(u32);

/// Every id of one case. The fold works with [`LocalId`]s; texts come back when an answer is written.
///
/// # Examples
///
/// ```
/// use risk_core::log::{LocalIds, Log};
///
/// let text = r#"{"event_id":"00000000-0000-4000-8000-000000000001","case_id":"00000000-0000-4000-8000-00000000000c",
///     "occurred_at":"2017-10-02T09:00:00Z","recorded_at":"2017-10-02T09:00:00Z",
///     "source":{"agency":"police","role":"police"},
///     "kind":"police_call_out","data":{"persons":["p2","p1"],"outcome":"arrest"}}"#.replace('\n', "");
/// let log = Log::parse("case.jsonl", &text)?;
/// let ids = LocalIds::of(log.records());
/// let (p1, p2) = (ids.find("p1").unwrap(), ids.find("p2").unwrap());
/// assert!(p1 < p2);
/// assert_eq!(ids.text(p2), "p2");
/// assert_eq!(ids.find("p3"), None);
/// # Ok::<(), risk_core::log::LogError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LocalIds<'a> {
    /// In alphabetical order, each once.
    texts: Vec<&'a str>,
}

impl<'a> LocalIds<'a> {
    /// The ids in any version of these records: what they were first made with, and what corrections say.
    #[must_use]
    pub fn of(records: impl IntoIterator<Item = &'a Record>) -> Self {
        let mut texts = Vec::new();
        for event in records.into_iter().filter_map(Record::event) {
            texts.extend(event.ids().into_iter().map(|(_, id)| id));
            if let Event::RecordCorrected(correction) = event {
                collect_texts(&correction.replacement.data, &mut texts);
            }
        }
        texts.sort_unstable();
        texts.dedup();
        Self { texts }
    }

    /// The id with that text, if the case has it.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<LocalId> {
        let place = self.texts.binary_search(&text).ok()?;
        u32::try_from(place).ok().map(LocalId)
    }

    /// Every id's text, in alphabetical order.
    pub fn texts(&self) -> impl Iterator<Item = &'a str> {
        self.texts.iter().copied()
    }

    /// The id's text.
    #[must_use]
    pub fn text(&self, id: LocalId) -> &'a str {
        usize::try_from(id.0).ok().and_then(|place| self.texts.get(place)).copied().unwrap_or_default()
    }
}

/// Every text in a JSON value: a superset of the ids in it.
fn collect_texts<'a>(value: &'a Value, texts: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(values) => values.iter().for_each(|v| collect_texts(v, texts)),
        Value::Object(members) => members.values().for_each(|v| collect_texts(v, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
