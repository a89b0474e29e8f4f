//! The cost of one answer, from the text of a log to the text of the answer, compared with bare JSON parsing of the
//! same lines.
//!
//! `cargo xtask bench case`; `benches/README.md` has the figures and the method.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark that cannot run stops")]
#![allow(clippy::arithmetic_side_effects, reason = "likewise")]

mod caseload;
mod harness;

use risk_core::assessment::assess;
use risk_core::event::vocabulary::Audience::ResponsibleOfficer;
use risk_core::log::Log;
use serde_json::Value;

use harness::Race;

/// The number of cases over which the median is taken.
const CASES: u32 = 200;

fn main() {
    let policy = caseload::england_wales();
    let question = caseload::question(ResponsibleOfficer);
    let texts: Vec<String> = caseload::cases(CASES).iter().map(Log::to_jsonl).collect();
    println!("case: {CASES} cases of {} events, one at a time", caseload::EVENTS);
    Race { name: "case", unit: "us/case", nanoseconds: 1000 }.run(
        &texts,
        |_| 1,
        |text| {
            let log = Log::parse("case", text).unwrap();
            serde_json::to_string(&assess(&log, &policy, &question).unwrap()).unwrap()
        },
        |text| text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).collect::<Vec<_>>(),
    );
}
