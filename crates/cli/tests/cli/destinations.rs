//! Where `--output` writes: files whole and for their owner, pipes and links as a person expects.

use std::fs::{self, File, Permissions};
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use tempfile::TempDir;

use crate::case::case_log;
use crate::command::{Ran, risk, risk_reading};
use crate::stored::{OFFICER, Stored};

/// A store with a case, and a folder to write into.
struct Writing {
    stored: Stored,
    folder: TempDir,
}

impl Writing {
    fn new() -> Self {
        Self { stored: Stored::with_a_case(), folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Each command that writes a file, to that one.
    fn each(&self, to: &str) -> Vec<(&'static str, Ran)> {
        let checkpoint = self.path("kept.checkpoint").display().to_string();
        self.stored.risk(&["store", "checkpoint", "--output", &checkpoint]).fine();
        let briefing = [&["briefing", "--format", "html", "--output", to][..], &OFFICER].concat();
        let prove = ["store", "prove", crate::stored::CASE, "--checkpoint", &checkpoint, "--output", to];
        vec![
            ("briefing", self.stored.risk(&briefing)),
            ("export", self.stored.risk(&["store", "export", "--output", to])),
            ("checkpoint", self.stored.risk(&["store", "checkpoint", "--output", to])),
            ("prove", self.stored.risk(&prove)),
            ("seal", risk_reading(&case_log(), ["seal", "-", "--output", to])),
            ("generate", risk(["generate", "--cases", "1", "--seed", "1", "--one-file", "--output", to])),
        ]
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_line_is_standard_output_for_every_command() {
    let writing = Writing::new();
    for (name, ran) in writing.each("-") {
        assert!(ran.fine().len() > 100, "{name}");
    }
    let pages = risk(["man", "--output", "-"]).fine();
    assert!(pages.contains(".TH risk-assess") && pages.contains(".TH risk "), "{pages:.100}");
    assert!(!Path::new("-").exists() && !Path::new("../../-").exists());
}

#[test]
fn a_pipe_is_written_to_and_stays_one() {
    let writing = Writing::new();
    let pipe = writing.path("p");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = {
        let pipe = pipe.clone();
        thread::spawn(move || {
            // One for each command.
            (0..6)
                .map(|_| {
                    let mut text = String::new();
                    File::open(&pipe).unwrap().read_to_string(&mut text).unwrap();
                    text.len()
                })
                .collect::<Vec<_>>()
        })
    };
    for (name, ran) in writing.each(pipe.to_str().unwrap()) {
        assert_eq!(ran.code, 0, "{name}: {}", ran.err);
    }
    assert!(reader.join().unwrap().iter().all(|length| *length > 100));
    assert!(fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo());
}

#[test]
fn a_link_is_followed_and_stays_one_also_where_it_leads_to_no_file_yet() {
    let writing = Writing::new();
    fs::create_dir(writing.path("elsewhere")).unwrap();
    for (target, there) in [("elsewhere/old", true), ("elsewhere/new", false)] {
        let link = writing.path(&format!("link-{there}"));
        symlink(target, &link).unwrap();
        if there {
            fs::write(writing.path(target), "before").unwrap();
        }
        for (name, ran) in writing.each(link.to_str().unwrap()) {
            assert_eq!(ran.code, 0, "{name}: {}", ran.err);
        }
        assert_eq!(fs::read_link(&link).unwrap(), Path::new(target));
        assert!(fs::metadata(writing.path(target)).unwrap().len() > 100, "{target}");
    }
    symlink("round", writing.path("round")).unwrap();
    for (name, ran) in writing.each(writing.path("round").to_str().unwrap()) {
        assert_eq!(ran.code, 2, "{name}");
    }
    let left: Vec<_> = fs::read_dir(writing.path("elsewhere")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "nothing half is left: {left:?}");
}

#[test]
fn records_are_for_their_owner_alone_whoever_could_read_what_they_replace() {
    let writing = Writing::new();
    let (old, new) = (writing.path("old"), writing.path("new"));
    for name in ["export", "seal"] {
        fs::write(&old, "before").unwrap();
        fs::set_permissions(&old, Permissions::from_mode(0o666)).unwrap();
        for path in [&old, &new] {
            let ran = match name {
                "export" => writing.stored.risk(&["store", "export", "--output", path.to_str().unwrap()]),
                _ => risk_reading(&case_log(), ["seal", "-", "--output", path.to_str().unwrap()]),
            };
            assert_eq!((ran.code, mode(path)), (0, 0o600), "{name}: {}", ran.err);
        }
    }
    // A page that a team reads stays theirs.
    fs::set_permissions(&old, Permissions::from_mode(0o640)).unwrap();
    let briefing = [&["briefing", "--output", old.to_str().unwrap()][..], &OFFICER].concat();
    writing.stored.risk(&briefing).fine();
    assert_eq!(mode(&old), 0o640);
}

#[test]
fn what_is_read_and_any_database_is_never_written_over() {
    let writing = Writing::new();
    let log = writing.path("case.jsonl");
    fs::write(&log, case_log()).unwrap();
    let link = writing.path("link");
    symlink(&log, &link).unwrap();
    let hard = writing.path("hard");
    fs::hard_link(&log, &hard).unwrap();
    for to in [&log, &link, &hard] {
        risk(["seal", log.to_str().unwrap(), "--output", to.to_str().unwrap()])
            .refused(&["cannot replace a file from which the command reads"]);
    }
    assert_eq!(fs::read_to_string(&log).unwrap(), case_log());
    let before = writing.stored.heads();
    for (name, ran) in writing.each(writing.stored.place()) {
        assert_eq!(ran.code, 2, "{name}");
        assert!(ran.err.contains("cannot replace a file that is a database"), "{name}: {}", ran.err);
    }
    assert_eq!(writing.stored.heads(), before);
    let overlay = "policies/overlays/northshire.toml";
    let asked =
        [&["briefing", "--overlay", overlay, "--locality", "northshire", "--output", overlay][..], &OFFICER].concat();
    writing.stored.risk(&asked).refused(&["from which the command reads"]);
}

#[test]
fn a_write_that_fails_leaves_what_was_there_and_nothing_half() {
    let writing = Writing::new();
    let nowhere = writing.path("no/such/folder/file");
    for (name, ran) in writing.each(nowhere.to_str().unwrap()) {
        assert_eq!(ran.code, 2, "{name}");
        assert!(ran.err.contains("cannot write"), "{name}: {}", ran.err);
    }
    for (name, ran) in writing.each(writing.folder.path().to_str().unwrap()) {
        assert_eq!(ran.code, 2, "{name}: a folder is no file");
    }
    // A full device is reported, and stays a device.
    if Path::new("/dev/full").exists() {
        let full = writing.path("full");
        symlink("/dev/full", &full).unwrap();
        let ran = risk_reading(&case_log(), ["seal", "-", "--output", full.to_str().unwrap()]);
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(fs::metadata("/dev/full").unwrap().file_type().is_char_device());
    }
    let left: Vec<_> = fs::read_dir(writing.folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| ["kept.checkpoint", "full"].iter().any(|kept| name == kept)), "{left:?}");
}
