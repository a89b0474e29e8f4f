//! Many writers at once, and whoever follows them.

use std::collections::BTreeMap;

use risk_core::log::Record;
use risk_store::{Change, Store};

use crate::place::{Place, feed, on_each};
use crate::records::case;
use crate::writer::{Acknowledged, Told};

const WRITERS: u128 = 8;

#[test]
fn eight_processes_that_append_to_cases_of_their_own_lose_nothing() {
    on_each(|place| together(place, |writer| 10 + writer * 2));
}

#[test]
fn eight_processes_that_append_to_the_same_two_cases_lose_nothing() {
    on_each(|place| together(place, |_| 10));
}

fn together(place: &Place, case_of: impl Fn(u128) -> u128) {
    let store = place.store();
    let told = |w| Told { url: place.url.clone(), case: case_of(w), from: 1_000_000 * (w + 1), appends: 12 };
    let mut children: Vec<_> = (0..WRITERS).map(|w| told(w).start()).collect();

    // Whoever follows meanwhile sees each record once, in the order of its place.
    let mut seen: Vec<Change> = Vec::new();
    while children.iter_mut().any(|child| child.try_wait().unwrap().is_none()) {
        follow(&store, &mut seen);
    }
    follow(&store, &mut seen);
    let mut said: Vec<Acknowledged> = children.iter_mut().flat_map(Told::finish).collect();
    said.sort();

    assert!(seen.windows(2).all(|two| two[0].place < two[1].place));
    let mut followed: Vec<Acknowledged> =
        seen.iter().map(|c| Acknowledged { case_id: c.case_id, event_id: sealed_id(&c.line) }).collect();
    followed.sort();
    assert!(followed == said, "a change was passed over or came twice: {} and {}", followed.len(), said.len());

    let mut lengths = BTreeMap::new();
    for change in &seen {
        // In each case positions rise one by one.
        let length = lengths.entry(change.case_id).or_insert(0);
        *length += 1;
        assert_eq!(change.position, *length);
    }
    for (case_id, length) in lengths {
        assert_eq!(store.log(&feed(), case_id).unwrap().len(), length);
    }
    assert!(store.verify(None, |_| ()).unwrap().is_intact());
}

fn sealed_id(line: &str) -> uuid::Uuid {
    Record::parse(line).unwrap().event_id
}

fn follow(store: &Store, seen: &mut Vec<Change>) {
    loop {
        let after = seen.last().map_or(0, |change| change.place);
        let changes = store.changes(&feed(), after, 7).unwrap();
        if changes.is_empty() {
            return;
        }
        seen.extend(changes);
    }
}

#[test]
fn changes_come_in_pages_and_none_after_the_last() {
    on_each(|place| {
        let store = place.store();
        assert_eq!(store.changes(&feed(), 0, 10).unwrap(), []);
        for n in 1..=5 {
            store.append(&feed(), case(n), vec![crate::records::call_out(case(n), n)], None).unwrap();
        }
        let first = store.changes(&feed(), 0, 3).unwrap();
        assert_eq!(first.iter().map(|c| c.case_id).collect::<Vec<_>>(), [case(1), case(2), case(3)]);
        let rest = store.changes(&feed(), first[2].place, 10).unwrap();
        assert_eq!(rest.len(), 2);
        assert_eq!(store.changes(&feed(), rest[1].place, 10).unwrap(), []);
    });
}
