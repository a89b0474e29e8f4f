//! The policy's files as tables and values that know where they stand, and what has gone wrong so far.
//!
//! Reading never stops at the first mistake: a value that cannot be read is noted and left out, and the load fails at its
//! end with everything that was noted.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;

use chrono::{DateTime, NaiveDate, Utc};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{PolicyError, Problem, known};
use super::model::Place;
use crate::calendar::noon;
use crate::event::Term;
use crate::event::field::describe_text;
use crate::text;

/// The fields whose texts may have several lines.
const MAY_BREAK: [&str; 5] = ["when", "while", "quote", "why", "not_executable"];

/// What has gone wrong so far.
#[derive(Debug, Default)]
pub(super) struct Errors(RefCell<Vec<PolicyError>>);

impl Errors {
    pub(super) fn note(&self, place: Place, problem: Problem) {
        self.0.borrow_mut().push(PolicyError { place, problem });
    }

    pub(super) fn any(&self) -> bool {
        !self.0.borrow().is_empty()
    }

    /// Everything noted, in the order of the files, each once.
    pub(super) fn into_sorted(self) -> Vec<PolicyError> {
        let mut errors = self.0.into_inner();
        errors.sort();
        errors.dedup();
        errors
    }
}

/// One file.
#[derive(Debug)]
pub(super) struct File<'a> {
    name: &'a str,
    text: &'a str,
    /// Where each line begins.
    lines: Vec<usize>,
    errors: &'a Errors,
}

impl<'a> File<'a> {
    pub(super) fn new(name: &'a str, text: &'a str, errors: &'a Errors) -> Self {
        let text = text::without_mark(text);
        let after_breaks = text.match_indices('\n').map(|(i, _)| i.saturating_add(1));
        Self { name, text, lines: [0].into_iter().chain(after_breaks).collect(), errors }
    }

    /// The file as a table; mistakes of the form are noted, and the rest is read.
    pub(super) fn parse(&self) -> Spanned<DeTable<'a>> {
        let (table, errors) = DeTable::parse_recoverable(self.text);
        for error in errors {
            let at = error.span().map_or(0, |s| s.start);
            self.errors.note(self.place(at), Problem::Syntax(text::inert(error.message()).into_owned()));
        }
        self.refuse_what_acts();
        for (key, value) in table.get_ref() {
            Node::new(value, self).refuse_what_acts(key);
        }
        table
    }

    /// Notes invisible characters that affect display, once per line, also in comments, which people review.
    fn refuse_what_acts(&self) {
        for (line, start) in self.text.split('\n').zip(&self.lines) {
            let line = line.strip_suffix('\r').unwrap_or(line);
            if let Some((at, c)) = line.char_indices().find(|(_, c)| text::acts(*c) && *c != '\t') {
                self.errors.note(self.place(start.saturating_add(at)), Problem::acts(c));
            }
        }
    }

    /// Notes that a table is missing from the file.
    pub(super) fn note_missing(&self, table: &'static str, expected: &str) {
        let problem = Problem::Missing { entry: "file", field: table, expected: expected.to_owned() };
        self.errors.note(self.place(0), problem);
    }

    pub(super) fn place(&self, byte: usize) -> Place {
        let line = self.lines.partition_point(|start| *start <= byte);
        let start = line.checked_sub(1).and_then(|i| self.lines.get(i)).copied().unwrap_or(0);
        let column = self.text.get(start..byte).unwrap_or_default().chars().count();
        Place { file: self.name.to_owned(), line, column: column.saturating_add(1) }
    }
}

/// A value with its place.
#[derive(Debug, Clone)]
pub(super) struct Node<'a> {
    value: &'a DeValue<'a>,
    span: Range<usize>,
    file: &'a File<'a>,
}

impl<'a> Node<'a> {
    pub(super) fn new(value: &'a Spanned<DeValue<'a>>, file: &'a File<'a>) -> Self {
        Self { value: value.get_ref(), span: value.span(), file }
    }

