//! Escaping of policy text in Markdown.

/// Escapes text so that Markdown shows it unchanged: it forms no tag, link, emphasis, attribute or table, and stays
/// on one line.
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
            // Within a word, an underscore does not start emphasis.
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
    fn markup_is_escaped_and_plain_words_are_unchanged() {
        assert_eq!(escaped("review_risk within 5 days – £5 & more"), "review_risk within 5 days – £5 & more");
        assert_eq!(
            escaped("<img src=x onerror=alert(1)> [a](javascript:alert(1)) **b** _c_ `d` &lt; {: onclick=e }\n# f"),
            "&lt;img src=x onerror=alert(1)> \\[a\\](javascript:alert(1)) \\*\\*b\\*\\* \\_c\\_ \\`d\\` &amp;lt; \
             \\{: onclick=e } # f"
        );
    }
}
