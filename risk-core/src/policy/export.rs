//! A policy written out in the fields of its own language, canonically: as JSON, as TOML, and as a digest of its meaning.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use chrono::NaiveDate;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::given::rfc3339;
use super::model::{
    Accepted, ActionDef, AudienceDef, Condition, Due, Duty, Effective, Equivalent, EventSelector, Expectations,
    GivenEvent, Guard, Obligation, Parameter, ParameterValue, Policy, PolicyTest, Requires, Rule, Source, Trigger,
};
use crate::event::{Kind, Term};

/// A value of the language: JSON, with dates.
#[derive(Debug, Clone)]
enum Node {
    Date(NaiveDate),
    List(Vec<Node>),
    Table(Fields),
    Plain(Value),
}

/// The fields of an entry, in the order of the language's description.
#[derive(Debug, Clone, Default)]
struct Fields(Vec<(String, Node)>);

impl Fields {
    fn with(mut self, name: &str, value: impl Into<Node>) -> Self {
        self.0.push((name.to_owned(), value.into()));
        self
    }

    fn with_some(self, name: &str, value: Option<impl Into<Node>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    fn with_any(self, name: &str, values: Vec<Node>) -> Self {
        if values.is_empty() { self } else { self.with(name, Node::List(values)) }
    }

    fn with_true(self, name: &str, value: bool) -> Self {
        if value { self.with(name, Value::from(true)) } else { self }
    }
}

impl From<Value> for Node {
    fn from(value: Value) -> Self {
        Self::Plain(value)
    }
}
impl From<&str> for Node {
    fn from(text: &str) -> Self {
        Self::Plain(Value::from(text))
    }
}
impl From<&String> for Node {
    fn from(text: &String) -> Self {
        Self::Plain(Value::from(text.as_str()))
    }
}
impl From<u32> for Node {
    fn from(number: u32) -> Self {
        Self::Plain(Value::from(number))
    }
}
impl From<NaiveDate> for Node {
    fn from(date: NaiveDate) -> Self {
        Self::Date(date)
    }
}
impl From<Fields> for Node {
    fn from(fields: Fields) -> Self {
        Self::Table(fields)
    }
}

fn term(term: impl Term) -> Node {
    Node::from(term.name())
}

fn terms<T: Term>(terms: &[T]) -> Vec<Node> {
    terms.iter().map(|t| term(*t)).collect()
}

fn texts(texts: &[String]) -> Vec<Node> {
    texts.iter().map(Node::from).collect()
}

fn all_or<T: Term>(list: Option<&Vec<T>>) -> Node {
    list.map_or_else(|| Node::from("all"), |words| Node::List(terms(words)))
}

impl Policy {
    /// The policy as JSON: an object with its head and the arrays documents, parameters, actions, rules, duties,
    /// audiences, obligations, guards (if any), accepted and tests, each entry with the fields of the language.
    #[doc(hidden)]
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut whole = self.meaning(self.head().with("digest", &self.digest));
        whole.0.push(("accepted".to_owned(), Node::List(self.accepted.iter().map(|a| accepted(a).into()).collect())));
        whole.0.push(("tests".to_owned(), Node::List(self.tests.iter().map(|t| test(t).into()).collect())));
        let equivalents = self.equivalents.iter().map(|e| equivalent(e).into()).collect();
        whole.0.push(("equivalents".to_owned(), Node::List(equivalents)));
        json(&whole.into())
    }

