//! Errors and warnings about a policy, each with its place in the files.

use super::model::Place;
use crate::event::field::one_of;
use crate::text::{code_point, inert};

/// One error in a policy. `Display` writes place and message: `policy.toml:37:7: …`.
///
/// # Examples
/// ```
/// use risk_core::Policy;
///
/// let errors = Policy::load(&[("policy.toml", "[policy]\nid = 1")]).unwrap_err();
/// let error = errors.iter().next().unwrap();
/// assert_eq!((error.file(), error.line(), error.column()), ("policy.toml", 1, 1));
/// assert!(error.message().starts_with("the policy has no `"), "{error}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct PolicyError {
    // The fields are public for the crates of this workspace only; users have the getters.
    #[doc(hidden)]
    pub place: Place,
    #[doc(hidden)]
    pub problem: Problem,
}

impl PolicyError {
    /// The name of the file, as it was given to [`Policy::load`](super::Policy::load).
    #[must_use]
    pub fn file(&self) -> &str {
        &self.place.file
    }

    /// The line, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.place.line
    }

    /// The column, in characters, from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.place.column
    }

    /// What is wrong, without the place.
    #[must_use]
    pub fn message(&self) -> String {
        self.problem.to_string()
    }
}

/// Every error in a policy, in the order of its files. `Display` writes one per line.
///
/// # Examples
/// ```
/// use risk_core::Policy;
///
/// let errors = Policy::load(&[("policy.toml", "id =")]).unwrap_err();
/// assert_eq!(errors.iter().count(), 1);
/// assert!(errors.to_string().starts_with("policy.toml:1:"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyErrors(#[doc(hidden)] pub Vec<PolicyError>);

impl PolicyErrors {
    /// The errors. There is at least one.
    pub fn iter(&self) -> impl Iterator<Item = &PolicyError> {
        self.0.iter()
    }
}

impl std::fmt::Display for PolicyErrors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, error) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for PolicyErrors {}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", inert(&self.file), self.line, self.column)
    }
}

/// The alternatives, the closest first.
pub(super) fn known(names: &[&str], found: &str) -> String {
    if names.is_empty() { "none, because there is none".to_owned() } else { format!("one of {}", one_of(names, found)) }
}

