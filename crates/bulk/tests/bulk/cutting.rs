//! Where batches end changes nothing.

use std::collections::HashSet;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use risk_bulk::{CaseAnswer, Caseload, PartSink, Problems, Sink, without_cases};
use risk_core::cancel::EndedEarly;
use risk_core::event::vocabulary::Audience;
use risk_generate::Caseload as Invented;

use crate::sample::{asked, logs, options, parts, records, rows, texts, with};

fn cut(batch: &RecordBatch, size: usize) -> Vec<RecordBatch> {
    (0..batch.num_rows()).step_by(size).map(|from| batch.slice(from, size.min(batch.num_rows() - from))).collect()
}

#[test]
fn batches_of_any_size_give_the_same_answers_in_the_same_order() {
    let batch = records(&logs(5));
    let asked = asked(Audience::Manager);
    let whole = parts(std::slice::from_ref(&batch), &asked, &options(Problems::Raise)).unwrap();
    for size in [1, 2, 3, 7, 19, 50, 100, batch.num_rows() - 1] {
        let cut = parts(&cut(&batch, size), &asked, &options(Problems::Raise)).unwrap();
        assert_eq!(rows(&cut, |t| &t.actions), rows(&whole, |t| &t.actions), "batches of {size}");
        assert_eq!(rows(&cut, |t| &t.cases), rows(&whole, |t| &t.cases), "batches of {size}");
    }
}

#[test]
fn many_parts_come_in_the_order_of_the_input_whoever_made_them() {
    let logs = logs(400);
    let batch = records(&logs);
    let asked = asked(Audience::Analyst);
    for workers in [1, 3] {
        let options = risk_bulk::Options { workers: Some(workers), ..options(Problems::Raise) };
        let parts = parts(&cut(&batch, 1000), &asked, &options).unwrap();
        assert!(parts.len() > 2, "{}", parts.len());
        let cases: Vec<String> = parts.iter().flat_map(|p| texts(&p.taken.cases, "case_id")).collect();
        assert_eq!(cases, logs.iter().map(|log| log.case_id().to_string()).collect::<Vec<_>>());
        assert_eq!(parts.iter().map(|p| p.events).sum::<u64>(), u64::try_from(batch.num_rows()).unwrap());
    }
}

#[test]
fn empty_batches_and_an_empty_caseload_are_no_case() {
    let batch = records(&logs(1));
    let asked = asked(Audience::Manager);
    let empty = batch.slice(0, 0);
    assert!(parts(std::slice::from_ref(&empty), &asked, &options(Problems::Raise)).unwrap().is_empty());
    let some = parts(&[empty.clone(), batch, empty], &asked, &options(Problems::Raise)).unwrap();
    assert_eq!(rows(&some, |t| &t.cases).len(), 1);
}

#[test]
fn a_case_whose_id_is_written_in_two_ways_is_one_case() {
    let batch = records(&logs(1));
    let ids = texts(&batch, "case_id").into_iter().enumerate();
    let ids: StringArray = ids.map(|(i, id)| Some(if i % 2 == 0 { id } else { id.to_uppercase() })).collect();
    let mixed = with(&batch, "case_id", Arc::new(ids));
    let parts = parts(&[mixed], &asked(Audience::Manager), &options(Problems::Raise)).unwrap();
    assert_eq!(rows(&parts, |t| &t.cases).len(), 1);
}

#[test]
fn kept_columns_stand_on_every_row_as_the_last_record_has_them() {
    let batch = records(&logs(2));
    let office: StringArray = (0..batch.num_rows()).map(|row| Some(format!("office {row}"))).collect();
    let last = texts(&batch, "case_id").iter().rposition(|id| *id == texts(&batch, "case_id")[0]).unwrap();
    let batch = with(&batch, "office", Arc::new(office) as ArrayRef);
    let options = risk_bulk::Options { keep: vec!["office".to_owned()], ..options(Problems::Raise) };
    let parts = parts(&cut(&batch, 10), &asked(Audience::Manager), &options).unwrap();
    for table in [rows(&parts, |t| &t.cases), rows(&parts, |t| &t.actions), rows(&parts, |t| &t.classifications)] {
        assert_eq!(table[0]["office"], format!("office {last}"));
        assert_eq!(table[table.len() - 1]["office"], format!("office {}", batch.num_rows() - 1));
    }
}

#[test]
fn a_caseload_that_is_dropped_ends_its_threads() {
    let batch = records(&logs(300));
    let asked = asked(Audience::Manager);
    let answers = risk_bulk::Answers::new(&asked, &[]).unwrap();
    let endless = std::iter::repeat_with({
        let batch = batch.clone();
        move || Ok(batch.clone())
    });
    let mut caseload = Caseload::new(&batch.schema(), endless, asked, answers, &options(Problems::Rows)).unwrap();
    assert!(caseload.next().unwrap().is_ok());
    drop(caseload);
}

#[test]
fn a_case_of_thousands_of_records_over_many_batches_is_one_case() {
    struct Lengths;
    struct Length(Vec<u64>);
    impl Sink for Lengths {
        type PartSink = Length;
        type Part = Vec<u64>;
        fn begin(&self) -> Length {
            Length(Vec::new())
        }
    }
    impl PartSink for Length {
        type Part = Vec<u64>;
        fn take(&mut self, case: &CaseAnswer<'_>) -> Result<(), EndedEarly> {
            self.0.push(case.log.len());
            Ok(())
        }
        fn finish(self) -> Vec<u64> {
            self.0
        }
    }
    let invented = Invented { events: Some(5000), ..Invented::inspection(1, 1) };
    let batch = records(&[invented.log(0).unwrap()]);
    let asked = asked(Audience::SupervisedPerson);
    let given = cut(&batch, 999).into_iter().map(Ok);
    let caseload = Caseload::new(&batch.schema(), given, asked, Lengths, &options(Problems::Raise)).unwrap();
    let lengths: Vec<u64> = caseload.flat_map(|part| part.unwrap().taken).collect();
    assert_eq!(lengths, [u64::try_from(batch.num_rows()).unwrap()]);
}

#[test]
fn rows_of_cases_can_be_taken_out_of_a_table() {
    let logs = logs(4);
    let batch = records(&logs);
    let gone: HashSet<_> = [logs[0].case_id(), logs[2].case_id()].into();
    let left = without_cases(std::slice::from_ref(&batch), &gone);
    let ids: Vec<String> = left.iter().flat_map(|b| texts(b, "case_id")).collect();
    let stays = |id: &String| !gone.iter().any(|g| g.to_string() == *id);
    assert_eq!(ids, texts(&batch, "case_id").into_iter().filter(stays).collect::<Vec<_>>());
    assert!(without_cases(&[batch.slice(0, 1)], &gone).is_empty());
}
