//! Every column of every table, changed in every row by SQL: the verification reports it, and nothing that is read differs
//! from what was kept without an error. Tables and columns come from the database itself, so that a new one is covered too.

use chrono::Utc;
use postgres::NoTls;
use risk_core::event::vocabulary::{Audience, Handling};
use risk_store::{Options, Reader, Store, StoreError};
use rusqlite::types::ValueRef;

use crate::place::{Place, feed, on_each};
use crate::records::{attended, call_out, case, erasure, event};
use crate::rolled_back::taken_back;

/// Columns that no chain covers, as no statement of the store reads them: when a form was made, and the order of all entries.
const READ_BY_NONE: [(&str, &str); 2] = [("store_form", "applied_on"), ("entry", "place")];

/// A store in which every table has rows and every column a value.
fn filled(place: &Place) {
    let store = place.store();
    for n in 1..=3 {
        store.append(&feed(), case(n), vec![call_out(case(n), n * 10), attended(case(n), n * 10 + 1)], None).unwrap();
        store.identify(&feed(), case(n), "crn", &format!("X{n}")).unwrap();
    }
    store.identify(&feed(), case(1), "team", "north").unwrap();
    store.exclude(&feed(), case(1), "N07A001").unwrap();
    store.exclude(&feed(), case(2), "N07A001").unwrap();
    store.admit(&feed(), case(2), "N07A001").unwrap();
    store.merge(&feed(), case(3), case(2)).unwrap();
    let by_law = |n: u128, of: u128| erasure(case(1), n, of).with_handling(Handling::ThirdParty);
    store.restrict(&feed(), case(1), by_law(90, 10)).unwrap();
    store.erase(&feed(), case(1), by_law(91, 11)).unwrap();
    store.changes(&feed(), 0, 100).unwrap();
    assert!(store.verify(None, |_| ()).unwrap().is_intact());
}

/// Rows that are in each other's way are tried again for as long as the patience lasts.
fn hasty() -> Options {
    Options { patience: std::time::Duration::from_millis(50), ..Options::default() }
}

/// What everyone reads from a store, each as text; `Err` is an error, whatever it says.
fn read(place: &Place) -> Vec<Result<String, ()>> {
    let Ok(store) = Store::open(&place.url, hasty()) else { return vec![] };
    let mut read = Vec::new();
    fn outcome<T: std::fmt::Debug>(result: Result<T, StoreError>) -> Result<String, ()> {
        result.map(|value| format!("{value:?}")).map_err(drop)
    }
    for n in 1..=3 {
        read.push(outcome(store.facts(case(n))));
        read.push(outcome(store.cases_of("crn", &format!("X{n}"))));
        read.push(outcome(store.journal(Some(case(n)))));
    }
    read.push(outcome(store.journal(None)));
    read.push(outcome(store.cases_of("team", "north")));
    for n in 1..=3 {
        for reader in ["N07A001", "N07A002"] {
            let reader = Reader::new(reader, Audience::Manager).unwrap();
            read.push(outcome(store.consult(&reader, case(n), Utc::now()).map(|log| log.to_jsonl())));
        }
        read.push(outcome(store.log(&feed(), case(n)).map(|log| log.to_jsonl())));
    }
    read.push(outcome(store.evidence(&feed(), case(1), event(10))));
    let reader = Reader::new("N07A002", Audience::Manager).unwrap();
    let people: Result<Vec<_>, _> = store.caseload(&reader, Utc::now(), None).collect();
    // Each case that is in the store is in it, with its log or with the reason why not.
    let people = people.map(|people| people.into_iter().map(|p| (p.case_id, p.log.is_ok())).collect::<Vec<_>>());
    for n in 1..=2 {
        let named =
            |people: &Vec<(uuid::Uuid, bool)>| people.iter().find(|(id, _)| *id == case(n)).map(|(_, fine)| *fine);
        let listed = people.as_ref().map(named).map_err(|_| ());
        read.push(match listed {
            Ok(Some(true)) => Ok("listed".to_owned()),
            Ok(Some(false)) | Err(()) => Err(()),
            Ok(None) => Ok("left out".to_owned()),
        });
    }
    read
}