    /// The policy as one TOML file of the language. Reading it again gives the same policy, places apart.
    #[doc(hidden)]
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut text = format!("[policy]\n{}", toml_fields(&self.head()));
        let besides = [
            ("accepted", self.accepted.iter().map(accepted).collect()),
            ("test", self.tests.iter().map(test).collect()),
            ("equivalent", self.equivalents.iter().map(equivalent).collect()),
        ];
        for (section, entries) in self.sections().into_iter().chain(besides) {
            for entry in entries {
                let _ = write!(text, "\n[[{section}]]\n{}", toml_fields(&entry));
            }
        }
        text
    }

    fn head(&self) -> Fields {
        Fields::default()
            .with("id", &self.id)
            .with("version", &self.version)
            .with("title", &self.title)
            .with("reviewed_through", self.reviewed_through)
    }

    /// Each sort of entry but the tests.
    fn sections(&self) -> Vec<(&'static str, Vec<Fields>)> {
        let documents = self.documents.iter().map(|d| {
            Fields::default()
                .with("id", &d.id)
                .with("title", &d.title)
                .with("publisher", &d.publisher)
                .with("date", d.date)
                .with("locator", &d.locator)
                .with_some("url", d.url.as_ref())
        });
        vec![
            ("document", documents.collect()),
            ("parameter", self.parameters.iter().map(parameter).collect()),
            ("action", self.actions.iter().map(action).collect()),
            ("rule", self.rules.iter().map(|r| rule(self, r)).collect()),
            ("duty", self.duties.iter().map(|d| duty(self, d)).collect()),
            ("audience", self.audiences.iter().map(audience).collect()),
            ("obligation", self.obligations.iter().map(obligation).collect()),
            ("guard", self.guards.iter().map(guard).collect()),
        ]
    }

    /// The head and every entry but the tests as JSON, by section, in the policy's order.
    #[doc(hidden)]
    #[doc(hidden)]
    #[must_use]
    pub fn entries(&self) -> Vec<(&'static str, Vec<Map<String, Value>>)> {
        let of = |fields: Fields| fields.0.iter().map(|(name, node)| (name.clone(), json(node))).collect();
        let head = ("policy", vec![self.head()]);
        let sections = std::iter::once(head).chain(self.sections());
        sections.map(|(section, entries)| (section, entries.into_iter().map(of).collect())).collect()
    }

    fn meaning(&self, head: Fields) -> Fields {
        const PLURALS: [&str; 8] =
            ["documents", "parameters", "actions", "rules", "duties", "audiences", "obligations", "guards"];
        PLURALS.iter().zip(self.sections()).fold(head, |whole, (plural, (_, entries))| {
            let entries: Vec<Node> = entries.into_iter().map(Node::from).collect();
            // A policy without guards reads as one of before there were any, and keeps its digest.
            if *plural == "guards" { whole.with_any(plural, entries) } else { whole.with(plural, Node::List(entries)) }
        })
    }
}

