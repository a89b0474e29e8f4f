//! What a `detailUrl` led to: an OASys assessment summary, levels of risk in the shape of the ARNS API or in OASys's nine cells,
//! a SARA, a risk management plan. Levels, ratings, dates and which parts are filled are read; the words never.

use risk_core::event::vocabulary::{Group, Level, SaraRating, SourceAgency, Term};
use risk_core::event::{Instant, Kind};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::draft::Draft;
use crate::key::Key;
use crate::message::{Members, MessageError};
use crate::when::When;

/// How deep a body is searched.
const DEPTH: usize = 6;

/// Whose it is, and how it came.
pub struct About<'a> {
    /// The host's secret.
    pub key: &'a Key,
    /// The case.
    pub case: Uuid,
    /// When the message that led to it was sent.
    pub told: Instant,
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

/// A member of a risk management plan, by which one is known. What its parts say is never read: that a part is filled is not that
/// it covers anybody.
const PLAN: [&str; 2] = ["victimSafetyPlanning", "contingencyPlans"];

/// The records that a body makes; `None` where it is none of the known shapes.
///
/// # Errors
/// [`MessageError`] for an assessment that does not say when it was made, or a level that is none.
pub fn read(body: &Value, about: &About<'_>) -> Result<Option<Vec<Draft>>, MessageError> {
    let mut drafts = Vec::new();
    let mut known = false;
    for path in paths(body, &|map| CELLS.iter().any(|(cell, ..)| map.contains_key(*cell)), DEPTH) {
        let Some(cells) = path.last() else { continue };
        known = true;
        drafts.extend(about.assessed(cells, &Levels::of_cells(cells)?)?);
    }
    let summaries = paths(body, &|map| map.contains_key("riskInCommunity") || map.contains_key("riskInCustody"), DEPTH);
    for path in summaries.into_iter().filter(|_| !known).take(1).collect::<Vec<_>>() {
        let Some(summary) = path.last() else { continue };
        known = true;
        drafts.extend(about.assessed(summary, &Levels::of_summary(summary)?)?);
    }
    for path in paths(body, &|map| map.contains_key("imminentRiskOfViolenceTowardsPartner"), DEPTH) {
        known = true;
        drafts.extend(about.sara(&path)?);
    }
    for path in paths(body, &|map| PLAN.iter().any(|part| map.contains_key(*part)), DEPTH) {
        known = true;
        drafts.extend(about.plan(&path)?);
    }
    Ok(known.then_some(drafts))
}

/// The ways, from the outside in, to each object of which that holds.
fn paths<'b>(
    value: &'b Value,
    holds: &dyn Fn(&Map<String, Value>) -> bool,
    depth: usize,
) -> Vec<Vec<&'b Map<String, Value>>> {
    let Some(within) = depth.checked_sub(1) else { return Vec::new() };
    match value {
        Value::Object(map) if holds(map) => vec![vec![map]],
        Value::Object(map) => {
            let inner = map.values().flat_map(|v| paths(v, holds, within));
            inner.map(|path| std::iter::once(map).chain(path).collect()).collect()
        }
        Value::Array(items) => items.iter().flat_map(|v| paths(v, holds, within)).collect(),
        _ => Vec::new(),
    }
}

/// The levels that an assessment states, in the community and in custody.
#[derive(Default)]
struct Levels {
    community: Map<String, Value>,
    custody: Map<String, Value>,
}

impl Levels {
    fn is_empty(&self) -> bool {
        self.community.is_empty() && self.custody.is_empty()
    }

    fn state(&mut self, group: Group, in_custody: bool, level: Level) {
        let levels = if in_custody { &mut self.custody } else { &mut self.community };
        levels.insert(group.name().to_owned(), json!(level.name()));
    }

    fn of_cells(cells: &Map<String, Value>) -> Result<Self, MessageError> {
        let (cells, mut levels) = (Members::of(cells), Self::default());
        for (cell, group, in_custody) in CELLS {
            let Some(text) = cells.text(cell).filter(|text| !["none", "null"].contains(&plain(text).as_str())) else {
                continue;
            };
            levels.state(group, in_custody, level(&text).ok_or_else(|| not_a_level(cell))?);
        }
        Ok(levels)
    }

    fn of_summary(summary: &Map<String, Value>) -> Result<Self, MessageError> {
        let mut levels = Self::default();
        for (member, in_custody) in [("riskInCommunity", false), ("riskInCustody", true)] {
            let Some(by_level) = summary.get(member).and_then(Value::as_object) else { continue };
            for (name, value) in by_level {
                // By level, with the groups at it; the widget's form is by group, with its level.
                let groups: Vec<&str> = value.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                match value.as_str() {
                    Some(text) => {
                        let group = group(name).ok_or_else(|| not_a_group(member))?;
                        levels.state(group, in_custody, level(text).ok_or_else(|| not_a_level(member))?);
                    }
                    None => {
                        let level = level(name).ok_or_else(|| not_a_level(member))?;
                        for one in groups {
                            levels.state(group(one).ok_or_else(|| not_a_group(member))?, in_custody, level);
                        }
                    }
                }
            }
        }
        Ok(levels)
    }
}

fn plain(text: &str) -> String {
    text.trim().to_lowercase().replace([' ', '-'], "_")
}

fn level(text: &str) -> Option<Level> {
    Level::parse(&plain(text)).filter(|level| *level != Level::Unknown)
}

fn group(text: &str) -> Option<Group> {
    Group::parse(&plain(text))
}

fn not_a_level(field: &str) -> MessageError {
    MessageError::new(format!("fetched.{field}"), "Low, Medium, High or Very High", "another text")
}

