//! Who asks: software of the host, or a person.

use risk_core::event::field::{SubjectId, describe_text};
use risk_core::event::vocabulary::Audience;

use crate::error::StoreError;

/// The host's own software, which appends records, reads them whole, follows changes, and looks after the store. What it
/// does is written down under its id. Whether it may is for the host to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator(String);

impl Operator {
    /// An operator; the id is opaque: 1 to 64 letters, digits or `. _ : -`.
    ///
    /// # Errors
    /// [`StoreError::Argument`] for another id.
    pub fn new(id: &str) -> Result<Self, StoreError> {
        opaque("operator", id).map(Self)
    }

    /// The id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.0
    }
}

/// A person who reads answers, in a capacity and for a purpose. Each reading is written down; a reader who is excluded from a
/// case is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    id: String,
    audience: Audience,
    purpose: Option<String>,
}

impl Reader {
    /// A reader: the host's own opaque id of the person, and as which audience they read.
    ///
    /// # Errors
    /// [`StoreError::Argument`] for an id of another form than 1 to 64 letters, digits or `. _ : -`.
    pub fn new(id: &str, audience: Audience) -> Result<Self, StoreError> {
        Ok(Self { id: opaque("reader", id)?, audience, purpose: None })
    }

    /// The same with the purpose of the reading, as the law asks for (Data Protection Act 2018, section 62(3)(a)): a word or
    /// a reference of the host's, such as `supervision` or `complaint:4711`.
    ///
    /// # Errors
    /// [`StoreError::Argument`] for another form than that of an id.
    pub fn with_purpose(self, purpose: &str) -> Result<Self, StoreError> {
        Ok(Self { purpose: Some(opaque("purpose", purpose)?), ..self })
    }

    /// The id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// As which audience.
    #[must_use]
    pub fn audience(&self) -> Audience {
        self.audience
    }

    /// For what.
    #[must_use]
    pub fn purpose(&self) -> Option<&str> {
        self.purpose.as_deref()
    }
}

/// An id or a word of the host's, which means nothing to this software.
pub(crate) fn opaque(field: &'static str, text: &str) -> Result<String, StoreError> {
    match SubjectId::new(text) {
        Ok(id) => Ok(id.as_str().to_owned()),
        Err(_) => {
            Err(StoreError::argument(field, "1 to 64 letters, digits or . _ : -, no spaces", describe_text(text)))
        }
    }
}
