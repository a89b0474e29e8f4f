//! The policy packs of this folder as texts, for what is linked or installed without the folder; and which files a folder's policy is
//! made of.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The name by which the pack for England and Wales is asked for.
pub const ENGLAND_WALES: &str = "england-wales";

/// The files of the pack for England and Wales, each with its name and its text, in order of their names.
pub const ENGLAND_WALES_FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/england_wales.rs"));

/// The files that the policy in a folder is made of, in order of their names: those whose names end in `.toml`, in small letters or
/// capitals. Names that begin with a dot are passed over, as editors, desktops and Kubernetes make such for themselves, and so are
/// folders. A link counts as what it leads to; one that leads nowhere counts, so that a missing rule is noticed.
///
/// # Errors
/// Where the folder cannot be read.
pub fn files_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_named_so = !name.starts_with('.') && name.to_ascii_lowercase().ends_with(".toml");
        if is_named_so && !entry.path().is_dir() {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::files_in;
    use std::fs;

    /// What else lies in a folder: what a Mac, an editor, a backup and Kubernetes leave there.
    #[test]
    fn only_the_files_of_the_policy_are_taken() {
        let folder = std::env::temp_dir().join(format!("risk-policies-{}", std::process::id()));
        let file = |name: &str| fs::write(folder.join(name), "").unwrap();
        fs::create_dir_all(folder.join("old.toml")).unwrap();
        fs::create_dir_all(folder.join("..2026_11_22")).unwrap();
        for name in
            ["b.toml", "A.TOML", "._b.toml", ".b.toml", "b.toml~", "#b.toml#", "b.toml.bak", "..2026_11_22/c.toml"]
        {
            file(name);
        }
        let mut expected = vec!["A.TOML", "b.toml"];
        #[cfg(unix)]
        {
            let link = |to: &str, name: &str| std::os::unix::fs::symlink(to, folder.join(name)).unwrap();
            link("..2026_11_22", "..data");
            link("..data/c.toml", "c.toml");
            link("nobody@host.1", ".#b.toml");
            link("nowhere", "d.toml");
            expected.extend(["c.toml", "d.toml"]);
        }
        let found = files_in(&folder).unwrap();
        let found: Vec<String> = found.iter().map(|p| p.file_name().unwrap().to_string_lossy().into_owned()).collect();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(found, expected);
    }
}
