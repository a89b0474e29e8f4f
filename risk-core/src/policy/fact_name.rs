//! The names by which conditions ask for facts, and what each takes in parentheses: one table.

use super::condition::{Argument, Call, Word};
use super::error::{Problem, known};
use super::event_field::event_field;
use super::fact::{Concerning, Domain, Fact, Filter, MAX_NUMBER, Window};
use super::model::{EventSelector, Parameter, Unit};
use super::parse::Fault;
use crate::event::field::describe_text;
use crate::event::vocabulary::{
    AbuseRole, Group, InformationOf, OrderKind, Programme, Register, Requirement, RiskFactor, Term,
};
use crate::event::{Field, Kind};

type Words = fn() -> &'static [&'static str];
type Of = fn(&str) -> Option<Fact>;

/// What a fact's name takes in parentheses.
enum Form {
    /// Nothing.
    Alone(Fact),
    /// One word of a list.
    Of(Words, Of),
    /// One word of a list, or nothing.
    MayBeOf(Fact, Words, Of),
    /// Kinds of event, and which of them.
    Events(History),
}

/// What is asked of past events.
#[derive(Clone, Copy)]
struct History {
    ask: Ask,
    /// Whose events.
    of: Concerning,
}

#[derive(Clone, Copy, PartialEq)]
enum Ask {
    Ever,
    Count,
    DaysSince,
}

const fn events(ask: Ask, of: Concerning) -> Form {
    Form::Events(History { ask, of })
}

static FORMS: &[(&str, Form)] = &[
    ("recorded", Form::Of(Group::names, |w| Group::parse(w).map(Fact::Recorded))),
    ("indicated", Form::Of(Group::names, |w| Group::parse(w).map(Fact::Indicated))),
    ("working", Form::Of(Group::names, |w| Group::parse(w).map(Fact::Working))),
    ("supervised", Form::Alone(Fact::Supervised)),
    ("in_custody", Form::Alone(Fact::InCustody)),
    ("domestic_abuse", Form::Alone(Fact::DomesticAbuse)),
    ("domestic_abuse_role", Form::Of(AbuseRole::names, |w| AbuseRole::parse(w).map(Fact::DomesticAbuseRole))),
    ("index_offence", Form::Alone(Fact::IndexOffence)),
    ("index_offence_is_domestic_abuse", Form::Alone(Fact::IndexOffenceIsDomesticAbuse)),
    ("sex", Form::Alone(Fact::Sex)),
    ("sentence_type", Form::Alone(Fact::SentenceType)),
    ("provider", Form::Alone(Fact::Provider)),
    ("grade", Form::Alone(Fact::Grade)),
    ("complexity", Form::Alone(Fact::Complexity)),
    ("children_known", Form::Alone(Fact::ChildrenKnown)),
    ("address_known", Form::Alone(Fact::AddressKnown)),
    ("whereabouts_known", Form::Alone(Fact::WhereaboutsKnown)),
    (
        "order_in_force",
        Form::MayBeOf(Fact::OrderInForce(None), OrderKind::names, |w| {
            OrderKind::parse(w).map(|k| Fact::OrderInForce(Some(k)))
        }),
    ),
    ("required", Form::Of(Requirement::names, |w| Requirement::parse(w).map(Fact::Required))),
    ("programme", Form::Of(Programme::names, |w| Programme::parse(w).map(Fact::ProgrammeState))),
    ("flag", Form::Of(Register::names, |w| Register::parse(w).map(Fact::Flag))),
    ("outstanding", Form::Of(InformationOf::names, |w| InformationOf::parse(w).map(Fact::Outstanding))),
    ("child_safeguarding", Form::Alone(Fact::ChildSafeguarding)),
    ("risk_factor", Form::Of(RiskFactor::names, |w| RiskFactor::parse(w).map(Fact::RiskFactor))),
    ("person.group", Form::Alone(Fact::PersonGroup)),
    ("person.relation", Form::Alone(Fact::PersonRelation)),
    ("person.victim", Form::Alone(Fact::PersonVictim)),
    ("person.in_household", Form::Alone(Fact::PersonInHousehold)),
    ("person.protected", Form::Alone(Fact::PersonProtected)),
    ("order.in_force", Form::Alone(Fact::ThisOrderInForce)),
    ("order.kind", Form::Alone(Fact::ThisOrderKind)),
    ("request.outstanding", Form::Alone(Fact::ThisRequestOutstanding)),
    ("request.of", Form::Alone(Fact::ThisRequestOf)),
    ("request.about", Form::Alone(Fact::ThisRequestAbout)),
    ("register", Form::Alone(Fact::ThisRegister)),
    ("ever", events(Ask::Ever, Concerning::Case)),
    ("person.ever", events(Ask::Ever, Concerning::Person)),
    ("order.ever", events(Ask::Ever, Concerning::Order)),
    ("request.ever", events(Ask::Ever, Concerning::Request)),
    ("programme.ever", events(Ask::Ever, Concerning::Programme)),
    ("count", events(Ask::Count, Concerning::Case)),
    ("person.count", events(Ask::Count, Concerning::Person)),
    ("order.count", events(Ask::Count, Concerning::Order)),
    ("request.count", events(Ask::Count, Concerning::Request)),
    ("programme.count", events(Ask::Count, Concerning::Programme)),
    ("days_since", events(Ask::DaysSince, Concerning::Case)),
    ("person.days_since", events(Ask::DaysSince, Concerning::Person)),
    ("order.days_since", events(Ask::DaysSince, Concerning::Order)),
    ("request.days_since", events(Ask::DaysSince, Concerning::Request)),
    ("programme.days_since", events(Ask::DaysSince, Concerning::Programme)),
];

