//! Rows of tables as they come out of spreadsheets and databases: what cannot be read is reported, and nothing is less confidential
//! or less certain than it should be.

use risk_core::event::vocabulary::Handling;
use risk_core::log::Record;
use risk_hmpps::import::{Given, read_table};
use risk_hmpps::input_table::TableKind;
use risk_hmpps::report::{Import, Outcome};
use serde_json::json;

use crate::{Logs, importer};

fn contacts(table: &[u8]) -> Import {
    Logs::default().deliver(&importer(), read_table(TableKind::Contacts, table).unwrap())
}

fn registrations(table: &str) -> Import {
    Logs::default().deliver(&importer(), read_table(TableKind::Registrations, table.as_bytes()).unwrap())
}

/// Where and why each row could not be read.
fn unreadable(import: &Import) -> Vec<String> {
    let reported = |outcome: &Outcome| match outcome {
        Outcome::Unreadable { field, expected, found } => format!("{field}: expected {expected}, found {found}"),
        outcome => outcome.name().to_owned(),
    };
    import.report.messages.iter().map(|m| format!("{} {}", m.place, reported(&m.outcome))).collect()
}

/// A home visit marked with a word, beside one that is marked with none.
fn marked(word: &str) -> Import {
    let head = "crn,type,date,outcome,created,sensitive";
    contacts(
        format!("{head}\nX800001,CHVS,2024-06-14,ATTC,2024-06-15,{word}\nX800002,CHVS,2024-06-14,ATTC,2024-06-15,\n")
            .as_bytes(),
    )
}

fn least(records: &[Record]) -> Handling {
    records.iter().map(|r| r.handling).min().unwrap()
}

#[test]
fn a_row_is_sensitive_or_not_by_a_word_that_is_known_or_it_is_not_read() {
    let plain = marked("").records.len() / 2;
    for word in ["Y", "y", "YES", "True", "1", "Sensitive"] {
        let import = marked(word);
        let of_row = import.records.iter().filter(|r| r.handling >= Handling::Restricted);
        assert_eq!(of_row.count(), plain, "{word}");
    }
    for word in ["N", "no", "FALSE", "0", "Not sensitive", " "] {
        let import = marked(word);
        assert_eq!(import.records.len(), 2 * plain, "{word}");
        assert!(import.records.iter().all(|r| r.handling < Handling::Restricted), "{word}");
    }
    for word in [
        "T",
        "F",
        "X",
        "Sensitive contact",
        "Restricted",
        "?",
        "2",
        "-1",
        "1.0",
        "NULL",
        "n/a",
        "yes?",
        "nо",
        "Y\u{200b}",
        "maybe no",
        "S",
        "on",
        "\u{2713}",
    ] {
        let import = marked(word);
        assert_eq!(import.records.len(), plain, "{word}: the other row alone is recorded");
        assert_eq!(import.report.counts["unreadable"], 1, "{word}");
        let reported = unreadable(&import);
        assert!(
            reported[0].starts_with("2 sensitive: expected yes (y, yes, true, 1, sensitive), or no ("),
            "{reported:?}"
        );
    }
}

#[test]
fn a_mark_counts_for_registrations_and_whichever_column_it_is_in_under_its_name() {
    let import = registrations("CRN;Type;Registered;Created;SENSITIVE\nX800001;ADVP;14/06/2024;15/06/2024;Y\n");
    assert_eq!((import.records.len(), least(&import.records)), (2, Handling::Restricted));
    let reported =
        unreadable(&registrations("crn,type,registered,created,sensitive\nX800001,ADVP,14/06/2024,15/06/2024,X\n"));
    assert!(reported[0].starts_with("2 sensitive: expected yes"), "{reported:?}");
}

#[test]
fn a_table_whose_columns_are_in_doubt_is_refused_and_names_them() {
    for (names, reported) in [
        ("crn,type,date,outcome,created,sensitive_contact", "sensitive_contact: expected the name `sensitive`"),
        (
            "crn,type,date,outcome,created,Sensitive Contact Flag",
            "Sensitive Contact Flag: expected the name `sensitive`",
        ),
        ("crn,type,date,outcome,created,HANDLING", "HANDLING: expected the name `sensitive`"),
        (
            "crn,type,date,outcome,created,sensitive,SENSITIVE",
            "sensitive: expected one column of that name, found columns 6 and 7",
        ),
        ("crn,crn,type,date,outcome,created", "crn: expected one column of that name, found columns 1 and 2"),
    ] {
        let refused = read_table(TableKind::Contacts, names.as_bytes()).unwrap_err().to_string();
        assert!(refused.starts_with(reported), "{refused}");
    }
    let columns = |names: &str| names.split(',').map(str::to_owned).collect::<Vec<_>>();
    let rows = |names: &str| risk_hmpps::input_table::InputTable::new(TableKind::Contacts, &columns(names), Vec::new());
    assert!(rows("crn,type,date,outcome,created,isSensitive").is_err(), "also of a table that the host read itself");
}

