//! Taking a payload out of a log: for good, or to be kept as evidence.

use std::time::{Duration, Instant};

use risk_core::event::Event;
use risk_core::log::{Appended, Record};
use uuid::Uuid;

use crate::error::{AttemptError, StoreError};
use crate::journal::{self, Act};
use crate::open::OpenCases;
use crate::records::{self, OpenCase};
use crate::sql::Tx;
use crate::who::Operator;
use crate::{Store, fence};

/// The result of an erasure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// The position of the erasure record in the log.
    pub appended: Appended,
    /// Whether the erased bytes are gone from the files too.
    pub scrubbed: Scrubbed,
}

/// Whether what was erased is gone from the store's files too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scrubbed {
    /// It is.
    Done,
    /// Not yet, and why: the store no longer gives it to anybody, but old pages or the log of writes may hold it.
    /// [`Store::scrub`] tries again.
    Pending(String),
}

/// How long to wait for readers and writers before tables are written anew; writers wait behind it.
const WAIT_TO_WRITE_ANEW: Duration = Duration::from_secs(2);

impl Store {
    /// Removes salt, data and note of a record by law: appends `erasure`, a `payload_erased` record that names it, and removes
    /// them from the store and its files. The chain stays whole. Evidence that was kept of the record goes too. Done again, it
    /// changes nothing.
    ///
    /// Copies made before hold what they held; where payloads are encrypted, giving the case's key no longer makes them
    /// unreadable in every copy.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], also where the payload is gone already by another erasure; [`StoreError::Append`] for what is
    /// no such record, also where a correction still holds data of
    /// the record: that is to be erased first.
    pub fn erase(&self, by: &Operator, case_id: Uuid, erasure: Record) -> Result<Erased, StoreError> {
        let now = self.now();
        let appended = self.change(|tx, open| {
            let (case, event_id, position) = target(tx, open, case_id, &erasure)?;
            let again = case.log.record(erasure.event_id).is_some();
            let place = [(&case_id).into(), position.into()];
            let evidence = tx.execute("DELETE FROM evidence WHERE case_id = $1 AND position = $2", &place)?;
            let payload = tx.execute(
                "UPDATE record SET payload = NULL WHERE case_id = $1 AND position = $2 AND payload IS NOT NULL",
                &place,
            )?;
            if evidence == 0 && payload == 0 && !again {
                return Err(gone_already(event_id).into());
            }
            let appended = case.erase(tx, now, erasure.clone())?;
            if appended.new || evidence > 0 {
                case.note(tx, by.into(), now, Act::Erased { event_id })?;
            }
            Ok(appended)
        })?;
        Ok(Erased { appended, scrubbed: self.scrub()? })
    }

    /// Takes a payload out of its log, as [`Store::erase`] does, where the law asks for it to be kept as evidence all the same
    /// (Data Protection Act 2018, section 47(2)): no answer rests on it from then on. It lies apart, sealed as it was, and
    /// [`Store::evidence`] reads it.
    ///
    /// # Errors
    /// As [`Store::erase`], and [`StoreError::NotFound`] if the payload is gone already.
    pub fn restrict(&self, by: &Operator, case_id: Uuid, erasure: Record) -> Result<Erased, StoreError> {
        let now = self.now();
        let appended = self.change(|tx, open| {
            let (case, event_id, position) = target(tx, open, case_id, &erasure)?;
            let again = case.log.record(erasure.event_id).is_some();
            let place = [(&case_id).into(), position.into()];
            let kept = tx.execute(
                "INSERT INTO evidence (case_id, position, payload)
                 SELECT case_id, position, payload FROM record
                 WHERE case_id = $1 AND position = $2 AND payload IS NOT NULL",
                &place,
            )?;
            if kept == 0 && !again {
                return Err(gone_already(event_id).into());
            }
            let appended = case.erase(tx, now, erasure.clone())?;
            tx.execute("UPDATE record SET payload = NULL WHERE case_id = $1 AND position = $2", &place)?;
            if appended.new {
                case.note(tx, by.into(), now, Act::Restricted { event_id })?;
            }
            Ok(appended)
        })?;
        Ok(Erased { appended, scrubbed: self.scrub()? })
    }

