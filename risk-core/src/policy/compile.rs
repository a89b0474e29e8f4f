//! A condition's tree compiled to alternatives of simple comparisons (disjunctive normal form).
//!
//! `not` is pushed down to the comparisons and means exactly "is not so": `not recorded(children) >= medium` holds for an
//! unknown level, because an unknown level is not at or above medium. One thing satisfies neither a comparison nor its
//! negation: a parameter that is unset.

use super::condition::{Asks, Expression, Operand, Question, Word};
use super::error::Problem;
use super::fact::{Domain, Fact};
use super::fact_name::{code, common_field, fact, parameter};
use super::model::{Atom, Clause, Comparison, EventSelector, Parameter, Test, Unit};
use super::parse::Fault;
use super::simplify::simplified;

/// More alternatives than this are refused.
pub const MOST_CLAUSES: usize = 64;
/// No intermediate result may grow beyond this, so that compiling stays small whatever is written.
const MOST_INTERMEDIATE: usize = 1024;
/// More questions than this in one condition are refused, for the same reason.
const MOST_QUESTIONS: usize = 128;

/// What a condition is about.
#[derive(Debug, Clone, Copy)]
pub enum About<'a> {
    /// Events of these kinds: `event.FIELD` may be asked where all of them have the field.
    Events(&'a [EventSelector]),
    /// A standing state: no event, and nothing that changes by time alone.
    State,
}

/// Compiles conditions, numbering the facts that they ask about.
#[derive(Debug)]
pub struct Compiler<'a> {
    /// The parameters that may be named.
    pub parameters: &'a [Parameter],
    /// The facts found so far.
    pub facts: Vec<Fact>,
}

/// A fact with all that comparing it needs.
struct Asked {
    fact: usize,
    domain: Domain,
    /// Whether its value can be `never` (or, for an event's number, left out).
    may_be_never: bool,
    /// Whether the word `never` may be written.
    has_never: bool,
}

