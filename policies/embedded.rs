//! The policy packs of this folder as texts, for what is linked or installed without the folder; and which files a folder's policy is
//! made of.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The name by which the pack for England and Wales is asked for.
pub const ENGLAND_WALES: &str = "england-wales";

/// The files of the pack for England and Wales, each with its name and its text, in order of their names.
pub const ENGLAND_WALES_FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/england_wales.rs"));

/// What a copy of a file ends in that editors and people make: its rules are in the file beside it.
const COPIES: [&str; 8] = ["~", ".bak", ".orig", ".old", ".rej", ".swp", ".swo", ".tmp"];

/// What the folder of a policy holds, each in order of their names.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct FolderFiles {
    /// The files that the policy is made of: those whose names end in `.toml`, in small letters or capitals, and do not begin with a
    /// dot. A link counts as what it leads to; one that leads nowhere counts, so that a missing rule is noticed.
    pub files: Vec<PathBuf>,
    /// Hidden files and copies that editors make of files of a policy, which are not read.
    pub passed_over: Vec<PathBuf>,
    /// What looks like a part of the policy and is not read, which is an error: folders with files of a policy, and names
    /// such as `orders.toml.txt` or one with a blank at its end.
    pub not_read: Vec<PathBuf>,
}

impl FolderFiles {
    /// What a folder holds.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn of(folder: &Path) -> io::Result<Self> {
        let mut found = Self::default();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if let Some(list) = found.list_for(&path) {
                list.push(path);
            }
        }
        for list in [&mut found.files, &mut found.passed_over, &mut found.not_read] {
            list.sort();
        }
        Ok(found)
    }

    /// Where an entry of the folder is listed; nowhere, if it has nothing to do with the policy.
    fn list_for(&mut self, path: &Path) -> Option<&mut Vec<PathBuf>> {
        let name = name_of(path);
        let is_hidden = name.starts_with('.');
        if path.is_dir() {
            // Kubernetes keeps the files that its links lead to in hidden folders.
            return (!is_hidden && (is_like_a_part(&name) || holds_parts(path))).then_some(&mut self.not_read);
        }
        let is_copy = COPIES.iter().any(|end| name.ends_with(end)) || (name.starts_with('#') && name.ends_with('#'));
        match name {
            name if !is_like_a_part(&name) => None,
            _ if is_hidden || is_copy => Some(&mut self.passed_over),
            name if name.ends_with(".toml") => Some(&mut self.files),
            _ => Some(&mut self.not_read),
        }
    }
}

/// The files that the policy in a folder is made of, in order of their names (see [`FolderFiles`]).
///
/// # Errors
/// Where the folder cannot be read, or holds what looks like a part of the policy and is not read; the message names it.
pub fn files_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let found = FolderFiles::of(folder)?;
    match found.not_read.first() {
        None => Ok(found.files),
        Some(one) => {
            let expected =
                "expected the .toml files of a policy alone, found what looks like a part of it and is not read";
            Err(io::Error::new(io::ErrorKind::InvalidInput, format!("{}: {expected}: {one:?}", folder.display())))
        }
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().to_lowercase()
}

/// Whether a name, in small letters, says that it is of a file of a policy.
fn is_like_a_part(name: &str) -> bool {
    name.contains(".toml")
}

/// Whether files of a policy are in a folder, or in one in it. One that cannot be looked into holds none that could be meant.
fn holds_parts(folder: &Path) -> bool {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let holds = |entry: fs::DirEntry| {
        let name = name_of(&entry.path());
        // A link to a folder may lead back to this one, and is not followed.
        let is_folder = entry.file_type().is_ok_and(|sort| sort.is_dir());
        !name.starts_with('.') && (is_like_a_part(&name) || (is_folder && holds_parts(&entry.path())))
    };
    entries.into_iter().any(holds)
}

#[cfg(test)]
mod tests {
    use super::{FolderFiles, files_in};
    use std::fs;
    use std::path::{Path, PathBuf};

    /// A folder of the test's own, which is empty and goes when the test ends.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("risk-policies-{}-{name}", std::process::id()));
            fs::create_dir_all(&folder).unwrap();
            Self(folder)
        }

        fn file(&self, name: &str) {
            let path = self.0.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn names(paths: &[PathBuf]) -> Vec<&str> {
        paths.iter().map(|p| p.file_name().unwrap().to_str().unwrap()).collect()
    }

    /// What else lies in a folder: what a Mac, an editor, a backup and Kubernetes leave there.
    #[test]
    fn only_the_files_of_the_policy_are_taken() {
        let folder = Folder::new("strays");
        let copies = ["#b.toml#", "b.toml.bak", "b.toml~"];
        for name in ["b.toml", "A.TOML", "._b.toml", ".b.toml.swp", "readme.md", "notes/a.md", ".git/x.toml"] {
            folder.file(name);
        }
        copies.iter().for_each(|name| folder.file(name));
        folder.file("..2026_11_22/c.toml");
        let mut expected = vec!["A.TOML", "b.toml"];
        let mut passed_over: Vec<&str> = [&copies[..1], &["._b.toml", ".b.toml.swp"], &copies[1..]].concat();
        #[cfg(unix)]
        {
            let link = |to: &str, name: &str| std::os::unix::fs::symlink(to, folder.0.join(name)).unwrap();
            link("..2026_11_22", "..data");
            link("..data/c.toml", "c.toml");
            link("nobody@host.1", ".#b.toml");
            link("nowhere", "d.toml");
            expected.extend(["c.toml", "d.toml"]);
            passed_over.insert(1, ".#b.toml");
        }
        let found = FolderFiles::of(&folder.0).unwrap();
        assert_eq!(names(&found.files), expected);
        assert_eq!(names(&found.passed_over), passed_over);
        assert_eq!(found.not_read, Vec::<PathBuf>::new());
        assert_eq!(files_in(&folder.0).unwrap(), found.files);
    }

    #[test]
    fn what_looks_like_a_part_of_the_policy_and_is_not_read_is_an_error_that_names_it() {
        let strange = [
            "orders.toml ",
            "ORDERS.TOML ",
            "orders.toml.",
            "orders.toml.txt",
            "orders.toml\u{200b}",
            "orders.toml\u{a0}",
            "orders.toml.disabled",
            "old.toml/notes.md",
            "orders/orders.toml",
            "orders/deep/er/orders.toml",
            "orders/ORDERS.TOML",
        ];
        for name in strange {
            let folder = Folder::new("strange");
            folder.file("a.toml");
            folder.file(name);
            let found = FolderFiles::of(&folder.0).unwrap();
            let first = Path::new(name).components().next().unwrap().as_os_str().to_str().unwrap();
            assert_eq!(names(&found.not_read), [first], "{name:?}");
            let refused = files_in(&folder.0).unwrap_err().to_string();
            let path = folder.0.join(first);
            assert!(refused.contains(&format!("{path:?}")), "{refused}");
        }
    }
}
