//! Ids that are derived from what they identify, and that cannot be guessed without the host's secret.
//!
//! The estate's messages carry no id of the fact that they tell. An id made by a plain hash of CRN and code could be tried by
//! anybody who sees a log: "is there a registration of that kind for this person?". So the hash is keyed (HMAC-SHA256).

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::{Builder, Uuid};

/// The host's secret.
#[derive(Clone)]
pub struct Key(Hmac<Sha256>);

/// The shortest secret that is taken, in bytes.
pub const SHORTEST: usize = 32;

/// A secret that is too short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the secret: expected at least {SHORTEST} bytes that nobody can guess, found {found}")]
pub struct KeyError {
    /// How many bytes it has.
    pub found: usize,
}

impl Key {
    /// A secret of the host. It must stay the same, or repeated facts will not be recognised.
    ///
    /// # Errors
    /// [`KeyError`] for fewer than [`SHORTEST`] bytes.
    pub fn new(secret: &[u8]) -> Result<Self, KeyError> {
        let short = KeyError { found: secret.len() };
        if secret.len() < SHORTEST {
            return Err(short);
        }
        Hmac::new_from_slice(secret).map(Self).map_err(|_| short)
    }

    fn digest(&self, parts: &[&str]) -> [u8; 32] {
        let mut mac = self.0.clone();
        for part in parts {
            // With its length before it no part can run into the next.
            mac.update(&part.len().to_be_bytes());
            mac.update(part.as_bytes());
        }
        mac.finalize().into_bytes().into()
    }

    /// A key of its own for one purpose, which gives away nothing of the secret.
    pub(crate) fn derived(&self, purpose: &str) -> [u8; 32] {
        self.digest(&["key", purpose])
    }

    /// The UUID (version 8) of what the parts say.
    #[must_use]
    pub fn uuid(&self, parts: &[&str]) -> Uuid {
        let [bytes @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = self.digest(parts);
        Builder::from_custom_bytes(bytes).into_uuid()
    }

    /// An opaque id of what the parts say, with a word before it that says what it identifies: `sentence-3f9a…`.
    #[must_use]
    pub fn opaque(&self, of: &str, parts: &[&str]) -> String {
        let parts: Vec<&str> = std::iter::once(of).chain(parts.iter().copied()).collect();
        let id = self.uuid(&parts).simple().to_string();
        format!("{of}-{}", id.get(..24).unwrap_or(&id))
    }

    /// What this secret makes of a constant, by which it is noticed that another is used.
    #[doc(hidden)]
    pub fn check_value(&self) -> String {
        self.opaque("check", &["the secret of an import"])
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails says so")]
mod tests {
    use super::*;

    #[test]
    fn ids_are_of_the_secret_and_of_each_part() {
        let key = Key::new(&[7; 32]).unwrap();
        let other = Key::new(&[8; 32]).unwrap();
        let id = key.uuid(&["event", "X800001", "1"]);
        assert_eq!(id, key.uuid(&["event", "X800001", "1"]));
        assert_ne!(id, other.uuid(&["event", "X800001", "1"]));
        assert_ne!(id, key.uuid(&["event", "X80000", "11"]), "a part does not run into the next");
        assert_eq!(id.get_version_num(), 8);
        assert_eq!(key.opaque("sentence", &["1"]).len(), "sentence-".len() + 24);
        assert_eq!(format!("{key:?}"), "Key");
    }

    #[test]
    fn a_short_secret_is_refused() {
        assert_eq!(
            Key::new(b"hush").unwrap_err().to_string(),
            "the secret: expected at least 32 bytes that nobody can guess, found 4"
        );
    }
}
