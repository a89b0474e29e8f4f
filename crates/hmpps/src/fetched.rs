//! What a `detailUrl` led to: an OASys assessment summary, levels of risk in the shape of the ARNS API or in OASys's nine cells,
//! a SARA, a risk management plan. Levels, ratings, dates and which parts are filled are read; the words never.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use risk_core::event::vocabulary::{Group, Level, SaraRating, SourceAgency, Term};
use risk_core::event::{Instant, Kind};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::json::{Json, Object};
use crate::key::Key;
use crate::message::MessageError;
use crate::pending_record::PendingRecord;
use crate::when::When;

/// The case it belongs to, and how it arrived.
pub struct About<'a> {
    /// The host's secret.
    pub key: &'a Key,
    /// The case.
    pub case: Uuid,
    /// When the message that led to it was sent.
    pub reported: Instant,
    /// Where it was.
    pub detail_url: Option<&'a str>,
    /// Which of the things given it came with.
    pub from: usize,
}

/// OASys's nine cells: nobody is a risk to prisoners in the community.
const CELLS: [(&str, Group, bool); 9] = [
    ("riskChildrenCommunity", Group::Children, false),
    ("riskChildrenCustody", Group::Children, true),
    ("riskKnownAdultCommunity", Group::KnownAdult, false),
    ("riskKnownAdultCustody", Group::KnownAdult, true),
    ("riskPublicCommunity", Group::Public, false),
    ("riskPublicCustody", Group::Public, true),
    ("riskStaffCommunity", Group::Staff, false),
    ("riskStaffCustody", Group::Staff, true),
    ("riskPrisonersCustody", Group::Prisoners, true),
];

/// The members that hold an overall level: of OASys, which sends it when the flag changes and before the cells are complete, and of ARNS.
const OVERALL: [&str; 3] = ["riskLevel", "overallRiskLevel", "overallRisk"];
/// The member of an overall level of OASys that says it.
const SCORE: &str = "riskScoreLevel";

/// A member of a risk management plan, by which one is known. What its parts say is never read: that a part is filled is not that
/// it covers anybody.
const PLAN: [&str; 2] = ["victimSafetyPlanning", "contingencyPlans"];

/// What a person has to do about an overall level that is no group's: records have levels of groups alone.
pub const OVERALL_ALONE: &str = "look up in OASys which group it is of, and record risk_assessed; no record says it, and no group has it until then";

/// What a body says.
#[derive(Debug, Default)]
pub struct Read {
    /// The records that it makes.
    pub drafts: Vec<PendingRecord>,
    /// The overall level that it states, where no group that could be read has it.
    pub overall: Option<Level>,
    /// Where it says two things, and which of them was taken; and which parts could not be read.
    pub notes: Vec<String>,
}

/// What a body says; `None` where it is none of the known shapes. Each assessment is read by its own date. What one assessment says
/// twice is read once: the higher of two levels counts, and a note says so. A part that cannot be read costs no other part, and a
/// note names it.
///
/// # Errors
/// [`MessageError`] where nothing can be read: for the first assessment that does not say when it was made, or the first level that
/// is none.
pub fn read(body: &Json, about: &About<'_>) -> Result<Option<Read>, MessageError> {
    about.read(body).map_err(|e| e.within("fetched"))
}

/// The parts that could not be read, each with what follows.
#[derive(Default)]
struct Unread(Vec<(MessageError, String)>);

impl Unread {
    fn push(&mut self, error: MessageError, so: impl Into<String>) {
        let one = (error, so.into());
        if !self.0.contains(&one) {
            self.0.push(one);
        }
    }

    /// What was read; else it is noted that it was not, and what follows.
    fn or<T>(&mut self, read: Result<T, MessageError>, so: &str) -> Option<T> {
        read.map_err(|error| self.push(error, so)).ok()
    }

    fn cell(&mut self, error: MessageError, of: (Group, bool)) {
        self.push(error, format!("the level of {} is not known by this assessment", named(of)));
    }
}

