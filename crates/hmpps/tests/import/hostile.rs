//! Whatever is delivered, each part of it comes to an end that is told, and nothing is half done.

use proptest::prelude::*;
use proptest::sample::Index;
use risk_hmpps::import::{Given, HeldLogs};
use serde_json::Value;

use crate::fixtures::files;
use crate::{Logs, importer};

/// Every place in a document where there is a value.
fn places(value: &Value, path: &str, found: &mut Vec<String>) {
    found.push(path.to_owned());
    match value {
        Value::Object(map) => map
            .iter()
            .for_each(|(name, v)| places(v, &format!("{path}/{}", name.replace('~', "~0").replace('/', "~1")), found)),
        Value::Array(items) => items.iter().enumerate().for_each(|(i, v)| places(v, &format!("{path}/{i}"), found)),
        _ => {}
    }
}

fn odd() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        Just(Value::Bool(true)),
        any::<i64>().prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
        Just(Value::Array(vec![])),
        Just(serde_json::json!({"Message": {"Message": {}}})),
        Just(Value::from("9999-12-31T23:59:59Z")),
        Just(Value::from("0000-01-01")),
        Just(Value::from("+262142-12-31T00:00:00Z")),
    ]
}

proptest! {
    #[test]
    fn a_message_with_anything_in_it_comes_to_an_end(file in any::<Index>(), changes in prop::collection::vec((any::<Index>(), odd()), 1..4)) {
        let all = files();
        let (_, bytes) = file.get(&all);
        let mut value: Value = serde_json::from_slice(bytes).unwrap();
        for (place, odd) in changes {
            let mut found = Vec::new();
            places(&value, "", &mut found);
            let path = found[place.index(found.len())].clone();
            *value.pointer_mut(&path).unwrap() = odd;
        }
        // A log takes whatever comes of it, or the delivery would be stuck.
        Logs::default().deliver(&importer(), Given::Messages(value.to_string().as_bytes()));
    }

    #[test]
    fn bytes_that_are_no_message_are_told_as_such(bytes in prop::collection::vec(any::<u8>(), 1..80)) {
        let import = importer().import(&[(None, Given::Messages(&bytes))], &mut HeldLogs::default());
        prop_assert!(import.records.is_empty());
        let nothing = bytes.trim_ascii().is_empty() || bytes.trim_ascii() == b"[]";
        prop_assert!(nothing || !import.report.messages.is_empty());
    }
}
