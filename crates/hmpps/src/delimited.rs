//! Text in columns, as spreadsheets and databases export it (RFC 4180): a row that cannot be read costs no other row.

use crate::encoding::{UTF8, unmarked};
use crate::message::MessageError;

/// The delimiters that are tried, in this order.
const DELIMITERS: [u8; 4] = *b",;\t|";

/// The values of a row, or why it has none.
pub type Values = Result<Vec<String>, MessageError>;

/// The names of the columns, and the rows below them.
#[derive(Debug)]
pub struct Delimited {
    /// The names, as they are written.
    pub names: Vec<String>,
    /// Each row with its line, from 1. A row without any value is left out.
    pub rows: Vec<(u64, Values)>,
}

/// Reads a line of names and the rows below it. A first line `sep=;`, as Excel writes it, says what delimits fields; otherwise it is
/// the first of comma, semicolon, tab and bar by which the names are those that `has_names` knows.
///
/// # Errors
/// [`MessageError`] for text in another encoding.
pub fn read(bytes: &[u8], has_names: impl Fn(&[String]) -> bool) -> Result<Delimited, MessageError> {
    let mut at = Place { rest: unmarked(bytes, "table")?, line: 1 };
    let reported = separator(at.rest);
    if reported.is_some() {
        at.skip_line();
    }
    let names_by = |delimiter: u8| {
        let fields = at.clone().record(delimiter).unwrap_or_default();
        fields.iter().map(|field| String::from_utf8_lossy(field).trim().to_owned()).collect::<Vec<_>>()
    };
    let delimiter = reported.or_else(|| DELIMITERS.into_iter().find(|d| has_names(&names_by(*d))));
    let delimiter = delimiter.unwrap_or(b',');
    let names = names_by(delimiter);
    if at.record(delimiter).is_err() {
        at.skip_line();
    }
    let mut rows = Vec::new();
    while !at.rest.is_empty() {
        let line = at.line;
        let row = at.record(delimiter).map(|fields| fields.iter().map(|f| f.trim_ascii().to_vec()).collect::<Vec<_>>());
        match row {
            Ok(fields) if fields.iter().all(Vec::is_empty) => {}
            Ok(fields) => rows.push((line, values(fields, &names))),
            Err(broken) => {
                at.skip_line();
                rows.push((line, Err(broken)));
            }
        }
    }
    Ok(Delimited { names, rows })
}

/// Checks that a row has as many values as there are names.
///
/// # Errors
/// [`MessageError`] with both numbers.
pub fn as_many(values: usize, names: usize) -> Result<(), MessageError> {
    let expected = || format!("{names} fields, as the line of column names has");
    if values == names { Ok(()) } else { Err(MessageError::new("row", expected(), format!("{values} fields"))) }
}

fn values(fields: Vec<Vec<u8>>, names: &[String]) -> Values {
    as_many(fields.len(), names.len())?;
    let texts = fields.into_iter().enumerate().map(|(i, field)| {
        let column = || format!("column {}", i.saturating_add(1));
        String::from_utf8(field).map_err(|_| MessageError::new(column(), UTF8, "other bytes, as of Windows-1252"))
    });
    texts.collect()
}

/// What a first line `sep=;` says.
fn separator(text: &[u8]) -> Option<u8> {
    let line = text.split(|b| matches!(b, b'\r' | b'\n')).next()?;
    let line = line.strip_prefix(b"\"").and_then(|l| l.strip_suffix(b"\"")).unwrap_or(line);
    let (word, rest) = line.split_at_checked(4)?;
    match rest {
        [one] if word.eq_ignore_ascii_case(b"sep=") => Some(*one),
        // A spreadsheet that saves the line again fills it up with its own delimiter.
        [one, more @ ..] if word.eq_ignore_ascii_case(b"sep=") && more.iter().all(|b| b == one) => Some(*one),
        _ => None,
    }
}

/// What is still to be read.
#[derive(Debug, Clone)]
struct Place<'t> {
    rest: &'t [u8],
    line: u64,
}

impl<'t> Place<'t> {
    /// The fields of the next record; where it is broken, nothing is taken.
    fn record(&mut self, delimiter: u8) -> Result<Vec<Vec<u8>>, MessageError> {
        let mut at = self.clone();
        let mut fields = Vec::new();
        loop {
            fields.push(match at.rest.strip_prefix(b"\"") {
                Some(quoted) => {
                    at.rest = quoted;
                    at.quoted()?
                }
                None => at.plain(delimiter)?,
            });
            match at.rest {
                [] => break,
                [b, rest @ ..] if *b == delimiter => at.rest = rest,
                [b'\r' | b'\n', ..] => {
                    at.skip_line();
                    break;
                }
                _ => return Err(misquoted()),
            }
        }
        *self = at;
        Ok(fields)
    }

