//! Confidentiality and identity never depend on how a column's name is spelt.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, Int64Array, RecordBatch, StringArray, StructArray};
use arrow_schema::Field;
use risk_bulk::{Options, Problem, Problems, standard_names};
use risk_core::event::vocabulary::Audience;
use risk_core::log::Log;
use serde_json::Value;

use crate::sample::{asked, logs, options, parts, records, rows, with, without};

/// The actions that the supervised person is shown: nothing restricted may be among their reasons.
fn shown(batch: &RecordBatch) -> Result<Vec<Value>, Problem> {
    let parts = parts(std::slice::from_ref(batch), &asked(Audience::SupervisedPerson), &options(Problems::Raise))?;
    Ok(rows(&parts, |t| &t.actions))
}

fn kept(batch: &RecordBatch, keep: &[&str]) -> Result<Vec<Value>, Problem> {
    let keep = keep.iter().map(|name| (*name).to_owned()).collect();
    let options = Options { keep, ..options(Problems::Raise) };
    Ok(rows(&parts(std::slice::from_ref(batch), &asked(Audience::Manager), &options)?, |t| &t.actions))
}

fn renamed(batch: &RecordBatch, from: &str, to: &str) -> RecordBatch {
    with(&without(batch, from), to, Arc::clone(batch.column_by_name(from).unwrap()))
}

/// A case whose supervised person is shown actions where its records are not marked, with every record restricted.
fn restricted() -> RecordBatch {
    let open = |log: &Log| without(&records(std::slice::from_ref(log)), "handling");
    let has_actions = |batch: &RecordBatch| shown(batch).is_ok_and(|actions| !actions.is_empty());
    let batch = logs(60).iter().map(open).find(has_actions).unwrap();
    let marks = StringArray::from_iter_values(std::iter::repeat_n("restricted", batch.num_rows()));
    with(&batch, "handling", Arc::new(marks))
}

/// Every column that records may have, the source in columns of its own.
fn flat() -> RecordBatch {
    let batch = records(&logs(3));
    let source = batch.column_by_name("source").unwrap().as_struct().clone();
    let mut flat = without(&batch, "source");
    for name in ["agency", "role", "reference"] {
        flat = with(&flat, &format!("source_{name}"), Arc::clone(source.column_by_name(name).unwrap()));
    }
    let numbers = |number: fn(i64) -> i64| {
        Arc::new(Int64Array::from_iter_values((0_i64..).take(flat.num_rows()).map(number))) as ArrayRef
    };
    let (v, position) = (numbers(|_| 1), numbers(|i| i));
    let notes = StringArray::from_iter_values(std::iter::repeat_n("words", flat.num_rows()));
    with(&with(&with(&flat, "v", v), "position", position), "note", Arc::new(notes))
}

#[test]
fn every_column_is_read_however_its_name_is_spelt() {
    let batch = flat();
    let expected = kept(&batch, &[]).unwrap();
    for name in batch.schema().fields().iter().map(|f| f.name().clone()) {
        let title = name.split('_').map(|word| word[..1].to_uppercase() + &word[1..]).collect::<Vec<_>>();
        for other in [
            name.to_uppercase(),
            title.join(" "),
            title.join(""),
            name.replace('_', "-"),
            name.replace('_', "."),
            format!(" {name}\t"),
            format!("\u{feff}{name}"),
            format!("\"{name}\""),
            name.chars().map(|c| if c == '_' { c } else { char::from_u32(u32::from(c) + 0xfee0).unwrap() }).collect(),
        ] {
            let found = kept(&renamed(&batch, &name, &other), &[]);
            assert_eq!(found.unwrap_or_else(|problem| panic!("{other:?}: {problem}")), expected, "{other:?}");
        }
    }
}

#[test]
fn a_position_or_a_version_in_capitals_counts() {
    let batch = flat();
    let places = Int64Array::from(vec![7; batch.num_rows()]);
    let problem = kept(&with(&without(&batch, "position"), "POSITION", Arc::new(places)), &[]).unwrap_err();
    assert_eq!((problem.column.as_str(), problem.row), ("position", Some(1)), "{problem}");
    let versions = Int64Array::from(vec![-1; batch.num_rows()]);
    let problem = kept(&with(&without(&batch, "v"), "V", Arc::new(versions)), &[]).unwrap_err();
    assert_eq!((problem.column.as_str(), problem.row), ("v", Some(0)), "{problem}");
}

#[test]
fn the_supervised_person_sees_nothing_restricted_whatever_the_column_of_marks_is_called() {
    let batch = restricted();
    assert_eq!(shown(&batch).unwrap(), Vec::<Value>::new());
    let unmarked = without(&batch, "handling");
    assert!(!shown(&unmarked).unwrap().is_empty(), "the marks are what keeps it from them");
    for name in [
        "HANDLING",
        "Handling",
        " handling ",
        "hand-ling",
        "HAND_LING",
        "handlıng",
        "handeling",
        "HANDELING",
        "handlng",
        "hndling",
        "handlings",
        "Handling_Mark",
        "EVENT_HANDLING",
        "handling2",
        "record.handling",
        "handling_code",
        "Sensitive",
        "IS_SENSITIVE",
        "sensitivity",
        "confidentiality",
        "Confidential",
        "restricted",
        "ProtectiveMarking",
    ] {
        let marked = renamed(&batch, "handling", name);
        match shown(&marked) {
            Ok(actions) => assert_eq!(actions, Vec::<Value>::new(), "{name}"),
            Err(problem) => assert_eq!((problem.column.as_str(), problem.row), (name, None), "{problem}"),
        }
        let keep = Options { keep: vec![name.to_owned()], ..options(Problems::Raise) };
        match parts(&[marked], &asked(Audience::SupervisedPerson), &keep) {
            Ok(parts) => assert_eq!(rows(&parts, |t| &t.actions), Vec::<Value>::new(), "{name} is kept"),
            Err(problem) => assert_eq!((problem.column.as_str(), problem.row), (name, None), "{problem}"),
        }
    }
    // With a column of marks, another that speaks of them leaves no doubt.
    let beside = with(&batch, "sensitive", Arc::new(StringArray::from(vec!["no"; batch.num_rows()])));
    assert_eq!(shown(&beside).unwrap(), Vec::<Value>::new());
}

