//! A store behind a PgBouncer in transaction mode, whose connections others use too. What a store does is tried behind one by
//! every test that runs on each sort of store; here is what only a pool can do to it.

use std::thread;

use postgres::Client;
use postgres_for_tests::Postgres;
use risk_store::{Options, Store};

use crate::place::feed;
use crate::records::{attended, call_out, case};

/// How many connections the pool has to the server.
const CONNECTIONS: usize = 4;

/// Runs statements in each session of the pool.
fn in_each_session(database: &Postgres, statements: &str) -> Vec<i32> {
    let mut clients: Vec<Client> = (0..CONNECTIONS).map(|_| database.connect()).collect();
    let mut sessions = Vec::new();
    for client in &mut clients {
        // A session is one client's until its transaction ends.
        client.batch_execute("BEGIN").unwrap();
        client.batch_execute(statements).unwrap();
        sessions.push(client.query_typed_one("SELECT pg_backend_pid()", &[]).unwrap().get(0));
    }
    clients.iter_mut().for_each(|client| client.batch_execute("COMMIT").unwrap());
    sessions.sort_unstable();
    sessions
}

#[test]
fn what_others_leave_in_the_sessions_of_a_pool_does_not_reach_the_store() {
    let Some(database) = Postgres::start_behind_pgbouncer_or_skip() else { return };
    let store = Store::create(&database.url(), Options::default()).unwrap();
    store.append(&feed(), case(1), vec![call_out(case(1), 1)], None).unwrap();
    let left = "SET search_path = elsewhere; SET default_transaction_isolation = serializable;
                SET synchronous_commit = off; SET lock_timeout = '1ms'; CREATE TEMP TABLE record (mine text);
                CREATE TEMP TABLE head (mine text); CREATE TEMP TABLE entry (mine text); PREPARE s0 AS SELECT 1";
    let mut sessions = in_each_session(&database, left);
    sessions.dedup();
    assert_eq!(sessions.len(), CONNECTIONS);
    thread::scope(|scope| {
        for n in 2..10 {
            let url = database.url();
            scope.spawn(move || {
                let store = Store::open(&url, Options::default()).unwrap();
                for m in 0..5 {
                    store.append(&feed(), case(n), vec![attended(case(n), n * 100 + m)], None).unwrap();
                    store.log(&feed(), case(n)).unwrap();
                }
            });
        }
    });
    assert_eq!(store.changes(&feed(), 0, 1000).unwrap().len(), 41);
    assert!(store.verify(None, |_| ()).unwrap().is_intact());
}

#[test]
fn a_store_leaves_nothing_in_the_sessions_of_a_pool() {
    let Some(database) = Postgres::start_behind_pgbouncer_or_skip() else { return };
    let store = Store::create(&database.url(), Options::default()).unwrap();
    for n in 1..20 {
        store.append(&feed(), case(n), vec![call_out(case(n), n)], None).unwrap();
        store.changes(&feed(), 0, 10).unwrap();
    }
    store.scrub().unwrap();
    let clean = "DO $$ BEGIN
        ASSERT (SELECT count(*) FROM pg_prepared_statements) = 0, 'a statement is prepared';
        ASSERT (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database =
            (SELECT oid FROM pg_database WHERE datname = current_database())) = 0, 'a lock is held';
        ASSERT (SELECT count(*) FROM pg_listening_channels()) = 0, 'a channel is listened to';
        ASSERT (SELECT count(*) FROM pg_class WHERE relpersistence = 't') = 0, 'a temporary table is there';
        ASSERT (SELECT count(*) FROM pg_settings WHERE source = 'session' AND name <> 'application_name') = 0,
            'a setting is of the session: ' || (SELECT string_agg(name, ' ') FROM pg_settings WHERE source = 'session');
        END $$";
    assert_eq!(in_each_session(&database, clean).len(), CONNECTIONS);
}