#[test]
fn what_one_source_marks_as_sensitive_stays_so_in_any_order() {
    let message = json!({"eventType": "probation-case.registration.added", "occurredAt": "2026-06-14T09:06:52Z",
        "personReference": {"identifiers": [{"type": "CRN", "value": "X800001"}]},
        "additionalInformation": {"registrationId": "77", "registerTypeCode": "RHRH", "registrationDate": "2026-06-14", "createdDateAndTime": "2026-06-14T09:06:52Z"}}).to_string();
    let row = "crn,type,registered,created,id,sensitive\nX800001,RHRH,2026-06-14,2026-06-14T09:06:52Z,77,Y\n";
    let of_row = || read_table(TableKind::Registrations, row.as_bytes()).unwrap();
    let messages = || Given::Messages(message.as_bytes());
    let (mut row_first, mut message_first) = (Logs::default(), Logs::default());
    assert_eq!(least(&row_first.deliver(&importer(), of_row()).records), Handling::Restricted);
    assert!(row_first.deliver(&importer(), messages()).records.is_empty());
    message_first.deliver(&importer(), messages());
    let correction = message_first.deliver(&importer(), of_row()).records;
    assert_eq!((correction.len(), least(&correction)), (1, Handling::Restricted));
    assert!(message_first.deliver(&importer(), of_row()).records.is_empty(), "once");
    let both = importer().import(&[(None, messages()), (None, of_row())], &mut Logs::default());
    assert_eq!((both.records.len(), least(&both.records)), (1, Handling::Restricted));
}

#[test]
fn a_two_digit_year_is_never_a_year() {
    for date in [
        "14/06/24",
        "24-06-14",
        "1/1/5",
        "14-Jun-24",
        "14.06.24",
        "0024-06-14",
        "14/06/0024",
        "31/12/1899",
        "01/01/2101",
    ] {
        let import =
            contacts(format!("crn,type,date,outcome,created\nX800001,CHVS,{date},ATTC,2024-06-15\n").as_bytes());
        assert!(
            import.records.is_empty()
                && unreadable(&import)[0].starts_with("2 date: expected a date with a year of four"),
            "{date}"
        );
        let import =
            contacts(format!("crn,type,date,outcome,created\nX800001,CHVS,2024-06-14,ATTC,{date}\n").as_bytes());
        assert!(import.records.is_empty() && unreadable(&import)[0].starts_with("2 created: "), "{date}");
        for column in ["registered", "created", "removed", "removed_recorded", "deleted"] {
            let of = |name: &str| if name == column { date } else { "2024-06-14" };
            let names = ["registered", "created", "removed", "removed_recorded", "deleted"];
            let row = names.map(of).join(",");
            let import = registrations(&format!("crn,type,{}\nX800001,RHRH,{row}\n", names.join(",")));
            assert_eq!(import.records.len(), 0, "{column} {date}: no half of a row is recorded");
            assert!(unreadable(&import)[0].starts_with(&format!("2 {column}: ")), "{column} {date}");
        }
        let message = json!({"eventType": "probation-case.registration.added", "occurredAt": "2024-06-14T09:06:52Z",
            "personReference": {"identifiers": [{"type": "CRN", "value": "X800001"}]},
            "additionalInformation": {"registrationId": "1", "registerTypeCode": "RHRH", "registrationDate": date}})
        .to_string();
        let import = Logs::default().deliver(&importer(), Given::Messages(message.as_bytes()));
        assert!(unreadable(&import)[0].starts_with("1 registrationDate: "), "{date}");
    }
}

#[test]
fn rows_that_cannot_be_read_count_as_unreadable_and_cost_no_other_row() {
    let head = "crn,type,date,outcome,created,notes";
    let good = "X800001,CHVS,14/06/2024,ATTC,15/06/2024,seen";
    for bad in [
        &b"X800001,CHVS,14-Jun-24,ATTC,15/06/2024,"[..],
        b"X800001,CHVS,14/06/2024,ATTC,15/06/2024,victim\x92s",
        b"X800001,CHVS,14/06/2024,ATTC,15/06/2024",
        b"X800001,CHVS,14/06/2024,ATTC,15/06/2024,one, more",
        b"X800001,CHVS,14/06/2024,ATTC,15/06/2024,\"not closed",
        b"X800001,CHVS,14/06/2024,ATTC,15/06/2024,\"closed\" too early",
        b"X8 00001,CHVS,14/06/2024,ATTC,15/06/2024,",
        b",CHVS,14/06/2024,ATTC,15/06/2024,",
        b"X800001,,14/06/2024,ATTC,15/06/2024,",
        b"X800001,CHVS,,ATTC,15/06/2024,",
        b"31 rows selected.",
    ] {
        let table = [head.as_bytes(), b"\n", bad, b"\n", good.as_bytes(), b"\n\n"].concat();
        let import = contacts(&table);
        let shown = String::from_utf8_lossy(bad);
        assert!(!import.records.is_empty(), "{shown}");
        assert_eq!(
            serde_json::to_value(&import.report.counts).unwrap(),
            json!({"recorded": 1, "unreadable": 1}),
            "{shown}"
        );
        assert_eq!((import.report.messages.len(), import.report.messages[0].place), (1, 2), "{shown}");
        let codes: u64 = import.report.codes.values().map(|code| code.unreadable).sum();
        assert_eq!(codes, 1, "{shown}");
    }
}

