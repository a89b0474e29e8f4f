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

/// A person who reads answers, in a capacity and for a purpose. Each reading is journalled; a reader who is excluded from a
/// case is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    id: String,
    audience: Audience,
    purpose: Option<String>,
    unjournalled: Option<String>,
}

impl Reader {
    /// A reader: the host's own opaque id of the person, and as which audience they read.
    ///
    /// # Errors
    /// [`StoreError::Argument`] for an invalid id than 1 to 64 letters, digits or `. _ : -`.
    pub fn new(id: &str, audience: Audience) -> Result<Self, StoreError> {
        Ok(Self { id: opaque("reader", id)?, audience, purpose: None, unjournalled: None })
    }

    /// The same with the purpose of the reading, as the law asks for (Data Protection Act 2018, section 62(3)(a)): a word or
    /// a reference of the host's, such as `supervision` or `complaint:4711`.
    ///
    /// # Errors
    /// [`StoreError::Argument`] for another form than that of an id.
    pub fn with_purpose(self, purpose: &str) -> Result<Self, StoreError> {
        Ok(Self { purpose: Some(opaque("purpose", purpose)?), ..self })
    }

    /// The same, answered even where the reading cannot be written into the journal, because the disk is full: for this
    /// reason. It is then kept beside the store's file, and journalled as soon as there is room.
    ///
    /// # Errors
    /// [`StoreError::Argument`] for a reason that is empty, longer than 200 characters, or of more than one line.
    pub fn with_unjournalled_reason(self, reason: &str) -> Result<Self, StoreError> {
        let reason = reason.trim();
        let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2028}' | '\u{2029}' | '\u{2066}'..='\u{2069}');
        let plain = reason.chars().all(|c| !c.is_control() && !turns(c));
        if reason.is_empty() || reason.chars().count() > 200 || !plain {
            let expected = "a reason of 1 to 200 characters on one line";
            return Err(StoreError::argument("unjournalled_reason", expected, describe_text(reason)));
        }
        Ok(Self { unjournalled: Some(reason.to_owned()), ..self })
    }

    /// Why they are answered where the reading cannot be journalled; without a reason they are not.
    #[must_use]
    pub fn unjournalled_reason(&self) -> Option<&str> {
        self.unjournalled.as_deref()
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
