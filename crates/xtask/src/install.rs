//! `cargo xtask install`: installs the C library and what a C or C++ build needs to find it.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::archive;
use crate::step::{Failure, cargo, shown};

/// All crates have one version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
const MAJOR: &str = env!("CARGO_PKG_VERSION_MAJOR");
const MINOR: &str = env!("CARGO_PKG_VERSION_MINOR");
const DESCRIPTION: &str = "What must happen next in a domestic abuse case in probation, and why";

/// The headers, in `risk-ffi/include`.
const HEADERS: [&str; 2] = ["risk.h", "risk.hpp"];
/// The templates with `@NAME@` in `risk-ffi/packaging`, and where they are installed, without `.in`.
const TEMPLATES: [(&str, &str); 3] = [
    ("lib/pkgconfig", "risk.pc"),
    ("lib/cmake/risk", "riskConfig.cmake"),
    ("lib/cmake/risk", "riskConfigVersion.cmake"),
];

/// The library built by cargo.
pub struct Library {
    /// `librisk.so`.
    shared: PathBuf,
    /// `librisk.a`.
    archive: PathBuf,
    /// The linker arguments that a program needs in addition if it links the archive.
    native: String,
}

/// Builds the optimised library and installs it under `prefix`, which may be relative to the current folder.
///
/// # Errors
/// If it does not build, or a file cannot be installed.
pub fn install(root: &Path, prefix: &Path) -> Result<(), Failure> {
    if !cfg!(target_os = "linux") {
        return Err(Failure::Unsupported {
            what: "cargo xtask install",
            expected: "Linux; names and links of shared libraries differ on other systems and are untested",
        });
    }
    let prefix = std::path::absolute(prefix).map_err(|cause| Failure::File { path: prefix.to_owned(), cause })?;
    for path in build(root)?.put(root, &prefix)? {
        println!("   {}", path.display());
    }
    Ok(())
}

/// Builds the optimised library.
///
/// # Errors
/// If it does not build, or cargo does not report what it built.
pub fn build(root: &Path) -> Result<Library, Failure> {
    let mut command = cargo(root);
    command.args(["rustc", "--package", "risk-ffi", "--lib", "--release", "--locked", "--quiet"]);
    command.args(["--message-format", "json", "--", "--print", "native-static-libs"]);
    library(root, &mut command, None)
}

/// Builds the library, with features of risk-ffi, from the crates that the tests of the workspace were built from.
///
/// # Errors
/// As [`build`].
pub fn build_for_tests(root: &Path, features: &[&str]) -> Result<Library, Failure> {
    let native = native_libraries_of_std(root)?;
    let features: Vec<String> = features.iter().map(|feature| format!("risk-ffi/{feature}")).collect();
    let mut command = cargo(root);
    command.args(["build", "--workspace", "--lib", "--locked", "--quiet", "--message-format", "json"]);
    command.args(["--features", &features.join(",")]);
    library(root, &mut command, Some(native))
}

/// The system libraries that a static library in Rust needs. The crates of the workspace need no others.
fn native_libraries_of_std(root: &Path) -> Result<String, Failure> {
    let empty = std::env::temp_dir().join(format!("risk-native-{}.a", std::process::id()));
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.current_dir(root).args(["--crate-name", "native", "--crate-type", "staticlib"]);
    rustc.args(["--print", "native-static-libs", "-o"]).arg(&empty).arg("-").stdin(Stdio::null());
    let command_line = shown(&rustc);
    let output = rustc.output().map_err(|cause| Failure::Start { command: command_line.clone(), cause })?;
    fs::remove_file(&empty).map_err(|cause| Failure::File { path: empty, cause })?;
    let printed = String::from_utf8_lossy(&output.stderr);
    let native = printed.lines().find_map(|line| Some(line.split_once("native-static-libs: ")?.1.trim().to_owned()));
    native.ok_or(Failure::Command { command: command_line, status: output.status })
}

