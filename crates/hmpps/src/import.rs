//! The importer: what the estate delivers, set against what is on record, comes out as new records and a report.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use risk_core::event::Instant;
use risk_core::log::{AppendError, Log, LogError, Record, RecordError};
use risk_core::text::without_mark;
use uuid::Uuid;

use crate::codes::{Codes, Does};
use crate::contact::{ContactStatement, LastStatement, Standing};
use crate::detail_hosts::DetailHosts;
use crate::identity::{Contested, Doubt, IdentityResolver};
use crate::input_table::{InputTable, NO_CODE, RowMeaning, TableKind};
use crate::key::Key;
use crate::meaning::{FETCHED_UNREAD, Meaning, Meanings, Move, Moved, TakeBack, identifiers, sentence_of, unreadable};
use crate::message::{Delivered, Message, MessageError, Named, read_all};
use crate::pending_record::PendingRecord;
use crate::people::{CaseMap, Known, People, former, given_to_unheld};
use crate::reason::Reason;
use crate::reconcile::{Families, Reconciled, Reconciler, before, contact_digest};
use crate::report::{CodeCount, Detail, Import, Instruction, MessageReport, Outcome, named, named_event, shown};
use crate::when::When;

/// What is on record already.
pub trait Held {
    /// The case of an identifier, of the scheme `crn` or `noms`, and after it those that are said to have it too.
    fn cases_of(&mut self, scheme: &str, value: &str) -> Vec<Uuid>;
    /// The present log of a case.
    fn log(&mut self, case_id: Uuid) -> Option<Log>;
    /// The case under which the person of a case is answered, where cases are merged.
    fn person(&mut self, case_id: Uuid) -> Uuid {
        case_id
    }
    /// The cases with which a case was merged itself, in either direction, and not through others.
    fn joined_with(&mut self, _case_id: Uuid) -> Vec<Uuid> {
        Vec::new()
    }
    /// Whether someone parted two cases by hand, or the persons of these.
    fn are_parted_by_hand(&mut self, _one: Uuid, _other: Uuid) -> bool {
        false
    }
    /// Whether it was settled that the case does not have an identifier, whatever is said.
    fn gave_up(&mut self, _case_id: Uuid, _scheme: &str, _value: &str) -> bool {
        false
    }
    /// Whether the person was erased by law.
    fn is_erased(&mut self, _case_id: Uuid) -> bool {
        false
    }
    /// Whether [`Held::erased_as`] can give any case. Logs by themselves remember no identifier of an erased person.
    fn remembers_the_erased(&self) -> bool {
        false
    }
    /// The case of an erased person who had an identifier of that digest.
    fn erased_as(&mut self, _digest: &str) -> Option<Uuid> {
        None
    }
    /// Whether messages gave an erased person the prison number with that digest since.
    fn is_given_since(&mut self, _digest: &str) -> bool {
        false
    }
    /// Every CRN and prison number by which the case is known without doubt, with its scheme, `crn` or `noms`.
    fn known_as(&mut self, _case_id: Uuid) -> Vec<(String, String)> {
        Vec::new()
    }
    /// Every prison number that a case of the person has or claims, or had before another.
    fn numbers_of(&mut self, _case_id: Uuid) -> Vec<String> {
        Vec::new()
    }
    /// Whether an order to erase the person of that case, who is not held, is carried out with this import.
    fn forgets(&mut self, _case_id: Uuid) -> bool {
        false
    }
    /// What is kept beside the logs of the contact of that digest.
    fn last_statement(&mut self, _digest: &str) -> Option<LastStatement> {
        None
    }
    /// Whether the case has a CRN.
    fn has_crn(&mut self, _case_id: Uuid) -> bool {
        false
    }
    /// Whether anything is known of the case.
    fn is_held(&mut self, _case_id: Uuid) -> bool {
        false
    }
    /// Whether messages are kept until what they speak of is there.
    fn keeps_messages(&self) -> bool {
        false
    }
    /// The time of whoever keeps the records, where records of a later time are refused: what is dated later waits for it.
    fn now(&self) -> Option<Instant> {
        None
    }
}

/// Logs in memory, by case; without any, nothing is on record.
#[derive(Debug, Clone, Default)]
pub struct HeldLogs(BTreeMap<Uuid, Log>);

impl HeldLogs {
    /// Adds the logs in a text: JSON Lines, plain or sealed, of any cases, each whole.
    ///
    /// # Errors
    /// [`LogError`] with the line, for what is no record or no log, and for a sealed log that is not what was sealed.
    pub fn read(&mut self, file: &str, text: &str) -> Result<(), LogError> {
        let mut cases: BTreeMap<Uuid, (Vec<usize>, String)> = BTreeMap::new();
        for (line, one) in (1..).zip(without_mark(text).lines()).filter(|(_, one)| !one.trim().is_empty()) {
            let (lines, of_case) = cases.entry(case_of(file, line, one)?).or_default();
            lines.push(line);
            of_case.push_str(one);
            of_case.push('\n');
        }
        for (case_id, (lines, of_case)) in cases {
            let in_file = |e: LogError| {
                let line = e.line.checked_sub(1).and_then(|i| lines.get(i)).copied();
                LogError { line: line.unwrap_or(e.line), ..e }
            };
            self.0.insert(case_id, Log::parse(file, &of_case).map_err(in_file)?);
        }
        Ok(())
    }

