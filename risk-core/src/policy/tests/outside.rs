//! What a policy says reaches terminals, pages and notebooks: nothing in it may act on them.

use super::{SAMPLE, sample};
use crate::policy::Policy;

const QUOTE: &str = "quote = \"she felt \\\"unsafe\\\"\"";

/// A character that acts, as a policy may be written with it, and how it is named.
const ACTING: [(char, &str); 14] = [
    ('\u{1b}', "U+001B"),
    ('\u{7}', "U+0007"),
    ('\u{7f}', "U+007F"),
    ('\u{9b}', "U+009B"),
    ('\u{85}', "U+0085"),
    ('\u{ad}', "U+00AD"),
    ('\u{61c}', "U+061C"),
    ('\u{200b}', "U+200B"),
    ('\u{200e}', "U+200E"),
    ('\u{202e}', "U+202E"),
    ('\u{2028}', "U+2028"),
    ('\u{2066}', "U+2066"),
    ('\u{feff}', "U+FEFF"),
    ('\u{e0041}', "U+E0041"),
];

/// The places of everything that is wrong with the sample, once a text of it is another.
fn refused(from: &str, to: &str) -> String {
    let files = SAMPLE.map(|(name, text)| (name, text.replacen(from, to, 1)));
    assert!(files.iter().any(|(_, text)| text.contains(to)), "{from}");
    let files = files.each_ref().map(|(name, text)| (*name, text.as_str()));
    Policy::load(&files).expect_err(to).to_string()
}

#[test]
fn a_character_that_acts_is_refused_with_its_place_and_its_number_in_every_text_and_name() {
    for text in [
        "title = \"A sample policy",
        "title = \"The Partner Link Worker reports",
        "version = \"1.0",
        "publisher = \"",
        "at = \"s",
        "quote = \"she felt",
        "not_executable = \"no event",
        "name = \"",
    ] {
        assert!(SAMPLE.iter().any(|(_, sample)| sample.contains(text)), "the sample has no {text}");
        for (acts, number) in ACTING {
            for written in [acts.to_string(), format!("\\U{:08X}", u32::from(acts))] {
                let errors = refused(text, &format!("{text}{written}"));
                let named = errors.lines().any(|e| e.starts_with("sample/") && e.contains(&format!(": {number} ")));
                assert!(named, "{text} {number}: {errors}");
                assert!(!errors.contains(acts), "{errors}");
            }
        }
    }
}

#[test]
fn a_comment_and_a_key_may_not_act_either_and_the_column_is_that_of_the_character() {
    let errors = refused("title = \"A sample policy\"", "title = \"A sample policy\" # a \u{202e}b");
    let line = SAMPLE[0].1.lines().position(|line| line.starts_with("title")).unwrap() + 1;
    assert!(errors.starts_with(&format!("sample/head.toml:{line}:31: U+202E is invisible")), "{errors}");
    let errors = refused("title = \"A sample policy\"", "\"ti\\u200Btle\" = \"A sample policy\"");
    assert!(errors.starts_with(&format!("sample/head.toml:{line}:1: U+200B")), "{errors}");
}

#[test]
fn a_line_break_stands_only_where_a_text_may_have_several_lines() {
    for to in ["title = \"A sample\\npolicy\"", "title = \"A sample\\tpolicy\"", "title = \"\"\"A sample\npolicy\"\"\""]
    {
        let errors = refused("title = \"A sample policy\"", to);
        assert!(errors.contains("expected text without line breaks and tabs"), "{errors}");
    }
    for breaks in ["\n", "\r\n"] {
        let files = SAMPLE.map(|(name, text)| {
            (name, text.replacen(QUOTE, "quote = \"\"\"she\n\tfelt\"\"\"", 1).replace('\n', breaks))
        });
        assert!(files.iter().any(|(_, text)| text.contains("she")), "{QUOTE}");
        let files = files.each_ref().map(|(name, text)| (*name, text.as_str()));
        Policy::load(&files).unwrap_or_else(|errors| panic!("{errors}"));
    }
}

#[test]
fn a_byte_order_mark_in_front_of_a_policy_and_of_an_overlay_is_passed_over() {
    let marked = SAMPLE.map(|(name, text)| (name, format!("\u{feff}{text}")));
    let files = marked.each_ref().map(|(name, text)| (*name, text.as_str()));
    let overlay = "\u{feff}[overlay]\nof = \"sample\"\nlocality = \"northshire\"\n";
    let policy = Policy::load(&files).unwrap();
    assert_eq!(policy.digest, sample().digest);
    let overlay = overlay.replace("\"sample\"", &format!("\"{}\"", policy.id));
    let overlaid = Policy::load_with(&files, &[("local.toml", overlay.as_str())], None);
    assert!(overlaid.is_ok(), "{overlaid:?}");
}

#[test]
fn an_address_is_one_that_a_page_may_link_to() {
    let url = |url: &str| refused("https://example.invalid/manual", url);
    for hostile in ["javascript:alert(1)", "data:text/html,x", "https://a.invalid/> <b>", "//a.invalid", ""] {
        let errors = url(hostile);
        assert!(errors.contains("an address that begins with https:// or http://"), "{errors}");
    }
}

#[test]
fn the_name_of_a_file_is_shown_and_not_obeyed() {
    let errors = Policy::load(&[("a\u{1b}[2J\nb.toml", "x = 1")]).unwrap_err().to_string();
    assert!(errors.lines().all(|line| line.starts_with("a\\u{1b}[2J\\u{a}b.toml:")), "{errors}");
}
