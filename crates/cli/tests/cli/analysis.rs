//! `risk policy analyse`, and what `risk policy diff` says for any facts and of the workload.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::command::risk;

/// A copy of the pack with one text in place of another.
fn pack_with(folder: &Path, from: &str, to: &str) -> String {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies/england-wales");
    let mut changed = 0;
    for path in fs::read_dir(source).unwrap().map(|e| e.unwrap().path()) {
        let text = fs::read_to_string(&path).unwrap();
        changed += text.matches(from).count();
        fs::write(folder.join(path.file_name().unwrap()), text.replace(from, to)).unwrap();
    }
    assert!(changed > 0, "the pack has `{from}`");
    folder.to_str().unwrap().to_owned()
}

const WEEK: &str = "id = \"review_after_new_information\"\ntitle = \"Review of the risk of harm, after new information\"\nunit = \"days\"\nrange = [1, 60]\nvalues = [{ from = 2014-06-01, value = 7";

#[test]
fn the_pack_has_no_defect_and_what_is_accepted_says_why() {
    let page = risk(["policy", "analyse"]).fine();
    assert!(page.contains("No defect.") && page.contains("KNOWN, AND ACCEPTED (--all lists each)"), "{page}");
    assert!(page.lines().all(|l| l.chars().count() <= 80), "{page}");
    let all = risk(["policy", "analyse", "--all"]).fine();
    assert!(all.contains("kinds that no rule responds to (not_listened_to)") && all.contains("Accepted: "), "{all}");
    let json: Value = serde_json::from_str(&risk(["policy", "analyse", "--format", "json"]).fine()).unwrap();
    assert_eq!(json["schema"], "risk-policy-analysis/1");
    assert!(json["findings"].as_array().unwrap().iter().all(|f| f["weight"] != "defect" || f["accepted"].is_string()));
}

#[test]
fn a_defect_is_exit_code_1_on_the_days_on_which_it_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let pack = pack_with(
        folder.path(),
        "[policy]",
        "[[rule]]\nid = \"dead\"\ntitle = \"x\"\nbasis = \"assumed\"\neffective = { from = 2019-01-01 }\non = \"charged\"\nwhen = \"order_in_force = no and order_in_force(dapo) = yes\"\nrequire = [{ action = \"home_visit\" }]\n\n[policy]",
    );
    let ran = risk(["policy", "analyse", &pack]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.out.contains("dead, on charged, from 1 Jan 2019: it can never fire."), "{}", ran.out);
    assert_eq!(risk(["policy", "analyse", &pack, "--at", "2018-06-01"]).code, 0);
    assert_eq!(risk(["policy", "analyse", &pack, "--at", "2019-06-01"]).code, 1);
}

#[test]
fn the_help_says_which_findings_are_defects() {
    let help = risk(["policy", "analyse", "--help"]).fine();
    for part in ["Defects (exit code 1)", "never_fires", "Worth knowing", "not_listened_to"] {
        assert!(help.contains(part), "{help}");
    }
}

#[test]
fn a_longer_limit_protects_less_with_the_facts_that_show_it() {
    let folder = tempfile::tempdir().unwrap();
    let later = pack_with(folder.path(), WEEK, &WEEK.replace("value = 7", "value = 8"));
    let ran = risk(["policy", "diff", "england-wales", &later, "--at-least-as-protective"]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.starts_with("No: "), "{}", ran.out);
    assert!(ran.out.contains("`review_risk` due 7 days after it was learnt [signs-of-high-risk]"), "{}", ran.out);
    let back = risk(["policy", "diff", &later, "england-wales", "--at-least-as-protective"]).fine();
    assert!(back.starts_with("Yes: "), "{back}");
    let page = risk(["policy", "diff", "england-wales", &later]).fine();
    assert!(
        page.contains("WHERE THE SECOND POLICY REQUIRES LESS")
            && !page.contains("WHERE THE SECOND POLICY REQUIRES MORE"),
        "{page}"
    );
    let json = risk(["policy", "diff", &later, "england-wales", "--format", "json"]).fine();
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["at_least_as_protective"], &json["workload"]), (&Value::Bool(true), &Value::Null));
    assert_eq!(json["follows"]["differences"][0]["second_protects"], "more");
}

