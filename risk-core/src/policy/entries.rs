//! Each sort of entry of the policy language, read from its table (docs/policy-language.md).

use super::compile::About as ConditionAbout;
use super::condition::{Expression, Word};
use super::error::{Problem, known};
use super::fact_name::parameter;
use super::load::Loading;
use super::model::{
    About, Accepted, ActionDef, AudienceDef, Condition, Continues, Document, Due, Duty, Effective, Equivalent,
    EventSelector, FlagEffect, Guard, Indicates, Obligation, Parameter, ParameterValue, Place, Requires, Rule,
    RunsFrom, Source, Trigger, Unit,
};
use super::model::{Basis, Derived, Priority, WaitsOn};
use super::source::{Node, Read, Table};
use crate::event::field::describe_text;
use crate::event::vocabulary::{ActionKind, Group, Handling, Level, Setting};
use crate::event::{Field, Kind, Term};

/// An id: so that it can stand in a condition, in an answer and in a file name.
pub(super) fn id(node: &Node<'_>) -> Option<String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let text = node.text().filter(|t| !t.is_empty() && t.len() <= 64 && t.chars().all(fits));
    text.map(ToOwned::to_owned).or_else(|| node.mismatch(ID))
}

const ID: &str = "an id: 1 to 64 letters, digits or . _ -";

fn required_id(table: &Table<'_>) -> Option<String> {
    table.require("id", ID, id)
}

pub(super) fn document(table: &Table<'_>) -> Option<Document> {
    let (id, title, publisher) = (required_id(table), table.required("title"), table.required("publisher"));
    let (date, locator, url) =
        (table.required("date"), table.required("locator"), table.get("url").and_then(|n| address(&n)));
    table.refuse_others();
    Some(Document { id: id?, title: title?, publisher: publisher?, date: date?, locator: locator?, url })
}

/// An address that a page may link to.
fn address(node: &Node<'_>) -> Option<String> {
    let is_one = |t: &&str| ["https://", "http://"].iter().any(|scheme| t.starts_with(scheme));
    let text = node.text().filter(is_one).filter(|t| !t.contains(|c: char| c.is_whitespace() || "<>\"'`".contains(c)));
    text.map(ToOwned::to_owned).or_else(|| node.mismatch("an address that begins with https:// or http://"))
}

fn source(node: &Node<'_>) -> Option<Source> {
    let table = node.table("source")?;
    let (document, at, quote) = (table.require("document", ID, id), table.required("at"), table.optional("quote"));
    table.refuse_others();
    Some(Source { document: document?, at: at?, quote })
}

fn effective(table: &Table<'_>) -> Option<Effective> {
    let (from, to) = (table.required("from")?, table.optional("to"));
    if let Some(to) = to.filter(|to| *to <= from) {
        table.node.note(Problem::EmptyInterval { from, to });
    }
    Some(Effective { from, to })
}

fn effective_field(table: &Table<'_>) -> Option<Effective> {
    table.require("effective", "{ from = DATE }", |node| {
        let table = node.table("interval")?;
        let effective = effective(&table);
        table.refuse_others();
        effective
    })
}

pub(super) fn parameter_value(node: &Node<'_>) -> Option<ParameterValue> {
    let table = node.table("value")?;
    let effective = effective(&table);
    let locality = table.get("locality").and_then(|n| id(&n));
    let unset = table.optional::<bool>("unset").unwrap_or(false);
    let value = match table.get("value") {
        Some(node) if unset => node.mismatch("no `value` beside `unset = true`"),
        Some(node) => node.read::<u32>().map(Some),
        None if unset => Some(None),
        None => {
            node.note(Problem::Missing {
                entry: "value",
                field: "value",
                expected: "a number, or `unset = true`".into(),
            });
            None
        }
    };
    // A value deliberately left unset asserts nothing, and so needs no basis.
    let basis = if unset { table.optional("basis").or(Some(Basis::Assumed)) } else { table.required("basis") };
    let source = table.each("source", source);
    table.refuse_others();
    Some(ParameterValue { effective: effective?, locality, value: value?, basis: basis?, source })
}