#[test]
fn a_mark_that_is_none_is_an_error_and_never_no_mark() {
    let batch = records(&logs(3));
    for mark in
        ["Restricted", "RESTRICTED", " restricted", "restricted ", "", "None", "nan", "null", "3", "restricted\0"]
    {
        let marks = StringArray::from_iter_values(std::iter::repeat_n(mark, batch.num_rows()));
        let problem = shown(&with(&batch, "handling", Arc::new(marks))).unwrap_err();
        assert_eq!((problem.column.as_str(), problem.row), ("handling", Some(0)), "{mark:?}: {problem}");
    }
    let bytes = arrow_array::FixedSizeBinaryArray::try_from_iter(std::iter::repeat_n(
        *b"restricted\0\0\0\0\0\0",
        batch.num_rows(),
    ));
    let problem = shown(&with(&batch, "handling", Arc::new(bytes.unwrap()))).unwrap_err();
    assert!(problem.column == "handling" && problem.expected.contains("text"), "{problem}");
}

#[test]
fn two_columns_that_mean_the_same_are_refused_and_both_are_named() {
    let batch = flat();
    for name in batch.schema().fields().iter().map(|f| f.name().clone()) {
        let twice = with(&batch, &name.to_uppercase(), Arc::clone(batch.column_by_name(&name).unwrap()));
        let problem = kept(&twice, &[]).unwrap_err();
        assert_eq!(problem.column, name.to_uppercase());
        assert!(problem.found.contains(&format!("`{name}` and `{}`", name.to_uppercase())), "{problem}");
    }
    let source = records(&logs(3));
    let both = with(&batch, "Source", Arc::clone(source.column_by_name("source").unwrap()));
    assert!(kept(&both, &[]).unwrap_err().expected.contains("either a struct `source` or columns"));
}

/// The batch with the members of a struct renamed, or added once more.
fn in_struct(batch: &RecordBatch, column: &str, member: &str, other: &str, twice: bool) -> RecordBatch {
    let members = batch.column_by_name(column).unwrap().as_struct();
    let mut fields: Vec<Field> = members.fields().iter().map(|f| f.as_ref().clone()).collect();
    let mut columns = members.columns().to_vec();
    let place = fields.iter().position(|f| f.name() == member).unwrap();
    if twice {
        fields.push(fields[place].clone().with_name(other));
        columns.push(Arc::clone(&columns[place]));
    } else {
        fields[place] = fields[place].clone().with_name(other);
    }
    let members = StructArray::new(fields.into(), columns, members.nulls().cloned());
    with(batch, column, Arc::new(members))
}

#[test]
fn members_of_data_and_of_the_source_are_read_however_they_are_spelt_and_never_twice() {
    let batch = records(&logs(3));
    let expected = kept(&batch, &[]).unwrap();
    for (column, member, other) in [
        ("data", "index_offence_is_domestic_abuse", "INDEX_OFFENCE_IS_DOMESTIC_ABUSE"),
        ("data", "sentence_id", "sentenceId"),
        ("data", "persons", "Persons"),
        ("source", "agency", "AGENCY"),
        ("source", "role", " Role"),
    ] {
        assert_eq!(kept(&in_struct(&batch, column, member, other, false), &[]).unwrap(), expected, "{other}");
        let problem = kept(&in_struct(&batch, column, member, other, true), &[]).unwrap_err();
        assert_eq!(problem.column, format!("{column}.{member}"));
        assert!(problem.found.contains(&format!("`{member}` and `{other}`")), "{problem}");
    }
    let misspelt = kept(&in_struct(&batch, "data", "sentence_id", "sentense_id", false), &[]).unwrap_err();
    assert_eq!(misspelt.column, "data.sentense_id", "{misspelt}");
}

#[test]
fn a_kept_column_is_taken_by_its_name_and_has_that_name_once() {
    let batch = records(&logs(3));
    let office: ArrayRef = Arc::new(StringArray::from(vec!["north"; batch.num_rows()]));
    let with_office = with(&batch, "office", Arc::clone(&office));
    assert_eq!(kept(&with_office, &["office"]).unwrap()[0]["office"], "north");
    let mut fields: Vec<Field> = with_office.schema().fields().iter().map(|f| f.as_ref().clone()).collect();
    fields.push(Field::new("office", office.data_type().clone(), true));
    let columns = with_office.columns().iter().cloned().chain([office]).collect();
    let twice = RecordBatch::try_new(Arc::new(arrow_schema::Schema::new(fields)), columns).unwrap();
    assert_eq!(kept(&twice, &["office"]).unwrap_err().column, "office");
}

#[test]
fn the_names_of_a_table_are_given_as_the_documentation_has_them() {
    let given = ["EVENT_ID", "Case Id", "office", "sourceAgency", "Handling"].map(str::to_owned);
    let found = standard_names(&given, &[]).unwrap();
    assert_eq!(found, ["event_id", "case_id", "office", "source_agency", "handling"]);
    assert!(standard_names(&["v".to_owned(), "V".to_owned()], &[]).is_err());
}
