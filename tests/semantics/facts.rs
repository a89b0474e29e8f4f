//! Facts: each record that changes one, and the resulting value.

use std::slice::from_ref;

use risk_core::event::vocabulary::ActionKind::HomeVisit;

use crate::story::{SUPERVISED, given};

/// The event on which the condition is evaluated: an appointment on 10 December, which requires a visit if the
/// condition holds.
const PROBE: &str = r#"{ on = 2017-12-10, kind = "appointment_attended" },"#;

fn rule(on: &str, when: &str) -> String {
    format!(
        r#"
        [[action]]
        id = "home_visit"
        closed_by = [{{ on = "home_visit_completed" }}]
        [[rule]]
        id = "asks"
        on = "{on}"
        when = "{when}"
        require = [{{ action = "home_visit" }}]
    "#
    )
}

/// An event of that day and kind, with its other fields.
fn on(day: &str, kind: &str, fields: &str) -> String {
    let comma = if fields.is_empty() { "" } else { ", " };
    format!("{{ on = {day}, kind = \"{kind}\"{comma}{fields} }},")
}

/// Checks that the condition holds after these records.
#[track_caller]
fn after(events: &[String], when: &str) {
    asked_on("appointment_attended", events, PROBE, when);
}

/// Checks that the condition holds on the last record, and that its opposite does not.
#[track_caller]
fn asked_on(kind: &str, events: &[String], last: &str, when: &str) {
    let events: Vec<&str> = [SUPERVISED].into_iter().chain(events.iter().map(String::as_str)).chain([last]).collect();
    let asks = |when: &str| !given(&rule(kind, when), &events).on("2018-01-01").all(HomeVisit).is_empty();
    assert!(asks(when), "{when} after {events:?}");
    assert!(!asks(&format!("not ({when})")), "not {when} after {events:?}");
}

#[test]
fn what_is_said_of_the_sentence_and_who_holds_the_case() {
    let report = |fields: &str| on("2017-08-01", "pre_sentence_report_requested", fields);
    let asked = report("index_offence = \"arson\", index_offence_is_domestic_abuse = \"yes\", sex = \"female\"");
    after(from_ref(&asked), "sex = female and index_offence_is_domestic_abuse = yes and domestic_abuse = yes");
    after(&[asked], "index_offence = assault and sentence_type = community_order");
    after(&[report("index_offence = \"arson\", index_offence_is_domestic_abuse = \"no\"")], "domestic_abuse = no");
    after(&[], "sex = unknown and index_offence_is_domestic_abuse = unknown and domestic_abuse = unknown");
    after(&[], "provider = unknown and grade = unknown and complexity = unknown");
    let second = r#"{ on = 2017-10-01, kind = "supervision_started", sentence_id = "s2", sentence_type = "licence", index_offence = "arson", index_offence_is_domestic_abuse = "yes", sex = "male" },"#;
    after(
        &[second.to_owned()],
        "sentence_type = licence and index_offence = arson and sex = male and domestic_abuse = yes",
    );
    let allocated =
        on("2017-09-02", "case_allocated", "provider = \"crc\", grade = \"pso\", complexity = \"standard\"");
    after(from_ref(&allocated), "provider = crc and grade = pso and complexity != unknown");
    let moved = on("2017-10-02", "case_transferred", "provider = \"nps\"");
    after(&[allocated.clone(), moved.clone()], "provider = nps and grade = pso and complexity = unknown");
    after(&[moved, allocated], "provider = nps");
}

#[test]
fn where_the_person_is_and_lives() {
    let custody = on("2017-10-01", "custody_entered", "");
    let released = on("2017-11-01", "released_from_custody", "address_known = \"no\"");
    after(&[], "in_custody = no and whereabouts_known = unknown and address_known = unknown");
    after(from_ref(&custody), "in_custody = yes and whereabouts_known = yes");
    after(&[custody.clone(), released.clone()], "in_custody = no and address_known = no");
    after(&[released.clone(), custody], "in_custody = no");
    let established = on("2017-11-02", "address_established", "with_person = \"p1\"");
    after(&[released.clone(), established.clone()], "address_known = yes");
    after(&[released, on("2017-11-02", "address_changed", "")], "address_known = yes");
    let lost = on("2017-11-05", "whereabouts_unknown", "");
    after(&[established.clone(), lost.clone()], "address_known = no and whereabouts_known = no");
    after(&[lost, on("2017-11-06", "person_located", "")], "whereabouts_known = yes and address_known = no");
    let contact = on("2017-12-10", "contact_reported", "person = \"p1\"");
    asked_on("contact_reported", &[established], &contact, "person.in_household = yes");
    let moved = on("2017-11-02", "address_changed", "with_person = \"p1\"");
    asked_on("contact_reported", &[moved], &contact, "person.in_household = yes");
}