    pub(super) fn value(&self) -> &'a DeValue<'a> {
        self.value
    }

    pub(super) fn place(&self) -> Place {
        self.file.place(self.span.start)
    }

    /// Notes what acts on what shows it and is written as an escape, in every text and name within. What stands there as it is has
    /// been noted. Only what may have several lines has breaks.
    fn refuse_what_acts(&self, key: &Spanned<Cow<'_, str>>) {
        let raw = |span: Range<usize>| self.file.text.get(span).unwrap_or_default();
        let noted = |c: char, span: Range<usize>| !matches!(c, '\n' | '\r' | '\t') && raw(span).contains(c);
        if let Some(c) = key.get_ref().chars().find(|c| text::acts(*c)).filter(|c| !noted(*c, key.span())) {
            self.file.errors.note(self.file.place(key.span().start), Problem::acts(c));
        }
        match self.value {
            DeValue::String(text) => {
                let text = text.replace("\r\n", "\n");
                let may_break = MAY_BREAK.contains(&key.get_ref().as_ref());
                let acts = |c: &char| text::acts(*c) && !(may_break && matches!(c, '\n' | '\t'));
                if let Some(c) = text.chars().find(acts).filter(|c| !noted(*c, self.span.clone())) {
                    self.note(Problem::acts(c));
                }
            }
            DeValue::Array(items) => items.iter().for_each(|v| Node::new(v, self.file).refuse_what_acts(key)),
            DeValue::Table(fields) => {
                fields.iter().for_each(|(key, v)| Node::new(v, self.file).refuse_what_acts(key));
            }
            _ => {}
        }
    }

    /// The place of a byte of the text that this value is. Where escapes hide it, the place of the value.
    pub(super) fn place_within(&self, byte: usize) -> Place {
        let raw = self.file.text.get(self.span.clone()).unwrap_or_default();
        let opening = ["\"\"\"\r\n", "\"\"\"\n", "\"\"\"", "'''\r\n", "'''\n", "'''", "\"", "'"];
        let text = self.value.as_str().unwrap_or_default();
        let inside = opening.iter().find_map(|o| raw.strip_prefix(o).filter(|r| r.starts_with(text)).map(|_| o.len()));
        self.file.place(inside.map_or(self.span.start, |o| self.span.start.saturating_add(o).saturating_add(byte)))
    }

    pub(super) fn note(&self, problem: Problem) {
        self.file.errors.note(self.place(), problem);
    }

    pub(super) fn note_within(&self, byte: usize, problem: Problem) {
        self.file.errors.note(self.place_within(byte), problem);
    }

    /// Notes that something else was expected here.
    pub(super) fn mismatch<T>(&self, expected: impl Into<String>) -> Option<T> {
        self.note(Problem::Mismatch { expected: expected.into(), found: self.describe() });
        None
    }

    fn describe(&self) -> String {
        match self.value {
            DeValue::String(s) => describe_text(s),
            DeValue::Integer(n) => format!("{n}"),
            DeValue::Float(n) => format!("{n}"),
            DeValue::Boolean(b) => format!("{b}"),
            DeValue::Datetime(d) => format!("{d}"),
            DeValue::Array(a) => format!("a list of {}", a.len()),
            DeValue::Table(_) => "a table".to_owned(),
        }
    }

