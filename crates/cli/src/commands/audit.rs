//! `risk audit`: what was required over a store's cases, and what became of it.

use chrono::Utc;
use clap::Args;
use risk_core::assessment::answer::{Assessment, Receipt};
use risk_core::assessment::{Question, assess_now, assess_now_until};
use risk_core::cancel::{Cancelled, OverBudget, Stopped};
use risk_core::event::vocabulary::Role;
use risk_core::event::{Instant, Kind, Term};
use risk_core::fold::run::Lens;
use risk_core::log::Log;
use risk_core::policy::Policy;
use risk_reports::measures::{Group, Measures, MeasuresBuilder, disputed_rules};
use risk_store::{Consulted, StoreError};
use serde::Serialize;
use uuid::Uuid;

use crate::failure::Failure;
use crate::identifier::{Identifier, only};
use crate::interrupt;
use crate::options::{AudienceOptions, BudgetOptions, Format, PolicyOptions, moment, term};
use crate::output::Reply;
use crate::progress::counting;
use crate::store::{OpenStore, StoreOptions};
use risk_text::measures as text;

/// Groups by who owns an action, which is no identifier of a case.
const OWNER: &str = "owner";
const SCHEMA: &str = "risk-measures/1";

/// Count how often each action was required in a store's cases, and with what outcome
///
/// Counts actions as done in time, done late, overdue, not yet due, not needed or superseded, as an inspection does; by any identifier of
/// the cases, or by the owner of the action. Cases that cannot be read or exceed the budget are named on standard error, and their number
/// comes first. Small numbers are suppressed, with every other number that would reveal them; publish only one grouping of the same cases.
/// The store's journal records that the cases were counted. Excluded readers do not change the count.
#[derive(Args)]
#[command(after_long_help = "Examples:
  risk audit --audience analyst --by team
  risk audit --audience manager --by owner --lens as_known --at 2018-05-31
  risk audit --audience analyst --suppress-below 10 --format json")]
pub struct Options {
    /// Group by this identifier of the cases, such as team, or by `owner` of the action; can be repeated
    #[arg(long, value_name = "SCHEME")]
    by: Vec<String>,
    /// Only cases with this identifier, as SCHEME:VALUE [default: all cases of the store]
    #[arg(long, value_name = "SCHEME:VALUE", value_parser = Identifier::parse)]
    only: Option<Identifier>,
    /// The moment [default: now]
    #[arg(long, value_name = "MOMENT", value_parser = moment)]
    at: Option<Instant>,
    /// Count only what was recorded by then; default as --at, in hindsight everything
    #[arg(long, value_name = "MOMENT", value_parser = moment)]
    known_at: Option<Instant>,
    /// Count what the service knew at the time, everything known today, or both (one table each)
    #[arg(long, value_parser = term::<Lens>(), value_delimiter = ',', default_value = "as_known,hindsight")]
    lens: Vec<Lens>,
    /// Suppress numbers from 1 to below this, and those that would reveal them; 1 suppresses none
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    suppress_below: u64,
    /// The event kinds that your system can deliver
    #[arg(long, value_name = "KIND,…", value_parser = term::<Kind>(), value_delimiter = ',', hide_possible_values = true)]
    feeds: Option<Vec<Kind>>,
    /// The output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    budget: BudgetOptions,
    #[command(flatten)]
    store: StoreOptions,
    #[command(flatten)]
    policy: PolicyOptions,
    #[command(flatten)]
    audience: AudienceOptions,
}

/// What a program reads.
#[derive(Serialize)]
struct Audit<'a> {
    schema: &'static str,
    at: Instant,
    audience: &'static str,
    receipt: &'a Receipt,
    by: &'a [String],
    suppress_below: Option<u64>,
    /// How many cases could not be counted, as their logs cannot be read or take more work than the budget of a case.
    not_counted: usize,
    lenses: Vec<LensCounts>,
}

#[derive(Serialize)]
struct LensCounts {
    lens: &'static str,
    #[serde(flatten)]
    measures: Measures,
}

