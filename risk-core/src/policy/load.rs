//! A policy read from its files, checked and compiled.

use std::cell::RefCell;
use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::compile::Compiler;
use super::error::{PolicyErrors, Problem, known};
use super::index::Index;
use super::model::{Parameter, Place, Policy, Priority};
use super::source::{Errors, File, Node, Table, read_each};
use super::{check, entries, export, given};
use crate::event::Term;
use crate::event::field::describe_text;
use crate::event::vocabulary::ActionKind;

/// The place of everything within an entry, by the place of the entry and the path within it: `require.0.priority`.
pub(super) type Places = BTreeMap<Place, BTreeMap<String, Place>>;

/// What entries need to know of the rest of the policy while they are read.
pub(super) struct Loading<'a> {
    pub(super) parameters: &'a [Parameter],
    pub(super) compiler: RefCell<Compiler<'a>>,
    /// The actions that have an entry, with their priority where it could be read.
    priorities: BTreeMap<ActionKind, Option<Priority>>,
    /// The locality of each overlay, by its file.
    overlays: &'a BTreeMap<String, String>,
}

impl Loading<'_> {
    /// The priority that the action's own entry gives it; an action without an entry is noted.
    pub(super) fn default_priority(&self, action: ActionKind, node: &Node<'_>) -> Option<Priority> {
        match self.priorities.get(&action) {
            // The entry is there but could not be read, which has been noted: nothing more is said about it.
            Some(priority) => priority.or(Some(Priority::Planned)),
            None => {
                let names: Vec<&str> = self.priorities.keys().map(|a| a.name()).collect();
                let found = format!("`{action}`");
                let expected = known(&names, action.name());
                node.note(Problem::Unknown { sort: "action", found, expected });
                None
            }
        }
    }

    pub(super) fn overlay_locality(&self, file: &str) -> Option<String> {
        self.overlays.get(file).cloned()
    }
}

const SECTIONS: [&str; 11] = [
    "document",
    "parameter",
    "action",
    "rule",
    "duty",
    "audience",
    "guard",
    "obligation",
    "accepted",
    "test",
    "equivalent",
];
/// The `[[parameter]]` entries of an overlay: only values.
const LOCAL_PARAMETER: &str = "local parameter";
const OVERLAY_SECTIONS: [&str; 6] = ["parameter", "rule", "duty", "accepted", "test", "equivalent"];

/// The entries of all files, by sort, in the order of the files.
struct Entries<'a> {
    policy: Vec<Node<'a>>,
    overlay: Vec<Node<'a>>,
    sections: BTreeMap<&'static str, Vec<Node<'a>>>,
}

impl<'a> Entries<'a> {
    fn nodes(&self, section: &'static str) -> &[Node<'a>] {
        self.sections.get(section).map(Vec::as_slice).unwrap_or_default()
    }

    fn each<T>(&self, section: &'static str, read: impl Fn(&Table<'a>, Place) -> Option<T>) -> Vec<T> {
        read_each(self.nodes(section), |n| read(&n.table(section)?, n.place()))
    }
}

/// What `[policy]` says.
struct Head {
    id: String,
    version: String,
    title: String,
    reviewed_through: NaiveDate,
}

impl Policy {
    /// Reads a policy from its files, given as pairs of name and text. The order of the files has no effect.
    ///
    /// # Errors
    /// Every error in the files, each with file, line and column.
    pub fn load(files: &[(&str, &str)]) -> Result<Self, PolicyErrors> {
        Self::load_with(files, &[], None)
    }

    /// Reads a policy with local overlays, resolved for a locality.
    ///
    /// # Errors
    /// Every error in the files and overlays, each with file, line and column. A locality that neither the policy nor an overlay names
    /// is an error too.
    pub fn load_with(
        files: &[(&str, &str)],
        overlays: &[(&str, &str)],
        locality: Option<&str>,
    ) -> Result<Self, PolicyErrors> {
        let errors = Errors::default();
        let policy = read(files, overlays, locality, &errors);
        match (policy, errors.into_sorted()) {
            (Some(policy), errors) if errors.is_empty() => Ok(policy),
            (_, errors) => Err(PolicyErrors(errors)),
        }
    }
}