/// What is wrong with an entry, a value or a condition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Problem {
    /// The file is not TOML.
    #[error("this is not TOML: {0}")]
    Syntax(String),
    /// An invisible character that affects display.
    #[error("{found} is invisible and affects how text is displayed: expected text without {sort}")]
    Acts {
        /// The code point.
        found: String,
        /// What kind of character it is.
        sort: &'static str,
    },
    /// A required field is missing.
    #[error("the {entry} has no `{field}`: expected {expected}")]
    Missing {
        /// The sort of entry.
        entry: &'static str,
        /// The field.
        field: &'static str,
        /// What was expected.
        expected: String,
    },
    /// A value of the wrong type, or not in the list.
    #[error("expected {expected}, found {found}")]
    Mismatch {
        /// What was expected.
        expected: String,
        /// What was found.
        found: String,
    },
    /// An unknown name.
    #[error("unknown {sort} {found}: expected {expected}")]
    Unknown {
        /// What it should name: fact, kind, document, parameter …
        sort: &'static str,
        /// The name, as far as it is safe to show.
        found: String,
        /// The alternatives.
        expected: String,
    },
    /// A duplicate id.
    #[error("duplicate id: the {sort} `{id}` is already defined at {first}")]
    Duplicate {
        /// The sort of entry.
        sort: &'static str,
        /// The id.
        id: String,
        /// The place of the first definition.
        first: Place,
    },
    /// A condition that would need too many alternatives.
    #[error("the condition has {found} alternatives: expected at most {most}; make several rules of it")]
    TooLarge {
        /// At least as many as this.
        found: usize,
        /// As many as are allowed.
        most: usize,
    },
    /// A condition with too many comparisons.
    #[error("the condition asks {found} questions: expected at most {most}; make several rules of it")]
    TooLong {
        /// How many it asks.
        found: usize,
        /// As many as are allowed.
        most: usize,
    },
    /// A condition that is nested too deeply.
    #[error("the condition is nested deeper than {0}: expected fewer parentheses")]
    TooDeep(usize),
    /// A condition that no value of its facts satisfies.
    #[error("the condition can never hold: its comparisons exclude each other")]
    NeverHolds,
    /// A rule, a duty or a value that names no source.
    #[error("the {what} names no source: expected `source`, or basis = \"assumed\"")]
    NoSource {
        /// What it is.
        what: &'static str,
    },
    /// An assumption that would raise a level.
    #[error("a rule of basis `assumed` may not indicate a level: expected a source for it")]
    AssumedIndicates,
    /// An assumption with the highest priority.
    #[error("basis `assumed` may not give priority `protect_now` to `{action}`: expected `this_week` or `planned`")]
    AssumedProtectsNow {
        /// The action.
        action: String,
    },
    /// A number that the parameter does not allow.
    #[error("the value {value} of `{parameter}` is out of its range: expected {least} to {greatest}")]
    OutOfRange {
        /// The parameter.
        parameter: String,
        /// The value found.
        value: u32,
        /// Least.
        least: u32,
        /// Greatest.
        greatest: u32,
    },
    /// Two versions in force at once.
    #[error("two versions of `{id}` are in force on {day}{locality}: expected one to end before the other begins")]
    Overlap {
        /// Whose versions.
        id: String,
        /// The first such day.
        day: chrono::NaiveDate,
        /// ` in LOCALITY`, or nothing.
        locality: String,
    },
    /// No version in force between two.
    #[error("no version of `{id}` is in force from {from} to {to}{locality}: expected one to follow the other")]
    Gap {
        /// Whose versions.
        id: String,
        /// The first day without.
        from: chrono::NaiveDate,
        /// The first day with one again.
        to: chrono::NaiveDate,
        /// ` in LOCALITY`, or nothing.
        locality: String,
    },
    /// An interval that ends before it begins.
    #[error("this ends on {to}, not after it begins on {from}: expected a later `to`")]
    EmptyInterval {
        /// The first day.
        from: chrono::NaiveDate,
        /// The first day no longer.
        to: chrono::NaiveDate,
    },
    /// An action that no event closes.
    #[error("nothing can close `{action}`: expected at least one event in `closed_by`")]
    NothingCloses {
        /// The action.
        action: String,
    },
    /// A rule without effect.
    #[error("nothing follows from the rule `{rule}`: expected `indicate`, `require` or `flag`")]
    NothingFollows {
        /// The rule.
        rule: String,
    },
    /// An alternative of a `while` that stays true for ever.
    #[error("the duty would never end: expected, in each alternative of `while`, a fact that can change back")]
    NeverEnds,
    /// A fact that changes by time alone, in a `while`.
    #[error("`{fact}` changes by time alone: expected it in a rule's `when`, not in a duty's `while`")]
    TimeDriven {
        /// The fact.
        fact: String,
    },
    /// `event.` where there is none.
    #[error("a duty has no event: expected facts of the case or of the duty's subject, found `{fact}`")]
    NoEvent {
        /// The fact.
        fact: String,
    },
    /// `event.FIELD` that a kind has not, or has otherwise.
    #[error("`{kind}` has no field `{field}` that a condition may ask: expected {expected}")]
    NoSuchField {
        /// The kind.
        kind: String,
        /// The field.
        field: String,
        /// What the kind has.
        expected: String,
    },
    /// `event.FIELD` whose words differ between the kinds of `on`.
    #[error("`event.{field}` is not the same list in `{first}` and in `{other}`: expected a rule for each")]
    FieldDiffers {
        /// The field.
        field: String,
        /// One kind.
        first: String,
        /// Another.
        other: String,
    },
    /// An effect about something that the event cannot name.
    #[error("`{kind}` names no {about}: expected `about` to be something that every kind in `on` names")]
    NoSubject {
        /// The kind.
        kind: String,
        /// What the effect is about.
        about: String,
    },
    /// A duty about something that only an event could name.
    #[error("a duty has no event to name its {about}: expected `about` to be the case, or each of something")]
    DutyWithoutSubject {
        /// What it is about.
        about: String,
    },
    /// A step of itself.
    #[error("`{action}` is a step of itself by way of {path}: expected `part_of` without a circle")]
    Circle {
        /// The action.
        action: String,
        /// The way round.
        path: String,
    },
    /// An action shown to an audience that may not see what opens or closes it.
    #[error(
        "`{audience}` would see `{action}` but not `{kind}`, which {verb} it: expected both or neither, so that the view does not disclose the record"
    )]
    GivesAway {
        /// The audience.
        audience: String,
        /// The action.
        action: String,
        /// The kind it may not see.
        kind: String,
        /// `opens` or `closes`.
        verb: &'static str,
    },
    /// A kind whose corrections a professional audience would never see.
    #[error(
        "`{audience}` would see `{kind}` but not its corrections, which are marked `{mark}` or stricter: expected `{mark}` among its `marks`, or not the kind"
    )]
    SeesNoCorrections {
        /// The audience.
        audience: String,
        /// The kind.
        kind: String,
        /// The least mark of its corrections.
        mark: String,
    },
    /// Something stricter than the audience's guard allows.
    #[error("`{audience}` may never see anything above `{never_above}` (guard at {guard}): found {found}")]
    AboveGuard {
        /// The audience.
        audience: String,
        /// The strictest mark that it may see.
        never_above: String,
        /// What is stricter: `restricted`, or `plw_disclosure, which is marked partner_confidential`.
        found: String,
        /// The place of the guard.
        guard: Place,
    },
    /// An audience that is shown outdated versions and may see more than the supervised person.
    #[error(
        "`{audience}` is not professional and would see `{mark}`: expected `ordinary` alone, or professional = true, so that it does not rely on what was corrected"
    )]
    NotProfessional {
        /// The audience.
        audience: String,
        /// The mark.
        mark: String,
    },
}

