//! Compares pending records with what is on record: nothing is lost, and nothing is recorded twice.
//!
//! Two pending records of one id are one fact reported twice; the one that says more counts. A record that says less is corrected.
//! What was taken back stays taken back, whatever is reported later. So the same facts in another order, or in other portions, give
//! the same records.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{SubsecRound, TimeDelta};
use risk_core::calendar::london_day;
use risk_core::event::catalogue::{RecordCorrected, RecordRetracted};
use risk_core::event::field::{Replacement, StaffId};
use risk_core::event::vocabulary::{CorrectionReason, Handling, SourceAgency, Term};
use risk_core::event::{Event, Field, FieldValue, Instant, Kind, Nature};
use risk_core::log::{Log, Record, RecordSource};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::contact::{LastStatement, Standing};
use crate::key::Key;
use crate::meaning::{Move, Moved, TakeBack};
use crate::pending_record::{PendingRecord, Reference, ahead, record, record_from};
use crate::statement::{Difference, Statement, Statements};

mod contacts;
mod homes;

pub(crate) use contacts::contact_digest;
pub(crate) use homes::Families;

/// The name under which the estate's own corrections are recorded.
const ESTATE: &str = "hmpps-estate";

/// What is said of a death beside which a release is on record.
const RELEASED_TOO: &str = "a release at that moment or later is on record too: both stay, and the death ends supervision; retract the \
     one that is wrong";

/// What is to be looked up where a move does not say of which sentence it is.
const WHICH_SENTENCE: &str = "a sentence was moved from one CRN to another, and the message does not say which: retract the \
     records of it under the source, and record them under the target";

/// What is to be looked up where a spell in prison was moved or deleted, of which there may be records.
const WHICH_SPELL: &str = "a spell in prison was put under another prison number, or deleted, and records do not say of which spell \
     they are: retract those of it in the case of the number under which it was, and record them under the one to which it belongs";

/// What became of a draft, or of what is taken back or moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reconciled {
    /// It made this record.
    New(Uuid),
    /// It is on record.
    Known,
    /// The catalogue requires more than was reported.
    Wanting(String),
    /// What it speaks of is not there.
    Absent,
    /// It concerns a person of whom nothing is on record.
    NotHeld,
    /// It does not say which records it is about, and some are there: what a person has to look up.
    Which(&'static str),
}

/// One case: what is on record, and what is new.
struct Case {
    held: Log,
    /// The time of whoever keeps the records: none is later.
    now: Option<Instant>,
    fresh: Vec<Record>,
    /// The places of the records of each reference, those on record first.
    by_reference: BTreeMap<String, Vec<usize>>,
    /// Each record that was taken back, with the reasons, and whether the estate did so.
    retracted: BTreeMap<Uuid, Vec<(CorrectionReason, bool)>>,
}

/// All cases of an import.
pub struct Reconciler<'a> {
    key: &'a Key,
    now: Option<Instant>,
    families: Families,
    held: &'a mut dyn FnMut(Uuid) -> Option<Log>,
    cases: BTreeMap<Uuid, Case>,
    /// What became of each thing given, by its number.
    pub reported: Vec<(usize, Reconciled)>,
    /// Where statements of one moment differ, by the number of the thing given.
    pub notes: Vec<(usize, String)>,
    /// The things given of which it was recorded only that they were stated.
    pub noted: BTreeSet<usize>,
    /// The statement that counts of each contact with an id, by the digest of the contact, where that is news.
    pub last_statements: BTreeMap<String, LastStatement>,
}

impl<'a> Reconciler<'a> {
    /// Nothing is new yet; `held` gives the present log of a case, and no record is later than `now`.
    pub fn new(
        key: &'a Key,
        now: Option<Instant>,
        families: Families,
        held: &'a mut dyn FnMut(Uuid) -> Option<Log>,
    ) -> Self {
        Self {
            key,
            now,
            families,
            held,
            cases: BTreeMap::new(),
            reported: Vec::new(),
            notes: Vec::new(),
            noted: BTreeSet::new(),
            last_statements: BTreeMap::new(),
        }
    }

    fn case(&mut self, id: Uuid) -> &mut Case {
        let (now, held) = (self.now, &mut self.held);
        self.cases.entry(id).or_insert_with(|| Case::new(held(id).unwrap_or_else(|| Log::new(id)), now))
    }

