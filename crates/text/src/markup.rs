//! HTML that cannot be written unescaped: text becomes markup in one place, and tags are put around markup only.

use risk_core::text::inert_lines;

/// A piece of a page.
#[derive(Debug, Clone, Default)]
pub struct Markup(String);

impl Markup {
    /// Text, escaped; what is not seen and acts on what shows it is shown as its number.
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

    /// What this program itself wrote, such as a style sheet.
    pub fn own(markup: &'static str) -> Self {
        Self(markup.to_owned())
    }

    /// The page's text.
    pub fn finish(self) -> String {
        self.0
    }
}

/// An element around others. Names are this program's own; values are escaped.
pub fn tag<'a>(
    name: &'static str,
    attributes: impl IntoIterator<Item = (&'static str, &'a str)>,
    inside: impl IntoIterator<Item = Markup>,
) -> Markup {
    let mut made = inline_around(name, attributes, inside);
    made.0.push('\n');
    made
}

/// An element in running text, with no line end after it.
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

/// Pieces one after the other.
pub fn all(pieces: impl IntoIterator<Item = Markup>) -> Markup {
    Markup(pieces.into_iter().map(|m| m.0).collect())
}
