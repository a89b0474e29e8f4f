//! Messages that a store keeps until what they speak of is there: which of them an import looks at again, and what becomes of them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use risk_core::event::Instant;
use risk_store::{StoreError, Waiting, WaitingState as Sort, Work};
use serde_json::{Value, json};
use uuid::Uuid;

use risk_hmpps::import::{CLOCK_DIFFERENCE, Importer};
use risk_hmpps::report::{Instruction, MessageReport, Outcome};
use risk_hmpps::unstable::{Delivered, Message, Table, named_event, read_all, shown};

/// How long a message waits at most, unless the host says otherwise.
pub const WAIT_AT_MOST: TimeDelta = TimeDelta::days(90);

/// The subject of messages that wait until it is settled whose an identifier is: every import looks at them again.
const IN_CONFLICT: &str = "conflict";

/// What a message waits for if it cannot be opened.
const UNOPENED: &str = "anything: it can no longer be opened, as the key is another or is destroyed";

/// What an import looks at again, of what a store keeps.
pub(crate) struct KeptMessage {
    /// Each message, with what the store says of it.
    pub(crate) messages: Vec<(Waiting, Delivered)>,
    /// The ids of those that have waited for as long as they may.
    expired: BTreeSet<Uuid>,
    /// Messages that were removed now, and those that cannot be opened any more because they have waited too long.
    pub(crate) lost: Vec<MessageReport>,
}