    /// Adds records, plain, of any cases.
    ///
    /// # Errors
    /// What a log refuses, with the case.
    pub fn append(&mut self, records: impl IntoIterator<Item = Record>) -> Result<(), (Uuid, AppendError)> {
        let mut cases: BTreeMap<Uuid, Vec<Record>> = BTreeMap::new();
        for record in records {
            cases.entry(record.case_id).or_default().push(record);
        }
        for (case_id, records) in cases {
            let log = self.0.entry(case_id).or_insert_with(|| Log::new(case_id));
            log.append_all(records, None).map_err(|e| (case_id, e))?;
        }
        Ok(())
    }

    /// The logs, by case.
    pub fn logs(&self) -> impl Iterator<Item = &Log> {
        self.0.values()
    }
}

impl Held for HeldLogs {
    fn cases_of(&mut self, _: &str, _: &str) -> Vec<Uuid> {
        Vec::new()
    }

    fn log(&mut self, case_id: Uuid) -> Option<Log> {
        self.0.get(&case_id).cloned()
    }
}

/// Which case a line is of. Whether it is a record is asked where its case is read.
fn case_of(file: &str, line: usize, one: &str) -> Result<Uuid, LogError> {
    #[derive(serde::Deserialize)]
    struct Head {
        case_id: Uuid,
    }
    let wrong =
        |e: RecordError| LogError { file: file.to_owned(), line, field: e.field, expected: e.expected, found: e.found };
    match serde_json::from_str::<Head>(one) {
        Ok(head) => Ok(head.case_id),
        Err(_) => Record::parse(one).map(|record| record.case_id).map_err(wrong),
    }
}

/// Something that was delivered.
#[derive(Debug, Clone)]
pub enum Given<'a> {
    /// One message, an array of messages, or one on each line.
    Messages(&'a [u8]),
    /// A table.
    Table(InputTable),
}

/// Turns what the estate delivers into records.
#[derive(Debug, Clone)]
pub struct Importer {
    /// The tables.
    pub codes: Codes,
    key: Key,
    cases: CaseMap,
    detail_hosts: DetailHosts,
}

/// How far another clock of the estate may be ahead of this machine's without holding anything up.
pub const CLOCK_DIFFERENCE: TimeDelta = TimeDelta::minutes(5);

/// A table, with the file, as the host calls it.
#[doc(hidden)]
pub type Table<'g> = (Option<&'g String>, &'g InputTable);