    /// The rest of a field whose quotation mark is open.
    fn quoted(&mut self) -> Result<Vec<u8>, MessageError> {
        let mut field = Vec::new();
        loop {
            let end = self.rest.iter().position(|b| *b == b'"').ok_or_else(misquoted)?;
            let (text, rest) = self.rest.split_at_checked(end).ok_or_else(misquoted)?;
            self.line = self.line.saturating_add(lines(text));
            field.extend_from_slice(text);
            match rest {
                [b'"', b'"', rest @ ..] => {
                    field.push(b'"');
                    self.rest = rest;
                }
                [_, rest @ ..] => {
                    self.rest = rest;
                    return Ok(field);
                }
                [] => return Err(misquoted()),
            }
        }
    }

    fn plain(&mut self, delimiter: u8) -> Result<Vec<u8>, MessageError> {
        let field = self.take(|b| b == delimiter || matches!(b, b'\r' | b'\n'));
        // A mark after a blank opens nothing: its delimiters would be taken for those of the row.
        if field.trim_ascii_start().starts_with(b"\"") { Err(misquoted()) } else { Ok(field.to_vec()) }
    }

    fn take(&mut self, ends: impl Fn(u8) -> bool) -> &'t [u8] {
        let end = self.rest.iter().position(|b| ends(*b)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, &[]));
        self.rest = rest;
        taken
    }

    fn skip_line(&mut self) {
        self.take(|b| matches!(b, b'\r' | b'\n'));
        self.rest = match self.rest {
            [b'\r', b'\n', rest @ ..] | [b'\r' | b'\n', rest @ ..] => rest,
            rest => rest,
        };
        self.line = self.line.saturating_add(1);
    }
}

/// How many lines end in a text, by whichever sign.
fn lines(text: &[u8]) -> u64 {
    let of = |sign: u8| text.iter().filter(|b| **b == sign).count();
    u64::try_from(of(b'\n').max(of(b'\r'))).unwrap_or(u64::MAX)
}

fn misquoted() -> MessageError {
    MessageError::new(
        "row",
        "quotation marks around whole fields, doubled within",
        "a mark elsewhere, or one that is not closed",
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails says so")]
mod tests {
    use super::*;

    /// Each row as its line and its values, or the word `broken`.
    fn rows(text: &[u8]) -> Vec<(u64, String)> {
        let known = |names: &[String]| names.iter().any(|n| n == "b");
        let each = read(text, known).unwrap().rows.into_iter();
        each.map(|(line, row)| (line, row.map_or_else(|_| "broken".to_owned(), |values| values.join("|")))).collect()
    }

    fn expected(rows: &[(u64, &str)]) -> Vec<(u64, String)> {
        rows.iter().map(|(line, row)| (*line, (*row).to_owned())).collect()
    }

    #[test]
    fn whatever_delimits_and_ends_lines_is_read() {
        for text in [
            "a,b\n1,2\n\n3,4",
            "a;b\r\n1;2\r\n\r\n3;4\r\n",
            "a\tb\r1\t2\r\r3\t4\r",
            "\"a\"|\"b\"\n1|\"2\"\n , \n".replace(" , ", "|").as_str(),
            "\u{feff}a,b\n1,2\n,\n3,4\n",
        ] {
            let read = rows(text.as_bytes());
            assert_eq!(read.first(), Some(&(2, "1|2".to_owned())), "{text}");
            assert!(read.iter().skip(1).all(|row| *row == (4, "3|4".to_owned())), "{text}: {read:?}");
        }
        assert_eq!(rows(b"sep=;\na;b,c\n1;2\n"), expected(&[(3, "1|2")]));
        assert_eq!(rows(b"\"sep=,\"\r\na,b\r\n1,2\r\n"), expected(&[(3, "1|2")]));
        assert_eq!(rows(b"sep=,,\na,b\n1,2\n"), expected(&[(3, "1|2")]));
    }

    #[test]
    fn text_in_quotation_marks_may_hold_anything() {
        let text = b"a,b\n1,\"two, \"\"three\"\"\r\nand four\"\n5,6 \"feet\"\n";
        assert_eq!(rows(text), expected(&[(2, "1|two, \"three\"\r\nand four"), (4, "5|6 \"feet\"")]));
    }

    #[test]
    fn a_row_that_cannot_be_read_costs_no_other_row() {
        for broken in ["1,2,3", "1", "1,\"2", "1,\"2\"3", "1, \"2\"", "\"1,2"] {
            let text = format!("a,b\n5,6\n{broken}\n7,8\n9,\"0\"\n");
            let all = [(2, "5|6"), (3, "broken"), (4, "7|8"), (5, "9|0")];
            assert_eq!(rows(text.as_bytes()), expected(&all), "{broken}");
        }
        assert_eq!(rows(b"a,b\n5,6\n1,victim\x92s\n7,8\n"), expected(&[(2, "5|6"), (3, "broken"), (4, "7|8")]));
    }
}
