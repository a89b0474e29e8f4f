//! An import into a store that is killed between receiving messages and acknowledging them.

use std::collections::BTreeSet;
use std::fs;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use risk_store::{Operator, Options, Store};
use serde_json::{Value, json};

use crate::case::private_file;
use crate::command::{command, risk};

const KILLS: u64 = 25;

/// One message of each person: what prison events wait for comes after them, and what is deleted after its deletion.
fn messages() -> Vec<Value> {
    let message = |event_type: &str, crn: Option<&str>, noms: Option<&str>, info: Value| {
        let named = |scheme: &str, value: Option<&str>| value.map(|value| json!({"type": scheme, "value": value}));
        let identifiers: Vec<Value> = [named("CRN", crn), named("NOMS", noms)].into_iter().flatten().collect();
        json!({"eventType": event_type, "occurredAt": "2024-06-14T09:06:52Z", "additionalInformation": info,
            "personReference": {"identifiers": identifiers}})
    };
    let mut all = Vec::new();
    for person in 0..40 {
        let (crn, noms, id) = (format!("X8{person:05}"), format!("A{:04}ZZ", 8000 + person), person.to_string());
        let registration =
            json!({"registrationId": id, "registerTypeCode": "ADVP", "createdDateAndTime": "2024-06-14T09:06:52Z"});
        let received = json!({"reason": "ADMISSION", "nomisMovementReasonCode": "N"});
        if person % 4 == 0 {
            let deleted = json!({"registrationId": id, "registerTypeCode": "ADVP"});
            all.push(message("probation-case.registration.deleted", Some(&crn), None, deleted));
        }
        all.push(message("prison-offender-events.prisoner.received", None, Some(&noms), received));
        all.push(message("probation-case.registration.added", Some(&crn), None, registration));
        all.push(message("probation-case.prison-identifier.added", Some(&crn), Some(&noms), json!({})));
    }
    all
}

/// What a store holds: its records without where they stand, and which case each identifier is of.
fn held(place: &str) -> (BTreeSet<String>, Vec<Vec<String>>) {
    let store = Store::open(place, Options::default()).unwrap();
    assert!(store.verify(None, |_| {}).unwrap().is_intact());
    let changes = store.changes(&Operator::new("test").unwrap(), 0, 10_000).unwrap();
    let said = |line: &str| {
        let record: Value = serde_json::from_str(line).unwrap();
        ["event_id", "case_id", "kind", "recorded_at", "data"].map(|member| record[member].to_string()).join(" ")
    };
    let records = changes.iter().map(|change| said(&change.line)).collect();
    let named = (0..40).map(|person| {
        let found = |scheme: &str, value: String| store.cases_of(scheme, &value).unwrap();
        let cases = [found("crn", format!("X8{person:05}")), found("noms", format!("A{:04}ZZ", 8000 + person))];
        cases.into_iter().flatten().map(|case| case.to_string()).collect()
    });
    (records, named.collect())
}

#[test]
fn what_was_killed_is_delivered_again_and_nothing_is_lost_or_doubled() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (key, once, often) = (at("key"), at("once.risk"), at("often.risk"));
    private_file(&key, "a secret that only these tests know");
    let deliveries: Vec<String> = messages()
        .chunks(7)
        .enumerate()
        .map(|(n, few)| {
            let file = at(&format!("{n}.json"));
            fs::write(&file, json!(few).to_string()).unwrap();
            file
        })
        .collect();
    for store in [&once, &often] {
        risk(["store", "init", "--store", store]).fine();
    }
    let import = |store: &str, file: &str| {
        command(["hmpps", "import", file, "--key-file", &key, "--store", store, "--as", "queue", "--report", "json"])
    };
    for file in &deliveries {
        assert!(import(&once, file).stderr(Stdio::null()).status().unwrap().success(), "{file}");
    }
    let mut killed = 0;
    for (n, file) in (0..KILLS).zip(deliveries.iter().cycle()) {
        let mut child = import(&often, file).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        sleep(Duration::from_millis(n * 7 % 90));
        child.kill().unwrap();
        killed += usize::from(!child.wait().unwrap().success());
    }
    assert!(killed > 0, "at least one import was killed on its way");
    // What was not acknowledged comes again.
    for file in &deliveries {
        assert!(import(&often, file).stderr(Stdio::null()).status().unwrap().success(), "{file}");
    }
    assert_eq!(held(&once), held(&often));
}
