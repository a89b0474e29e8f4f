//! Encrypted connections to a server that takes no others.

use std::fs;
use std::path::Path;
use std::time::Duration;

use postgres::{Client, NoTls};
use postgres_for_tests::PrivateServer;
use risk_store::{Options, Store, StoreError};

use crate::place::feed;
use crate::records::{call_out, case};

/// The URL of a server with other parameters.
fn with(server: &PrivateServer, parameters: &str) -> String {
    let (address, _) = server.url().split_once('?').unwrap();
    format!("{address}?{}", parameters.replace("DIR", &server.folder().display().to_string()))
}

fn open(url: &str) -> Result<Store, StoreError> {
    Store::create(url, Options { patience: Duration::from_millis(100), ..Options::default() })
}

/// Why the server is not used; the sentence names host and port.
fn refusal(server: &PrivateServer, parameters: &str) -> String {
    let url = with(server, parameters);
    let Err(refused) = open(&url) else { panic!("{parameters}: opened") };
    assert!(matches!(refused, StoreError::Unreachable(_)), "{parameters}: {refused:?}");
    let (host, _) = url.strip_prefix("postgres://risk@").unwrap().split_once('/').unwrap();
    let refused = refused.to_string();
    assert!(refused.starts_with(&format!("the store cannot be reached: {host}: ")), "{refused}");
    assert!(!refused.contains('\n'), "{refused}");
    refused
}

const OURS: &str = "sslrootcert=DIR/ca.crt";

#[test]
fn each_mode_checks_of_a_certificate_what_libpq_says_that_it_checks() {
    const EXPIRED: &str = "certificate has expired";
    const UNKNOWN: &str = "of an authority that is not trusted";
    const ELSEWHERE: &str = "not for localhost, but for db.example.invalid";
    const NAMELESS: &str = "not for localhost, but for no host";
    const OK: &str = "";
    let Some(mut server) = PrivateServer::start_with_tls_or_skip() else { return };
    for (certificate, [require, require_ours, verify_ca, verify_full]) in [
        ("good", [OK, OK, OK, OK]),
        ("foreign", [OK, UNKNOWN, UNKNOWN, UNKNOWN]),
        ("expired", [OK, EXPIRED, EXPIRED, EXPIRED]),
        ("elsewhere", [OK, OK, OK, ELSEWHERE]),
        ("nameless", [OK, OK, OK, NAMELESS]),
        ("itself", [OK, UNKNOWN, UNKNOWN, UNKNOWN]),
    ] {
        server.use_certificate(certificate);
        for (parameters, expected) in [
            ("sslmode=require".to_owned(), require),
            (format!("sslmode=require&{OURS}"), require_ours),
            (format!("sslmode=verify-ca&{OURS}"), verify_ca),
            (format!("sslmode=verify-full&{OURS}"), verify_full),
            // Who names an authority and no mode wants the safest.
            (OURS.to_owned(), verify_full),
        ] {
            if expected == OK {
                open(&with(&server, &parameters)).unwrap_or_else(|e| panic!("{certificate}, {parameters}: {e}"));
            } else {
                let refused = refusal(&server, &parameters);
                assert!(refused.contains(expected), "{certificate}, {parameters}: {refused}");
            }
        }
    }
    // One that a server made for itself is trusted where it is named itself.
    open(&with(&server, "sslmode=verify-full&sslrootcert=DIR/itself.crt")).unwrap();
    let wrong = with(&server, "sslmode=verify-full&sslrootcert=DIR/other.crt");
    assert!(open(&wrong).unwrap_err().to_string().contains(UNKNOWN));
}

#[test]
fn what_is_written_goes_over_an_encrypted_connection() {
    let Some(server) = PrivateServer::start_with_tls_or_skip() else { return };
    let store = open(server.url()).unwrap();
    store.append(&feed(), case(1), vec![call_out(case(1), 1)], None).unwrap();
    let ours = "SELECT count(*), bool_and(ssl), min(version) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                WHERE application_name = 'risk-store'";
    let row = Client::connect(&server.socket_url(), NoTls).unwrap().query_one(ours, &[]).unwrap();
    assert_eq!((row.get(0), row.get(1), row.get(2)), (1_i64, true, "TLSv1.3"));
}

