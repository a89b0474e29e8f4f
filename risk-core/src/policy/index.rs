//! Where to look: which rules, actions and duties a kind of event concerns, so that nothing else is looked at.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::fact::Fact;
use super::model::{About, ActionDef, Continues, Duty, EventSelector, Parameter, Rule};
use crate::event::vocabulary::ActionKind;
use crate::event::{Kind, Term};

/// The parameter that says how many days before its due date an action is due soon.
const DUE_SOON: &str = "due_soon";
/// The parameter that says after how many days an assessment is stale.
const STALE_AFTER: &str = "assessment_stale_after";

/// The index of a policy. Places are those in the policy's lists.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Index {
    /// For each rule the first of its id.
    pub first_rules: Vec<usize>,
    /// For each duty the first of its id.
    pub first_duties: Vec<usize>,
    /// The rules that listen to a kind.
    pub listeners: BTreeMap<EventSelector, Vec<usize>>,
    /// The rules whose requirements last only until something ends.
    pub until: Vec<usize>,
    /// The actions that a kind closes, or reminds of.
    pub answered: BTreeMap<Kind, Vec<usize>>,
    /// The kinds by which an action starts or stops waiting.
    pub waiting: BTreeSet<Kind>,
    /// The duties whose condition a kind can change, or whose subjects it can bring.
    pub duties: BTreeMap<Kind, BTreeSet<usize>>,
    /// The duties that any event may concern, since they ask about indicated levels.
    pub restless: BTreeSet<usize>,
    /// The place of what the policy says of each kind of action, by the kind's code.
    pub actions: Vec<Option<usize>>,
    /// The actions that go on with another from a date.
    pub continued: Vec<(ActionKind, Continues)>,
    /// The days on which a duty comes into force or an action goes on with another, in order.
    pub begins: Vec<NaiveDate>,
    /// The parameter `due_soon`.
    pub due_soon: Option<usize>,
    /// The parameter `assessment_stale_after`.
    pub stale_after: Option<usize>,
}

impl Index {
    /// Indexes a policy's entries.
    #[must_use]
    pub fn of(
        rules: &[Rule],
        actions: &[ActionDef],
        duties: &[Duty],
        facts: &[Fact],
        parameters: &[Parameter],
    ) -> Self {
        let mut index = Self {
            actions: ActionKind::all().iter().map(|kind| actions.iter().position(|a| a.action == *kind)).collect(),
            continued: actions.iter().filter_map(|a| Some((a.action, a.continues.clone()?))).collect(),
            first_rules: first_of_each(rules.iter().map(|rule| rule.id.as_str())),
            first_duties: first_of_each(duties.iter().map(|duty| duty.id.as_str())),
            due_soon: parameters.iter().position(|p| p.id == DUE_SOON),
            stale_after: parameters.iter().position(|p| p.id == STALE_AFTER),
            ..Self::default()
        };
        let continued = index.continued.iter().map(|(_, c)| c.from);
        index.begins = duties.iter().map(|d| d.effective.from).chain(continued).collect();
        index.begins.sort_unstable();
        for (place, rule) in rules.iter().enumerate() {
            if rule.until.is_some() {
                index.until.push(place);
            }
            for on in rule.on.iter().collect::<BTreeSet<_>>() {
                index.listeners.entry(*on).or_default().push(place);
            }
        }
        for (place, action) in actions.iter().enumerate() {
            let asked = action.waiting.iter().map(|(t, _)| t).chain(&action.refused_by);
            index.waiting.extend(asked.flat_map(|t| &t.on));
            let triggers = action.closed_by.iter().chain(&action.chased_by);
            for kind in triggers.flat_map(|t| t.on.iter().copied()).collect::<BTreeSet<_>>() {
                index.answered.entry(kind).or_default().push(place);
            }
        }
        for (place, duty) in duties.iter().enumerate() {
            let asked: Vec<&Fact> = duty.holds.facts().into_iter().filter_map(|f| facts.get(f)).collect();
            if asked.iter().any(|f| f.fed_by().is_empty()) {
                index.restless.insert(place);
            }
            let kinds = asked.iter().flat_map(|f| f.fed_by()).chain(bringing(duty.about));
            for kind in kinds {
                index.duties.entry(kind).or_default().insert(place);
            }
        }
        index
    }
}

/// For each id the place at which it comes first.
fn first_of_each<'i>(ids: impl Iterator<Item = &'i str>) -> Vec<usize> {
    let mut first = BTreeMap::new();
    ids.enumerate().map(|(place, id)| *first.entry(id).or_insert(place)).collect()
}

/// The kinds that bring or take away subjects of that sort. Supervision's beginning and end concern every duty.
fn bringing(about: About) -> Vec<Kind> {
    let mut kinds = match about {
        About::EachChild => vec![Kind::PersonIdentified],
        About::EachProtectedPerson | About::EachOrderInForce | About::EachOrderProtectingPerson => {
            vec![Kind::ProtectiveOrderMade, Kind::ProtectiveOrderVaried, Kind::ProtectiveOrderDischarged]
        }
        About::EachFlagSet => vec![Kind::FlagRecorded, Kind::FlagRemoved],
        About::EachOutstandingRequest => vec![Kind::InformationRequested, Kind::InformationReceived],
        About::Case
        | About::Person
        | About::Order
        | About::Request
        | About::Requirement
        | About::Programme
        | About::Provider
        | About::Register
        | About::EachLowerStatement => vec![],
    };
    kinds.extend([Kind::SupervisionStarted, Kind::SupervisionEnded, Kind::PersonDied]);
    kinds
}
