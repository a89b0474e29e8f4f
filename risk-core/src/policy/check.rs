//! What a policy must keep to beyond its grammar: one function for each demand. Each notes what breaks it, at its place.

use std::collections::{BTreeMap, BTreeSet};

use super::error::{Problem, known};
use super::load::Places;
use super::model::{
    About, ActionDef, AudienceDef, Basis, Derived, Duty, Effective, EventSelector, Place, Policy, Priority, Requires,
    Rule, Source,
};
use super::source::Errors;
use crate::event::field::describe_text;
use crate::event::vocabulary::{ActionKind, Handling};
use crate::event::{Kind, Shape, Term};

/// A policy being checked.
pub(super) struct Checking<'a> {
    pub(super) policy: &'a Policy,
    places: &'a Places,
    errors: &'a Errors,
}

/// Notes everything that is wrong with a policy that could be read whole.
pub(super) fn check(policy: &Policy, places: &Places, errors: &Errors) {
    let checking = Checking { policy, places, errors };
    let demands: [fn(&Checking<'_>); 18] = [
        locality_is_spoken_of,
        sources_name_documents,
        assertions_have_sources,
        assumptions_do_not_press,
        values_are_within_range,
        parameters_have_one_value_at_a_time,
        rules_have_one_version_at_a_time,
        rules_have_effects,
        actions_exist,
        actions_can_be_closed,
        steps_make_no_circle,
        effects_have_subjects,
        duties_can_end,
        obligations_and_findings_exist,
        views_give_nothing_away,
        views_keep_to_their_guards,
        views_of_a_kind_have_its_corrections,
        who_may_see_outdated_versions_sees_ordinary_records_alone,
    ];
    demands.iter().for_each(|demand| demand(&checking));
    tests_name_rules(&checking);
    equivalents_name_entries(&checking);
}

impl Checking<'_> {
    /// Notes a problem at a path within an entry: `require.0.priority`.
    fn note(&self, entry: &Place, path: &str, problem: Problem) {
        let place = self.places.get(entry).and_then(|within| within.get(path)).unwrap_or(entry);
        self.errors.note(place.clone(), problem);
    }

    /// The actions that an audience sees, each with where that is said.
    fn actions_seen(&self, audience: &AudienceDef) -> Vec<(String, ActionKind)> {
        match &audience.actions {
            Some(listed) => listed.iter().enumerate().map(|(i, action)| (format!("actions.{i}"), *action)).collect(),
            None => self.policy.actions.iter().map(|a| ("actions".to_owned(), a.action)).collect(),
        }
    }

    /// Where the documents' sources stand: every list of sources with its entry and path.
    fn sources(&self) -> Vec<(&Place, String, &[Source])> {
        let p = self.policy;
        let rules = p.rules.iter().map(|r| (&r.place, "source".to_owned(), r.source.as_slice()));
        let duties = p.duties.iter().map(|d| (&d.place, "source".to_owned(), d.source.as_slice()));
        let obligations = p.obligations.iter().map(|o| (&o.place, "source".to_owned(), o.source.as_slice()));
        let values = p.parameters.iter().flat_map(|parameter| {
            let values = parameter.values.iter().enumerate();
            values.map(|(i, v)| (&parameter.place, format!("values.{i}.source"), v.source.as_slice()))
        });
        rules.chain(duties).chain(obligations).chain(values).collect()
    }
}

fn unknown(sort: &'static str, found: &str, names: &[&str]) -> Problem {
    Problem::Unknown { sort, found: describe_text(found), expected: known(names, found) }
}

fn locality_is_spoken_of(c: &Checking<'_>) {
    let localities: Vec<&str> = c.policy.localities().into_iter().collect();
    let asked = c.policy.locality.as_deref().map(|l| (l, Place { file: "(asked for)".into(), line: 1, column: 1 }));
    let tests = c.policy.tests.iter().filter_map(|t| Some((t.locality.as_deref()?, t.place.clone())));
    for (locality, place) in asked.into_iter().chain(tests) {
        if !localities.contains(&locality) {
            c.note(&place, "locality", unknown("locality", locality, &localities));
        }
    }
}

