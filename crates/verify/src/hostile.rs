//! Hostile input: events with the most extreme values that the catalogue allows, at the limits of time, and malformed
//! data.

use chrono::Duration;
use risk_core::event::vocabulary::{Handling, SourceAgency, Term};
use risk_core::event::{Event, Instant, Kind, Shape};
use risk_core::log::{Log, Record, RecordSource};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::dice::Dice;
use crate::history::CASE;

/// Years at and beyond the limits of what the software supports.
pub const ANY_YEARS: &[i32] = &[-2000, -1, 0, 1, 1582, 1970, 2014, 2016, 2018, 2021, 2026, 2100, 9999];
/// Years that the date libraries of all languages support, with some days to spare.
pub const COMMON_YEARS: &[i32] = &[1582, 1970, 2012, 2014, 2016, 2018, 2020, 2021, 2026, 2028, 2029, 2098];

fn any_day(dice: &mut Dice, years: &[i32]) -> chrono::NaiveDate {
    let first = chrono::NaiveDate::from_ymd_opt(*dice.pick(years), 1, 1).unwrap();
    first + Duration::days(i64::try_from(dice.below(364)).unwrap())
}

/// A moment in one of the years.
pub fn any_instant(dice: &mut Dice, years: &[i32]) -> Instant {
    let seconds = i64::try_from(dice.below(86_400)).unwrap();
    any_day(dice, years).and_hms_opt(0, 0, 0).unwrap().and_utc() + Duration::seconds(seconds)
}

/// An extreme value of the shape.
fn value(shape: Shape, dice: &mut Dice, ids: &[Uuid], years: &[i32]) -> Option<Value> {
    let id = |dice: &mut Dice| json!(dice.pick(&["p1", "a.b:c_d-e", "0", "-", &"x".repeat(64)]));
    Some(match shape {
        Shape::Term { names, .. } => json!(dice.pick(names)),
        Shape::Terms { names, .. } => json!((0..dice.below(30)).map(|_| *dice.pick(names)).collect::<Vec<_>>()),
        Shape::Id(_) => id(dice),
        Shape::Ids(_) => Value::Array((0..dice.below(20)).map(|_| id(dice)).collect()),
        Shape::EventRef => json!(if ids.is_empty() { return None } else { *dice.pick(ids) }),
        Shape::EventRefs => json!(if ids.is_empty() { vec![] } else { vec![*dice.pick(ids), *dice.pick(ids)] }),
        Shape::Integer { min, max } => json!(*dice.pick(&[min, max])),
        Shape::Date => json!(any_day(dice, years).to_string()),
        Shape::Instant => json!(any_instant(dice, years).to_rfc3339()),
        Shape::Levels => json!({ "children": "very_high", "prisoners": "unknown", "staff": "low" }),
        Shape::Replacement => json!({ "data": {}, "occurred_at": any_instant(dice, years) }),
    })
}

/// Data of the kind according to the catalogue; unless `honest`, occasionally with a value of another shape.
pub fn data(kind: Kind, dice: &mut Dice, ids: &[Uuid], honest: bool, years: &[i32]) -> Map<String, Value> {
    let mut data = Map::new();
    let nonsense = [
        json!(null),
        json!(-1),
        json!(1.5),
        json!("é\u{0}"),
        json!([[]]),
        json!({ "a": {} }),
        json!("yes"),
        json!([1]),
    ];
    for field in kind.spec().fields {
        if !field.required && dice.chance(30) {
            continue;
        }
        let value = if honest || dice.chance(80) {
            value((field.shape)(), dice, ids, years)
        } else {
            Some(dice.pick(&nonsense).clone())
        };
        if let Some(value) = value {
            data.insert(field.name.to_owned(), value);
        }
    }
    data
}

/// A hostile history of up to `most` records in those years, as far as the log accepts them.
///
/// # Panics
/// If the log accepts a record and rejects it at once.
pub fn hostile(seed: u64, most: u64, years: &[i32]) -> Log {
    let mut dice = Dice::new(seed);
    let mut log = Log::new(CASE);
    let mut ids = Vec::new();
    let mut now = any_instant(&mut dice, years);
    for n in 0..dice.below(most) {
        let kind = if dice.chance(15) { Kind::SupervisionStarted } else { *dice.pick(Kind::all()) };
        let Ok(event) = Event::decode(kind, &data(kind, &mut dice, &ids, true, years)) else { continue };
        if dice.chance(60) {
            now = any_instant(&mut dice, years);
        }
        let recorded = if dice.chance(50) { now } else { now.max(any_instant(&mut dice, years)) };
        let source = RecordSource { agency: SourceAgency::Other, role: None, reference: None };
        let record = Record::new(Uuid::from_u128(u128::from(n)), CASE, now, recorded, source, event);
        let marks = Handling::all();
        // The log rejects records out of order, and is then unchanged.
        let before = log.len();
        let taken =
            marks.iter().any(|m| *m >= record.handling && log.append(record.clone().with_handling(*m), None).is_ok());
        assert_eq!(log.len(), before + u64::from(taken));
        if taken {
            ids.push(record.event_id);
        }
    }
    log
}
