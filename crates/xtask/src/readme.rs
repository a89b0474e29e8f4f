//! Checks that each command in README.md runs and prints what README.md shows.
//!
//! A block fenced as `sh` contains commands, one per line. A block fenced as `text` directly after it shows the
//! output of the last command. Only `cargo` commands are run, without a shell, and each must print something.

use std::fs;
use std::path::Path;

use crate::step::{Failure, cargo, printed};

/// The command that runs this check; running it here would never end.
const OURSELVES: &str = "cargo xtask test";

/// A command of README.md, with the output shown for it, if any, and the line on which that begins.
#[derive(Debug, PartialEq, Eq)]
struct Example {
    line: usize,
    command: String,
    output: Option<(usize, String)>,
}

/// Runs every command of README.md and compares what it prints.
pub fn check(root: &Path) -> Result<(), Failure> {
    let path = root.join("README.md");
    let text = fs::read_to_string(&path).map_err(|cause| Failure::File { path, cause })?;
    for example in examples(&text)?.iter().filter(|e| e.command != OURSELVES) {
        println!("   {}", example.command);
        let found = printed(cargo(root).args(arguments(example)?))?;
        if found.trim().is_empty() {
            let problem = format!("expected `{}` to print something, found nothing", example.command);
            return Err(Failure::ReadmeForm { line: example.line, problem });
        }
        if let Some((line, shown)) = &example.output {
            let difference = first_difference(shown, &found);
            difference.map_or(Ok(()), |difference| {
                Err(Failure::Readme { line: *line, command: example.command.clone(), difference })
            })?;
        }
    }
    Ok(())
}

/// The arguments for cargo.
fn arguments(example: &Example) -> Result<Vec<&str>, Failure> {
    let refuse = |problem: &str| Failure::ReadmeForm { line: example.line, problem: problem.to_owned() };
    let mut words = example.command.split_whitespace();
    if words.next() != Some("cargo") {
        return Err(refuse("expected a command of cargo in a block fenced as `sh`"));
    }
    if example.command.contains(['"', '\'', '|', '>', '<', '$', '&', ';', '\\', '*']) {
        return Err(refuse("expected plain words in a command, found something that needs a shell"));
    }
    Ok(words.collect())
}

fn examples(text: &str) -> Result<Vec<Example>, Failure> {
    let mut found: Vec<Example> = Vec::new();
    let mut follows_commands = false;
    let mut lines = text.lines().zip(1_usize..);
    while let Some((line, number)) = lines.next() {
        let Some(language) = line.strip_prefix("```") else {
            follows_commands = follows_commands && line.is_empty();
            continue;
        };
        let mut block = Vec::new();
        let mut closed = false;
        for (line, number) in lines.by_ref() {
            closed = line == "```";
            if closed {
                break;
            }
            block.push((line, number));
        }
        if !closed {
            return Err(Failure::ReadmeForm { line: number, problem: "expected the block to end".to_owned() });
        }
        match (language, found.last_mut()) {
            ("text", Some(last)) if follows_commands => {
                let output = block.iter().map(|(line, _)| format!("{line}\n")).collect();
                last.output = Some((number.saturating_add(1), output));
            }
            ("sh", _) => found.extend(
                block
                    .iter()
                    .map(|(line, number)| (line.split('#').next().unwrap_or_default().trim(), *number))
                    .filter(|(command, _)| !command.is_empty())
                    .map(|(command, line)| Example { line, command: command.to_owned(), output: None }),
            ),
            _ => {}
        }
        follows_commands = language == "sh";
    }
    Ok(found)
}

/// The first line in which two outputs differ, if any. Space at the ends of lines is ignored.
fn first_difference(shown: &str, found: &str) -> Option<String> {
    let lines = |text: &str| text.trim_end().lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    let (shown, found) = (lines(shown), lines(found));
    let nothing = "(nothing)".to_owned();
    (0..shown.len().max(found.len())).find_map(|at| {
        let (a, b) = (shown.get(at).unwrap_or(&nothing), found.get(at).unwrap_or(&nothing));
        (a != b).then(|| format!("   shown:   {a}\n   printed: {b}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# Title

```sh
cargo a --b   # why
cargo run -- c
```

```text
out

more
```

words

```text
no output of a command
```
";

    #[test]
    fn commands_are_found_with_the_output_shown_for_the_last() {
        let found = examples(TEXT).unwrap();
        assert_eq!(
            found,
            [
                Example { line: 4, command: "cargo a --b".to_owned(), output: None },
                Example {
                    line: 5,
                    command: "cargo run -- c".to_owned(),
                    output: Some((9, "out\n\nmore\n".to_owned()))
                },
            ]
        );
        assert_eq!(arguments(&found[1]).unwrap(), ["run", "--", "c"]);
    }

    #[test]
    fn a_command_that_needs_a_shell_is_refused_with_its_line() {
        for command in ["ls", "cargo run | head", "cargo run -- \"two words\""] {
            let example = Example { line: 7, command: command.to_owned(), output: None };
            assert!(arguments(&example).unwrap_err().to_string().starts_with("README.md:7: expected"), "{command}");
        }
    }

    #[test]
    fn a_block_that_does_not_end_is_refused() {
        assert!(examples("```sh\ncargo run\n").is_err());
    }

    #[test]
    fn outputs_differ_in_words_and_in_length_but_not_in_trailing_space() {
        assert_eq!(first_difference("a\nb\n", "a \nb"), None);
        assert_eq!(first_difference("a\nb", "a\nc").unwrap(), "   shown:   b\n   printed: c");
        assert_eq!(first_difference("a", "a\nb").unwrap(), "   shown:   (nothing)\n   printed: b");
    }
}
