//! The generated pages: the policy by obligation, the story of each example case, the C header, and the Python enums.

mod case;
mod header;
mod record;
mod words;

use std::fs;
use std::path::{Path, PathBuf};

use risk_core::policy::Policy;

use crate::step::Failure;

const POLICY: &str = "policies/england-wales";

/// Writes every page and prints its name.
pub fn write(root: &Path) -> Result<(), Failure> {
    for (path, text) in pages(root)? {
        let failed = |cause| Failure::File { path: path.clone(), cause };
        fs::create_dir_all(path.parent().unwrap_or(root)).map_err(failed)?;
        fs::write(&path, text).map_err(failed)?;
        println!("{}", path.display());
    }
    Ok(())
}

/// Fails at the first page that is out of date or no longer generated.
pub fn check(root: &Path) -> Result<(), Failure> {
    let pages = pages(root)?;
    for (path, text) in &pages {
        let found = match fs::read_to_string(path) {
            Ok(found) if found == *text => continue,
            Ok(found) => {
                let same = found.lines().zip(text.lines()).take_while(|(a, b)| a == b).count();
                format!("something else from line {}", same.saturating_add(1))
            }
            Err(_) => "no such file".to_owned(),
        };
        return Err(Failure::Stale { path: path.clone(), found });
    }
    let cases = root.join("docs/cases");
    match listed(&cases, "md")?.into_iter().find(|p| !pages.iter().any(|(written, _)| written == p)) {
        Some(path) => Err(Failure::Stale { path, found: "a page of which there is no case".to_owned() }),
        None => Ok(()),
    }
}

fn pages(root: &Path) -> Result<Vec<(PathBuf, String)>, Failure> {
    let policy = policy(root)?;
    let mut pages = vec![
        (root.join("docs/policies/england-wales.md"), risk_policy_tools::guide(&policy)),
        header::page(root)?,
        words::page(root),
    ];
    pages.extend(case::pages(root, &policy)?);
    Ok(pages)
}

fn policy(root: &Path) -> Result<Policy, Failure> {
    let folder = root.join(POLICY);
    let mut files = Vec::new();
    for path in listed(&folder, "toml")? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        files.push((format!("{POLICY}/{name}"), read(&path)?));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    Policy::load(&files).map_err(|errors| Failure::Unusable { path: folder, problem: errors.to_string() })
}

/// The files of a folder with this ending, by name; none if the folder does not exist.
pub fn listed(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, Failure> {
    if !folder.is_dir() {
        return Ok(vec![]);
    }
    let failed = |cause| Failure::File { path: folder.to_owned(), cause };
    let entries = fs::read_dir(folder).map_err(failed)?;
    let mut paths = entries.map(|e| e.map(|e| e.path())).collect::<Result<Vec<PathBuf>, _>>().map_err(failed)?;
    paths.retain(|p| p.extension().is_some_and(|e| e == extension));
    paths.sort();
    Ok(paths)
}

/// Reads a file.
pub fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|cause| Failure::File { path: path.to_owned(), cause })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_is_missing_or_says_something_else_is_named() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let copy = std::env::temp_dir().join(format!("pages-{}", std::process::id()));
        let sources = ["crates/binding/src", "risk-ffi/src", "risk-ffi/src/case", "risk-ffi/src/store"];
        for folder in [POLICY, "examples/cases", "risk-ffi/packaging"].into_iter().chain(sources) {
            fs::create_dir_all(copy.join(folder)).unwrap();
            for entry in fs::read_dir(root.join(folder)).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    continue;
                }
                fs::copy(&path, copy.join(folder).join(path.file_name().unwrap())).unwrap();
            }
        }
        let complaint = || check(&copy).unwrap_err().to_string();
        assert!(complaint().contains("england-wales.md: expected what `cargo xtask docs` writes, found no such file"));
        write(&copy).unwrap();
        check(&copy).unwrap();
        let page = copy.join("docs/cases/sean.md");
        fs::write(&page, read(&page).unwrap().replacen("Sean", "Shaun", 1)).unwrap();
        assert!(
            complaint().contains("sean.md: expected what `cargo xtask docs` writes, found something else from line 1")
        );
        write(&copy).unwrap();
        fs::write(copy.join("docs/cases/unknown.md"), "# Unknown\n").unwrap();
        assert!(complaint().contains("unknown.md"));
        fs::remove_dir_all(&copy).unwrap();
    }
}