/// What was given, read: the messages, and the tables.
#[doc(hidden)]
pub fn read<'g>(given: &'g [(Option<String>, Given<'_>)]) -> (Vec<Delivered>, Vec<Table<'g>>) {
    let (mut messages, mut sheets) = (Vec::new(), Vec::new());
    for (file, given) in given {
        match given {
            Given::Table(sheet) => sheets.push((file.as_ref(), sheet)),
            Given::Messages(bytes) => {
                let delivered = |one: Delivered| Delivered { file: file.clone(), ..one };
                messages.extend(read_all(bytes).into_iter().map(delivered));
            }
        }
    }
    (messages, sheets)
}

/// One message or row on its way.
struct Line {
    reported: MessageReport,
    /// The code of a row, with what the estate calls it; a message has none.
    code: Option<(String, Option<String>)>,
    /// The case of its person, also where nothing is made of it.
    person: Option<Uuid>,
    /// When a message says that what it says happened.
    stated: Option<Instant>,
    /// The persons whom a message names.
    named: Named,
    /// What is in doubt of its person.
    contested: Option<Doubt>,
    /// What becomes of it if it takes back what is not there.
    else_ends: Option<Outcome>,
}

impl Importer {
    /// With these tables, the host's secret, and the host's own case ids, if it has any.
    #[must_use]
    pub fn new(codes: Codes, key: Key, cases: CaseMap) -> Self {
        Self { codes, key, cases, detail_hosts: DetailHosts::default() }
    }

    /// With the hosts from which may be fetched with credentials; without them no address of a message is listed.
    #[must_use]
    pub fn with_detail_hosts(self, detail_hosts: DetailHosts) -> Self {
        Self { detail_hosts, ..self }
    }

    /// The id of the record that erases another: the same each time, so that a repeated delivery adds nothing.
    #[doc(hidden)]
    pub fn erasure_id(&self, event_id: Uuid) -> Uuid {
        self.key.uuid(&["erasure", &event_id.to_string()])
    }

    /// The keyed digest by which a person is recognised after an erasure.
    #[must_use]
    pub fn former(&self, scheme: &str, value: &str) -> String {
        former(&self.key, scheme, value)
    }

    /// Reads everything that was given, each with the name that it has to the host, and says what is new against what is held.
    pub fn import(&self, given: &[(Option<String>, Given<'_>)], held: &mut dyn Held) -> Import {
        let (messages, sheets) = read(given);
        self.import_read(&messages.iter().collect::<Vec<_>>(), &sheets, held)
    }

    /// [`Importer::import`] of what was read. The messages come first in the report, each of them, in their order.
    #[doc(hidden)]
    pub fn import_read(&self, messages: &[&Delivered], sheets: &[Table<'_>], held: &mut dyn Held) -> Import {
        let mut reading = Reading::default();
        let (codes, key, detail_hosts) = (&self.codes, &self.key, &self.detail_hosts);
        let mut people = People::new(key, &self.cases);
        for Delivered { named, .. } in messages {
            if let (Some(crn), Some(noms)) = (&named.crn, &named.noms) {
                people.link(crn, noms);
            }
            if let Some((left, removed)) = &named.merged {
                people.merge_numbers(left, removed);
            }
        }
        let meanings = Meanings { codes, key, people: &people, detail_hosts };
        let contested = Contested::of(messages.iter().map(|one| &one.named), &people, key, held);
        let mut known = IdentityResolver { held: &mut *held, key };
        for Delivered { file, place, message_id, event_type, message, named } in messages {
            match message {
                Err(e) => {
                    let of_type = event_type.as_deref().map(named_event);
                    reading.line(file.clone(), *place, of_type, None, Some(unreadable(e.clone())));
                }
                Ok(message) => reading.message((file.clone(), *place), message, &meanings, &mut known),
            }
            reading.names(named, &people, &mut known);
            if let Some(line) = reading.lines.last_mut() {
                line.reported.message_id = message_id.as_deref().map(shown);
            }
        }
        for (file, sheet) in sheets {
            reading.rows(&meanings, *file, sheet, &mut known);
        }
        reading.refuse_erased(&contested, key, held);
        reading.hold_contested(&contested, held);
        reading.settled(key, held)
    }

    /// What is in doubt of the person of a case that is held, whatever names a message about them has.
    #[doc(hidden)]
    pub fn in_doubt(&self, case_id: Uuid, held: &mut dyn Held) -> Option<Doubt> {
        let people = People::new(&self.key, &self.cases);
        let numbers = held.numbers_of(case_id);
        let named = numbers.iter().map(|noms| Named { noms: Some(noms.clone()), ..Named::default() });
        let named: Vec<Named> = named.collect();
        let contested = Contested::of(named.iter(), &people, &self.key, held);
        numbers.iter().find_map(|noms| contested.claiming(noms))
    }

    #[doc(hidden)]
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// The key with which messages are sealed that wait in a store.
    #[doc(hidden)]
    pub fn sealing(&self) -> [u8; 32] {
        self.key.derived("waiting messages")
    }

    /// The id of a message that waits in a store.
    #[doc(hidden)]
    pub fn waiting_id(&self, message: &Message) -> Uuid {
        self.key.uuid(&["waiting", &message.identity()])
    }

    /// The case taken for that of an erased person who was never held.
    #[doc(hidden)]
    pub fn of_nobody(&self, digest: &str) -> Uuid {
        self.key.uuid(&["erased", digest])
    }
}

/// What a report says of an address whose host is not on the list.
const NOT_LISTED: &str = "the host of detailUrl is not on the list of detail hosts: never fetch it with credentials";

/// What a report says of a prison number to which one claim is left.
const LEFT_OVER: &str = "a person who was erased by law had or claimed its noms number too: look whether it is about this person, and if \
     so give the number to the case (`risk store identify CASE noms:NUMBER`)";

/// What has been read.
#[derive(Default)]
struct Reading {
    import: Import,
    lines: Vec<Line>,
    drafts: Vec<PendingRecord>,
    contacts: Vec<ContactStatement>,
    taken_back: Vec<TakeBack>,
    moved: Vec<Move>,
}

impl Reading {
    /// One more message or row; what becomes of it may be known only when all is read.
    fn line(
        &mut self,
        file: Option<String>,
        place: usize,
        event_type: Option<String>,
        case_id: Option<Uuid>,
        outcome: Option<Outcome>,
    ) {
        let outcome = outcome.unwrap_or(Outcome::Known);
        let reported = MessageReport::of(file, place, event_type, case_id, outcome);
        let named = Named::default();
        self.lines.push(Line {
            reported,
            code: None,
            person: case_id,
            stated: None,
            named,
            contested: None,
            else_ends: None,
        });
    }

    fn message(
        &mut self,
        (file, place): (Option<String>, usize),
        message: &Message,
        meanings: &Meanings<'_>,
        known: &mut dyn Known,
    ) {
        let (case, meaning) = meanings.of(message, self.lines.len(), known);
        self.line(file, place, Some(named_event(&message.event_type)), case, None);
        if let Some(line) = self.lines.last_mut() {
            line.stated = message.occurred_at.map(When::instant);
            line.reported.sentence_id = case.and_then(|case| sentence_of(meanings.key, case, message));
            let reads_it = meanings.codes.event(&message.event_type).is_some_and(|of| of.does == Does::Fetch);
            line.reported.notes.extend((message.fetched.is_some() && !reads_it).then(|| FETCHED_UNREAD.to_owned()));
        }
        self.take(meaning);
    }

    /// The persons whom the last message names, whatever its outcome.
    fn names(&mut self, named: &Named, people: &People<'_>, known: &mut dyn Known) {
        let Some(line) = self.lines.last_mut() else { return };
        line.person = line.person.or_else(|| people.whose(named, known));
        line.reported.identifies = line.person.into_iter().flat_map(|case| identifiers(case, named)).collect();
        // Whoever has either of two numbers that became one has both, also where that is learnt later.
        line.reported.lasting |= named.merged.is_some();
        line.named = named.clone();
    }

    fn rows(&mut self, meanings: &Meanings<'_>, file: Option<&String>, sheet: &InputTable, known: &mut dyn Known) {
        for row in sheet.rows() {
            let place = usize::try_from(row.line).unwrap_or(usize::MAX);
            let crn = row.crn();
            let case = crn.as_ref().ok().map(|crn| meanings.people.by_crn(crn, known));
            self.line(file.cloned(), place, None, case, None);
            let from = self.lines.len().saturating_sub(1);
            if let (Some(line), Ok(crn)) = (self.lines.last_mut(), crn) {
                line.reported.identifies.extend(case.map(|case_id| Instruction::Identify {
                    case_id,
                    scheme: "crn",
                    value: crn,
                }));
            }
            if let Some(line) = self.lines.last_mut() {
                let (code, name) = (row.code(), row.name(meanings.codes));
                let is_known = code == NO_CODE || name.is_some();
                line.code = Some((if is_known { code.to_owned() } else { named(code) }, name));
            }
            match (row.says(meanings.codes), case) {
                (Err(e), _) => self.take(Meaning::Ends(unreadable(e))),
                (Ok(RowMeaning::Ends(outcome)), _) => self.take(Meaning::Ends(outcome)),
                (Ok(RowMeaning::Contact(row)), Some(case)) => {
                    let (statement, meaning) = meanings.of_contact(&row, case, from);
                    if let (Some(line), Some(statement)) = (self.lines.last_mut(), &statement) {
                        line.else_ends.clone_from(&statement.else_ends);
                    }
                    self.contacts.extend(statement);
                    self.take(meaning);
                }
                (Ok(RowMeaning::Registration(messages)), _) => {
                    for message in messages {
                        self.take(meanings.of(&message, from, known).1);
                    }
                }
                // A contact without a CRN is none that can be read.
                (Ok(RowMeaning::Contact(_)), None) => {}
            }
        }
    }

    fn take(&mut self, meaning: Meaning) {
        match meaning {
            Meaning::Says(drafts) => self.drafts.extend(drafts),
            Meaning::Noted(meaning, notes) => {
                if let Some(line) = self.lines.last_mut() {
                    line.reported.notes.extend(notes);
                }
                self.take(*meaning);
            }
            Meaning::Fetched(read) => {
                self.drafts.extend(read.drafts);
                if let Some(line) = self.lines.last_mut() {
                    line.reported.notes.extend(read.notes);
                }
            }
            Meaning::TakesBack(mut one) => {
                if let Some(line) = self.lines.last_mut() {
                    line.else_ends = one.else_ends.take();
                    // The same may be recorded later under another CRN that turns out to be this person's.
                    line.reported.lasting = true;
                }
                self.taken_back.push(one);
            }
            Meaning::Moves(one) => {
                if let Some(line) = self.lines.last_mut() {
                    // What is recorded of the spell in prison later is recorded under the number to which it belongs.
                    line.reported.lasting |= !matches!(one.what, Moved::Booking(_));
                }
                self.moved.push(one);
            }
            Meaning::Instructs(instructions) => {
                if let Some(line) = self.lines.last_mut() {
                    line.reported.outcome = Outcome::Instructed;
                    line.reported.instructs = instructions;
                }
            }
            Meaning::Ends(outcome) => {
                if let Some(line) = self.lines.last_mut() {
                    if let Outcome::Needed { detail: Some(Detail { detail_url_listed: false, .. }), .. } = &outcome {
                        line.reported.notes.push(NOT_LISTED.to_owned());
                    }
                    line.reported.outcome = outcome;
                }
            }
        }
    }

    /// Refuses what is about persons who were erased, but for the order to erase them.
    fn refuse_erased(&mut self, contested: &Contested<'_>, key: &Key, held: &mut dyn Held) {
        // Of a person who is erased with this import before anything of them is held, nothing is made.
        let in_doubt = |line: &&Line| line.named.crn.as_ref().is_some_and(|crn| contested.is_in_doubt(crn));
        let ordered = self.lines.iter().filter(|line| !in_doubt(line)).flat_map(|line| &line.reported.instructs);
        let ordered = ordered.filter(|one| one.erases()).flat_map(Instruction::cases);
        let ordered: BTreeSet<Uuid> = ordered.collect();
        let mut known: BTreeMap<Uuid, bool> =
            ordered.into_iter().filter(|case| held.forgets(*case)).map(|case| (case, true)).collect();
        let forgets = |line: &&Line| {
            line.reported
                .instructs
                .iter()
                .any(|one| matches!(one, Instruction::Erase { case_id } if known.contains_key(case_id)))
        };
        let forgotten = self.lines.iter().filter(forgets).flat_map(|line| line.named.numbers());
        let forgotten: BTreeSet<String> = forgotten.cloned().collect();
        let of_unheld = self.numbers_of_unheld(contested, key, held);
        let mut is_erased = |case: Uuid| *known.entry(case).or_insert_with(|| held.is_erased(case));
        let moved = |one: &Move| [one.source, one.target].map(|case| (one.from, case));
        let mut refused: BTreeSet<usize> =
            self.moved.iter().flat_map(moved).filter(|(_, case)| is_erased(*case)).map(|(from, _)| from).collect();
        let (mut given_since, mut of_numbers) = (BTreeSet::new(), BTreeSet::new());
        for (from, line) in self.lines.iter_mut().enumerate() {
            // A number that another person has too does not say whose message it is, unless it comes with a CRN.
            let is_alone = line.is_alone();
            let in_doubt = is_alone && line.named.noms.as_ref().is_some_and(|noms| contested.claiming(noms).is_some());
            let by_number = line.named.numbers().any(|noms| contested.is_erased(noms))
                || (is_alone && line.named.numbers().any(|noms| contested.leads_to_the_erased(noms)));
            let person = line.person.filter(|_| !in_doubt);
            let by_person = by_number || person.is_some_and(&mut is_erased);
            let is_unreadable = matches!(line.reported.outcome, Outcome::Unreadable { .. });
            let open = !line.reported.instructs.iter().any(Instruction::erases);
            let instructed = line.reported.instructs.iter().filter(|one| !(in_doubt && one.is_of_identity()));
            if open && (by_person || instructed.flat_map(Instruction::cases).any(&mut is_erased)) {
                refused.insert(from);
            }
            // That a number became one with one that the erased person was given is about whoever claims either later, too.
            let mut numbers = line.named.numbers();
            let was_theirs =
                numbers.any(|noms| contested.is_erased(noms) || forgotten.contains(noms) || of_unheld.contains(noms));
            let is_merge = is_alone && line.named.merged.is_some() && !is_unreadable;
            if refused.contains(&from) && is_merge && !was_theirs {
                refused.remove(&from);
                of_numbers.insert(from);
            }
            // What the erased person is called since is theirs too, if it is no one else's.
            if refused.contains(&from) && by_person {
                given_since.extend(line.named.numbers().cloned());
            }
        }
        given_since.retain(|noms| held.erased_as(&former(key, "noms", noms)).is_none());
        self.import.given_since = given_since;
        self.import.given_to_unheld = of_unheld;
        for from in refused {
            self.set_aside(from, Outcome::erased());
        }
        for from in of_numbers {
            self.set_aside(from, Outcome::waits(Reason::PersonUnknown, "a case that has one of these prison numbers"));
        }
    }

    /// The prison numbers that messages give, or gave, to erased persons who were never held.
    fn numbers_of_unheld(&self, contested: &Contested<'_>, key: &Key, held: &mut dyn Held) -> BTreeSet<String> {
        let mut numbers = BTreeSet::new();
        for line in &self.lines {
            let is_unheld =
                line.named.crn.is_some() && line.person.is_some_and(|case| held.is_erased(case) && !held.is_held(case));
            let mut is_theirs = |noms: &&String| is_unheld || held.is_given_since(&given_to_unheld(key, noms));
            numbers.extend(line.named.numbers().filter(|noms| is_theirs(noms)).cloned());
        }
        contested.with_same(&numbers)
    }

    /// Keeps what names its person by a contested prison number alone out of every case; of any other message it is said that its
    /// prison number is in doubt.
    fn hold_contested(&mut self, contested: &Contested<'_>, held: &mut dyn Held) {
        for from in 0..self.lines.len() {
            let Some(line) = self.lines.get_mut(from) else { continue };
            let is_alone = line.is_alone();
            if !is_alone {
                line.contested = line.person.and_then(|case| contested.against(&line.named, case, held));
            }
            // What cannot be undone is not done while its person is in doubt.
            if let Some(doubt) = line.contested.clone()
                && line.reported.instructs.iter().any(Instruction::erases)
            {
                let identifies = std::mem::take(&mut line.reported.identifies);
                self.set_aside(from, doubt.outcome(Vec::new()));
                if let Some(line) = self.lines.get_mut(from) {
                    line.reported.held_back = true;
                    line.reported.identifies = identifies;
                }
                continue;
            }
            let Some(noms) = line.named.noms.clone() else { continue };
            // What the host itself has decided is not a claim.
            if let Some(case) = line.person.filter(|_| contested.is_mapped(&noms)) {
                let person = held.person(case);
                let is_claimed = held.cases_of("noms", &noms).into_iter().any(|other| held.person(other) != person);
                if is_claimed || line.contested.is_some() {
                    line.reported.identifies.retain(|one| !one.is_of_scheme("noms"));
                }
            }
            if !is_alone {
                continue;
            }
            if contested.is_left_over(&noms) && !matches!(line.reported.outcome, Outcome::Erased { .. }) {
                line.reported.notes.push(LEFT_OVER.to_owned());
                // What goes by the number is no claim to it.
                line.reported.identifies.clear();
            }
            let open = matches!(
                line.reported.outcome,
                Outcome::Known | Outcome::Instructed | Outcome::Needed { .. } | Outcome::Waits { .. }
            );
            let Some(doubt) = contested.claiming(&noms) else { continue };
            if !open {
                line.reported.identifies.clear();
                continue;
            }
            // Of two numbers that became one each case says that it has both.
            let claims = doubt.cases.iter().flat_map(|case_id| {
                let merged = line.named.merged.iter().flat_map(|(left, removed)| [left, removed]);
                merged.map(|value| Instruction::Identify { case_id: *case_id, scheme: "noms", value: value.clone() })
            });
            let claims: Vec<Instruction> = claims.collect();
            self.set_aside(from, doubt.outcome(Vec::new()));
            if let Some(line) = self.lines.get_mut(from) {
                line.reported.case_id = None;
                line.reported.held_back = true;
                line.reported.identifies = claims;
            }
        }
    }

    /// Takes out everything that one of the things given says: it comes to that end.
    fn set_aside(&mut self, from: usize, outcome: Outcome) {
        self.drafts.retain(|draft| draft.from != from);
        self.contacts.retain(|one| one.from != from);
        self.taken_back.retain(|one| one.from != from);
        self.moved.retain(|one| one.from != from);
        if let Some(line) = self.lines.get_mut(from) {
            line.reported.outcome = outcome;
            line.reported.instructs.clear();
            line.reported.identifies.clear();
            line.reported.sentence_id = None;
        }
    }

    /// Sets apart what is dated later than now, so that it holds nothing else up. What is ahead by no more than clocks differ is
    /// here already: it was recorded by now.
    fn wait_for(&mut self, now: Instant) {
        let until = now.checked_add_signed(CLOCK_DIFFERENCE).unwrap_or(now);
        let mut later: BTreeMap<usize, Instant> = BTreeMap::new();
        let deletions = self.contacts.iter().filter(|one| one.standing == Standing::Deleted && one.stated > until);
        later.extend(deletions.map(|one| (one.from, one.stated)));
        // What is ahead keeps when it was stated, and its order.
        let stated = |stated: &mut Instant| *stated = if *stated > until { now } else { *stated };
        self.drafts.iter_mut().for_each(|draft| stated(&mut draft.stated));
        self.contacts.iter_mut().for_each(|one| stated(&mut one.stated));
        let ahead = |draft: &&mut PendingRecord| draft.recorded <= until && draft.occurred > now;
        let furthest = self.drafts.iter_mut().filter(ahead).map(|draft| draft.occurred).max().unwrap_or(now);
        for draft in self.drafts.iter_mut().filter(ahead) {
            draft.ahead = Some(draft.occurred);
            draft.occurred = before(now, draft.occurred, furthest);
        }
        let drafts = self.drafts.iter_mut().map(|draft| (draft.from, &mut draft.recorded, Some(&mut draft.occurred)));
        let others = self.taken_back.iter_mut().map(|one| (one.from, &mut one.recorded, None));
        let moved = self.moved.iter_mut().map(|one| (one.from, &mut one.recorded, None));
        for (from, recorded, occurred) in drafts.chain(others).chain(moved) {
            if *recorded > until {
                later.insert(from, *recorded);
            } else {
                *recorded = now.min(*recorded);
                if let Some(occurred) = occurred {
                    *occurred = now.min(*occurred);
                }
            }
        }
        for (from, line) in self.lines.iter().enumerate() {
            let stated = line.stated.filter(|stated| *stated > until && !line.reported.instructs.is_empty());
            later.extend(stated.map(|stated| (from, stated)));
        }
        self.drafts.retain(|draft| !later.contains_key(&draft.from));
        self.contacts.retain(|one| !later.contains_key(&one.from));
        self.taken_back.retain(|one| !later.contains_key(&one.from));
        self.moved.retain(|one| !later.contains_key(&one.from));
        for (from, recorded) in later {
            if let Some(line) = self.lines.get_mut(from) {
                let what = format!(
                    "the time at which it says that it was recorded, {recorded}: this machine's clock says {now}, and clocks may \
                     differ by {} minutes",
                    CLOCK_DIFFERENCE.num_minutes()
                );
                line.reported.outcome = Outcome::waits(Reason::LaterThanNow, what);
                line.reported.instructs.clear();
                line.reported.due = Some(recorded);
            }
        }
    }

    fn settled(mut self, key: &Key, held: &mut dyn Held) -> Import {
        let now = held.now();
        if let Some(now) = now {
            self.wait_for(now);
        }
        let cases: BTreeSet<Uuid> = self.drafts.iter().map(|draft| draft.case).collect();
        let persons: BTreeMap<Uuid, Uuid> = cases.into_iter().map(|case| (case, held.person(case))).collect();
        let with_id = self.contacts.iter().filter(|one| one.has_id).map(|one| contact_digest(key, &one.identity));
        let with_id: BTreeSet<String> = with_id.collect();
        let kept = with_id.into_iter().filter_map(|digest| held.last_statement(&digest).map(|last| (digest, last)));
        let kept: BTreeMap<String, LastStatement> = kept.collect();
        let families = self.families(held);
        let of_contacts: BTreeSet<usize> = self.contacts.iter().map(|one| one.from).collect();
        let mut log = |case: Uuid| held.log(case);
        let mut settling = Reconciler::new(key, now, families, &mut log);
        let drafts = settling.contacts(&self.contacts, std::mem::take(&mut self.drafts), &kept);
        let drafts = settling.at_home(drafts, &of_contacts);
        settling.say_move_and_take_back(drafts, &self.moved, &self.taken_back);
        settling.note_the_dead(&persons);
        let reported = std::mem::take(&mut settling.reported);
        let notes: BTreeSet<(usize, String)> = std::mem::take(&mut settling.notes).into_iter().collect();
        self.import.contacts = std::mem::take(&mut settling.last_statements);
        for from in std::mem::take(&mut settling.noted) {
            if let Some(line) = self.lines.get_mut(from) {
                line.reported.is_noted = true;
            }
        }
        self.import.records = settling.into_records();
        for (from, settled) in reported {
            if let Some(line) = self.lines.get_mut(from) {
                // What a row says of a contact is in the log, so that it need not be given again.
                let is_kept = held.keeps_messages() || line.reported.is_noted;
                line.become_of(settled, is_kept);
            }
        }
        for (from, note) in notes {
            if let Some(line) = self.lines.get_mut(from) {
                line.reported.notes.push(note);
            }
        }
        self.reported(held)
    }

    /// Which of the cases that are spoken of are one person's, by what is held and by what this import says, and between which sentences
    /// were moved.
    fn families(&self, held: &mut dyn Held) -> Families {
        let sentences = self.moved.iter().filter(|one| matches!(one.what, Moved::Sentence(..)));
        let moves = sentences.map(|one| (one.source, one.target)).collect();
        // Of two statements about a pair of cases the later one counts.
        let mut latest: BTreeMap<(Uuid, Uuid), (Instant, bool)> = BTreeMap::new();
        for one in self.lines.iter().flat_map(|line| &line.reported.instructs) {
            let (from, into, said) = match one {
                Instruction::Merge { from, into, at } => (*from, *into, (*at, false)),
                Instruction::Unmerge { from, into, at } => (*from, *into, (*at, true)),
                _ => continue,
            };
            let counts = latest.entry((from.min(into), from.max(into))).or_insert(said);
            *counts = said.max(*counts);
        }
        let are_parted =
            |one: Uuid, other: Uuid| latest.get(&(one.min(other), one.max(other))).is_some_and(|(_, parts)| *parts);
        let joined: Vec<(Uuid, Uuid)> = latest.iter().filter(|(_, (_, parts))| !parts).map(|(pair, _)| *pair).collect();
        let joined: Vec<(Uuid, Uuid)> =
            joined.into_iter().filter(|(one, other)| !held.are_parted_by_hand(*one, *other)).collect();
        let drafted = self.drafts.iter().filter(|draft| draft.own.is_some()).map(|draft| draft.case);
        let spoken_of: BTreeSet<Uuid> = drafted.chain(self.taken_back.iter().map(|one| one.case)).collect();
        let mut persons = BTreeMap::new();
        for case in spoken_of {
            let mut person = vec![case];
            let mut at = 0;
            while let Some(one) = person.get(at).copied() {
                let now = held.joined_with(one).into_iter().filter(|other| !are_parted(one, *other));
                let said =
                    joined.iter().filter_map(|(a, b)| if *a == one { Some(*b) } else { (*b == one).then_some(*a) });
                let new: BTreeSet<Uuid> = now.chain(said).filter(|other| !person.contains(other)).collect();
                person.extend(new);
                at = at.saturating_add(1);
            }
            persons.insert(case, person);
        }
        Families { persons, moves }
    }

    fn reported(self, held: &mut dyn Held) -> Import {
        let Self { mut import, lines, .. } = self;
        let report = &mut import.report;
        report.cases = import.records.iter().map(|r| r.case_id).collect();
        for Line { mut reported, code, person, contested, .. } in lines {
            match contested {
                Some(doubt) if code.is_none() => reported.contest(doubt),
                Some(doubt) => reported.note_contested(&doubt),
                None => {}
            }
            let is_held = |case: Uuid, held: &mut dyn Held| report.cases.contains(&case) || held.is_held(case);
            if reported.names_are_told(|| person.is_some_and(|case| is_held(case, held))) {
                reported.tells.extend(reported.identifies.iter().cloned());
            }
            if reported.outcome.is_told_to_a_store() {
                reported.tells.extend(reported.instructs.iter().cloned());
            }
            report.instructions.extend(reported.tells.iter().cloned());
            match code {
                None => report.messages.push(reported),
                Some((code, description)) => {
                    let is_open = matches!(reported.outcome, Outcome::Unmapped { .. } | Outcome::Waits { .. })
                        || reported.outcome.is_for_a_person()
                        || !reported.notes.is_empty();
                    let first = || CodeCount { description, ..CodeCount::default() };
                    let counted = report.codes.entry(code).or_insert_with(first);
                    counted.add(&reported.outcome);
                    if is_open {
                        reported.of_a_row = true;
                        report.messages.push(reported);
                    }
                }
            }
        }
        report.instructions.sort_by(|a, b| a.order().cmp(&b.order()));
        report.instructions.dedup();
        report.finish();
        import
    }
}

impl CodeCount {
    fn add(&mut self, outcome: &Outcome) {
        let more = |n: &mut u64| *n = n.saturating_add(1);
        more(&mut self.rows);
        match outcome {
            Outcome::Recorded { .. } => more(&mut self.recorded),
            Outcome::Known | Outcome::Instructed => more(&mut self.known),
            Outcome::Erased { .. } => more(&mut self.erased),
            Outcome::Conflict { why, .. } | Outcome::NotDone { why, .. } => {
                more(self.nothing.entry(why.clone()).or_default());
            }
            Outcome::Nothing { why, .. } => more(self.nothing.entry(why.clone()).or_default()),
            Outcome::Needed { what, .. } => more(self.nothing.entry(what.clone()).or_default()),
            Outcome::Waits { .. } | Outcome::Unresolved { .. } => more(&mut self.waits),
            Outcome::Unmapped { .. } => more(&mut self.unmapped),
            Outcome::Unreadable { .. } => more(&mut self.unreadable),
        }
    }
}

impl Line {
    /// Whether a prison number alone says whose message it is.
    fn is_alone(&self) -> bool {
        self.named.crn.is_none() && self.code.is_none()
    }

    /// Joins one end to those that it came to so far: what is new counts before what is known.
    fn become_of(&mut self, settled: Reconciled, is_kept: bool) {
        match (settled, &mut self.reported.outcome) {
            (Reconciled::New(id), Outcome::Recorded { records }) => records.push(id),
            (Reconciled::New(id), outcome) => *outcome = Outcome::Recorded { records: vec![id] },
            (Reconciled::Wanting(why), outcome @ Outcome::Known) => {
                *outcome = Outcome::Nothing { reason: Reason::TooLittleSaid, why }
            }
            (Reconciled::NotHeld, outcome @ Outcome::Known) => *outcome = Outcome::not_held(),
            (Reconciled::Which(what), outcome @ Outcome::Known) => {
                *outcome = Outcome::Needed { reason: Reason::ToLookUp, detail: None, what: what.to_owned() };
            }
            (Reconciled::Absent, outcome @ Outcome::Known) => {
                let waits = || Outcome::waits(Reason::RecordUnknown, "a record of what it speaks of");
                let missing = || if is_kept { Outcome::not_held() } else { waits() };
                *outcome = self.else_ends.clone().unwrap_or_else(missing);
            }
            _ => {}
        }
    }
}

/// A table in CSV.
///
/// # Errors
/// [`MessageError`] for text that is none, or lacks a column.
pub fn read_table(of: TableKind, text: &[u8]) -> Result<Given<'static>, MessageError> {
    InputTable::parse(of, text).map(Given::Table)
}