/// A group in a setting: in the community or (true) in custody.
fn named((group, in_custody): (Group, bool)) -> String {
    format!("{} in {}", group.name(), if in_custody { "custody" } else { "the community" })
}

/// The ways, from the outside in, to each object of which that holds, also to one within another.
fn paths<'b>(value: &'b Json, holds: &dyn Fn(&Object) -> bool) -> Vec<Vec<&'b Object>> {
    match value {
        Json::Object(object) => {
            let mut inner: Vec<Vec<&Object>> = object.iter().flat_map(|(_, v)| paths(v, holds)).collect();
            inner.iter_mut().for_each(|path| path.insert(0, object));
            holds(object).then(|| vec![object]).into_iter().chain(inner).collect()
        }
        Json::Array(items) => items.iter().flat_map(|v| paths(v, holds)).collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) => Vec::new(),
    }
}

/// The members that hold levels in the shape of the ARNS API, each with whether it is of custody.
const SUMMARIES: [(&str, bool); 2] = [("riskInCommunity", false), ("riskInCustody", true)];

/// The members that hold the ratings of a SARA, each with the field of the record.
const RATINGS: [(&str, &str); 2] = [
    ("imminentRiskOfViolenceTowardsPartner", "risk_to_partner"),
    ("imminentRiskOfViolenceTowardsOthers", "risk_to_others"),
];

/// What one assessment states, of each thing the highest.
struct Highest<K, L> {
    stated: BTreeMap<K, L>,
    /// Those of which it states different ones.
    differing: BTreeSet<K>,
}

impl<K: Ord + Copy, L: Ord + Copy> Highest<K, L> {
    fn new() -> Self {
        Self { stated: BTreeMap::new(), differing: BTreeSet::new() }
    }

    fn state(&mut self, of: K, level: L) {
        let highest = self.stated.entry(of).or_insert(level);
        if *highest != level {
            self.differing.insert(of);
            *highest = level.max(*highest);
        }
    }

    fn join(&mut self, other: Self) {
        self.differing.extend(other.differing);
        other.stated.into_iter().for_each(|(of, level)| self.state(of, level));
    }
}

/// The dates that say when an assessment was completed, in the order in which they count.
const COMPLETED: [&str; 3] = ["dateCompleted", "assessedOn", "assessorSignedDate"];

/// The date that says when it was begun; one that has no other date is in progress.
const BEGUN: &str = "initiationDate";

/// The states of an assessment in OASys; all but complete mean that it settles nothing.
const STATES: [&str; 9] = [
    "complete",
    "completed",
    "open",
    "incomplete",
    "locked_incomplete",
    "signed",
    "signed_locked",
    "awaiting_countersign",
    "countersign_required",
];

fn is_status(text: &str) -> bool {
    STATES.contains(&text)
}

/// The levels of risk to each group, in the community or (true) in custody.
type Levels = Highest<(Group, bool), Level>;

fn levels(of: &Object, unread: &mut Unread) -> Levels {
    let mut levels = Levels::new();
    for (cell, group, in_custody) in CELLS {
        for value in of.all(cell) {
            match level(cell, value) {
                Ok(Some(level)) => levels.state((group, in_custody), level),
                Ok(None) => {}
                Err(e) => unread.cell(e, (group, in_custody)),
            }
        }
    }
    for (member, in_custody) in SUMMARIES {
        for summary in of.all(member).filter(|summary| !summary.is_nothing()) {
            let Some(summary) = summary.as_object() else {
                unread.push(not_a_group(member, "another form"), "no level in it is known");
                continue;
            };
            for (name, value) in summary.iter() {
                state(&mut levels, (member, in_custody), (name, value), unread);
            }
        }
    }
    levels
}

