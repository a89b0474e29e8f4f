//! Byte order marks: what a program of Windows puts in front of a text.

use serde_json::json;

use super::{attended, call_out, case, log_of, sealed};
use crate::log::{Log, LogError, Record, verify};

#[test]
fn a_mark_in_front_of_a_log_is_passed_over_plain_and_sealed() {
    let plain = log_of([call_out(1, 4), attended(2, 5)]);
    for log in [plain.clone(), sealed(&plain)] {
        let read = Log::parse("x", &format!("\u{feff}{}", log.to_jsonl())).unwrap();
        assert_eq!((read.case_id(), read.to_jsonl()), (case(), log.to_jsonl()), "and is not kept");
    }
    let log = sealed(&plain);
    let verified = verify(&format!("\u{feff}{}", log.to_jsonl()), log.head().as_deref());
    assert_eq!(verified.unwrap().records, 2);
    let line = call_out(1, 4).to_line();
    assert_eq!(Record::parse(&format!("\u{feff}{line}")).unwrap().to_line(), line);
}

#[test]
fn a_mark_further_on_is_named() {
    let lines: Vec<String> = [call_out(1, 4), attended(2, 5)].iter().map(Record::to_line).collect();
    let refused = Log::parse("x", &lines.join("\n\u{feff}")).unwrap_err();
    assert_eq!(refused.line, 2);
    assert!(refused.found.starts_with("a byte order mark (U+FEFF)"), "{refused}");
    let kept = sealed(&log_of([call_out(1, 4), attended(2, 5)])).to_jsonl().replacen('\n', "\n\u{feff}", 1);
    assert_eq!(verify(&kept, None).unwrap_err().line, 2, "a sealed log is not what was sealed");
}

#[test]
fn the_name_of_a_file_is_shown_and_not_obeyed() {
    let (field, expected, found) = ("record".to_owned(), "a".to_owned(), "b".to_owned());
    let refused = LogError { file: "x\u{1b}[2J\u{202e}".to_owned(), line: 1, field, expected, found };
    assert!(refused.to_string().starts_with(r"x\u{1b}[2J\u{202e}:1: "), "{refused}");
    // What a record holds is its own, and is kept byte for byte.
    let noted = call_out(1, 4).with_note("a\u{202e}b");
    assert_eq!(Record::parse(&noted.to_line()).unwrap().to_line(), noted.to_line());
    assert!(noted.to_line().contains(&json!("a\u{202e}b").to_string()));
}
