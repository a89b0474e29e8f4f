//! The options that commands share.

use std::collections::BTreeSet;

use anstream::ColorChoice;
use chrono::Utc;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use risk_core::assessment::Question;
use risk_core::calendar::{MomentError, parse_moment};
use risk_core::cancel::Budget;
use risk_core::event::vocabulary::Audience;
use risk_core::event::{Instant, Kind, Term};
use risk_core::fold::run::Lens;
use risk_core::policy::Policy;
use risk_policies::ENGLAND_WALES;

use crate::failure::Failure;
use crate::input;

/// The policy options.
#[derive(Args)]
#[command(next_help_heading = "Policy")]
pub struct PolicyOptions {
    /// The policy: `england-wales`, which is built in, or a folder of .toml files
    #[arg(long, value_name = "NAME|DIR", default_value = ENGLAND_WALES)]
    policy: String,
    #[command(flatten)]
    local: LocalOptions,
}

/// How much work one case may take.
#[derive(Args)]
pub struct BudgetOptions {
    /// The units of work allowed per case. Units are counted, not timed, so they are the same on every machine. A case that exceeds them is
    /// listed as not assessed; the others continue
    #[arg(long, value_name = "UNITS", default_value_t = Budget::OF_A_CASE, value_parser = clap::value_parser!(u64).range(1..))]
    case_budget: u64,
}

impl BudgetOptions {
    /// The units.
    #[must_use]
    pub fn units(&self) -> u64 {
        self.case_budget
    }

    /// What remains to be spent on a case of which nothing was worked on yet.
    #[must_use]
    pub fn of_a_case(&self) -> Budget {
        Budget::new(self.case_budget)
    }
}

/// What is local about a policy.
#[derive(Args)]
pub struct LocalOptions {
    /// A local overlay, which sets parameters and adds rules; can be repeated
    #[arg(long, value_name = "FILE")]
    overlay: Vec<String>,
    /// The locality whose parameters and rules count
    #[arg(long, value_name = "ID")]
    locality: Option<String>,
}

impl LocalOptions {
    /// The policy of that name, with what is local.
    ///
    /// # Errors
    /// [`Failure`] if it cannot be used.
    pub fn load(&self, policy: &str) -> Result<Policy, Failure> {
        input::policy(policy, &self.overlay, self.locality.as_deref())
    }
}

impl PolicyOptions {
    /// The policy.
    ///
    /// # Errors
    /// [`Failure`] if it cannot be used.
    pub fn load(&self) -> Result<Policy, Failure> {
        self.local.load(&self.policy)
    }

    /// The files from which it is read.
    #[must_use]
    pub fn inputs(&self) -> Vec<String> {
        input::files_of_policy(&self.policy, &self.local.overlay)
    }

    /// Another policy, with what is local to this one.
    ///
    /// # Errors
    /// [`Failure`] if it cannot be used.
    pub fn load_other(&self, policy: &str) -> Result<Policy, Failure> {
        self.local.load(policy)
    }
}

/// The question options.
#[derive(Args)]
#[command(next_help_heading = "Question")]
pub struct QuestionOptions {
    /// The moment [default: now]: 2018-04-18 (the end of that day), 2018-02-06 15:00 (London), or an RFC 3339 instant
    #[arg(long, value_name = "MOMENT", value_parser = moment)]
    at: Option<Instant>,
    /// Count only what was recorded by this moment [default: --at; in hindsight, everything]
    #[arg(long, value_name = "MOMENT", value_parser = moment)]
    known_at: Option<Instant>,
    /// As the service knew it at the time, or in hindsight: with everything known today, placed when it happened
    #[arg(long, value_parser = term::<Lens>(), default_value = "as_known")]
    lens: Lens,
    /// Who reads the answer; it contains only what the policy lets that audience see [default: responsible_officer for a log; a case in a store
    /// has no default]
    #[arg(long, value_parser = term::<Audience>())]
    audience: Option<Audience>,
    /// The event kinds that your system can deliver; the answer then names the rules that cannot fire
    #[arg(long, value_name = "KIND,…", value_parser = term::<Kind>(), value_delimiter = ',', hide_possible_values = true)]
    feeds: Option<Vec<Kind>>,
}

impl QuestionOptions {
    /// The question, asked now where no moment is given, and for the responsible officer where no audience is.
    #[must_use]
    pub fn question(&self) -> Question {
        Question {
            at: self.at.unwrap_or_else(Utc::now),
            known_at: self.known_at,
            lens: self.lens,
            audience: self.audience.unwrap_or(Audience::ResponsibleOfficer),
            feeds: self.feeds.as_ref().map(|kinds| kinds.iter().copied().collect::<BTreeSet<_>>()),
        }
    }

    /// The same for a case of a store, where the audience is to be named.
    ///
    /// # Errors
    /// [`Failure::NoAudience`], which lists them.
    pub fn of_a_store(&self) -> Result<Question, Failure> {
        Ok(Question { audience: named(self.audience)?, ..self.question() })
    }
}

/// Who reads what comes out of a store: there is no default, so that an oversight cannot disclose too much.
#[derive(Args)]
#[command(next_help_heading = "Question")]
pub struct AudienceOptions {
    /// Who reads the output; it contains only what the policy lets that audience see
    #[arg(long, value_parser = term::<Audience>())]
    audience: Option<Audience>,
}

impl AudienceOptions {
    /// The audience.
    ///
    /// # Errors
    /// [`Failure::NoAudience`], which lists them.
    pub fn named(&self) -> Result<Audience, Failure> {
        named(self.audience)
    }
}

fn named(audience: Option<Audience>) -> Result<Audience, Failure> {
    audience.ok_or_else(|| Failure::NoAudience(Audience::names().join(", ")))
}

/// For people or for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Format {
    /// Text of 80 columns
    #[default]
    Text,
    /// JSON on one line
    Json,
}

/// Whether to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Color {
    /// Makes it so for all that is written.
    pub fn apply(self) {
        match self {
            Self::Auto => ColorChoice::Auto,
            Self::Always => ColorChoice::Always,
            Self::Never => ColorChoice::Never,
        }
        .write_global();
    }
}

/// Reads a moment.
///
/// # Errors
/// [`MomentError`] if it is none.
pub fn moment(text: &str) -> Result<Instant, MomentError> {
    parse_moment(text)
}

/// Reads a word of a closed list.
pub fn term<T: Term + Send + Sync>() -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(T::names()).try_map(|name| T::parse(&name).ok_or("it is not of the list"))
}