fn sources_name_documents(c: &Checking<'_>) {
    let ids: Vec<&str> = c.policy.documents.iter().map(|d| d.id.as_str()).collect();
    for (entry, path, sources) in c.sources() {
        for (i, source) in sources.iter().enumerate().filter(|(_, s)| !ids.contains(&s.document.as_str())) {
            c.note(entry, &format!("{path}.{i}.document"), unknown("document", &source.document, &ids));
        }
    }
}

fn assertions_have_sources(c: &Checking<'_>) {
    let bare = |basis: Basis, source: &[Source]| basis != Basis::Assumed && source.is_empty();
    for r in c.policy.rules.iter().filter(|r| bare(r.basis, &r.source)) {
        c.note(&r.place, "basis", Problem::NoSource { what: "rule" });
    }
    for d in c.policy.duties.iter().filter(|d| bare(d.basis, &d.source)) {
        c.note(&d.place, "basis", Problem::NoSource { what: "duty" });
    }
    for p in &c.policy.parameters {
        for (i, _) in p.values.iter().enumerate().filter(|(_, v)| bare(v.basis, &v.source)) {
            c.note(&p.place, &format!("values.{i}"), Problem::NoSource { what: "value" });
        }
    }
}

fn assumptions_do_not_press(c: &Checking<'_>) {
    let pressing = |action: ActionKind| Problem::AssumedProtectsNow { action: action.name().to_owned() };
    for r in c.policy.rules.iter().filter(|r| r.basis == Basis::Assumed) {
        if !r.indicate.is_empty() {
            c.note(&r.place, "indicate", Problem::AssumedIndicates);
        }
        for (i, q) in r.require.iter().enumerate().filter(|(_, q)| q.priority == Priority::ProtectNow) {
            c.note(&r.place, &format!("require.{i}"), pressing(q.action));
        }
    }
    for d in c.policy.duties.iter().filter(|d| d.basis == Basis::Assumed && d.priority == Priority::ProtectNow) {
        c.note(&d.place, "priority", pressing(d.action));
    }
}

fn values_are_within_range(c: &Checking<'_>) {
    for p in &c.policy.parameters {
        let (least, greatest) = p.range;
        for (i, v) in p.values.iter().enumerate() {
            if let Some(value) = v.value.filter(|v| !(least..=greatest).contains(v)) {
                let problem = Problem::OutOfRange { parameter: p.id.clone(), value, least, greatest };
                c.note(&p.place, &format!("values.{i}.value"), problem);
            }
        }
    }
}

/// A dated version of an entry, with its place.
struct Version<'a> {
    effective: Effective,
    entry: &'a Place,
    path: String,
}

fn parameters_have_one_value_at_a_time(c: &Checking<'_>) {
    for p in &c.policy.parameters {
        let mut by_locality: BTreeMap<Option<&str>, Vec<Version<'_>>> = BTreeMap::new();
        for (i, v) in p.values.iter().enumerate() {
            let version = Version { effective: v.effective, entry: &p.place, path: format!("values.{i}") };
            by_locality.entry(v.locality.as_deref()).or_default().push(version);
        }
        for (locality, versions) in by_locality {
            follow_one_another(c, &p.id, locality, versions, |from, to| locality.is_some() && p.is_general(from, to));
        }
    }
}

/// Versions of one id follow one another, in each locality by itself.
fn rules_have_one_version_at_a_time(c: &Checking<'_>) {
    type Dated<'a> = (&'a str, &'a [String], Effective, &'a Place, &'static str);
    let rules = c.policy.rules.iter().map(|r| (r.id.as_str(), &*r.localities, r.effective, &r.place, "rule"));
    let duties = c.policy.duties.iter().map(|d| (d.id.as_str(), &*d.localities, d.effective, &d.place, "duty"));
    let mut by_id: BTreeMap<&str, Vec<Dated<'_>>> = BTreeMap::new();
    for dated in rules.chain(duties) {
        by_id.entry(dated.0).or_default().push(dated);
    }
    for (id, versions) in by_id {
        let Some((.., first, sort)) = versions.first().copied() else { continue };
        if let Some((.., other, _)) = versions.iter().find(|v| v.4 != sort) {
            c.note(other, "id", Problem::Duplicate { sort, id: id.to_owned(), first: first.clone() });
            continue;
        }
        let local: BTreeSet<&str> = versions.iter().flat_map(|v| v.1).map(String::as_str).collect();
        for locality in local.into_iter().map(Some).chain([None]) {
            let applies = |localities: &[String]| {
                localities.is_empty() || locality.is_some_and(|l| localities.iter().any(|other| other == l))
            };
            let there = versions.iter().filter(|v| applies(v.1)).map(|v| Version {
                effective: v.2,
                entry: v.3,
                path: "effective".to_owned(),
            });
            follow_one_another(c, id, locality, there.collect(), |_, _| false);
        }
    }
}

