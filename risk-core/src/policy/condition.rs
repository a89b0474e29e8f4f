//! Conditions as the author wrote them: the tree, and its one canonical way of writing.
//!
//! A tree says nothing about whether its facts and words exist; [`super::compile`] asks that.

use std::fmt::{self, Display, Formatter};

use super::model::Comparison;

/// A position in the text of the condition, in bytes. It is not part of the meaning, so all positions compare equal.
#[derive(Debug, Clone, Copy, Default)]
pub struct Position(pub usize);

impl PartialEq for Position {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
impl Eq for Position {}

/// A word: a fact's name, a term, a kind, a field, or a parameter's id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The word.
    pub text: String,
    /// The position in the text.
    pub at: Position,
}

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expression {
    /// One question.
    Is(Question),
    /// Not this.
    Not(Box<Expression>),
    /// All of these; at least two, none of them an `All`.
    All(Vec<Expression>),
    /// Any of these; at least two, none of them an `Any`.
    Any(Vec<Expression>),
}

/// A question about one fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The fact.
    pub fact: Call,
    /// What is asked of it.
    pub asks: Asks,
}

/// What is asked of a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asks {
    /// The fact alone: it is `yes`.
    IsYes,
    /// `FACT op VALUE`.
    Compares(Comparison, Operand),
    /// `FACT in [A, B]`.
    OneOf(Vec<Word>),
    /// `FACT has A`, `FACT has [A, B]`: any of them.
    Has(Vec<Word>),
}

/// The right side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operand {
    /// A term, a level, or `never`.
    Word(Word),
    /// A whole number.
    Number(u32, Position),
    /// `param.ID`.
    Parameter(Word),
}

/// The name of a fact, with its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The name, with its dots: `event.stage`, `person.ever`.
    pub name: Word,
    /// The arguments in parentheses.
    pub arguments: Vec<Argument>,
}

/// One argument of a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Argument {
    /// `A`, or `[A, B]`.
    Words(Vec<Word>),
    /// A number of days.
    Number(u32, Position),
    /// `param.ID`.
    Parameter(Word),
    /// `FIELD = VALUE`, `FIELD in [..]`, `FIELD has ..`.
    Filter {
        /// The field.
        field: Word,
        /// What it is, or has one of.
        values: Vec<Word>,
        /// `has` rather than `=` or `in`.
        has: bool,
    },
}

impl Argument {
    /// Where it begins.
    #[must_use]
    pub fn at(&self) -> Position {
        match self {
            Self::Words(words) => words.first().map_or(Position(0), |w| w.at),
            Self::Number(_, at) => *at,
            Self::Parameter(word) | Self::Filter { field: word, .. } => word.at,
        }
    }
}

impl Expression {
    /// All of these, with an `All` within taken apart.
    #[must_use]
    pub fn all(parts: Vec<Self>) -> Self {
        let flat = parts.into_iter().flat_map(|e| if let Self::All(inner) = e { inner } else { vec![e] }).collect();
        Self::alone_or(flat, Self::All)
    }

    /// Any of these, with an `Any` within taken apart.
    #[must_use]
    pub fn any(parts: Vec<Self>) -> Self {
        let flat = parts.into_iter().flat_map(|e| if let Self::Any(inner) = e { inner } else { vec![e] }).collect();
        Self::alone_or(flat, Self::Any)
    }

    fn alone_or(mut parts: Vec<Self>, many: fn(Vec<Self>) -> Self) -> Self {
        match parts.pop() {
            Some(only) if parts.is_empty() => only,
            last => {
                parts.extend(last);
                many(parts)
            }
        }
    }

    /// Every question, in order.
    #[must_use]
    pub fn questions(&self) -> Vec<&Question> {
        match self {
            Self::Is(question) => vec![question],
            Self::Not(inner) => inner.questions(),
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::questions).collect(),
        }
    }
}

impl Display for Word {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

struct Words<'a>(&'a [Word]);

impl Display for Words<'_> {
    /// One word alone, several in brackets.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let [only] = self.0 { only.fmt(f) } else { write!(f, "[{}]", joined(self.0)) }
    }
}

fn joined<T: Display>(parts: &[T]) -> String {
    parts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

impl Display for Comparison {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        })
    }
}

impl Display for Operand {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(word) => word.fmt(f),
            Self::Number(n, _) => n.fmt(f),
            Self::Parameter(id) => write!(f, "param.{id}"),
        }
    }
}

impl Display for Argument {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Words(words) => Words(words).fmt(f),
            Self::Number(n, _) => n.fmt(f),
            Self::Parameter(id) => write!(f, "param.{id}"),
            Self::Filter { field, values, has: true } => write!(f, "{field} has {}", Words(values)),
            Self::Filter { field, values, has: false } => match values.as_slice() {
                [only] => write!(f, "{field} = {only}"),
                several => write!(f, "{field} in [{}]", joined(several)),
            },
        }
    }
}

impl Display for Call {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.name.fmt(f)?;
        if self.arguments.is_empty() { Ok(()) } else { write!(f, "({})", joined(&self.arguments)) }
    }
}

impl Display for Question {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.fact.fmt(f)?;
        match &self.asks {
            Asks::IsYes => Ok(()),
            Asks::Compares(how, with) => write!(f, " {how} {with}"),
            Asks::OneOf(words) => write!(f, " in [{}]", joined(words)),
            Asks::Has(words) => write!(f, " has {}", Words(words)),
        }
    }
}

impl Display for Expression {
    /// The canonical form: single spaces, and parentheses only where they change the meaning.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let list = |f: &mut Formatter<'_>, parts: &[Self], word: &str, wrap: fn(&Self) -> bool| {
            for (i, part) in parts.iter().enumerate() {
                if i > 0 {
                    write!(f, " {word} ")?;
                }
                if wrap(part) { write!(f, "({part})")? } else { part.fmt(f)? }
            }
            Ok(())
        };
        match self {
            Self::Is(question) => question.fmt(f),
            Self::Not(inner) => match inner.as_ref() {
                Self::All(_) | Self::Any(_) => write!(f, "not ({inner})"),
                Self::Is(_) | Self::Not(_) => write!(f, "not {inner}"),
            },
            Self::All(parts) => list(f, parts, "and", |e| matches!(e, Self::Any(_) | Self::All(_))),
            Self::Any(parts) => list(f, parts, "or", |e| matches!(e, Self::Any(_))),
        }
    }
}