/// Builds the library with a command of cargo's. `native` are the system libraries that its archive needs, if the command does not print them.
fn library(root: &Path, command: &mut Command, native: Option<String>) -> Result<Library, Failure> {
    let command_line = shown(command);
    println!("   {command_line}");
    let output = command.stderr(Stdio::inherit()).output();
    let output = output.map_err(|cause| Failure::Start { command: command_line.clone(), cause })?;
    let messages: Vec<Value> =
        String::from_utf8_lossy(&output.stdout).lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    if !output.status.success() {
        messages.iter().filter_map(|m| text(m, "/message/rendered")).for_each(|message| eprint!("{message}"));
        return Err(Failure::Command { command: command_line, status: output.status });
    }
    Library::from_messages(&messages, native).ok_or_else(|| Failure::Unusable {
        path: root.join("risk-ffi"),
        problem: "expected cargo to report a .so, a .a and native-static-libs".to_owned(),
    })
}

impl Library {
    /// Reads the paths from cargo's messages.
    fn from_messages(messages: &[Value], native: Option<String>) -> Option<Self> {
        let library =
            messages.iter().find(|m| text(m, "/target/name") == Some("risk") && m.get("filenames").is_some())?;
        let files: Vec<&Path> =
            library.get("filenames")?.as_array()?.iter().filter_map(Value::as_str).map(Path::new).collect();
        let ending = |wanted: &str| files.iter().find(|f| f.extension().is_some_and(|e| e == wanted));
        let printed =
            || messages.iter().find_map(|m| text(m, "/message/message")?.strip_prefix("native-static-libs: "));
        let native = native.or_else(|| printed().map(str::to_owned))?;
        Some(Self {
            shared: ending("so")?.to_path_buf(),
            archive: ending("a")?.to_path_buf(),
            native: native.trim().to_owned(),
        })
    }

    /// Installs the library, its headers, and the files for pkg-config and CMake under `prefix`; returns the paths.
    ///
    /// # Errors
    /// If a file cannot be read or written.
    pub fn put(&self, root: &Path, prefix: &Path) -> Result<Vec<PathBuf>, Failure> {
        let mut put = Vec::new();
        let lib = prefix.join("lib");
        let whole = format!("librisk.so.{VERSION}");
        put.push(copied(&self.shared, &lib.join(&whole))?);
        for link in [format!("librisk.so.{MAJOR}"), "librisk.so".to_owned()] {
            put.push(linked(&whole, &lib.join(link))?);
        }
        let archive = lib.join("librisk.a");
        cleared(&archive)?;
        archive::publish(&self.archive, &archive)?;
        put.push(archive);
        for header in HEADERS {
            put.push(copied(&root.join("risk-ffi/include").join(header), &prefix.join("include").join(header))?);
        }
        for (folder, name) in TEMPLATES {
            let template = root.join("risk-ffi/packaging").join(format!("{name}.in"));
            let text = fs::read_to_string(&template).map_err(|cause| Failure::File { path: template, cause })?;
            put.push(written(&self.filled(&text), &prefix.join(folder).join(name))?);
        }
        Ok(put)
    }

    fn filled(&self, template: &str) -> String {
        let native_list = self.native.split_whitespace().collect::<Vec<_>>().join(";");
        let pointer = size_of::<usize>().to_string();
        let values = [
            ("@VERSION@", VERSION),
            ("@MAJOR@", MAJOR),
            ("@MINOR@", MINOR),
            ("@DESCRIPTION@", DESCRIPTION),
            ("@NATIVE_LIBS@", &self.native),
            ("@NATIVE_LIBS_LIST@", &native_list),
            ("@POINTER_BYTES@", &pointer),
        ];
        values.iter().fold(template.to_owned(), |text, (name, value)| text.replace(name, value))
    }
}

fn text<'a>(message: &'a Value, pointer: &str) -> Option<&'a str> {
    message.pointer(pointer).and_then(Value::as_str)
}

fn copied(from: &Path, to: &Path) -> Result<PathBuf, Failure> {
    cleared(to)?;
    fs::copy(from, to).map_err(|cause| Failure::File { path: from.to_owned(), cause })?;
    Ok(to.to_owned())
}

