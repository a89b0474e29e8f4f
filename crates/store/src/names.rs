//! What a case is called, apart from its journal, so that it can be erased and the chain stays.
//!
//! The entry that says so holds the scheme and a commitment: the digest (see [`risk_core::log::chain`]) of the tag
//! `risk-store/1 identifier` and the members `salt`, `scheme` and `value`. Value and salt lie in a table of their own, where a
//! case is found by them. Once both are erased, the identifier cannot be recovered by trial.

use std::collections::BTreeMap;

use risk_core::log::chain::digest;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::directory::{self, folded};
use crate::error::{AttemptError, StoreError};
use crate::head::Head;
use crate::identity::sort_of;
use crate::journal::{self, Act, Entry, entry_hash, identifier};
use crate::sql::{Tx, Value};

/// The scheme under which an erased person is found again by the keyed digest of an identifier that they had.
pub(crate) const FORMER: &str = "former";

/// A name under which a case is found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredName {
    /// `scheme=value`.
    name: String,
    /// What keeps the commitment from being guessed; empty where there is no commitment.
    salt: String,
}

impl StoredName {
    fn unsalted(name: String) -> Self {
        Self { name, salt: String::new() }
    }

    pub(crate) fn keep(&self, tx: &mut Tx<'_>, case_id: Uuid, position: u64) -> Result<(), AttemptError> {
        tx.execute(
            "INSERT INTO identifier (case_id, position, name, salt) VALUES ($1, $2, $3, $4)",
            &[(&case_id).into(), position.into(), self.name.as_str().into(), self.salt.as_str().into()],
        )?;
        Ok(())
    }
}

/// The act as it is chained, and the names that are kept apart from it.
pub(crate) fn apart(act: Act) -> Result<(Act, Vec<StoredName>), StoreError> {
    match act {
        Act::Identified { scheme, value: Some(value), .. } => {
            let mut random = [0; 16];
            getrandom::fill(&mut random)?;
            let salt: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
            let commitment = Some(commitment(&salt, &scheme, &value));
            let names = vec![StoredName { name: identifier(&scheme, &value), salt }];
            Ok((Act::Identified { scheme, value: None, commitment }, names))
        }
        act => {
            let names = of_act(&act);
            Ok((act, names))
        }
    }
}

/// The names that an entry has in itself.
pub(crate) fn of_act(act: &Act) -> Vec<StoredName> {
    match act {
        Act::Identified { scheme, value: Some(value), .. } => vec![StoredName::unsalted(identifier(scheme, value))],
        Act::PersonErased { former, .. } => {
            former.iter().map(|digest| StoredName::unsalted(identifier(FORMER, digest))).collect()
        }
        _ => vec![],
    }
}

/// Puts the identifier into an act that has a commitment to it. Of an erased identifier there is none to put.
pub(crate) fn put_together(act: &mut Act, names: &[StoredName]) -> Result<(), StoreError> {
    let Act::Identified { scheme, value, commitment: Some(committed) } = act else { return Ok(()) };
    let Some(StoredName { name, salt }) = names.first() else { return Ok(()) };
    let found = name.strip_prefix(scheme.as_str()).and_then(|rest| rest.strip_prefix('='));
    match found.filter(|found| commitment(salt, scheme, found) == *committed) {
        Some(found) => *value = Some(found.to_owned()),
        None => return Err(StoreError::damaged("an identifier that is not the one of its journal entry")),
    }
    Ok(())
}

/// Whether the names that lie apart from an entry are those that belong to it. They may be missing once the person is erased.
pub(crate) fn belong(entry: &Entry, names: &[StoredName], erased: bool) -> bool {
    match &entry.act {
        Act::Identified { commitment: Some(_), .. } => {
            (names.is_empty() && erased) || (names.len() == 1 && put_together(&mut entry.act.clone(), names).is_ok())
        }
        act => names == of_act(act),
    }
}

fn commitment(salt: &str, scheme: &str, value: &str) -> String {
    digest("risk-store/1 identifier", [("salt", salt), ("scheme", scheme), ("value", value)].into_iter())
}

/// Names, by the case and the position of the entry that they belong to.
pub(crate) type ByEntry = BTreeMap<(Uuid, u64), Vec<StoredName>>;