/// A database behind the store's back.
enum Raw {
    File { place: Place, whole: Vec<u8> },
    Server { client: postgres::Client, url: String },
}

struct Column {
    name: String,
    kind: String,
    is_key: bool,
}

impl Raw {
    fn of(place: &Place) -> Self {
        if !place.url.contains("://") {
            // The last connection that closes folds everything into the file.
            return Self::File { place: Place::file(), whole: std::fs::read(&place.url).unwrap() };
        }
        let mut client = postgres::Client::connect(&place.url, NoTls).unwrap();
        client.batch_execute("CREATE SCHEMA saved").unwrap();
        let mut raw = Self::Server { client, url: place.url.clone() };
        for table in raw.tables() {
            raw.run(&format!("CREATE TABLE saved.{table} AS TABLE risk_of_harm.{table}")).unwrap();
        }
        raw
    }

    /// Puts everything back as it was; gives where the store is.
    fn restored(&mut self) -> Place {
        let tables = self.tables();
        match self {
            Self::File { place, whole } => {
                *place = Place::file();
                std::fs::write(&place.url, whole).unwrap();
                Place::again(&place.url)
            }
            Self::Server { client, url } => {
                for table in tables {
                    let back = format!(
                        "TRUNCATE risk_of_harm.{table}; INSERT INTO risk_of_harm.{table} OVERRIDING SYSTEM VALUE SELECT * FROM saved.{table}"
                    );
                    client.batch_execute(&back).unwrap();
                }
                Place::again(url)
            }
        }
    }

    fn run(&mut self, sql: &str) -> Result<u64, String> {
        match self {
            Self::File { place, .. } => {
                let changed = place.raw().execute(sql, []).map_err(|e| e.to_string())?;
                Ok(u64::try_from(changed).unwrap())
            }
            Self::Server { client, .. } => client.execute(sql, &[]).map_err(|e| e.to_string()),
        }
    }

