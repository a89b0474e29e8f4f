//! The readers of text from outside, and the invariants for any text.

use clap::ValueEnum;
use risk_core::assessment::{Question, assess};
use risk_core::calendar::parse_moment;
use risk_core::event::vocabulary::Audience;
use risk_core::log::{Log, Record, verify};
use risk_core::policy::{Expression, Policy};

use super::seeds::NOTE;
use crate::packs;

/// A reader of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Target {
    /// The condition of a rule
    Condition,
    /// One line of a log
    Record,
    /// A whole log, plain or sealed
    Log,
    /// A file of a policy
    Policy,
    /// A date or time on the command line
    Moment,
}

/// How a text was accepted or rejected, without details specific to the text.
pub type Outcome = String;

impl Target {
    /// Reads the text and checks the invariants: it is accepted and survives a round trip, or it is rejected with a
    /// position within it and without revealing a note.
    ///
    /// # Panics
    /// If an invariant is violated.
    #[must_use]
    pub fn check(self, text: &str) -> Outcome {
        match self {
            Self::Condition => condition(text),
            Self::Record => record(text),
            Self::Log => log(text),
            Self::Policy => policy(text),
            Self::Moment => moment(text),
        }
    }
}

fn condition(text: &str) -> Outcome {
    match Expression::parse(text) {
        Ok(read) => {
            let printed = read.to_string();
            let again = Expression::parse(&printed).unwrap_or_else(|f| panic!("`{printed}` does not read back: {f:?}"));
            assert_eq!(again, read, "`{printed}` reads back as something else");
            assert_eq!(again.to_string(), printed);
            format!("taken with {} questions", read.questions().len().min(6))
        }
        Err(fault) => {
            assert!(fault.at <= text.len() && text.is_char_boundary(fault.at), "{fault:?} is outside of the text");
            way(&fault.problem.to_string())
        }
    }
}

fn record(text: &str) -> Outcome {
    match Record::parse(text) {
        Ok(read) => {
            let line = read.to_line();
            let again = Record::parse(&line).unwrap_or_else(|e| panic!("{line} does not read back: {e}"));
            assert!(again.same_content(&read), "{line} reads back as something else");
            assert_eq!(again.to_line(), line);
            assert!(!line.contains('\n'), "a record is one line");
            format!("taken: {:?}", read.kind())
        }
        Err(e) => {
            assert!(!e.field.is_empty() && !e.expected.is_empty() && !e.found.is_empty(), "{e:?}");
            reveals_no_note(text, &e.to_string());
            way(&format!("{} {} {}", e.field, e.expected, e.found))
        }
    }
}

fn log(text: &str) -> Outcome {
    let lines = text.split('\n').count();
    if let Err(found) = verify(text, None) {
        assert!((1..=lines).contains(&found.line), "{found}");
        reveals_no_note(text, &found.to_string());
    }
    match Log::parse("a.jsonl", text) {
        Ok(read) => {
            let written = read.to_jsonl();
            let again = Log::parse("a.jsonl", &written).unwrap_or_else(|e| panic!("it does not read back: {e}"));
            assert_eq!(again.to_jsonl(), written);
            assert_eq!(verify(text, None).is_ok(), read.is_sealed(), "a sealed log is taken where it is intact");
            let last = read.records().iter().map(|r| r.recorded_at).max().unwrap_or_default();
            let question = Question::at(last, Audience::Inspector);
            let answer = assess(&read, &packs::ONE_OF_EACH, &question).unwrap_or_else(|e| panic!("{e}"));
            reveals_no_note(text, &serde_json::to_string(&answer).unwrap());
            format!("taken: {} sealed {}", read.len().min(8), read.is_sealed())
        }
        Err(e) => {
            assert!(e.file == "a.jsonl" && (1..=lines).contains(&e.line) && !e.field.is_empty(), "{e}");
            reveals_no_note(text, &e.to_string());
            way(&format!("{} {} {}", e.field, e.expected, e.found))
        }
    }
}

fn policy(text: &str) -> Outcome {
    match Policy::load(&[("a.toml", text)]) {
        Ok(read) => {
            let printed = read.to_toml();
            let again = Policy::load(&[("printed.toml", &printed)])
                .unwrap_or_else(|e| panic!("it does not read back: {e}\n{printed}"));
            assert_eq!(again.to_json(), read.to_json());
            assert_eq!(again.digest, read.digest);
            "taken".to_owned()
        }
        Err(errors) => {
            let lines = text.split('\n').count();
            assert!(!errors.0.is_empty(), "refused without a reason");
            for e in &errors.0 {
                let place = &e.place;
                assert!(place.file == "a.toml" && (1..=lines).contains(&place.line) && place.column >= 1, "{e}");
            }
            way(&errors.0[0].problem.to_string())
        }
    }
}

fn moment(text: &str) -> Outcome {
    match parse_moment(text) {
        Ok(t) => {
            let written = t.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
            assert_eq!(parse_moment(&written).ok(), Some(t), "{written}");
            "taken".to_owned()
        }
        Err(e) => format!("{e:?}").split(' ').next().unwrap_or_default().to_owned(),
    }
}

fn reveals_no_note(text: &str, said: &str) {
    // Only if the note is still a note. Otherwise its words may have become a field name or a term, which errors
    // quote.
    let whole = text.contains(&format!("\"note\":\"{NOTE}\""));
    assert!(!whole || !said.contains(NOTE), "the error reveals the note: {said}");
}

/// A message without details specific to one text.
fn way(message: &str) -> Outcome {
    let mut quoted = false;
    let general = |c: &char| {
        quoted ^= *c == '`';
        !quoted && !c.is_ascii_digit()
    };
    message.chars().filter(general).take(120).collect()
}