pub(super) fn parameter_entry(table: &Table<'_>, place: Place) -> Option<Parameter> {
    let (id, title, unit) = (required_id(table), table.required("title"), table.required::<Unit>("unit"));
    let range = table.require("range", "[LEAST, GREATEST]", |node| {
        match node.items("[LEAST, GREATEST]").iter().map(Node::read::<u32>).collect::<Option<Vec<_>>>()?.as_slice() {
            [least, greatest] if least <= greatest => Some((*least, *greatest)),
            _ => node.mismatch("[LEAST, GREATEST]"),
        }
    });
    let values = table.each("values", parameter_value);
    if values.is_empty() {
        table.require("values", "at least one value", |n| n.mismatch::<()>("at least one value"));
    }
    table.refuse_others();
    Some(Parameter { id: id?, title: title?, unit: unit?, range: range?, values, place })
}

/// An overlay's values of a parameter: its id, and values in the overlay's locality.
pub(super) fn overlay_parameter(
    table: &Table<'_>,
    locality: Option<&str>,
    ids: &[String],
) -> Option<(String, Vec<ParameterValue>)> {
    let parameter = table.require("id", ID, |node| {
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let found = node.text().unwrap_or_default();
        ids.contains(&found).then(|| found.to_owned()).or_else(|| {
            let expected = known(&ids, found);
            node.note(Problem::Unknown { sort: "parameter", found: describe_text(found), expected });
            None
        })
    });
    let values = table.each("values", |node| {
        let value = parameter_value(node)?;
        match (value.locality.as_deref(), locality) {
            (Some(other), Some(locality)) if other != locality => {
                node.mismatch(format!("values in the overlay's own locality, `{locality}`"))
            }
            _ => Some(ParameterValue { locality: locality.map(ToOwned::to_owned), ..value }),
        }
    });
    table.refuse_others();
    Some((parameter?, values))
}

fn condition(load: &Loading<'_>, node: Option<Node<'_>>, about: ConditionAbout<'_>) -> Option<Condition> {
    let Some(node) = node else { return Some(Condition::always()) };
    let Some(text) = node.text() else { return node.mismatch("a condition, as text") };
    let expression = match Expression::parse(text) {
        Ok(expression) => expression,
        Err(fault) => {
            node.note_within(fault.at, fault.problem);
            return None;
        }
    };
    match load.compiler.borrow_mut().compile(&expression, about) {
        Ok(clauses) => Some(Condition { text: expression.to_string(), clauses, place: node.place() }),
        Err(faults) => {
            faults.into_iter().for_each(|f| node.note_within(f.at, f.problem));
            None
        }
    }
}

fn listens(node: &Node<'_>) -> Option<EventSelector> {
    node.text().and_then(EventSelector::parse).or_else(|| {
        let found = node.text().unwrap_or_default();
        let names: Vec<&str> =
            Kind::names().iter().chain(Derived::names()).copied().chain([EventSelector::Unrecognised.name()]).collect();
        node.note(Problem::Unknown {
            sort: "kind of event",
            found: describe_text(found),
            expected: known(&names, found),
        });
        None
    })
}

fn many<T>(node: &Node<'_>, read: fn(&Node<'_>) -> Option<T>) -> Option<Vec<T>> {
    let items = node.one_or_more();
    let read: Vec<T> = items.iter().filter_map(read).collect();
    if items.is_empty() { node.mismatch("at least one") } else { Some(read) }
}

fn trigger_fields(load: &Loading<'_>, table: &Table<'_>) -> Option<Trigger> {
    let on = table.require("on", "a kind of event, or a list of them", |n| many(n, Kind::read))?;
    let kinds: Vec<EventSelector> = on.iter().map(|k| EventSelector::Kind(*k)).collect();
    // With an unreadable kind there is nothing to read `event.` facts against; the kind itself has been noted.
    let when = table.get("when").filter(|_| !kinds.is_empty());
    Some(Trigger { when: condition(load, when, ConditionAbout::Events(&kinds))?, on })
}

