//! What the statements of each contact come to, set against what is on record of it, in whichever case that is.

use std::collections::{BTreeMap, BTreeSet};

use risk_core::calendar::london_day;
use risk_core::event::catalogue::HistoryLoaded;
use risk_core::event::vocabulary::{CorrectionReason, Handling, SourceAgency};
use risk_core::event::{Event, Instant};
use uuid::Uuid;

use super::{Case, Reconciled, Reconciler};
use crate::contact::{ContactStatement, ContactVersion, LastStatement, Rank, Standing};
use crate::key::Key;
use crate::message_context::reference;
use crate::pending_record::{PendingRecord, Reference, record};
use crate::statement::Statements;

/// What a report says where two statements of a contact are of one moment.
const ONE_MOMENT: &str = "two statements of one contact and one moment differ: the more serious counts; a column `updated` says which is the later one";
/// What a report says of a statement that a later one has replaced.
const EARLIER: &str = "a later statement of this contact is on record, and counts";

/// The rows of one contact, each with its drafts.
type ContactRows<'s> = Vec<(&'s ContactStatement, Vec<PendingRecord>)>;

/// What is on record of a contact in one case.
#[derive(Default)]
struct HeldContact {
    /// Each record of it that is in force.
    in_force: BTreeMap<ContactVersion, Uuid>,
    /// When the last statement of it was made, and how far that says what became of it.
    last: Option<(Instant, Standing)>,
}

/// What identifies a contact with an id in every case.
#[must_use]
pub(crate) fn contact_digest(key: &Key, identity: &str) -> String {
    key.opaque("contact", &[identity])
}

fn said(drafts: &[PendingRecord]) -> BTreeSet<ContactVersion> {
    drafts.iter().map(ContactVersion::of_draft).collect()
}

