//! What went wrong with a store, for the caller.

use risk_store::{CheckpointError, StoreError};

use crate::fault::{Fault, Where};
use crate::status as s;

impl From<StoreError> for Fault {
    fn from(e: StoreError) -> Self {
        let message = e.to_string();
        let located = |code, at| Self::located(code, message.clone(), at);
        let between = |code, expected: &str, found: String| located(code, Where::between(expected, found));
        match e {
            StoreError::Append { case_id, error } => Self::from(error).of_case(case_id),
            StoreError::NotFound { expected, found } => between(s::RISK_NOT_FOUND, expected, format!("no {found}")),
            StoreError::Excluded { case_id, .. } => {
                let at = Where::between("a reader who may see the case", "one who is excluded from it");
                located(s::RISK_EXCLUDED, Where { case_id: Some(case_id), ..at })
            }
            StoreError::PersonErased { case_id } => {
                let found = "one whose person was erased by law".to_owned();
                between(s::RISK_NOT_FOUND, "a case that takes records", found).of_case(case_id)
            }
            StoreError::Argument { field, expected, found } => Self::mismatch(s::RISK_BAD_WORD, field, expected, found),
            StoreError::Taken { scheme, case_id, .. } => {
                let at = Where::between("an identifier that stands for no other case", "one that does");
                located(s::RISK_TAKEN, Where { case_id: Some(case_id), field: Some(scheme), ..at })
            }
            StoreError::NoView(e) => e.into(),
            StoreError::Cancelled(e) => e.into(),
            StoreError::Tampered { case_id, tampering } => Self::from(tampering).of_case(case_id),
            StoreError::Altered { case_id, what } => {
                let at = Where::between("what was kept", what);
                // That of zeros is the store as a whole.
                located(s::RISK_TAMPERED, Where { case_id: Some(case_id).filter(|id| !id.is_nil()), ..at })
            }
            StoreError::NotIntact { first, .. } => between(s::RISK_TAMPERED, "a store as it was kept", first),
            StoreError::Moved(_) => {
                between(s::RISK_STORE_MOVED, "the file that was opened", "another, or none".to_owned())
            }
            StoreError::ForeignWal { .. } => {
                between(s::RISK_STORE_MOVED, "the write-ahead log of this file", "that of another".to_owned())
            }
            StoreError::BeyondEnd { place, end } => {
                between(s::RISK_BEYOND_END, &format!("a place up to {end}"), place.to_string())
            }
            StoreError::NearDuplicate { scheme, found, known } => {
                located(s::RISK_BAD_WORD, Where { field: Some(scheme), ..Where::between(&known, found) })
            }
            StoreError::Damaged(why) => between(s::RISK_STORE_DAMAGED, "a store as it was written", why),
            StoreError::Log(e) => e.into(),
            StoreError::NoKey { case_id } => {
                let at = Where::between("the key of the case's payloads", "none");
                located(s::RISK_NO_KEY, Where { case_id: Some(case_id), ..at })
            }
            StoreError::WrongKey { case_id, position } => {
                let at = Where::between("the key with which the payload was encrypted", "another");
                located(s::RISK_NO_KEY, Where { case_id: Some(case_id), position: Some(position), ..at })
            }
            StoreError::Busy(waited) => between(
                s::RISK_STORE_BUSY,
                "the store to be free",
                format!("another writer for {} s", waited.as_secs()),
            ),
            StoreError::Full => between(s::RISK_STORE_FULL, "room on the disk", "none".to_owned()),
            StoreError::ReadOnly => between(
                s::RISK_STORE_READ_ONLY,
                "a store that may be written to",
                "one that may be read only".to_owned(),
            ),
            StoreError::Missing(_) => between(s::RISK_STORE_MISSING, "a store", "none".to_owned()),
            StoreError::NotAStore { found, .. } => between(s::RISK_BAD_STORE, "a store of this software", found),
            StoreError::Newer { found, known } => {
                between(s::RISK_BAD_STORE, &format!("at most form {known}"), format!("form {found}"))
            }
            StoreError::Upgrade { found, known, .. } => between(
                s::RISK_BAD_STORE,
                &format!("form {known}"),
                format!("form {found}, which cannot be brought to it"),
            ),
            StoreError::Unreachable(why) => between(s::RISK_STORE_UNREACHABLE, "a store that can be reached", why),
            StoreError::Unconfirmed(_) => between(
                s::RISK_STORE_UNCONFIRMED,
                "the store's word that it was kept",
                "a broken connection".to_owned(),
            ),
            StoreError::Reentered => between(
                s::RISK_REENTRANT_CALL,
                "no call with the store while it asks for a key",
                "one from within the key function".to_owned(),
            ),
            StoreError::File(why) => between(s::RISK_STORE_FAILED, "a file that can be used", why.to_string()),
            StoreError::Random(why) => between(s::RISK_STORE_FAILED, "random bytes from the system", why.to_string()),
            StoreError::Database(why) => between(s::RISK_STORE_FAILED, "what was asked of the database", why),
        }
    }
}

