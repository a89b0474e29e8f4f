//! Long work that the caller ends early.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use risk_store::{Options, Store, StoreError};

use crate::place::{Place, feed, on_each};
use crate::records::{attended, case};

#[test]
fn an_import_that_is_ended_early_keeps_nothing_and_a_row_of_calls_stops_at_the_next() {
    let filled = Place::file();
    let store = filled.store();
    for n in 1..=40 {
        store.append(&feed(), case(n), vec![attended(case(n), n)], None).unwrap();
    }
    let mut text = Vec::new();
    store.export(&feed(), None, true, &mut text, |_| ()).unwrap();
    on_each(|place| {
        place.store();
        let asked = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&asked);
        let ends = move || counter.fetch_add(1, Ordering::Relaxed) >= 20;
        let store = Store::open(&place.url, Options::default()).unwrap().cancelled_when(Box::new(ends));
        let ended = store.import(&feed(), "export", &mut text.as_slice(), |_| ()).unwrap_err();
        assert!(matches!(ended, StoreError::Cancelled(_)), "{ended}");
        let refused = store.append(&feed(), case(1), vec![attended(case(1), 1)], None).unwrap_err();
        assert!(matches!(refused, StoreError::Cancelled(_)), "{refused}");
        assert!(matches!(store.log(&feed(), case(1)), Err(StoreError::Cancelled(_))));
        let again = place.store();
        assert_eq!(again.cases(&feed()).unwrap().count(), 0, "nothing was kept");
        again.import(&feed(), "export", &mut text.as_slice(), |_| ()).unwrap();
        assert!(again.verify(None, |_| ()).unwrap().is_intact());
    });
}