    pub(super) fn text(&self) -> Option<&'a str> {
        self.value.as_str()
    }

    /// The elements of a list.
    pub(super) fn items(&self, expected: &str) -> Vec<Self> {
        match self.value {
            DeValue::Array(items) => items.iter().map(|v| Node::new(v, self.file)).collect(),
            _ => self.mismatch(expected).unwrap_or_default(),
        }
    }

    /// The elements of a list, or the single value in place of a list.
    pub(super) fn one_or_more(&self) -> Vec<Self> {
        if self.value.is_array() { self.items("a list") } else { vec![self.clone()] }
    }

    /// The value as a table, which is an `entry`.
    pub(super) fn table(&self, entry: &'static str) -> Option<Table<'a>> {
        match self.value {
            DeValue::Table(fields) => Some(Table { fields, entry, node: self.clone(), asked: RefCell::default() }),
            _ => self.mismatch(format!("a table (the {entry})")),
        }
    }

    pub(super) fn read<T: Read>(&self) -> Option<T> {
        T::read(self)
    }

    /// The word of a list that is not a [`Term`].
    pub(super) fn word(&self, words: &[&str]) -> Option<String> {
        let found = self.text().filter(|t| words.contains(t));
        found.map(ToOwned::to_owned).or_else(|| self.mismatch(expected_one_of(words, self)))
    }

    /// The places of everything within, by path: `values.0.source`.
    pub(super) fn places(&self) -> BTreeMap<String, Place> {
        let mut places = BTreeMap::new();
        self.collect_places("", &mut places);
        places
    }

    fn collect_places(&self, path: &str, places: &mut BTreeMap<String, Place>) {
        places.insert(path.to_owned(), self.place());
        let within = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        match self.value {
            DeValue::Array(items) => {
                for (i, item) in items.iter().enumerate() {
                    Node::new(item, self.file).collect_places(&within(&i.to_string()), places);
                }
            }
            DeValue::Table(fields) => {
                for (key, value) in fields {
                    Node::new(value, self.file).collect_places(&within(key.get_ref()), places);
                }
            }
            _ => {}
        }
    }
}

fn expected_one_of(words: &[&str], node: &Node<'_>) -> String {
    known(words, node.text().unwrap_or_default())
}

/// A table that tracks which fields were read. The others are unknown.
#[derive(Debug)]
pub(super) struct Table<'a> {
    fields: &'a DeTable<'a>,
    entry: &'static str,
    pub(super) node: Node<'a>,
    asked: RefCell<Vec<&'static str>>,
}

impl<'a> Table<'a> {
    pub(super) fn get(&self, field: &'static str) -> Option<Node<'a>> {
        self.asked.borrow_mut().push(field);
        self.fields.get(field).map(|v| Node::new(v, self.node.file))
    }

    /// The field through `read`; noted where it is missing.
    pub(super) fn require<T>(
        &self,
        field: &'static str,
        expected: impl Into<String>,
        read: impl FnOnce(&Node<'a>) -> Option<T>,
    ) -> Option<T> {
        match self.get(field) {
            Some(node) => read(&node),
            None => {
                self.node.note(Problem::Missing { entry: self.entry, field, expected: expected.into() });
                None
            }
        }
    }

    pub(super) fn required<T: Read>(&self, field: &'static str) -> Option<T> {
        self.require(field, T::expected(), T::read)
    }

    pub(super) fn optional<T: Read>(&self, field: &'static str) -> Option<T> {
        self.get(field).and_then(|n| T::read(&n))
    }

    /// Each element of a list that may be left out.
    pub(super) fn each<T>(&self, field: &'static str, read: impl FnMut(&Node<'a>) -> Option<T>) -> Vec<T> {
        let items = self.get(field).map(|n| n.items("a list")).unwrap_or_default();
        read_each(&items, read)
    }

    pub(super) fn list<T: Read>(&self, field: &'static str) -> Vec<T> {
        self.each(field, T::read)
    }

    /// Each field besides those asked for, with its name; they count as asked for.
    pub(super) fn others(&self) -> Vec<(&'a str, Node<'a>)> {
        let asked = self.asked.borrow();
        let rest = self.fields.iter().filter(|(k, _)| !asked.contains(&k.get_ref().as_ref()));
        rest.map(|(k, v)| (k.get_ref().as_ref(), Node::new(v, self.node.file))).collect()
    }

    /// Notes every field that was not read.
    pub(super) fn refuse_others(&self) {
        let asked = self.asked.borrow();
        for (key, _) in self.fields {
            let name = key.get_ref().as_ref();
            if !asked.contains(&name) {
                let place = self.node.file.place(key.span().start);
                let expected = known(&asked, name);
                let problem = Problem::Unknown { sort: "field", found: describe_text(name), expected };
                self.node.file.errors.note(place, problem);
            }
        }
    }
}

/// Reads each value. What cannot be read fails the load, whether or not the reader said why: nothing is dropped in silence.
pub(super) fn read_each<'a, T>(nodes: &[Node<'a>], mut read: impl FnMut(&Node<'a>) -> Option<T>) -> Vec<T> {
    let noted = |n: &Node<'_>| n.file.errors.0.borrow().len();
    let one = |node: &Node<'a>| {
        let before = noted(node);
        let value = read(node);
        if value.is_none() && noted(node) == before {
            node.mismatch::<()>("something that can be read here");
        }
        value
    };
    nodes.iter().filter_map(one).collect()
}

