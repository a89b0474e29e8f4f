//! Conditions in words, for people who read policies but do not write them.

use risk_core::policy::condition::{Argument, Asks, Call, Expression, Operand, Question, Word};
use risk_core::policy::model::{Comparison, Condition, Policy};

/// A condition in words; `None` if it always holds. A parameter is named by its title.
pub(crate) fn condition_in_words(condition: &Condition, policy: &Policy) -> Option<String> {
    let expression = Expression::parse(&condition.text).ok()?;
    Some(in_words(&expression, policy))
}

pub(crate) fn in_words(expression: &Expression, policy: &Policy) -> String {
    let each = |parts: &[Expression]| {
        let wrap = |e: &Expression| match e {
            Expression::Is(_) | Expression::Not(_) => in_words(e, policy),
            Expression::All(_) | Expression::Any(_) => format!("({})", in_words(e, policy)),
        };
        parts.iter().map(wrap).collect::<Vec<_>>()
    };
    match expression {
        Expression::Is(question) => question_in_words(question, policy),
        Expression::Not(inner) => format!("it is not so that {}", each(std::slice::from_ref(inner.as_ref())).concat()),
        Expression::All(parts) => each(parts).join(" and "),
        Expression::Any(parts) => each(parts).join(" or "),
    }
}

fn question_in_words(question: &Question, policy: &Policy) -> String {
    let Question { fact, asks } = question;
    if let Some(happened) = happened(fact, asks) {
        let verb = if happened { "there has been" } else { "there has never been" };
        return format!("{verb} {}", events_in_words(fact, policy));
    }
    let subject = call_in_words(fact, policy);
    match asks {
        Asks::IsYes => format!("{subject} is yes"),
        Asks::Compares(how, operand) => {
            format!("{subject} {} {}", comparison_in_words(*how), operand_in_words(operand, policy))
        }
        Asks::OneOf(words) => format!("{subject} is {}", choice(words)),
        Asks::Has(words) => format!("{subject} includes {}", choice(words)),
    }
}

/// Whether the question asks that such events have happened or have not happened: with `ever`, or with `days_since …
/// never`.
fn happened(fact: &Call, asks: &Asks) -> Option<bool> {
    let (ever, since) = (fact.name.text.ends_with("ever"), fact.name.text.ends_with("days_since"));
    match asks {
        Asks::IsYes if ever => Some(true),
        Asks::Compares(how @ (Comparison::Equal | Comparison::NotEqual), Operand::Word(word)) if ever || since => {
            let yes = word.text == "yes" || (since && word.text != "never");
            Some((*how == Comparison::Equal) == yes)
        }
        _ => None,
    }
}

fn call_in_words(call: &Call, policy: &Policy) -> String {
    let spaced = |text: &str| text.replace('_', " ");
    let name = call.name.text.as_str();
    match name.strip_prefix("person.").unwrap_or(name) {
        "count" => return format!("the number of {}", events_in_words(call, policy)),
        "days_since" => return format!("the number of days since {}", events_in_words(call, policy)),
        _ => {}
    }
    let of = call.arguments.iter().map(|a| argument_in_words(a, policy)).collect::<Vec<_>>();
    let of = if of.is_empty() { String::new() } else { format!(" ({})", of.join(", ")) };
    match name.split_once('.') {
        None => format!("{}{of}", spaced(name)),
        Some((whose, what)) => format!("the {whose}'s {}{of}", spaced(what)),
    }
}

/// The events that `ever`, `count` or `days_since` considers: `charged, with offence assault or arson, within 90
/// days`.
fn events_in_words(call: &Call, policy: &Policy) -> String {
    let arguments = call.arguments.iter().map(|a| argument_in_words(a, policy));
    let person = call.name.text.starts_with("person.").then(|| "concerning the person".to_owned());
    arguments.chain(person).collect::<Vec<_>>().join(", ")
}

fn argument_in_words(argument: &Argument, policy: &Policy) -> String {
    match argument {
        Argument::Words(words) => choice(words),
        Argument::Number(days, _) => format!("within {days} days"),
        Argument::Parameter(id) => format!("within {}", title(id, policy)),
        Argument::Filter { field, values, .. } => format!("with {} {}", field.text.replace('_', " "), choice(values)),
    }
}

fn operand_in_words(operand: &Operand, policy: &Policy) -> String {
    match operand {
        Operand::Word(word) => word.text.replace('_', " "),
        Operand::Number(number, _) => number.to_string(),
        Operand::Parameter(id) => title(id, policy),
    }
}

fn title(id: &Word, policy: &Policy) -> String {
    let parameter = policy.parameters.iter().find(|p| p.id == id.text);
    parameter.map_or_else(|| id.text.clone(), |p| format!("the parameter \u{201c}{}\u{201d}", p.title))
}

fn choice(words: &[Word]) -> String {
    words.iter().map(|w| w.text.replace('_', " ")).collect::<Vec<_>>().join(" or ")
}

fn comparison_in_words(how: Comparison) -> &'static str {
    match how {
        Comparison::Equal => "is",
        Comparison::NotEqual => "is not",
        Comparison::Less => "is below",
        Comparison::LessOrEqual => "is at most",
        Comparison::Greater => "is above",
        Comparison::GreaterOrEqual => "is at least",
    }
}
