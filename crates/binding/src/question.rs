//! A question as text, and its validation.

use std::collections::BTreeSet;

use risk_core::assessment::Question;
use risk_core::calendar::parse_moment;
use risk_core::event::field::{describe_text, one_of};
use risk_core::event::vocabulary::Audience;
use risk_core::event::{Instant, Kind, Term};
use risk_core::fold::run::Lens;

use crate::fault::Fault;
use crate::records::instant;
use crate::status::{RISK_BAD_TIME, RISK_BAD_WORD};

/// A moment as a caller gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum When<'a> {
    /// Not at all.
    #[default]
    NotGiven,
    /// Microseconds since 1970 UTC.
    Microseconds(i64),
    /// A date (the end of that day in London), a London time, or an RFC 3339 instant.
    Text(&'a str),
}

/// A question as the caller passes it, before validation.
#[derive(Debug, Clone, Default)]
pub struct QuestionInput<'a> {
    /// The moment; required.
    pub at: When<'a>,
    /// Only what was recorded by then counts.
    pub known_at: When<'a>,
    /// The lens; default `as_known`.
    pub lens: Option<&'a str>,
    /// The audience; required.
    pub audience: &'a str,
    /// The event kinds that the host can deliver; default all.
    pub feeds: Option<Vec<&'a str>>,
}

impl QuestionInput<'_> {
    /// The question.
    ///
    /// # Errors
    /// RISK_BAD_TIME for a moment that is none or that is missing, RISK_BAD_WORD for a word that is not of its list, each with
    /// its field.
    pub fn question(&self) -> Result<Question, Fault> {
        let missing = || Fault::mismatch(RISK_BAD_TIME, "at", "a moment", "none");
        let each = |kinds: &Vec<&str>| kinds.iter().map(|kind| word::<Kind>("feeds", kind)).collect();
        Ok(Question {
            at: moment("at", self.at)?.ok_or_else(missing)?,
            known_at: moment("known_at", self.known_at)?,
            lens: self.lens.map_or(Ok(Lens::AsKnown), |lens| word("lens", lens))?,
            audience: word::<Audience>("audience", self.audience)?,
            feeds: self.feeds.as_ref().map(each).transpose()?.map(|kinds: Vec<Kind>| BTreeSet::from_iter(kinds)),
        })
    }
}

fn word<T: Term>(field: &str, text: &str) -> Result<T, Fault> {
    T::parse(text).ok_or_else(|| {
        let found = if text.is_empty() { "none".to_owned() } else { describe_text(text) };
        Fault::mismatch(RISK_BAD_WORD, field, one_of(T::names(), text), found)
    })
}

fn moment(field: &str, when: When<'_>) -> Result<Option<Instant>, Fault> {
    match when {
        When::NotGiven => Ok(None),
        When::Microseconds(microseconds) => instant(field, microseconds).map(Some),
        When::Text(text) => {
            parse_moment(text).map(Some).map_err(|e| Fault::mismatch(RISK_BAD_TIME, field, e.expected(), e.found()))
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that fails says so")]
mod tests {
    use super::*;

    fn asked<'a>() -> QuestionInput<'a> {
        QuestionInput { at: When::Text("2018-04-18"), audience: "manager", ..QuestionInput::default() }
    }

    fn refused(asked: &QuestionInput<'_>) -> String {
        asked.question().unwrap_err().message().to_owned()
    }

    #[test]
    fn a_moment_and_an_audience_are_a_question_and_the_rest_has_its_default() {
        let question = asked().question().unwrap();
        assert_eq!(question, Question::at(parse_moment("2018-04-18").unwrap(), Audience::Manager));
        assert_eq!(asked().question().unwrap().feeds, None);
    }

    #[test]
    fn a_moment_may_be_a_number_of_the_years_that_can_be_written() {
        let at = |microseconds| QuestionInput { at: When::Microseconds(microseconds), ..asked() };
        assert_eq!(at(1_517_929_200_000_000).question().unwrap().at.timestamp(), 1_517_929_200);
        assert!(refused(&at(1_517_929_200)).contains("looks like seconds"));
        assert!(refused(&at(1_517_929_200_000)).contains("looks like milliseconds"));
        assert!(refused(&at(i64::MAX)).contains("years 0 to 9999"));
        assert!(refused(&at(i64::MIN)).contains("years 0 to 9999"));
    }

    #[test]
    fn what_must_be_given_is_asked_for_and_a_word_off_its_list_gets_the_nearest() {
        assert_eq!(refused(&QuestionInput { at: When::NotGiven, ..asked() }), "`at`: expected a moment, found none");
        assert!(refused(&QuestionInput { audience: "", ..asked() }).ends_with("found none"));
        let near = refused(&QuestionInput { audience: "manger", ..asked() });
        assert!(near.contains("`manager`") && near.ends_with("found `manger`"), "{near}");
        assert!(refused(&QuestionInput { lens: Some("hind"), ..asked() }).starts_with("`lens`: expected"));
        assert!(
            refused(&QuestionInput { feeds: Some(vec!["police_callout", "nothing"]), ..asked() })
                .starts_with("`feeds`")
        );
    }
}