impl From<CheckpointError> for Fault {
    fn from(e: CheckpointError) -> Self {
        let message = e.to_string();
        match e {
            CheckpointError::Line { line, expected, found } => {
                let at = Where { line: Some(line), ..Where::between(expected, found) };
                Self::located(s::RISK_BAD_RECORD, message, at)
            }
            CheckpointError::Root { expected, found } => {
                Self::located(s::RISK_TAMPERED, message, Where::between(expected, found))
            }
            CheckpointError::NoCase(case_id) => {
                let at = Where { case_id: Some(case_id), ..Where::between("a case of the checkpoint", "another") };
                Self::located(s::RISK_NOT_FOUND, message, at)
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails says so")]
mod tests {
    use std::time::Duration;

    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_a_host_has_to_do_something_else_about_has_a_status_of_its_own() {
        let (id, why) = (Uuid::from_u128(7), || "why".to_owned());
        let second = Duration::from_secs(1);
        let each = [
            (StoreError::NotFound { expected: "a case", found: why() }, s::RISK_NOT_FOUND),
            (StoreError::Excluded { case_id: id, reader: why() }, s::RISK_EXCLUDED),
            (StoreError::Argument { field: "reader", expected: why(), found: why() }, s::RISK_BAD_WORD),
            (StoreError::Taken { scheme: why(), value: why(), case_id: id }, s::RISK_TAKEN),
            (StoreError::Altered { case_id: id, what: why() }, s::RISK_TAMPERED),
            (StoreError::NotIntact { differences: 2, first: why() }, s::RISK_TAMPERED),
            (StoreError::Moved(why()), s::RISK_STORE_MOVED),
            (StoreError::ForeignWal { file: why(), wal: why() }, s::RISK_STORE_MOVED),
            (StoreError::BeyondEnd { place: 9, end: 3 }, s::RISK_BEYOND_END),
            (StoreError::NearDuplicate { scheme: why(), found: why(), known: why() }, s::RISK_BAD_WORD),
            (StoreError::Damaged(why()), s::RISK_STORE_DAMAGED),
            (StoreError::NoKey { case_id: id }, s::RISK_NO_KEY),
            (StoreError::WrongKey { case_id: id, position: 1 }, s::RISK_NO_KEY),
            (StoreError::Busy(second), s::RISK_STORE_BUSY),
            (StoreError::Full, s::RISK_STORE_FULL),
            (StoreError::ReadOnly, s::RISK_STORE_READ_ONLY),
            (StoreError::Missing(why()), s::RISK_STORE_MISSING),
            (StoreError::NotAStore { place: why(), found: why() }, s::RISK_BAD_STORE),
            (StoreError::Newer { found: 9, known: 2 }, s::RISK_BAD_STORE),
            (StoreError::Upgrade { found: 1, known: 2, why: why() }, s::RISK_BAD_STORE),
            (StoreError::Unreachable(why()), s::RISK_STORE_UNREACHABLE),
            (StoreError::Unconfirmed(second), s::RISK_STORE_UNCONFIRMED),
            (StoreError::Database(why()), s::RISK_STORE_FAILED),
            (StoreError::Reentered, s::RISK_REENTRANT_CALL),
        ];
        for (error, status) in each {
            let message = error.to_string();
            let fault = Fault::from(error);
            assert_eq!(fault.status(), status, "{message}");
            assert_eq!(fault.message(), message);
            let json: serde_json::Value = serde_json::from_str(&fault.json()).unwrap();
            assert!(json["expected"].is_string() && json["found"].is_string(), "{json}");
        }
    }

    #[test]
    fn a_text_that_is_no_checkpoint_is_told_by_its_line_and_one_that_was_changed_as_tampered_with() {
        let none = Fault::from(risk_store::Checkpoint::parse("nothing").unwrap_err());
        assert_eq!(none.status(), s::RISK_BAD_RECORD);
        assert!(none.json().contains("\"line\":1"));
        let other = CheckpointError::Root { expected: "a".to_owned(), found: "b".to_owned() };
        assert_eq!(Fault::from(other).status(), s::RISK_TAMPERED);
        assert_eq!(Fault::from(CheckpointError::NoCase(Uuid::nil())).status(), s::RISK_NOT_FOUND);
    }
}