impl Compiler<'_> {
    /// Compiles a condition.
    ///
    /// # Errors
    /// [`Fault`]s, one for each question that does not make sense, or one for a condition too large or never true.
    pub fn compile(&mut self, expression: &Expression, about: About<'_>) -> Result<Vec<Clause>, Vec<Fault>> {
        let asked = expression.questions().len();
        if asked > MOST_QUESTIONS {
            return Err(vec![Fault { at: 0, problem: Problem::TooLong { found: asked, most: MOST_QUESTIONS } }]);
        }
        let faults: Vec<Fault> =
            expression.questions().into_iter().filter_map(|q| self.tests(q, about, false).err()).collect();
        if !faults.is_empty() {
            return Err(faults);
        }
        let whole = |problem| vec![Fault { at: 0, problem }];
        let clauses = self.alternatives(expression, about, false).map_err(|f| vec![f])?;
        match clauses.len() {
            0 => Err(whole(Problem::NeverHolds)),
            found if found > MOST_CLAUSES => Err(whole(Problem::TooLarge { found, most: MOST_CLAUSES })),
            _ => Ok(clauses),
        }
    }

    fn alternatives(&mut self, e: &Expression, about: About<'_>, negated: bool) -> Result<Vec<Clause>, Fault> {
        match (e, negated) {
            (Expression::Is(question), _) => {
                let (fact, tests) = self.tests(question, about, negated)?;
                Ok(simplified(tests.into_iter().map(|test| Clause(vec![Atom { fact, test }])).collect()))
            }
            (Expression::Not(inner), _) => self.alternatives(inner, about, !negated),
            (Expression::Any(parts), false) | (Expression::All(parts), true) => {
                let mut any = Vec::new();
                for part in parts {
                    any.extend(self.alternatives(part, about, negated)?);
                }
                Ok(simplified(any))
            }
            (Expression::All(parts), false) | (Expression::Any(parts), true) => {
                let mut all = vec![Clause::default()];
                for part in parts {
                    all = product(&all, &self.alternatives(part, about, negated)?)?;
                }
                Ok(all)
            }
        }
    }

    fn asked(&mut self, question: &Question, about: About<'_>) -> Result<Asked, Fault> {
        let call = &question.fact;
        let at = call.name.at.0;
        let fail = |problem| Fault { at, problem };
        let (fact, domain, may_be_never) = match (call.name.text.strip_prefix("event."), about) {
            (Some(_), About::State) => return Err(fail(Problem::NoEvent { fact: call.to_string() })),
            (Some(_), _) if !call.arguments.is_empty() => {
                return Err(Fault::expected(
                    at,
                    format!("`{}` with nothing in parentheses", call.name),
                    format!("`{call}`"),
                ));
            }
            (Some(field), About::Events(kinds)) => {
                let (field, domain, absent) = common_field(kinds, field).map_err(fail)?;
                (Fact::Event(field), domain, absent)
            }
            (None, _) => {
                let fact = fact(call, self.parameters)?;
                let (domain, never) = (fact.domain(), matches!(fact, Fact::DaysSince { .. }));
                (fact, domain, never)
            }
        };
        if matches!(about, About::State) && fact.time_driven() {
            return Err(fail(Problem::TimeDriven { fact: call.to_string() }));
        }
        let has_never = matches!(fact, Fact::DaysSince { .. });
        Ok(Asked { fact: self.place_of(fact), domain, may_be_never, has_never })
    }

    fn place_of(&mut self, fact: Fact) -> usize {
        self.facts.iter().position(|f| *f == fact).unwrap_or_else(|| {
            self.facts.push(fact);
            self.facts.len().saturating_sub(1)
        })
    }

    /// The tests of the question's fact, any of which answers the question with yes (negated: with no).
    fn tests(&mut self, question: &Question, about: About<'_>, negated: bool) -> Result<(usize, Vec<Test>), Fault> {
        let asked = self.asked(question, about)?;
        let at = question.fact.name.at.0;
        let name = question.fact.to_string();
        let tests = match (&question.asks, &asked.domain) {
            (Asks::IsYes, domain) => match domain.code("yes") {
                Some(yes) if !matches!(domain, Domain::ManyTerms(_)) => in_mask(domain, bit(yes), negated),
                _ => return Err(Fault::expected(at, format!("`{name}` with a comparison"), format!("`{name}` alone"))),
            },
            (Asks::Has(words), Domain::ManyTerms(_)) => {
                let mask = mask(&asked.domain, words)?;
                vec![if negated { Test::HasNone(mask) } else { Test::Has(mask) }]
            }
            (Asks::Has(_), _) => {
                return Err(Fault::expected(at, "`=` or `in`: the fact has one value", format!("`{name} has`")));
            }
            (_, Domain::ManyTerms(_)) => {
                return Err(Fault::expected(
                    at,
                    "`has`: the fact is a list",
                    format!("another comparison of `{name}`"),
                ));
            }
            (Asks::OneOf(words), Domain::Terms(_) | Domain::Level) => {
                in_mask(&asked.domain, mask(&asked.domain, words)?, negated)
            }
            (Asks::OneOf(_), Domain::Number { .. }) => {
                return Err(Fault::expected(at, "a comparison with a number", format!("`{name} in`")));
            }
            (Asks::Compares(how, operand), Domain::Number { max }) => {
                self.number_tests(&asked, *max, *how, operand, negated)?
            }
            (Asks::Compares(how, Operand::Word(word)), domain) => {
                in_mask(domain, compared_mask(domain, *how, word, &name)?, negated)
            }
            (Asks::Compares(_, Operand::Number(number, at)), domain) => {
                return Err(Fault::expected(at.0, one_of_words(domain), format!("`{number}`")));
            }
            (Asks::Compares(_, Operand::Parameter(id)), domain) => {
                return Err(Fault::expected(id.at.0, one_of_words(domain), format!("`param.{id}`")));
            }
        };
        Ok((asked.fact, tests))
    }

    fn number_tests(
        &self,
        asked: &Asked,
        max: u32,
        how: Comparison,
        operand: &Operand,
        negated: bool,
    ) -> Result<Vec<Test>, Fault> {
        let mut tests = match operand {
            Operand::Number(number, at) if *number > max => {
                return Err(Fault::expected(at.0, format!("a whole number from 0 to {max}"), format!("`{number}`")));
            }
            Operand::Number(number, _) => intervals(if negated { how.opposite() } else { how }, *number, max),
            Operand::Parameter(id) => {
                let units: &[Unit] = if asked.has_never { &[Unit::Days] } else { &[Unit::Count, Unit::Days] };
                let place = parameter(id, units, self.parameters)?;
                vec![Test::Compare(if negated { how.opposite() } else { how }, place)]
            }
            Operand::Word(word) if word.text == "never" && asked.has_never => {
                return match how {
                    Comparison::Equal => Ok(vec![Test::Never(!negated)]),
                    Comparison::NotEqual => Ok(vec![Test::Never(negated)]),
                    _ => Err(Fault::expected(word.at.0, "`= never` or `!= never`", format!("`{how} never`"))),
                };
            }
            Operand::Word(word) => {
                let never = if asked.has_never { ", or `never`" } else { "" };
                let expected = format!("a whole number from 0 to {max} or `param.ID`{never}");
                return Err(Fault::expected(word.at.0, expected, crate::event::field::describe_text(&word.text)));
            }
        };
        if negated && asked.may_be_never {
            tests.push(Test::Never(true));
        }
        Ok(tests)
    }
}

