//! How answers are laid out for people: at 80 columns, with colour that never carries a meaning of its own.

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

/// Headings, and what must not be missed.
pub const STRONG: Style = Style::new().bold();
/// Danger, and what is overdue.
pub const URGENT: Style = AnsiColor::Red.on_default().bold();
/// What can be passed over.
pub const QUIET: Style = Style::new().dimmed();

const WIDTH: usize = 80;

/// The text without its styles: for what is no terminal.
#[must_use]
pub fn plain(text: &str) -> String {
    strip_str(text).to_string()
}

/// The sequences of which [`STRONG`], [`URGENT`] and [`QUIET`] are made, and that which ends them.
const OWN: [&str; 4] = ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[2m", "\u{1b}[31m"];

/// The text as a terminal may have it: the styles of this crate stay, and whatever else is not seen and acts on what shows it is
/// shown as its number. Text from outside has to be made [`inert`] before it is put beside styles, as it may hold theirs.
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

/// The text in that style.
#[must_use]
pub fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// A page that grows line by line. What is not seen and acts on what shows it is shown as its number.
#[derive(Debug, Default)]
pub struct Page(String);

impl Page {
    /// A heading, set off from what stands before it.
    pub fn heading(&mut self, title: &str) {
        self.gap();
        self.paragraph("", "", &styled(STRONG, title));
    }

    /// An empty line, unless the page is at one or at its top.
    pub fn gap(&mut self) {
        if !self.0.is_empty() && !self.0.ends_with("\n\n") {
            self.0.push('\n');
        }
    }

    /// A paragraph, wrapped: what its first line begins with, and what all others do.
    pub fn paragraph(&mut self, first: &str, rest: &str, text: &str) {
        let options = Options::new(WIDTH).initial_indent(first).subsequent_indent(rest).break_words(false);
        // Ids, dates and addresses are never broken: people copy them.
        for line in textwrap::wrap(text, options.word_splitter(WordSplitter::NoHyphenation)) {
            self.0.push_str(&shown(line.trim_end()));
            self.0.push('\n');
        }
    }

    /// A paragraph so many columns in.
    pub fn indented(&mut self, by: usize, text: &str) {
        let indent = " ".repeat(by);
        self.paragraph(&indent, &indent, text);
    }

    /// A label and what belongs to it, in two columns.
    pub fn labelled(&mut self, by: usize, label: &str, column: usize, text: &str) {
        let first = format!("{}{label:column$} ", " ".repeat(by));
        let rest = " ".repeat(by.saturating_add(column).saturating_add(1));
        self.paragraph(&first, &rest, text);
    }

    /// The text.
    #[must_use]
    pub fn finish(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_styles_stay_and_no_other_sequence_does() {
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
