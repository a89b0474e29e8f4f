//! The case that a command is about: a log in a file, or a case of a store.

use chrono::Utc;
use clap::Args;
use risk_core::assessment::Question;
use risk_core::event::Instant;
use risk_core::fold::run::Lens;
use risk_core::log::Log;

use crate::failure::Failure;
use crate::identifier::CaseName;
use crate::input::Text;
use crate::options::QuestionOptions;
use crate::store::ReadingOptions;

/// The case options.
#[derive(Args)]
pub struct CaseOptions {
    /// The log of the case, one JSON object per line; `-` is standard input. To read a case from a store, pass --store or --as, or set
    /// RISK_STORE, and pass its UUID or an identifier as SCHEME:VALUE, such as crn:X123456
    #[arg(value_name = "LOG|CASE")]
    case: String,
    #[command(flatten)]
    reading: ReadingOptions,
}

impl CaseOptions {
    /// The log, and the question that is asked of it.
    ///
    /// # Errors
    /// [`Failure`] if the log or the store cannot be read, or the reader may not see the case.
    pub fn read(&self, asked: &QuestionOptions) -> Result<(Log, Question), Failure> {
        self.read_through(asked, |question| match question.lens {
            Lens::AsKnown => question.at,
            Lens::Hindsight => question.at.max(Utc::now()),
        })
    }

    /// The same for two answers: at two moments, or else in hindsight too.
    ///
    /// # Errors
    /// As [`CaseOptions::read`].
    pub fn read_for_comparison(
        &self,
        asked: &QuestionOptions,
        and: Option<Instant>,
    ) -> Result<(Log, Question), Failure> {
        self.read_through(asked, |question| question.at.max(and.unwrap_or_else(Utc::now)))
    }

    /// `through` is the moment by which it has to be known which cases of a store are one person's, unless --known-at says so.
    fn read_through(
        &self,
        asked: &QuestionOptions,
        through: impl FnOnce(&Question) -> Instant,
    ) -> Result<(Log, Question), Failure> {
        if !self.reading.is_meant_by(&self.case) {
            return Ok((self.text()?.log()?, asked.question()));
        }
        let case = CaseName::parse(&self.case)?;
        let question = asked.of_a_store()?;
        let (store, reader) = self.reading.open(question.audience)?;
        let known_at = question.known_at.unwrap_or_else(|| through(&question));
        let log = store.consult(&reader, self.reading.find(&case, &store)?, known_at)?;
        Ok((log, question))
    }

    fn text(&self) -> Result<Text, Failure> {
        Text::read(&self.case).map_err(|failure| match failure {
            Failure::Read { error, .. } if error.kind() == std::io::ErrorKind::NotFound && self.names_a_case() => {
                Failure::CaseWithoutStore(self.case.clone())
            }
            other => other,
        })
    }

    fn names_a_case(&self) -> bool {
        CaseName::parse(&self.case).is_ok()
    }
}
