//! Histories with many corrections, retractions and erasures at every handling mark, for the laws of disclosure.

use chrono::Duration;
use risk_core::event::field::Levels;
use risk_core::event::vocabulary::{Handling, Level, SourceAgency, Term};
use risk_core::event::{Event, Kind, Nature};
use risk_core::log::{Record, RecordSource};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::dice::Dice;
use crate::history::{CASE, History};

/// The history with up to `most` further corrections, retractions and erasures after it, of its records and of each
/// other. Each has a mark that its target allows, or a stricter one.
#[must_use]
pub fn changed(history: &History, most: u64, seed: u64) -> History {
    let mut dice = Dice::new(seed);
    let mut records = history.records.clone();
    for number in 0..=dice.below(most) {
        let id = Uuid::from_u128(0xC0DE << 64 | u128::from(dice.next() >> 8) << 8 | u128::from(number));
        let kind = *dice.pick(&[
            Kind::RecordCorrected,
            Kind::RecordCorrected,
            Kind::RecordCorrected,
            Kind::RecordRetracted,
            Kind::PayloadErased,
        ]);
        if let Some(record) = change(&mut dice, id, kind, &records) {
            records.push(record);
        }
    }
    History { records }
}

/// A change of one of the records, mostly of one on which levels are based.
fn change(dice: &mut Dice, id: Uuid, kind: Kind, records: &[Record]) -> Option<Record> {
    let changeable = |r: &&Record| {
        let correction = r.kind() == Some(Kind::RecordCorrected) && kind != Kind::RecordCorrected;
        r.event().is_some_and(|e| e.kind().spec().nature != Nature::Housekeeping) || correction
    };
    let all: Vec<&Record> = records.iter().filter(changeable).collect();
    let telling = |r: &&Record| {
        matches!(
            r.kind(),
            Some(Kind::RiskAssessed | Kind::RecordCorrected | Kind::PlwDisclosure | Kind::RequirementImposed)
        )
    };
    let likely: Vec<&Record> = all.iter().copied().filter(telling).collect();
    let from = if likely.is_empty() || dice.chance(25) { &all } else { &likely };
    if from.is_empty() {
        return None;
    }
    let target = *dice.pick(from);
    let mut data = Map::from_iter([("event_id".to_owned(), json!(target.event_id)), ("by".to_owned(), json!("ro1"))]);
    let mut least = target.handling;
    data.insert("reason".to_owned(), json!("wrong_value"));
    if kind == Kind::RecordCorrected {
        let new = replacement(dice, target, records)?;
        let named = new.names();
        let marks = records.iter().filter(|r| named.iter().any(|(_, id)| r.event_id == *id)).map(|r| r.handling);
        least = marks.fold(least.max(new.least_handling()), Ord::max);
        let mut replacement = json!({ "data": Value::Object(new.encode()) });
        if dice.chance(30) {
            let earlier = target.occurred_at - Duration::hours(i64::try_from(dice.below(900)).unwrap());
            replacement["occurred_at"] = json!(earlier);
        }
        data.insert("replacement".to_owned(), replacement);
    }
    let event = Event::decode(kind, &data).expect("generated data is of its kind");
    let least = least.max(event.least_handling());
    let allowed: Vec<Handling> = Handling::all().iter().copied().filter(|mark| *mark >= least).collect();
    let mark = if dice.chance(50) { least } else { *dice.pick(&allowed) };
    let at = target.recorded_at + Duration::minutes(i64::try_from(dice.below(40 * 24 * 60)).unwrap());
    let source = RecordSource { agency: SourceAgency::Probation, role: None, reference: None };
    Some(Record::new(id, CASE, at, at, source, event).with_handling(mark))
}

/// The replacement that a correction makes: other levels, or the content of another record of the same kind.
fn replacement(dice: &mut Dice, target: &Record, records: &[Record]) -> Option<Event> {
    let own = target.event()?;
    if let Event::RiskAssessed(assessed) = own {
        let mut new = assessed.clone();
        let levels = new.levels.0.keys().map(|group| (*group, *dice.pick(Level::all()))).collect();
        new.levels = Levels(levels);
        return Some(Event::RiskAssessed(new));
    }
    let alike: Vec<&Event> = records.iter().filter_map(Record::event).filter(|e| e.kind() == own.kind()).collect();
    let names_itself = |e: &Event| e.names().iter().any(|(_, id)| *id == target.event_id);
    let new = (*dice.pick(&alike)).clone();
    // A correction changes the description of an order, request or sentence, not its identity.
    let encoded = (own.encode(), new.encode());
    let same = ["order_id", "request_id", "sentence_id"].iter().all(|f| encoded.0.get(*f) == encoded.1.get(*f));
    Some(if same && !names_itself(&new) { new } else { own.clone() })
}
