//! Facts, values and comparisons as text, in the language's own form.

use crate::event::Term;
use crate::event::vocabulary::Level;
use crate::policy::event_field;
use crate::policy::fact::{Concerning, Domain, Fact, FactValue, Filter, Window};
use crate::policy::model::{Atom, Comparison, Listens, Policy, Test};

/// The fact as a condition writes it.
#[must_use]
pub fn fact(policy: &Policy, fact: &Fact) -> String {
    match fact {
        Fact::Event(field) => format!("event.{field}"),
        Fact::Recorded(g) => format!("recorded({g})"),
        Fact::Indicated(g) => format!("indicated({g})"),
        Fact::Working(g) => format!("working({g})"),
        Fact::Supervised => "supervised".to_owned(),
        Fact::InCustody => "in_custody".to_owned(),
        Fact::DomesticAbuse => "domestic_abuse".to_owned(),
        Fact::DomesticAbuseRole(r) => format!("domestic_abuse_role({r})"),
        Fact::IndexOffence => "index_offence".to_owned(),
        Fact::IndexOffenceIsDomesticAbuse => "index_offence_is_domestic_abuse".to_owned(),
        Fact::Sex => "sex".to_owned(),
        Fact::SentenceType => "sentence_type".to_owned(),
        Fact::Provider => "provider".to_owned(),
        Fact::Grade => "grade".to_owned(),
        Fact::Complexity => "complexity".to_owned(),
        Fact::ChildrenKnown => "children_known".to_owned(),
        Fact::AddressKnown => "address_known".to_owned(),
        Fact::WhereaboutsKnown => "whereabouts_known".to_owned(),
        Fact::OrderInForce(None) => "order_in_force".to_owned(),
        Fact::OrderInForce(Some(kind)) => format!("order_in_force({kind})"),
        Fact::Required(r) => format!("required({r})"),
        Fact::ProgrammeState(p) => format!("programme({p})"),
        Fact::Flag(r) => format!("flag({r})"),
        Fact::Outstanding(of) => format!("outstanding({of})"),
        Fact::ChildSafeguarding => "child_safeguarding".to_owned(),
        Fact::RiskFactor(f) => format!("risk_factor({f})"),
        Fact::PersonGroup => "person.group".to_owned(),
        Fact::PersonRelation => "person.relation".to_owned(),
        Fact::PersonVictim => "person.victim".to_owned(),
        Fact::PersonInHousehold => "person.in_household".to_owned(),
        Fact::PersonProtected => "person.protected".to_owned(),
        Fact::ThisOrderInForce => "order.in_force".to_owned(),
        Fact::ThisOrderKind => "order.kind".to_owned(),
        Fact::ThisRequestOutstanding => "request.outstanding".to_owned(),
        Fact::ThisRequestOf => "request.of".to_owned(),
        Fact::ThisRequestAbout => "request.about".to_owned(),
        Fact::ThisRegister => "register".to_owned(),
        Fact::Ever { kinds, filter, of } => past(*of, "ever", kinds, None, filter.as_ref()),
        Fact::Count { kinds, within, filter, of } => {
            let window = match within {
                Window::Days(n) => n.to_string(),
                Window::Parameter(p) => {
                    policy.parameters.get(*p).map_or_else(String::new, |p| format!("param.{}", p.id))
                }
            };
            past(*of, "count", kinds, Some(window), filter.as_ref())
        }
        Fact::DaysSince { kinds, filter, of } => past(*of, "days_since", kinds, None, filter.as_ref()),
    }
}

fn past(
    of: Concerning,
    name: &str,
    kinds: &[crate::event::Kind],
    window: Option<String>,
    filter: Option<&Filter>,
) -> String {
    let whose = of.prefix();
    let names: Vec<&str> = kinds.iter().map(|k| k.name()).collect();
    let kinds_text = match names.as_slice() {
        [one] => (*one).to_owned(),
        several => format!("[{}]", several.join(", ")),
    };
    let filter = filter.map(|f| {
        let domain = kinds.first().and_then(|k| event_field(Listens::Kind(*k), &f.field)).map(|f| f.domain);
        let words: Vec<String> =
            f.codes.iter().map(|c| domain.as_ref().map_or_else(|| c.to_string(), |d| word(d, *c))).collect();
        let has = matches!(domain, Some(Domain::ManyTerms(_)));
        match words.as_slice() {
            [one] => format!("{} {} {one}", f.field, if has { "has" } else { "=" }),
            several => format!("{} {} [{}]", f.field, if has { "has" } else { "in" }, several.join(", ")),
        }
    });
    let parts: Vec<String> = [Some(kinds_text), window, filter].into_iter().flatten().collect();
    format!("{whose}{name}({})", parts.join(", "))
}

/// What values the fact can have, for events of that sort.
#[must_use]
pub fn domain(fact: &Fact, listens: Option<Listens>) -> Domain {
    match (fact, listens) {
        (Fact::Event(field), Some(listens)) => event_field(listens, field).map_or_else(|| fact.domain(), |f| f.domain),
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
