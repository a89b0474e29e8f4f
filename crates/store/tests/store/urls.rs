//! URLs of databases: what is read, what is refused, and that no password is repeated.

use std::time::Duration;

use postgres_for_tests::PrivateServer;
use risk_store::{Options, Store, StoreError};

fn opened(url: &str) -> Result<Store, StoreError> {
    Store::create(url, Options { patience: Duration::ZERO, ..Options::default() })
}

fn refusal(url: &str) -> String {
    let Err(refused) = opened(url) else { panic!("{url}: opened") };
    refused.to_string()
}

#[test]
fn a_parameter_that_is_not_known_is_refused_by_name_with_the_nearest() {
    for (parameter, found, nearest) in [
        ("sslmod=require", "`sslmod`", "`sslmode`"),
        ("SSLMODE=require", "`SSLMODE`", "`sslmode`"),
        ("ssl=true", "`ssl`", "`sslmode`"),
        ("ssl_mode=verify-full", "`ssl_mode`", "`sslmode`"),
        ("sslrootcrt=/x", "`sslrootcrt`", "`sslrootcert`"),
        ("sslkeys=/x", "`sslkeys`", "`sslkey`"),
        ("schema=risk", "`schema`", "`options=-csearch_path%3DSCHEMA`"),
        ("currentSchema=risk", "`currentSchema`", "`options=-csearch_path%3DSCHEMA`"),
        ("connect_time=3", "`connect_time`", "`connect_timeout`"),
        ("username=risk", "`username`", "`user`"),
        ("keepalives_count=3", "`keepalives_count`", "`keepalives_retries`"),
        ("targetSessionAttrs=any", "`targetSessionAttrs`", "docs/store.md"),
        ("gssencmode=disable", "`gssencmode`", "docs/store.md"),
    ] {
        let refused = refusal(&format!("postgres://risk@127.0.0.1:1/x?{parameter}"));
        assert!(refused.contains(&format!("found the parameter {found}")), "{refused}");
        assert!(refused.contains(nearest), "{refused}");
    }
}

#[test]
fn a_value_that_is_none_is_refused_by_the_name_of_its_parameter() {
    for (parameters, field) in [
        ("sslmode=verify_full", "sslmode"),
        ("sslmode=VERIFY-FULL", "sslmode"),
        ("sslmode=allow", "sslmode"),
        ("sslmode=", "sslmode"),
        ("sslmode=verify-ca", "sslrootcert"),
        ("sslmode=require&sslrootcert=system", "sslmode"),
        ("sslmode=verify-full&sslrootcert=", "sslrootcert"),
        ("port=five", "port"),
        ("connect_timeout=soon", "connect_timeout"),
        ("target_session_attrs=primary", "target_session_attrs"),
        ("hostaddr=nowhere", "hostaddr"),
        ("hostaddr=127.0.0.1,127.0.0.2", "hostaddr"),
        ("options=-csearch_path%3Drisk,public", "options"),
        ("options=-csearch_path%3D%22%24user%22", "options"),
        ("options=-c%20search_path%3Dpg_catalog", "options"),
        ("options=--search-path%3D", "options"),
    ] {
        let port = if parameters.starts_with("port") { "" } else { ":1" };
        let refused = refusal(&format!("postgres://risk@127.0.0.1{port}/x?{parameters}"));
        assert!(refused.starts_with(&format!("`{field}`: expected ")), "{parameters}: {refused}");
    }
    for twice in ["sslmode=require&sslmode=disable", "host=127.0.0.2", "port=2", "user=me", "dbname=y"] {
        let refused = refusal(&format!("postgres://risk@127.0.0.1:1/x?{twice}"));
        assert!(refused.contains("once in the URL"), "{twice}: {refused}");
    }
    assert!(refusal("postgres:///cases").starts_with("`host`: expected a host, or the folder"));
}