/// The names of a case.
pub(crate) fn of_case(tx: &mut Tx<'_>, case_id: Uuid) -> Result<ByEntry, AttemptError> {
    read(tx, "SELECT case_id, position, name, salt FROM identifier WHERE case_id = $1", &[(&case_id).into()])
}

/// The names of all cases.
pub(crate) fn of_all(tx: &mut Tx<'_>) -> Result<ByEntry, AttemptError> {
    read(tx, "SELECT case_id, position, name, salt FROM identifier", &[])
}

/// The names of one entry.
pub(crate) fn of_entry(tx: &mut Tx<'_>, case_id: Uuid, position: u64) -> Result<Vec<StoredName>, AttemptError> {
    let sql = "SELECT case_id, position, name, salt FROM identifier WHERE case_id = $1 AND position = $2";
    let mut names = read(tx, sql, &[(&case_id).into(), position.into()])?;
    Ok(names.remove(&(case_id, position)).unwrap_or_default())
}

fn read(tx: &mut Tx<'_>, sql: &'static str, values: &[Value<'_>]) -> Result<ByEntry, AttemptError> {
    let mut names = ByEntry::new();
    for (entry, name) in tx.rows(sql, values, |row| {
        Ok(((row.id(0)?, row.number(1)?), StoredName { name: row.text(2)?, salt: row.text(3)? }))
    })? {
        names.entry(entry).or_default().push(name);
    }
    // In the order of the entry's own list, which the database need not keep.
    names.values_mut().for_each(|of_entry| of_entry.sort_by(|a, b| a.name.cmp(&b.name)));
    Ok(names)
}

/// Every identifier that a case has or had, but for those that were taken from it: they were another's.
pub(crate) fn ever(entries: &[Entry]) -> Vec<(String, String)> {
    let mut ever: Vec<(String, String)> = Vec::new();
    for entry in entries {
        match &entry.act {
            Act::Identified { scheme, value: Some(value), .. } => ever.push((scheme.clone(), value.clone())),
            Act::Unidentified { scheme } => {
                let last = ever.iter().rposition(|(of, _)| of == scheme);
                if let Some((_, taken)) = last.map(|i| ever.remove(i)) {
                    let is_taken =
                        |of: &str, value: &str| sort_of(of) == sort_of(scheme) && folded(value) == folded(&taken);
                    ever.retain(|(of, value)| !is_taken(of, value));
                }
            }
            _ => {}
        }
    }
    ever.sort();
    ever.dedup();
    ever
}

/// Removes the identifiers of a case; gives how many. Digests of former ones stay.
pub(crate) fn erase(tx: &mut Tx<'_>, case_id: Uuid) -> Result<u64, AttemptError> {
    tx.execute("DELETE FROM identifier WHERE case_id = $1 AND name NOT LIKE 'former=%'", &[(&case_id).into()])
}

/// Chains a journal anew from the first entry on that has an identifier in itself, in the form of an older version of this
/// software; gives where that is. Its hash and all after it change, as otherwise the identifier could be tried out with them.
pub(crate) fn chain_anew(
    tx: &mut Tx<'_>,
    head: &mut Head,
    kept: &[journal::StoredEntry],
) -> Result<Option<u64>, AttemptError> {
    let mut previous = String::new();
    let mut from = None;
    let mut facts = Vec::new();
    for (kept, position) in kept.iter().zip(1_u64..) {
        let mut text = kept.text.clone();
        let entry = kept.chained()?;
        if matches!(entry.act, Act::Identified { value: Some(_), .. }) {
            from.get_or_insert(position);
            let (act, _) = apart(entry.act)?;
            text = serde_json::to_string(&Entry { act, ..entry }).map_err(|e| StoreError::Database(e.to_string()))?;
        }
        previous = entry_hash(&previous, &text);
        if from.is_some() {
            if kept.chained()?.act.subject().is_some() {
                facts.push((position, previous.clone()));
            }
            tx.execute(
                "UPDATE entry SET text = $1, hash = $2 WHERE case_id = $3 AND position = $4",
                &[text.as_str().into(), previous.as_str().into(), (&head.case_id).into(), position.into()],
            )?;
        }
    }
    head.entry_hash = previous;
    // The directory names facts by their hashes.
    for (position, hash) in facts {
        directory::enter_anew(tx, head.case_id, position, hash)?;
    }
    Ok(from)
}
