//! Texts of a policy in Markdown.

/// The text so that Markdown shows it as it is: no tag, link, emphasis, attribute or table can come of it, and it stays on its
/// line.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let after = rest.peek().copied().unwrap_or(' ');
        match c {
            '<' => out.push_str("&lt;"),
            '&' if after.is_ascii_alphabetic() || after == '#' => out.push_str("&amp;"),
            '\n' | '\t' => out.push(' '),
            '\\' | '`' | '*' | '[' | ']' | '{' | '|' | '~' => out.extend(['\\', c]),
            // Within a word it is no emphasis.
            '_' if !before.is_alphanumeric() || !after.is_alphanumeric() => out.extend(['\\', c]),
            c => out.push(c),
        }
        before = c;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn markup_of_a_text_is_shown_and_words_stay_as_they_are() {
        assert_eq!(escaped("review_risk within 5 days – £5 & more"), "review_risk within 5 days – £5 & more");
        assert_eq!(
            escaped("<img src=x onerror=alert(1)> [a](javascript:alert(1)) **b** _c_ `d` &lt; {: onclick=e }\n# f"),
            "&lt;img src=x onerror=alert(1)> \\[a\\](javascript:alert(1)) \\*\\*b\\*\\* \\_c\\_ \\`d\\` &amp;lt; \
             \\{: onclick=e } # f"
        );
    }
}
