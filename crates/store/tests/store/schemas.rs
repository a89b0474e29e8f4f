//! Databases that have tables of their own, and where in one a store lies.

use std::thread;

use postgres_for_tests::Postgres;
use risk_store::{Options, Store, StoreError};

use crate::place::feed;
use crate::records::{call_out, case};

fn create(url: &str) -> Result<Store, StoreError> {
    Store::create(url, Options::default())
}

/// The URL with a schema.
fn in_schema(database: &Postgres, schema: &str) -> String {
    format!("{}&options=-csearch_path%3D{schema}", database.url())
}

/// A database as the host has it, whose sessions look into `public`.
fn of_a_host(tables: &str) -> Option<Postgres> {
    let database = Postgres::start_or_skip()?;
    let name = database.connect().query_one("SELECT current_database()::text", &[]).unwrap().get::<_, String>(0);
    database.connect().batch_execute(&format!("ALTER DATABASE {name} RESET search_path")).unwrap();
    database.connect().batch_execute(tables).unwrap();
    Some(database)
}

fn uses(store: &Store, n: u128) {
    store.append(&feed(), case(n), vec![call_out(case(n), n)], None).unwrap();
    assert!(store.log(&feed(), case(n)).unwrap().len() == 1);
    assert!(store.verify(None, |_| ()).unwrap().is_intact());
}

/// Every table outside of PostgreSQL's own, as `schema.table`.
fn tables(database: &Postgres) -> Vec<String> {
    let all = "SELECT schemaname || '.' || tablename FROM pg_tables
               WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1";
    database.connect().query(all, &[]).unwrap().iter().map(|row| row.get(0)).collect()
}

#[test]
fn a_store_beside_tables_of_the_host_has_a_schema_of_its_own_and_leaves_theirs_alone() {
    let theirs = "CREATE TABLE record (mine text); INSERT INTO record VALUES ('x'); CREATE TABLE entry (mine text);
                  CREATE TABLE head (mine text); CREATE TABLE evidence (mine text); CREATE TABLE store_form (mine text)";
    let Some(database) = of_a_host(theirs) else { return };
    let missing = Store::open(&database.url(), Options::default()).unwrap_err();
    assert!(matches!(missing, StoreError::Missing(_)), "{missing}");
    uses(&create(&database.url()).unwrap(), 1);
    uses(&Store::open(&database.url(), Options::default()).unwrap(), 2);
    let row = database.connect().query_one("SELECT count(*), min(mine) FROM public.record", &[]).unwrap();
    assert_eq!((row.get(0), row.get(1)), (1_i64, "x"));
    let made = "risk_of_harm.entry risk_of_harm.evidence risk_of_harm.head risk_of_harm.identifier risk_of_harm.kept_value risk_of_harm.record risk_of_harm.store_form risk_of_harm.waiting risk_of_harm.waiting_for";
    assert_eq!(tables(&database).into_iter().filter(|t| t.starts_with("risk")).collect::<Vec<_>>().join(" "), made);
}

#[test]
fn a_schema_that_has_such_a_table_is_refused_by_its_name_and_stays_as_it_is() {
    for (theirs, sort, name) in [
        ("CREATE TABLE record (mine text)", "table", "record"),
        ("CREATE VIEW entry AS SELECT 1", "view", "entry"),
        ("CREATE TABLE t (a int); CREATE INDEX entry_fact ON t (a)", "index", "entry_fact"),
        ("CREATE SEQUENCE head", "sequence", "head"),
    ] {
        let Some(database) = of_a_host(theirs) else { return };
        let before = tables(&database);
        let refused = create(&in_schema(&database, "public")).unwrap_err();
        assert!(matches!(refused, StoreError::NotAStore { .. }), "{refused:?}");
        let says =
            format!("schema public: expected a store of this software, found a {sort} `{name}` that is not a store's");
        assert!(refused.to_string().contains(&says), "{refused}");
        assert_eq!(tables(&database), before);
    }
}

#[test]
fn a_store_that_cannot_be_made_says_why_and_leaves_nothing() {
    let Some(database) = of_a_host("CREATE SCHEMA risk_of_harm; CREATE TYPE risk_of_harm.head AS ENUM ('mine')") else {
        return;
    };
    let refused = create(&database.url()).unwrap_err();
    assert!(matches!(refused, StoreError::Upgrade { found: 0, .. }), "{refused:?}");
    assert!(refused.to_string().contains("type \"head\" already exists"), "{refused}");
    assert_eq!(tables(&database), [""; 0]);
}