/// SHA-256, in hex, of the policy's JSON without tests; white space, comments, places and the order of entries other than
/// actions do not count.
pub(super) fn digest(policy: &Policy) -> String {
    let mut whole = policy.meaning(policy.head());
    for (section, entries) in &mut whole.0 {
        if let Node::List(entries) = entries
            && section != "actions"
        {
            entries.sort_by_key(|entry| json(entry).to_string());
        }
    }
    let bytes = Sha256::digest(json(&whole.into()).to_string());
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn sources(sources: &[Source]) -> Vec<Node> {
    let source = |s: &Source| {
        Fields::default().with("document", &s.document).with("at", &s.at).with_some("quote", s.quote.as_ref()).into()
    };
    sources.iter().map(source).collect()
}

fn interval(fields: Fields, effective: Effective) -> Fields {
    fields.with("from", effective.from).with_some("to", effective.to)
}

fn parameter(p: &Parameter) -> Fields {
    let range = Node::List(vec![p.range.0.into(), p.range.1.into()]);
    Fields::default()
        .with("id", &p.id)
        .with("title", &p.title)
        .with("unit", term(p.unit))
        .with("range", range)
        .with("values", Node::List(p.values.iter().map(|v| parameter_value(v).into()).collect()))
}

fn parameter_value(v: &ParameterValue) -> Fields {
    interval(Fields::default(), v.effective)
        .with_some("locality", v.locality.as_ref())
        .with_some("value", v.value)
        .with_true("unset", v.value.is_none())
        .with("basis", term(v.basis))
        .with_any("source", sources(&v.source))
}

fn condition(fields: Fields, name: &str, condition: &Condition) -> Fields {
    fields.with_some(name, Some(&condition.text).filter(|t| !t.is_empty()))
}

fn trigger(t: &Trigger) -> Fields {
    condition(Fields::default().with("on", Node::List(terms(&t.on))), "when", &t.when)
}

fn triggers(triggers: &[Trigger]) -> Vec<Node> {
    triggers.iter().map(|t| trigger(t).into()).collect()
}

fn action(a: &ActionDef) -> Fields {
    let waiting = a.waiting.iter().map(|(t, with)| trigger(t).with("with", with.to_string().as_str()).into()).collect();
    let continues = a.continues.as_ref();
    let continues = continues.map(|c| Fields::default().with("action", term(c.action)).with("from", c.from));
    Fields::default()
        .with("id", term(a.action))
        .with("title", &a.title)
        .with("owner", term(a.owner))
        .with("priority", term(a.priority))
        .with_any("part_of", terms(&a.part_of))
        .with_any("closed_by", triggers(&a.closed_by))
        .with_any("waiting", waiting)
        .with_any("chased_by", triggers(&a.chased_by))
        .with_any("refused_by", triggers(&a.refused_by))
        .with_any("decidable_by", terms(&a.decidable_by))
        .with("handling", term(a.handling))
        .with_true("must_name", a.must_name)
        .with_any("findings", texts(&a.findings))
        .with_true("protects", a.protects)
        .with_true("ends_with_death", a.ends_with_death)
        .with_some("continues", continues)
}

fn due(policy: &Policy, due: &Due) -> Fields {
    match due {
        Due::Immediately(from) => Fields::default().with("immediately", Value::from(true)).with("from", term(*from)),
        Due::Within(parameter, from) => {
            Fields::default().with("within", parameter_id(policy, *parameter)).with("from", term(*from))
        }
    }
}

fn parameter_id(policy: &Policy, parameter: usize) -> &str {
    policy.parameters.get(parameter).map_or("", |p| p.id.as_str())
}

fn requires(policy: &Policy, r: &Requires) -> Fields {
    Fields::default()
        .with("action", term(r.action))
        .with("about", term(r.about))
        .with("priority", term(r.priority))
        .with_some("due", r.due.as_ref().map(|d| due(policy, d)))
}

fn rule(policy: &Policy, r: &Rule) -> Fields {
    let on = r.on.iter().map(|k| Node::from(k.name())).collect();
    let indicate = r.indicate.iter().map(|i| {
        Fields::default().with("group", term(i.group)).with("setting", term(i.setting)).with("level", term(i.level))
    });
    let flag = r.flag.iter().map(|f| {
        Fields::default()
            .with("register", term(f.register))
            .with("should_be", if f.should_be_set { "set" } else { "unset" })
    });
    let fields = Fields::default()
        .with("id", &r.id)
        .with("title", &r.title)
        .with_any("source", sources(&r.source))
        .with("basis", term(r.basis))
        .with("effective", interval(Fields::default(), r.effective))
        .with_any("localities", texts(&r.localities))
        .with_any("covers", texts(&r.covers))
        .with("on", Node::List(on));
    condition(fields, "when", &r.when)
        .with_any("indicate", indicate.map(Node::from).collect())
        .with_any("require", r.require.iter().map(|q| requires(policy, q).into()).collect())
        .with_any("flag", flag.map(Node::from).collect())
        .with_some("until", r.until.map(term))
        .with_any("review", terms(&r.review))
}

fn duty(policy: &Policy, d: &Duty) -> Fields {
    let fields = Fields::default()
        .with("id", &d.id)
        .with("title", &d.title)
        .with_any("source", sources(&d.source))
        .with("basis", term(d.basis))
        .with("effective", interval(Fields::default(), d.effective))
        .with_any("localities", texts(&d.localities))
        .with_any("covers", texts(&d.covers))
        .with("action", term(d.action))
        .with("about", term(d.about));
    condition(fields, "while", &d.holds)
        .with_some("every", d.every.map(|p| parameter_id(policy, p)))
        .with_some("first", d.first.as_ref().map(|f| due(policy, f)))
        .with("priority", term(d.priority))
        .with_any("review", terms(&d.review))
}

fn audience(a: &AudienceDef) -> Fields {
    let by_default = AudienceDef::professional_by_default(&a.marks);
    let stated = (a.professional != by_default).then(|| Value::from(a.professional));
    Fields::default()
        .with("id", term(a.audience))
        .with_some("professional", stated)
        .with("marks", Node::List(terms(&a.marks)))
        .with("kinds", all_or(a.kinds.as_ref()))
        .with("actions", all_or(a.actions.as_ref()))
        .with("groups", Node::List(terms(&a.groups)))
        .with("flags", all_or(a.flags.as_ref()))
        .with("fields", Node::List(terms(&a.fields)))
}

fn guard(g: &Guard) -> Fields {
    Fields::default().with("audience", term(g.audience)).with("never_above", term(g.never_above)).with("why", &g.why)
}

fn obligation(o: &Obligation) -> Fields {
    Fields::default()
        .with("id", &o.id)
        .with("title", &o.title)
        .with_any("source", sources(&o.source))
        .with_some("not_executable", o.not_executable.as_ref())
}

fn accepted(a: &Accepted) -> Fields {
    Fields::default()
        .with("finding", term(a.finding))
        .with("of", Node::List(texts(&a.of)))
        .with_some("fact", a.fact.as_ref())
        .with_any("on", texts(&a.on))
        .with_some("locality", a.locality.as_ref())
        .with("why", &a.why)
}

fn test(t: &PolicyTest) -> Fields {
    Fields::default()
        .with("name", &t.name)
        .with_some("locality", t.locality.as_ref())
        .with("given", Node::List(t.given.iter().map(|g| given(g).into()).collect()))
        .with("at", &rfc3339(t.at))
        .with_some("known_at", t.known_at.map(|k| Value::from(rfc3339(k))))
        .with("lens", if t.hindsight { "hindsight" } else { "as_known" })
        .with_some("audience", t.audience.map(term))
        .with("then", expectations(&t.then))
}

fn given(g: &GivenEvent) -> Fields {
    let fields = Fields::default()
        .with("on", &rfc3339(g.occurred_at))
        .with("recorded", &rfc3339(g.recorded_at))
        .with("kind", g.kind.map_or(EventSelector::Unrecognised.name(), Kind::name))
        .with_some("handling", g.handling.map(term));
    g.data.iter().fold(fields, |fields, (name, value)| fields.with(name, value.clone()))
}

fn expectations(e: &Expectations) -> Fields {
    fn table<K: Term, V>(map: &BTreeMap<K, V>, node: impl Fn(&V) -> Node) -> Option<Fields> {
        let fields = map.iter().fold(Fields::default(), |fields, (k, v)| fields.with(k.name(), node(v)));
        (!map.is_empty()).then_some(fields)
    }
    Fields::default()
        .with_any("fires", texts(&e.fires))
        .with_any("not_fires", texts(&e.not_fires))
        .with_any("pending", terms(&e.pending))
        .with_any("not_pending", terms(&e.not_pending))
        .with_some("status", table(&e.status, |s| Node::from(s)))
        .with_some("due", table(&e.due, |d| Node::Date(*d)))
        .with_some("indicated", table(&e.indicated, |l| term(*l)))
        .with_some("recorded", table(&e.recorded, |l| term(*l)))
        .with_some("groups", table(&e.groups, |s| Node::from(s)))
        .with_any("flags", terms(&e.flags))
        .with_some("fires_on", by_id(&e.fires_on, numbers))
        .with_some("follows", by_id(&e.follows, |phrases| Node::List(phrases.iter().map(Node::from).collect())))
        .with_some("answered_by", table(&e.answered_by, numbers))
}

fn numbers(events: &BTreeSet<usize>) -> Node {
    Node::List(events.iter().map(|n| Node::from(format!("e{n}").as_str())).collect())
}

fn by_id<V>(map: &BTreeMap<String, V>, node: impl Fn(&V) -> Node) -> Option<Fields> {
    let fields = map.iter().fold(Fields::default(), |fields, (id, v)| fields.with(id, node(v)));
    (!map.is_empty()).then_some(fields)
}

fn equivalent(e: &Equivalent) -> Fields {
    Fields::default().with("of", &e.of).with("change", &e.change).with("why", &e.why)
}

fn json(node: &Node) -> Value {
    match node {
        Node::Date(date) => Value::from(date.to_string()),
        Node::List(items) => Value::Array(items.iter().map(json).collect()),
        Node::Table(fields) => Value::Object(fields.0.iter().map(|(k, v)| (k.clone(), json(v))).collect()),
        Node::Plain(value) => value.clone(),
    }
}

/// One field a line.
fn toml_fields(fields: &Fields) -> String {
    fields.0.iter().fold(String::new(), |mut text, (name, value)| {
        let _ = writeln!(text, "{name} = {}", toml(value));
        text
    })
}

fn toml(node: &Node) -> String {
    match node {
        Node::Date(date) => date.to_string(),
        Node::List(items) => format!("[{}]", joined(items.iter().map(toml))),
        Node::Table(fields) => {
            format!("{{ {} }}", joined(fields.0.iter().map(|(k, v)| format!("{} = {}", key(k), toml(v)))))
        }
        Node::Plain(Value::Array(items)) => format!("[{}]", joined(items.iter().map(plain))),
        Node::Plain(Value::Object(map)) => {
            let fields = map.iter().map(|(k, v)| format!("{} = {}", toml::Value::from(k.as_str()), plain(v)));
            format!("{{ {} }}", joined(fields))
        }
        Node::Plain(Value::String(text)) => toml::Value::from(text.as_str()).to_string(),
        // A null has no form in TOML, and no event's data holds one.
        Node::Plain(Value::Null) => "\"\"".to_owned(),
        Node::Plain(other @ (Value::Bool(_) | Value::Number(_))) => other.to_string(),
    }
}

/// An id with a dot in it would be read as two keys.
fn key(name: &str) -> String {
    if name.contains('.') { toml::Value::from(name).to_string() } else { name.to_owned() }
}

fn plain(value: &Value) -> String {
    toml(&Node::Plain(value.clone()))
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}