/// Counts the actions.
///
/// # Errors
/// [`Failure`] if the store, the policy or the question cannot be used.
pub fn run(options: &Options) -> Result<Reply, Failure> {
    let policy = options.policy.load()?;
    let at = options.at.unwrap_or_else(Utc::now);
    let feeds = options.feeds.as_ref().map(|kinds| kinds.iter().copied().collect());
    let (audience, known_at) = (options.audience.named()?, options.known_at);
    let lenses: Vec<Lens> = [Lens::AsKnown, Lens::Hindsight].into_iter().filter(|l| options.lens.contains(l)).collect();
    let through = |lens: &Lens| Question { at, known_at, lens: *lens, audience, feeds: Option::clone(&feeds) };
    let questions: Vec<Question> = lenses.iter().map(through).collect();
    // Whatever is the same for every case is in the answer to a case without records.
    let empty = assess_now(&Log::new(Uuid::nil()), &policy, questions.first().unwrap_or(&through(&Lens::AsKnown)))?;
    let (counted, not_counted) = count(options, &policy, &questions)?;
    let suppress_below = Some(options.suppress_below).filter(|n| *n > 1);
    let counts = |(lens, counting): (&Lens, MeasuresBuilder)| LensCounts {
        lens: lens.name(),
        measures: counting.finish(suppress_below),
    };
    let audit = Audit {
        schema: SCHEMA,
        at,
        audience: audience.name(),
        receipt: &empty.receipt,
        by: &options.by,
        suppress_below,
        not_counted: not_counted.len(),
        lenses: lenses.iter().zip(counted).map(counts).collect(),
    };
    let reply = match options.format {
        Format::Json => Reply::json(&audit)?,
        Format::Text => {
            let tables = audit.lenses.iter().map(|t| (t.lens, &t.measures));
            Reply::text(text::page(at, audit.not_counted, tables, &options.by, suppress_below, &empty.receipt))
        }
    };
    // Their ids are for whoever looks after the store, and not part of what is published.
    Ok(Reply { remark: not_counted.concat(), ..reply })
}

/// One count for each question; and why cases are in none.
fn count(
    options: &Options,
    policy: &Policy,
    questions: &[Question],
) -> Result<(Vec<MeasuresBuilder>, Vec<String>), Failure> {
    let mut counted = vec![MeasuresBuilder::default(); questions.len()];
    let mut not_counted = Vec::new();
    let OpenStore { store, by, .. } = options.store.operate()?;
    let only = only(options.only.as_ref(), &store)?;
    let known_at = questions.iter().map(|q| q.known_at.unwrap_or(q.at)).max().unwrap_or_else(Utc::now);
    let bar = counting("cases");
    for consulted in store.counted(&by, known_at, only.as_ref())? {
        let Consulted { case_id, identifiers, log } = consulted?;
        bar.inc(1);
        let group: Group = options.by.iter().map(|scheme| identifiers.get(scheme).cloned()).collect();
        let answers = match log {
            Ok(log) => answers(&log, policy, questions, &options.budget)?.map_err(|why| why.to_string()),
            Err(why) => Err(why.to_string()),
        };
        match answers {
            Ok(answers) => {
                for (counting, (answer, disputed)) in counted.iter_mut().zip(answers) {
                    add(counting, &options.by, &group, answer, &disputed);
                }
            }
            Err(why) => not_counted.push(format!("case {case_id} is not counted: {why}\n")),
        }
    }
    Ok((counted, not_counted))
}

/// An answer, and the rules that are disputed in its case.
type Answered = (Assessment, Vec<String>);

/// The answers to one case, each with the rules that are disputed in it: all of them, within the budget of a case, or none.
fn answers(
    log: &Log,
    policy: &Policy,
    questions: &[Question],
    budget: &BudgetOptions,
) -> Result<Result<Vec<Answered>, OverBudget>, Failure> {
    let budget = budget.of_a_case();
    let cancel = interrupt::of_answer().within(&budget);
    let mut answers = Vec::with_capacity(questions.len());
    for question in questions {
        let disputed = disputed_rules(log, policy, question)?;
        match assess_now_until(log, policy, question, cancel) {
            Ok(answer) => answers.push((answer, disputed)),
            Err(Stopped::OverBudget(e)) => return Ok(Err(e)),
            Err(Stopped::NoView(e)) => return Err(e.into()),
            Err(Stopped::Cancelled(Cancelled)) => return Err(StoreError::from(Cancelled).into()),
        }
    }
    Ok(Ok(answers))
}

/// Counts one answer: whole, or the actions of each owner for themselves.
fn add(
    counting: &mut MeasuresBuilder,
    by: &[String],
    group: &[Option<String>],
    answer: Assessment,
    disputed: &[String],
) {
    let Some(place) = by.iter().position(|scheme| scheme == OWNER) else {
        counting.add(group, &answer, disputed);
        return;
    };
    let mut owners: Vec<Role> = answer.actions.iter().map(|action| action.owner).collect();
    owners.sort_unstable();
    owners.dedup();
    for owner in owners {
        let mut theirs = answer.clone();
        theirs.actions.retain(|action| action.owner == owner);
        let rests_on = |rule: &String| theirs.actions.iter().any(|a| a.because.iter().any(|b| b.rule == *rule));
        let disputed: Vec<String> = disputed.iter().filter(|rule| rests_on(rule)).cloned().collect();
        let mut group = group.to_vec();
        if let Some(owned_by) = group.get_mut(place) {
            *owned_by = Some(owner.name().to_owned());
        }
        counting.add(&group, &theirs, &disputed);
    }
}