fn written(text: &str, to: &Path) -> Result<PathBuf, Failure> {
    cleared(to)?;
    fs::write(to, text).map_err(|cause| Failure::File { path: to.to_owned(), cause })?;
    Ok(to.to_owned())
}

#[cfg(unix)]
fn linked(target: &str, to: &Path) -> Result<PathBuf, Failure> {
    cleared(to)?;
    std::os::unix::fs::symlink(target, to).map_err(|cause| Failure::File { path: to.to_owned(), cause })?;
    Ok(to.to_owned())
}

#[cfg(not(unix))]
fn linked(target: &str, to: &Path) -> Result<PathBuf, Failure> {
    copied(&to.with_file_name(target), to)
}

/// Creates the folder and removes an existing file, so that a program that has the old library open keeps it.
fn cleared(to: &Path) -> Result<(), Failure> {
    let failed = |cause| Failure::File { path: to.to_owned(), cause };
    to.parent().map_or(Ok(()), fs::create_dir_all).map_err(failed)?;
    match fs::remove_file(to) {
        Err(cause) if cause.kind() != ErrorKind::NotFound => Err(failed(cause)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap()
    }

    fn capi() -> toml::Table {
        let text = fs::read_to_string(root().join("risk-ffi/Cargo.toml")).unwrap();
        let manifest: toml::Table = toml::from_str(&text).unwrap();
        manifest["package"]["metadata"]["capi"].as_table().unwrap().clone()
    }

    #[test]
    fn a_packager_with_cargo_c_gets_the_same_names() {
        let capi = capi();
        assert_eq!(capi["library"]["name"].as_str(), Some("risk"));
        assert_eq!(capi["library"]["version_suffix_components"].as_integer(), Some(1), "librisk.so.{MAJOR}");
        assert_eq!(capi["pkg_config"]["filename"].as_str(), Some("risk"));
        assert_eq!(capi["pkg_config"]["name"].as_str(), Some("risk"));
        assert_eq!(capi["pkg_config"]["description"].as_str(), Some(DESCRIPTION));
        assert_eq!(capi["header"]["subdirectory"].as_bool(), Some(false));
        assert_eq!(capi["header"]["generation"].as_bool(), Some(false), "the headers are in the repository");
    }

    #[test]
    fn a_packager_with_cargo_c_gets_the_same_headers() {
        let assets = capi()["install"]["include"]["asset"].clone();
        let from: Vec<&str> = assets.as_array().unwrap().iter().map(|a| a["from"].as_str().unwrap()).collect();
        assert_eq!(from, HEADERS.map(|h| format!("include/{h}")));
        assert!(from.iter().all(|header| root().join("risk-ffi").join(header).is_file()));
    }

    #[test]
    fn messages_of_cargo_are_parsed() {
        let messages = [
            json!({"reason": "compiler-message", "message": {"message": "native-static-libs: -lgcc_s -lc"}}),
            json!({"reason": "compiler-artifact", "target": {"name": "risk"},
                "filenames": ["/t/librisk.so", "/t/librisk.a", "/t/librisk.rlib"]}),
        ];
        let library = Library::from_messages(&messages, None).unwrap();
        assert_eq!(
            (library.shared.as_path(), library.archive.as_path()),
            (Path::new("/t/librisk.so"), Path::new("/t/librisk.a"))
        );
        assert_eq!(
            library.filled("Libs.private: @NATIVE_LIBS@, @NATIVE_LIBS_LIST@"),
            "Libs.private: -lgcc_s -lc, -lgcc_s;-lc"
        );
        assert!(Library::from_messages(&messages[..1], None).is_none());
    }

    #[test]
    fn no_name_in_a_template_is_left_unfilled() {
        let library = Library { shared: PathBuf::new(), archive: PathBuf::new(), native: "-lc".to_owned() };
        for (_, name) in TEMPLATES {
            let text = fs::read_to_string(root().join(format!("risk-ffi/packaging/{name}.in"))).unwrap();
            let filled = library.filled(&text);
            assert!(!filled.contains('@'), "{filled}");
        }
    }
}
