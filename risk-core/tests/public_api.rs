//! The public API of the crate is a reviewed file: `risk-core/public-api.txt`.
//!
//! The listing is derived from the sources: the items that `lib.rs` and its documented modules re-export, with their public fields,
//! variants and methods. Whatever is `#[doc(hidden)]` is left out. Every item at the root of the crate must have an example.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test that panics fails, as it should"
)]

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use quote::ToTokens;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, ImplItem, Item, UseTree, Visibility};

const LISTING: &str = "public-api.txt";
const UPDATE: &str = "UPDATE_PUBLIC_API";

#[test]
fn the_listing_of_the_public_api_is_up_to_date() {
    let mut found = String::new();
    for (module, item) in facade() {
        writeln!(found, "risk_core{module}: {}", item.line).unwrap();
        let members: BTreeSet<&String> = item.methods.iter().collect();
        item.members.iter().chain(members).for_each(|member| writeln!(found, "    {member}").unwrap());
    }
    let path = source("").join("..").join(LISTING);
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&path, &found).unwrap();
    }
    let listed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        listed == found,
        "the public API differs from risk-core/{LISTING}:\n{}If that is intended, run `{UPDATE}=1 cargo test -p risk-core --test \
         public_api` and review the change of the file.",
        difference(&listed, &found)
    );
}

#[test]
fn every_item_at_the_root_has_an_example() {
    let items = facade();
    let root: Vec<&Described> = items.iter().filter(|(module, _)| module.is_empty()).map(|(_, item)| item).collect();
    assert!(root.len() > 40, "{}", root.len());
    let without: Vec<&str> = root.iter().filter(|i| !i.docs.contains("```")).map(|i| i.line.as_str()).collect();
    assert_eq!(without, [""; 0]);
}

/// The lines in which two texts differ, from the first to the last.
fn difference(listed: &str, found: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (listed.lines().collect(), found.lines().collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    let removed = old[head..old.len() - tail].iter().map(|line| format!("- {line}\n"));
    removed.chain(new[head..new.len() - tail].iter().map(|line| format!("+ {line}\n"))).collect()
}

struct Described {
    line: String,
    docs: String,
    /// Fields or variants.
    members: Vec<String>,
    methods: Vec<String>,
}

/// The items at the root, then those of each documented module, by the path after `risk_core`.
fn facade() -> Vec<(String, Described)> {
    let lib = parsed(&source("lib.rs"));
    let mut reexports = reexported(&lib, true).into_iter().map(|path| (String::new(), path)).collect::<Vec<_>>();
    for item in &lib.items {
        if let Item::Mod(module) = item
            && !hidden(&module.attrs)
        {
            let file = parsed(&source(&format!("{}.rs", module.ident)));
            reexports.extend(reexported(&file, true).into_iter().map(|path| (format!("::{}", module.ident), path)));
        }
    }
    reexports.into_iter().map(|(module, path)| (module, resolved(&path))).collect()
}

/// The definition that a path from the root of the crate leads to, perhaps by way of other re-exports.
fn resolved(path: &[String]) -> Described {
    let (name, module) = path.split_last().unwrap();
    let as_file = source(&format!("{}.rs", module.join("/")));
    let file = if as_file.exists() { as_file } else { source(&module.join("/")).join("mod.rs") };
    let file = parsed(&file);
    if let Some(mut found) = file.items.iter().flat_map(described).find(|(defined, _)| defined == name) {
        // Methods can be in any file of the definition's top module.
        let top = source(&module[0]);
        let files = if top.is_dir() { rust_files(&top) } else { vec![source(&format!("{}.rs", module[0]))] };
        found.1.methods.extend(files.iter().flat_map(|file| methods(&parsed(file), name)));
        return found.1;
    }
    let next = reexported(&file, false).into_iter().find(|p| p.last() == Some(name));
    let next = next.unwrap_or_else(|| panic!("no definition of {}", path.join("::")));
    resolved(&module.iter().cloned().chain(next).collect::<Vec<_>>())
}

fn source(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(path)
}

/// The syntax of a file, which is read once.
fn parsed(path: &Path) -> Rc<syn::File> {
    thread_local!(static FILES: RefCell<BTreeMap<PathBuf, Rc<syn::File>>> = RefCell::default());
    let read = || {
        let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        Rc::new(syn::parse_file(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display())))
    };
    FILES.with_borrow_mut(|files| files.entry(path.to_owned()).or_insert_with(read).clone())
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let each = paths.flat_map(|path| if path.is_dir() { rust_files(&path) } else { vec![path] });
    each.filter(|path| path.extension().is_some_and(|e| e == "rs")).collect()
}