fn read(files: &[(&str, &str)], overlays: &[(&str, &str)], locality: Option<&str>, errors: &Errors) -> Option<Policy> {
    let policy_files = in_order(files, errors);
    let overlay_files = in_order(overlays, errors);
    let policy_tables: Vec<_> = policy_files.iter().map(|f| (f, f.parse())).collect();
    let overlay_tables: Vec<_> = overlay_files.iter().map(|f| (f, f.parse())).collect();
    // Of a file that is not TOML nothing can be said but that.
    if errors.any() {
        return None;
    }
    let mut entries = Entries { policy: Vec::new(), overlay: Vec::new(), sections: BTreeMap::new() };
    for (file, table) in &policy_tables {
        sort(file, table.get_ref(), false, &mut entries, errors);
    }
    for (file, table) in &overlay_tables {
        sort(file, table.get_ref(), true, &mut entries, errors);
    }
    let head = head(&entries, files, errors);
    let localities = overlay_localities(&entries, head.as_ref(), &overlay_files);
    let policy = compose(&entries, head?, &localities, locality, errors);

    let places = places(&entries, &policy);
    // A policy that could not be read completely is not checked, because missing entries would cause further errors.
    if !errors.any() {
        check::check(&policy, &places, errors);
    }
    Some(policy)
}

/// The places within every entry; those of a parameter with the places of the values that overlays add to it.
fn places(entries: &Entries<'_>, policy: &Policy) -> Places {
    let mut places: Places = entries.sections.values().flatten().map(|n| (n.place(), n.places())).collect();
    let mut added: BTreeMap<&str, usize> = BTreeMap::new();
    let locals = entries.nodes(LOCAL_PARAMETER);
    let counted = |n: &Node<'_>| n.places().keys().filter_map(|path| value_path(path)).map(|(i, _)| i).max();
    // Overlays' values follow the policy's own, in the order of the overlays.
    for node in locals.iter().rev() {
        let id = node.table("parameter").and_then(|t| t.get("id")?.text());
        let Some(parameter) = policy.parameters.iter().find(|p| Some(p.id.as_str()) == id) else { continue };
        let later = added.entry(&parameter.id).or_default();
        *later = later.saturating_add(counted(node).map_or(0, |last| last.saturating_add(1)));
        let first = parameter.values.len().saturating_sub(*later);
        let moved = node.places().into_iter().filter_map(|(path, place)| {
            let (i, rest) = value_path(&path)?;
            Some((format!("values.{}{rest}", first.saturating_add(i)), place))
        });
        places.entry(parameter.place.clone()).or_default().extend(moved);
    }
    places
}

/// `values.3.source` as 3 and `.source`.
fn value_path(path: &str) -> Option<(usize, &str)> {
    let rest = path.strip_prefix("values.")?;
    let (number, rest) = rest.split_at(rest.find('.').unwrap_or(rest.len()));
    Some((number.parse().ok()?, rest))
}

/// The files by name, so that the order in which the caller lists them says nothing.
fn in_order<'a>(files: &[(&'a str, &'a str)], errors: &'a Errors) -> Vec<File<'a>> {
    let mut files = files.to_vec();
    files.sort_unstable();
    files.into_iter().map(|(name, text)| File::new(name, text, errors)).collect()
}

/// Puts each entry of a file with others of its sort.
fn sort<'a>(
    file: &'a File<'a>,
    table: &'a toml::de::DeTable<'a>,
    overlay: bool,
    entries: &mut Entries<'a>,
    errors: &Errors,
) {
    let (once, sections): (&str, &[&'static str]) =
        if overlay { ("overlay", &OVERLAY_SECTIONS) } else { ("policy", &SECTIONS) };
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        let node = Node::new(value, file);
        if name == once {
            if overlay { entries.overlay.push(node) } else { entries.policy.push(node) }
        } else if let Some(section) = sections.iter().find(|s| **s == name) {
            let nodes = node.items("entries in double brackets: [[…]]");
            let section = if overlay && *section == "parameter" { LOCAL_PARAMETER } else { section };
            entries.sections.entry(section).or_default().extend(nodes);
        } else {
            let names: Vec<&str> = sections.iter().copied().chain([once]).collect();
            let problem = Problem::Unknown { sort: "entry", found: describe_text(name), expected: known(&names, name) };
            errors.note(file.place(key.span().start), problem);
        }
    }
}

fn head(entries: &Entries<'_>, files: &[(&str, &str)], errors: &Errors) -> Option<Head> {
    let Some(node) = entries.policy.first() else {
        let file = files.iter().map(|(name, _)| *name).min().unwrap_or("(no file)").to_owned();
        let expected = "a table [policy] in one of the files".to_owned();
        errors
            .note(Place { file, line: 1, column: 1 }, Problem::Missing { entry: "policy", field: "policy", expected });
        return None;
    };
    for again in entries.policy.iter().skip(1) {
        again.note(Problem::Duplicate { sort: "table", id: "policy".to_owned(), first: node.place() });
    }
    let table = node.table("policy")?;
    let (id, version) = (table.require("id", "an id", entries::id), table.required("version"));
    let (title, reviewed) = (table.required("title"), table.required("reviewed_through"));
    table.refuse_others();
    Some(Head { id: id?, version: version?, title: title?, reviewed_through: reviewed? })
}

fn overlay_localities(entries: &Entries<'_>, head: Option<&Head>, files: &[File<'_>]) -> BTreeMap<String, String> {
    let mut localities = BTreeMap::new();
    for node in &entries.overlay {
        let Some(table) = node.table("overlay") else { continue };
        let of = table.require("of", "the id of the policy", |n| Some(n.clone()));
        if let (Some(of), Some(head)) = (of, head)
            && of.text() != Some(head.id.as_str())
        {
            of.mismatch::<()>(format!("`{}`, the policy that it is given with", head.id));
        }
        if let Some(locality) = table.require("locality", "an id", entries::id) {
            localities.insert(node.place().file, locality);
        }
        table.refuse_others();
    }
    for file in files {
        let first = file.place(0);
        if entries.overlay.iter().all(|n| n.place().file != first.file) {
            file.note_missing("overlay", "a table [overlay] in each overlay");
        }
    }
    localities
}