/// Every name of a fact, for messages and documentation; `event.FIELD` besides.
#[must_use]
pub fn fact_names() -> Vec<&'static str> {
    FORMS.iter().map(|(name, _)| *name).collect()
}

/// The fact that a call asks for (`event.FIELD` apart, which depends on the kinds of the rule).
pub(super) fn fact(call: &Call, parameters: &[Parameter]) -> Result<Fact, Fault> {
    let name = call.name.text.as_str();
    let Some((_, form)) = FORMS.iter().find(|(n, _)| *n == name) else {
        return Err(unknown("fact", &call.name, &fact_names()));
    };
    match (form, call.arguments.as_slice()) {
        (Form::Alone(fact) | Form::MayBeOf(fact, ..), []) => Ok(fact.clone()),
        (Form::Of(words, of) | Form::MayBeOf(_, words, of), [Argument::Words(given)]) if given.len() == 1 => {
            given.first().and_then(|w| of(&w.text)).ok_or_else(|| {
                given.first().map_or_else(
                    || wrong_argument(call, form),
                    |w| Fault::expected(w.at.0, known(words(), &w.text), describe_text(&w.text)),
                )
            })
        }
        (Form::Events(history), [Argument::Words(kinds), rest @ ..]) => {
            past_events(*history, call, kinds, rest, parameters)
        }
        _ => Err(wrong_argument(call, form)),
    }
}

fn wrong_argument(call: &Call, form: &Form) -> Fault {
    let name = &call.name.text;
    let expected = match form {
        Form::Alone(_) => format!("`{name}` with nothing in parentheses"),
        Form::Of(words, _) => format!("`{name}(…)` with one of {}", words().join(", ")),
        Form::MayBeOf(_, words, _) => format!("`{name}` alone or with one of {}", words().join(", ")),
        Form::Events(History { ask: Ask::Count, .. }) => {
            format!("`{name}(KIND, DAYS)` or `{name}(KIND, param.ID, FIELD = VALUE)`")
        }
        Form::Events(_) => format!("`{name}(KIND)` or `{name}(KIND, FIELD = VALUE)`"),
    };
    let at = call.arguments.first().map_or(call.name.at, Argument::at);
    Fault::expected(at.0, expected, format!("`{call}`"))
}

fn past_events(
    History { ask, of }: History,
    call: &Call,
    kinds: &[Word],
    rest: &[Argument],
    parameters: &[Parameter],
) -> Result<Fact, Fault> {
    let wrong = || wrong_argument(call, &Form::Events(History { ask, of }));
    let kinds = kinds_named(kinds)?;
    let (within, rest) = match (ask, rest) {
        (Ask::Count, [how_far, rest @ ..]) => (Some(window(how_far, parameters)?.ok_or_else(wrong)?), rest),
        (Ask::Count, []) => return Err(wrong()),
        (Ask::Ever | Ask::DaysSince, rest) => (None, rest),
    };
    let filter = match rest {
        [] => None,
        [Argument::Filter { field, values, has }] => Some(filter(&kinds, field, values, *has)?),
        _ => return Err(wrong()),
    };
    Ok(match (ask, within) {
        (Ask::Ever, _) => Fact::Ever { kinds, filter, of },
        (Ask::Count, Some(within)) => Fact::Count { kinds, within, filter, of },
        (Ask::Count, None) => return Err(wrong()),
        (Ask::DaysSince, _) => Fact::DaysSince { kinds, filter, of },
    })
}

/// The kinds, in the catalogue's order, so that the order in which the author lists them says nothing.
fn kinds_named(words: &[Word]) -> Result<Vec<Kind>, Fault> {
    let kind = |w: &Word| Kind::parse(&w.text).ok_or_else(|| unknown("kind of event", w, Kind::names()));
    let mut kinds = words.iter().map(kind).collect::<Result<Vec<_>, _>>()?;
    kinds.sort_unstable();
    kinds.dedup();
    Ok(kinds)
}

fn window(argument: &Argument, parameters: &[Parameter]) -> Result<Option<Window>, Fault> {
    match argument {
        Argument::Number(days, at) if *days == 0 => {
            Err(Fault::expected(at.0, format!("a number of days from 1 to {MAX_NUMBER}"), "`0`"))
        }
        Argument::Number(days, _) => Ok(Some(Window::Days(*days))),
        Argument::Parameter(id) => {
            parameter(id, &[Unit::Days, Unit::Months], parameters).map(|p| Some(Window::Parameter(p)))
        }
        Argument::Words(_) | Argument::Filter { .. } => Ok(None),
    }
}

