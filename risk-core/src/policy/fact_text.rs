//! A fact as a condition asks for it.

use super::fact::{Domain, Fact, Filter, Window};
use super::fact_name::common_field;
use super::model::{EventSelector, Policy};
use crate::event::{Kind, Term};

/// The fact as a condition asks for it: `ever(risk_assessed, stage = court)`.
#[must_use]
pub fn fact_text(fact: &Fact, policy: &Policy) -> String {
    let of = |name: &str, word: &str| format!("{name}({word})");
    let events = |name: &str, kinds: &[Kind], within: Option<&Window>, filter: Option<&Filter>| {
        let names: Vec<&str> = kinds.iter().map(|k| k.name()).collect();
        let kinds_text = if let [only] = names.as_slice() { (*only).to_owned() } else { listed(&names) };
        let window = within.map(|w| match w {
            Window::Days(days) => days.to_string(),
            Window::Parameter(p) => format!("param.{}", policy.parameters.get(*p).map_or("", |p| p.id.as_str())),
        });
        let filter = filter.map(|f| filter_text(f, kinds));
        let arguments: Vec<String> = [Some(kinds_text), window, filter].into_iter().flatten().collect();
        format!("{name}({})", arguments.join(", "))
    };
    match fact {
        Fact::Event(field) => format!("event.{field}"),
        Fact::Recorded(group) => of("recorded", group.name()),
        Fact::Indicated(group) => of("indicated", group.name()),
        Fact::Working(group) => of("working", group.name()),
        Fact::Supervised => "supervised".to_owned(),
        Fact::InCustody => "in_custody".to_owned(),
        Fact::DomesticAbuse => "domestic_abuse".to_owned(),
        Fact::DomesticAbuseRole(role) => of("domestic_abuse_role", role.name()),
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
        Fact::OrderInForce(Some(kind)) => of("order_in_force", kind.name()),
        Fact::Required(requirement) => of("required", requirement.name()),
        Fact::ProgrammeState(programme) => of("programme", programme.name()),
        Fact::Flag(register) => of("flag", register.name()),
        Fact::Outstanding(agency) => of("outstanding", agency.name()),
        Fact::ChildSafeguarding => "child_safeguarding".to_owned(),
        Fact::RiskFactor(factor) => of("risk_factor", factor.name()),
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
        Fact::Ever { kinds, filter, of } => events(&format!("{}ever", of.prefix()), kinds, None, filter.as_ref()),
        Fact::Count { kinds, within, filter, of } => {
            events(&format!("{}count", of.prefix()), kinds, Some(within), filter.as_ref())
        }
        Fact::DaysSince { kinds, filter, of } => {
            events(&format!("{}days_since", of.prefix()), kinds, None, filter.as_ref())
        }
    }
}

fn filter_text(filter: &Filter, kinds: &[Kind]) -> String {
    let kinds: Vec<EventSelector> = kinds.iter().map(|k| EventSelector::Kind(*k)).collect();
    let field = filter.field;
    let Ok((_, domain, _)) = common_field(&kinds, field.name()) else { return field.name().to_owned() };
    let words = domain.words().unwrap_or_default();
    let named: Vec<&str> =
        (0_u32..).zip(words).filter(|(code, _)| filter.codes.contains(code)).map(|(_, word)| *word).collect();
    match (matches!(domain, Domain::ManyTerms(_)), named.as_slice()) {
        (true, [only]) => format!("{field} has {only}"),
        (true, several) => format!("{field} has {}", listed(several)),
        (false, [only]) => format!("{field} = {only}"),
        (false, several) => format!("{field} in {}", listed(several)),
    }
}

/// Words as a list of the language.
#[must_use]
pub fn listed(words: &[&str]) -> String {
    format!("[{}]", words.join(", "))
}