impl Comparison {
    /// What holds of two numbers where this does not.
    #[must_use]
    pub fn opposite(self) -> Self {
        match self {
            Self::Equal => Self::NotEqual,
            Self::NotEqual => Self::Equal,
            Self::Less => Self::GreaterOrEqual,
            Self::LessOrEqual => Self::Greater,
            Self::Greater => Self::LessOrEqual,
            Self::GreaterOrEqual => Self::Less,
        }
    }

    /// Whether it is one of `<`, `<=`, `>`, `>=`.
    #[must_use]
    pub fn is_order(self) -> bool {
        !matches!(self, Self::Equal | Self::NotEqual)
    }

    /// Whether it holds of two values in order.
    #[must_use]
    pub fn holds<T: Ord>(self, left: T, right: T) -> bool {
        match self {
            Self::Equal => left == right,
            Self::NotEqual => left != right,
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
        }
    }
}

fn bit(code: u32) -> u64 {
    1_u64.checked_shl(code).unwrap_or(0)
}

/// One bit for each of the words.
fn full(domain: &Domain) -> u64 {
    (0..).zip(domain.words().unwrap_or_default()).fold(0, |all, (code, _)| all | bit(code))
}

fn in_mask(domain: &Domain, mask: u64, negated: bool) -> Vec<Test> {
    let mask = if negated { full(domain) & !mask } else { mask };
    // Asking for every word asks nothing: an interval that every value is in says so to the simplifier.
    vec![if mask == full(domain) { Test::Between(0, u32::MAX) } else { Test::In(mask) }]
}

fn mask(domain: &Domain, words: &[Word]) -> Result<u64, Fault> {
    words.iter().try_fold(0, |mask, word| Ok(mask | bit(code(domain, word)?)))
}

fn one_of_words(domain: &Domain) -> String {
    format!("one of {}", domain.words().unwrap_or_default().join(", "))
}

/// The words that compare so with this one. Order is of levels only, and unknown has no place in it.
fn compared_mask(domain: &Domain, how: Comparison, word: &Word, name: &str) -> Result<u64, Fault> {
    let code = code(domain, word)?;
    let ordered = matches!(domain, Domain::Level);
    match how {
        Comparison::Equal => Ok(bit(code)),
        Comparison::NotEqual => Ok(full(domain) & !bit(code)),
        _ if !ordered => Err(Fault::expected(
            word.at.0,
            format!("`=`, `!=` or `in`: the words of `{name}` have no order"),
            format!("`{how}`"),
        )),
        _ if word.text == "unknown" => Err(Fault::expected(
            word.at.0,
            "a level from low to very_high: unknown has no place in the order",
            "`unknown`",
        )),
        _ => {
            let known = (0..).zip(domain.words().unwrap_or_default()).filter(|(_, w)| **w != "unknown");
            Ok(known.filter(|(level, _)| how.holds(*level, code)).fold(0, |mask, (level, _)| mask | bit(level)))
        }
    }
}

/// The numbers from 0 to `max` that compare so with this one.
#[doc(hidden)]
pub fn intervals(how: Comparison, number: u32, max: u32) -> Vec<Test> {
    let below = number.checked_sub(1).map(|high| Test::Between(0, high));
    let above = number.checked_add(1).filter(|low| *low <= max).map(|low| Test::Between(low, max));
    let exactly = Test::Between(number, number);
    match how {
        Comparison::Equal => vec![exactly],
        Comparison::NotEqual => below.into_iter().chain(above).collect(),
        Comparison::Less => below.into_iter().collect(),
        Comparison::LessOrEqual => vec![Test::Between(0, number)],
        Comparison::Greater => above.into_iter().collect(),
        Comparison::GreaterOrEqual => vec![Test::Between(number, max)],
    }
}

fn product(left: &[Clause], right: &[Clause]) -> Result<Vec<Clause>, Fault> {
    let found = left.len().saturating_mul(right.len());
    if found > MOST_INTERMEDIATE {
        return Err(Fault { at: 0, problem: Problem::TooLarge { found, most: MOST_CLAUSES } });
    }
    let both = |l: &Clause, r: &Clause| Clause(l.0.iter().chain(&r.0).cloned().collect());
    Ok(simplified(left.iter().flat_map(|l| right.iter().map(move |r| both(l, r))).collect()))
}
