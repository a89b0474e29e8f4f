//! `event.FIELD`: which fields of an event a condition may ask, with what values, and their values in one event.

use super::fact::{Domain, FactValue};
use super::model::{Derived, EventSelector, Priority};
use crate::event::vocabulary::{ActionKind, Group, Level, OrderKind, Term};
use crate::event::{Event, Field, FieldValue, Kind, Shape};

/// More words than this make no mask.
const MOST_WORDS: usize = 64;

/// A field that conditions may ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventField {
    /// Its values; an optional word left out has the code after the list's last, unless the list has `unknown`.
    pub domain: Domain,
    /// Whether it is a number that may be left out: it is then [`FactValue::Never`].
    pub may_be_absent: bool,
}

/// A field with its words.
type FieldOfWords = (Field, fn() -> &'static [&'static str]);

/// The fields of derived kinds, with their words. The fold gives the values, as codes of these lists.
fn derived_fields(kind: Derived) -> &'static [FieldOfWords] {
    match kind {
        Derived::ProtectiveOrderExpired => &[(Field::Order, OrderKind::names)],
        Derived::DutyDue | Derived::ActionOverdue => {
            &[(Field::Action, ActionKind::names), (Field::Priority, Priority::names)]
        }
        Derived::AssessmentStale => &[(Field::Group, Group::names)],
        Derived::SupervisionEndReached => &[],
    }
}

/// What `event.FIELD` can be for events of that kind; `None` where the kind has no such field, or rules cannot read it.
#[must_use]
pub fn event_field(kind: EventSelector, field: Field) -> Option<EventField> {
    match kind {
        EventSelector::Kind(kind) => catalogue_field(kind, field),
        EventSelector::Derived(kind) => {
            let (_, words) = derived_fields(kind).iter().find(|(one, _)| *one == field)?;
            Some(EventField { domain: Domain::Terms(words().to_vec()), may_be_absent: false })
        }
        EventSelector::Unrecognised => None,
    }
}

/// The names of the fields that conditions may ask of that kind.
#[must_use]
pub fn event_field_names(kind: EventSelector) -> Vec<&'static str> {
    match kind {
        EventSelector::Kind(k) => {
            let fields = k.spec().fields.iter().filter(|f| catalogue_field(k, f.field).is_some());
            fields.map(|f| f.name).collect()
        }
        EventSelector::Derived(k) => derived_fields(k).iter().map(|(field, _)| field.name()).collect(),
        EventSelector::Unrecognised => Vec::new(),
    }
}

fn catalogue_field(kind: Kind, field: Field) -> Option<EventField> {
    let spec = kind.spec().fields.iter().find(|f| f.field == field)?;
    let domain = match (spec.shape)() {
        Shape::Term { names, .. } if names == Level::names() => Domain::Level,
        Shape::Term { names, .. } => {
            let mut names = names.to_vec();
            if !spec.required && !names.contains(&"unknown") {
                names.push("unknown");
            }
            Domain::Terms(names)
        }
        Shape::Terms { names, .. } => Domain::ManyTerms(names.to_vec()),
        Shape::Integer { max, .. } => Domain::Number { max: u32::try_from(max).ok()? },
        Shape::Id(_)
        | Shape::Ids(_)
        | Shape::EventRef
        | Shape::EventRefs
        | Shape::Date
        | Shape::Instant
        | Shape::Levels
        | Shape::Replacement => return None,
    };
    let may_be_absent = !spec.required && matches!(domain, Domain::Number { .. });
    let fits = domain.words().is_none_or(|words| words.len() <= MOST_WORDS);
    fits.then_some(EventField { domain, may_be_absent })
}

impl Domain {
    /// The words, by code; `None` for a number.
    #[must_use]
    pub fn words(&self) -> Option<&[&'static str]> {
        match self {
            Self::Terms(words) | Self::ManyTerms(words) => Some(words),
            Self::Level => Some(Level::names()),
            Self::Number { .. } => None,
        }
    }

    /// The code of a word.
    #[must_use]
    pub fn code(&self, word: &str) -> Option<u32> {
        self.words()?.iter().position(|w| *w == word).and_then(|code| u32::try_from(code).ok())
    }
}

/// The value of `event.FIELD` in that event, as [`event_field`] lists it; `None` where conditions cannot ask it.
#[must_use]
pub fn event_value(event: &Event, field: Field) -> Option<FactValue> {
    let reading = event.get(field)?;
    // What leaving the field out means, the catalogue says.
    let described = || catalogue_field(event.kind(), field);
    match reading {
        FieldValue::Code(code) => Some(FactValue::One(code)),
        FieldValue::Codes(codes) => {
            Some(FactValue::Many(codes.iter().fold(0, |set, code| set | 1_u64.checked_shl(*code).unwrap_or(0))))
        }
        FieldValue::Integer(number) => u32::try_from(number).ok().map(FactValue::One),
        FieldValue::Absent => match described()? {
            EventField { may_be_absent: true, .. } => Some(FactValue::Never),
            EventField { domain: Domain::ManyTerms(_), .. } => Some(FactValue::Many(0)),
            EventField { domain, .. } => domain.code("unknown").map(FactValue::One),
        },
        FieldValue::Date(_)
        | FieldValue::Id(_)
        | FieldValue::Ids(_)
        | FieldValue::Events(_)
        | FieldValue::Levels(_)
        | FieldValue::Opaque => None,
    }
}