#[test]
fn what_shows_domestic_abuse() {
    let identified = |role: &str| {
        vec![on("2017-10-01", "domestic_abuse_identified", &format!("role = \"{role}\", evidence = \"call_out\""))]
    };
    after(&identified("perpetrator"), "domestic_abuse = yes and domestic_abuse_role(perpetrator) = yes");
    after(&identified("history"), "domestic_abuse = yes and domestic_abuse_role(perpetrator) = no");
    after(&identified("victim"), "domestic_abuse = unknown and domestic_abuse_role(victim) = yes");
    after(&[on("2017-10-01", "plw_disclosure", "person = \"p1\"")], "domestic_abuse = yes");
    let imposed = |requirement: &str| {
        vec![on("2017-10-01", "requirement_imposed", &format!("sentence_id = \"s1\", requirement = \"{requirement}\""))]
    };
    after(&imposed("bbr"), "domestic_abuse = yes");
    after(&imposed("rar"), "domestic_abuse = unknown");
}

#[test]
fn how_somebody_stands_to_the_person() {
    let asked = |events: &[String], when: &str| {
        asked_on("contact_reported", events, &on("2017-12-10", "contact_reported", "person = \"p1\""), when);
    };
    let identified = |group: &str, relation: &str, rest: &str| {
        let fields = format!("person = \"p1\", group = \"{group}\", relation = \"{relation}\"{rest}");
        on("2017-10-01", "person_identified", &fields)
    };
    let nobody = "person.group = unknown and person.relation = unknown and person.victim = unknown";
    asked(&[], &format!("{nobody} and person.in_household = unknown"));
    let child = identified("child", "step_child", ", victim = \"no\", in_household = \"yes\"");
    asked(
        &[child],
        "person.group = child and person.relation = step_child and person.victim = no and person.in_household = yes",
    );
    let named = |day: &str, kind: &str| on(day, kind, "person = \"p1\"");
    let (started, ended) = (named("2017-11-01", "relationship_started"), named("2017-11-02", "relationship_ended"));
    asked(from_ref(&started), "person.relation = partner and person.group = known_adult");
    asked(&[identified("child", "child", ""), started.clone()], "person.group = child");
    asked(&[started, ended], "person.relation = ex_partner");
    let together = |confirmed: &str| {
        on("2017-11-01", "cohabitation_started", &format!("person = \"p1\", confirmed = \"{confirmed}\""))
    };
    asked(&[together("yes")], "person.in_household = yes");
    asked(&[together("unknown")], "person.in_household = unknown");
    asked(&[together("yes"), named("2017-11-02", "cohabitation_ended")], "person.in_household = no");
    let household = on("2017-11-01", "household_recorded", "persons = [\"p1\", \"p2\"]");
    asked(&[household], "person.in_household = yes");
}

#[test]
fn whether_children_are_known_and_how_they_stand_with_social_care() {
    let household = |complete: &str| {
        on("2017-11-01", "household_recorded", &format!("persons = [\"p1\"], children_complete = \"{complete}\""))
    };
    after(&[], "children_known = unknown and child_safeguarding = none");
    after(&[household("no")], "children_known = unknown");
    after(&[household("yes")], "children_known = no");
    let child = on("2017-10-01", "person_identified", "person = \"p1\", group = \"child\", relation = \"child\"");
    after(&[household("yes"), child], "children_known = yes");
    let status = |day: &str, person: &str, status: &str| {
        on(day, "child_safeguarding_status_changed", &format!("{person}status = \"{status}\""))
    };
    for place in ["closed", "under_assessment", "child_in_need", "child_protection_plan", "looked_after"] {
        after(&[status("2017-11-01", "person = \"p1\", ", place)], &format!("child_safeguarding = {place}"));
        after(&[status("2017-11-01", "", place)], &format!("child_safeguarding = {place}"));
    }
    let most_serious =
        [status("2017-11-01", "person = \"p1\", ", "child_protection_plan"), status("2017-11-02", "", "child_in_need")];
    after(&most_serious, "child_safeguarding = child_protection_plan");
}