/// What can be read from one value.
pub(super) trait Read: Sized {
    fn expected() -> String;
    /// The value; what is wrong with it is noted.
    fn read(node: &Node<'_>) -> Option<Self>;
}

impl Read for String {
    fn expected() -> String {
        "text".to_owned()
    }
    fn read(node: &Node<'_>) -> Option<Self> {
        let text = node.text().filter(|t| !t.trim().is_empty());
        text.map(ToOwned::to_owned).or_else(|| node.mismatch(Self::expected()))
    }
}

impl Read for bool {
    fn expected() -> String {
        "true or false".to_owned()
    }
    fn read(node: &Node<'_>) -> Option<Self> {
        node.value.as_bool().or_else(|| node.mismatch(<Self as Read>::expected()))
    }
}

impl Read for u32 {
    fn expected() -> String {
        format!("a whole number from 0 to {}", super::fact::MAX_NUMBER)
    }
    fn read(node: &Node<'_>) -> Option<Self> {
        let number = node.value.as_integer().and_then(|n| Self::from_str_radix(n.as_str(), n.radix()).ok());
        number.filter(|n| *n <= super::fact::MAX_NUMBER).or_else(|| node.mismatch(<Self as Read>::expected()))
    }
}

impl Read for NaiveDate {
    fn expected() -> String {
        "a date such as 2014-06-01, without quotes".to_owned()
    }
    fn read(node: &Node<'_>) -> Option<Self> {
        date(node).or_else(|| node.mismatch(<Self as Read>::expected()))
    }
}

/// The value if it is a date alone.
pub(super) fn date(node: &Node<'_>) -> Option<NaiveDate> {
    let moment = node.value.as_datetime().filter(|d| d.time.is_none() && d.offset.is_none())?;
    let date = moment.date?;
    NaiveDate::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day))
}

/// An instant: a date, read by `of_date`, or an RFC 3339 instant, quoted or not.
pub(super) fn instant(node: &Node<'_>, of_date: fn(NaiveDate) -> DateTime<Utc>) -> Option<DateTime<Utc>> {
    let written = || node.value.as_datetime().map(ToString::to_string).or_else(|| node.text().map(ToOwned::to_owned));
    let exact = || DateTime::parse_from_rfc3339(&written()?).ok().map(|t| t.to_utc());
    date(node)
        .map(of_date)
        .or_else(exact)
        .or_else(|| node.mismatch("a date such as 2017-12-05, or an instant such as \"2017-12-05T14:00:00Z\""))
}

/// What a date means where an event happens: noon, London.
pub(super) fn event_instant(node: &Node<'_>) -> Option<DateTime<Utc>> {
    instant(node, noon)
}

impl<T: Term> Read for T {
    fn expected() -> String {
        format!("one of {}", T::names().join(", "))
    }
    fn read(node: &Node<'_>) -> Option<Self> {
        node.text().and_then(T::parse).or_else(|| node.mismatch(expected_one_of(T::names(), node)))
    }
}