fn compose(
    entries: &Entries<'_>,
    head: Head,
    overlays: &BTreeMap<String, String>,
    locality: Option<&str>,
    errors: &Errors,
) -> Policy {
    let once = RefCell::new(BTreeMap::new());
    let unique = |sort: &'static str, id: &str, place: &Place| {
        if let Some(first) = once.borrow().get(&(sort, id.to_owned())) {
            let problem = Problem::Duplicate { sort, id: id.to_owned(), first: Place::clone(first) };
            return errors.note(place.clone(), problem);
        }
        once.borrow_mut().insert((sort, id.to_owned()), place.clone());
    };
    let documents =
        entries.each("document", |t, place| entries::document(t).inspect(|d| unique("document", &d.id, &place)));
    let parameters = parameters(entries, overlays, unique);
    let loading = Loading {
        parameters: &parameters,
        compiler: RefCell::new(Compiler { parameters: &parameters, facts: Vec::new() }),
        priorities: entries.nodes("action").iter().filter_map(|n| entries::declared(&n.table("action")?)).collect(),
        overlays,
    };
    let load = &loading;
    let actions = entries.each("action", |t, place| {
        entries::action(load, t, place).inspect(|a| unique("action", a.action.name(), &a.place))
    });
    let rules = entries.each("rule", |t, place| entries::rule(load, t, place));
    let duties = entries.each("duty", |t, place| entries::duty(load, t, place));
    let audiences = entries.each("audience", |t, place| {
        entries::audience(t, place).inspect(|a| unique("audience", a.audience.name(), &a.place))
    });
    let guards = entries
        .each("guard", |t, place| entries::guard(t, place).inspect(|g| unique("guard", g.audience.name(), &g.place)));
    let obligations = entries.each("obligation", |t, place| {
        entries::obligation(t, place).inspect(|o| unique("obligation", &o.id, &o.place))
    });
    let tests =
        entries.each("test", |t, place| given::test(load, t, place).inspect(|t| unique("test", &t.name, &t.place)));
    let equivalents = entries.each("equivalent", entries::equivalent);
    let accepted = entries.each("accepted", |t, place| entries::accepted(load, t, place));
    let facts = loading.compiler.into_inner().facts;
    let index = Index::of(&rules, &actions, &duties, &facts, &parameters);
    let mut policy = Policy {
        id: head.id,
        version: head.version,
        title: head.title,
        reviewed_through: head.reviewed_through,
        digest: String::new(),
        locality: locality.map(ToOwned::to_owned),
        documents,
        parameters,
        actions,
        rules,
        duties,
        audiences,
        guards,
        obligations,
        tests,
        equivalents,
        accepted,
        facts,
        index,
    };
    policy.digest = export::digest(&policy);
    policy
}

/// The parameters, with the values that overlays add to them.
fn parameters(
    entries: &Entries<'_>,
    overlays: &BTreeMap<String, String>,
    unique: impl Fn(&'static str, &str, &Place),
) -> Vec<Parameter> {
    let mut parameters = entries.each("parameter", |t, place| {
        entries::parameter_entry(t, place).inspect(|p| unique("parameter", &p.id, &p.place))
    });
    let ids: Vec<String> = parameters.iter().map(|p| p.id.clone()).collect();
    let local = entries.each(LOCAL_PARAMETER, |t, place| {
        entries::overlay_parameter(t, overlays.get(&place.file).map(String::as_str), &ids)
    });
    for (id, values) in local {
        if let Some(parameter) = parameters.iter_mut().find(|p| p.id == id) {
            parameter.values.extend(values);
        }
    }
    parameters
}