#[test]
fn what_is_required_flagged_asked_for_and_how_a_circumstance_stands() {
    let requirement = |day: &str, kind: &str, sentence: &str| {
        on(day, kind, &format!("sentence_id = \"{sentence}\", requirement = \"bbr\""))
    };
    let imposed = requirement("2017-10-01", "requirement_imposed", "s1");
    after(&[], "required(bbr) = no");
    after(from_ref(&imposed), "required(bbr) = yes and required(rar) = no");
    for kind in ["requirement_completed", "requirement_removed"] {
        after(&[imposed.clone(), requirement("2017-11-01", kind, "s1")], "required(bbr) = no");
        after(&[imposed.clone(), requirement("2017-11-01", kind, "s2")], "required(bbr) = yes");
    }
    after(&[imposed, requirement("2017-11-01", "requirement_removal_sought", "s1")], "required(bbr) = yes");
    let flag = |day: &str, kind: &str| on(day, kind, "register = \"marac\"");
    after(&[], "flag(marac) = no");
    after(&[flag("2017-10-01", "flag_recorded")], "flag(marac) = yes and flag(restraining_order) = no");
    after(&[flag("2017-10-01", "flag_recorded"), flag("2017-11-01", "flag_removed")], "flag(marac) = no");
    for kind in ["flag_recorded", "flag_reviewed", "flag_removed"] {
        asked_on(kind, &[], &flag("2017-12-10", kind), "register = marac");
    }
    let factor =
        |day: &str, state: &str| on(day, "risk_factor_changed", &format!("factor = \"alcohol\", state = \"{state}\""));
    after(&[], "risk_factor(alcohol) = unknown");
    after(&[factor("2017-10-01", "worse")], "risk_factor(alcohol) = worse and risk_factor(drugs) = unknown");
    after(&[factor("2017-10-02", "better"), factor("2017-10-01", "worse")], "risk_factor(alcohol) = better");
    let requested = on(
        "2017-10-01",
        "information_requested",
        "request_id = \"r1\", of = \"police\", about = \"other\", stage = \"initial\"",
    );
    let received = |request: &str| {
        on("2017-10-02", "information_received", &format!("request_id = \"{request}\", content = \"known\""))
    };
    after(from_ref(&requested), "outstanding(police) = yes and outstanding(court) = no");
    after(&[requested.clone(), received("r2")], "outstanding(police) = yes");
    after(&[requested, received("r1")], "outstanding(police) = no");
}

#[test]
fn of_a_sentence_or_a_request_told_twice_what_happened_last_stands_whichever_was_written_down_first() {
    let sentence = |recorded: &str, day: &str, kind: &str| {
        format!(
            "{{ on = {day}, recorded = {recorded}, kind = \"supervision_started\", sentence_id = \"s2\", sentence_type = \"{kind}\", index_offence = \"arson\" }},"
        )
    };
    let request = |recorded: &str, day: &str, of: &str| {
        format!(
            "{{ on = {day}, recorded = {recorded}, kind = \"information_requested\", request_id = \"r1\", of = \"{of}\", about = \"other\", stage = \"initial\" }},"
        )
    };
    for (first, second) in [("2017-11-03", "2017-11-04"), ("2017-11-04", "2017-11-03")] {
        let told =
            [sentence(first, "2017-10-01", "suspended_sentence_order"), sentence(second, "2017-10-02", "licence")];
        after(&told, "sentence_type = licence");
        let asked = [request(first, "2017-10-01", "court"), request(second, "2017-10-02", "police")];
        after(&asked, "outstanding(police) = yes and outstanding(court) = no");
    }
}

