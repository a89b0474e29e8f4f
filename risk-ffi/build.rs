//! Gives the shared library its SONAME, which cargo does not.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let unix = env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family.split(',').any(|f| f == "unix"));
    let apple = env::var("CARGO_CFG_TARGET_VENDOR").is_ok_and(|vendor| vendor == "apple");
    let major = env::var("CARGO_PKG_VERSION_MAJOR").unwrap_or_default();
    if unix && !apple {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,librisk.so.{major}");
    }
}
