//! What a `detailUrl` led to: an OASys assessment summary, levels of risk in the shape of the ARNS API or in OASys's nine cells,
//! a SARA, a risk management plan. Levels, ratings and dates are read; the words never.

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

/// The members in which a risk management plan has its words.
const PLAN: [&str; 2] = ["victimSafetyPlanning", "contingencyPlans"];

/// The members by which an object says of which assessment it is.
const ASSESSMENT: [&str; 3] = ["assessmentStatus", "dateCompleted", "assessedOn"];

/// The records that a body makes, of each assessment in it; `None` where it is none of the known shapes.
///
/// # Errors
/// [`MessageError`] for an assessment that does not say when it was made, or a level that is none.
pub fn read(body: &Value, about: &About<'_>) -> Result<Option<Vec<Draft>>, MessageError> {
    let mut drafts = Vec::new();
    let cells = parts(body, &|map| CELLS.iter().any(|(cell, ..)| map.contains_key(*cell)), None, DEPTH);
    let summary =
        || parts(body, &|map| map.contains_key("riskInCommunity") || map.contains_key("riskInCustody"), None, DEPTH);
    let (levels, stated): (_, fn(&Map<String, Value>) -> Result<Levels, MessageError>) =
        if cells.is_empty() { (summary(), Levels::of_summary) } else { (cells, Levels::of_cells) };
    for part in &levels {
        let stated = stated(part.0)?;
        if !stated.is_empty() {
            drafts.push(about.assessed(*part, &stated)?);
        }
    }
    let saras = parts(body, &|map| map.contains_key("imminentRiskOfViolenceTowardsPartner"), None, DEPTH);
    for part in &saras {
        drafts.extend(about.sara(*part)?);
    }
    let plans = parts(body, &|map| PLAN.iter().any(|part| map.contains_key(*part)), None, DEPTH);
    for part in &plans {
        drafts.extend(about.plan(*part)?);
    }
    let known = !(levels.is_empty() && saras.is_empty() && plans.is_empty());
    Ok(known.then_some(drafts))
}

/// A part of a body, and what is around it that says of which assessment it is.
type Part<'b> = (&'b Map<String, Value>, &'b Map<String, Value>);

/// Each object of which that holds, from the outside in.
fn parts<'b>(
    value: &'b Value,
    holds: &dyn Fn(&Map<String, Value>) -> bool,
    around: Option<&'b Map<String, Value>>,
    depth: usize,
) -> Vec<Part<'b>> {
    let Some(within) = depth.checked_sub(1) else { return Vec::new() };
    match value {
        Value::Object(map) => {
            let says_which = ASSESSMENT.iter().any(|name| map.contains_key(*name));
            let around = around.filter(|_| !says_which).unwrap_or(map);
            if holds(map) {
                return vec![(map, around)];
            }
            map.values().flat_map(|v| parts(v, holds, Some(around), within)).collect()
        }
        Value::Array(items) => items.iter().flat_map(|v| parts(v, holds, around, within)).collect(),
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
    /// When the assessment was made: its own members say it, or those around it. `latestCompleteDate` does not: it is the date of
    /// whichever assessment was completed last.
    fn made(part: Part<'_>) -> Result<Option<When>, MessageError> {
        for held in [Members::of(part.0), Members::of(part.1)] {
            for name in ["dateCompleted", "assessedOn", "assessorSignedDate", "initiationDate"] {
                if let Some(when) = held.when(name)? {
                    return Ok(Some(when));
                }
            }
        }
        Ok(None)
    }

    fn assessed(&self, part: Part<'_>, levels: &Levels) -> Result<Draft, MessageError> {
        let nothing =
            || MessageError::new("fetched.dateCompleted", "when the assessment was made, or assessedOn", "nothing");
        let made = Self::made(part)?.ok_or_else(nothing)?;
        let held = Members::of(part.0);
        let further = held.object("furtherInformation").unwrap_or_default();
        let assessor = held.text("assessorName|assessor").or_else(|| further.text("assessorName"));
        let made_at = made.instant().to_rfc3339();
        let mut data = Map::new();
        data.insert("levels".to_owned(), Value::Object(levels.community.clone()));
        if !levels.custody.is_empty() {
            data.insert("custody_levels".to_owned(), Value::Object(levels.custody.clone()));
        }
        data.insert("stage".to_owned(), json!(stage(&further.text("pOAssessmentDesc").unwrap_or_default())));
        data.insert("signed".to_owned(), json!(self.signed(part)));
        data.insert("tool".to_owned(), json!("oasys"));
        // Where nobody is named it is somebody who is nobody else.
        let assessor = assessor.unwrap_or_else(|| format!("{} {made_at}", self.case));
        data.insert("assessor".to_owned(), json!(self.key.opaque("staff", &[&assessor])));
        Ok(self.draft(Kind::RiskAssessed, made, data))
    }

    /// Whether the assessment is complete: as its status says, or else the address at which it was; the ARNS shape is of
    /// complete ones only.
    fn signed(&self, part: Part<'_>) -> &'static str {
        let (held, around) = (Members::of(part.0), Members::of(part.1));
        let told = held.text("assessmentStatus").or_else(|| around.text("assessmentStatus"));
        let told = told.or_else(|| self.detail_url.and_then(|url| url.rsplit('/').next()).map(str::to_owned));
        match told.as_deref() {
            Some("COMPLETE") => "yes",
            Some("LOCKED_INCOMPLETE" | "OPEN" | "SIGNED_LOCKED" | "AWAITING_COUNTERSIGN") => "no",
            _ if held.text("assessedOn").is_some() => "yes",
            _ => "unknown",
        }
    }

    fn sara(&self, part: Part<'_>) -> Result<Option<Draft>, MessageError> {
        let (sara, mut data) = (Members::of(part.0), Map::new());
        for (member, field) in [
            ("imminentRiskOfViolenceTowardsPartner", "risk_to_partner"),
            ("imminentRiskOfViolenceTowardsOthers", "risk_to_others"),
        ] {
            let Some(text) = sara.text(member) else { continue };
            let none = || MessageError::new(format!("fetched.{member}"), "Low, Medium or High", "another text");
            let rating = SaraRating::parse(&plain(&text)).ok_or_else(none)?;
            data.insert(field.to_owned(), json!(rating.name()));
        }
        // The ratings of an assessment that is not complete may still change.
        if data.is_empty() || self.signed(part) == "no" {
            return Ok(None);
        }
        let made = Self::made(part)?.unwrap_or(When::At(self.told));
        Ok(Some(self.draft(Kind::SaraCompleted, made, data)))
    }

    /// A plan of a complete assessment is a plan that was updated. Whom it covers is in its words, which are not read: that a part
    /// is not empty is not that it protects somebody.
    fn plan(&self, part: Part<'_>) -> Result<Option<Draft>, MessageError> {
        if self.signed(part) != "yes" {
            return Ok(None);
        }
        let made = Self::made(part)?.unwrap_or(When::At(self.told));
        Ok(Some(self.draft(Kind::RiskManagementPlanUpdated, made, Map::new())))
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