/// By level, with the groups at it; the widget's form is by group, with its level.
fn state(levels: &mut Levels, (member, in_custody): (&str, bool), (name, value): (&str, &Json), unread: &mut Unread) {
    const NO_GROUP: &str = "what it says of a group is not known";
    match value {
        Json::Array(groups) => {
            for one in groups {
                match (level_of(name), one.text().and_then(|text| group(&text))) {
                    (Some(level), Some(group)) => levels.state((group, in_custody), level),
                    (None, Some(group)) => unread.cell(not_a_level(member, "another text"), (group, in_custody)),
                    (_, None) => unread.push(not_a_group(member, "another text"), NO_GROUP),
                }
            }
        }
        value if value.is_nothing() => {}
        value => match (group(name), level(member, value)) {
            (None, _) => unread.push(not_a_group(member, "another text"), NO_GROUP),
            (Some(group), Ok(Some(level))) => levels.state((group, in_custody), level),
            (Some(_), Ok(None)) => {}
            (Some(group), Err(e)) => unread.cell(e, (group, in_custody)),
        },
    }
}

/// Whether a value says when an answer was given, and not the answer: OASys lists those under the same names (`latest_dates`).
fn is_date(value: &Json) -> bool {
    value.text().is_some_and(|text| When::read(&text).is_some())
}

/// The words that say that there is no level.
const NO_LEVEL: [&str; 8] =
    ["none", "null", "unknown", "not_known", "not_assessed", "not_applicable", "n_a", "no_level"];

/// The level that a value states; none where it states that there is none.
fn level(field: &str, value: &Json) -> Result<Option<Level>, MessageError> {
    match value.text() {
        Some(_) if is_date(value) => Ok(None),
        Some(text) if NO_LEVEL.contains(&plain(&text).as_str()) => Ok(None),
        Some(text) => level_of(&text).map(Some).ok_or_else(|| not_a_level(field, "another text")),
        None if value.is_nothing() => Ok(None),
        None => Err(not_a_level(field, &value.described())),
    }
}

/// A word of the estate as the engine writes words: in lower case, with one underscore between two words.
fn plain(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("_")
}

fn level_of(text: &str) -> Option<Level> {
    let word = plain(text);
    let word = if word == "veryhigh" { "very_high" } else { word.as_str() };
    Level::parse(word).filter(|level| *level != Level::Unknown)
}

fn group(text: &str) -> Option<Group> {
    let word = plain(text);
    let word = if word == "knownadult" { "known_adult" } else { word.as_str() };
    Group::parse(word)
}

fn not_a_level(field: &str, found: &str) -> MessageError {
    MessageError::new(field, "Low, Medium, High or Very High", found)
}

fn not_a_group(field: &str, found: &str) -> MessageError {
    MessageError::new(field, "Children, Known Adult, Public, Staff or Prisoners", found)
}

/// Whether an assessment is complete. Of two that speak of one assessment the first in this order counts: what is not complete
/// settles nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Signed {
    No,
    Unknown,
    Yes,
}

impl Signed {
    fn name(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Unknown => "unknown",
            Self::Yes => "yes",
        }
    }
}

/// An assessment, as one object of a body describes it.
struct Assessed {
    made: When,
    levels: Levels,
    signed: Signed,
    stage: &'static str,
    assessor: Option<String>,
}

impl Assessed {
    /// Joins what another object says about the same assessment.
    fn join(&mut self, other: Self) {
        self.levels.join(other.levels);
        self.signed = self.signed.min(other.signed);
        self.assessor = self.assessor.take().or(other.assessor);
    }
}

/// Whether an object has a member that holds levels of groups.
fn holds_levels(object: &Object) -> bool {
    let mut members = CELLS.iter().map(|(cell, ..)| cell).chain(SUMMARIES.iter().map(|(member, _)| member));
    members.any(|member| object.has(member))
}

/// The highest level of a group that an object or one within it states.
fn highest(object: &Object) -> Option<Level> {
    let within = object.iter().flat_map(|(_, value)| paths(value, &holds_levels));
    let each = within.filter_map(|path| path.last().copied()).chain([object]);
    each.flat_map(|one| levels(one, &mut Unread::default()).stated.into_values()).max()
}

