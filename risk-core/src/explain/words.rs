//! Values and comparisons as text, in the language's own form.

use crate::event::Term;
use crate::event::vocabulary::Level;
use crate::policy::event_field;
use crate::policy::fact::{Domain, Fact, FactValue};
use crate::policy::model::{Atom, Comparison, EventSelector, Policy, Test};

/// What values the fact can have, for events of that sort.
#[must_use]
pub fn domain(fact: &Fact, listens: Option<EventSelector>) -> Domain {
    match (fact, listens) {
        (Fact::Event(field), Some(listens)) => event_field(listens, *field).map_or_else(|| fact.domain(), |f| f.domain),
        _ => fact.domain(),
    }
}

/// The word of a code, or the number itself.
fn word(domain: &Domain, code: u32) -> String {
    let names: Vec<&str> = match domain {
        Domain::Terms(names) | Domain::ManyTerms(names) => names.clone(),
        Domain::Level => Level::names().to_vec(),
        Domain::Number { .. } => return code.to_string(),
    };
    let place = usize::try_from(code).unwrap_or(usize::MAX);
    names.get(place).map_or_else(|| "unknown".to_owned(), |n| (*n).to_owned())
}

/// A value of that domain.
#[must_use]
pub fn value(domain: &Domain, value: FactValue) -> String {
    match value {
        FactValue::Never => "never".to_owned(),
        FactValue::One(code) => word(domain, code),
        FactValue::Many(set) => {
            let words: Vec<String> = codes(set).map(|c| word(domain, c)).collect();
            if words.is_empty() { "none".to_owned() } else { words.join(", ") }
        }
    }
}

fn codes(set: u64) -> impl Iterator<Item = u32> {
    (0..u64::BITS).filter(move |c| set & 1_u64.checked_shl(*c).unwrap_or(0) != 0)
}

/// What a comparison asks for.
#[must_use]
pub fn wanted(policy: &Policy, domain: &Domain, atom: &Atom) -> String {
    let list = |mask: u64| {
        let count = match domain {
            Domain::Terms(names) | Domain::ManyTerms(names) => names.len(),
            Domain::Level => Level::names().len(),
            Domain::Number { .. } => 0,
        };
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let words: Vec<String> = codes(mask).filter(|c| *c < count).map(|c| word(domain, c)).collect();
        words.join(" or ")
    };
    match &atom.test {
        Test::In(mask) => list(*mask),
        Test::Has(mask) => format!("one with {}", list(*mask)),
        Test::HasNone(mask) => format!("one without {}", list(*mask)),
        Test::Between(lo, hi) if lo == hi => lo.to_string(),
        Test::Between(0, hi) => format!("at most {hi}"),
        Test::Between(lo, hi) if *hi >= crate::policy::fact::MAX_NUMBER => format!("at least {lo}"),
        Test::Between(lo, hi) => format!("{lo} to {hi}"),
        Test::Never(true) => "never".to_owned(),
        Test::Never(false) => "ever".to_owned(),
        Test::Compare(how, p) => {
            let id = policy.parameters.get(*p).map_or("", |p| p.id.as_str());
            let how = match how {
                Comparison::Equal => "exactly",
                Comparison::NotEqual => "anything but",
                Comparison::Less => "less than",
                Comparison::LessOrEqual => "at most",
                Comparison::Greater => "more than",
                Comparison::GreaterOrEqual => "at least",
            };
            format!("{how} param.{id}")
        }
    }
}
