//! Text from outside, made safe to show.
//!
//! A file name, an event type, an identifier or a line of a policy can contain invisible characters that affect whatever shows them: a
//! terminal obeys escape sequences, a bidirectional override reverses the words after it, and a zero-width character makes two different
//! names look the same. [`acts`] recognises these characters. A policy that contains one is refused. All other text is shown through
//! [`inert`], and written as JSON through [`to_json`].

use std::borrow::Cow;
use std::fmt::Write as _;

use serde::Serialize;

/// The byte order mark that some programs write before UTF-8 text.
const BYTE_ORDER_MARK: char = '\u{FEFF}';

/// Whether a character is invisible and affects what shows it: controls (C0, DEL, C1), line and paragraph separators,
/// marks, overrides and isolates of direction, and whatever Unicode calls ignorable where it is shown (zero-width characters,
/// soft hyphens, fillers, variation selectors, tags).
#[must_use]
pub fn acts(c: char) -> bool {
    // General category Cc, Zl and Zp, the interlinear annotations, and the property Default_Ignorable_Code_Point.
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}'
            | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

/// The character by its number: `U+202E`.
#[must_use]
pub fn code_point(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

/// The text with each character that [`acts`] written as its number: `\u{202E}`. Line breaks and tabs too, so that text from
/// outside cannot imitate a line of this program.
#[must_use]
pub fn inert(text: &str) -> Cow<'_, str> {
    escaped(
        text,
        |_| false,
        |out, c| {
            let _ = write!(out, "{}", c.escape_unicode());
        },
    )
}

/// [`inert`] for what may have several lines: line breaks and tabs stay.
#[must_use]
pub fn inert_lines(text: &str) -> Cow<'_, str> {
    escaped(
        text,
        |c| matches!(c, '\n' | '\t'),
        |out, c| {
            let _ = write!(out, "{}", c.escape_unicode());
        },
    )
}

/// The value as JSON in which each character that [`acts`] is written as an escape: a parser reads the same text, and a terminal
/// obeys none of it.
///
/// # Errors
/// Those of [`serde_json::to_string`].
pub fn to_json(value: &impl Serialize) -> serde_json::Result<String> {
    serde_json::to_string(value).map(|json| inert_json(&json).into_owned())
}

/// JSON text, of one value or of several, with each character that [`acts`] written as an escape. Line breaks and tabs between
/// values and members stay.
#[must_use]
pub fn inert_json(json: &str) -> Cow<'_, str> {
    escaped(
        json,
        |c| matches!(c, '\n' | '\t' | '\r'),
        |out, c| {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        },
    )
}

fn escaped(text: &str, stays: fn(char) -> bool, escape: fn(&mut String, char)) -> Cow<'_, str> {
    let fits = |c: char| !acts(c) || stays(c);
    // Nearly all text is of this kind, and bytes are quick to look at.
    let is_plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if is_plain || text.chars().all(fits) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len().saturating_add(16));
    for c in text.chars() {
        if fits(c) { out.push(c) } else { escape(&mut out, c) }
    }
    Cow::Owned(out)
}

/// The text without a leading byte order mark.
#[must_use]
pub fn without_mark(text: &str) -> &str {
    text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)
}

/// Bytes that are not UTF-8 text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected text in UTF-8, found {}", .found.in_words())]
pub struct NotUtf8 {
    /// The line of the first invalid byte, from 1.
    pub line: usize,
    /// The encoding that it looks like.
    pub found: Encoding,
}

/// The encoding that bytes look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-16, which Windows programs call Unicode.
    Utf16,
    /// UTF-32.
    Utf32,
    /// Anything else.
    Other,
}

impl Encoding {
    /// The encoding, and how to convert it to UTF-8.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Utf16 => "UTF-16: save it as UTF-8, or convert it with `iconv -f UTF-16 -t UTF-8`",
            Self::Utf32 => "UTF-32: save it as UTF-8, or convert it with `iconv -f UTF-32 -t UTF-8`",
            Self::Other => "other bytes",
        }
    }
}

/// UTF-16 or UTF-32, recognised by a byte order mark or by the zero bytes beside the first letters.
#[must_use]
pub fn encoding(bytes: &[u8]) -> Option<Encoding> {
    match bytes {
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] | [_, 0, 0, 0, ..] | [0, 0, 0, _, ..] => Some(Encoding::Utf32),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [1..=255, 0, 1..=255, 0, ..] | [0, 1..=255, 0, 1..=255, ..] => {
            Some(Encoding::Utf16)
        }
        _ => None,
    }
}