    /// The new records, each case's in an order in which a log takes them.
    pub fn into_records(self) -> Vec<Record> {
        self.cases.into_values().flat_map(|case| case.fresh).collect()
    }

    /// Makes records of drafts, moves them, and takes back what was deleted. What was stated by the time of a deletion is deleted by it;
    /// what was stated later is recorded again.
    pub fn say_move_and_take_back(&mut self, drafts: Vec<PendingRecord>, moved: &[Move], taken_back: &[TakeBack]) {
        let key = self.key;
        let mut deleted: BTreeMap<(Uuid, String), Instant> = BTreeMap::new();
        for one in taken_back {
            for place in self.all_places(one.case, &one.own) {
                let at = deleted.entry(place).or_insert(one.stated);
                *at = one.stated.max(*at);
            }
        }
        let (before, after): (Vec<PendingRecord>, Vec<PendingRecord>) = drafts.into_iter().partition(|draft| {
            let here = deleted.get(&(draft.case, draft.reference.clone())).copied();
            let last = here.max(self.case(draft.case).withdrawn(key, &draft.reference));
            last.is_some_and(|at| draft.stated <= at)
        });
        self.say(before);
        let reported = self.reported.len();
        moved.iter().for_each(|one| self.r#move(one));
        if !after.is_empty() {
            // What else became of the moves is known when all is said.
            let of_moves = self.reported.split_off(reported);
            self.reported.extend(of_moves.into_iter().filter(|(_, settled)| matches!(settled, Reconciled::New(_))));
        }
        for one in taken_back {
            for (case, reference) in self.places_of_taken(one.case, &one.own) {
                self.take_back(&TakeBack { case, reference, ..one.clone() });
            }
        }
        if !after.is_empty() {
            self.say(after);
            moved.iter().for_each(|one| self.r#move(one));
        }
    }

    /// Makes records of drafts, requests before their replies.
    fn say(&mut self, drafts: Vec<PendingRecord>) {
        let (replies, others): (Vec<PendingRecord>, Vec<PendingRecord>) =
            drafts.into_iter().partition(|d| d.replies.is_some());
        self.say_each(others);
        let answering = replies.into_iter().map(|mut draft| {
            if let Some((stream, member)) = draft.replies.take() {
                let asked = self.case(draft.case).request(&stream, draft.occurred);
                // A reply to an unrecorded question is still a reply.
                let id = asked.unwrap_or_else(|| self.key.opaque(&unasked(&stream), &[&draft.id.to_string()]));
                draft.data.insert(member, json!(id));
            }
            draft
        });
        let answering = answering.collect();
        self.say_each(answering);
    }

    fn say_each(&mut self, drafts: Vec<PendingRecord>) {
        let mut by_fact: BTreeMap<(Uuid, Uuid), Vec<(PendingRecord, Event)>> = BTreeMap::new();
        for draft in drafts {
            match draft.event() {
                Err(e) => {
                    let why = format!(
                        "{} asks for `{}`: {}, and the message has {}",
                        draft.kind, e.field, e.expected, e.found
                    );
                    self.reported.push((draft.from, Reconciled::Wanting(why)));
                }
                Ok(event) => by_fact.entry((draft.case, draft.id)).or_default().push((draft, event)),
            }
        }
        let mut facts: Vec<Vec<(PendingRecord, Event)>> = by_fact.into_values().collect();
        facts.sort_by_key(|reported| reported.iter().map(|(d, _)| (d.recorded, d.id)).min());
        for reported in facts {
            let recorded = reported.iter().map(|(draft, _)| draft.recorded).min();
            // What one source marks as sensitive stays so, whichever says more.
            let handling = reported.iter().filter_map(|(draft, _)| draft.handling).max();
            let mut by_moment: BTreeMap<Instant, Vec<(PendingRecord, Event)>> = BTreeMap::new();
            for (draft, event) in reported {
                by_moment.entry(draft.stated).or_default().push((draft, event));
            }
            for stated in by_moment.into_values() {
                // The first to state it is the one that is said to have made the record.
                let from: Vec<usize> = stated.iter().map(|(draft, _)| draft.from).collect();
                let all = stated.iter().map(|(draft, event)| Statement::new(draft.stated, draft.occurred, event));
                let all = Statements::of(all);
                let Some((mut draft, _)) = stated.into_iter().next() else { continue };
                draft.recorded = recorded.unwrap_or(draft.recorded);
                draft.handling = handling;
                let (made, differing) = self.settle(draft, all);
                let mut first = true;
                for one in from {
                    let settled = if std::mem::take(&mut first) { made.clone() } else { Reconciled::Known };
                    self.reported.push((one, settled));
                    self.notes.extend(differing.iter().map(|member| (one, member.to_string())));
                }
            }
        }
    }

    /// Sets what was stated of one fact against what is on record of it; with the members in which statements of one moment differ.
    fn settle(&mut self, mut draft: PendingRecord, new: Statements) -> (Reconciled, BTreeSet<Difference>) {
        let key = self.key;
        let case = self.case(draft.case);
        let withdrawn = case.withdrawn(key, &draft.reference).filter(|at| draft.stated <= *at);
        if withdrawn.is_none() {
            draft.id = case.again(key, draft.id);
        }
        let held = case.record(draft.id).cloned();
        let first = held.as_ref().and_then(Record::event);
        let Some((held, first)) = held.as_ref().zip(first) else {
            let known = held.is_some();
            let differing = new.differing.clone();
            let Some((best, event)) = new.into_best(draft.kind).filter(|_| !known) else {
                return (Reconciled::Known, differing);
            };
            (draft.occurred, draft.stated) = (case.in_order(draft.ahead, best.occurred), best.stated);
            draft.recorded = draft.recorded.max(draft.occurred);
            case.push(draft.record(event));
            if let Some(at) = withdrawn {
                let reference = Reference { of: &draft.reference, stated: at };
                case.retract(key, draft.id, at, reference, CorrectionReason::EnteredInError, draft.handling);
            }
            return (Reconciled::New(draft.id), differing);
        };
        if withdrawn.is_some() {
            return (Reconciled::Known, new.differing);
        }
        let last = case.last_stated(key, held, first);
        let versions = case.versions(held, first);
        let marked = case.handling(held);
        // When it is by now said to have happened. A later statement that says so replaces an earlier one; where none did, it is the
        // moment at which something was first stated.
        let in_force = versions.iter().max_by_key(|(_, at)| *at);
        let was_said = in_force.is_some_and(|(said, at)| said.occurred < said.stated.min(*at));
        let in_force = in_force.map_or(held.occurred_at, |(said, _)| said.occurred);
        let is_other_day = draft.says_when && was_said && london_day(draft.occurred) != london_day(in_force);
        let occurred = match draft.stated.cmp(&last) {
            Ordering::Greater if is_other_day => draft.occurred,
            Ordering::Less if is_other_day => in_force,
            _ => draft.occurred.min(in_force),
        };
        // A correction keeps the time of the record, and what began after it is recorded anew.
        if is_other_day && draft.stated > last && draft.occurred > held.recorded_at {
            let differing = new.differing.clone();
            let Some((_, event)) = new.into_best(draft.kind) else { return (Reconciled::Known, differing) };
            let reference = Reference { of: &draft.reference, stated: draft.stated };
            let mark = draft.handling.max(Some(marked));
            case.retract(key, held.event_id, draft.stated, reference, CorrectionReason::WrongValue, mark);
            draft = PendingRecord {
                id: case.again(key, draft.id),
                occurred: case.in_order(draft.ahead, draft.occurred),
                recorded: draft.recorded.max(draft.occurred),
                handling: mark,
                ..draft
            };
            case.push(draft.record(event));
            return (Reconciled::New(draft.id), differing);
        }
        let before = Statements::of(versions.into_iter().map(|(said, _)| said));
        let all = before.clone().and(new);
        let differing: BTreeSet<Difference> = all.differing.difference(&before.differing).cloned().collect();
        let before = before.into_best(draft.kind);
        let stated_before = before.as_ref().map_or(held.recorded_at, |(said, _)| said.stated);
        let Some((best, event)) = all.into_best(draft.kind) else { return (Reconciled::Known, differing) };
        let best = Statement { occurred, ..best };
        let said_before = before.is_some_and(|(said, _)| said.data == best.data) && in_force == occurred;
        let (of, stated, may_be_deleted) = (draft.reference.clone(), draft.stated, draft.may_be_deleted);
        // What is stated again after a deletion is not deleted by it, also if the deletion comes later.
        let note = |case: &mut Case, last: Instant| {
            if may_be_deleted && stated > last {
                let reference = Reference { of: &of, stated };
                case.note_statement(repeated_id(key, draft.id, stated), draft.case, reference, Some(marked));
            }
        };
        if said_before && draft.handling <= Some(marked) {
            note(case, last);
            return (Reconciled::Known, differing);
        }
        let handling = marked.max(event.least_handling()).max(draft.handling.unwrap_or(marked));
        // What a later statement says was learnt when it was stated; what joins a statement of the same moment was learnt with it.
        let learnt = if best.stated > stated_before { best.stated } else { draft.recorded };
        let best_stated = best.stated;
        let Some(id) = case.correct(key, held, best, (marked, handling), learnt) else {
            return (Reconciled::Known, differing);
        };
        note(case, last.max(best_stated));
        (Reconciled::New(id), differing)
    }

    /// Notes what was recorded of a person who is on record as having died by then. `person`: the case under which the person of a
    /// case is answered, where that is another.
    pub fn note_the_dead(&mut self, person: &BTreeMap<Uuid, Uuid>) {
        let made: Vec<(usize, Uuid)> = self
            .reported
            .iter()
            .filter_map(|(from, settled)| if let Reconciled::New(id) = settled { Some((*from, *id)) } else { None })
            .collect();
        let fresh = self.cases.iter().flat_map(|(id, case)| case.fresh.iter().map(|r| (r.event_id, *id)));
        let case_of: BTreeMap<Uuid, Uuid> = fresh.collect();
        let mut deaths: BTreeMap<Uuid, Option<Instant>> = BTreeMap::new();
        for (from, id) in made {
            let Some(of) = case_of.get(&id).copied() else { continue };
            let died = *deaths.entry(of).or_insert_with(|| {
                let answered = person.get(&of).copied().filter(|other| *other != of);
                [Some(of), answered].into_iter().flatten().filter_map(|case| self.case(case).death()).min()
            });
            let Some(died) = died else { continue };
            let case = self.case(of);
            let Some(record) = case.record(id) else { continue };
            let about = match record.event() {
                Some(Event::RecordCorrected(c)) => case.record(c.event_id).and_then(Record::kind),
                _ => record.kind(),
            };
            if record.kind() == Some(Kind::PersonDied) {
                let is_release = |r: &Record| r.kind() == Some(Kind::ReleasedFromCustody) && r.occurred_at >= died;
                if case.in_force().any(is_release) {
                    self.notes.push((from, RELEASED_TOO.to_owned()));
                }
            } else if record.occurred_at >= died && !about.is_some_and(ends_something) {
                let day = london_day(died);
                let note = format!(
                    "the person is recorded as having died on {day}: look whether this is about them, and whether that record is right"
                );
                self.notes.push((from, note));
            }
        }
    }

    /// Takes back what was reported under a reference.
    fn take_back(&mut self, one: &TakeBack) {
        let key = self.key;
        let case = self.case(one.case);
        let targets: Vec<(Uuid, Instant)> = case
            .under(&one.reference)
            .filter_map(|r| Some((r.event_id, case.last_stated(key, r, r.event()?))))
            .collect();
        let before = case.fresh.len();
        let reference = Reference { of: &one.reference, stated: one.stated };
        for (id, _) in targets.iter().filter(|(_, stated)| *stated <= one.stated) {
            case.retract(key, *id, one.recorded, reference, CorrectionReason::EnteredInError, one.handling);
        }
        let new: Vec<Uuid> = case.fresh.iter().skip(before).map(|r| r.event_id).collect();
        let case = self.case(one.case);
        if !targets.is_empty() && case.withdrawn(key, &one.reference) < Some(one.stated) {
            let standing = Standing::Deleted;
            let id = contacts::statement_id(key, one.case, &one.reference, one.stated, standing);
            case.note_statement(id, one.case, reference, one.handling);
        }
        match (targets.is_empty(), new.is_empty()) {
            (true, _) => self.reported.push((one.from, Reconciled::Absent)),
            (false, true) => self.reported.push((one.from, Reconciled::Known)),
            (false, false) => self.reported.extend(new.into_iter().map(|id| (one.from, Reconciled::New(id)))),
        }
    }

    /// Takes what was recorded of a sentence out of one case and puts it into another.
    fn r#move(&mut self, one: &Move) {
        let key = self.key;
        let Move { source, target, .. } = one;
        let (sentence, renamed) = match &one.what {
            Moved::Sentence(there, here) => (there, here),
            Moved::SomeSentence => {
                let is_held = self.case(*source).all().any(|r| of_sentence(r).is_some());
                self.reported
                    .push((one.from, if is_held { Reconciled::Which(WHICH_SENTENCE) } else { Reconciled::NotHeld }));
                return;
            }
            Moved::Booking(since) => {
                let is_held = self.case(*source).in_force().any(|r| is_of_booking(r, *since));
                self.reported
                    .push((one.from, if is_held { Reconciled::Which(WHICH_SPELL) } else { Reconciled::NotHeld }));
                return;
            }
        };
        let case = self.case(*source);
        let moved: Vec<Record> = case.all().filter(|r| of_sentence(r) == Some(sentence.as_str())).cloned().collect();
        if [*source, *target].into_iter().all(|case| self.case(case).all().next().is_none()) {
            self.reported.push((one.from, Reconciled::NotHeld));
            return;
        }
        let mut new = Vec::new();
        for record in &moved {
            // What was taken back before it was moved is so in the other case too; what a person took back is not moved.
            let case = self.case(*source);
            let taken = case.retracted.get(&record.event_id).into_iter().flatten().copied();
            let taken: Vec<_> = taken.filter(|(reason, _)| *reason != CorrectionReason::WrongPerson).collect();
            if taken.iter().any(|(_, is_of_estate)| !is_of_estate) {
                continue;
            }
            let handling = case.handling(record);
            let of = Reference::of(record).map(|it| it.of.to_owned()).unwrap_or_default();
            let withdrawn = case.withdrawn(key, &of);
            let reference = Reference::of(record).map(|it| it.of.to_owned()).unwrap_or_default();
            let reference = Reference { of: &reference, stated: one.recorded };
            let case = self.case(*source);
            let made = case.retract(key, record.event_id, one.recorded, reference, CorrectionReason::WrongPerson, None);
            new.extend(made);
            let Some(event) = record.event() else { continue };
            let mut data = event.encode();
            data.insert("sentence_id".to_owned(), json!(renamed));
            let Ok(event) = Event::decode(event.kind(), &data) else { continue };
            let id = homes::moved_id(key, record.event_id, *target, renamed);
            let times = (record.occurred_at, record.recorded_at.max(one.recorded));
            let there = self.case(*target);
            if there.record(id).is_none() {
                // It was stated when the other was, whenever it was moved.
                let stated = Reference::of(record).map(|it| Reference { of: &of, ..it }.text(times.1));
                let source = RecordSource { reference: stated, ..record.source.clone() };
                there.push(record_from(id, *target, times, source, event, Some(handling)));
                new.push(id);
                if let Some((reason, _)) = taken.first() {
                    let stated = withdrawn.unwrap_or(one.recorded);
                    let reference = Reference { of: &of, stated };
                    there.retract(key, id, stated, reference, *reason, Some(handling));
                }
            }
        }
        match (moved.is_empty(), new.is_empty()) {
            (true, _) => self.reported.push((one.from, Reconciled::Absent)),
            (false, true) => self.reported.push((one.from, Reconciled::Known)),
            (false, false) => self.reported.extend(new.into_iter().map(|id| (one.from, Reconciled::New(id)))),
        }
    }
}

/// A moment before `at` for what says that it happened at `said`, where `at` is that of something which says that it happened `later`:
/// so close to it that both stay after what had happened by then.
pub(crate) fn before(at: Instant, said: Instant, later: Instant) -> Instant {
    let apart = later.signed_duration_since(said).checked_div(COMPRESSED).unwrap_or_default();
    at.checked_sub_signed(apart).unwrap_or(at).trunc_subsecs(6)
}

/// How much closer than it says itself.
const COMPRESSED: i32 = 1000;

fn estate() -> Option<StaffId> {
    StaffId::new(ESTATE).ok()
}

/// Whether the estate itself took a record back, and not a person.
fn is_of_estate(retraction: &RecordRetracted) -> bool {
    retraction.by.as_str() == ESTATE
}

/// The id of the record that another was stated again at that moment.
fn repeated_id(key: &Key, id: Uuid, stated: Instant) -> Uuid {
    key.uuid(&["stated again", &id.to_string(), &stated.to_rfc3339()])
}

fn unasked(stream: &str) -> String {
    format!("{stream}-unasked")
}

/// Whether a prison said it of a spell that may have begun at that moment.
fn is_of_booking(record: &Record, since: Option<Instant>) -> bool {
    record.source.agency == SourceAgency::Prison && since.is_none_or(|since| record.occurred_at >= since)
}

/// Whether it is what is to be expected after a death.
fn ends_something(kind: Kind) -> bool {
    matches!(kind, Kind::PersonDied | Kind::SupervisionEnded | Kind::FlagRemoved | Kind::RecordRetracted)
}

fn of_sentence(record: &Record) -> Option<&str> {
    match record.event()?.get(Field::SentenceId) {
        Some(FieldValue::Id(id)) => Some(id),
        _ => None,
    }
}

impl Case {
    fn new(held: Log, now: Option<Instant>) -> Self {
        let mut case = Self {
            held: Log::new(held.case_id()),
            now,
            fresh: Vec::new(),
            by_reference: BTreeMap::new(),
            retracted: BTreeMap::new(),
        };
        for (place, record) in held.records().iter().enumerate() {
            case.index(place, record);
        }
        Self { held, ..case }
    }