/// The same three cases under the pack and under one without reviews after a concern told by others, in two offices.
#[test]
fn the_workload_is_told_by_office_with_what_to_divide_by() {
    let folder = tempfile::tempdir().unwrap();
    let (pack, logs) = (folder.path().join("pack"), folder.path().join("logs"));
    fs::create_dir(&pack).unwrap();
    let more = pack_with(
        &pack,
        "[policy]",
        "[[rule]]\nid = \"more\"\ntitle = \"x\"\nbasis = \"assumed\"\neffective = { from = 2014-06-01 }\non = \"appointment_attended\"\nrequire = [{ action = \"offer_support_as_victim\" }]\n\n[policy]",
    );
    risk(["generate", "--cases", "3", "--seed", "7", "--output", logs.to_str().unwrap()]).fine();
    let mut logs: Vec<String> =
        fs::read_dir(logs).unwrap().map(|e| e.unwrap().path().to_str().unwrap().to_owned()).collect();
    logs.sort();
    let case = |path: &String| {
        let first: Value = serde_json::from_str(fs::read_to_string(path).unwrap().lines().next().unwrap()).unwrap();
        first["case_id"].as_str().unwrap().to_owned()
    };
    let csv = folder.path().join("officers.csv");
    let rows =
        format!("case_id,office,responsible_officer\n{},North,ann\n{},North,ben\n", case(&logs[0]), case(&logs[1]));
    fs::write(&csv, rows).unwrap();
    let tail = ["--at", "2018-09-01", "--weeks", "52", "--groups", csv.to_str().unwrap(), "--by", "office"];
    let arguments = |format: &'static str| {
        let over = ["policy", "diff", "england-wales", &more, "--over"].into_iter().map(ToOwned::to_owned);
        let over = over.chain(logs.iter().cloned()).chain(tail.map(ToOwned::to_owned));
        over.chain(["--format".to_owned(), format.to_owned()]).collect::<Vec<String>>()
    };
    let json = risk(arguments("json").iter().map(String::as_str)).fine();
    let json: Value = serde_json::from_str(&json).unwrap();
    let load = &json["workload"];
    assert_eq!(
        (&load["all"]["cases"], &load["all"]["responsible_officers"], &load["without_officer"]),
        (&3.into(), &2.into(), &1.into())
    );
    assert_eq!(load["all"]["officer_weeks"], 104);
    let groups = load["groups"].as_array().unwrap();
    let named: Vec<(&Value, &Value)> = groups.iter().map(|g| (&g["group"], &g["cases"])).collect();
    assert_eq!(named, [(&Value::Null, &1.into()), (&"North".into(), &2.into())]);
    let sum = |side: &str| groups.iter().map(|g| g[side].as_u64().unwrap()).sum::<u64>();
    assert_eq!(
        (sum("first"), sum("second")),
        (load["all"]["first"].as_u64().unwrap(), load["all"]["second"].as_u64().unwrap())
    );
    assert!(sum("second") > sum("first") && sum("first") > 0, "{load}");
    let page = risk(arguments("text").iter().map(String::as_str)).fine();
    let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(page.contains("WORKLOAD") && page.contains("2 officers in 52 weeks"), "{page}");
    assert!(page.contains("Without a named responsible officer: 1 of 3 cases"), "{page}");
}

#[test]
fn groups_that_lack_a_column_or_a_case_are_refused_with_the_line() {
    let folder = tempfile::tempdir().unwrap();
    let csv = folder.path().join("officers.csv");
    let ask = |text: &str, by: &str| {
        fs::write(&csv, text).unwrap();
        let file = csv.to_str().unwrap();
        risk([
            "policy",
            "diff",
            "england-wales",
            "england-wales",
            "--over",
            "examples/cases/sean.jsonl",
            "--groups",
            file,
            "--by",
            by,
        ])
    };
    let id = "11111111-1111-4111-8111-111111111111";
    ask("case_id,officer\n", "officer")
        .refused(&["officers.csv:1: expected a column `responsible_officer`, found case_id, officer"]);
    ask("case_id,responsible_officer\n", "office").refused(&["expected a column `office`"]);
    ask("case_id,responsible_officer\n7,ann\n", "responsible_officer")
        .refused(&["officers.csv:2: expected a UUID in `case_id`"]);
    ask(&format!("case_id,responsible_officer\n{id},ann\n{id},ben\n"), "responsible_officer")
        .refused(&["officers.csv:3: expected each case once"]);
}