#[test]
fn a_plain_client_is_refused_with_advice_and_a_plain_server_unless_it_is_asked_for() {
    let Some(mut server) = PrivateServer::start_with_tls_or_skip() else { return };
    let refused = refusal(&server, "sslmode=disable");
    assert!(refused.contains("no encryption") && refused.contains("sslmode=verify-full"), "{refused}");
    // On this machine it need not be said.
    open(&with(&server, "")).unwrap();

    server.use_certificate("none");
    for parameters in ["sslmode=require", OURS, "sslmode=verify-full"] {
        let refused = refusal(&server, parameters);
        assert!(refused.contains("offers no encryption"), "{parameters}: {refused}");
    }
    for parameters in ["sslmode=disable", "sslmode=prefer", "", "sslmode=prefer&sslrootcert=DIR/ca.crt"] {
        open(&with(&server, parameters)).unwrap_or_else(|e| panic!("{parameters}: {e}"));
    }
}

#[test]
fn a_server_that_wants_a_certificate_of_the_client_gets_the_one_that_the_url_names() {
    let Some(mut server) = PrivateServer::start_with_tls_or_skip() else { return };
    server.authenticate_by("cert");
    let refused = refusal(&server, OURS);
    assert!(refused.contains("certificate"), "{refused}");
    let mine = format!("{OURS}&sslcert=DIR/risk.crt&sslkey=DIR/risk.key");
    open(&with(&server, &mine)).unwrap();

    let refused = |parameters: &str, field: &str, says: &str| {
        let refused = open(&with(&server, parameters)).unwrap_err();
        assert!(matches!(&refused, StoreError::Argument { field: f, .. } if *f == field), "{refused:?}");
        assert!(refused.to_string().contains(says), "{refused}");
    };
    refused(&format!("{OURS}&sslcert=DIR/risk.crt"), "sslkey", "none");
    refused(&format!("{OURS}&sslkey=DIR/risk.key"), "sslcert", "none");
    refused(&format!("{OURS}&sslcert=DIR/risk.crt&sslkey=DIR/good.key"), "sslkey", "the key of the certificate");
    refused(&format!("{OURS}&sslcert=DIR/risk.crt&sslkey=DIR/risk.crt"), "sslkey", "which others may read");
    refused(&format!("{OURS}&sslcert=DIR/log&sslkey=DIR/risk.key"), "sslcert", "nothing of the sort in it");
    refused("sslmode=verify-full&sslrootcert=DIR/none.crt", "sslrootcert", "none.crt: No such file");
    let empty = server.folder().join("empty.crt");
    fs::write(&empty, "").unwrap();
    refused("sslmode=verify-ca&sslrootcert=DIR/empty.crt", "sslrootcert", "nothing of the sort in it");
}

#[test]
fn a_certificate_that_is_renewed_while_the_store_is_open_is_taken_at_the_next_connection() {
    let Some(mut server) = PrivateServer::start_with_tls_or_skip() else { return };
    let trusted = server.folder().join("trusted.crt");
    let trust = |authority: &str| fs::copy(server_file(&trusted, authority), &trusted).unwrap();
    trust("ca.crt");
    let store = open(&with(&server, "sslmode=verify-full&sslrootcert=DIR/trusted.crt")).unwrap();
    let append = |n| store.append(&feed(), case(n), vec![call_out(case(n), n)], None);
    append(1).unwrap();
    server.use_certificate("foreign");
    let refused = append(2).unwrap_err().to_string();
    assert!(refused.contains("not trusted"), "{refused}");
    trust("other.crt");
    append(2).unwrap();
    assert_eq!(store.cases(&feed()).unwrap().count(), 2);
}

fn server_file(beside: &Path, name: &str) -> std::path::PathBuf {
    beside.with_file_name(name)
}