    /// That moment, or now, if it is ahead.
    fn by_now(&self, at: Instant) -> Instant {
        self.now.map_or(at, |now| at.min(now))
    }

    /// When something happened, by the clock of whoever keeps the records: before whatever says that it happened later, and after
    /// whatever says that it happened earlier, of what was recorded while it was ahead of that clock.
    fn in_order(&self, ahead_here: Option<Instant>, occurred: Instant) -> Instant {
        let said = ahead_here.unwrap_or(occurred);
        let others = || self.all().filter_map(|r| Some((ahead(r)?, r.occurred_at)));
        let later = others().filter(|(other, _)| *other > said);
        let occurred = later.map(|(later, at)| before(at, said, later)).fold(occurred, Ord::min);
        let earlier = others().filter(|(other, _)| *other < said).map(|(_, at)| at).max();
        let Some(earlier) = earlier.filter(|at| *at >= occurred) else { return occurred };
        let later = others().filter(|(other, _)| *other > said).map(|(_, at)| at).min().or(self.now).unwrap_or(earlier);
        let half = later.signed_duration_since(earlier).checked_div(2).unwrap_or_default();
        earlier.checked_add_signed(half).unwrap_or(earlier).trunc_subsecs(6)
    }

    fn push(&mut self, record: Record) {
        self.index(self.held.records().len().saturating_add(self.fresh.len()), &record);
        self.fresh.push(record);
    }