#[test]
fn how_a_programme_stands() {
    let spoken =
        |day: &str, kind: &str, rest: &str| on(day, kind, &format!("programme_id = \"g1\", programme = \"bbr\"{rest}"));
    after(&[], "programme(bbr) = none");
    for (kind, rest, state) in [
        ("programme_referred", "", "referred"),
        ("programme_suitability_decided", ", outcome = \"suitable\"", "suitable"),
        ("programme_suitability_decided", ", outcome = \"not_suitable\"", "not_suitable"),
        ("programme_suitability_decided", ", outcome = \"not_eligible\"", "not_eligible"),
        ("programme_inducted", "", "inducted"),
        ("programme_started", "", "started"),
        ("programme_deferred", "", "deferred"),
        ("programme_completed", "", "completed"),
        ("programme_withdrawn", "", "withdrawn"),
    ] {
        let events = [spoken("2017-10-02", kind, rest), spoken("2017-10-01", "programme_referred", "")];
        after(&events, &format!("programme(bbr) = {state} and programme(tsp) = none"));
    }
}

#[test]
fn what_an_order_is_and_whom_it_protects() {
    let made = |day: &str, recorded: &str, rest: &str| {
        let fields =
            format!("recorded = {recorded}, order_id = \"o1\", order = \"restraining\", protects = [\"p1\"]{rest}");
        on(day, "protective_order_made", &fields)
    };
    let spoken = |day: &str, kind: &str, rest: &str| on(day, kind, &format!("order_id = \"o1\"{rest}"));
    let contact = |person: &str| on("2017-12-10", "contact_reported", &format!("person = \"{person}\""));
    let asked = |events: &[String], person: &str, when: &str| {
        asked_on("contact_reported", events, &contact(person), when);
    };
    let in_force = made("2017-10-01", "2017-10-01", "");
    asked(
        from_ref(&in_force),
        "p1",
        "order_in_force = yes and order_in_force(restraining) = yes and order_in_force(dapo) = no and person.protected = yes",
    );
    asked(from_ref(&in_force), "p2", "person.protected = no");
    let discharged = spoken("2017-11-01", "protective_order_discharged", "");
    asked(&[in_force.clone(), discharged.clone()], "p1", "order_in_force = no and person.protected = no");
    // Whichever was written down first.
    let written_late = made("2017-10-01", "2017-12-01", "");
    asked(&[discharged, written_late.clone()], "p1", "order_in_force = no");
    let varied = spoken("2017-11-01", "protective_order_varied", ", protects = [\"p2\"], expires_on = 2017-12-31");
    asked(&[in_force.clone(), varied.clone()], "p2", "person.protected = yes");
    asked(&[varied.clone(), written_late], "p2", "person.protected = yes");
    asked(&[in_force, varied.clone()], "p1", "person.protected = no and order_in_force = yes");
    let expired = made("2017-10-01", "2017-10-01", ", expires_on = 2017-12-09");
    asked(from_ref(&expired), "p1", "order_in_force = no");
    asked(&[expired, varied], "p2", "order_in_force = yes");
    let breached = spoken("2017-12-10", "protective_order_breached", "");
    asked_on(
        "protective_order_expired",
        &[],
        &made("2017-10-01", "2017-10-01", ", expires_on = 2017-12-09"),
        "order.kind = restraining and order.in_force = no and event.order = restraining",
    );
    let told_twice = [
        made("2017-10-01", "2017-10-01", ""),
        "{ on = 2017-09-15, recorded = 2017-10-02, kind = \"protective_order_made\", order_id = \"o1\", order = \"dapo\", protects = [\"p3\"] },".to_owned(),
    ];
    asked_on("protective_order_breached", &told_twice, &breached, "order.kind = dapo and order.in_force = yes");
}

#[test]
fn of_two_things_said_of_one_fact_the_one_that_happened_later_stands() {
    let said = |day: &str, recorded: &str, person: &str| {
        format!("{{ on = {day}, recorded = {recorded}, kind = \"address_changed\", with_person = \"{person}\" }},")
    };
    let lost = on("2017-11-05", "whereabouts_unknown", "");
    after(&[lost.clone(), said("2017-11-01", "2017-12-01", "p1")], "address_known = no");
    after(&[lost, said("2017-11-06", "2017-12-01", "p1")], "address_known = yes");
}