#[test]
fn the_schema_that_the_url_names_is_the_stores_and_stores_of_several_do_not_meet() {
    let Some(database) = of_a_host("") else { return };
    let (one, other) = (in_schema(&database, "records"), in_schema(&database, "%22Risk%5C%20two%22"));
    let (one, other) = (create(&one).unwrap(), create(&other).unwrap());
    thread::scope(|scope| {
        scope.spawn(|| (0..20).for_each(|n| uses(&one, n)));
        scope.spawn(|| (100..120).for_each(|n| uses(&other, n)));
    });
    for store in [&one, &other] {
        assert_eq!(store.cases(&feed()).unwrap().count(), 20);
        assert_eq!(store.changes(&feed(), 0, 100).unwrap().len(), 20);
    }
    // Where the URL names none, there is none.
    let missing = Store::open(&database.url(), Options::default()).unwrap_err();
    assert!(matches!(missing, StoreError::Missing(_)), "{missing}");
    let missing = Store::open(&in_schema(&database, "none"), Options::default()).unwrap_err();
    assert!(missing.to_string().contains("schema none"), "{missing}");
}

/// A store as earlier versions made it: where the tables of the user are.
fn of_an_earlier_version(database: &Postgres) -> Store {
    create(&in_schema(database, "public")).unwrap()
}

#[test]
fn a_store_of_an_earlier_version_stays_where_it_is() {
    let Some(database) = of_a_host("") else { return };
    uses(&of_an_earlier_version(&database), 1);
    for store in [create(&database.url()), Store::open(&database.url(), Options::default())] {
        assert_eq!(store.unwrap().cases(&feed()).unwrap().count(), 1);
    }
    uses(&create(&database.url()).unwrap(), 2);
    assert!(tables(&database).iter().all(|table| table.starts_with("public.")), "{:?}", tables(&database));
}

#[test]
fn a_store_of_an_older_form_is_brought_up_to_date_where_it_is_or_says_what_is_in_the_way() {
    const OLDER: &str = "DROP TABLE waiting; DROP TABLE waiting_for; DROP TABLE kept_value;
        DROP TABLE entry; DROP TABLE evidence; DROP TABLE identifier; ALTER TABLE head DROP COLUMN entries;
        ALTER TABLE head DROP COLUMN entry_hash; DELETE FROM store_form WHERE version >= 2;
        DELETE FROM head WHERE records = 0";
    let Some(database) = of_a_host("") else { return };
    of_an_earlier_version(&database).append(&feed(), case(1), vec![call_out(case(1), 1)], None).unwrap();
    database.connect().batch_execute(OLDER).unwrap();
    database.connect().batch_execute("CREATE TABLE evidence (mine text)").unwrap();
    let refused = Store::open(&database.url(), Options::default()).unwrap_err();
    assert!(refused.to_string().contains("found a table `evidence` that is not a store's"), "{refused}");
    database.connect().batch_execute("DROP TABLE evidence").unwrap();
    uses(&Store::open(&database.url(), Options::default()).unwrap(), 2);
    assert_eq!(tables(&database).len(), 9);
}

#[test]
fn what_an_attempt_of_an_earlier_version_left_is_not_taken_for_a_store() {
    let left = "CREATE TABLE store_form (version int4 PRIMARY KEY, name varchar(255), applied_on varchar(255),
                checksum varchar(255)); CREATE TABLE record (mine text)";
    let Some(database) = of_a_host(left) else { return };
    uses(&create(&database.url()).unwrap(), 1);
}

#[test]
fn of_two_stores_in_one_database_none_is_taken_unless_it_is_named() {
    let Some(database) = of_a_host("") else { return };
    uses(&of_an_earlier_version(&database), 1);
    uses(&create(&in_schema(&database, "risk_of_harm")).unwrap(), 2);
    let refused = create(&database.url()).unwrap_err().to_string();
    assert!(refused.contains("stores in the schemas public, risk_of_harm"), "{refused}");
    uses(&create(&in_schema(&database, "public")).unwrap(), 3);
}

#[test]
fn a_user_who_may_not_make_a_schema_is_given_what_an_administrator_can_do() {
    let Some(database) = of_a_host("") else { return };
    let role = format!("r{:x}", std::process::id());
    database.connect().batch_execute(&format!("DROP ROLE IF EXISTS {role}; CREATE ROLE {role} LOGIN")).unwrap();
    let theirs = database.url().replace("risk@", &format!("{role}@"));
    let refused = create(&theirs).unwrap_err().to_string();
    assert!(refused.contains("may not make the schema risk_of_harm") && refused.contains("CREATE SCHEMA"), "{refused}");
    database.connect().batch_execute(&format!("CREATE SCHEMA risk_of_harm AUTHORIZATION {role}")).unwrap();
    uses(&create(&theirs).unwrap(), 1);
    database.connect().batch_execute(&format!("DROP OWNED BY {role} CASCADE; DROP ROLE {role}")).unwrap();
}
