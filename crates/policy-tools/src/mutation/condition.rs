//! Every small change of a condition: a comparison removed or reversed, a threshold moved by one, a word removed from
//! a list.

use risk_core::event::Term;
use risk_core::event::vocabulary::Level;
use risk_core::policy::condition::{Argument, Asks, Expression, Operand, Question, Word};
use risk_core::policy::model::Comparison;

/// A changed condition. If the condition is `None`, nothing of it is left, so it always holds.
pub(super) struct Variant {
    /// The change, in the terms of the condition.
    pub(super) change: String,
    /// What a test needs in order to detect the change.
    pub(super) hint: String,
    pub(super) condition: Option<Expression>,
}

/// Every condition that differs from this one by one small change.
pub(super) fn variants(condition: &Expression) -> Vec<Variant> {
    let mut variants: Vec<Variant> = Vec::new();
    for (place, question) in condition.questions().into_iter().enumerate() {
        for (change, hint, with) in changes(question) {
            // The same comparison may occur twice.
            let again =
                variants.iter().filter(|v| v.change == change || v.change.starts_with(&format!("{change} ("))).count();
            let change = if again == 0 { change } else { format!("{change} ({})", again.saturating_add(1)) };
            variants.push(Variant { change, hint, condition: replaced(condition, &mut place.clone(), with.as_ref()) });
        }
    }
    variants
}

/// The condition with the question at index `place` replaced, or removed. `place` is counted down to zero on the way.
fn replaced(condition: &Expression, place: &mut usize, with: Option<&Expression>) -> Option<Expression> {
    let mut each = |parts: &[Expression], many: fn(Vec<Expression>) -> Expression| {
        let parts: Vec<Expression> = parts.iter().filter_map(|e| replaced(e, place, with)).collect();
        (!parts.is_empty()).then(|| many(parts))
    };
    match condition {
        Expression::All(parts) => each(parts, Expression::all),
        Expression::Any(parts) => each(parts, Expression::any),
        Expression::Not(inner) => replaced(inner, place, with).map(|e| Expression::Not(Box::new(e))),
        Expression::Is(_) => {
            // After the match the counter wraps round, so it never reaches zero again.
            let here = *place == 0;
            *place = place.wrapping_sub(1);
            if here { with.cloned() } else { Some(condition.clone()) }
        }
    }
}

type Change = (String, String, Option<Expression>);

fn changes(question: &Question) -> Vec<Change> {
    let left_out = (
        format!("`{question}` left out"),
        format!("two events that differ only in `{question}`: true for one, false for the other"),
        None,
    );
    let becomes = |hint: String, with: Expression| (format!("`{question}` becomes `{with}`"), hint, Some(with));
    let asks = |asks: Asks| Expression::Is(Question { asks, ..question.clone() });
    let not = || Expression::Not(Box::new(Expression::Is(question.clone())));
    let either_way = || format!("`{question}` both ways: an event for which it is true, and one for which it is false");
    let mut changes = vec![left_out];
    match &question.asks {
        Asks::IsYes => changes.push(becomes(either_way(), not())),
        Asks::Compares(how, operand) => {
            let on_the_limit = format!("`{question}` at its limit, one below and one above");
            let hint = if how.is_order() { on_the_limit.clone() } else { either_way() };
            changes.push(becomes(hint, asks(Asks::Compares(turned(*how), operand.clone()))));
            let shifted = neighbours(*how, operand).into_iter();
            changes.extend(shifted.map(|o| becomes(on_the_limit.clone(), asks(Asks::Compares(*how, o)))));
        }
        Asks::OneOf(words) | Asks::Has(words) => {
            let list =
                |words| if matches!(question.asks, Asks::Has(_)) { Asks::Has(words) } else { Asks::OneOf(words) };
            changes.push(becomes(either_way(), not()));
            changes.extend(without_each(words).map(|(word, rest)| {
                (
                    format!("`{word}` taken out of `{question}`"),
                    with_word(&question.fact.to_string(), &word),
                    Some(asks(list(rest))),
                )
            }));
        }
    }
    changes.extend(changed_facts(question));
    changes
}

