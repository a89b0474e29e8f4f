//! The text of a condition, read: a lexer, and a parser by recursive descent.

use super::condition::{Argument, Asks, Call, Expression, Operand, Position, Question, Word};
use super::error::Problem;
use super::fact::MAX_NUMBER;
use super::model::Comparison;
use crate::event::field::describe_text;

/// How deep parentheses and `not` may nest; more is a mistake or an attack, and recursion has to end.
const MAX_DEPTH: usize = 32;

/// What is wrong with a condition, and where in its text (in bytes).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub at: usize,
    /// What.
    pub problem: Problem,
}

impl Fault {
    pub(super) fn expected(at: usize, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { at, problem: Problem::Mismatch { expected: expected.into(), found: found.into() } }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    Word(&'a str),
    Number(&'a str),
    Compare(Comparison),
    Open,
    Close,
    OpenList,
    CloseList,
    Comma,
    End,
}

impl Token<'_> {
    fn describe(self) -> String {
        match self {
            Self::Word(text) | Self::Number(text) => describe_text(text),
            Self::Compare(how) => format!("`{how}`"),
            Self::Open => "`(`".to_owned(),
            Self::Close => "`)`".to_owned(),
            Self::OpenList => "`[`".to_owned(),
            Self::CloseList => "`]`".to_owned(),
            Self::Comma => "`,`".to_owned(),
            Self::End => "the end of the condition".to_owned(),
        }
    }
}

/// The token that `rest` begins with, and its length in bytes.
fn token(rest: &str) -> Option<(Token<'_>, usize)> {
    let run = |fits: fn(char) -> bool| {
        let end = rest.find(|c| !fits(c)).unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default()
    };
    const SYMBOLS: [(&str, Token<'static>); 11] = [
        ("!=", Token::Compare(Comparison::NotEqual)),
        ("<=", Token::Compare(Comparison::LessOrEqual)),
        (">=", Token::Compare(Comparison::GreaterOrEqual)),
        ("<", Token::Compare(Comparison::Less)),
        (">", Token::Compare(Comparison::Greater)),
        ("=", Token::Compare(Comparison::Equal)),
        ("(", Token::Open),
        (")", Token::Close),
        ("[", Token::OpenList),
        ("]", Token::CloseList),
        (",", Token::Comma),
    ];
    match rest.chars().next() {
        None => Some((Token::End, 0)),
        Some('a'..='z') => {
            let word = run(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '.'));
            Some((Token::Word(word), word.len()))
        }
        Some('0'..='9') => {
            let number = run(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
            Some((Token::Number(number), number.len()))
        }
        Some(_) => SYMBOLS.iter().find(|(s, _)| rest.starts_with(s)).map(|(s, t)| (*t, s.len())),
    }
}

struct Parser<'a> {
    tokens: Vec<(Token<'a>, usize)>,
    next: usize,
    depth: usize,
}

impl Expression {
    /// Reads a condition.
    ///
    /// # Errors
    /// [`Fault`] with the place in the text, what was expected and what was found.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let mut parser = Parser { tokens: tokens(text)?, next: 0, depth: 0 };
        let expression = parser.any()?;
        match parser.peek() {
            Token::End => Ok(expression),
            _ => Err(parser.unexpected("`and`, `or` or the end of the condition")),
        }
    }
}

fn tokens(text: &str) -> Result<Vec<(Token<'_>, usize)>, Fault> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    loop {
        let at = text.len().saturating_sub(rest.len());
        let (token, length) = token(rest).ok_or_else(|| {
            let found = rest.chars().next().map(String::from).unwrap_or_default();
            Fault::expected(at, "a fact, a value, `and`, `or`, `not`, a comparison, `(`, `)`, `[`, `]` or `,`", found)
        })?;
        tokens.push((token, at));
        if token == Token::End {
            return Ok(tokens);
        }
        rest = rest.get(length..).unwrap_or_default().trim_start();
    }
}

const KEYWORDS: [&str; 5] = ["and", "or", "not", "in", "has"];

impl<'a> Parser<'a> {
    fn peek(&self) -> Token<'a> {
        self.tokens.get(self.next).map_or(Token::End, |(t, _)| *t)
    }

    fn at(&self) -> usize {
        self.tokens.get(self.next).map_or(0, |(_, at)| *at)
    }

    fn take(&mut self, token: Token<'_>) -> bool {
        let fits = self.peek() == token;
        if fits {
            self.next = self.next.saturating_add(1);
        }
        fits
    }

    fn require(&mut self, token: Token<'_>) -> Result<(), Fault> {
        if self.take(token) { Ok(()) } else { Err(self.unexpected(&token.describe())) }
    }

    fn unexpected(&self, expected: &str) -> Fault {
        Fault::expected(self.at(), expected, self.peek().describe())
    }

    fn any(&mut self) -> Result<Expression, Fault> {
        let mut parts = vec![self.all()?];
        while self.take(Token::Word("or")) {
            parts.push(self.all()?);
        }
        Ok(Expression::any(parts))
    }

