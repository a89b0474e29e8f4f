//! In which case, and under which reference, a thing with an id of its own is on record: a registration, a requirement or the like
//! that a message names under one CRN may be on record under another CRN of the same person, or in the case to which its sentence was
//! moved.

use std::collections::{BTreeMap, BTreeSet};

use risk_core::event::Kind;
use risk_core::log::Record;
use serde_json::json;
use uuid::Uuid;

use super::{Reconciler, of_sentence};
use crate::key::Key;
use crate::message_context::reference;
use crate::pending_record::{Own, PendingRecord};

/// Which cases are one person's, and between which sentences were moved.
#[derive(Debug, Default)]
pub(crate) struct Families {
    /// The cases of the person of each case, the case itself first.
    pub(crate) persons: BTreeMap<Uuid, Vec<Uuid>>,
    /// The source and the target of each move.
    pub(crate) moves: BTreeSet<(Uuid, Uuid)>,
}

impl Families {
    /// The cases of a person.
    fn person(&self, case: Uuid) -> Vec<Uuid> {
        self.persons.get(&case).cloned().unwrap_or_else(|| vec![case])
    }

    /// The cases from which sentences came to a case, over any number of moves, or to which they went.
    fn moved(&self, case: Uuid, came: bool) -> BTreeSet<Uuid> {
        let (mut all, mut open) = (BTreeSet::new(), vec![case]);
        while let Some(at) = open.pop() {
            let ends = self.moves.iter().map(|(from, to)| if came { (*to, *from) } else { (*from, *to) });
            open.extend(ends.filter(|(here, there)| *here == at && all.insert(*there)).map(|(_, there)| there));
        }
        all.remove(&case);
        all
    }
}

/// A place in which a thing may be on record: the case, and the case whose message named it first.
type Place = (Uuid, Uuid);

/// The id of the record that a move makes of another.
pub(super) fn moved_id(key: &Key, id: Uuid, target: Uuid, sentence: &str) -> Uuid {
    key.uuid(&["moved", &id.to_string(), &target.to_string(), sentence])
}

/// What identifies an order, by the reference of what it was made with.
fn fact(key: &Key, reference: &str) -> String {
    key.opaque("fact", &[reference])
}