/// The paths of the public `use` declarations, in order of the names. With `shown`, those that are hidden are left out.
fn reexported(file: &syn::File, shown: bool) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    for item in &file.items {
        if let Item::Use(declaration) = item
            && public(&declaration.vis)
            && !(shown && hidden(&declaration.attrs))
        {
            leaves(&declaration.tree, &[], &mut paths);
        }
    }
    paths.sort_by(|a, b| a.last().cmp(&b.last()));
    paths
}

fn leaves(tree: &UseTree, path: &[String], paths: &mut Vec<Vec<String>>) {
    let with = |ident: &syn::Ident| path.iter().cloned().chain([ident.to_string()]).collect::<Vec<_>>();
    match tree {
        UseTree::Path(next) if next.ident == "crate" => leaves(&next.tree, path, paths),
        UseTree::Path(next) => leaves(&next.tree, &with(&next.ident), paths),
        UseTree::Name(name) => paths.push(with(&name.ident)),
        UseTree::Group(group) => group.items.iter().for_each(|tree| leaves(tree, path, paths)),
        UseTree::Rename(_) | UseTree::Glob(_) => panic!("expected plain names: {}", spaced(tree)),
    }
}

/// The public definitions of an item, by name. A macro makes several.
fn described(item: &Item) -> Vec<(String, Described)> {
    let (ident, attrs, line, members) = match item {
        Item::Struct(s) if public(&s.vis) => {
            let fields = s.fields.iter().filter(|f| public(&f.vis) && !hidden(&f.attrs)).map(spaced).collect();
            (&s.ident, &s.attrs, format!("pub struct {}{}", s.ident, spaced(&s.generics)), fields)
        }
        Item::Enum(e) if public(&e.vis) => {
            let variants = e.variants.iter().filter(|v| !hidden(&v.attrs)).map(spaced).collect();
            (&e.ident, &e.attrs, format!("pub enum {}{}", e.ident, spaced(&e.generics)), variants)
        }
        Item::Trait(t) if public(&t.vis) => {
            let members = t.items.iter().map(spaced).collect();
            (&t.ident, &t.attrs, format!("pub trait {}: {}", t.ident, spaced(&t.supertraits)), members)
        }
        Item::Type(t) if public(&t.vis) => {
            (&t.ident, &t.attrs, format!("pub type {} = {}", t.ident, spaced(&t.ty)), vec![])
        }
        Item::Fn(f) if public(&f.vis) => (&f.sig.ident, &f.attrs, format!("pub {}", spaced(&f.sig)), vec![]),
        Item::Macro(m) if m.mac.path.is_ident("vocabulary") => {
            let lists = m.mac.parse_body::<Lists>().unwrap().0;
            return lists.into_iter().flat_map(|list| described(&Item::Enum(list))).collect();
        }
        Item::Macro(m) if m.ident.as_ref().is_some_and(|name| name == "catalogue") => return catalogue(),
        _ => return vec![],
    };
    let open = attrs.iter().any(|a| a.path().is_ident("non_exhaustive"));
    let line = if open { format!("#[non_exhaustive] {line}") } else { line };
    let docs = attrs.iter().filter(|a| a.path().is_ident("doc")).map(|a| a.to_token_stream().to_string()).collect();
    vec![(ident.to_string(), Described { line, docs, members, methods: vec![] })]
}

