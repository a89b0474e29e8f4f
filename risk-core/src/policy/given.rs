//! Policy tests, read: given these events, on this day, this follows.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use toml::de::DeValue;
use uuid::Uuid;

use super::error::{Problem, known};
use super::load::Loading;
use super::model::{EventSelector, Expectations, GivenEvent, Place, PolicyTest};
use super::source::{Node, Read, Table, date, event_instant, instant, read_each};
use crate::calendar::end_of_day;
use crate::event::vocabulary::{ActionKind, Handling};
use crate::event::{Event, Instant, Kind, Shape, Term};

/// The statuses that a test may expect of an action.
pub const ACTION_STATUSES: [&str; 8] =
    ["open", "due_soon", "overdue", "waiting", "done", "done_late", "not_needed", "superseded"];
/// The statuses that a test may expect of a group.
pub const GROUP_STATUSES: [&str; 5] = ["not_assessed", "settled", "under_review", "stale", "ask_responsible_officer"];

/// The id of the test's event of that number, from 1.
#[must_use]
pub fn given_event_id(number: usize) -> Uuid {
    Uuid::from_u128(u128::try_from(number).unwrap_or(u128::MAX))
}

pub(super) fn test(load: &Loading<'_>, table: &Table<'_>, place: Place) -> Option<PolicyTest> {
    let name = table.required("name");
    let locality = table.optional("locality");
    let given = table.get("given").map(|n| given(&n.items("a list of events"))).unwrap_or_default();
    let at = table.require("at", "a date or an instant", |n| instant(n, end_of_day));
    let known_at = table.get("known_at").and_then(|n| instant(&n, end_of_day));
    let lens = table.get("lens").and_then(|n| n.word(&["as_known", "hindsight"]));
    let audience = table.optional("audience");
    let events = given.len();
    let then = table.require("then", "what follows", |n| expectations(load, n, events));
    table.refuse_others();
    Some(PolicyTest {
        name: name?,
        locality,
        given,
        at: at?,
        known_at,
        hindsight: lens.as_deref() == Some("hindsight"),
        audience,
        then: then?,
        place,
    })
}

