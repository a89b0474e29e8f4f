//! A plausible case of so many events: one sentence, a family, the routine of supervision, and bad news now and then.

use std::fmt::Write;

/// Day `n` from the sentence, at one o'clock, as RFC 3339.
fn moment(n: usize, minute: usize) -> String {
    let start = chrono::NaiveDate::from_ymd_opt(2017, 9, 1).unwrap();
    let day = start + chrono::Days::new(u64::try_from(n).unwrap());
    format!("{day}T{:02}:{:02}:00Z", 12 + minute / 60, minute % 60)
}

/// The log of a case of `size` events over some fifteen months, as JSON lines.
pub fn case(size: usize) -> String {
    let beginning = [
        (
            "supervision_started",
            r#"{"sentence_id":"s1","sentence_type":"community_order","ends_on":"2019-08-31","index_offence":"assault","index_offence_is_domestic_abuse":"yes","sex":"male"}"#,
        ),
        ("requirement_imposed", r#"{"sentence_id":"s1","requirement":"bbr"}"#),
        ("case_allocated", r#"{"provider":"crc","grade":"pso","complexity":"standard"}"#),
        ("initial_appointment_attended", r#"{"person_involved":"yes"}"#),
        (
            "person_identified",
            r#"{"person":"p1","group":"known_adult","relation":"partner","victim":"yes","in_household":"no"}"#,
        ),
        ("person_identified", r#"{"person":"c1","group":"child","relation":"child"}"#),
        ("person_identified", r#"{"person":"c2","group":"child","relation":"child"}"#),
        (
            "protective_order_made",
            r#"{"order_id":"o1","order":"restraining","protects":["p1"],"expires_on":"2018-08-31"}"#,
        ),
        (
            "risk_assessed",
            r#"{"levels":{"known_adult":"medium","children":"medium","public":"low","staff":"low"},"stage":"initial","signed":"yes","assessor":"ro"}"#,
        ),
        ("sentence_plan_completed", r#"{"person_involved":"yes"}"#),
    ];
    // What comes round: mostly routine, one line in six news.
    let routine = [
        ("appointment_attended", "{}"),
        (
            "information_requested",
            r#"{"request_id":"rN","of":"police","about":"domestic_abuse_call_outs","stage":"ongoing"}"#,
        ),
        ("appointment_attended", "{}"),
        ("information_received", r#"{"request_id":"rN","content":"known"}"#),
        ("appointment_missed", r#"{"acceptable":"no"}"#),
        ("police_call_out", r#"{"persons":["p1"],"children_present":"yes","outcome":"no_further_action"}"#),
        ("information_shared", r#"{"about":["p1"],"persons":["c1","c2"],"with":"childrens_social_care"}"#),
        ("appointment_attended", "{}"),
        ("home_visit_completed", r#"{"concern":"no"}"#),
        (
            "information_requested",
            r#"{"request_id":"qN","of":"childrens_social_care","about":"child_safeguarding","stage":"ongoing"}"#,
        ),
        ("appointment_attended", "{}"),
        ("plw_disclosure", r#"{"person":"p1","concerns":["harassment"],"raised_risk":"yes"}"#),
        (
            "risk_assessed",
            r#"{"levels":{"known_adult":"high","children":"medium","public":"low","staff":"low"},"stage":"review","signed":"yes","assessor":"ro"}"#,
        ),
        ("risk_management_plan_updated", r#"{"covers":["victims","children"]}"#),
        ("appointment_attended", "{}"),
        ("programme_session_missed", r#"{"programme_id":"bbr1","programme":"bbr"}"#),
        ("information_received", r#"{"request_id":"qN","content":"nothing_known"}"#),
        ("protective_order_checked", r#"{"order_id":"o1","with":"police","compliant":"yes"}"#),
    ];
    let mut text = String::new();
    for n in 0..size {
        let later = n.saturating_sub(beginning.len());
        let (kind, data) = beginning.get(n).copied().unwrap_or(routine[later % routine.len()]);
        let data = data
            .replace("rN", &format!("r{}", later / routine.len()))
            .replace("qN", &format!("q{}", later / routine.len()));
        let day = if n < beginning.len() { n } else { 12 + later * 440 / size };
        let at = moment(day, n % 60);
        writeln!(
            text,
            r#"{{"event_id":"00000000-0000-4000-8000-{n:012}","case_id":"00000000-0000-4000-8000-00000000ca5e","occurred_at":"{at}","recorded_at":"{at}","source":{{"agency":"probation"}},"kind":"{kind}","data":{data}}}"#
        )
        .unwrap();
    }
    text
}
