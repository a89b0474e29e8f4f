//! HTML that is always escaped: text becomes markup in one place, and tags only enclose markup.

use risk_core::text::inert_lines;

/// A piece of HTML.
#[derive(Debug, Clone, Default)]
pub struct Markup(String);

impl Markup {
    /// Escapes text; control and invisible characters are shown as numbers.
    pub fn text(text: &str) -> Self {
        let text = inert_lines(text);
        let mut escaped = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                '&' => escaped.push_str("&amp;"),
                '<' => escaped.push_str("&lt;"),
                '>' => escaped.push_str("&gt;"),
                '"' => escaped.push_str("&quot;"),
                '\'' => escaped.push_str("&#39;"),
                other => escaped.push(other),
            }
        }
        Self(escaped)
    }

    /// Markup that is part of this program, such as a style sheet.
    pub fn own(markup: &'static str) -> Self {
        Self(markup.to_owned())
    }

    /// Returns the HTML.
    pub fn finish(self) -> String {
        self.0
    }
}

/// An element that contains others. Names come from this program; values are escaped.
pub fn tag<'a>(
    name: &'static str,
    attributes: impl IntoIterator<Item = (&'static str, &'a str)>,
    inside: impl IntoIterator<Item = Markup>,
) -> Markup {
    let mut made = inline_around(name, attributes, inside);
    made.0.push('\n');
    made
}

/// An inline element, without a line end after it.
pub fn inline<'a>(
    name: &'static str,
    attributes: impl IntoIterator<Item = (&'static str, &'a str)>,
    text: &str,
) -> Markup {
    inline_around(name, attributes, [Markup::text(text)])
}

fn inline_around<'a>(
    name: &'static str,
    attributes: impl IntoIterator<Item = (&'static str, &'a str)>,
    inside: impl IntoIterator<Item = Markup>,
) -> Markup {
    let attributes = attributes.into_iter().map(|(name, value)| format!(" {name}=\"{}\"", Markup::text(value).0));
    let (attributes, inside): (String, String) = (attributes.collect(), inside.into_iter().map(|m| m.0).collect());
    Markup(format!("<{name}{attributes}>{inside}</{name}>"))
}

/// Joins pieces.
pub fn all(pieces: impl IntoIterator<Item = Markup>) -> Markup {
    Markup(pieces.into_iter().map(|m| m.0).collect())
}
