//! Mutation of a text: bytes, tokens, numbers, size.

use crate::dice::Dice;

/// The maximum length of an input.
pub const LONGEST: usize = 32 * 1024;

/// Numbers at the limits of numeric types.
const NUMBERS: &[&str] = &[
    "0",
    "-0",
    "-1",
    "1",
    "00",
    "1.5",
    "1e9",
    "1e400",
    "127",
    "255",
    "256",
    "65535",
    "65536",
    "2147483647",
    "2147483648",
    "4294967296",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "18446744073709551616",
    "99999999999999999999999999999999999999",
    "0x10",
    "1_000",
    "NaN",
    "inf",
];

/// Characters that often cause errors.
const CHARACTERS: &[&str] = &[
    "\0",
    "\u{1}",
    "\t",
    "\r",
    "\r\n",
    "\n",
    "\u{7f}",
    "\u{80}",
    "é",
    "İ",
    "ß",
    "\u{200b}",
    "\u{202e}",
    "\u{2028}",
    "\u{feff}",
    "\u{10ffff}",
    "\\",
    "\"",
    "'",
    "`",
    "\\u0000",
    "\\ud800",
    "\\\"",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "#",
    "\"\"\"",
    "'''",
];

/// One of the texts, changed in one to five ways.
#[must_use]
pub fn mutated(others: &[String], words: &[String], dice: &mut Dice) -> String {
    let mut bytes = dice.pick(others).as_bytes().to_vec();
    for _ in 0..=dice.below(5) {
        change(&mut bytes, others, words, dice);
        bytes.truncate(LONGEST);
    }
    // Every reader takes UTF-8 only; other bytes are rejected when a file is read.
    String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned())
}

fn change(bytes: &mut Vec<u8>, others: &[String], words: &[String], dice: &mut Dice) {
    let place = below(dice, bytes.len() + 1);
    match dice.below(14) {
        0 if !bytes.is_empty() => {
            let place = below(dice, bytes.len());
            bytes[place] ^= 1 << dice.below(8);
        }
        1 if !bytes.is_empty() => {
            let place = below(dice, bytes.len());
            bytes[place] = u8::try_from(32 + dice.below(95)).unwrap_or(b' ');
        }
        2 => bytes.truncate(place),
        3 => drop(bytes.drain(..place)),
        4 => drop(bytes.drain(stretch(bytes, dice))),
        // A part of another input, inserted or as a replacement.
        5 => {
            let other = dice.pick(others).as_bytes();
            let part = other[stretch(other, dice)].to_vec();
            let gone = if dice.chance(50) { stretch(bytes, dice) } else { place..place };
            bytes.splice(gone, part);
        }
        6 => {
            let other = dice.pick(others).as_bytes();
            bytes.splice(place.., other[below(dice, other.len() + 1)..].to_vec());
        }
        7..=9 => {
            let token = token(bytes, dice);
            bytes.splice(token, dice.pick(words).bytes());
        }
        10 => {
            let number = number(bytes, dice).unwrap_or(place..place);
            bytes.splice(number, dice.pick(NUMBERS).bytes());
        }
        11 => drop(bytes.splice(place..place, dice.pick(CHARACTERS).bytes())),
        // A part repeated many times: long lists, deep nesting.
        12 => {
            let part = stretch(bytes, dice);
            let part: Vec<u8> = bytes[part].iter().copied().take(64).collect();
            let most = if dice.chance(5) { 12 } else { 4 };
            let times = 1 << dice.below(most);
            bytes.splice(place..place, part.repeat(times));
        }
        _ => {
            let (one, other) = (token(bytes, dice), token(bytes, dice));
            if one.end <= other.start {
                let moved = bytes[other].to_vec();
                bytes.splice(one, moved);
            }
        }
    }
}

fn below(dice: &mut Dice, n: usize) -> usize {
    usize::try_from(dice.below(n as u64)).unwrap_or(0)
}

/// A random range, mostly short.
fn stretch(bytes: &[u8], dice: &mut Dice) -> std::ops::Range<usize> {
    let from = below(dice, bytes.len() + 1);
    let most = if dice.chance(80) { 24 } else { bytes.len() + 1 };
    from..(from + below(dice, most)).min(bytes.len())
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// The word or sign at a random position.
fn token(bytes: &[u8], dice: &mut Dice) -> std::ops::Range<usize> {
    let place = below(dice, bytes.len());
    if !bytes.get(place).copied().is_some_and(is_word) {
        return place..(place + 1).min(bytes.len());
    }
    let from = bytes[..place].iter().rposition(|b| !is_word(*b)).map_or(0, |p| p + 1);
    let to = bytes[place..].iter().position(|b| !is_word(*b)).map_or(bytes.len(), |p| place + p);
    from..to
}

/// The first number after a random position.
fn number(bytes: &[u8], dice: &mut Dice) -> Option<std::ops::Range<usize>> {
    let place = below(dice, bytes.len() + 1);
    let from = place + bytes[place..].iter().position(u8::is_ascii_digit)?;
    let to = bytes[from..].iter().position(|b| !b.is_ascii_digit()).map_or(bytes.len(), |p| from + p);
    Some(from..to)
}