    fn texts(&mut self, sql: &str) -> Vec<Vec<String>> {
        match self {
            Self::File { place, .. } => {
                let raw = place.raw();
                let mut statement = raw.prepare(sql).unwrap();
                let columns = statement.column_count();
                let text = |value: ValueRef<'_>| match value {
                    ValueRef::Integer(n) => n.to_string(),
                    ValueRef::Text(text) => String::from_utf8(text.to_vec()).unwrap(),
                    other => format!("{other:?}"),
                };
                let row = |row: &rusqlite::Row<'_>| (0..columns).map(|i| row.get_ref(i).map(text)).collect();
                statement.query_map([], row).unwrap().map(Result::unwrap).collect()
            }
            Self::Server { client, .. } => {
                let rows = client.query(sql, &[]).unwrap();
                rows.iter().map(|row| (0..row.len()).map(|i| row.get::<_, String>(i)).collect()).collect()
            }
        }
    }

    fn tables(&mut self) -> Vec<String> {
        let sql = match self {
            Self::File { place, whole } => {
                if !std::path::Path::new(&place.url).exists() {
                    std::fs::write(&place.url, whole).unwrap();
                }
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            }
            Self::Server { .. } => "SELECT tablename::text FROM pg_tables WHERE schemaname = 'risk_of_harm'",
        };
        self.texts(sql).into_iter().flatten().collect()
    }

    fn columns(&mut self, table: &str) -> Vec<Column> {
        let sql = match self {
            Self::File { .. } => format!("SELECT name, type, pk > 0 FROM pragma_table_info('{table}')"),
            Self::Server { .. } => format!(
                "SELECT column_name::text, data_type::text, (EXISTS (SELECT 1 FROM information_schema.key_column_usage k
                 JOIN information_schema.table_constraints t USING (constraint_name, table_name)
                 WHERE t.constraint_type = 'PRIMARY KEY' AND k.table_name = c.table_name
                 AND k.column_name = c.column_name))::int::text
                 FROM information_schema.columns c WHERE table_schema = 'risk_of_harm' AND table_name = '{table}'"
            ),
        };
        let column = |row: Vec<String>| {
            let [name, kind, key] = row.try_into().unwrap();
            Column { name, kind: kind.to_lowercase(), is_key: key == "1" }
        };
        self.texts(&sql).into_iter().map(column).collect()
    }

    /// A condition for each row of a table.
    fn rows(&mut self, table: &str, columns: &[Column]) -> Vec<String> {
        let literal = match self {
            Self::File { .. } => |column: &Column| format!("quote({})", column.name),
            Self::Server { .. } => |column: &Column| format!("quote_literal({}::text)", column.name),
        };
        let keys: Vec<&Column> = columns.iter().filter(|column| column.is_key).collect();
        let values: Vec<String> = keys.iter().map(|key| literal(key)).collect();
        let rows = self.texts(&format!("SELECT {} FROM {table}", values.join(", ")));
        let condition = |row: Vec<String>| {
            let parts: Vec<String> =
                keys.iter().zip(row).map(|(key, value)| format!("{} = {value}", key.name)).collect();
            parts.join(" AND ")
        };
        rows.into_iter().map(condition).collect()
    }

    /// Other values for a column: near ones, and none.
    fn others(&self, column: &Column) -> Vec<String> {
        let name = &column.name;
        let bytes = |hex: &str| match self {
            Self::File { .. } => format!("x'{hex}'"),
            Self::Server { .. } => format!("'\\x{hex}'::bytea"),
        };
        let joined = |one: &str, other: &str| match self {
            Self::File { .. } => format!("CAST({one} || {other} AS BLOB)"),
            Self::Server { .. } => format!("{one} || {other}"),
        };
        let mut others = match column.kind.as_str() {
            kind if kind.contains("int") => vec![format!("{name} + 1"), format!("{name} + 1000"), "-1".to_owned()],
            kind if kind.contains("text") || kind.contains("char") => {
                vec![
                    format!("{name} || 'x'"),
                    "''".to_owned(),
                    format!("replace({name}, '1', '2')"),
                    "'reader'".to_owned(),
                ]
            }
            _ => vec![joined(name, &bytes("00")), bytes(&case(2).simple().to_string()), bytes("22")],
        };
        others.push("NULL".to_owned());
        others
    }
}

/// The messages that wait for what they speak of, and by what another secret is noticed. They are no records: each message is sealed,
/// so that one that was altered is not read, and one that is gone is missed by its queue alone (docs/store.md).
const OF_A_QUEUE: [&str; 3] = ["waiting", "waiting_for", "kept_value"];

/// Applies each change to a store as it was, and gives those after which the verification reports nothing, and those after
/// which something else is read.
fn unnoticed(before: &[Result<String, ()>], raw: &mut Raw, changes: &[String]) -> (usize, Vec<String>, Vec<String>) {
    let (mut done, mut not_reported, mut believed) = (0, Vec::new(), Vec::new());
    for sql in changes {
        let at = raw.restored();
        let changed: Result<Vec<u64>, String> = sql.split(';').map(|statement| raw.run(statement)).collect();
        match changed {
            Ok(changed) if changed.iter().any(|rows| *rows > 0) => done += 1,
            // A constraint prevents it, or it changes nothing.
            _ => continue,
        }
        let verified = Store::open(&at.url, hasty()).and_then(|store| store.verify(None, |_| ()));
        if verified.is_ok_and(|found| found.is_intact()) {
            not_reported.push(sql.clone());
        }
        let after = read(&at);
        let other = after.iter().zip(before).find(|(after, before)| after.is_ok() && after != before);
        if let Some((after, _)) = other {
            believed.push(format!("{sql}: {after:?}"));
        }
    }
    (done, not_reported, believed)
}

