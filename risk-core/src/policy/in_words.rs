//! Conditions in words, for people who read a policy without writing one.

use super::condition::{Argument, Asks, Call, Expression, Operand, Question, Word};
use super::model::{Comparison, Condition, Policy};

impl Condition {
    /// The condition in words; `None` where it always holds. Numbers that are parameters are named by their title.
    #[must_use]
    pub fn in_words(&self, policy: &Policy) -> Option<String> {
        let expression = Expression::parse(&self.text).ok()?;
        Some(in_words(&expression, policy))
    }
}

fn in_words(expression: &Expression, policy: &Policy) -> String {
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
    let fact = call_in_words(&question.fact, policy);
    let counted = question.fact.name.text.ends_with("days_since");
    match &question.asks {
        Asks::Stands => format!("{fact} is yes"),
        Asks::Compares(Comparison::Equal, Operand::Word(word)) if counted => format!("{fact} is {word}"),
        Asks::Compares(how, operand) => format!("{fact} {} {}", how.in_words(), operand_in_words(operand, policy)),
        Asks::OneOf(words) => format!("{fact} is {}", choice(words)),
        Asks::Has(words) => format!("{fact} includes {}", choice(words)),
    }
}

fn call_in_words(call: &Call, policy: &Policy) -> String {
    let spaced = |text: &str| text.replace('_', " ");
    let of = call.arguments.iter().map(|a| argument_in_words(a, policy)).collect::<Vec<_>>();
    let of = if of.is_empty() { String::new() } else { format!(" ({})", of.join(", ")) };
    match call.name.text.split_once('.') {
        None => format!("{}{of}", spaced(&call.name.text)),
        Some((whose, what)) => format!("the {whose}'s {}{of}", spaced(what)),
    }
}

fn argument_in_words(argument: &Argument, policy: &Policy) -> String {
    match argument {
        Argument::Words(words) => choice(words),
        Argument::Number(days, _) => format!("within {days} days"),
        Argument::Parameter(id) => format!("within {}", title(id, policy)),
        Argument::Filter { field, values, has } => {
            let verb = if *has { "includes" } else { "is" };
            format!("where {} {verb} {}", field.text.replace('_', " "), choice(values))
        }
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

impl Comparison {
    fn in_words(self) -> &'static str {
        match self {
            Self::Equal => "is",
            Self::NotEqual => "is not",
            Self::Less => "is below",
            Self::LessOrEqual => "is at most",
            Self::Greater => "is above",
            Self::GreaterOrEqual => "is at least",
        }
    }
}