/// Each version ends before the next begins, and the next begins when it ends, unless what lies between is `excused`.
fn follow_one_another(
    c: &Checking<'_>,
    id: &str,
    locality: Option<&str>,
    mut versions: Vec<Version<'_>>,
    excused: impl Fn(chrono::NaiveDate, chrono::NaiveDate) -> bool,
) {
    versions.sort_by_key(|v| v.effective.from);
    let locality = locality.map_or_else(String::new, |l| format!(" in {l}"));
    for (before, after) in versions.iter().zip(versions.iter().skip(1)) {
        let (id, locality, next) = (id.to_owned(), locality.clone(), after.effective.from);
        match before.effective.to {
            Some(to) if to == next => {}
            Some(to) if to < next && excused(to, next) => {}
            Some(to) if to < next => {
                c.note(after.entry, &after.path, Problem::Gap { id, from: to, to: next, locality })
            }
            _ => c.note(after.entry, &after.path, Problem::Overlap { id, day: next, locality }),
        }
    }
}

fn rules_have_effects(c: &Checking<'_>) {
    let idle = |r: &&Rule| r.indicate.is_empty() && r.require.is_empty() && r.flag.is_empty();
    for r in c.policy.rules.iter().filter(idle) {
        c.note(&r.place, "id", Problem::NothingFollows { rule: r.id.clone() });
    }
}

/// `part_of`, `continues`, duties and audiences name actions that have an entry; what rules require was asked in reading.
fn actions_exist(c: &Checking<'_>) {
    let defined: Vec<&str> = c.policy.actions.iter().map(|a| a.action.name()).collect();
    let ask = |entry: &Place, path: &str, action: ActionKind| {
        if !defined.contains(&action.name()) {
            c.note(entry, path, unknown("action", action.name(), &defined));
        }
    };
    for a in &c.policy.actions {
        a.part_of.iter().enumerate().for_each(|(i, whole)| ask(&a.place, &format!("part_of.{i}"), *whole));
        a.continues.iter().for_each(|earlier| ask(&a.place, "continues.action", earlier.action));
    }
    for audience in &c.policy.audiences {
        let actions = audience.actions.iter().flatten().enumerate();
        actions.for_each(|(i, action)| ask(&audience.place, &format!("actions.{i}"), *action));
    }
}

fn actions_can_be_closed(c: &Checking<'_>) {
    for a in c.policy.actions.iter().filter(|a| a.closed_by.is_empty()) {
        c.note(&a.place, "id", Problem::NothingCloses { action: a.action.name().to_owned() });
    }
}

fn steps_make_no_circle(c: &Checking<'_>) {
    for a in &c.policy.actions {
        if let Some(path) = way_back(c.policy, a) {
            let names: Vec<&str> = path.iter().map(|step| step.name()).collect();
            let problem = Problem::Circle { action: a.action.name().to_owned(), path: names.join(", ") };
            c.note(&a.place, "part_of", problem);
        }
    }
}

/// The way from an action by `part_of` back to itself, if there is one.
fn way_back(policy: &Policy, start: &ActionDef) -> Option<Vec<ActionKind>> {
    let mut seen = BTreeSet::new();
    let mut ways: Vec<Vec<ActionKind>> = start.part_of.iter().map(|whole| vec![*whole]).collect();
    while let Some(way) = ways.pop() {
        let last = *way.last()?;
        if last == start.action {
            return Some(way);
        }
        if seen.insert(last) {
            let further = policy.action(last).map(|a| a.part_of.as_slice()).unwrap_or_default();
            ways.extend(further.iter().map(|whole| way.iter().copied().chain([*whole]).collect()));
        }
    }
    None
}

