//! The records of the reporting period, and what they changed.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use uuid::Uuid;

use super::BriefingBuilder;
use super::document::{Arrival, Changed, KindCount, ReceivedRecord, UnchangedRecords};
use crate::change_summary::{Perspective, SummaryLine, summarise};
use risk_core::assessment::answer::Caution;
use risk_core::assessment::changes;
use risk_core::calendar;
use risk_core::cancel::Cancel;
use risk_core::event::vocabulary::Handling;
use risk_core::event::{Event, Instant, Kind, Term};
use risk_core::explain::kind_name;
use risk_core::log::{Log, Payload, Record};
use risk_core::policy::model::ViewField;
use risk_core::view::Seen;

impl BriefingBuilder<'_> {
    /// The records that arrived, moment by moment. Records that changed nothing and are not call-outs are only
    /// counted.
    pub(super) fn arrivals(
        &self,
        log: &Log,
        seen: &Seen<'_>,
        cancel: Cancel<'_>,
    ) -> (Vec<Arrival>, Option<UnchangedRecords>) {
        let mut moments: BTreeMap<Instant, Vec<&Record>> = BTreeMap::new();
        for record in
            seen.records.iter().filter(|r| self.question.since < r.recorded_at && r.recorded_at <= self.question.at)
        {
            moments.entry(record.recorded_at).or_default().push(record);
        }
        let later = if moments.is_empty() { BTreeMap::new() } else { self.done_to(&seen.records) };
        let mut arrivals = Vec::new();
        let mut unchanged: BTreeMap<String, usize> = BTreeMap::new();
        for (at, came) in moments.into_iter().take_while(|_| !cancel.spend()) {
            let arrival = self.arrival(log, seen, (at, &came), &later, cancel);
            if arrival.has_call_out() || !arrival.changed.is_empty() {
                arrivals.push(arrival);
                continue;
            }
            for record in arrival.records {
                let count = unchanged.entry(record.kind).or_default();
                *count = count.saturating_add(1);
            }
        }
        let kinds: Vec<KindCount> = unchanged.into_iter().map(|(kind, records)| KindCount { kind, records }).collect();
        let unchanged = (!kinds.is_empty()).then(|| UnchangedRecords { case_id: log.case_id(), kinds });
        (arrivals, unchanged)
    }

    /// Compares the answers with and without these records, both at the moment of their arrival, so that effects of
    /// time alone are not attributed to them.
    fn arrival(
        &self,
        log: &Log,
        seen: &Seen<'_>,
        (at, came): (Instant, &[&Record]),
        later: &BTreeMap<Uuid, Vec<Kind>>,
        cancel: Cancel<'_>,
    ) -> Arrival {
        let without = at.checked_sub_signed(TimeDelta::microseconds(1)).unwrap_or(at);
        let (before, after) = (self.answer(log, seen, at, without, cancel), self.answer(log, seen, at, at, cancel));
        let mut came: Vec<ReceivedRecord> = came.iter().map(|record| self.came_in(record, later)).collect();
        // The order of a log's lines within one moment has no meaning.
        came.sort_by(|a, b| {
            let key = |r: &ReceivedRecord| (!r.call_out, r.occurred_at, r.kind.clone(), r.event_id);
            key(a).cmp(&key(b))
        });
        let changed = summarise(&changes(&before, &after), Perspective::Successive).into_iter().map(changed).collect();
        Arrival { case_id: log.case_id(), recorded_at: at, records: came, changed }
    }

    fn came_in(&self, record: &Record, later: &BTreeMap<Uuid, Vec<Kind>>) -> ReceivedRecord {
        let held = calendar::london_day(record.recorded_at);
        let handling = self.view.sees(ViewField::Handling).then_some(record.handling);
        ReceivedRecord {
            event_id: self.view.sees(ViewField::EventIds).then_some(record.event_id),
            kind: kind_name(record.kind()),
            call_out: is_call_out(record),
            occurred_at: record.occurred_at,
            recorded_at: record.recorded_at,
            days_later: held.signed_duration_since(calendar::london_day(record.occurred_at)).num_days(),
            handling,
            caution: handling.and_then(caution),
            since_then: later.get(&record.event_id).cloned().unwrap_or_default(),
        }
    }

    /// Corrections, retractions, disputes and erasures of records up to the moment of the briefing.
    fn done_to(&self, records: &[&Record]) -> BTreeMap<Uuid, Vec<Kind>> {
        let mut done: BTreeMap<Uuid, Vec<Kind>> = BTreeMap::new();
        for record in records.iter().filter(|r| r.recorded_at <= self.question.at) {
            let target = match record.event() {
                Some(Event::RecordCorrected(of)) => of.event_id,
                Some(Event::RecordRetracted(of)) => of.event_id,
                Some(Event::RecordDisputed(of)) => of.event_id,
                Some(Event::PayloadErased(of)) => of.event_id,
                _ => continue,
            };
            let kinds = done.entry(target).or_default();
            kinds.extend(record.kind().filter(|kind| !kinds.contains(kind)));
            kinds.sort_unstable();
        }
        done
    }
}

/// Whether a record is a police call-out. An unrecognised record of a newer version counts by the name of its kind.
fn is_call_out(record: &Record) -> bool {
    let named = match &record.payload {
        Payload::Unrecognised { kind } => Kind::parse(kind),
        Payload::Event(_) | Payload::Erased => record.kind(),
    };
    named == Some(Kind::PoliceCallOut)
}

fn changed(line: SummaryLine) -> Changed {
    Changed {
        sort: line.kind,
        text: line.text,
        rules: line.rules,
        handling: line.do_not_raise,
        caution: line.do_not_raise.and_then(caution),
    }
}

fn caution(handling: Handling) -> Option<Caution> {
    (handling > Handling::Staff).then_some(Caution::DoNotRaiseWithPerson)
}