impl KeptMessage {
    /// Reads whatever names a person that is named in what was delivered, or in a message that is read so; what has waited long
    /// enough; and what waits for a time that has come. What is too old to be kept is removed.
    pub(crate) fn read(
        work: &mut Work<'_, '_, '_>,
        importer: &Importer,
        delivered: &[Delivered],
        tables: &[Table<'_>],
        (now, wait_at_most, all): (Instant, TimeDelta, bool),
    ) -> Result<Self, StoreError> {
        let mut kept = Self { messages: Vec::new(), expired: BTreeSet::new(), lost: Vec::new() };
        if work.keeps_nothing()? {
            return Ok(kept);
        }
        let before = |times: i32| {
            let age = wait_at_most.checked_mul(times).unwrap_or(TimeDelta::MAX);
            now.checked_sub_signed(age).unwrap_or(Instant::MIN_UTC)
        };
        let given = delivered.iter().filter_map(|one| one.message.as_ref().ok()).map(|one| importer.waiting_id(one));
        let given: BTreeSet<Uuid> = given.collect();
        for (sort, times) in [(Sort::NotHeld, 1), (Sort::Unresolved, 2)] {
            // What is delivered again is kept as long as if it came for the first time.
            for id in work.waiting_older(sort, before(times))?.into_iter().filter(|id| !given.contains(id)) {
                kept.lost.extend(listed_one(work, importer, id)?.map(|one| one.gone(sort)));
                work.remove_waiting(id)?;
            }
        }
        let mut ids: BTreeSet<Uuid> = work.waiting_older(Sort::Waits, before(1))?.into_iter().collect();
        kept.expired.clone_from(&ids);
        ids.extend(work.waiting_due(now.checked_add_signed(CLOCK_DIFFERENCE).unwrap_or(now))?);
        ids.extend(work.waiting_of(IN_CONFLICT)?);
        if all {
            ids.extend(work.waiting_ids()?);
        }
        let mut subjects: BTreeSet<String> = delivered.iter().flat_map(|one| subjects_of(importer, one)).collect();
        let crns = tables.iter().flat_map(|(_, sheet)| sheet.rows()).filter_map(|row| row.crn().ok());
        subjects.extend(crns.map(|crn| importer.former("crn", &crn)));
        let mut seen = BTreeSet::new();
        loop {
            for subject in std::mem::take(&mut subjects) {
                ids.extend(work.waiting_of(&subject)?);
                seen.insert(subject);
            }
            ids.retain(|id| !kept.messages.iter().any(|(waiting, _)| waiting.id == *id));
            if ids.is_empty() {
                return Ok(kept);
            }
            for id in std::mem::take(&mut ids) {
                let Some(waiting) = work.waiting(&importer.sealing(), id)? else { continue };
                subjects.extend(waiting.subjects.iter().filter(|one| !seen.contains(*one)).cloned());
                match waiting.text.as_deref().and_then(delivered_once) {
                    Some(one) => kept.messages.push((waiting, one)),
                    None if kept.expired.contains(&id) => {
                        work.keep_waiting_as(id, Sort::Unresolved)?;
                        let outcome = Outcome::Unresolved { what: UNOPENED.to_owned() };
                        let mut reported = MessageReport::of(None, 1, None, None, outcome);
                        reported.waiting_id = Some(id);
                        kept.lost.push(reported);
                    }
                    None => {}
                }
            }
            subjects.remove(IN_CONFLICT);
        }
    }

    /// What the store says of each message, by its id.
    pub(crate) fn by_id(&self) -> BTreeMap<Uuid, &Waiting> {
        self.messages.iter().map(|(waiting, _)| (waiting.id, waiting)).collect()
    }

    /// Keeps a message with the outcome `reported`, or removes it, and notes that in `reported`. Returns whether the outcome is final.
    pub(crate) fn settle(
        work: &mut Work<'_, '_, '_>,
        importer: &Importer,
        one: &Delivered,
        reported: &mut MessageReport,
        (before, now, is_expired, is_given): (Option<&Waiting>, Instant, bool, bool),
    ) -> Result<bool, StoreError> {
        let Ok(message) = &one.message else { return Ok(true) };
        let Some(mut sort) = sort_of(reported) else {
            if let Some(before) = before {
                work.remove_waiting(before.id)?;
            }
            return Ok(true);
        };
        let id = before.map_or_else(|| importer.waiting_id(message), |before| before.id);
        let was = before.map(|before| before.sort);
        let resolved = sort == Sort::Done;
        // A message that is delivered again waits from now on.
        let restarts = is_given && !resolved;
        if sort == Sort::Waits && !restarts && (is_expired || was == Some(Sort::Unresolved)) {
            sort = Sort::Unresolved;
        }
        reported.kept = !resolved;
        reported.waiting_id = Some(id).filter(|_| !resolved);
        if restarts || was != Some(sort) || reported.due != before.and_then(|before| before.due) {
            let mut subjects: Vec<String> = subjects_of(importer, one).into_iter().collect();
            subjects.extend(reported.held_back.then(|| IN_CONFLICT.to_owned()));
            let text = kept_text(one, message, reported.outcome.why().unwrap_or_default());
            let (due, case_id) = (reported.due, reported.case_id);
            if (resolved || restarts) && before.is_some() {
                work.remove_waiting(id)?;
            }
            // A message that is carried out is kept from now on for another reason.
            let is_kept_anew = restarts || (resolved && was != Some(Sort::Done));
            let since = before.filter(|_| !is_kept_anew).map_or(now, |before| before.since);
            work.keep_waiting(
                &importer.sealing(),
                &Waiting { id, sort, since, due, case_id, subjects, text: Some(text) },
            )?;
        }
        if sort == Sort::Unresolved && was != Some(Sort::Unresolved) {
            reported.kept = false;
            let what = reported.outcome.why().unwrap_or_default().to_owned();
            reported.outcome = Outcome::Unresolved { what };
            return Ok(true);
        }
        Ok(resolved)
    }

    pub(crate) fn is_expired(&self, id: Uuid) -> bool {
        self.expired.contains(&id)
    }
}

/// For what a message is kept that came to an outcome, if it is.
fn sort_of(reported: &MessageReport) -> Option<Sort> {
    let lasts = reported.lasting
        || reported.instructs.iter().any(|i| matches!(i, Instruction::Merge { .. } | Instruction::Unmerge { .. }));
    let erases = reported.instructs.iter().any(Instruction::erases);
    match &reported.outcome {
        Outcome::Waits { .. } => Some(Sort::Waits),
        Outcome::Conflict { .. } if reported.held_back => Some(Sort::Waits),
        outcome if outcome.is_not_held() && !erases => Some(Sort::NotHeld),
        Outcome::Erased { .. } => None,
        _ if lasts => Some(Sort::Done),
        _ => None,
    }
}

fn kept_text(one: &Delivered, message: &Message, what: &str) -> String {
    let fetched = message.fetched.as_ref().and_then(|json| serde_json::to_string(json).ok());
    json!({"file": one.file, "place": one.place, "message_id": one.message_id, "what": what, "message": message.body, "fetched": fetched}).to_string()
}

/// The message that a store keeps, as it was delivered once.
fn delivered_once(text: &str) -> Option<Delivered> {
    let kept: Value = serde_json::from_str(text).ok()?;
    let place = kept.get("place").and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok()).unwrap_or(1);
    let file = kept.get("file").and_then(Value::as_str).map(str::to_owned);
    let body = kept.get("message")?;
    // What was fetched is kept as its text, in which a member may be there twice.
    let message = match kept.get("fetched").and_then(Value::as_str) {
        Some(fetched) => format!("{{\"message\":{body},\"fetched\":{fetched}}}"),
        None => body.to_string(),
    };
    let message_id = kept.get("message_id").and_then(Value::as_str).map(str::to_owned);
    Some(Delivered { file, place, message_id, ..read_all(message.as_bytes()).into_iter().next()? })
}

