//! The conformance cases as frames, a format that a C or Java program can read in a few lines without a parser.
//!
//! Each case is a sequence of fields, each `name SP length LF bytes LF`, and ends with an empty line. The fields are,
//! in order: `title`; `policy.FILE` and `overlay.FILE`, once for each file, the first only if the policy is not the
//! one embedded in the library; `locality`, if any; `at`; `known_at`, if given; `lens`; `audience`; `feeds`, once for
//! each kind, or absent if the host can deliver all; `log`, as JSON Lines; `answer` or `error`.

use std::fs;
use std::path::Path;

use serde_json::{Map, Value};

use crate::pages::{listed, read};
use crate::step::Failure;

/// The policy embedded in the library.
const EMBEDDED: &str = "england-wales";

/// Writes every case of tests/conformance as frames, and returns their number.
///
/// # Errors
/// If a file cannot be read or written, or a case does not have the form that tests/conformance/README.md describes.
pub fn write(root: &Path, to: &Path) -> Result<usize, Failure> {
    let mut frames = Frames { root, bytes: Vec::new() };
    let mut written: usize = 0;
    for path in listed(&root.join("tests/conformance"), "json")? {
        let cases: Vec<Value> = serde_json::from_str(&read(&path)?).map_err(|e| unusable(&path, &e.to_string()))?;
        for case in &cases {
            frames.case(case).map_err(|problem| unusable(&path, &problem))?;
            written = written.saturating_add(1);
        }
    }
    fs::write(to, frames.bytes).map_err(|cause| Failure::File { path: to.to_owned(), cause })?;
    Ok(written)
}

/// The frames written so far.
struct Frames<'a> {
    root: &'a Path,
    bytes: Vec<u8>,
}

impl Frames<'_> {
    fn case(&mut self, case: &Value) -> Result<(), String> {
        let title = text(case, "title")?;
        let of_case = |problem: String| format!("case \"{title}\": {problem}");
        self.field("title", title);
        self.policy(&case["policy"]).map_err(of_case)?;
        for name in ["locality", "at", "known_at", "lens", "audience"] {
            if !case[name].is_null() {
                self.field(name, text(case, name).map_err(of_case)?);
            }
        }
        self.feeds(&case["feeds"]).map_err(of_case)?;
        let records = case["log"].as_array().ok_or_else(|| of_case("expected `log` to be a list".to_owned()))?;
        self.field("log", &records.iter().map(|record| format!("{record}\n")).collect::<String>());
        match case["answer"].get("error") {
            Some(refused) => self.field("error", &refused.to_string()),
            None => self.field("answer", &case["answer"].to_string()),
        }
        self.bytes.push(b'\n');
        Ok(())
    }

    /// The files of the policy, except those embedded in the library.
    fn policy(&mut self, policy: &Value) -> Result<(), String> {
        if let Some(files) = policy["files"].as_object() {
            return self.given(files);
        }
        let pack = text(policy, "pack")?;
        if pack != EMBEDDED {
            for path in listed(&self.root.join("policies").join(pack), "toml").map_err(|e| e.to_string())? {
                self.file("policy", &path)?;
            }
        }
        for name in words(&policy["overlays"], "overlays")? {
            let path = self.root.join("policies/overlays").join(name).with_extension("toml");
            self.file("overlay", &path)?;
        }
        Ok(())
    }

    fn given(&mut self, files: &Map<String, Value>) -> Result<(), String> {
        for (name, contents) in files {
            let contents = contents.as_str().ok_or_else(|| format!("expected the text of {name}"))?;
            self.field(&format!("policy.{name}"), contents);
        }
        Ok(())
    }

    fn file(&mut self, layer: &str, path: &Path) -> Result<(), String> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let contents = read(path).map_err(|e| e.to_string())?;
        self.field(&format!("{layer}.{name}"), &contents);
        Ok(())
    }

    fn feeds(&mut self, feeds: &Value) -> Result<(), String> {
        if feeds.is_null() {
            return Ok(());
        }
        let kinds = words(feeds, "feeds")?;
        if kinds.is_empty() {
            // No field means that every kind can be delivered.
            return Err("a host that can deliver nothing cannot be written as frames".to_owned());
        }
        kinds.iter().for_each(|kind| self.field("feeds", kind));
        Ok(())
    }

    fn field(&mut self, name: &str, value: &str) {
        self.bytes.extend_from_slice(format!("{name} {}\n{value}\n", value.len()).as_bytes());
    }
}

fn text<'a>(object: &'a Value, member: &str) -> Result<&'a str, String> {
    object[member].as_str().ok_or_else(|| format!("expected a text as `{member}`, found {}", object[member]))
}

fn words<'a>(list: &'a Value, member: &str) -> Result<Vec<&'a str>, String> {
    let words = list.as_array().and_then(|all| all.iter().map(Value::as_str).collect());
    words.ok_or_else(|| format!("expected `{member}` to be a list of words, found {list}"))
}

fn unusable(path: &Path, problem: &str) -> Failure {
    Failure::Unusable { path: path.to_owned(), problem: problem.to_owned() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn framed(case: &Value) -> Result<String, String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
        let mut frames = Frames { root, bytes: Vec::new() };
        frames.case(case)?;
        Ok(String::from_utf8(frames.bytes).unwrap())
    }

    fn case() -> Value {
        json!({"title": "one", "policy": {"files": {"a.toml": "x = 1\n"}}, "locality": null, "at": "2018-01-01T00:00:00Z",
            "known_at": null, "lens": "as_known", "audience": "manager", "feeds": ["charged", "convicted"],
            "log": [{"b": 1, "a": "é"}, {}], "answer": {"schema": "risk-assessment/1"}})
    }

    #[test]
    fn a_case_is_fields_with_their_lengths_in_bytes_and_keeps_the_order_of_members() {
        let expected = "title 3\none\npolicy.a.toml 6\nx = 1\n\nat 20\n2018-01-01T00:00:00Z\nlens 8\nas_known\n\
            audience 7\nmanager\nfeeds 7\ncharged\nfeeds 9\nconvicted\nlog 20\n{\"b\":1,\"a\":\"é\"}\n{}\n\n\
            answer 30\n{\"schema\":\"risk-assessment/1\"}\n\n";
        assert_eq!(framed(&case()).unwrap(), expected);
    }

    #[test]
    fn the_embedded_pack_is_left_out_and_its_overlays_are_there() {
        let mut case = case();
        case["policy"] = json!({"pack": "england-wales", "overlays": ["northshire"]});
        let written = framed(&case).unwrap();
        assert!(written.starts_with("title 3\none\noverlay.northshire.toml "), "{written}");
        assert!(!written.contains("\npolicy."), "{written}");
    }

    #[test]
    fn what_is_missing_is_named_with_its_case() {
        let mut without = case();
        without["audience"] = json!(1);
        assert_eq!(framed(&without).unwrap_err(), "case \"one\": expected a text as `audience`, found 1");
        let mut silent = case();
        silent["feeds"] = json!([]);
        assert!(framed(&silent).is_err());
    }
}