impl Reconciler<'_> {
    /// Every place in which what a message says of a thing of a case may be on record, that case first.
    fn places(&self, case: Uuid) -> Vec<Place> {
        let person = self.families.person(case);
        let own = person.iter().map(|one| (*one, *one));
        let came = person.iter().flat_map(|one| self.families.moved(*one, true).into_iter().map(|from| (*one, from)));
        let went = person.iter().flat_map(|one| self.families.moved(*one, false).into_iter().map(|to| (to, *one)));
        let mut places: Vec<Place> = Vec::new();
        for place in own.chain(came).chain(went) {
            if !places.contains(&place) {
                places.push(place);
            }
        }
        places
    }

    /// The cases and references under which a deletion finds what it takes back; without any, its own.
    pub(super) fn places_of_taken(&mut self, case: Uuid, own_id: &str) -> Vec<(Uuid, String)> {
        let key = self.key;
        let at = |(of, named): Place| (of, reference(key, named, own_id, ""));
        let mut found: BTreeSet<Place> = BTreeSet::new();
        for (of, named) in self.places(case) {
            let (id, reference) = at((of, named));
            if self.case(id).under(&reference).next().is_some() {
                // Not everything that is made of a requirement names its sentence, and was moved with it.
                found.extend([(of, named), (named, named)]);
            }
        }
        let mut found: Vec<Place> = found.into_iter().collect();
        found.retain(|place| {
            let (id, reference) = at(*place);
            self.case(id).under(&reference).next().is_some()
        });
        if found.is_empty() { vec![at((case, case))] } else { found.into_iter().map(at).collect() }
    }

    /// Every case and reference under which what a deletion takes back may be on record.
    pub(super) fn all_places(&self, case: Uuid, own_id: &str) -> BTreeSet<(Uuid, String)> {
        let places = self.places(case).into_iter().flat_map(|(of, named)| [(of, named), (named, named)]);
        places.map(|(of, named)| (of, reference(self.key, named, own_id, ""))).collect()
    }

    /// Turns drafts to the case in which what they speak of is on record, or is recorded with this import.
    pub fn at_home(&mut self, mut drafts: Vec<PendingRecord>, contacts: &BTreeSet<usize>) -> Vec<PendingRecord> {
        let mut in_order: Vec<&mut PendingRecord> = drafts.iter_mut().collect();
        in_order.sort_by_key(|draft| (draft.recorded, draft.case, draft.id));
        // What this import records of each thing, with the sentence of each record.
        let mut here: BTreeMap<Place, BTreeSet<String>> = BTreeMap::new();
        let mut sentences: BTreeMap<Uuid, String> = BTreeMap::new();
        for draft in in_order {
            let Some(own) = draft.own.clone().filter(|_| !contacts.contains(&draft.from)) else { continue };
            let place = self.home(draft, &own, &here);
            here.entry(place).or_default().insert(own.id.clone());
            let (case, named) = place;
            let was = draft.case;
            if place != (was, was) {
                let key = self.key;
                let before = fact(key, &draft.reference);
                draft.reference = reference(key, named, &own.id, "");
                draft.case = case;
                draft.id = own.record_id(key, named, draft.kind);
                if case != named {
                    let moved = self.moved_here(case, draft.kind, &draft.reference);
                    draft.id = moved.unwrap_or_else(|| own.record_id(key, case, draft.kind));
                }
                let after = json!(fact(key, &draft.reference));
                draft
                    .data
                    .values_mut()
                    .filter(|value| **value == json!(before))
                    .for_each(|value| value.clone_from(&after));
                // It is the same sentence, whatever its number is here.
                let held = self.case(case).record(draft.id).and_then(of_sentence).map(str::to_owned);
                if let Some(sentence) = held.or_else(|| sentences.get(&draft.id).cloned()) {
                    draft.data.insert("sentence_id".to_owned(), json!(sentence));
                }
            }
            if let Some(sentence) = draft.data.get("sentence_id").and_then(|value| value.as_str()) {
                sentences.entry(draft.id).or_insert_with(|| sentence.to_owned());
            }
        }
        drafts
    }

    /// Where what a draft speaks of is on record: the very record, or else others of the same thing.
    fn home(&mut self, draft: &PendingRecord, own: &Own, here: &BTreeMap<Place, BTreeSet<String>>) -> Place {
        let key = self.key;
        let places = self.places(draft.case);
        if let [only] = places.as_slice() {
            return *only;
        }
        let is_here = |place: &Place| here.get(place).is_some_and(|ids| ids.contains(&own.id));
        for (case, named) in &places {
            let id = own.record_id(key, *named, draft.kind);
            let reference = reference(key, *named, &own.id, "");
            let found = if case == named {
                self.case(*case).record(id).is_some()
            } else {
                self.moved_here(*case, draft.kind, &reference).is_some()
            };
            if found {
                return (*case, *named);
            }
        }
        for place in &places {
            let reference = reference(key, place.1, &own.id, "");
            if is_here(place) || self.case(place.0).under(&reference).next().is_some() {
                return *place;
            }
        }
        // It is moved with its sentence when all is said.
        if draft.data.contains_key("sentence_id") {
            for from in self.families.moved(draft.case, true) {
                let reference = reference(key, from, &own.id, "");
                if is_here(&(from, from)) || self.case(from).under(&reference).next().is_some() {
                    return (from, from);
                }
            }
        }
        (draft.case, draft.case)
    }

    /// The record of that kind that a move made here of one in the case whose reference it has.
    fn moved_here(&mut self, case: Uuid, kind: Kind, reference: &str) -> Option<Uuid> {
        let is_it = |r: &&Record| r.kind() == Some(kind) && of_sentence(r).is_some();
        self.case(case).under(reference).find(is_it).map(|r| r.event_id)
    }
}
