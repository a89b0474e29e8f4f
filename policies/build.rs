//! Lists the `.toml` files of `england-wales` for `embedded.rs`, with their texts.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let manifest = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let pack = Path::new(&manifest).join("england-wales");
    println!("cargo::rerun-if-changed={}", pack.display());
    let mut files: Vec<PathBuf> =
        fs::read_dir(&pack)?.map(|entry| entry.map(|e| e.path())).collect::<io::Result<_>>()?;
    files.retain(|f| f.extension().is_some_and(|e| e == "toml"));
    files.sort();

    let mut list = String::from("&[\n");
    for file in &files {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let _ =
            writeln!(list, "    ({:?}, include_str!({:?})),", format!("england-wales/{name}"), file.canonicalize()?);
    }
    list.push_str("]\n");
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    fs::write(Path::new(&out).join("england_wales.rs"), list)
}