fn trigger(load: &Loading<'_>, node: &Node<'_>) -> Option<Trigger> {
    let table = node.table("event")?;
    let trigger = trigger_fields(load, &table);
    table.refuse_others();
    trigger
}

/// `with`: a name, or `event.FIELD` that holds one.
fn waiting(load: &Loading<'_>, node: &Node<'_>) -> Option<(Trigger, WaitsOn)> {
    let table = node.table("event")?;
    let (trigger, with) = (trigger_fields(load, &table), table.get("with"));
    let with = match &with {
        None => table.required::<String>("with").map(WaitsOn::Named),
        Some(node) => node.read::<String>().and_then(|with| waits_on(node, with, trigger.as_ref())),
    };
    table.refuse_others();
    Some((trigger?, with?))
}

fn waits_on(node: &Node<'_>, with: String, trigger: Option<&Trigger>) -> Option<WaitsOn> {
    let Some(name) = with.strip_prefix("event.") else { return Some(WaitsOn::Named(with)) };
    let field = Field::parse(name);
    let lacks = |kind: &&Kind| kind.spec().fields.iter().all(|f| Some(f.field) != field);
    if let Some(kind) = trigger?.on.iter().find(lacks) {
        let names: Vec<&str> = kind.spec().fields.iter().map(|f| f.name).collect();
        let expected = known(&names, name);
        node.note(Problem::NoSuchField { kind: kind.name().to_owned(), field: name.to_owned(), expected });
        return None;
    }
    field.map(WaitsOn::Field)
}

/// The action that an entry is about, with its priority as far as that can be read; mistakes are noted elsewhere.
pub(super) fn declared(table: &Table<'_>) -> Option<(ActionKind, Option<Priority>)> {
    let word = |field| table.get(field).and_then(|n| n.text());
    Some((word("id").and_then(ActionKind::parse)?, word("priority").and_then(Priority::parse)))
}

pub(super) fn action(load: &Loading<'_>, table: &Table<'_>, place: Place) -> Option<ActionDef> {
    let (action, title, owner) = (table.required("id"), table.required("title"), table.required("owner"));
    let (priority, part_of) = (table.required("priority"), table.list("part_of"));
    let triggers = |field| table.each(field, |n| trigger(load, n));
    let (closed_by, chased_by, refused_by) = (triggers("closed_by"), triggers("chased_by"), triggers("refused_by"));
    let waiting = table.each("waiting", |n| waiting(load, n));
    let (decidable_by, handling) = (table.list("decidable_by"), table.optional("handling"));
    let (must_name, protects) = (table.optional("must_name"), table.optional("protects"));
    let ends_with_death = table.optional("ends_with_death");
    let (findings, continues) = (table.list("findings"), table.get("continues").and_then(|n| continues(&n)));
    table.refuse_others();
    Some(ActionDef {
        action: action?,
        title: title?,
        owner: owner?,
        priority: priority?,
        part_of,
        closed_by,
        waiting,
        chased_by,
        refused_by,
        decidable_by,
        handling: handling.unwrap_or(Handling::Ordinary),
        must_name: must_name.unwrap_or(false),
        findings,
        protects: protects.unwrap_or(false),
        ends_with_death: ends_with_death.unwrap_or(false),
        continues,
        place,
    })
}

fn continues(node: &Node<'_>) -> Option<Continues> {
    let table = node.table("continuation")?;
    let (action, from) = (table.required("action"), table.required("from"));
    table.refuse_others();
    Some(Continues { action: action?, from: from? })
}

/// A parameter named as the length of a limit or a period.
fn length(load: &Loading<'_>, node: &Node<'_>) -> Option<usize> {
    let word = Word { text: node.read::<String>()?, at: super::condition::Position(0) };
    match parameter(&word, &[Unit::Days, Unit::BusinessDays, Unit::Months], load.parameters) {
        Ok(place) => Some(place),
        Err(fault) => {
            node.note(fault.problem);
            None
        }
    }
}

const DUE: &str =
    "\"immediately\", { within = PARAMETER, from = \"learnt\" } or { immediately = true, from = \"occurred\" }";

