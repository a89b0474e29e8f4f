//! How two policies differ: entry by entry and field by field, in the terms of the policy language.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value};

use risk_core::policy::model::Policy;
use risk_core::vocabulary;

/// The schema of a [`PolicyDiff`] as JSON.
pub const SCHEMA: &str = "risk-policy-diff/1";

vocabulary! {
    /// How an entry changed from the first policy to the second.
    EntryChange { Added, Removed, Changed }
}

/// How two policies differ. Tests, positions in files, and comments are ignored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicyDiff {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The first policy.
    pub first: PolicyVersion,
    /// The second.
    pub second: PolicyVersion,
    /// The entries that differ, by section in the language's order, then in the order of the policies.
    pub entries: Vec<EntryDiff>,
}

/// The identity of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicyVersion {
    /// The policy's id.
    pub id: String,
    /// The policy's version.
    pub version: String,
    /// The digest of the policy's meaning.
    pub digest: String,
}

/// An entry that only one policy has, or that differs between them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EntryDiff {
    /// `policy`, `document`, `parameter`, `action`, `rule`, `duty`, `audience`, `obligation` or `guard`.
    pub section: &'static str,
    /// The entry's id; if it has several dated versions, followed by the day from which this one applies.
    pub id: String,
    /// How it changed from the first policy to the second.
    pub became: EntryChange,
    /// The fields that differ. Each value of a parameter is a field, named by its first day and locality.
    pub fields: Vec<FieldDiff>,
}

/// A field that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldDiff {
    /// The field's name.
    pub field: String,
    /// The value in the first policy; `null` if absent.
    pub first: Option<Value>,
    /// The value in the second policy; `null` if absent.
    pub second: Option<Value>,
}

type Entry = Map<String, Value>;

/// Compares two policies.
#[must_use]
pub fn diff(first: &Policy, second: &Policy) -> PolicyDiff {
    let mut entries = Vec::new();
    for ((section, old), (_, new)) in first.entries().into_iter().zip(second.entries()) {
        let dated = dated(&old).union(&dated(&new)).cloned().collect();
        entries.extend(section_diff(section, &keyed(section, &old, &dated), &keyed(section, &new, &dated)));
    }
    let named = |p: &Policy| PolicyVersion { id: p.id.clone(), version: p.version.clone(), digest: p.digest.clone() };
    PolicyDiff { schema: SCHEMA, first: named(first), second: named(second), entries }
}

fn section_diff(section: &'static str, old: &[(String, Entry)], new: &[(String, Entry)]) -> Vec<EntryDiff> {
    let find = |list: &[(String, Entry)], id: &str| list.iter().find(|(known, _)| known == id).map(|(_, e)| e.clone());
    let added = new.iter().map(|(id, _)| id).filter(|id| find(old, id).is_none());
    let ids = old.iter().map(|(id, _)| id).chain(added);
    let mut differing: Vec<EntryDiff> = ids
        .filter_map(|id| {
            let (was, is) = (find(old, id), find(new, id));
            let became = match (&was, &is) {
                (Some(_), Some(_)) => EntryChange::Changed,
                (None, _) => EntryChange::Added,
                (_, None) => EntryChange::Removed,
            };
            let fields = fields(&was.unwrap_or_default(), &is.unwrap_or_default());
            (!fields.is_empty()).then(|| EntryDiff { section, id: id.clone(), became, fields })
        })
        .collect();
    // The order of actions is their importance on the agenda; the order of other entries has no meaning.
    let common = |list: &[(String, Entry)], other: &[(String, Entry)]| -> Vec<Value> {
        list.iter().filter(|(id, _)| find(other, id).is_some()).map(|(id, _)| Value::from(id.as_str())).collect()
    };
    let (was, is) = (common(old, new), common(new, old));
    if section == "action" && was != is {
        let field = FieldDiff { field: "order".to_owned(), first: Some(was.into()), second: Some(is.into()) };
        differing.push(EntryDiff { section, id: "all".to_owned(), became: EntryChange::Changed, fields: vec![field] });
    }
    differing
}

/// The ids with more than one dated version.
fn dated(entries: &[Entry]) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    entries.iter().map(id).filter(|id| !seen.insert(id.clone())).collect()
}

/// An entry's id; for a guard, its audience.
fn id(entry: &Entry) -> String {
    entry.get("id").or_else(|| entry.get("audience")).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn keyed(section: &str, entries: &[Entry], dated: &BTreeSet<String>) -> Vec<(String, Entry)> {
    let key = |e: &Entry| match e.get("effective").and_then(|e| e.get("from")).and_then(Value::as_str) {
        Some(from) if dated.contains(&id(e)) => format!("{} from {from}", id(e)),
        // A policy has one head, whatever its id.
        _ if section == "policy" => "head".to_owned(),
        _ => id(e),
    };
    entries.iter().map(|e| (key(e), if section == "parameter" { spread(e) } else { e.clone() })).collect()
}

/// A parameter with each of its values as a separate field.
fn spread(parameter: &Entry) -> Entry {
    let mut fields = Entry::new();
    for (name, value) in parameter {
        match value.as_array().filter(|_| name == "values") {
            None => {
                fields.insert(name.clone(), value.clone());
            }
            Some(values) => fields.extend(values.iter().map(|v| (value_name(v), v.clone()))),
        }
    }
    fields
}

fn value_name(value: &Value) -> String {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let place = text("locality").map(|l| format!(", {l}")).unwrap_or_default();
    format!("value from {}{place}", text("from").unwrap_or("always"))
}

fn fields(old: &Entry, new: &Entry) -> Vec<FieldDiff> {
    let places: BTreeMap<&String, usize> =
        old.keys().chain(new.keys()).zip(0..).fold(BTreeMap::new(), |mut m, (k, n)| {
            m.entry(k).or_insert(n);
            m
        });
    let mut names: Vec<&String> = places.keys().copied().collect();
    names.sort_by_key(|name| places.get(*name));
    let field = |name: &String| FieldDiff {
        field: name.clone(),
        first: old.get(name).cloned(),
        second: new.get(name).cloned(),
    };
    names.into_iter().map(field).filter(|f| f.first != f.second).collect()
}
