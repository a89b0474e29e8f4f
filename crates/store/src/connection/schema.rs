//! The schema of a database that a store has for itself.

use crate::error::StoreError;

/// Where a store is made unless the URL names another schema.
pub(super) const USUAL: &str = "risk_of_harm";

/// The schema that the parameter `options` of a URL names, and what else it says.
pub(super) fn of_options(options: &str) -> Result<(Option<String>, String), StoreError> {
    let (mut schema, mut others) = (None, Vec::new());
    let mut words = words(options).into_iter();
    while let Some(word) = words.next() {
        let setting = if word == "-c" {
            words.next()
        } else {
            word.strip_prefix("-c").or_else(|| word.strip_prefix("--")).map(str::to_owned)
        };
        let path = setting
            .as_deref()
            .and_then(|setting| setting.split_once('='))
            .filter(|(name, _)| name.trim().replace('-', "_").eq_ignore_ascii_case("search_path"));
        match (path, setting.as_deref()) {
            (Some((_, path)), _) => schema = Some(one_schema(path)?),
            (None, Some(setting)) if word == "-c" => others.extend([word, setting.to_owned()]),
            (None, _) => others.push(word),
        }
    }
    let others: Vec<String> = others.iter().map(|w| w.replace('\\', "\\\\").replace(' ', "\\ ")).collect();
    Ok((schema, others.join(" ")))
}

/// The words of a text in which a backslash keeps a space from ending one.
fn words(text: &str) -> Vec<String> {
    let (mut all, mut letters) = (vec![String::new()], text.chars());
    while let Some(letter) = letters.next() {
        match (letter, all.last_mut()) {
            ('\\', Some(word)) => word.extend(letters.next()),
            (c, _) if c.is_whitespace() => all.push(String::new()),
            (c, Some(word)) => word.push(c),
            (_, None) => {}
        }
    }
    all.retain(|word| !word.is_empty());
    all
}

/// The one schema of a search path, as PostgreSQL reads names.
fn one_schema(path: &str) -> Result<String, StoreError> {
    let path = path.trim();
    let refused =
        |found: &str| StoreError::argument("options", "a search_path of one schema, for the store alone", found);
    let name = match path.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(quoted) if quoted.replace("\"\"", "").contains('"') => return Err(refused("several schemas")),
        Some(quoted) => quoted.replace("\"\"", "\""),
        None if path.contains(',') => return Err(refused("several schemas")),
        None if path.chars().all(|c| c.is_alphanumeric() || "_$".contains(c)) => path.to_lowercase(),
        None => return Err(refused("a name that has to be quoted")),
    };
    match name.as_str() {
        "" => Err(refused("none")),
        "$user" => Err(refused("`$user`, which differs from user to user")),
        _ if name.len() > 63 => Err(refused("a name of more than 63 bytes")),
        _ if name.starts_with("pg_") || name == "information_schema" => Err(refused("a schema of PostgreSQL's own")),
        _ => Ok(name),
    }
}

/// A name as part of a statement.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