#[test]
fn no_error_repeats_a_password_however_it_is_written() {
    for url in [
        "postgres://risk:s3cret@host:port/x",
        "postgres://risk:s3c@ret@127.0.0.1:1/x",
        "postgres://risk:s3cr/et@127.0.0.1:1/x",
        "postgres://risk:12/s3cret@127.0.0.1:1/x",
        "postgres://risk:s3c?ret=1@127.0.0.1:1/x",
        "postgres://risk:12?s3cret@127.0.0.1:1/x",
        "postgres://risk:s3c%ret@127.0.0.1:1/x",
        "postgres://risk:s3c%00ret@127.0.0.1:1/x",
        "postgres://risk:s3c%ffret@127.0.0.1:1/x",
        "postgres://risk:s3cret@[127.0.0.1/x",
        "postgres://risk:s3cret@[::1]x:1/x",
        "postgres://risk:s3cret@127.0.0.1:1:2/x",
        "postgres://risk:s3cret@127.0.0.1:1/x?s3cret",
        "postgres://risk:s3cret@127.0.0.1:70000/x",
        "postgres://risk:s3cret@127.0.0.1:1/x",
        "postgres://risk@127.0.0.1:1/x?password=s3cret&user=risk",
        "postgres://127.0.0.1:1/x?password=s3cret&user=ri%27sk",
    ] {
        let refused = refusal(url);
        for part in ["s3c", "ret", "cr/et"] {
            assert!(!refused.replace("secret", "").contains(part), "{url}: {refused}");
        }
    }
}

#[test]
fn an_error_of_the_connection_names_each_host_and_port_and_why() {
    for (url, says) in [
        ("postgres://risk@127.0.0.1:1/x", "the store cannot be reached: 127.0.0.1:1: connection refused"),
        ("postgresql://risk@[::1]:1/x?sslmode=disable", "[::1]:1: "),
        ("postgres://risk@%2Ftmp%2Fnowhere/x", "/tmp/nowhere/.s.PGSQL.5432: no such file or directory"),
        ("postgres://risk@/x?host=/tmp/nowhere&port=7", "/tmp/nowhere/.s.PGSQL.7: no such file"),
        (
            "postgres://risk@127.0.0.1:1,localhost:2/x",
            "127.0.0.1:1: connection refused; localhost:2: connection refused",
        ),
        ("postgres://risk@/x?host=127.0.0.1,localhost&port=1,2", "127.0.0.1:1: connection refused; localhost:2: "),
        ("postgres://risk@/x?hostaddr=127.0.0.1&port=1", "127.0.0.1:1: connection refused"),
        ("postgres://risk@db.invalid/x?hostaddr=127.0.0.1&port=1", "db.invalid:1: connection refused"),
        ("postgres://risk@db.invalid/x", "db.invalid:5432: failed to lookup address information"),
    ] {
        let refused = refusal(url);
        assert!(refused.contains(says), "{url}: {refused}");
        assert!(!refused.contains('\n') && !refused.contains("os error"), "{refused}");
    }
}

#[test]
fn a_server_that_refuses_a_user_or_has_no_such_database_is_named_with_what_it_says() {
    let Some(server) = PrivateServer::start_or_skip() else { return };
    let url = server.url();
    for (other, says) in [
        (url.replace("risk@", "nobody:s3cret@"), "the server says: role \"nobody\" does not exist (28000)"),
        (url.replace("/postgres?", "/none?"), "the server says: database \"none\" does not exist (3D000)"),
    ] {
        let refused = refusal(&other);
        assert!(refused.contains("/.s.PGSQL.5432: ") && refused.contains(says), "{refused}");
        assert!(!refused.contains("s3cret"), "{refused}");
    }
    // The second host is there.
    let second = url.replace("host=", "host=/tmp/nowhere,");
    opened(&second).unwrap();
    // And names in any form of the URL are the same names.
    let folder = server.folder().display().to_string().replace('/', "%2F");
    opened(&format!("postgresql://%72isk@{folder}/%70ostgres")).unwrap();
    opened(&format!("postgres://{folder}?user=risk&dbname=postgres&application_name=it%27s%20me")).unwrap();
}
