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

use anstream::adapter::strip_str;
use anstyle::{AnsiColor, Style};
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

/// The text in that style.
#[must_use]
pub fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// A page that grows line by line.
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
            self.0.push_str(line.trim_end());
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