#[test]
fn bad_bytes_and_broken_rows_say_what_to_do() {
    let table =
        b"crn,type,date,outcome,created,notes\nX1,CHVS,14/06/2024,ATTC,15/06/2024,victim\x92s\nX1,CHVS,14/06/2024\n";
    assert_eq!(
        unreadable(&contacts(table)),
        [
            "2 column 6: expected text in UTF-8 (save a table as \u{201c}CSV UTF-8\u{201d}), found other bytes, as of Windows-1252",
            "3 row: expected 6 fields, as the line of column names has, found 3 fields",
        ]
    );
    let utf16: Vec<u8> = "crn,type".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let refused = read_table(TableKind::Contacts, &[b"\xff\xfe", utf16.as_slice()].concat()).unwrap_err().to_string();
    assert!(
        refused.starts_with("table: expected text in UTF-8 (save a table as") && refused.ends_with("found UTF-16"),
        "{refused}"
    );
}

#[test]
fn one_contact_in_any_form_of_its_date_and_time_is_one_fact() {
    let mut logs = Logs::default();
    let mut made = 0;
    for (date, time) in [
        ("2024-06-14", "09:30:15"),
        ("14/06/2024 09:30:15", ""),
        ("14/06/2024", "09:30:15"),
        ("14/06/2024 00:00", "09:30:15"),
        ("2024-06-14T00:00:00", "09:30:15"),
        ("14-JUN-2024 09:30:15", ""),
        ("14-JUN-2024", "9:30:15 am"),
        ("2024-06-14 09:30:15.000000", ""),
        ("2024-06-14T08:30:15Z", ""),
        ("2024-06-14T09:30:15+0100", ""),
        ("2024-06-14T09:30:15+01", ""),
        ("14-JUN-2024 09.30.15.000000 AM", ""),
    ] {
        let table = format!("crn,type,date,time,outcome,created\nX800001,CHVS,{date},{time},ATTC,15/06/2024 10:00\n");
        let import = logs.deliver(&importer(), read_table(TableKind::Contacts, table.as_bytes()).unwrap());
        assert!(unreadable(&import).is_empty(), "{date} {time}: {:?}", unreadable(&import));
        for record in &import.records {
            assert_eq!(record.occurred_at.to_rfc3339(), "2024-06-14T08:30:15+00:00", "{date} {time}");
        }
        made += import.records.len();
    }
    assert_eq!(made, 2, "a visit and an appointment, once");
}

#[test]
fn a_date_reads_alike_in_a_table_and_in_a_message() {
    for date in [
        "14/06/2024",
        "14/06/2024 09:30:15",
        "14-JUN-2024 09:30",
        "2024-06-14T09:30Z",
        "14/06/24",
        "06/14/2024",
        "2024-06-14T09:30:15+0100",
    ] {
        let row = registrations(&format!("crn,type,registered,created,id\nX800001,RHRH,{date},2024-06-15,1\n"));
        let message = json!({"eventType": "probation-case.registration.added", "occurredAt": "2024-06-15",
            "personReference": {"identifiers": [{"type": "CRN", "value": "X800001"}]},
            "additionalInformation": {"registrationId": "1", "registerTypeCode": "RHRH", "registrationDate": date}})
        .to_string();
        let message = Logs::default().deliver(&importer(), Given::Messages(message.as_bytes()));
        assert_eq!(row.records, message.records, "{date}");
    }
}

#[test]
fn what_a_spreadsheet_puts_around_a_table_is_read() {
    let rows = "X800001;CHVS;14/06/2024;\"Attended - Complied\";15/06/2024;a, b\r\n;;;;;\r\n";
    for head in ["\u{feff}", "sep=;\r\n", "\u{feff}sep=;\r\n", ""] {
        let import = contacts(format!("{head}CRN;Type;Date;Outcome;Created;Notes\r\n{rows}").as_bytes());
        assert_eq!(serde_json::to_value(&import.report.counts).unwrap(), json!({"recorded": 1}), "{head:?}");
    }
}

#[test]
fn a_code_is_shown_and_somebody_s_words_in_its_place_are_not() {
    let import = contacts(b"crn,type,date,outcome,created\nX1,she said that he hit her,14/06/2024,,15/06/2024\n");
    let reported = serde_json::to_string(&import.report).unwrap();
    assert!(!reported.contains("hit her") && reported.contains("text of 24 characters"), "{reported}");
}