/// An effect is about something that every kind of the rule can name; a duty's about the case or about each of something.
fn effects_have_subjects(c: &Checking<'_>) {
    for r in &c.policy.rules {
        for (i, q) in r.require.iter().enumerate() {
            if let Some(kind) = r.on.iter().find(|kind| !names_subject(**kind, r, q)) {
                let (kind, about) = (kind.name().to_owned(), q.about.name().replace('_', " "));
                c.note(&r.place, &format!("require.{i}.about"), Problem::NoSubject { kind, about });
            }
        }
    }
    for d in c.policy.duties.iter().filter(|d| needs_event(d.about)) {
        c.note(&d.place, "about", Problem::DutyWithoutSubject { about: d.about.name().replace('_', " ") });
    }
}

fn needs_event(about: About) -> bool {
    match about {
        About::Case
        | About::EachChild
        | About::EachProtectedPerson
        | About::EachOrderInForce
        | About::EachOutstandingRequest
        | About::EachFlagSet => false,
        About::Person
        | About::Order
        | About::Request
        | About::Requirement
        | About::Programme
        | About::Provider
        | About::Register
        | About::EachOrderProtectingPerson
        | About::EachLowerStatement => true,
    }
}

fn names_subject(kind: EventSelector, rule: &Rule, effect: &Requires) -> bool {
    let about = effect.about;
    if !needs_event(about) || (about == About::Register && !rule.flag.is_empty()) {
        return true;
    }
    match kind {
        EventSelector::Unrecognised
        | EventSelector::Derived(Derived::SupervisionEndReached | Derived::AssessmentStale) => false,
        EventSelector::Derived(Derived::ProtectiveOrderExpired) => about == About::Order,
        // These carry the subject of their action, whatever it is.
        EventSelector::Derived(Derived::DutyDue | Derived::ActionOverdue) => true,
        EventSelector::Kind(kind) if about == About::EachLowerStatement => kind == Kind::RiskAssessed,
        EventSelector::Kind(kind) => kind.spec().fields.iter().any(|f| match ((f.shape)(), about) {
            (Shape::Id(of) | Shape::Ids(of), About::Person | About::EachOrderProtectingPerson) => of == "person",
            (Shape::Id(of), About::Order) => of == "order",
            (Shape::Id(of), About::Request) => of == "request",
            (Shape::Id(of), About::Programme) => of == "programme",
            (_, About::Provider) => f.name == "provider",
            (_, About::Requirement) => f.name == "requirement",
            (_, About::Register) => f.name == "register",
            _ => false,
        }),
    }
}

fn duties_can_end(c: &Checking<'_>) {
    let ends = |fact: usize| c.policy.facts.get(fact).is_some_and(super::fact::Fact::can_end);
    for d in &c.policy.duties {
        if d.holds.clauses.iter().any(|clause| clause.0.iter().all(|atom| !ends(atom.fact))) {
            c.note(&d.place, "while", Problem::NeverEnds);
        }
    }
}

fn obligations_and_findings_exist(c: &Checking<'_>) {
    let ids: Vec<&str> = c.policy.obligations.iter().map(|o| o.id.as_str()).collect();
    let rules = c.policy.rules.iter().map(|r| (&r.place, &r.covers));
    for (entry, covers) in rules.chain(c.policy.duties.iter().map(|d| (&d.place, &d.covers))) {
        for (i, id) in covers.iter().enumerate().filter(|(_, id)| !ids.contains(&id.as_str())) {
            c.note(entry, &format!("covers.{i}"), unknown("obligation", id, &ids));
        }
    }
    for a in &c.policy.actions {
        for (i, code) in a.findings.iter().enumerate().filter(|(_, code)| !is_finding(code)) {
            let found = describe_text(code);
            let problem = Problem::Mismatch { expected: "a finding code, F1 to F30".to_owned(), found };
            c.note(&a.place, &format!("findings.{i}"), problem);
        }
    }
}

fn is_finding(code: &str) -> bool {
    let number = code.strip_prefix('F').and_then(|n| n.parse::<u8>().ok());
    number.is_some_and(|n| (1..=30).contains(&n) && code == format!("F{n}"))
}

/// Whoever sees an action also sees what opens and what closes it. Otherwise the action would disclose a withheld record.
fn views_give_nothing_away(c: &Checking<'_>) {
    for audience in &c.policy.audiences {
        for (path, action) in c.actions_seen(audience) {
            let evident = c.policy.evident_from(action).into_iter();
            for (kind, verb) in evident.filter(|(kind, _)| !sees(audience, *kind)) {
                let problem = Problem::GivesAway {
                    audience: audience.audience.name().to_owned(),
                    action: action.name().to_owned(),
                    kind: kind.name().to_owned(),
                    verb,
                };
                c.note(&audience.place, &path, problem);
            }
        }
    }
}