#[test]
fn a_change_of_any_column_of_any_row_is_reported_and_is_never_believed() {
    on_each(|place| {
        filled(place);
        let mut raw = Raw::of(place);
        let at = raw.restored();
        let before = read(&at);
        let (mut done, mut tables) = (0, 0);
        for table in raw.tables().into_iter().filter(|table| !OF_A_QUEUE.contains(&table.as_str())) {
            raw.restored();
            let columns = raw.columns(&table);
            let rows = raw.rows(&table, &columns);
            assert!(!rows.is_empty(), "{table} has no row to change");
            tables += 1;
            for column in &columns {
                // What changes nothing is no change.
                let change = |row: &String, other: &String| {
                    format!(
                        "UPDATE {table} SET {0} = {other} WHERE {row} AND {0} IS DISTINCT FROM {other}",
                        column.name
                    )
                };
                // Two values for each row, in turn, so that each value meets many rows.
                let others = raw.others(column);
                let each = |(i, row): (usize, &String)| {
                    let two = others.iter().cycle().skip(i * 2).take(2);
                    two.map(|other| change(row, other)).collect::<Vec<_>>()
                };
                let changes: Vec<String> = rows.iter().enumerate().flat_map(each).collect();
                let (n, not_reported, believed) = unnoticed(&before, &mut raw, &changes);
                assert_eq!(believed, Vec::<String>::new(), "{table}.{}", column.name);
                if READ_BY_NONE.contains(&(table.as_str(), column.name.as_str())) {
                    continue;
                }
                assert_eq!(not_reported, Vec::<String>::new(), "{table}.{}", column.name);
                done += n;
            }
        }
        assert!(tables >= 5 && done > 200, "{done} changes of {tables} tables");
    });
}

#[test]
fn a_row_taken_away_or_put_in_is_reported_and_is_never_believed() {
    on_each(|place| {
        filled(place);
        let mut raw = Raw::of(place);
        let at = raw.restored();
        let before = read(&at);
        let mut changes = Vec::new();
        for table in raw.tables() {
            raw.restored();
            let columns = raw.columns(&table);
            changes.extend(raw.rows(&table, &columns).iter().map(|row| format!("DELETE FROM {table} WHERE {row}")));
            changes.push(format!("DELETE FROM {table}"));
            // Each row again under another key.
            let generated = |name: &str| name == "place";
            let names: Vec<&str> = columns.iter().map(|c| c.name.as_str()).filter(|name| !generated(name)).collect();
            for key in ["position", "version"].iter().filter(|key| names.contains(key)) {
                let values: Vec<String> = names
                    .iter()
                    .map(|name| if name == key { format!("{name} + 100") } else { (*name).to_owned() })
                    .collect();
                changes.push(format!(
                    "INSERT INTO {table} ({}) SELECT {} FROM {table}",
                    names.join(", "),
                    values.join(", ")
                ));
            }
            if names.contains(&"case_id") {
                let other = match &raw {
                    Raw::File { .. } => "x'00000000000040008000000000000077'",
                    Raw::Server { .. } => "'\\x00000000000040008000000000000077'::bytea",
                };
                let values: Vec<&str> =
                    names.iter().map(|name| if *name == "case_id" { other } else { *name }).collect();
                changes.push(format!(
                    "INSERT INTO {table} ({}) SELECT {} FROM {table} WHERE case_id = {}",
                    names.join(", "),
                    values.join(", "),
                    match &raw {
                        Raw::File { .. } => format!("x'{}'", case(1).simple()),
                        Raw::Server { .. } => format!("'\\x{}'::bytea", case(1).simple()),
                    }
                ));
            }
        }
        let (done, not_reported, believed) = unnoticed(&before, &mut raw, &changes);
        assert_eq!(not_reported, Vec::<String>::new());
        assert_eq!(believed, Vec::<String>::new());
        assert!(done > 40, "{done} changes");
    });
}