fn with_word(fact: &str, word: &Word) -> String {
    format!("an event for which `{fact}` is `{word}` and no other value of the list applies")
}

/// The comparison with its limit on the other side; `=` becomes `!=`.
fn turned(how: Comparison) -> Comparison {
    match how {
        Comparison::Equal => Comparison::NotEqual,
        Comparison::NotEqual => Comparison::Equal,
        Comparison::Less => Comparison::LessOrEqual,
        Comparison::LessOrEqual => Comparison::Less,
        Comparison::Greater => Comparison::GreaterOrEqual,
        Comparison::GreaterOrEqual => Comparison::Greater,
    }
}

/// The limit moved by one in both directions. A word has neighbours if its list is ordered; a parameter is changed
/// separately.
fn neighbours(how: Comparison, limit: &Operand) -> Vec<Operand> {
    match limit {
        Operand::Number(n, at) => {
            let both = [n.checked_sub(1), n.checked_add(1)];
            both.into_iter().flatten().map(|n| Operand::Number(n, *at)).collect()
        }
        Operand::Word(word) if how.is_order() => {
            let known: Vec<&str> = Level::names().iter().copied().filter(|l| *l != Level::Unknown.name()).collect();
            let moved = |by: fn(usize) -> Option<usize>| {
                let place = known.iter().position(|l| *l == word.text)?;
                let text = (*known.get(by(place)?)?).to_owned();
                Some(Operand::Word(Word { text, at: word.at }))
            };
            [moved(|p| p.checked_sub(1)), moved(|p| p.checked_add(1))].into_iter().flatten().collect()
        }
        Operand::Word(_) | Operand::Parameter(_) => vec![],
    }
}

/// Each word with the list without it; nothing if it is the only word.
fn without_each(words: &[Word]) -> impl Iterator<Item = (Word, Vec<Word>)> {
    let several = if words.len() > 1 { words } else { &[] };
    several.iter().map(|out| (out.clone(), several.iter().filter(|w| *w != out).cloned().collect()))
}

/// Changes of a fact's arguments: `ever([a, b], field in [c, d])`, `count(a, 90)`.
fn changed_facts(question: &Question) -> Vec<Change> {
    let arguments = &question.fact.arguments;
    let with = |arguments: Vec<Argument>| {
        let mut changed = question.clone();
        changed.fact.arguments = arguments;
        Some(Expression::Is(changed))
    };
    let at = |place: usize, argument: Argument| {
        let changed = arguments.iter().enumerate().map(|(i, a)| if i == place { argument.clone() } else { a.clone() });
        with(changed.collect())
    };
    let mut changes = Vec::new();
    for (place, argument) in arguments.iter().enumerate() {
        match argument {
            Argument::Words(kinds) => changes.extend(without_each(kinds).map(|(kind, rest)| {
                let hint = format!("a history in which only `{kind}` makes `{question}` true");
                (format!("`{kind}` taken out of `{question}`"), hint, at(place, Argument::Words(rest)))
            })),
            Argument::Number(days, position) => {
                let moved = [days.checked_sub(1).filter(|d| *d > 0), days.checked_add(1)].into_iter().flatten();
                changes.extend(moved.map(|days| {
                    let hint = format!(
                        "a history in which `{question}` depends on the last day of the window, and one on the day before"
                    );
                    (format!("{days} days in `{question}`"), hint, at(place, Argument::Number(days, *position)))
                }));
            }
            Argument::Filter { field, values, has } => {
                let left = arguments.iter().enumerate().filter(|(i, _)| *i != place).map(|(_, a)| a.clone()).collect();
                let hint = format!("a history in which such an event happened, but without `{argument}`");
                changes.push((format!("`{argument}` left out of `{question}`"), hint, with(left)));
                changes.extend(without_each(values).map(|(value, rest)| {
                    let filter = Argument::Filter { field: field.clone(), values: rest, has: *has };
                    let hint = format!("a history in which `{field}` is `{value}` in the only such event");
                    (format!("`{value}` taken out of `{question}`"), hint, at(place, filter))
                }));
            }
            Argument::Parameter(_) => {}
        }
    }
    changes
}