fn due(load: &Loading<'_>, node: &Node<'_>) -> Option<Due> {
    if node.text() == Some("immediately") {
        return Some(Due::Immediately(RunsFrom::Learnt));
    }
    let Some(table) = node.value().as_table().and_then(|_| node.table("limit")) else { return node.mismatch(DUE) };
    let from = table.optional("from").unwrap_or(RunsFrom::Learnt);
    let (within, immediately) = (table.get("within"), table.optional::<bool>("immediately").unwrap_or(false));
    table.refuse_others();
    match (within, immediately) {
        (Some(within), false) => Some(Due::Within(length(load, &within)?, from)),
        (None, true) => Some(Due::Immediately(from)),
        _ => node.mismatch(DUE),
    }
}

fn indicates(node: &Node<'_>) -> Option<Indicates> {
    let table = node.table("indicated level")?;
    let (group, level, setting) = (table.required("group"), table.get("level"), table.optional("setting"));
    let level = match level {
        None => table.required::<Level>("level"),
        Some(node) => match node.read::<Level>()? {
            Level::Unknown => node.mismatch("a level from low to very_high"),
            level => Some(level),
        },
    };
    table.refuse_others();
    let group = group?;
    let natural = if group == Group::Prisoners { Setting::Custody } else { Setting::Community };
    let setting = setting.unwrap_or(natural);
    if group == Group::Prisoners && setting == Setting::Community {
        return node.mismatch("setting = \"custody\" for prisoners");
    }
    Some(Indicates { group, setting, level: level? })
}

fn requires(load: &Loading<'_>, node: &Node<'_>) -> Option<Requires> {
    let table = node.table("requirement")?;
    let (action, about) = (table.required("action"), table.optional("about").unwrap_or(About::Case));
    let priority = table.optional("priority");
    let due = table.get("due").map(|n| due(load, &n));
    table.refuse_others();
    let action = action?;
    let default = load.default_priority(action, node)?;
    let priority = priority.unwrap_or(default);
    let due = due.map_or(Some(None), |d| d.map(Some))?;
    Some(Requires { action, about, priority, due })
}

fn flag_effect(node: &Node<'_>) -> Option<FlagEffect> {
    let table = node.table("flag")?;
    let register = table.required("register");
    let should_be = table.get("should_be").map(|n| n.word(&["set", "unset"]));
    table.refuse_others();
    let should_be_set = should_be.is_none_or(|word| word.as_deref() != Some("unset"));
    Some(FlagEffect { register: register?, should_be_set })
}

/// What rules and duties have in common.
struct Heading {
    id: Option<String>,
    title: Option<String>,
    source: Vec<Source>,
    basis: Option<Basis>,
    effective: Option<Effective>,
    localities: Vec<String>,
    covers: Vec<String>,
    review: Vec<Group>,
}

fn heading(load: &Loading<'_>, table: &Table<'_>) -> Heading {
    let mut localities = table.each("localities", id);
    if localities.is_empty() {
        localities.extend(load.overlay_locality(&table.node.place().file));
    }
    Heading {
        id: required_id(table),
        title: table.required("title"),
        source: table.each("source", source),
        basis: table.required("basis"),
        effective: effective_field(table),
        localities,
        covers: table.list("covers"),
        review: table.list("review"),
    }
}

pub(super) fn rule(load: &Loading<'_>, table: &Table<'_>, place: Place) -> Option<Rule> {
    let heading = heading(load, table);
    let on = table.require("on", "a kind of event, or a list of them", |n| many(n, listens));
    let condition_node = table.get("when");
    let when = on.as_deref().filter(|kinds| !kinds.is_empty());
    let when = when.and_then(|kinds| condition(load, condition_node, ConditionAbout::Events(kinds)));
    let indicate = table.each("indicate", indicates);
    let require = table.each("require", |n| requires(load, n));
    let flag = table.each("flag", flag_effect);
    let until = table.optional("until");
    table.refuse_others();
    Some(Rule {
        id: heading.id?,
        title: heading.title?,
        source: heading.source,
        basis: heading.basis?,
        effective: heading.effective?,
        localities: heading.localities,
        covers: heading.covers,
        on: on?,
        when: when?,
        indicate,
        require,
        flag,
        until,
        review: heading.review,
        place,
    })
}

