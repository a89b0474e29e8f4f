//! What people call a case.

use std::fmt::{self, Display};

use risk_store::{CaseFilter, Store};
use uuid::Uuid;

use crate::failure::Failure;

/// What the host calls a case: `crn:X123456`, or what several cases share: `team:north`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identifier {
    /// Which sort: `crn`, `noms`, `team` …
    pub scheme: String,
    /// The identifier.
    pub value: String,
}

/// Text that is not an identifier.
#[derive(Debug, thiserror::Error)]
#[error("expected an identifier as SCHEME:VALUE, such as crn:X123456")]
pub struct NoIdentifier;

impl Identifier {
    /// Reads `crn:X123456`, or `crn=X123456`.
    ///
    /// # Errors
    /// [`NoIdentifier`].
    pub fn parse(text: &str) -> Result<Self, NoIdentifier> {
        let (scheme, value) = text.split_once([':', '=']).ok_or(NoIdentifier)?;
        if scheme.is_empty() || value.is_empty() {
            return Err(NoIdentifier);
        }
        Ok(Self { scheme: scheme.to_owned(), value: value.to_owned() })
    }
}

impl Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.scheme, self.value)
    }
}

/// The cases that have the identifier.
///
/// # Errors
/// [`Failure::NoSuchCase`] if none has, so that a mistyped one does not pass for a quiet day; [`Failure::Contested`].
pub fn only(identifier: Option<&Identifier>, store: &Store) -> Result<Option<CaseFilter>, Failure> {
    let Some(identifier) = identifier else { return Ok(None) };
    must_be_settled(identifier, store)?;
    if store.cases_of(&identifier.scheme, &identifier.value)?.is_empty() {
        return Err(Failure::NoSuchCase(identifier.clone()));
    }
    Ok(Some(CaseFilter { scheme: identifier.scheme.clone(), value: identifier.value.clone() }))
}

/// Refuses an identifier that is claimed for the cases of several persons.
fn must_be_settled(identifier: &Identifier, store: &Store) -> Result<(), Failure> {
    let cases = store.contested(&identifier.scheme, &identifier.value)?;
    if cases.is_empty() { Ok(()) } else { Err(Failure::Contested { identifier: identifier.clone(), cases }) }
}

/// A case of a store, as people name it.
#[derive(Debug, Clone)]
pub enum CaseName {
    /// By its id.
    Id(Uuid),
    /// By what the host calls it.
    Called(Identifier),
}

impl CaseName {
    /// Reads a UUID or an identifier.
    ///
    /// # Errors
    /// [`Failure::NoCaseName`].
    pub fn parse(text: &str) -> Result<Self, Failure> {
        if let Ok(id) = Uuid::parse_str(text) {
            return Ok(Self::Id(id));
        }
        Identifier::parse(text).map(Self::Called).map_err(|_| Failure::NoCaseName { found: text.to_owned() })
    }

    /// The id of the case.
    ///
    /// # Errors
    /// [`Failure`] if no case has the identifier, more than one has, or it is not settled whose it is.
    pub fn find(&self, store: &Store) -> Result<Uuid, Failure> {
        let identifier = match self {
            Self::Id(id) => return Ok(*id),
            Self::Called(identifier) => identifier,
        };
        must_be_settled(identifier, store)?;
        match store.cases_of(&identifier.scheme, &identifier.value)?.as_slice() {
            [] => Err(Failure::NoSuchCase(identifier.clone())),
            [one] => Ok(*one),
            many => Err(Failure::ManyCases { identifier: identifier.clone(), cases: many.to_vec() }),
        }
    }
}