impl About<'_> {
    fn read(&self, body: &Json) -> Result<Option<Read>, MessageError> {
        let mut read = Read::default();
        let mut unread = Unread::default();
        let is_known = [
            Self::overall_level(body, &mut read, &mut unread),
            self.assessments(body, &mut read, &mut unread),
            self.saras(body, &mut read, &mut unread),
            self.plans(body, &mut read, &mut unread),
        ];
        if let (true, Some((first, _))) = (read.drafts.is_empty() && read.overall.is_none(), unread.0.first()) {
            return Err(first.clone());
        }
        let notes = unread.0.into_iter().map(|(error, so)| format!("{}: {so}", error.within("fetched")));
        read.notes.extend(notes);
        Ok(is_known.contains(&true).then_some(read))
    }

    /// Reads each overall level that is above those of its groups; gives whether there is any such member. It says of no group that it
    /// is at that level, so no record is made of it, and the levels of the groups stay as they are.
    fn overall_level(body: &Json, read: &mut Read, unread: &mut Unread) -> bool {
        let all = paths(body, &|object| OVERALL.iter().any(|member| object.has(member)));
        let mut overall: BTreeSet<(Level, bool)> = BTreeSet::new();
        for held in all.iter().filter_map(|path| path.last()) {
            let groups = highest(held);
            let level = Self::overall(held, unread).filter(|level| Some(*level) > groups);
            overall.extend(level.map(|level| (level, groups.is_some())));
        }
        let Some((level, has_groups)) = overall.last().copied() else { return !all.is_empty() };
        read.overall = Some(level);
        if has_groups {
            let name = level.name();
            read.notes
                .push(format!("the overall level {name} is above that of every group that was read: {OVERALL_ALONE}"));
        }
        true
    }

    fn assessments(&self, body: &Json, read: &mut Read, unread: &mut Unread) -> bool {
        let all = paths(body, &holds_levels);
        let mut assessments: BTreeMap<Instant, Assessed> = BTreeMap::new();
        for path in &all {
            let one = self.assessed(path, unread);
            let Some(one) = unread.or(one, "no level of that assessment is known").flatten() else { continue };
            match assessments.entry(one.made.instant()) {
                Entry::Occupied(mut held) => held.get_mut().join(one),
                Entry::Vacant(place) => drop(place.insert(one)),
            }
        }
        for one in assessments.into_values() {
            read.notes
                .extend(one.levels.differing.iter().map(|of| two_levels(*of, one.levels.stated.get(of), one.made)));
            read.drafts.push(self.assessment(one));
        }
        !all.is_empty()
    }

    fn saras(&self, body: &Json, read: &mut Read, unread: &mut Unread) -> bool {
        let all = paths(body, &|object| RATINGS.iter().any(|(member, _)| object.has(member)));
        let mut saras: BTreeMap<Instant, (When, Highest<&'static str, SaraRating>)> = BTreeMap::new();
        for path in &all {
            let ratings = self.sara(path, unread);
            if ratings.stated.is_empty() {
                continue;
            }
            let Some(made) = unread.or(Self::made(path), "the SARA is not recorded") else { continue };
            let made = made.unwrap_or(When::At(self.reported));
            saras.entry(made.instant()).or_insert_with(|| (made, Highest::new())).1.join(ratings);
        }
        for (made, ratings) in saras.into_values() {
            let two = |field| format!("two ratings of {field} in the SARA of {made}: the higher was recorded");
            read.notes.extend(ratings.differing.iter().map(two));
            let data = ratings.stated.into_iter().map(|(field, rating)| (field.to_owned(), json!(rating.name())));
            read.drafts.push(self.draft(Kind::SaraCompleted, made, data.collect()));
        }
        !all.is_empty()
    }

    fn plans(&self, body: &Json, read: &mut Read, unread: &mut Unread) -> bool {
        let all = paths(body, &|object| PLAN.iter().any(|part| object.has(part)));
        let mut plans: BTreeMap<Instant, When> = BTreeMap::new();
        for path in &all {
            if self.is_plan(path, unread)
                && let Some(Some(made)) = unread.or(Self::made(path), "the plan is not recorded")
            {
                plans.insert(made.instant(), made);
            }
        }
        // Only the wording of a plan says whom it covers.
        let covers: Map<String, Value> = std::iter::once(("covers".to_owned(), json!([]))).collect();
        let plan = |made| self.draft(Kind::RiskManagementPlanUpdated, made, covers.clone());
        read.drafts.extend(plans.into_values().map(plan));
        !all.is_empty()
    }

    /// When the assessment was made, as the object nearest to it says.
    fn made(path: &[&Object]) -> Result<Option<When>, MessageError> {
        Ok(Self::dated(path, &[COMPLETED.as_slice(), &[BEGUN]].concat())?.map(|(_, when)| when))
    }

    /// The first of the named dates, of the object nearest to it.
    fn dated(path: &[&Object], names: &[&'static str]) -> Result<Option<(&'static str, When)>, MessageError> {
        for object in path.iter().rev() {
            for name in names {
                if let Some(when) = object.when(name)? {
                    return Ok(Some((*name, when)));
                }
            }
        }
        Ok(None)
    }

    /// The status of the assessment, as the object nearest to it says.
    fn status(path: &[&Object]) -> Result<Option<String>, MessageError> {
        let mut each = path.iter().rev().map(|object| object.text("assessmentStatus")).filter_map(Result::transpose);
        Ok(each.next().transpose()?.map(|status| plain(&status)))
    }

    /// The last part of the address at which it was.
    fn status_in_address(&self) -> Option<String> {
        self.detail_url.and_then(|url| url.rsplit('/').next()).map(plain)
    }

    /// The overall level that an object states.
    fn overall(held: &Object, unread: &mut Unread) -> Option<Level> {
        let mut found = None;
        let mut state = |member: &str, value: &Json| {
            found = found.max(unread.or(level(member, value), "the overall level is not known").flatten());
        };
        for member in OVERALL {
            for value in held.all(member) {
                match value.as_object() {
                    Some(object) => object.all(SCORE).for_each(|value| state(SCORE, value)),
                    None => state(member, value),
                }
            }
        }
        found
    }

    fn assessed(&self, path: &[&Object], unread: &mut Unread) -> Result<Option<Assessed>, MessageError> {
        let Some(held) = path.last().copied() else { return Ok(None) };
        let levels = levels(held, unread);
        if levels.stated.is_empty() {
            return Ok(None);
        }
        let nothing = || MessageError::new("dateCompleted", "when the assessment was made, or assessedOn", "nothing");
        let made = Self::made(path)?.ok_or_else(nothing)?;
        let mut text = |of: Option<&Object>, name: &str| {
            of.and_then(|of| unread.or(of.text(name), "it is taken as not said").flatten())
        };
        let further = held.all("furtherInformation").find_map(Json::as_object);
        let assessor = text(Some(held), "assessorName").or_else(|| text(Some(held), "assessor"));
        let assessor = assessor.or_else(|| text(further, "assessorName"));
        let stage = stage(&text(further, "pOAssessmentDesc").unwrap_or_default());
        Ok(Some(Assessed { made, levels, signed: self.signed(path, unread), stage, assessor }))
    }

    /// The record of an assessment.
    fn assessment(&self, one: Assessed) -> PendingRecord {
        let of = |custody: bool| {
            let levels = one.levels.stated.iter().filter(move |((_, in_custody), _)| *in_custody == custody);
            levels.map(|((group, _), level)| (group.name().to_owned(), json!(level.name()))).collect::<Map<_, _>>()
        };
        let (community, custody) = (of(false), of(true));
        let mut data = Map::new();
        data.insert("levels".to_owned(), Value::Object(community));
        if !custody.is_empty() {
            data.insert("custody_levels".to_owned(), Value::Object(custody));
        }
        data.insert("stage".to_owned(), json!(one.stage));
        data.insert("signed".to_owned(), json!(one.signed.name()));
        data.insert("tool".to_owned(), json!("oasys"));
        // If no one is named, it is an unknown person, distinct from all others.
        let nobody = || format!("{} {}", self.case, one.made.instant().to_rfc3339());
        let assessor = one.assessor.unwrap_or_else(nobody);
        data.insert("assessor".to_owned(), json!(self.key.opaque("staff", &[&assessor])));
        let draft = self.draft(Kind::RiskAssessed, one.made, data);
        // The service knows of an assessment in progress from when it was reported.
        let known = if one.signed == Signed::Yes { draft.recorded } else { draft.recorded.max(self.reported) };
        PendingRecord { recorded: known, ..draft }
    }

    /// Whether the assessment is complete: as its status says, or else the address at which it was; the ARNS shape is of
    /// complete ones only.
    fn signed(&self, path: &[&Object], unread: &mut Unread) -> Signed {
        let dates = Self::dated(path, &COMPLETED).and_then(|ended| Ok((ended, Self::dated(path, &[BEGUN])?)));
        let read = dates.and_then(|dates| Ok((dates, Self::status(path)?)));
        let Some(((ended, begun), reported)) = unread.or(read, "whether the assessment is complete is not known")
        else {
            return Signed::Unknown;
        };
        if ended.is_none() && begun.is_some() {
            return Signed::No;
        }
        let in_address = self.status_in_address().filter(|status| is_status(status));
        match reported.or(in_address).as_deref() {
            Some("complete" | "completed") => Signed::Yes,
            Some(status) if is_status(status) => Signed::No,
            Some(_) => Signed::Unknown,
            None if path.iter().any(|object| object.has("assessedOn")) => Signed::Yes,
            None => Signed::Unknown,
        }
    }

    /// The ratings of a SARA, where the assessment that it is part of is complete: one that is not has completed nothing.
    fn sara(&self, path: &[&Object], unread: &mut Unread) -> Highest<&'static str, SaraRating> {
        let mut ratings = Highest::new();
        let Some(sara) = path.last() else { return ratings };
        if self.signed(path, unread) != Signed::Yes {
            return ratings;
        }
        for (member, field) in RATINGS {
            for value in sara.all(member).filter(|value| !value.is_nothing() && !is_date(value)) {
                let rating = value.text().and_then(|text| SaraRating::parse(&plain(&text)));
                let none = || MessageError::new(member, "Low, Medium or High", "another text");
                if let Some(rating) = unread.or(rating.ok_or_else(none), "that rating is not known") {
                    ratings.state(field, rating);
                }
            }
        }
        ratings
    }

    /// Whether that is a plan, of an assessment that is complete.
    fn is_plan(&self, path: &[&Object], unread: &mut Unread) -> bool {
        let says = |value: &Json| value.text().is_some() && !is_date(value);
        let filled = |plan: &&Object| PLAN.iter().any(|part| plan.all(part).any(says));
        path.last().is_some_and(filled) && self.signed(path, unread) == Signed::Yes
    }

    fn draft(&self, kind: Kind, made: When, data: Map<String, Value>) -> PendingRecord {
        // The service holds an assessment when it is made, whoever fetches it when.
        let recorded = made.instant();
        let (case, at) = (self.case.to_string(), recorded.to_rfc3339());
        PendingRecord {
            id: self.key.uuid(&["event", &case, kind.name(), "assessment", &at]),
            case: self.case,
            occurred: recorded,
            ahead: None,
            own: None,
            says_when: true,
            recorded,
            stated: self.reported.max(recorded),
            reference: self.key.opaque("source", &[&case, "assessment", &at]),
            agency: SourceAgency::Probation,
            role: None,
            handling: None,
            kind,
            data,
            replies: None,
            may_be_deleted: false,
            from: self.from,
        }
    }
}

/// That an assessment states two levels for one group.
fn two_levels(of: (Group, bool), level: Option<&Level>, made: When) -> String {
    let level = level.map_or("the higher", |level| level.name());
    format!("two levels for {} in the assessment of {made}: the higher, {level}, was recorded", named(of))
}

/// At what stage, as OASys calls the purpose of the assessment.
fn stage(purpose: &str) -> &'static str {
    let purpose = purpose.to_lowercase();
    let of = |words: &[&str]| words.iter().any(|w| purpose.contains(w));
    match () {
        () if of(&["psr", "pre-sentence", "court"]) => "court",
        () if of(&["start", "initial", "induction"]) => "initial",
        () => "review",
    }
}