pub(super) fn duty(load: &Loading<'_>, table: &Table<'_>, place: Place) -> Option<Duty> {
    let heading = heading(load, table);
    let action = table.required("action");
    let about = table.optional("about").unwrap_or(About::Case);
    let holds = table.require("while", "a condition", |n| condition(load, Some(n.clone()), ConditionAbout::State));
    let every = table.get("every").map(|n| length(load, &n));
    let first = table.get("first").map(|n| due(load, &n));
    let priority = table.optional("priority");
    table.refuse_others();
    let action = action?;
    let default = load.default_priority(action, &table.get("action").unwrap_or_else(|| table.node.clone()))?;
    let priority = priority.unwrap_or(default);
    Some(Duty {
        id: heading.id?,
        title: heading.title?,
        source: heading.source,
        basis: heading.basis?,
        effective: heading.effective?,
        localities: heading.localities,
        covers: heading.covers,
        action,
        about,
        holds: holds?,
        every: every.map_or(Some(None), |e| e.map(Some))?,
        first: first.map_or(Some(None), |f| f.map(Some))?,
        priority,
        review: heading.review,
        place,
    })
}

/// `"all"`, or a list.
fn all_or<T: Read>(table: &Table<'_>, field: &'static str) -> Option<Option<Vec<T>>> {
    table.require(field, "\"all\", or a list", |node| match node.text() {
        Some("all") => Some(None),
        _ => Some(Some(node.items("\"all\", or a list").iter().filter_map(T::read).collect())),
    })
}

pub(super) fn audience(table: &Table<'_>, place: Place) -> Option<AudienceDef> {
    let audience = table.required("id");
    let professional = table.optional("professional");
    let (kinds, actions, flags) = (all_or(table, "kinds"), all_or(table, "actions"), all_or(table, "flags"));
    let (marks, groups, fields) = (table.list("marks"), table.list("groups"), table.list("fields"));
    table.refuse_others();
    Some(AudienceDef {
        audience: audience?,
        professional: professional.unwrap_or_else(|| AudienceDef::professional_by_default(&marks)),
        marks,
        kinds: kinds?,
        actions: actions?,
        groups,
        flags: flags?,
        fields,
        place,
    })
}

pub(super) fn guard(table: &Table<'_>, place: Place) -> Option<Guard> {
    let (audience, never_above, why) =
        (table.required("audience"), table.required("never_above"), table.required("why"));
    table.refuse_others();
    Some(Guard { audience: audience?, never_above: never_above?, why: why?, place })
}

pub(super) fn equivalent(table: &Table<'_>, place: Place) -> Option<Equivalent> {
    let (of, change, why) = (table.require("of", ID, id), table.required("change"), table.required("why"));
    table.refuse_others();
    Some(Equivalent { of: of?, change: change?, why: why?, place })
}

pub(super) fn accepted(load: &Loading<'_>, table: &Table<'_>, place: Place) -> Option<Accepted> {
    let (finding, of, why) = (
        table.required("finding"),
        table.require("of", "an id, or a list of them", |n| many(n, id)),
        table.required("why"),
    );
    let fact = table.optional("fact");
    let (on, locality) = (table.each("on", id), table.get("locality").and_then(|n| id(&n)));
    table.refuse_others();
    let locality = locality.or_else(|| load.overlay_locality(&place.file));
    Some(Accepted { finding: finding?, of: of?, fact, on, why: why?, locality, place })
}

pub(super) fn obligation(table: &Table<'_>, place: Place) -> Option<Obligation> {
    let (id, title, source) = (required_id(table), table.required("title"), table.each("source", source));
    let not_executable = table.optional("not_executable");
    table.refuse_others();
    Some(Obligation { id: id?, title: title?, source, not_executable, place })
}