impl Reconciler<'_> {
    /// Keeps the statement of each contact that counts: records of others are taken back, and drafts of others are
    /// left out. Gives the drafts that are left. `kept`: what is kept of each contact with an id beside the logs, by its
    /// digest.
    pub fn contacts(
        &mut self,
        statements: &[ContactStatement],
        drafts: Vec<PendingRecord>,
        kept: &BTreeMap<String, LastStatement>,
    ) -> Vec<PendingRecord> {
        let rows: BTreeSet<usize> = statements.iter().map(|one| one.from).collect();
        let (of_contacts, mut left): (Vec<PendingRecord>, Vec<PendingRecord>) =
            drafts.into_iter().partition(|draft| rows.contains(&draft.from));
        let mut by_row: BTreeMap<usize, Vec<PendingRecord>> = BTreeMap::new();
        for draft in of_contacts {
            by_row.entry(draft.from).or_default().push(draft);
        }
        // An id is one contact's in every case; without one a contact is known in its case alone.
        let mut by_contact: BTreeMap<(Option<Uuid>, &str), ContactRows<'_>> = BTreeMap::new();
        for one in statements {
            let drafts = by_row.remove(&one.from).unwrap_or_default();
            let case = (!one.has_id).then_some(one.case);
            by_contact.entry((case, &one.identity)).or_default().push((one, drafts));
        }
        for ((in_case, identity), rows) in by_contact {
            let digest = in_case.is_none().then(|| contact_digest(self.key, identity));
            let before = digest.as_ref().and_then(|digest| kept.get(digest)).copied();
            let (last, drafts) = self.contact(identity, rows, before);
            left.extend(drafts);
            self.last_statements.extend(digest.zip(last).filter(|(_, last)| before != Some(*last)));
        }
        left
    }

    /// The statement of one contact that counts, and its drafts, with the ids that they have on record.
    fn contact(
        &mut self,
        identity: &str,
        rows: ContactRows<'_>,
        before: Option<LastStatement>,
    ) -> (Option<LastStatement>, Vec<PendingRecord>) {
        let key = self.key;
        let cases: BTreeSet<Uuid> = rows.iter().map(|(row, _)| row.case).chain(before.map(|it| it.case)).collect();
        let held: BTreeMap<Uuid, (String, HeldContact)> = cases
            .into_iter()
            .map(|id| {
                let reference = reference(key, id, identity, "");
                let mut held = self.case(id).contact(key, &reference);
                let kept = before.filter(|it| it.case == id).map(|it| (it.stated, it.standing));
                held.last = held.last.max(kept);
                (id, (reference, held))
            })
            .collect();
        let of_case = |(id, (_, one)): (&Uuid, &(String, HeldContact))| {
            let (stated, standing) = one.last?;
            Some(Rank::new(stated, standing, one.in_force.keys().cloned().collect(), *id))
        };
        let on_record = held.iter().filter_map(of_case).max();
        let mut best = on_record.clone();
        let mut made_by = None;
        for (row, drafts) in &rows {
            let rank = Rank::new(row.stated, row.standing, said(drafts), row.case);
            if best.as_ref().is_none_or(|best| *best < rank) {
                best = Some(rank);
                made_by = Some(*row);
            }
        }
        let Some(best) = best else { return (None, Vec::new()) };
        let of_rows = rows.iter().filter_map(|(row, _)| row.handling).max();
        let mark = of_rows.max(self.mark(&held)).max(before.and_then(|it| it.handling));
        if let Some(row) = made_by {
            self.replace(&held, &best, row, mark);
        }
        self.keep_mark(&held, &best, &rows, mark);
        let differs =
            |one: &Rank| one.stated == best.stated && one.said != best.said && one.standing != Standing::Planned;
        let is_tie_on_record = on_record.as_ref().is_some_and(differs);
        let mut left = Vec::new();
        for (row, drafts) in rows {
            let rank = Rank::new(row.stated, row.standing, said(&drafts), row.case);
            let is_best = rank == best;
            let is_made_by = made_by.is_some_and(|by| by.from == row.from);
            if is_made_by && is_tie_on_record {
                self.notes.push((row.from, ONE_MOMENT.to_owned()));
            }
            if is_best && !drafts.is_empty() {
                let in_force = held.get(&best.case).map(|(_, one)| &one.in_force);
                left.extend(drafts.into_iter().map(|draft| {
                    let id = in_force
                        .and_then(|held| held.get(&ContactVersion::of_draft(&draft)).copied())
                        .unwrap_or(draft.id);
                    PendingRecord { id, stated: best.stated, handling: draft.handling.max(mark), ..draft }
                }));
                continue;
            }
            let is_said = rank.standing != Standing::Planned;
            if !is_best && is_said && rank.stated == best.stated && rank.said != best.said {
                self.notes.push((row.from, ONE_MOMENT.to_owned()));
            }
            if row.standing == Standing::Deleted && on_record.is_none() && is_best {
                self.reported.push((row.from, Reconciled::Absent));
            }
            if !drafts.is_empty() || row.standing == Standing::Deleted && !is_best {
                self.reported.push((row.from, Reconciled::Known));
                let is_earlier = rank.stated < best.stated && (rank.said != best.said || rank.case != best.case);
                self.notes.extend(is_earlier.then(|| (row.from, EARLIER.to_owned())));
            }
        }
        let (case, stated, standing) = (best.case, best.stated, best.standing);
        (Some(LastStatement { case, stated, standing, handling: mark }), left)
    }

    /// Marks what stays on record of a contact as its rows do, whichever of them counts, and notes the mark where no record shows it.
    fn keep_mark(
        &mut self,
        held: &BTreeMap<Uuid, (String, HeldContact)>,
        best: &Rank,
        rows: &ContactRows<'_>,
        mark: Option<Handling>,
    ) {
        let (key, is_best) = (self.key, |row: &ContactStatement, drafts: &[PendingRecord]| {
            Rank::new(row.stated, row.standing, said(drafts), row.case) == *best
        });
        let marking = rows.iter().map(|(row, _)| *row).find(|row| row.handling.is_some() && row.handling == mark);
        let (Some(mark), Some(row)) = (mark, marking) else { return };
        // What is drafted of the statement that counts is marked when it is recorded.
        if rows.iter().any(|(row, drafts)| !drafts.is_empty() && is_best(row, drafts)) {
            return;
        }
        let stays = held.get(&best.case).into_iter().flat_map(|(_, one)| &one.in_force);
        for (_, id) in stays.filter(|(said, _)| best.said.contains(said)) {
            let raised = self.case(best.case).raise(key, *id, mark);
            self.reported.extend(raised.map(|id| (row.from, Reconciled::New(id))));
        }
        if row.makes_records
            && self.mark(held) < Some(mark)
            && let Some((reference, _)) = held.get(&row.case)
        {
            let id = statement_id(key, row.case, reference, row.stated, row.standing);
            let reference = Reference { of: reference, stated: row.stated };
            self.case(row.case).note_statement(id, row.case, reference, Some(mark));
            self.noted.insert(row.from);
        }
    }

    /// How confidential a contact is by what is on record of it.
    fn mark(&mut self, held: &BTreeMap<Uuid, (String, HeldContact)>) -> Option<Handling> {
        let mut mark = None;
        for (id, (reference, _)) in held {
            let case = self.case(*id);
            let marked = case.of_reference(reference).filter_map(|record| {
                let least = record.event()?.least_handling();
                Some(case.handling(record)).filter(|mark| *mark > least && *mark >= Handling::Restricted)
            });
            mark = marked.max().max(mark);
        }
        mark
    }

    /// Takes back what a statement replaces, and notes that it was made where no record of it says so.
    fn replace(
        &mut self,
        held: &BTreeMap<Uuid, (String, HeldContact)>,
        best: &Rank,
        row: &ContactStatement,
        mark: Option<Handling>,
    ) {
        let key = self.key;
        let (mut taken, mut is_noted) = (0_usize, false);
        for (id, (reference, one)) in held {
            let stays = |said: &ContactVersion| *id == best.case && best.said.contains(said);
            for target in one.in_force.iter().filter(|(said, _)| !stays(said)).map(|(_, target)| *target) {
                let reason = match best.standing {
                    Standing::Deleted => CorrectionReason::EnteredInError,
                    _ if *id == best.case => CorrectionReason::WrongValue,
                    _ => CorrectionReason::WrongPerson,
                };
                let reference = Reference { of: reference, stated: best.stated };
                let made = self.case(*id).retract(key, target, best.stated, reference, reason, mark);
                self.reported.extend(made.map(|id| (row.from, Reconciled::New(id))));
                taken = taken.saturating_add(1);
                is_noted |= *id == best.case;
            }
        }
        if taken > 0 && best.standing != Standing::Deleted {
            let records = if taken == 1 { "1 record of it was" } else { "the records of it were" };
            self.notes
                .push((row.from, format!("an earlier statement of this contact is replaced: {records} taken back")));
        }
        let Some((reference, one)) = held.get(&best.case) else { return };
        let is_known = best.said.iter().all(|said| one.in_force.contains_key(said));
        // What is planned when it is entered is replaced by whatever is stated later.
        let may_replace = row.is_update || best.standing != Standing::Planned || taken > 0;
        // Of most types of contact no record is ever made, and no log says either that there was one. Few are deleted.
        let may_replace = may_replace && (row.makes_records || best.standing == Standing::Deleted);
        if is_known && !is_noted && may_replace {
            let case = self.case(best.case);
            let id = statement_id(key, best.case, reference, best.stated, best.standing);
            case.note_statement(id, best.case, Reference { of: reference, stated: best.stated }, mark);
            self.noted.insert(row.from);
        }
    }
}

