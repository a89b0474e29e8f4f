//! HTML that cannot be written unescaped: text becomes markup in one place, and tags are put around markup only.

/// A piece of a page.
#[derive(Debug, Clone, Default)]
pub struct Markup(String);

impl Markup {
    /// Text, escaped.
    pub fn text(text: &str) -> Self {
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
pub fn tag(
    name: &'static str,
    attributes: &[(&'static str, &str)],
    inside: impl IntoIterator<Item = Markup>,
) -> Markup {
    let attributes: String =
        attributes.iter().map(|(name, value)| format!(" {name}=\"{}\"", Markup::text(value).0)).collect();
    let inside: String = inside.into_iter().map(|m| m.0).collect();
    Markup(format!("<{name}{attributes}>{inside}</{name}>\n"))
}

/// An element in running text: no line end after it.
pub fn inline(name: &'static str, attributes: &[(&'static str, &str)], text: &str) -> Markup {
    let mut made = tag(name, attributes, [Markup::text(text)]);
    made.0.truncate(made.0.trim_end().len());
    made
}

/// Pieces one after the other.
pub fn all(pieces: impl IntoIterator<Item = Markup>) -> Markup {
    Markup(pieces.into_iter().map(|m| m.0).collect())
}