    fn index(&mut self, place: usize, record: &Record) {
        if let Some(reference) = Reference::of(record) {
            self.by_reference.entry(reference.of.to_owned()).or_default().push(place);
        }
        if let Some(Event::RecordRetracted(event)) = record.event() {
            let by = (event.reason, is_of_estate(event));
            self.retracted.entry(event.event_id).or_default().push(by);
        }
    }

    /// The records of a reference, with the statements about them.
    fn of_reference(&self, reference: &str) -> impl Iterator<Item = &Record> {
        let places = self.by_reference.get(reference).into_iter().flatten();
        let held = self.held.records();
        places.filter_map(move |place| held.get(*place).or_else(|| self.fresh.get(place.checked_sub(held.len())?)))
    }

    fn all(&self) -> impl Iterator<Item = &Record> {
        self.held.records().iter().chain(&self.fresh)
    }

    fn record(&self, id: Uuid) -> Option<&Record> {
        self.held.record(id).or_else(|| self.fresh.iter().find(|r| r.event_id == id))
    }

    /// What was reported under a reference: the records, not the statements about them.
    fn under<'c>(&'c self, reference: &'c str) -> impl Iterator<Item = &'c Record> {
        let statement = |r: &Record| r.kind().is_some_and(|k| k.spec().nature == Nature::Housekeeping);
        self.of_reference(reference).filter(move |r| !statement(r))
    }

