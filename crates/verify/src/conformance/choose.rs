//! Choosing few cases that together cover everything.

use std::collections::BTreeSet;

use risk_core::event::Term;
use serde_json::Value;

use crate::interchange::{Exchange, Under};

/// What an exchange covers, in words such as `rule plw-raised-risk`, `action home_visit` or `kind charged`.
#[must_use]
pub fn shown(exchange: &Exchange) -> BTreeSet<String> {
    let mut shown = BTreeSet::new();
    let policy = match &exchange.policy {
        Under::Pack { overlays, .. } => format!("pack {overlays:?}"),
        Under::Files { .. } => "another policy".to_owned(),
    };
    // Only rules and actions of the pack count individually; the rules of the other policy are named as such.
    let of = if policy.starts_with("pack") { "" } else { "another policy's " };
    every("rule", &exchange.answer, &mut |rule| {
        shown.insert(format!("{of}rule {rule}"));
    });
    for action in exchange.answer["actions"].as_array().into_iter().flatten() {
        shown.insert(format!("{of}action {}", action["action"].as_str().unwrap_or_default()));
        shown.insert(format!("status {}", action["status"].as_str().unwrap_or_default()));
    }
    for record in &exchange.log {
        shown.insert(format!("kind {}", record["kind"].as_str().unwrap_or_default()));
    }
    shown.insert(format!("{policy} {:?}", exchange.locality));
    shown.insert(format!("{} for the {}", exchange.lens.name(), exchange.audience.name()));
    for (there, what) in [
        (exchange.known_at.is_some(), "known at another time"),
        (exchange.feeds.is_some(), "feeds"),
        (exchange.log.iter().any(|r| r.get("hash").is_some()), "sealed"),
        (exchange.log.iter().any(|r| r.get("data").is_none()), "a payload removed"),
        (exchange.title.starts_with("hostile"), "hostile"),
    ] {
        if there {
            shown.insert(what.to_owned());
        }
    }
    shown
}

/// Calls `each` with every text under that name, at any depth.
pub fn every(name: &str, value: &Value, each: &mut impl FnMut(&str)) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                match value {
                    Value::String(text) if key == name => each(text),
                    _ => every(name, value, each),
                }
            }
        }
        Value::Array(all) => all.iter().for_each(|v| every(name, v, each)),
        _ => {}
    }
}

/// A subset of the candidates that covers everything that any of them covers. It repeatedly takes the one that adds
/// most; of equals, the shortest.
#[must_use]
pub fn cover(mut already: BTreeSet<String>, candidates: Vec<Exchange>) -> Vec<Exchange> {
    let mut open: Vec<(BTreeSet<String>, usize, Exchange)> =
        candidates.into_iter().map(|e| (shown(&e), e.log.len(), e)).collect();
    let mut chosen = Vec::new();
    loop {
        let adds = |shown: &BTreeSet<String>| shown.difference(&already).count();
        let best = open
            .iter()
            .enumerate()
            .max_by_key(|(place, (shown, length, _))| (adds(shown), usize::MAX - length, usize::MAX - place));
        let Some((place, _)) = best.filter(|(_, (shown, ..))| adds(shown) > 0) else { return chosen };
        let (shown, _, exchange) = open.swap_remove(place);
        already.extend(shown);
        open.retain(|(shown, ..)| !shown.is_subset(&already));
        chosen.push(exchange);
    }
}