    fn all(&mut self) -> Result<Expression, Fault> {
        let mut parts = vec![self.unary()?];
        while self.take(Token::Word("and")) {
            parts.push(self.unary()?);
        }
        Ok(Expression::all(parts))
    }

    fn unary(&mut self) -> Result<Expression, Fault> {
        if self.depth >= MAX_DEPTH {
            return Err(Fault { at: self.at(), problem: Problem::TooDeep(MAX_DEPTH) });
        }
        self.depth = self.depth.saturating_add(1);
        let expression = if self.take(Token::Word("not")) {
            Expression::Not(Box::new(self.unary()?))
        } else if self.take(Token::Open) {
            let inner = self.any()?;
            self.require(Token::Close)?;
            inner
        } else {
            Expression::Is(self.question()?)
        };
        self.depth = self.depth.saturating_sub(1);
        Ok(expression)
    }

    fn question(&mut self) -> Result<Question, Fault> {
        let fact = self.call()?;
        let asks = if let Token::Compare(how) = self.peek() {
            self.next = self.next.saturating_add(1);
            Asks::Compares(how, self.operand()?)
        } else if self.take(Token::Word("in")) {
            Asks::OneOf(self.list()?)
        } else if self.take(Token::Word("has")) {
            Asks::Has(self.word_or_list("a word or a list such as [a, b]")?)
        } else {
            Asks::IsYes
        };
        Ok(Question { fact, asks })
    }

    fn call(&mut self) -> Result<Call, Fault> {
        let name = self.word("a fact, `not` or `(`")?;
        let mut arguments = Vec::new();
        if self.take(Token::Open) {
            arguments.push(self.argument()?);
            while self.take(Token::Comma) {
                arguments.push(self.argument()?);
            }
            self.require(Token::Close)?;
        }
        Ok(Call { name, arguments })
    }

    fn argument(&mut self) -> Result<Argument, Fault> {
        match self.operand_or_list()? {
            Ok(words) => Ok(Argument::Words(words)),
            Err(Operand::Number(n, at)) => Ok(Argument::Number(n, at)),
            Err(Operand::Parameter(id)) => Ok(Argument::Parameter(id)),
            Err(Operand::Word(field)) => {
                if self.take(Token::Compare(Comparison::Equal)) {
                    Ok(Argument::Filter { field, values: vec![self.word("a word of the field's list")?], has: false })
                } else if self.take(Token::Word("in")) {
                    Ok(Argument::Filter { field, values: self.list()?, has: false })
                } else if self.take(Token::Word("has")) {
                    let values = self.word_or_list("a word or a list such as [a, b]")?;
                    Ok(Argument::Filter { field, values, has: true })
                } else {
                    Ok(Argument::Words(vec![field]))
                }
            }
        }
    }

    fn operand_or_list(&mut self) -> Result<Result<Vec<Word>, Operand>, Fault> {
        if self.peek() == Token::OpenList { self.list().map(Ok) } else { self.operand().map(Err) }
    }

    fn operand(&mut self) -> Result<Operand, Fault> {
        let at = Position(self.at());
        if let Token::Number(digits) = self.peek() {
            let expected = format!("a whole number from 0 to {MAX_NUMBER}");
            let number = digits.parse().ok().filter(|n: &u32| *n <= MAX_NUMBER && digits == n.to_string());
            let number = number.ok_or_else(|| self.unexpected(&expected))?;
            self.next = self.next.saturating_add(1);
            return Ok(Operand::Number(number, at));
        }
        let word = self.word("a word, a whole number or `param.ID`")?;
        match word.text.strip_prefix("param.") {
            Some(id) => Ok(Operand::Parameter(Word { text: id.to_owned(), at })),
            None => Ok(Operand::Word(word)),
        }
    }

    fn word_or_list(&mut self, expected: &str) -> Result<Vec<Word>, Fault> {
        if self.peek() == Token::OpenList { self.list() } else { Ok(vec![self.word(expected)?]) }
    }

    fn list(&mut self) -> Result<Vec<Word>, Fault> {
        if !self.take(Token::OpenList) {
            return Err(self.unexpected("a list such as [a, b]"));
        }
        let mut words = vec![self.listed()?];
        while self.take(Token::Comma) {
            words.push(self.listed()?);
        }
        if !self.take(Token::CloseList) {
            return Err(self.unexpected("`,` or `]`"));
        }
        Ok(words)
    }

    /// A word of a list. A parameter is a number and never one of them: printed without its brackets it would be a window.
    fn listed(&mut self) -> Result<Word, Fault> {
        match self.peek() {
            Token::Word(text) if text.starts_with("param.") => Err(self.unexpected("a word")),
            _ => self.word("a word"),
        }
    }

    fn word(&mut self, expected: &str) -> Result<Word, Fault> {
        match self.peek() {
            Token::Word(text) if !KEYWORDS.contains(&text) => {
                let word = Word { text: text.to_owned(), at: Position(self.at()) };
                self.next = self.next.saturating_add(1);
                Ok(word)
            }
            _ => Err(self.unexpected(expected)),
        }
    }
}