#[test]
fn a_directory_of_facts_that_was_taken_back_is_reported_and_is_never_believed() {
    on_each(|place| {
        filled(place);
        let mut raw = Raw::of(place);
        let at = raw.restored();
        let before = read(&at);
        let changes: Vec<String> = (1..10).map(|facts| place.in_its_words(&taken_back(facts))).collect();
        let (done, not_reported, believed) = unnoticed(&before, &mut raw, &changes);
        assert_eq!(not_reported, Vec::<String>::new());
        assert_eq!(believed, Vec::<String>::new());
        assert_eq!(done, 9);
    });
}

#[test]
fn what_a_schema_has_beside_the_store_s_own_is_reported_and_not_obeyed() {
    let place = Place::file();
    filled(&place);
    for sql in [
        "CREATE TRIGGER t AFTER INSERT ON record BEGIN DELETE FROM head; END",
        "CREATE VIEW strange AS SELECT * FROM record",
        "CREATE TABLE mine (a TEXT)",
        "CREATE INDEX slow ON record (header)",
        "DROP INDEX entry_fact",
        "ALTER TABLE head ADD COLUMN more TEXT",
    ] {
        let copy = Place::file();
        std::fs::copy(&place.url, &copy.url).unwrap();
        copy.raw().execute_batch(sql).unwrap();
        let store = copy.store();
        let found = store.verify(None, |_| ()).unwrap().differences;
        assert!(found.iter().any(|d| d.case_id.is_none() && d.what.starts_with("schema: ")), "{sql}: {found:?}");
        store.append(&feed(), case(1), vec![attended(case(1), 500)], None).unwrap();
        assert_eq!(store.log(&feed(), case(2)).unwrap().len(), 2, "{sql}");
        assert!(store.checkpoint().is_err(), "{sql}");
    }
}

#[test]
fn what_a_server_s_schema_has_beside_the_store_s_own_is_reported() {
    let Some(place) = Place::database() else { return };
    filled(&place);
    let mut client = postgres::Client::connect(&place.url, NoTls).unwrap();
    let function = "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'";
    client.batch_execute(function).unwrap();
    for (done, undone) in [
        ("CREATE TRIGGER t AFTER INSERT ON record FOR EACH ROW EXECUTE FUNCTION f()", "DROP TRIGGER t ON record"),
        ("CREATE RULE r AS ON DELETE TO evidence DO INSTEAD NOTHING", "DROP RULE r ON evidence"),
        ("CREATE VIEW v AS SELECT * FROM entry", "DROP VIEW v"),
        ("CREATE POLICY p ON entry USING (false)", "DROP POLICY p ON entry"),
        ("ALTER TABLE entry ENABLE ROW LEVEL SECURITY", "ALTER TABLE entry DISABLE ROW LEVEL SECURITY"),
        ("CREATE TABLE child () INHERITS (head)", "DROP TABLE child"),
        ("ALTER TABLE head ADD COLUMN more TEXT", "ALTER TABLE head DROP COLUMN more"),
        ("ALTER TABLE head ALTER COLUMN records SET DEFAULT 7", "ALTER TABLE head ALTER COLUMN records DROP DEFAULT"),
        ("CREATE INDEX slow ON record (header)", "DROP INDEX slow"),
    ] {
        let differs = |sql: &str| {
            let found = place.store().verify(None, |_| ()).unwrap().differences;
            assert!(found.iter().all(|d| d.what.starts_with("schema: ")), "{sql}: {found:?}");
            !found.is_empty()
        };
        client.batch_execute(done).unwrap();
        assert!(differs(done), "{done}");
        client.batch_execute(undone).unwrap();
        assert!(!differs(undone), "{undone}");
    }
}