fn given(nodes: &[Node<'_>]) -> Vec<GivenEvent> {
    let kind = |n: &Node<'_>| Kind::parse(n.table("event")?.get("kind")?.text()?);
    let kinds: Vec<Option<Kind>> = nodes.iter().map(kind).collect();
    read_each(nodes, |n| given_event(&n.table("event")?, &kinds))
}

fn given_event(table: &Table<'_>, kinds: &[Option<Kind>]) -> Option<GivenEvent> {
    let occurred_at = table.require("on", "a date or an instant", event_instant);
    let recorded = table.get("recorded");
    let recorded_at = recorded.as_ref().map_or(occurred_at, event_instant);
    if let (Some(node), Some(recorded), Some(occurred)) = (&recorded, recorded_at, occurred_at)
        && recorded < occurred
    {
        node.mismatch::<()>("a time not before `on`: nothing is recorded before it happens");
    }
    let handling_node = table.get("handling");
    let handling = handling_node.as_ref().and_then(Node::read::<Handling>);
    let unrecognised = EventSelector::Unrecognised.name();
    if table.get("kind").is_some_and(|n| matches!(n.value(), DeValue::String(s) if *s == unrecognised)) {
        table.refuse_others();
        let (kind, data) = (None, Map::new());
        return Some(GivenEvent { occurred_at: occurred_at?, recorded_at: recorded_at?, kind, data, handling });
    }
    let kind = table.required::<Kind>("kind")?;
    let data = data(kind, table.others(), kinds)?;
    let event = decoded(kind, &data, table)?;
    if let (Some(node), Some(mark)) = (&handling_node, handling)
        && mark < event.least_handling()
    {
        node.mismatch::<()>(format!("a mark not more open than `{}`", event.least_handling()));
    }
    Some(GivenEvent { occurred_at: occurred_at?, recorded_at: recorded_at?, kind: Some(kind), data, handling })
}

/// The event's data, checked against the catalogue; what is wrong is noted at its field.
fn decoded(kind: Kind, data: &Map<String, Value>, table: &Table<'_>) -> Option<Event> {
    match Event::decode(kind, data) {
        Ok(event) => Some(event),
        Err(error) => {
            let field = error.field.strip_prefix("data.").unwrap_or_default().to_owned();
            let node = table.others().into_iter().find(|(name, _)| *name == field).map(|(_, node)| node);
            let expected = format!("`{field}`: {}", error.expected);
            node.as_ref().unwrap_or(&table.node).note(Problem::Mismatch { expected, found: error.found });
            None
        }
    }
}

fn data(kind: Kind, fields: Vec<(&str, Node<'_>)>, kinds: &[Option<Kind>]) -> Option<Map<String, Value>> {
    let target = fields.iter().find(|(name, _)| *name == "event_id").and_then(|(_, n)| event_named(n.text()?));
    let target = target.and_then(|n| kinds.get(n.checked_sub(1)?).copied().flatten());
    let read = fields.into_iter().map(|(name, node)| {
        let shape = kind.spec().fields.iter().find(|f| f.name == name).map(|f| (f.shape)());
        Some((name.to_owned(), field(shape, &node, target, kinds)?))
    });
    read.collect()
}

/// A field's value as JSON, with `e1` in place of event ids read as the id of the first event.
fn field(shape: Option<Shape>, node: &Node<'_>, target: Option<Kind>, kinds: &[Option<Kind>]) -> Option<Value> {
    match (shape, node.value()) {
        (Some(Shape::EventRef), _) => event_reference(node, kinds),
        (Some(Shape::EventRefs), DeValue::Array(_)) => {
            node.items("a list").iter().map(|n| event_reference(n, kinds)).collect::<Option<Vec<_>>>().map(Value::Array)
        }
        (Some(Shape::Replacement), DeValue::Table(_)) => match target {
            Some(kind) => replacement(&node.table("replacement")?, kind, kinds),
            None => node.mismatch("a replacement of one of the test's events, named by `event_id`"),
        },
        _ => json(node),
    }
}

fn event_number(text: &str) -> Option<usize> {
    text.strip_prefix('e').and_then(|n| n.parse().ok())
}

/// The number of the event that a text names, by number or by id.
fn event_named(text: &str) -> Option<usize> {
    event_number(text).or_else(|| usize::try_from(Uuid::parse_str(text).ok()?.as_u128()).ok())
}

fn event_reference(node: &Node<'_>, kinds: &[Option<Kind>]) -> Option<Value> {
    match node.text().and_then(event_number) {
        Some(number) if number == 0 || number > kinds.len() => {
            node.mismatch(format!("one of the test's events, e1 to e{}", kinds.len()))
        }
        Some(number) => Some(Value::from(given_event_id(number).to_string())),
        None => json(node),
    }
}

/// The new version of an earlier event, read against that event's kind.
fn replacement(table: &Table<'_>, target: Kind, kinds: &[Option<Kind>]) -> Option<Value> {
    let mut map = Map::new();
    if let Some(node) = table.get("occurred_at") {
        map.insert("occurred_at".to_owned(), Value::from(rfc3339(event_instant(&node)?)));
    }
    let replaced = table.require("data", "the new data, whole", |node| {
        let table = node.table("data")?;
        let data = data(target, table.others(), kinds)?;
        decoded(target, &data, &table).map(|_| data)
    })?;
    map.insert("data".to_owned(), Value::Object(replaced));
    table.refuse_others();
    Some(Value::Object(map))
}

pub(super) fn rfc3339(instant: Instant) -> String {
    instant.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}

fn json(node: &Node<'_>) -> Option<Value> {
    match node.value() {
        DeValue::String(text) => Some(Value::from(text.as_ref())),
        DeValue::Integer(n) => match i64::from_str_radix(n.as_str(), n.radix()) {
            Ok(n) => Some(Value::from(n)),
            Err(_) => node.mismatch("a smaller number"),
        },
        DeValue::Float(_) => node.mismatch("a whole number"),
        DeValue::Boolean(b) => Some(Value::from(*b)),
        DeValue::Datetime(moment) => {
            Some(Value::from(date(node).map_or_else(|| moment.to_string(), |d| d.to_string())))
        }
        DeValue::Array(_) => node.items("a list").iter().map(json).collect::<Option<Vec<_>>>().map(Value::Array),
        DeValue::Table(_) => {
            let fields = node.table("table")?.others();
            let read = fields.into_iter().map(|(name, n)| Some((name.to_owned(), json(&n)?)));
            read.collect::<Option<Map<_, _>>>().map(Value::Object)
        }
    }
}

fn expectations(load: &Loading<'_>, node: &Node<'_>, events: usize) -> Option<Expectations> {
    let table = node.table("expectation")?;
    let actions = |field| {
        table.each(field, |n| {
            n.read::<ActionKind>().inspect(|a| {
                load.default_priority(*a, n);
            })
        })
    };
    let then = Expectations {
        fires: table.list("fires"),
        not_fires: table.list("not_fires"),
        pending: actions("pending"),
        not_pending: actions("not_pending"),
        status: by_term(&table, "status", |n| n.word(&ACTION_STATUSES)),
        due: by_term(&table, "due", Read::read),
        indicated: by_term(&table, "indicated", Read::read),
        recorded: by_term(&table, "recorded", Read::read),
        groups: by_term(&table, "groups", |n| n.word(&GROUP_STATUSES)),
        flags: table.list("flags"),
        fires_on: by_id(&table, "fires_on", |n| numbers(n, events)),
        follows: by_id(&table, "follows", |n| n.items("a list of phrases").iter().map(String::read).collect()),
        answered_by: by_term(&table, "answered_by", |n| numbers(n, events)),
    };
    table.refuse_others();
    if then == Expectations::default() {
        return node.mismatch("something that the answer must hold");
    }
    Some(then)
}

/// Events of the test by number: `["e2", "e4"]`.
fn numbers(node: &Node<'_>, events: usize) -> Option<BTreeSet<usize>> {
    let number = |n: &Node<'_>| match n.text().and_then(event_number) {
        Some(number) if (1..=events).contains(&number) => Some(number),
        _ => n.mismatch(format!("one of the test's events, e1 to e{events}")),
    };
    node.items("a list of the test's events").iter().map(number).collect()
}

/// A table whose fields are the ids of rules or duties.
fn by_id<V>(table: &Table<'_>, name: &'static str, read: impl Fn(&Node<'_>) -> Option<V>) -> BTreeMap<String, V> {
    let fields = table.get(name).and_then(|n| n.table(name)).map(|t| t.others()).unwrap_or_default();
    fields.into_iter().filter_map(|(id, node)| Some((id.to_owned(), read(&node)?))).collect()
}

/// A table whose fields are words of a list.
fn by_term<K: Term, V>(table: &Table<'_>, name: &'static str, read: impl Fn(&Node<'_>) -> Option<V>) -> BTreeMap<K, V> {
    let fields = table.get(name).and_then(|n| n.table(name)).map(|t| t.others()).unwrap_or_default();
    fields
        .into_iter()
        .filter_map(|(key, node)| match K::parse(key) {
            Some(key) => Some((key, read(&node)?)),
            None => {
                let expected = known(K::names(), key);
                let found = crate::event::field::describe_text(key);
                node.note(Problem::Unknown { sort: K::LIST, found, expected });
                None
            }
        })
        .collect()
}