    /// When the estate last took back what was reported under a reference, if it did.
    fn withdrawn(&self, key: &Key, reference: &str) -> Option<Instant> {
        let is_deletion = |r: &&Record| match r.event() {
            Some(Event::RecordRetracted(e)) => e.reason == CorrectionReason::EnteredInError && is_of_estate(e),
            Some(Event::HistoryLoaded(_)) => {
                let id = |stated| contacts::statement_id(key, r.case_id, reference, stated, Standing::Deleted);
                Reference::of(r).is_some_and(|it| r.event_id == id(it.stated))
            }
            _ => false,
        };
        let back = self.of_reference(reference).filter(is_deletion);
        back.filter_map(|r| Reference::of(r).map(|it| it.stated)).max()
    }

    /// The id under which a record is, or can be made again where the estate itself took it back. What a person took back stays so,
    /// and so does what was moved with its sentence.
    fn again(&self, key: &Key, id: Uuid) -> Uuid {
        let is_taken = |id: &Uuid| {
            let may_return = |(reason, is_of_estate): &(CorrectionReason, bool)| {
                let of_a_sentence = || self.record(*id).is_some_and(|r| of_sentence(r).is_some());
                *is_of_estate && (*reason != CorrectionReason::WrongPerson || !of_a_sentence())
            };
            self.retracted.get(id).is_some_and(|reasons| reasons.iter().all(may_return))
        };
        let mut id = id;
        while is_taken(&id) {
            id = key.uuid(&["again", &id.to_string()]);
        }
        id
    }

