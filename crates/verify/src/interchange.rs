//! A question and its answer as one JSON object, `risk-conformance/1`, with which independent engines are compared.
//! tests/conformance/README.md defines the members.

use std::collections::{BTreeMap, BTreeSet};

use risk_core::assessment::{Question, assess};
use risk_core::event::vocabulary::Audience;
use risk_core::event::{Instant, Kind, Term};
use risk_core::fold::run::Lens;
use risk_core::log::Log;
use risk_core::policy::Policy;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

use crate::packs;

/// The name of the schema.
pub const SCHEMA: &str = "risk-conformance/1";

/// A question with its answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// [`SCHEMA`].
    pub schema: String,
    /// What the case illustrates.
    pub title: String,
    /// The laws that it illustrates, by the names of their tests.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub laws: Vec<String>,
    /// The policy.
    pub policy: Under,
    /// The locality.
    pub locality: Option<String>,
    /// The moment of the question.
    pub at: Instant,
    /// The transaction-time cut-off.
    pub known_at: Option<Instant>,
    /// The lens.
    #[serde(deserialize_with = "term")]
    pub lens: Lens,
    /// The audience.
    #[serde(deserialize_with = "term")]
    pub audience: Audience,
    /// The kinds that the host can deliver.
    #[serde(deserialize_with = "terms")]
    pub feeds: Option<Vec<Kind>>,
    /// The records, in the log's order.
    pub log: Vec<Value>,
    /// The contract `risk-assessment/1`, or an object with the one member `error`.
    pub answer: Value,
}

fn term<'de, D: Deserializer<'de>, T: Term>(from: D) -> Result<T, D::Error> {
    let word = String::deserialize(from)?;
    T::parse(&word).ok_or_else(|| Error::custom(format!("`{word}` is none of {}", T::names().join(", "))))
}

fn terms<'de, D: Deserializer<'de>, T: Term>(from: D) -> Result<Option<Vec<T>>, D::Error> {
    let words = Option::<Vec<String>>::deserialize(from)?;
    let read =
        |w: &String| T::parse(w).ok_or_else(|| Error::custom(format!("`{w}` is none of {}", T::names().join(", "))));
    words.map(|words| words.iter().map(read).collect()).transpose()
}

/// A policy by name or by text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Under {
    /// A folder of `policies/` with files of `policies/overlays/`, without their endings.
    Pack {
        /// The folder.
        pack: String,
        /// The files.
        overlays: Vec<String>,
    },
    /// The files of a policy, by name.
    Files {
        /// Name and text.
        files: BTreeMap<String, String>,
    },
}

impl Under {
    /// The pack `england-wales` with overlays.
    #[must_use]
    pub fn england_wales(overlays: &[&str]) -> Self {
        Self::Pack { pack: "england-wales".to_owned(), overlays: overlays.iter().map(|o| (*o).to_owned()).collect() }
    }

    /// The small policy with one entry of every type.
    #[must_use]
    pub fn one_of_each() -> Self {
        Self::Files { files: packs::ONE_OF_EACH_FILES.iter().cloned().collect() }
    }

    /// The policy, resolved for a locality.
    ///
    /// # Panics
    /// If its files cannot be read.
    ///
    /// # Errors
    /// The engine's error message.
    pub fn load(&self, locality: Option<&str>) -> Result<Policy, String> {
        let (files, overlays) = match self {
            Self::Pack { pack, overlays } => {
                (packs::files_of(pack), overlays.iter().map(|o| packs::overlay(o)).collect())
            }
            Self::Files { files } => (files.clone().into_iter().collect(), vec![]),
        };
        Policy::load_with(&packs::borrowed(&files), &packs::borrowed(&overlays), locality).map_err(|e| e.to_string())
    }
}

impl Exchange {
    /// A question about a log, with the answer that the engine gives.
    #[must_use]
    pub fn of(
        title: String,
        under: &Under,
        locality: Option<&str>,
        policy: &Policy,
        log: &Log,
        asked: &Question,
    ) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            title,
            laws: vec![],
            policy: under.clone(),
            locality: locality.map(str::to_owned),
            at: asked.at,
            known_at: asked.known_at,
            lens: asked.lens,
            audience: asked.audience,
            feeds: asked.feeds.as_ref().map(|kinds| kinds.iter().copied().collect()),
            log: log.to_jsonl().lines().map(|l| serde_json::from_str(l).unwrap()).collect(),
            answer: answer(log, policy, asked),
        }
    }

    /// The question.
    #[must_use]
    pub fn question(&self) -> Question {
        Question {
            at: self.at,
            known_at: self.known_at,
            lens: self.lens,
            audience: self.audience,
            feeds: self.feeds.as_ref().map(|kinds| kinds.iter().copied().collect::<BTreeSet<_>>()),
        }
    }

    /// The text of the log, one record per line.
    #[must_use]
    pub fn log_text(&self) -> String {
        self.log.iter().map(|r| format!("{r}\n")).collect()
    }

    /// The engine's answer to the question under a policy.
    #[must_use]
    pub fn engine_answer(&self, policy: &Policy) -> Value {
        match Log::parse("log", &self.log_text()) {
            Ok(log) => answer(&log, policy, &self.question()),
            Err(refused) => json!({ "error": refused.to_string() }),
        }
    }
}

fn answer(log: &Log, policy: &Policy, asked: &Question) -> Value {
    match assess(log, policy, asked) {
        Ok(answer) => serde_json::to_value(answer).unwrap(),
        Err(none) => json!({ "error": none.to_string() }),
    }
}