/// Decodes UTF-8, without a leading byte order mark.
///
/// # Errors
/// [`NotUtf8`], which recognises UTF-16 and UTF-32 and says what to do.
pub fn decoded(bytes: &[u8]) -> Result<&str, NotUtf8> {
    if let Some(found) = encoding(bytes) {
        return Err(NotUtf8 { line: 1, found });
    }
    std::str::from_utf8(bytes).map(without_mark).map_err(|e| {
        let good = bytes.get(..e.valid_up_to()).unwrap_or_default();
        let line = good.iter().filter(|b| **b == b'\n').count().saturating_add(1);
        NotUtf8 { line, found: Encoding::Other }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What an attacker would try: OSC 8 and 0, CSI in seven and in eight bits, bell, overrides, isolates, zero widths, CR.
    const HOSTILE: [&str; 12] = [
        "\u{1b}]8;;https://example.invalid\u{7}here\u{1b}]8;;\u{7}",
        "\u{1b}]0;title\u{7}",
        "\u{1b}[2J",
        "\u{9b}2J",
        "\u{202e}gnp.exe",
        "\u{2066}x\u{2069}",
        "a\u{200b}b",
        "\u{feff}a",
        "real\rfake",
        "a\nb",
        "a\u{2028}b\u{85}c",
        "\u{7f}\u{8}\u{ad}\u{e0041}",
    ];

    #[test]
    fn nothing_that_acts_is_left_and_what_is_seen_stays() {
        for text in HOSTILE {
            let shown = inert(text);
            assert!(!shown.chars().any(acts), "{shown}");
            let seen: String = text.chars().filter(|c| !acts(*c)).collect();
            assert!(seen.chars().all(|c| shown.contains(c)), "{shown}");
        }
        assert_eq!(inert("\u{1b}[2J"), "\\u{1b}[2J");
        assert_eq!(inert("Siân O’Neill – £5, naïve"), "Siân O’Neill – £5, naïve");
        assert_eq!(inert_lines("a\n\tb\r"), "a\n\tb\\u{d}");
    }

    #[test]
    fn json_with_escapes_is_the_same_json() {
        for text in HOSTILE {
            let json = to_json(&[text]).unwrap();
            assert!(!json.chars().any(acts), "{json}");
            assert_eq!(serde_json::from_str::<Vec<String>>(&json).unwrap(), [text]);
        }
        assert_eq!(inert_json("{\n\t\"a\": \"\u{e0041}\"}\r\n"), "{\n\t\"a\": \"\\udb40\\udc41\"}\r\n");
    }

    #[test]
    fn a_byte_order_mark_is_passed_over_and_other_encodings_are_named() {
        assert_eq!(decoded(b"\xef\xbb\xbf{}").unwrap(), "{}");
        let little: Vec<u8> = "{\"a\"".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "{\"a\"".encode_utf16().flat_map(u16::to_be_bytes).collect();
        let marked = |mark: &[u8], bytes: &[u8]| [mark, bytes].concat();
        for bytes in [marked(&[0xFF, 0xFE], &little), marked(&[0xFE, 0xFF], &big), little, big] {
            assert_eq!(decoded(&bytes), Err(NotUtf8 { line: 1, found: Encoding::Utf16 }));
        }
        let wide: Vec<u8> = "{\"".chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
        for bytes in [marked(&[0xFF, 0xFE, 0, 0], &wide), wide] {
            assert_eq!(decoded(&bytes), Err(NotUtf8 { line: 1, found: Encoding::Utf32 }));
        }
        assert_eq!(decoded(b"a\nvictim\x92s"), Err(NotUtf8 { line: 2, found: Encoding::Other }));
    }

    #[test]
    fn what_acts_is_what_unicode_says() {
        let class = r"[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\u{FFF9}-\u{FFFB}]";
        let class = regex::Regex::new(class).unwrap();
        let differs = |c: &char| acts(*c) != class.is_match(c.encode_utf8(&mut [0; 4]));
        assert_eq!(('\0'..=char::MAX).find(differs), None);
    }
}