    /// When a record was last stated, as far as the log says so.
    fn last_stated(&self, key: &Key, held: &Record, first: &Event) -> Instant {
        let versions = self.versions(held, first).into_iter().map(|(said, _)| said.stated);
        let of = Reference::of(held).map(|it| it.of).unwrap_or_default();
        let repeated = self.of_reference(of).filter(|r| r.kind() == Some(Kind::HistoryLoaded));
        let repeated = repeated.filter_map(|r| Some((r.event_id, Reference::of(r)?.stated)));
        let repeated = repeated.filter(|(id, stated)| *id == repeated_id(key, held.event_id, *stated));
        versions.chain(repeated.map(|(_, stated)| stated)).max().unwrap_or(held.recorded_at)
    }

    /// Takes a record out, unless that was done; gives the id of the statement that does it.
    fn retract(
        &mut self,
        key: &Key,
        target: Uuid,
        at: Instant,
        reference: Reference<'_>,
        reason: CorrectionReason,
        mark: Option<Handling>,
    ) -> Option<Uuid> {
        // What was replaced before it was deleted is deleted too.
        let was_replaced =
            |reasons: &Vec<(CorrectionReason, bool)>| reasons.iter().all(|(r, _)| *r == CorrectionReason::WrongValue);
        let again = reason == CorrectionReason::EnteredInError && self.retracted.get(&target).is_some_and(was_replaced);
        let (target_id, again) = (target.to_string(), again.then(|| reason.name()));
        let id = key.uuid(&["retraction", &target_id].into_iter().chain(again).collect::<Vec<_>>());
        let held = self.record(target)?.clone();
        if self.record(id).is_some() {
            return None;
        }
        let recorded = self.by_now(at).max(held.recorded_at);
        let event = Event::RecordRetracted(RecordRetracted { event_id: target, reason, by: estate()? });
        let handling = self.handling(&held).max(mark.unwrap_or(held.handling));
        let text = reference.text(recorded);
        let source = (SourceAgency::Probation, text.as_str());
        self.push(record(id, held.case_id, (recorded, recorded), source, event, Some(handling)));
        Some(id)
    }

