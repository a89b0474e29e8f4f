//! In which encoding bytes are: the adapter reads UTF-8, with or without a byte order mark.

use crate::message::MessageError;

/// The byte order mark of UTF-8.
pub const MARK: &[u8] = b"\xef\xbb\xbf";

/// What is to be done about another encoding.
pub const UTF8: &str = "text in UTF-8 (save a table as “CSV UTF-8”)";

/// The bytes without the byte order marks of UTF-8 at their beginning.
///
/// # Errors
/// [`MessageError`] for `field`, naming UTF-16 or UTF-32, with a byte order mark or without.
pub fn unmarked<'b>(mut bytes: &'b [u8], field: &str) -> Result<&'b [u8], MessageError> {
    let found = match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => "UTF-32",
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "UTF-16",
        [0, other, ..] | [other, 0, ..] if *other != 0 => "UTF-16",
        _ => {
            while let Some(rest) = bytes.strip_prefix(MARK) {
                bytes = rest;
            }
            return Ok(bytes);
        }
    };
    Err(MessageError::new(field, UTF8, found))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails says so")]
mod tests {
    use super::*;

    #[test]
    fn a_mark_of_utf_8_is_passed_over_and_other_encodings_are_named() {
        for bytes in [&b"{}"[..], b"\xef\xbb\xbf{}", b"\xef\xbb\xbf\xef\xbb\xbf{}"] {
            assert_eq!(unmarked(bytes, "message").unwrap(), b"{}");
        }
        assert_eq!(unmarked(b"", "message").unwrap(), b"");
        for (bytes, found) in [
            (&b"\xff\xfe{\0}\0"[..], "UTF-16"),
            (b"\xfe\xff\0{\0}", "UTF-16"),
            (b"{\0}\0", "UTF-16"),
            (b"\0{\0}", "UTF-16"),
            (b"\xff\xfe\0\0{\0\0\0", "UTF-32"),
            (b"\0\0\xfe\xff\0\0\0{", "UTF-32"),
        ] {
            assert_eq!(unmarked(bytes, "message").unwrap_err().found, found);
        }
    }
}
