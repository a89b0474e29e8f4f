//! A store holds what a plain list of logs would hold, whatever is asked of it and however often it is opened anew.

use std::collections::BTreeMap;

use proptest::prelude::*;
use risk_core::event::vocabulary::Handling;
use risk_core::log::{Log, Record};
use risk_store::{Addition, Store};

use crate::place::{Place, feed};
use crate::records::{attended, call_out, case, erasure};

/// Something asked of a store. Small numbers, so that ids and cases meet.
#[derive(Debug, Clone)]
enum Operation {
    /// Records by number to cases; whether the caller expects the length that there is.
    Append(Vec<(u128, Vec<u128>)>, bool),
    Erase(u128, u128),
    OpenAnew,
}

fn operation() -> impl Strategy<Value = Operation> {
    let records = prop::collection::vec(0u128..24, 1..4);
    prop_oneof![
        6 => (prop::collection::vec((0u128..3, records), 1..3), any::<bool>()).prop_map(|(to, expect)| Operation::Append(to, expect)),
        2 => (0u128..3, 0u128..24).prop_map(|(of, n)| Operation::Erase(of, n)),
        1 => Just(Operation::OpenAnew),
    ]
}

/// The record of that number: for some numbers the same kind in every case, and for some another content each second time.
fn numbered(of: u128, n: u128) -> Record {
    if n.is_multiple_of(3) { call_out(case(of), n) } else { attended(case(of), n) }
}

fn erasing(of: u128, n: u128) -> Record {
    erasure(case(of), 1000 + n, n).with_handling(Handling::ThirdParty)
}

/// What should be there: the logs, and the order in which records came in.
#[derive(Default)]
struct Model {
    logs: BTreeMap<u128, Log>,
    order: Vec<(u128, u64)>,
}

impl Model {
    /// All or nothing, as a store does it.
    fn append(&mut self, to: &[(u128, Vec<u128>)], expected: &[Option<u64>]) -> bool {
        let (mut logs, mut order) = (self.logs.clone(), self.order.clone());
        let mut sorted: Vec<_> = to.iter().zip(expected).collect();
        sorted.sort_by_key(|((of, _), _)| *of);
        for ((of, records), expected) in sorted {
            let log = logs.entry(*of).or_insert_with(|| Log::new(case(*of)));
            let before = log.len();
            let records = records.iter().map(|n| numbered(*of, *n)).collect();
            if log.append_all(records, *expected).is_err() {
                return false;
            }
            order.extend((before + 1..=log.len()).map(|position| (*of, position)));
        }
        (self.logs, self.order) = (logs, order);
        true
    }

    fn erase(&mut self, of: u128, n: u128) -> bool {
        let Some(log) = self.logs.get_mut(&of).filter(|log| log.record(crate::records::event(n)).is_some()) else {
            return false;
        };
        let before = log.len();
        if log.erase(erasing(of, n), None).is_err() {
            return false;
        }
        self.order.extend((before + 1..=log.len()).map(|position| (of, position)));
        true
    }
}

fn holds(store: &Store, model: &Model) -> Result<(), TestCaseError> {
    for (of, log) in &model.logs {
        if log.is_empty() {
            continue;
        }
        let kept = store.log(&feed(), case(*of)).unwrap();
        prop_assert_eq!(kept.len(), log.len());
        for (kept, expected) in kept.records().iter().zip(log.records()) {
            prop_assert!(kept.same_content(expected), "{kept:?} and {expected:?}");
        }
    }
    let changes = store.changes(&feed(), 0, 10_000).unwrap();
    let order: Vec<_> = changes.iter().map(|c| (c.case_id, c.position)).collect();
    prop_assert_eq!(order, model.order.iter().map(|(of, position)| (case(*of), *position)).collect::<Vec<_>>());
    let verified = store.verify(None, |_| ()).unwrap();
    prop_assert!(verified.is_intact(), "{:?}", verified.differences);
    Ok(())
}

fn run(place: &Place, script: &[Operation]) -> Result<(), TestCaseError> {
    let (mut store, mut model) = (place.store(), Model::default());
    for operation in script {
        match operation {
            Operation::Append(to, expect) => {
                // A case named twice grows between; then nothing is expected of it.
                let twice = to.len() == 2 && to[0].0 == to[1].0;
                let length = |of| model.logs.get(&of).map_or(0, Log::len);
                let expected: Vec<_> = to
                    .iter()
                    .map(|(of, _)| (!twice).then(|| if *expect { length(*of) } else { length(*of) + 1 }))
                    .collect();
                let records = |of: u128, ns: &[u128]| ns.iter().map(|n| numbered(of, *n)).collect();
                let additions: Vec<_> = to
                    .iter()
                    .zip(&expected)
                    .map(|((of, ns), e)| Addition {
                        case_id: case(*of),
                        records: records(*of, ns),
                        expected_position: *e,
                    })
                    .collect();
                prop_assert_eq!(store.append_all(&feed(), &additions).is_ok(), model.append(to, &expected));
            }
            Operation::Erase(of, n) => {
                prop_assert_eq!(store.erase(&feed(), case(*of), erasing(*of, *n)).is_ok(), model.erase(*of, *n));
            }
            Operation::OpenAnew => store = place.store(),
        }
    }
    holds(&store, &model)?;
    holds(&place.store(), &model)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn a_file_holds_what_a_list_of_logs_holds(script in prop::collection::vec(operation(), 1..14)) {
        run(&Place::file(), &script)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn a_database_holds_what_a_list_of_logs_holds(script in prop::collection::vec(operation(), 1..14)) {
        if let Some(place) = Place::database() {
            run(&place, &script)?;
        }
    }
}