/// No audience has a mark, a kind or an action that is stricter than its guard.
fn views_keep_to_their_guards(c: &Checking<'_>) {
    for guard in &c.policy.guards {
        for audience in c.policy.audiences.iter().filter(|a| a.audience == guard.audience) {
            let marks = audience.marks.iter().enumerate().map(|(i, mark)| (format!("marks.{i}"), None, *mark));
            let kinds = audience.kinds.iter().flatten().enumerate();
            let kinds = kinds.map(|(i, kind)| (format!("kinds.{i}"), Some(kind.name()), kind.spec().handling));
            let actions = c
                .actions_seen(audience)
                .into_iter()
                .filter_map(|(path, action)| Some((path, Some(action.name()), c.policy.action(action)?.handling)));
            for (path, what, mark) in marks.chain(kinds).chain(actions).filter(|(.., m)| *m > guard.never_above) {
                let problem = Problem::AboveGuard {
                    audience: audience.audience.name().to_owned(),
                    never_above: guard.never_above.name().to_owned(),
                    found: what.map_or_else(|| format!("`{mark}`"), |w| format!("`{w}`, which is marked `{mark}`")),
                    guard: guard.place.clone(),
                };
                c.note(&audience.place, &path, problem);
            }
        }
    }
}

/// What corrects, retracts or erases a record is seen by who sees the record, as far as its mark allows. A professional
/// audience that could see no correction of a kind at all would lose each such record that was ever corrected.
fn views_of_a_kind_have_its_corrections(c: &Checking<'_>) {
    let changes = [Kind::RecordCorrected, Kind::RecordRetracted, Kind::PayloadErased];
    let least = changes.iter().map(|kind| kind.spec().handling).max().unwrap_or(Handling::Ordinary);
    for audience in c.policy.audiences.iter().filter(|a| a.professional) {
        let listed = audience.kinds.is_some();
        for (i, kind) in audience.kinds.as_deref().unwrap_or(Kind::all()).iter().enumerate() {
            let mark = kind.spec().handling.max(least);
            if sees(audience, *kind) && !audience.marks.contains(&mark) {
                let problem = Problem::SeesNoCorrections {
                    audience: audience.audience.name().to_owned(),
                    kind: kind.name().to_owned(),
                    mark: mark.name().to_owned(),
                };
                c.note(&audience.place, &if listed { format!("kinds.{i}") } else { "kinds".to_owned() }, problem);
            }
        }
    }
}

fn who_may_see_outdated_versions_sees_ordinary_records_alone(c: &Checking<'_>) {
    for audience in c.policy.audiences.iter().filter(|a| !a.professional) {
        for (i, mark) in audience.marks.iter().enumerate().filter(|(_, mark)| **mark > Handling::Ordinary) {
            let problem = Problem::NotProfessional {
                audience: audience.audience.name().to_owned(),
                mark: mark.name().to_owned(),
            };
            c.note(&audience.place, &format!("marks.{i}"), problem);
        }
    }
}

/// Whether records of the kind, as they are marked by default, are shown to the audience.
fn sees(audience: &AudienceDef, kind: Kind) -> bool {
    audience.kinds.as_ref().is_none_or(|kinds| kinds.contains(&kind)) && audience.marks.contains(&kind.spec().handling)
}

fn tests_name_rules(c: &Checking<'_>) {
    let rules = c.policy.rules.iter().map(|r| r.id.as_str());
    let ids: BTreeSet<&str> = rules.chain(c.policy.duties.iter().map(|d| d.id.as_str())).collect();
    let names: Vec<&str> = ids.iter().copied().collect();
    for t in &c.policy.tests {
        for (field, rules) in [("fires", &t.then.fires), ("not_fires", &t.then.not_fires)] {
            for (i, id) in rules.iter().enumerate().filter(|(_, id)| !ids.contains(id.as_str())) {
                c.note(&t.place, &format!("then.{field}.{i}"), unknown("rule", id, &names));
            }
        }
        let (fires_on, follows) = (t.then.fires_on.keys(), t.then.follows.keys());
        let keys = fires_on.map(|id| ("fires_on", id)).chain(follows.map(|id| ("follows", id)));
        for (field, id) in keys.filter(|(_, id)| !ids.contains(id.as_str())) {
            c.note(&t.place, &format!("then.{field}.{id}"), unknown("rule", id, &names));
        }
    }
}