/// The id of the record of a statement of which no other record says so.
pub(super) fn statement_id(key: &Key, case: Uuid, reference: &str, stated: Instant, standing: Standing) -> Uuid {
    key.uuid(&["stated", &case.to_string(), reference, &stated.to_rfc3339(), standing.name()])
}

impl Case {
    /// Records that something was stated, where no record is made of what it says, so that what was stated before it and comes later is
    /// known to be the earlier statement. The record has no kinds, so no rule reads it.
    pub(super) fn note_statement(&mut self, id: Uuid, case: Uuid, reference: Reference<'_>, mark: Option<Handling>) {
        if self.record(id).is_some() {
            return;
        }
        let stated = reference.stated;
        let from = london_day(self.by_now(stated));
        let event = Event::HistoryLoaded(HistoryLoaded { from, kinds: Vec::new() });
        let at = self.by_now(stated);
        let text = reference.text(at);
        self.push(record(id, case, (at, at), (SourceAgency::Probation, &text), event, mark));
    }

    /// What is on record of a contact.
    fn contact(&self, key: &Key, reference: &str) -> HeldContact {
        let mut held = HeldContact::default();
        for one in self.of_reference(reference) {
            let Some(stated) = Reference::of(one).map(|it| it.stated) else { continue };
            let standing = match one.event() {
                Some(Event::RecordRetracted(e)) if super::is_of_estate(e) => match e.reason {
                    CorrectionReason::EnteredInError => Some(Standing::Deleted),
                    CorrectionReason::WrongValue => Some(Standing::ContactVersion),
                    // It went to another case, whose own records say what it is.
                    CorrectionReason::WrongPerson => Some(Standing::Planned),
                    _ => None,
                },
                Some(Event::HistoryLoaded(_)) => {
                    let is = |of: &Standing| statement_id(key, one.case_id, reference, stated, *of) == one.event_id;
                    Standing::ALL.into_iter().find(is)
                }
                _ => None,
            };
            held.last = held.last.max(standing.map(|standing| (stated, standing)));
        }
        for record in self.under(reference).filter(|record| !self.retracted.contains_key(&record.event_id)) {
            let Some(first) = record.event() else { continue };
            let versions = self.versions(record, first);
            let stated = versions.iter().map(|(said, _)| said.stated).max();
            held.last = held.last.max(stated.map(|stated| (stated, Standing::ContactVersion)));
            let best = Statements::of(versions.into_iter().map(|(said, _)| said)).into_best(first.kind());
            let Some((statement, event)) = best else { continue };
            held.in_force.insert(ContactVersion::of_event(&event, statement.occurred), record.event_id);
        }
        held
    }
}
