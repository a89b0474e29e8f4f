//! The policy packs of this folder as texts, for what is linked or installed without the folder.

/// The name by which the pack for England and Wales is asked for.
pub const ENGLAND_WALES: &str = "england-wales";

/// The files of the pack for England and Wales, each with its name and its text, in order of their names.
pub const ENGLAND_WALES_FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/england_wales.rs"));