fn not_a_group(field: &str) -> MessageError {
    let groups = "Children, Known Adult, Public, Staff or Prisoners";
    MessageError::new(format!("fetched.{field}"), groups, "another text")
}

impl About<'_> {
    /// When the assessment was made, as one of these members says.
    fn made(held: &Members) -> Result<Option<When>, MessageError> {
        for name in ["dateCompleted", "assessedOn", "assessorSignedDate", "initiationDate"] {
            if let Some(when) = held.when(name)? {
                return Ok(Some(when));
            }
        }
        Ok(None)
    }

    /// The same for a part of an assessment: as the object nearest to it says, else when the message that led to it was sent.
    fn made_around(&self, path: &[&Map<String, Value>]) -> Result<When, MessageError> {
        for map in path.iter().rev() {
            if let Some(when) = Self::made(&Members::of(map))? {
                return Ok(when);
            }
        }
        Ok(When::At(self.told))
    }

    /// Whether the assessment around it is complete, as far as that is told.
    fn complete(&self, path: &[&Map<String, Value>]) -> bool {
        let mut told = path.iter().rev().filter_map(|map| Members::of(map).text("assessmentStatus"));
        let at = || self.detail_url.and_then(|url| url.rsplit('/').next());
        told.next().map_or_else(|| at() != Some("LOCKED_INCOMPLETE"), |status| status == "COMPLETE")
    }

    fn assessed(&self, held: &Map<String, Value>, levels: &Levels) -> Result<Option<Draft>, MessageError> {
        if levels.is_empty() {
            return Ok(None);
        }
        let held = Members::of(held);
        let nothing =
            || MessageError::new("fetched.dateCompleted", "when the assessment was made, or assessedOn", "nothing");
        let made = Self::made(&held)?.ok_or_else(nothing)?;
        let further = held.object("furtherInformation").unwrap_or_default();
        let assessor = held.text("assessorName|assessor").or_else(|| further.text("assessorName"));
        let mut data = Map::new();
        data.insert("levels".to_owned(), Value::Object(levels.community.clone()));
        if !levels.custody.is_empty() {
            data.insert("custody_levels".to_owned(), Value::Object(levels.custody.clone()));
        }
        data.insert("stage".to_owned(), json!(stage(&further.text("pOAssessmentDesc").unwrap_or_default())));
        data.insert("signed".to_owned(), json!(self.signed(&held)));
        data.insert("tool".to_owned(), json!("oasys"));
        // Where nobody is named it is somebody who is nobody else.
        let assessor = assessor.unwrap_or_else(|| format!("{} {}", self.case, made.instant().to_rfc3339()));
        data.insert("assessor".to_owned(), json!(self.key.opaque("staff", &[&assessor])));
        Ok(Some(self.draft(Kind::RiskAssessed, made, data)))
    }

    /// Whether the assessment is complete: as its status says, or else the address at which it was; the ARNS shape is of
    /// complete ones only.
    fn signed(&self, held: &Members) -> &'static str {
        let told = held.text("assessmentStatus");
        let told = told.or_else(|| self.detail_url.and_then(|url| url.rsplit('/').next()).map(str::to_owned));
        match told.as_deref() {
            Some("COMPLETE") => "yes",
            Some("LOCKED_INCOMPLETE" | "OPEN" | "SIGNED_LOCKED" | "AWAITING_COUNTERSIGN") => "no",
            _ if held.text("assessedOn").is_some() => "yes",
            _ => "unknown",
        }
    }

    /// A SARA, where the assessment that it is part of is complete: one that is not has completed nothing.
    fn sara(&self, path: &[&Map<String, Value>]) -> Result<Option<Draft>, MessageError> {
        let Some(sara) = path.last().map(|map| Members::of(map)).filter(|_| self.complete(path)) else {
            return Ok(None);
        };
        let mut data = Map::new();
        for (member, field) in [
            ("imminentRiskOfViolenceTowardsPartner", "risk_to_partner"),
            ("imminentRiskOfViolenceTowardsOthers", "risk_to_others"),
        ] {
            let Some(text) = sara.text(member) else { continue };
            let none = || MessageError::new(format!("fetched.{member}"), "Low, Medium or High", "another text");
            let rating = SaraRating::parse(&plain(&text)).ok_or_else(none)?;
            data.insert(field.to_owned(), json!(rating.name()));
        }
        if data.is_empty() {
            return Ok(None);
        }
        Ok(Some(self.draft(Kind::SaraCompleted, self.made_around(path)?, data)))
    }

    /// That a plan was updated, likewise; whom it covers stands in its words alone.
    fn plan(&self, path: &[&Map<String, Value>]) -> Result<Option<Draft>, MessageError> {
        let filled = path.last().is_some_and(|map| PLAN.iter().any(|part| Members::of(map).text(part).is_some()));
        if !filled || !self.complete(path) {
            return Ok(None);
        }
        let data = std::iter::once(("covers".to_owned(), json!([]))).collect();
        Ok(Some(self.draft(Kind::RiskManagementPlanUpdated, self.made_around(path)?, data)))
    }

    fn draft(&self, kind: Kind, made: When, data: Map<String, Value>) -> Draft {
        // The service holds an assessment when it is made, whoever fetches it when.
        let recorded = made.instant();
        let (case, at) = (self.case.to_string(), recorded.to_rfc3339());
        Draft {
            id: self.key.uuid(&["event", &case, kind.name(), "assessment", &at]),
            case: self.case,
            occurred: recorded,
            recorded,
            reference: self.key.opaque("source", &[&case, "assessment", &at]),
            agency: SourceAgency::Probation,
            handling: None,
            kind,
            data,
            replies: None,
            from: self.from,
        }
    }
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