    /// Corrects a record, which is marked so far and from now on as given; gives the id of the correction.
    fn correct(
        &mut self,
        key: &Key,
        held: &Record,
        best: Statement,
        (marked, handling): (Handling, Handling),
        learnt: Instant,
    ) -> Option<Uuid> {
        let since = self.versions(held, held.event()?).into_iter().map(|(_, at)| at).max()?;
        let later = since.checked_add_signed(TimeDelta::microseconds(1)).unwrap_or(since);
        let recorded = self.by_now(learnt).max(later);
        let data = Value::Object(best.data);
        let (target, text, at) = (held.event_id.to_string(), data.to_string(), best.occurred.to_rfc3339());
        let stated = best.stated.to_rfc3339();
        let mark = (handling > marked).then(|| handling.name());
        let parts = ["correction", &target, &text, &at, &stated].into_iter().chain(mark);
        let id = key.uuid(&parts.collect::<Vec<_>>());
        let replacement = Replacement { occurred_at: Some(best.occurred.min(held.recorded_at)), data };
        let (event_id, reason, by) = (held.event_id, CorrectionReason::WrongValue, estate()?);
        let correction = Event::RecordCorrected(RecordCorrected { event_id, replacement, reason, by });
        let of = Reference::of(held).map(|it| it.of).unwrap_or_default();
        let text = Reference { of, stated: best.stated }.text(recorded);
        let source = (held.source.agency, text.as_str());
        self.push(record(id, held.case_id, (recorded, recorded), source, correction, Some(handling)));
        Some(id)
    }