impl Problem {
    /// The problem of this character in a text.
    pub(super) fn acts(c: char) -> Self {
        let sort = match c {
            '\n' | '\r' | '\t' => "line breaks and tabs",
            c if c.is_control() => "control characters",
            '\u{061C}' | '\u{200E}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => {
                "characters that change the direction of reading"
            }
            _ => "invisible characters",
        };
        Self::Acts { found: code_point(c), sort }
    }
}

/// A warning about a policy, with its place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Warning {
    /// File, line and column.
    pub place: Place,
    /// The warning.
    pub concern: Concern,
}

impl std::fmt::Display for Warning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.place, self.concern)
    }
}

/// The kinds of warning.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Concern {
    /// An order comparison that an unknown level does not satisfy.
    #[error("`{question}` leaves an unknown level out: say `or {fact} = unknown` where that is not meant")]
    UnknownLevelLeftOut {
        /// The comparison.
        question: String,
        /// The level asked.
        fact: String,
    },
    /// An obligation that nothing carries out.
    #[error("no rule and no duty covers `{obligation}`, and it does not say why none could (`not_executable`)")]
    NotCovered {
        /// The obligation.
        obligation: String,
    },
    /// A rule or duty that no test expects to fire.
    #[error("no test expects `{rule}` to fire")]
    NotTested {
        /// The rule or duty.
        rule: String,
    },
    /// A parameter without a value at a time when something uses it.
    #[error("`{parameter}` has no value on {day}, when `{user}` comes into force")]
    NoValueYet {
        /// The parameter.
        parameter: String,
        /// The rule or duty.
        user: String,
        /// The day.
        day: chrono::NaiveDate,
    },
    /// The bank holidays end soon.
    #[error("the bank holidays known end with {last}, within a year of {reviewed_through}")]
    CalendarEnds {
        /// The last year with data.
        last: i32,
        /// The last day through which the policy was reviewed.
        reviewed_through: chrono::NaiveDate,
    },
}