    /// A record whose payload is kept as evidence, as the line of the sealed log that it was: the chain's own commitment shows
    /// that nothing of it was changed.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if no evidence of it is kept; [`StoreError::Altered`] for evidence that is not what the record
    /// committed to, or that is gone.
    pub fn evidence(&self, by: &Operator, case_id: Uuid, event_id: Uuid) -> Result<String, StoreError> {
        let now = self.now();
        self.change(|tx, open| {
            let case = open.hold_known(tx, case_id)?;
            let none = || StoreError::NotFound { expected: "a record kept as evidence", found: event_id.to_string() };
            let position = case.log.record(event_id).and_then(Record::position).ok_or_else(none)?;
            let Some(payload) = records::evidence_of(tx, case_id)?.remove(&position) else {
                let entries = journal::verified(tx, &case.head)?;
                let restricted = journal::restricted(entries.iter().map(|(entry, _)| entry)).contains(&event_id);
                let what = format!("evidence of record {position}: expected it, found none");
                return Err(if restricted { StoreError::Altered { case_id, what } } else { none() }.into());
            };
            let keys = open.keys();
            let case = open.hold_known(tx, case_id)?;
            let line = records::evidence_line(&case.log, position, payload, keys)?;
            case.note(tx, by.into(), now, Act::EvidenceRead { event_id })?;
            Ok(line)
        })
    }

    /// Removes from the store's files what was erased: on SQLite the log of writes is folded into the file and emptied (what is
    /// deleted from the file is overwritten as it is deleted); on PostgreSQL the tables are written anew, which holds up writers
    /// meanwhile. The server's own log of writes keeps old pages until it is recycled.
    ///
    /// # Errors
    /// If the store cannot be reached.
    pub fn scrub(&self) -> Result<Scrubbed, StoreError> {
        let mut inner = match self.inner() {
            Ok(inner) => inner,
            // What was erased is erased.
            Err(StoreError::Cancelled(cancelled)) => return Ok(Scrubbed::Pending(cancelled.to_string())),
            Err(other) => return Err(other),
        };
        if let Some(server) = inner.connection.server() {
            // As VACUUM FULL, but in a transaction, so that it has the settings of one.
            let mut write = || {
                let mut tx = server.begin()?;
                for table in ["record", "evidence", "entry", "identifier", "waiting", "waiting_for"] {
                    tx.execute(&format!("CLUSTER {table} USING {table}_pkey"), &[])?;
                }
                tx.commit()
            };
            let began = Instant::now();
            let written = loop {
                match write() {
                    Err(AttemptError::Contended)
                        if began.elapsed() < WAIT_TO_WRITE_ANEW
                            && self.interrupt.pause(Duration::from_millis(10)).is_ok() => {}
                    done => break done,
                }
            };
            // A store of an older form may have left values in the server's statistics. Only a superuser may write those anew: where
            // that is refused, the server overwrites them in its own time.
            let statistics = "CLUSTER pg_catalog.pg_statistic USING pg_statistic_relid_att_inh_index";
            let _ = server.begin().and_then(|mut tx| tx.execute(statistics, &[]).and_then(|_| tx.commit()));
            return Ok(written.map_or_else(|trouble| Scrubbed::Pending(trouble.why()), |()| Scrubbed::Done));
        }
        let Some(file) = inner.connection.file() else {
            return Ok(Scrubbed::Pending("no connection".to_owned()));
        };
        let began = Instant::now();
        loop {
            let busy = file.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
            match busy.map_err(AttemptError::sqlite) {
                Ok(0) => return Ok(Scrubbed::Done),
                Ok(_) | Err(AttemptError::Contended) if began.elapsed() < self.shared.patience => {
                    if let Err(cancelled) = self.interrupt.pause(Duration::from_millis(10)) {
                        return Ok(Scrubbed::Pending(cancelled.to_string()));
                    }
                }
                Err(AttemptError::Final(e)) => return Err(e),
                _ => return Ok(Scrubbed::Pending("another process is reading the store".to_owned())),
            }
        }
    }
}

fn gone_already(event_id: Uuid) -> StoreError {
    let found = format!("payload of record {event_id}, which is gone already");
    StoreError::NotFound { expected: "a record whose payload is there", found }
}

/// The case, and the record that an erasure names in it.
fn target<'o, 's>(
    tx: &mut Tx<'_>,
    open: &'o mut OpenCases<'s>,
    case_id: Uuid,
    erasure: &Record,
) -> Result<(&'o mut OpenCase<'s>, Uuid, u64), AttemptError> {
    let Some(Event::PayloadErased(erased)) = erasure.event() else {
        return Err(StoreError::argument("record", "a payload_erased record", "another").into());
    };
    let event_id = erased.event_id;
    // It appends a record.
    fence::enter(tx)?;
    let case = open.hold_known(tx, case_id)?;
    let position = case.log.record(event_id).and_then(Record::position);
    let found = || StoreError::NotFound { expected: "a record of that case", found: format!("record {event_id}") };
    Ok((case, event_id, position.ok_or_else(found)?))
}