    /// Marks a record as more confidential, where it is less; gives the id of the correction that does it.
    fn raise(&mut self, key: &Key, id: Uuid, mark: Handling) -> Option<Uuid> {
        let held = self.record(id)?.clone();
        let marked = self.handling(&held);
        if marked >= mark {
            return None;
        }
        let first = held.event()?;
        let versions = self.versions(&held, first);
        let (in_force, since) = versions.iter().max_by_key(|(_, at)| *at).map(|(said, at)| (said.occurred, *at))?;
        let (best, _) = Statements::of(versions.into_iter().map(|(said, _)| said)).into_best(first.kind())?;
        self.correct(key, &held, Statement { occurred: in_force, ..best }, (marked, mark), since)
    }

    /// How confidential a record is by now, with its corrections.
    fn handling(&self, held: &Record) -> Handling {
        let corrections =
            self.all().filter(|r| matches!(r.event(), Some(Event::RecordCorrected(c)) if c.event_id == held.event_id));
        corrections.map(|r| r.handling).fold(held.handling, Handling::max)
    }

    /// What each version of a record states, and since when it holds.
    fn versions(&self, held: &Record, first: &Event) -> Vec<(Statement, Instant)> {
        let stated = |record: &Record| Reference::of(record).map_or(record.recorded_at, |reference| reference.stated);
        let corrections = self.all().filter_map(|r| match r.event() {
            Some(Event::RecordCorrected(c)) if c.event_id == held.event_id => {
                let data = c.replacement.data.as_object().cloned().unwrap_or_else(Map::new);
                let event = Event::decode(first.kind(), &data).ok()?;
                let occurred = c.replacement.occurred_at.unwrap_or(held.occurred_at);
                Some((Statement::new(stated(r), occurred, &event), r.recorded_at))
            }
            _ => None,
        });
        let first = (Statement::new(stated(held), held.occurred_at, first), held.recorded_at);
        std::iter::once(first).chain(corrections).collect()
    }

    /// The records that were not retracted.
    fn in_force(&self) -> impl Iterator<Item = &Record> {
        let retracted = self.all().filter_map(|r| match r.event() {
            Some(Event::RecordRetracted(e)) => Some(e.event_id),
            _ => None,
        });
        let retracted: BTreeSet<Uuid> = retracted.collect();
        self.all().filter(move |r| !retracted.contains(&r.event_id))
    }

    /// When the person died, as it is recorded by now.
    fn death(&self) -> Option<Instant> {
        let corrected = |record: &Record| {
            let corrections = self.in_force().filter_map(|r| match r.event() {
                Some(Event::RecordCorrected(c)) if c.event_id == record.event_id => {
                    Some((r.recorded_at, r.event_id, c.replacement.occurred_at?))
                }
                _ => None,
            });
            corrections.max().map(|(.., at)| at)
        };
        let died = self.in_force().filter(|r| r.kind() == Some(Kind::PersonDied));
        died.map(|r| corrected(r).unwrap_or(r.occurred_at)).min()
    }

    /// The last request of a stream that was made by then.
    fn request(&self, stream: &str, by: Instant) -> Option<String> {
        let prefix = format!("{stream}-");
        let asked = self.in_force().filter(|r| r.kind() == Some(Kind::InformationRequested) && r.occurred_at <= by);
        let ids = asked.filter_map(|r| match r.event() {
            Some(Event::InformationRequested(e)) => Some((r.occurred_at, r.event_id, e.request_id.as_str().to_owned())),
            _ => None,
        });
        ids.filter(|(_, _, id)| id.starts_with(&prefix)).max().map(|(_, _, id)| id)
    }
}
