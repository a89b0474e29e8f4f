//! `risk-ffi/include/risk.h`: the C header, which is the library's manual.

use std::path::{Path, PathBuf};

use cbindgen::{Builder, Config, ConstantConfig, DocumentationStyle, Language, Style};

use super::read;
use crate::step::Failure;

/// The sources, in the order that suits a reader of the header.
const SOURCES: [&str; 14] = [
    "../../crates/binding/src/status",
    "about",
    "pointer",
    "policy",
    "case/log",
    "case",
    "cancel",
    "question",
    "assessment",
    "store/opening",
    "store",
    "store/facts",
    "store/keeping",
    "hmpps",
];

/// The path of the header and its generated text.
pub fn page(root: &Path) -> Result<(PathBuf, String), Failure> {
    let crate_folder = root.join("risk-ffi");
    let path = crate_folder.join("include/risk.h");
    let mut config = Config {
        language: Language::C,
        style: Style::Both,
        cpp_compat: true,
        documentation_style: DocumentationStyle::Doxy,
        include_guard: Some("RISK_H".to_owned()),
        includes: Vec::new(),
        sys_includes: ["stddef.h", "stdint.h"].map(str::to_owned).to_vec(),
        no_includes: true,
        usize_is_size_t: true,
        line_length: 120,
        header: Some(read(&crate_folder.join("packaging/risk.h.top"))?.trim_end().to_owned()),
        after_includes: Some(format!("\n{}", read(&crate_folder.join("packaging/risk.h.macros"))?.trim())),
        constant: ConstantConfig { allow_static_const: false, ..ConstantConfig::default() },
        ..Config::default()
    };
    // Functions for tests only are left out of the installed header.
    config.defines.insert("feature = provoke".to_owned(), "RISK_PROVOKE".to_owned());
    let sources = SOURCES.iter().fold(Builder::new().with_config(config), |builder, source| {
        builder.with_src(crate_folder.join(format!("src/{source}.rs")))
    });
    let unusable = |problem: String| Failure::Unusable { path: crate_folder.clone(), problem };
    let bindings = sources.generate().map_err(|e| unusable(e.to_string()))?;
    let mut text = Vec::new();
    bindings.write(&mut text);
    let text = String::from_utf8(text).map_err(|e| unusable(e.to_string()))?;
    Ok((
        path,
        text.replace(" * # Safety\n *\n", " * The caller's part: ")
            .replace(" * # Safety\n * ", " * The caller's part: "),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_says_of_every_function_who_owns_what_from_which_thread_what_can_fail_and_how_it_is_called() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let (_, header) = page(&root).unwrap();
        let (_, functions) = header.split_once("extern \"C\" {").unwrap();
        let documented: Vec<(&str, &str)> = functions.split("/**").filter_map(|part| part.split_once("*/")).collect();
        let code: String = documented.iter().map(|(_, code)| *code).collect();
        assert_eq!(documented.len(), code.matches(");").count(), "every function has its own comment");
        for (comment, signature) in documented {
            let said = comment.to_lowercase();
            for word in ["ownership", "threads", "errors", "example:"] {
                assert!(said.contains(word), "nothing of {word} in the comment of{signature}");
            }
        }
    }
}