/// A change that is explained is a change of an entry that there is.
fn equivalents_name_entries(c: &Checking<'_>) {
    let p = c.policy;
    let rules = p.rules.iter().map(|r| r.id.as_str()).chain(p.duties.iter().map(|d| d.id.as_str()));
    let others = p.actions.iter().map(|a| a.action.name()).chain(p.parameters.iter().map(|p| p.id.as_str()));
    let ids: BTreeSet<&str> = rules.chain(others).collect();
    let names: Vec<&str> = ids.iter().copied().collect();
    for e in p.equivalents.iter().filter(|e| !ids.contains(e.of.as_str())) {
        c.note(&e.place, "of", unknown("rule, duty, action or parameter", &e.of, &names));
    }
}

/// What the loader would say of a policy that was changed after it was loaded: the first thing that is wrong, if any.
#[doc(hidden)]
#[must_use]
pub fn refusal(policy: &Policy) -> Option<Problem> {
    let errors = Errors::default();
    check(policy, &Places::new(), &errors);
    errors.into_sorted().into_iter().next().map(|e| e.problem)
}

impl super::model::Parameter {
    /// Whether the general values, those of no locality, cover the days from `from` up to `to`.
    fn is_general(&self, from: chrono::NaiveDate, to: chrono::NaiveDate) -> bool {
        let general = || self.values.iter().filter(|v| v.locality.is_none()).map(|v| v.effective);
        let mut day = from;
        // Each general value that holds on a day carries on to where it ends.
        for _ in general() {
            match general().find(|e| e.contains(day)) {
                Some(Effective { to: Some(end), .. }) => day = end,
                Some(Effective { to: None, .. }) => return true,
                None => break,
            }
        }
        day >= to
    }
}

impl Policy {
    /// The localities that a parameter's value, a rule or a duty speaks of.
    #[must_use]
    pub fn localities(&self) -> BTreeSet<&str> {
        let values = self.parameters.iter().flat_map(|p| &p.values).filter_map(|v| v.locality.as_deref());
        let rules = self.rules.iter().flat_map(|r| &r.localities);
        let duties = self.duties.iter().flat_map(|d| &d.localities);
        values.chain(rules.chain(duties).map(String::as_str)).collect()
    }

    /// The kinds whose records open or close the action, with the verb.
    fn evident_from(&self, action: ActionKind) -> BTreeSet<(Kind, &'static str)> {
        let requiring = self.rules.iter().filter(|r| r.require.iter().any(|q| q.action == action));
        let opening = requiring.flat_map(|r| &r.on).flat_map(|kind| kind.records());
        let standing = self.duties.iter().filter(|d| d.action == action).flat_map(|d| self.feeds(d));
        let closing = self.action(action).into_iter().flat_map(|a| &a.closed_by).flat_map(|t| t.on.clone());
        opening.chain(standing).map(|k| (k, "opens")).chain(closing.map(|k| (k, "closes"))).collect()
    }

    fn feeds(&self, duty: &Duty) -> Vec<Kind> {
        let facts = duty.holds.facts();
        facts.iter().filter_map(|f| self.facts.get(*f)).flat_map(super::fact::Fact::fed_by).collect()
    }
}

impl EventSelector {
    /// The kinds of record without which it never comes.
    fn records(self) -> Vec<Kind> {
        match self {
            Self::Kind(kind) => vec![kind],
            Self::Derived(Derived::ProtectiveOrderExpired) => {
                vec![Kind::ProtectiveOrderMade, Kind::ProtectiveOrderVaried, Kind::ProtectiveOrderDischarged]
            }
            Self::Derived(Derived::SupervisionEndReached) => vec![Kind::SupervisionStarted],
            Self::Derived(Derived::AssessmentStale) => vec![Kind::RiskAssessed],
            // What these rest on is asked of the action or the duty itself.
            Self::Derived(Derived::DutyDue | Derived::ActionOverdue) | Self::Unrecognised => vec![],
        }
    }
}
