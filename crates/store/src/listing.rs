//! Which cases there are.

use std::iter;

use serde::Serialize;
use uuid::Uuid;

use crate::Store;
use crate::error::StoreError;
use crate::facts::Facts;
use crate::head::Head;
use crate::journal::Act;
use crate::journal::WHOLE_STORE;
use crate::sql::Tx;
use crate::who::Operator;

const PAGE: u64 = 256;

/// A case of the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseListed {
    /// The case.
    pub case_id: Uuid,
    /// How many records it has.
    pub records: u64,
    /// The last one's hash; empty where there is none.
    pub head: String,
    /// The facts that the store holds about it.
    #[serde(flatten)]
    pub facts: Facts,
}

impl Store {
    /// Every case, in the order of the ids, with how many records it has: for operators, as a number of records says more than
    /// a reader may know.
    ///
    /// # Errors
    /// Where the store cannot be written to, as the asking is written down.
    pub fn cases(
        &self,
        by: &Operator,
    ) -> Result<impl Iterator<Item = Result<CaseListed, StoreError>> + '_, StoreError> {
        self.note_for_all(by, Act::Counted)?;
        let mut after = Some(WHOLE_STORE);
        let pages = iter::from_fn(move || {
            let from = after?;
            let read = |tx: &mut Tx<'_>| {
                let heads = Head::page(tx, from, PAGE)?;
                let listed = heads.into_iter().map(|head| {
                    let Head { case_id, records, record_hash: head, .. } = head;
                    Ok(CaseListed { case_id, records, head, facts: Facts::of(tx, case_id)? })
                });
                listed.collect::<Result<Vec<_>, _>>()
            };
            let page = self.look(read);
            after = page.as_ref().ok().and_then(|cases: &Vec<CaseListed>| cases.last()).map(|last| last.case_id);
            Some(match page {
                Ok(cases) => cases.into_iter().map(Ok).collect(),
                Err(e) => vec![Err(e)],
            })
        });
        Ok(pages.flatten())
    }
}
