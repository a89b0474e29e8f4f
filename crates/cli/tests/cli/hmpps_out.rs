//! What is proposed to the services of the estate: registers, levels and domain events.

use serde_json::Value;

use crate::command::{Ran, risk};
use crate::stored::{CASE, OFFICER, Stored};

const SEAN: &str = "examples/cases/sean.jsonl";
const URL: &str = "https://risk.example/cases/{crn}?for={audience}";

fn hmpps(command: &str, more: &[&str]) -> Ran {
    risk(["hmpps", command, SEAN, "--at", "2017-12-20"].into_iter().chain(more.iter().copied()))
}

fn notices(more: &[&str]) -> Ran {
    let asked = ["--since", "2017-12-04", "--at", "2017-12-06", "--detail-url", URL];
    risk(["hmpps", "notices", SEAN].into_iter().chain(asked).chain(more.iter().copied()))
}

fn json(ran: Ran) -> Value {
    serde_json::from_str(&ran.fine()).unwrap()
}

#[test]
fn register_changes_are_proposed_with_code_review_and_why_and_nothing_is_changed() {
    let page = hmpps("reconcile", &[]).fine();
    let expected = "\
PROPOSED FOR THE REGISTERS OF NDELIUS
  - Review ADVP, Domestic Abuse Perpetrator; next review 20 Mar 2018
    Flags of domestic abuse, MARAC and children are kept up to date.
  - Add RMRH, Medium RoH; next review 20 Jun 2018
    The risk of serious harm is classified: the flag shows the level.
  - Add REG15, Risk to Known Adult, at medium (RSKM); next review 20 Jun 2018
    A known adult is rated medium or above.

Nothing was changed in nDelius: a person decides, and enters it there.
";
    assert!(page.ends_with(expected), "{page}");
    let proposals = json(hmpps("reconcile", &["--on", "2018-01-31", "--format", "json"]));
    assert_eq!((&proposals[2]["do"], &proposals[2]["level_code"]), (&"add".into(), &"RSKM".into()));
    assert_eq!(proposals[2]["next_review_date"], "2018-07-31");
    assert_eq!(proposals[2]["because"][0]["rule"], "flag-risk-to-known-adult");
}

#[test]
fn a_table_of_the_host_s_own_lies_over_those_built_in() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("own.toml");
    let own = "[[register]]\ncode = \"RMRH\"\ndescription = \"Medium Risk\"\nreview_months = 1\nflag = \"risk_of_serious_harm\"\nlevel = \"medium\"\n";
    std::fs::write(&file, own).unwrap();
    let page = hmpps("reconcile", &["--codes", file.to_str().unwrap()]).fine();
    assert!(page.contains("Add RMRH, Medium Risk; next review 20 Jan 2018"), "{page}");
}

#[test]
fn levels_come_out_as_the_arns_api_has_them_with_what_is_indicated_beside() {
    let page = hmpps("rosh", &[]).fine();
    for line in [
        "  Overall       medium, by known adult",
        "  Community     medium: known adult; low: children, public and staff",
        "  - Known adult in the community: medium is indicated: A victim tells the",
        "    Do not raise with the person (partner confidential).",
    ] {
        assert!(page.lines().any(|l| l == line), "{line} in {page}");
    }
    let rosh = json(hmpps("rosh", &["--format", "json"]));
    assert_eq!((&rosh["overallRiskLevel"], &rosh["assessedOn"]), (&"MEDIUM".into(), &"2017-10-06T00:00:00".into()));
}

#[test]
fn what_a_victim_told_is_published_only_for_subscribers_named_for_it() {
    let crn = ["--identifier", "crn:X123456"];
    assert_eq!(json(notices(&[crn[0], crn[1], "--format", "json"])), Value::Array(vec![]));
    assert!(notices(&crn).fine().contains("None: nothing changed that this subscriber is told of."));
    let told = json(notices(&[crn[0], crn[1], "--confidential", "--format", "json"]));
    assert_eq!(told[0]["eventType"], "risk-of-harm.actions.changed");
    assert_eq!(told[0]["detailUrl"], "https://risk.example/cases/X123456?for=responsible_officer");
    assert_eq!(told[0]["personReference"]["identifiers"][0]["type"], "CRN");
    assert_eq!(told[0]["additionalInformation"]["caution"], "do_not_raise_with_person");
    assert!(notices(&[crn[0], crn[1], "--confidential"]).fine().contains("Nothing was sent"));
}

#[test]
fn what_cannot_be_answered_is_refused_and_not_told_as_nothing() {
    let partner = ["--audience", "partner_link_worker"];
    hmpps("reconcile", &partner).refused(&["--audience", "an audience that sees flags", "found partner_link_worker"]);
    let himself = ["--audience", "supervised_person"];
    hmpps("rosh", &himself).refused(&["--audience: expected an audience that sees levels, found supervised_person"]);
    notices(&["--identifier", "noms:A1234BC"]).refused(&["expected an identifier of type CRN for {crn}, found none"]);
    let since = ["hmpps", "notices", SEAN, "--since", "2018-01-01", "--at", "2017-12-06", "--identifier", "crn:X1"];
    let later = risk(since.into_iter().chain(["--detail-url", "https://risk.example/{case_id}"]));
    later.refused(&["--since: expected a moment not after --at"]);
    let nhs = ["hmpps", "notices", SEAN, "--identifier", "crn:X1", "--detail-url", "https://risk.example/{nhs}"];
    risk(nhs).refused(&["expected {case_id}, {crn} or {audience} in braces, found {nhs}"]);
}

#[test]
fn every_line_of_every_case_fits_80_columns() {
    for entry in std::fs::read_dir("../../examples/cases").unwrap() {
        let log = format!("examples/cases/{}", entry.unwrap().file_name().to_str().unwrap());
        let asked = |command: &'static str| ["hmpps", command, &log, "--at", "2018-04-23"];
        let of_notices = ["--identifier", "crn:X123456", "--confidential", "--detail-url", URL];
        if log.ends_with(".jsonl") {
            let pages =
                [risk(asked("reconcile")), risk(asked("rosh")), risk(asked("notices").into_iter().chain(of_notices))];
            for page in pages.map(Ran::fine) {
                assert!(page.lines().all(|l| l.chars().count() <= 80), "{page}");
            }
        }
    }
}

#[test]
fn a_case_of_a_store_is_asked_in_the_same_way_and_the_reading_is_written_down() {
    let stored = Stored::with_a_case();
    let at = ["--at", "2017-12-20"];
    let page = stored.risk(&["hmpps", "rosh", CASE, at[0], at[1], OFFICER[0], OFFICER[1]]).fine();
    assert!(page.contains(CASE), "{page}");
    stored.risk(&["hmpps", "rosh", CASE, at[0], at[1]]).refused(&["--audience"]);
    let journal = stored.risk(&["store", "access", CASE]).fine();
    assert!(journal.contains("host"), "{journal}");
}