/// `Kind` and `Event`, which the macro of the catalogue defines. Its body is not Rust that `syn` can read, so this takes its lines.
fn catalogue() -> Vec<(String, Described)> {
    let text = std::fs::read_to_string(source("event/catalogue.rs")).unwrap();
    let (body, table) = text.split_once("\ncatalogue! {").unwrap();
    let kinds = table.lines().filter_map(|line| line.strip_prefix("    ")?.split_once('(').map(|(kind, _)| kind));
    let kinds: Vec<String> = kinds.filter(|kind| kind.starts_with(char::is_uppercase)).map(str::to_owned).collect();
    let public = |name: &str, start: &str, members: Vec<String>| {
        let before = body.split_once(start).unwrap().0.rsplit("\n\n").next().unwrap();
        let block =
            body.split(&format!("        impl {name} {{\n")).nth(1).unwrap().split("\n        }\n").next().unwrap();
        let functions = block.split("\n\n").filter(|function| !function.contains("doc(hidden)"));
        let signatures = functions.filter_map(|function| function.lines().find_map(|l| l.trim().strip_suffix(" {")));
        let methods =
            signatures.map(|line| spaced(&syn::parse_str::<proc_macro2::TokenStream>(line).unwrap())).collect();
        let line = format!("pub enum {name}");
        (name.to_owned(), Described { line, docs: before.to_owned(), members, methods })
    };
    let mut found =
        vec![public("Kind", "            Kind {", kinds), public("Event", "        pub enum Event {", vec![])];
    for (_, item) in &mut found {
        item.methods.retain(|line| line.starts_with("pub fn"));
    }
    found
}

/// The lists of one call of `vocabulary!`: enums without the keyword.
struct Lists(Vec<syn::ItemEnum>);

impl Parse for Lists {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut lists = Vec::new();
        while !input.is_empty() {
            let attrs = input.call(Attribute::parse_outer)?;
            let ident: syn::Ident = input.parse()?;
            let body;
            syn::braced!(body in input);
            let variants = body.parse_terminated(syn::Variant::parse, syn::Token![,])?;
            lists.push(syn::ItemEnum { attrs, variants, ..syn::parse_quote!(pub enum #ident {}) });
        }
        Ok(Self(lists))
    }
}

/// The public methods and constants of a type in one file.
fn methods(file: &syn::File, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    for item in &file.items {
        let Item::Impl(block) = item else { continue };
        let syn::Type::Path(of) = &*block.self_ty else { continue };
        if block.trait_.is_some() || of.path.segments.last().is_none_or(|last| last.ident != name) {
            continue;
        }
        for member in &block.items {
            match member {
                ImplItem::Fn(f) if public(&f.vis) && !hidden(&f.attrs) => found.push(format!("pub {}", spaced(&f.sig))),
                ImplItem::Const(c) if public(&c.vis) && !hidden(&c.attrs) => {
                    found.push(format!("pub const {}: {}", c.ident, spaced(&c.ty)));
                }
                _ => {}
            }
        }
    }
    found
}

fn public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn hidden(attrs: &[Attribute]) -> bool {
    let is_hidden = |a: &Attribute| a.parse_args::<syn::Ident>().is_ok_and(|ident| ident == "hidden");
    attrs.iter().any(|a| a.path().is_ident("doc") && matches!(a.meta, syn::Meta::List(_)) && is_hidden(a))
}

/// The code on one line, without attributes and comments, spaced as usual.
fn spaced(code: &impl ToTokens) -> String {
    let mut text = without_attributes(code.to_token_stream()).to_string();
    for (from, to) in [
        (" :: ", "::"),
        (" : ", ": "),
        (" , ", ", "),
        (" ,", ","),
        (" ;", ""),
        (" < ", "<"),
        (" >", ">"),
        ("& ", "&"),
        (" (", "("),
        ("( ", "("),
        (" )", ")"),
        ("- >", "->"),
        (",)", ")"),
        (",>", ">"),
        ("< '", "<'"),
        ("'c(", "'c ("),
        (", }", " }"),
    ] {
        text = text.replace(from, to);
    }
    text
}

fn without_attributes(tokens: proc_macro2::TokenStream) -> proc_macro2::TokenStream {
    use proc_macro2::{Group, TokenTree};
    let mut kept = Vec::new();
    let mut tokens = tokens.into_iter();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(p) if p.as_char() == '#' => drop(tokens.next()),
            TokenTree::Group(g) => kept.push(Group::new(g.delimiter(), without_attributes(g.stream())).into()),
            other => kept.push(other),
        }
    }
    kept.into_iter().collect()
}