/// The keyed digests of all identifiers in what was delivered, also where it cannot be read.
fn subjects_of(importer: &Importer, one: &Delivered) -> BTreeSet<String> {
    let named = one.message.as_ref().map_or_else(|_| one.named.names(), Message::names);
    named.iter().map(|(scheme, value)| importer.former(scheme, value)).collect()
}

/// A message that waits in a store, as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Listed {
    /// Its id.
    pub id: Uuid,
    /// `waits`, `not_held`, or `unresolved` once it has waited for as long as it may.
    pub state: &'static str,
    /// Since when it is kept.
    pub since: Instant,
    /// From when on it is looked at again, where it waits for a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Instant>,
    /// The file that it came in, as the host called it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Its place in it, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<u64>,
    /// The id that the queue gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// The type of the event; none where the message cannot be opened with this secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_type: Option<String>,
    /// For what it waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub what: Option<String>,
}

/// What is said of a message that is kept no longer.
const GONE: &str = "the store kept it for as long as it may, and keeps it no longer";

impl Listed {
    /// What became of it as it is kept no longer.
    fn gone(&self, sort: Sort) -> MessageReport {
        let what = || self.what.clone().unwrap_or_else(|| UNOPENED.to_owned());
        let outcome = if sort == Sort::NotHeld { Outcome::not_held() } else { Outcome::Unresolved { what: what() } };
        let mut reported = self.reported(outcome);
        reported.notes.push(GONE.to_owned());
        reported
    }

    /// What became of it.
    pub(crate) fn reported(&self, outcome: Outcome) -> MessageReport {
        let place = self.place.and_then(|place| usize::try_from(place).ok()).unwrap_or(1);
        let mut reported = MessageReport::of(self.file.clone(), place, self.event_type.clone(), None, outcome);
        (reported.message_id, reported.waiting_id) = (self.message_id.clone(), Some(self.id));
        reported
    }
}

/// The messages that wait in a store, the oldest first. It does not show the persons.
pub(crate) fn listed(work: &mut Work<'_, '_, '_>, importer: &Importer) -> Result<Vec<Listed>, StoreError> {
    let mut all = Vec::new();
    for id in work.waiting_ids()? {
        all.extend(listed_one(work, importer, id)?);
    }
    Ok(all)
}

/// A message that waits, if there is one.
fn listed_one(work: &mut Work<'_, '_, '_>, importer: &Importer, id: Uuid) -> Result<Option<Listed>, StoreError> {
    let Some(waiting) = work.waiting(&importer.sealing(), id)? else { return Ok(None) };
    let state = match waiting.sort {
        Sort::Waits => "waits",
        Sort::NotHeld => "not_held",
        Sort::Unresolved => "unresolved",
        Sort::Done => return Ok(None),
    };
    let kept: Value = waiting.text.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let text = |value: Option<&Value>| value.and_then(Value::as_str).filter(|text| !text.is_empty()).map(shown);
    Ok(Some(Listed {
        id,
        state,
        since: waiting.since,
        due: waiting.due,
        file: text(kept.get("file")),
        place: kept.get("place").and_then(Value::as_u64),
        message_id: text(kept.get("message_id")),
        event_type: kept.pointer("/message/eventType").and_then(Value::as_str).map(named_event),
        what: text(kept.get("what")),
    }))
}
