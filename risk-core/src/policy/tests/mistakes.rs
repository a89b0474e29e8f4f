//! Every mistake is refused, at its place.
//!
//! Each case changes the sample policy in one spot; `§` marks where the mistake must be reported.

use super::SAMPLE;
use crate::policy::{Policy, PolicyErrors};

/// The sample with a spot changed, and the place that the change marks.
fn changed(from: &str, to: &str) -> (Vec<(&'static str, String)>, String) {
    let mut place = String::new();
    let files = SAMPLE.map(|(name, text)| {
        let mut changed = text.replacen(from, to, 1);
        if let Some(at) = changed.find('§') {
            let before = &changed[..at];
            let (line, column) = (before.lines().count(), before.lines().last().unwrap_or_default().chars().count());
            let (line, column) = if before.ends_with('\n') { (line + 1, 1) } else { (line, column + 1) };
            place = format!("{name}:{line}:{column}");
            changed = changed.replacen('§', "", 1);
        }
        (name, changed)
    });
    assert!(!place.is_empty(), "the sample has no `{from}`, or the change no mark");
    (files.to_vec(), place)
}

fn load(files: &[(&str, String)]) -> Result<Policy, PolicyErrors> {
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    Policy::load(&files)
}

/// The change is refused, at its mark, with a message that begins so.
fn refused(from: &str, to: &str, message: &str) {
    let (files, place) = changed(from, to);
    let errors = load(&files).expect_err(to).to_string();
    let expected = format!("{place}: {message}");
    assert!(errors.lines().any(|line| line.starts_with(&expected)), "expected\n{expected}\nfound\n{errors}");
}

#[test]
fn what_is_not_toml() {
    refused("version = \"1.0.0\"", "version = 1.0§.0\"", "this is not TOML: ");
}

#[test]
fn what_cannot_be_read_is_all_that_is_said() {
    let said = |from: &str, to: &str| load(&changed(from, to).0).expect_err(to).to_string();
    let not_toml = said("version = \"1.0.0\"", "version = 1.0§.0\"");
    assert!(not_toml.lines().all(|line| line.contains(": this is not TOML: ")), "{not_toml}");
    // An action that cannot be read is not one that its rules lack.
    let misread = said("priority = \"planned\"", "priority = §\"soon\"");
    assert_eq!(misread.lines().count(), 1, "{misread}");
}

#[test]
fn entries_and_fields_that_the_language_does_not_have() {
    refused("[[duty]]\nid", "[[§duties]]\nid", "unknown entry `duties`: expected one of ");
    refused(
        "must_name = true",
        "§must_nam = true",
        "unknown field `must_nam`: expected one of `must_name`, or another of ",
    );
    refused("at = \"s9\" }", "at = \"s9\", §page = 3 }", "unknown field `page`: expected one of ");
    refused("[[rule]]\nid = \"moved\"\n", "§[[rule]]\n", "the rule has no `id`: expected an id: 1 to 64 letters");
    refused("title = \"Somebody moved\"", "title = §\" \"", "expected text, found text of 1 characters");
    refused(
        "id = \"moved\"",
        "id = §\"moved house\"",
        "expected an id: 1 to 64 letters, digits or . _ -, found text of 11",
    );
}

#[test]
fn values_of_another_form_or_another_list() {
    refused(
        "priority = \"planned\"",
        "priority = §\"soon\"",
        "expected one of protect_now, this_week, planned, found `soon`",
    );
    refused("unit = \"months\"", "unit = §\"month\"", "expected one of `months`, or another of ");
    refused(
        "date = 2018-09-01",
        "date = §\"2018-09-01\"",
        "expected a date such as 2014-06-01, without quotes, found `2018-09-01`",
    );
    refused("must_name = true", "must_name = §\"yes\"", "expected true or false, found `yes`");
    refused("range = [1, 365]", "range = §[365, 1]", "expected [LEAST, GREATEST], found a list of 2");
    refused("value = 90", "value = §-90", "expected a whole number from 0 to 36500, found -90");
    refused("value = 90", "value = §1.5", "expected a whole number from 0 to 36500, found 1.5");
    refused(
        "on = \"address_changed\"",
        "on = §\"address_change\"",
        "unknown kind of event `address_change`: expected one of `address_changed`, or",
    );
    refused("on = \"address_changed\"", "on = §[]", "expected at least one, found a list of 0");
    refused(
        "level = \"medium\" }, {",
        "level = §\"unknown\" }, {",
        "expected a level from low to very_high, found `unknown`",
    );
    refused(
        "{ group = \"prisoners\",",
        "§{ setting = \"community\", group = \"prisoners\",",
        "expected setting = \"custody\" for prisoners",
    );
    refused("unset = true", "unset = true, value = §3", "expected no `value` beside `unset = true`, found 3");
    refused(
        "{ from = 2014-06-01, unset = true }",
        "§{ from = 2014-06-01, basis = \"assumed\" }",
        "the value has no `value`: expected a number, or `unset = true`",
    );
    refused(
        "effective = { from = 2014-06-01, to",
        "effective = §{ from = 2019-06-01, to",
        "this ends on 2018-01-01, not after it begins on 2019-06-01",
    );
    refused("should_be = \"unset\"", "should_be = §\"off\"", "expected one of set, unset, found `off`");
    refused("due = { within = \"visit_time\" }", "due = §\"soon\"", "expected \"immediately\", { within = PARAMETER");
    refused(
        "due = { within = \"visit_time\" }",
        "due = §{ within = \"visit_time\", immediately = true }",
        "expected \"immediately\", { within",
    );
    refused("kinds = \"all\"", "kinds = §\"most\"", "expected \"all\", or a list, found `most`");
}

#[test]
fn conditions_are_reported_at_their_word() {
    refused(
        "when = \"supervised and person.in_household",
        "when = \"supervised and §person.in_hosehold",
        "unknown fact `person.in_hosehold`: expected one of `person.in_household`, or another of ",
    );
    refused("when = \"supervised and", "when = \"supervised §& ", "expected a fact, a value, `and`");
    // In a text of several lines.
    refused("offence in [assault, strangulation]", "offence in [assault, §strangling]", "expected one of ");
    refused(
        "while = \"supervised = yes and",
        "while = \"§count(charged, 90) > 1 and",
        "`count(charged, 90)` changes by time alone",
    );
    refused("while = \"supervised = yes and", "while = \"§event.of = police and", "a duty has no event");
    refused("when = \"event.stage in [initial", "when = \"event.stage in [§starting", "expected one of ");
    refused(
        "closed_by = [{ on = \"risk_assessed\"",
        "closed_by = [{ on = [\"risk_assessed\", §\"risk_reviewed\"]",
        "expected one of ",
    );
    // Escapes hide the place within: the text as a whole is named.
    refused(
        "when = \"supervised and person.in_household",
        "when = §\"\\u0073upervised and person.in_hosehold",
        "unknown fact",
    );
}

#[test]
fn names_that_nothing_has() {
    refused(
        "within = \"visit_time\"",
        "within = §\"visit_tim\"",
        "unknown parameter `visit_tim`: expected one of `visit_time`, or",
    );
    refused(
        "every = \"check_interval\"",
        "every = §\"many\"",
        "expected a parameter in days or business_days or months, found `many` in count",
    );
    refused(
        "{ action = \"return_to_nps\" },",
        "§{ action = \"locate_person\" },",
        "unknown action `locate_person`: expected one of ",
    );
    refused("action = \"request_police_information\"", "action = §\"locate_person\"", "unknown action `locate_person`");
    refused("part_of = [\"review_risk\"]", "part_of = [§\"locate_person\"]", "unknown action `locate_person`");
    refused(
        "continues = { action = \"return_to_nps\"",
        "continues = { action = §\"locate_person\"",
        "unknown action `locate_person`",
    );
    refused(
        "source = [{ document = \"manual\", at = \"s9\"",
        "source = [{ document = §\"manuel\", at = \"s9\"",
        "unknown document `manuel`: expected one of `manual`, or",
    );
    refused("covers = [\"O2\"]", "covers = [§\"O9\"]", "unknown obligation `O9`: expected one of ");
    refused(
        "findings = [\"F3\", \"F19\"]",
        "findings = [\"F3\", §\"F31\"]",
        "expected a finding code, F1 to F30, found `F31`",
    );
    refused(
        "with = \"event.of\"",
        "with = §\"event.whom\"",
        "`information_requested` has no field `whom` that a condition may ask: expected one of ",
    );
    refused("not_fires = [\"moved\"]", "not_fires = [§\"move\"]", "unknown rule `move`: expected one of `moved`, or");
    refused(
        "locality = \"north\"\ngiven",
        "locality = §\"south\"\ngiven",
        "unknown locality `south`: expected one of ",
    );
}

#[test]
fn the_same_id_twice() {
    refused(
        "[[obligation]]\nid = \"O2\"",
        "§[[obligation]]\nid = \"O1\"",
        "duplicate id: the obligation `O1` is already defined at sample/head.toml:",
    );
    refused(
        "[[document]]\nid = \"report\"",
        "§[[document]]\nid = \"manual\"",
        "duplicate id: the document `manual` is already defined at ",
    );
    refused(
        "[[parameter]]\nid = \"many\"",
        "§[[parameter]]\nid = \"visit_time\"",
        "duplicate id: the parameter `visit_time` is already defined at ",
    );
    refused(
        "[[action]]\nid = \"home_visit\"",
        "§[[action]]\nid = \"review_risk\"",
        "duplicate id: the action `review_risk` is already defined at ",
    );
    refused("id = \"repeat-checks\"", "id = §\"moved\"", "duplicate id: the rule `moved` is already defined at ");
}

#[test]
fn assertions_without_a_source() {
    refused("source = [{ document = \"manual\", at = \"s9\" }]\nbasis = \"", "basis = §\"", "the rule names no source");
    refused("source = [{ document = \"manual\", at = \"s7\" }]\nbasis = \"", "basis = §\"", "the duty names no source");
    let assumed = "{ from = 2014-06-01, value = 3, basis = \"assumed\" }";
    refused(assumed, "§{ from = 2014-06-01, value = 3, basis = \"statute\" }", "the value names no source");
    refused(assumed, "§{ from = 2014-06-01, value = 3 }", "the value has no `basis`: expected one of ");
}

#[test]
fn assumptions_that_press() {
    refused(
        "covers = [\"O1\"]\non = [\"police",
        "indicate = §[{ group = \"public\", level = \"low\" }]\ncovers = [\"O1\"]\non = [\"police",
        "a rule of basis `assumed` may not indicate a level",
    );
    refused(
        "require = [{ action = \"home_visit\", about = \"each_child\",",
        "require = [§{ action = \"home_visit\", priority = \"protect_now\",",
        "basis `assumed` may not give priority `protect_now` to `home_visit`",
    );
    // By the action's own priority.
    refused(
        "require = [{ action = \"home_visit\", about = \"each_child\",",
        "require = [§{ action = \"return_to_nps\",",
        "basis `assumed` may not give priority `protect_now` to `return_to_nps`",
    );
}

#[test]
fn values_out_of_range_and_out_of_line() {
    refused("value = 5", "value = §31", "the value 31 of `review_time` is out of its range: expected 1 to 30");
    refused(
        "{ from = 2018-01-01, value = 5",
        "§{ from = 2017-12-31, value = 5",
        "two versions of `review_time` are in force on 2017-12-31: ",
    );
    refused(
        "{ from = 2018-01-01, value = 5",
        "§{ from = 2018-01-02, value = 5",
        "no version of `review_time` is in force from 2018-01-01 to 2018-01-02: ",
    );
    refused(
        "effective = { from = 2018-01-01 }",
        "effective = §{ from = 2017-12-31 }",
        "two versions of `raised-risk` are in force on 2017-12-31: ",
    );
    refused(
        "effective = { from = 2018-01-01 }",
        "effective = §{ from = 2018-02-01 }",
        "no version of `raised-risk` is in force from 2018-01-01 to 2018-02-01: ",
    );
    refused(
        "effective = { from = 2018-01-01 }",
        "localities = [\"north\"]\neffective = §{ from = 2017-12-31 }",
        "two versions of `raised-risk` are in force on 2017-12-31 in north: ",
    );
}

#[test]
fn actions_that_nothing_closes_and_steps_of_themselves() {
    refused(
        "id = \"home_visit\"\ntitle = \"Visit at home\"\nowner = \"responsible_officer\"\npriority = \"this_week\"\nclosed_by = [{ on = \"home_visit_completed\" }]",
        "id = §\"home_visit\"\ntitle = \"Visit at home\"\nowner = \"responsible_officer\"\npriority = \"this_week\"",
        "nothing can close `home_visit`",
    );
    refused(
        "must_name = true",
        "part_of = §[\"request_police_information\"]",
        "`review_risk` is a step of itself by way of request_police_information, review_risk: ",
    );
}

#[test]
fn rules_that_do_nothing_and_duties_that_never_end() {
    refused(
        "id = \"moved\"\ntitle = \"Somebody moved\"\nsource = [{ document = \"manual\", at = \"s9\" }]\nbasis = \"measure\"\neffective = { from = 2014-06-01 }\ncovers = [\"O1\"]\non = \"address_changed\"\nwhen = \"supervised and person.in_household != no\"\nrequire = [{ action = \"home_visit\", about = \"person\" }]\nflag = [{ register = \"child_concerns\", should_be = \"unset\" }]",
        "id = §\"moved\"\ntitle = \"Somebody moved\"\nsource = [{ document = \"manual\", at = \"s9\" }]\nbasis = \"measure\"\neffective = { from = 2014-06-01 }\ncovers = [\"O1\"]\non = \"address_changed\"",
        "nothing follows from the rule `moved`",
    );
    refused(
        "while = \"supervised = yes and",
        "while = §\"ever(charged) or supervised = yes and",
        "the duty would never end",
    );
}

#[test]
fn effects_about_what_the_event_does_not_name() {
    refused("about = \"person\"", "about = §\"order\"", "`address_changed` names no order");
    refused(
        "action = \"request_police_information\"\n",
        "action = \"request_police_information\"\nabout = §\"person\"\n",
        "a duty has no event to name its person",
    );
}

#[test]
fn views_that_would_give_a_record_away() {
    refused(
        "actions = []",
        "actions = [§\"home_visit\"]",
        "`supervised_person` would see `home_visit` but not `home_visit_completed`, which closes it",
    );
    refused(
        "actions = []",
        "actions = [§\"home_visit\"]",
        "`supervised_person` would see `home_visit` but not `police_call_out`, which opens it",
    );
    // By what a duty's condition rests on.
    refused(
        "actions = []",
        "actions = [§\"request_police_information\"]",
        "`supervised_person` would see `request_police_information` but not `plw_disclosure`, which opens it",
    );
    // By its mark, where all kinds are named.
    refused(
        "marks = [\"ordinary\", \"staff\", \"third_party\", \"partner_confidential\"]\nkinds = \"all\"\nactions = \"all\"",
        "marks = [\"ordinary\", \"staff\", \"third_party\"]\nkinds = \"all\"\nactions = §\"all\"",
        "`responsible_officer` would see `review_risk` but not `plw_disclosure`, which opens it",
    );
}

#[test]
fn events_of_tests_that_the_catalogue_refuses() {
    refused("raised_risk = \"yes\"", "raised_risk = §\"maybe\"", "expected `raised_risk`: one of ");
    refused(
        "person = \"p1\", raised_risk",
        "person = \"p1\", raised_by = §\"x\", raised_risk",
        "expected `raised_by`: only the fields of plw_disclosure: ",
    );
    refused(
        "{ on = 2017-12-04, recorded = 2017-12-05, kind = \"plw_disclosure\", person = \"p1\",",
        "§{ on = 2017-12-04, recorded = 2017-12-05, kind = \"plw_disclosure\",",
        "expected `person`: the id of a person, found nothing",
    );
    refused("kind = \"plw_disclosure\"", "kind = §\"plw_disclose\"", "expected one of `plw_disclosure`, or");
    refused("recorded = 2017-12-05", "recorded = §2017-12-03", "expected a time not before `on`");
    refused(
        "handling = \"restricted\"",
        "handling = §\"staff\"",
        "expected a mark not more open than `partner_confidential`, found `staff`",
    );
    refused(
        "considers = [\"e2\"] },\n  { on = 2017-12-06",
        "considers = [§\"e6\"] },\n  { on = 2017-12-06",
        "expected one of the test's events, e1 to e5, found `e6`",
    );
    refused(
        "levels = { known_adult = \"medium\" }",
        "levels = §{ known_adults = \"medium\" }",
        "expected `levels`: a group, one of ",
    );
    refused("event_id = \"e3\"", "event_id = §\"e33\"", "expected one of the test's events");
    refused("at = 2017-12-06", "at = §\"yesterday\"", "expected a date such as 2017-12-05, or an instant");
    refused(
        "status = { review_risk = \"open\" }",
        "status = { review_risk = §\"opened\" }",
        "expected one of `open`, or another of ",
    );
    refused("status = { review_risk = \"open\" }", "status = { review = §\"open\" }", "unknown ActionKind `review`");
    refused("pending = [\"review_risk\"]", "pending = [§\"locate_person\"]", "unknown action `locate_person`");
}

#[test]
fn all_mistakes_of_a_policy_are_reported_at_once_in_the_order_of_its_files() {
    let (files, _) = changed("must_name = true", "must_nam = §true");
    let files: Vec<_> =
        files.into_iter().map(|(n, t)| (n, t.replace("value = 90", "value = -90").replace("sup", "zup"))).collect();
    let errors = load(&files).unwrap_err().0;
    assert!(errors.len() >= 4, "{errors:?}");
    assert!(errors.is_sorted_by_key(|e| (e.place.file.clone(), e.place.line, e.place.column)));
}

#[test]
fn no_file_and_no_head() {
    let errors = Policy::load(&[]).unwrap_err().to_string();
    assert_eq!(errors, "(no file):1:1: the policy has no `policy`: expected a table [policy] in one of the files");
    let twice = "[policy]\nid = \"a\"\nversion = \"1\"\ntitle = \"A\"\nreviewed_through = 2020-01-01\n";
    let errors = Policy::load(&[("a.toml", twice), ("b.toml", twice)]).unwrap_err().to_string();
    assert_eq!(errors, "b.toml:1:1: duplicate id: the table `policy` is already defined at a.toml:1:1");
}

#[test]
fn a_view_that_exceeds_its_guard() {
    const GUARD: &str = "[[guard]]\naudience = \"supervised_person\"\nnever_above = \"ordinary\"\nwhy = \"safety\"\n\n";
    const HIS: &str = "[[audience]]\nid = \"supervised_person\"\nmarks = [\"ordinary\"]\n\
        kinds = [\"supervision_started\", \"address_changed\"]\nactions = []";
    for (from, to, found) in [
        ("[\"ordinary\"]", "[\"ordinary\", §\"staff\"]", "`staff`"),
        ("kinds = [", "kinds = [§\"risk_assessed\", ", "`risk_assessed`, which is marked `staff`"),
        ("actions = []", "actions = [§\"review_risk\"]", "`review_risk`, which is marked `staff`"),
        ("actions = []", "actions = §\"all\"", "`review_risk`, which is marked `staff`"),
    ] {
        let (files, place) = changed(HIS, &format!("{GUARD}{}", HIS.replace(from, to)));
        let errors = load(&files).expect_err(to).to_string();
        let whole = "`supervised_person` may never see anything above `ordinary` (guard at sample/head.toml:";
        let told =
            |line: &str| line.starts_with(&format!("{place}: {whole}")) && line.ends_with(&format!("found {found}"));
        assert!(errors.lines().any(told), "{to}: {errors}");
    }
    // There is one for each audience, and it is the policy's: no overlay has any.
    refused(
        HIS,
        &format!("{GUARD}§{GUARD}{HIS}"),
        "duplicate id: the guard `supervised_person` is already defined at ",
    );
    let overlay = format!("[overlay]\nof = \"sample\"\nlocality = \"south\"\n\n{GUARD}");
    let errors = Policy::load_with(&SAMPLE, &[("south.toml", &overlay)], None).unwrap_err().to_string();
    assert!(errors.starts_with("south.toml:5:3: unknown entry `guard`: "), "{errors}");
}

#[test]
fn a_view_that_would_show_what_was_corrected() {
    let his = "id = \"supervised_person\"\nmarks = [\"ordinary\"]\nkinds = [";
    let professional = his.replace("marks", "professional = true\nmarks").replace("kinds = [", "kinds = [§");
    refused(
        his,
        &professional,
        "`supervised_person` would see `supervision_started` but not its corrections, which are marked `staff` or stricter: ",
    );
    let outdated = his.replace("marks = [\"ordinary\"]", "professional = false\nmarks = [\"ordinary\", §\"staff\"]");
    refused(his, &outdated, "`supervised_person` is not professional and would see `staff`: expected `ordinary` alone");
}