/// The place of the parameter of that id, if it counts in one of these units.
pub(super) fn parameter(id: &Word, units: &[Unit], parameters: &[Parameter]) -> Result<usize, Fault> {
    let found = parameters.iter().enumerate().find(|(_, p)| p.id == id.text);
    let Some((place, parameter)) = found else {
        let ids: Vec<&str> = parameters.iter().map(|p| p.id.as_str()).collect();
        return Err(unknown("parameter", id, &ids));
    };
    if units.contains(&parameter.unit) {
        return Ok(place);
    }
    let units: Vec<String> = units.iter().map(ToString::to_string).collect();
    let expected = format!("a parameter in {}", units.join(" or "));
    Err(Fault::expected(id.at.0, expected, format!("`{}` in {}", id.text, parameter.unit)))
}

fn filter(kinds: &[Kind], field: &Word, values: &[Word], has: bool) -> Result<Filter, Fault> {
    let listens: Vec<EventSelector> = kinds.iter().map(|k| EventSelector::Kind(*k)).collect();
    let common = common_field(&listens, &field.text);
    let (of, domain, _) = common.map_err(|problem| Fault { at: field.at.0, problem })?;
    let list = matches!(domain, Domain::ManyTerms(_));
    if list != has || matches!(domain, Domain::Number { .. }) {
        let expected = match domain {
            Domain::Number { .. } => "a field with words",
            Domain::ManyTerms(_) => "`has`, because the field is a list",
            Domain::Terms(_) | Domain::Level => "`=` or `in`, because the field has one word",
        };
        return Err(Fault::expected(field.at.0, expected, format!("`{}`", field.text)));
    }
    let mut codes = values.iter().map(|w| code(&domain, w)).collect::<Result<Vec<_>, _>>()?;
    codes.sort_unstable();
    codes.dedup();
    Ok(Filter { field: of, codes })
}

/// The code of a word of the list.
pub(super) fn code(domain: &Domain, word: &Word) -> Result<u32, Fault> {
    domain.code(&word.text).ok_or_else(|| {
        let words = domain.words().unwrap_or_default();
        Fault::expected(word.at.0, known(words, &word.text), describe_text(&word.text))
    })
}

/// What a field can be in events of all these kinds; it must have one list of words in all of them. Also whether it is a
/// number that may be left out.
pub(super) fn common_field(kinds: &[EventSelector], name: &str) -> Result<(Field, Domain, bool), Problem> {
    let mut common: Option<(Field, Domain, bool, EventSelector)> = None;
    for kind in kinds {
        let here = Field::parse(name).and_then(|field| Some((field, event_field(*kind, field)?)));
        let (field, here) = here.ok_or_else(|| {
            let names = super::event_field::event_field_names(*kind);
            let expected = known(&names, name);
            Problem::NoSuchField { kind: kind.name().to_owned(), field: name.to_owned(), expected }
        })?;
        common = Some(match common {
            None => (field, here.domain, here.may_be_absent, *kind),
            Some((field, domain, absent, first)) => {
                let domain = joined(domain, here.domain).ok_or_else(|| Problem::FieldDiffers {
                    field: name.to_owned(),
                    first: first.name().to_owned(),
                    other: kind.name().to_owned(),
                })?;
                (field, domain, absent || here.may_be_absent, first)
            }
        });
    }
    common
        .map(|(field, domain, absent, _)| (field, domain, absent))
        .ok_or_else(|| Problem::NoEvent { fact: format!("event.{name}") })
}

/// One list for two: the same words, where one may have `unknown` besides; the wider of two ranges.
fn joined(a: Domain, b: Domain) -> Option<Domain> {
    match (a, b) {
        (Domain::Terms(a), Domain::Terms(b)) => {
            let (longer, shorter) = if a.len() >= b.len() { (a, b) } else { (b, a) };
            let rest = longer.strip_prefix(shorter.as_slice())?;
            (rest.is_empty() || rest == ["unknown"]).then_some(Domain::Terms(longer))
        }
        (Domain::Number { max: a }, Domain::Number { max: b }) => Some(Domain::Number { max: a.max(b) }),
        (a, b) => (a == b).then_some(a),
    }
}

pub(super) fn unknown(sort: &'static str, word: &Word, names: &[&str]) -> Fault {
    let problem = Problem::Unknown { sort, found: describe_text(&word.text), expected: known(names, &word.text) };
    Fault { at: word.at.0, problem }
}

impl EventSelector {
    /// The name, as written in `on`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Kind(kind) => kind.name(),
            Self::Derived(kind) => kind.name(),
            Self::Unrecognised => "unrecognised_record",
        }
    }

    /// What has that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let unrecognised = (name == Self::Unrecognised.name()).then_some(Self::Unrecognised);
        let derived = || super::model::Derived::parse(name).map(Self::Derived);
        Kind::parse(name).map(Self::Kind).or_else(derived).or(unrecognised)
    }
}
