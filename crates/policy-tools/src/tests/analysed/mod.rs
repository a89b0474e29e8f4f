//! The analysis: each kind of finding occurs in a small pack with the defect, and not in one without it.

mod acceptances;
mod differences;
mod rules;
mod unknowns;
mod unused;

use crate::analysis::{Finding, FindingKind, analyse};
use risk_core::policy::Policy;
use risk_core::policy::model::Parameter;

/// Two actions, both of which can be closed.
const ACTIONS: &str = r#"
[policy]
id = "small"
version = "1"
title = "A small pack"
reviewed_through = 2020-01-01

[[parameter]]
id = "a_week"
title = "A week"
unit = "days"
range = [1, 365]
values = [{ from = 2014-06-01, value = 7, basis = "assumed" }]

[[parameter]]
id = "five_business_days"
title = "Five business days"
unit = "business_days"
range = [1, 365]
values = [{ from = 2014-06-01, value = 5, basis = "assumed" }]

[[parameter]]
id = "many"
title = "Many call-outs"
unit = "count"
range = [0, 100]
values = [
  { from = 2014-06-01, to = 2018-01-01, unset = true },
  { from = 2018-01-01, value = 3, basis = "assumed" },
]

[[document]]
id = "report"
title = "A report"
publisher = "An inspectorate"
date = 2018-09-25
locator = "section"

[[action]]
id = "review_risk"
title = "Review"
owner = "responsible_officer"
priority = "this_week"
closed_by = [{ on = "risk_assessed" }]

[[action]]
id = "home_visit"
title = "Visit"
owner = "responsible_officer"
priority = "planned"
closed_by = [{ on = "home_visit_completed" }]

[[rule]]
id = "uses-the-rest"
title = "Uses what the tests do not"
basis = "assumed"
effective = { from = 2014-06-01 }
on = "supervision_ended"
when = "count(police_call_out, 90) >= param.many or count(police_call_out, 90) < param.many or event.reason != completed"
require = [{ action = "review_risk", due = { within = "a_week" } }, { action = "home_visit", due = { within = "five_business_days" } }]
"#;

/// The pack with additional rules and duties, given as ids and their other fields.
fn pack(entries: &[(&str, &str)]) -> Policy {
    let text = entries.iter().fold(ACTIONS.to_owned(), |text, (id, fields)| {
        let section = if fields.contains("while =") { "duty" } else { "rule" };
        let basis = if fields.contains("indicate") {
            "basis = \"inspectorate\"\nsource = [{ document = \"report\", at = \"1\" }]"
        } else {
            "basis = \"assumed\""
        };
        let dates = if fields.contains("effective =") { "" } else { "effective = { from = 2014-06-01 }" };
        format!("{text}\n[[{section}]]\nid = \"{id}\"\ntitle = \"{id}\"\n{basis}\n{dates}\n{fields}\n")
    });
    Policy::load(&[("small.toml", &text)]).unwrap_or_else(|errors| panic!("{errors}\n{text}"))
}

/// The findings of one kind, one line each: the subject, the kinds of event and the witness.
fn found(policy: &Policy, kind: FindingKind) -> Vec<String> {
    analyse(policy, None).findings.iter().filter(|f| f.finding == kind).map(line).collect()
}

fn line(f: &Finding) -> String {
    let with = if f.with.is_empty() { String::new() } else { format!(" with {}", f.with.join(", ")) };
    let on = if f.on.is_empty() || f.on == [f.of.clone()] { String::new() } else { format!(" on {}", f.on.join(", ")) };
    let when = f.to.map(|to| format!(" until {to}")).unwrap_or_default();
    format!("{}{with}{on}{when}: {}", f.of, f.witness.join(" and "))
}

const VISIT: &str = "require = [{ action = \"home_visit\" }]";
const REVIEW: &str = "require = [{ action = \"review_risk\" }]";
/// A parameter by its id, so that a test can change it.
fn parameter<'a>(policy: &'a mut Policy, id: &str) -> &'a mut Parameter {
    policy.parameters.iter_mut().find(|p| p.id == id).unwrap()
}
