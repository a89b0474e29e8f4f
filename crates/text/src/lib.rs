//! Renders answers as text of 80 columns and as HTML. Colour never carries a meaning of its own.

pub mod action;
pub mod analysis;
pub mod assessment;
pub mod briefing;
pub mod briefing_page;
mod briefing_words;
pub mod changes;
pub mod differences;
pub mod explanation;
mod markup;
pub mod measures;
pub mod words;

use std::borrow::Cow;

use anstream::adapter::strip_str;
use anstyle::{AnsiColor, Style};
use risk_core::text::{acts, inert, inert_lines};
use textwrap::{Options, WordSplitter};

/// The style of headings and of anything that must not be missed.
pub const STRONG: Style = Style::new().bold();
/// The style of danger and of overdue actions.
pub const URGENT: Style = AnsiColor::Red.on_default().bold();
/// The style of secondary text.
pub const QUIET: Style = Style::new().dimmed();

const WIDTH: usize = 80;

/// Removes styles from text, for output that is not a terminal.
#[must_use]
pub fn plain(text: &str) -> String {
    strip_str(text).to_string()
}

/// The escape sequences of [`STRONG`], [`URGENT`] and [`QUIET`], and the reset sequence.
const OWN: [&str; 4] = ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[2m", "\u{1b}[31m"];

/// Makes text safe for a terminal: keeps the styles of this crate and shows all other control and invisible
/// characters as numbers. Text from outside must be made [`inert`] before it is combined with styles, because it may
/// contain the same sequences.
#[must_use]
pub fn shown(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|c| acts(c) && c != '\n') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut parts = text.split('\u{1b}');
    out.push_str(&inert_lines(parts.next().unwrap_or_default()));
    for part in parts {
        let sequence = OWN.iter().find(|own| own.strip_prefix('\u{1b}').is_some_and(|own| part.starts_with(own)));
        match sequence {
            Some(own) => {
                out.push_str(own);
                out.push_str(&inert_lines(part.get(own.len().saturating_sub(1)..).unwrap_or_default()));
            }
            None => {
                out.push_str(&inert("\u{1b}"));
                out.push_str(&inert_lines(part));
            }
        }
    }
    Cow::Owned(out)
}

/// Applies a style to text.
#[must_use]
pub fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// A page, built line by line. Control and invisible characters are shown as numbers.
#[derive(Debug, Default)]
pub struct Page(String);

impl Page {
    /// Adds a heading, with an empty line before it.
    pub fn heading(&mut self, title: &str) {
        self.gap();
        self.paragraph("", "", &styled(STRONG, title));
    }

    /// Adds an empty line, unless the page is empty or ends with one.
    pub fn gap(&mut self) {
        if !self.0.is_empty() && !self.0.ends_with("\n\n") {
            self.0.push('\n');
        }
    }

    /// Adds a wrapped paragraph with a prefix for its first line and another for the rest.
    pub fn paragraph(&mut self, first: &str, rest: &str, text: &str) {
        let options = Options::new(WIDTH).initial_indent(first).subsequent_indent(rest).break_words(false);
        // Ids, dates and addresses are never broken, because people copy them.
        for line in textwrap::wrap(text, options.word_splitter(WordSplitter::NoHyphenation)) {
            self.0.push_str(&shown(line.trim_end()));
            self.0.push('\n');
        }
    }

    /// Adds a paragraph indented by a number of columns.
    pub fn indented(&mut self, by: usize, text: &str) {
        let indent = " ".repeat(by);
        self.paragraph(&indent, &indent, text);
    }

    /// Adds a label and its text in two columns.
    pub fn labelled(&mut self, by: usize, label: &str, column: usize, text: &str) {
        let first = format!("{}{label:column$} ", " ".repeat(by));
        let rest = " ".repeat(by.saturating_add(column).saturating_add(1));
        self.paragraph(&first, &rest, text);
    }

    /// Returns the text of the page.
    #[must_use]
    pub fn finish(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_styles_are_kept_and_other_sequences_are_not() {
        for style in [STRONG, URGENT, QUIET] {
            let own = styled(style, "text");
            assert_eq!(shown(&own), own);
        }
        let hostile = "a\u{1b}[2J\u{1b}]0;x\u{7}\u{1b}[8mb\u{1b}[1;31m\u{9b}1m\u{202e}c\rd\u{1b}";
        let expected = r"a\u{1b}[2J\u{1b}]0;x\u{7}\u{1b}[8mb\u{1b}[1;31m\u{9b}1m\u{202e}c\u{d}d\u{1b}";
        assert_eq!(shown(hostile), expected);
        let mut page = Page::default();
        page.labelled(2, "a\u{1b}[2J", 8, "b\u{2066}");
        assert!(!page.finish().chars().any(|c| acts(c) && c != '\n'));
    }
}
