//! `event.FIELD`: what the checker promises of a field, the fold finds in every event.

use serde_json::{Map, Value};

use crate::event::{Event, Field, Kind, Shape, Term};
use crate::policy::event_field::{event_field, event_field_names, event_value};
use crate::policy::fact::{Domain, FactValue};
use crate::policy::model::EventSelector;

/// An event of the kind with only what it must have: of each list the last word.
fn least(kind: Kind) -> Event {
    let value = |shape: Shape| match shape {
        Shape::Term { names, .. } => Value::from(*names.last().unwrap()),
        Shape::Id(_) => Value::from("x1"),
        Shape::EventRef => Value::from("00000000-0000-0000-0000-000000000001"),
        Shape::Integer { max, .. } => Value::from(max),
        Shape::Date => Value::from("2017-12-05"),
        Shape::Levels => serde_json::json!({}),
        Shape::Replacement => serde_json::json!({ "data": {} }),
        other => panic!("{other:?} is required nowhere"),
    };
    let required = kind.spec().fields.iter().filter(|f| f.required);
    let data: Map<_, _> = required.map(|f| (f.name.to_owned(), value((f.shape)()))).collect();
    Event::decode(kind, &data).unwrap()
}

#[test]
fn every_field_that_may_be_asked_has_a_value_of_its_list_in_every_event() {
    let mut asked = 0;
    for kind in Kind::all() {
        let event = least(*kind);
        for name in event_field_names(EventSelector::Kind(*kind)) {
            let field = event_field(EventSelector::Kind(*kind), Field::parse(name).unwrap()).unwrap();
            let value = event_value(&event, Field::parse(name).unwrap());
            let fits = match (&field.domain, value) {
                (Domain::Terms(words), Some(FactValue::One(code))) => usize::try_from(code).unwrap() < words.len(),
                (Domain::Level, Some(FactValue::One(code))) => code < 5,
                (Domain::ManyTerms(_), Some(FactValue::Many(_))) => true,
                (Domain::Number { max }, Some(FactValue::One(number))) => number <= *max,
                (Domain::Number { .. }, Some(FactValue::Never)) => field.may_be_absent,
                _ => false,
            };
            assert!(fits, "{kind}.{name}: {value:?} is not of {field:?}");
            asked += 1;
        }
    }
    assert!(asked > 100, "only {asked} fields may be asked");
}

#[test]
fn ids_dates_and_other_events_cannot_be_asked() {
    let names = event_field_names(EventSelector::Kind(Kind::ManagementOversightRecorded));
    assert_eq!(names, ["decision", "role"]);
    assert_eq!(event_field(EventSelector::Kind(Kind::ReleasePlanned), Field::ReleaseOn), None);
    assert_eq!(event_field(EventSelector::Kind(Kind::RiskAssessed), Field::Levels), None);
    assert_eq!(event_field(EventSelector::Unrecognised, Field::Kinds), None);
}
