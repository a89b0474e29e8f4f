//! Conditions: grammar, precedence, and what they compile to.

use proptest::prelude::*;

use crate::event::Term;
use crate::event::{Field, Kind};
use crate::policy::compile::{About, Compiler, MOST_CLAUSES};
use crate::policy::condition::{Asks, Expression, Operand};
use crate::policy::error::Problem;
use crate::policy::fact::{Domain, Fact, FactValue};
use crate::policy::model::{Atom, Clause, Comparison, Condition, EventSelector, Parameter, Place, Test, Unit};
use crate::policy::parse::Fault;

const DISCLOSURE: [EventSelector; 1] = [EventSelector::Kind(Kind::PlwDisclosure)];

fn parameters() -> Vec<Parameter> {
    let parameter = |id: &str, unit| Parameter {
        id: id.to_owned(),
        title: String::new(),
        unit,
        range: (0, 100),
        values: vec![],
        place: Place::default(),
    };
    vec![parameter("window", Unit::Days), parameter("many", Unit::Count), parameter("office", Unit::BusinessDays)]
}

fn compiled(text: &str, about: About<'_>) -> Result<(Vec<Clause>, Vec<Fact>), Vec<Fault>> {
    let parameters = parameters();
    let mut compiler = Compiler { parameters: &parameters, facts: vec![] };
    let expression = Expression::parse(text).map_err(|f| vec![f])?;
    let clauses = compiler.compile(&expression, about)?;
    Ok((clauses, compiler.facts))
}

fn on_disclosure(text: &str) -> Vec<Clause> {
    compiled(text, About::Events(&DISCLOSURE)).unwrap_or_else(|f| panic!("{text}: {f:?}")).0
}

/// What is wrong with the condition first, and at which byte.
fn fault(text: &str) -> (usize, String) {
    let faults = compiled(text, About::Events(&DISCLOSURE)).expect_err(text);
    (faults[0].at, faults[0].problem.to_string())
}

fn canonical(text: &str) -> String {
    Expression::parse(text).unwrap_or_else(|f| panic!("{text}: {f:?}")).to_string()
}

#[test]
fn comparisons_of_one_fact_are_one_comparison() {
    for (both, one) in [
        ("sex in [male, female] and sex in [female, unknown]", "sex = female"),
        (
            "count(charged, 30) >= 2 and count(charged, 30) <= 4 and count(charged, 30) <= 3",
            "count(charged, 30) >= 2 and count(charged, 30) <= 3",
        ),
        ("days_since(charged) != never and days_since(charged) <= 5", "days_since(charged) <= 5"),
        ("days_since(charged) = never and days_since(charged) = never", "days_since(charged) = never"),
        ("supervised = yes or supervised = yes and in_custody = yes", "supervised = yes"),
    ] {
        assert_eq!(on_disclosure(both), on_disclosure(one), "{both}");
    }
    for never in [
        "sex = male and sex in [female, unknown]",
        "count(charged, 30) >= 3 and count(charged, 30) <= 2",
        "days_since(charged) = never and days_since(charged) <= 5",
        "days_since(charged) = never and days_since(charged) != never",
        "event.concerns has weapon and not event.concerns has weapon",
    ] {
        assert_eq!(fault(never).1, Problem::NeverHolds.to_string(), "{never}");
    }
    assert_ne!(on_disclosure("event.concerns has weapon and not event.concerns has stalking"), []);
    assert_ne!(on_disclosure("count(charged, 30) >= 3 and count(charged, 30) <= 3"), []);
}

#[test]
fn not_binds_closest_then_and_then_or() {
    assert_eq!(
        canonical("(not supervised) and in_custody or sex = male"),
        "not supervised and in_custody or sex = male"
    );
    assert_eq!(canonical("supervised or (in_custody and sex=male)"), "supervised or in_custody and sex = male");
    assert_eq!(canonical("(supervised or in_custody)   and sex = male"), "(supervised or in_custody) and sex = male");
    assert_eq!(canonical("not (supervised and in_custody)"), "not (supervised and in_custody)");
    assert_eq!(
        canonical("((supervised)) and (in_custody and not not sex != male)"),
        "supervised and in_custody and not not sex != male"
    );
}

#[test]
fn every_form_of_a_question_reads_and_writes() {
    for text in [
        "event.raised_risk in [yes, unknown]",
        "recorded(known_adult) >= high",
        "event.concerns has strangulation",
        "event.concerns has [strangulation, weapon]",
        "order_in_force(restraining) = yes",
        "ever([charged, convicted], offence in [assault, arson])",
        "person.ever(plw_disclosure, concerns has weapon)",
        "request.count(information_chased, 182) >= 3",
        "programme.ever(programme_started)",
        "order.days_since(protective_order_checked, with = police) > 28",
        "register in [marac, plw]",
        "count(police_call_out, 90) > 2",
        "count([police_call_out, incident_reported], param.window, children_present = yes) >= param.many",
        "person.days_since(home_visit_completed, concern = no) != never",
    ] {
        assert_eq!(canonical(text), text);
        compiled(text, About::Events(&DISCLOSURE)).unwrap_or_else(|f| panic!("{text}: {f:?}"));
    }
}

#[test]
fn what_is_not_a_condition_is_refused_where_it_goes_wrong() {
    for (text, at, message) in [
        ("", 0, "expected a fact, `not` or `(`, found the end of the condition"),
        ("supervised and", 14, "expected a fact, `not` or `(`, found the end of the condition"),
        ("supervised in_custody", 11, "expected `and`, `or` or the end of the condition, found `in_custody`"),
        ("(supervised", 11, "expected `)`, found the end of the condition"),
        ("sex = ", 6, "expected a word, a whole number or `param.ID`, found the end of the condition"),
        ("sex in male", 7, "expected a list such as [a, b], found `male`"),
        ("sex in [male female]", 13, "expected `,` or `]`, found `female`"),
        ("count(charged, 007) > 1", 15, "expected a whole number from 0 to 36500, found `007`"),
        ("count(charged, 99999) > 1", 15, "expected a whole number from 0 to 36500, found `99999`"),
        ("count([param.window], 7) > 1", 7, "expected a word, found `param.window`"),
        ("sex == male", 5, "expected a word, a whole number or `param.ID`, found `=`"),
    ] {
        assert_eq!(fault(text), (at, message.to_owned()), "{text}");
    }
    assert_eq!(fault("sex = \"male\"").0, 6);
    assert_eq!(fault("supervised and Sex = male").0, 15);
}

#[test]
fn nesting_has_an_end() {
    let deep = format!("{}supervised{}", "(".repeat(100_000), ")".repeat(100_000));
    assert!(matches!(Expression::parse(&deep).unwrap_err().problem, Problem::TooDeep(_)));
    assert!(matches!(Expression::parse(&"not ".repeat(100_000)).unwrap_err().problem, Problem::TooDeep(_)));
}

#[test]
fn what_the_vocabulary_does_not_have_is_refused_at_its_word() {
    for (text, at, message) in [
        ("order_inforce", 0, "unknown fact `order_inforce`: expected one of `order_in_force`, or another of "),
        (
            "supervised and sex = femal",
            21,
            "expected one of `female`, or another of male, female, other, unknown, found `femal`",
        ),
        ("recorded(adults) = low", 9, "expected one of children, known_adult"),
        ("recorded = low", 0, "expected `recorded(…)` with one of children"),
        ("supervised(children)", 11, "expected `supervised` with nothing in parentheses, found `supervised(children)`"),
        (
            "ever(police_callout)",
            5,
            "unknown kind of event `police_callout`: expected one of `police_call_out`, or another of ",
        ),
        (
            "ever(charged, offense = assault)",
            14,
            "`charged` has no field `offense` that a condition may ask: expected one of `offence`, or",
        ),
        (
            "ever(charged, offence has assault)",
            14,
            "expected `=` or `in`, because the field has one word, found `offence`",
        ),
        (
            "ever(plw_disclosure, concerns = weapon)",
            21,
            "expected `has`, because the field is a list, found `concerns`",
        ),
        ("ever(dash_completed, yes_answers = many)", 21, "expected a field with words, found `yes_answers`"),
        ("count(charged) > 1", 6, "expected `count(KIND, DAYS)` or "),
        ("count(charged, 0) > 1", 15, "expected a number of days from 1 to 36500, found `0`"),
        (
            "count(charged, param.office) > 1",
            15,
            "expected a parameter in days or months, found `office` in business_days",
        ),
        ("count(charged, 9) > param.lots", 20, "unknown parameter `lots`: expected one of "),
        ("count(charged, 9) = never", 20, "expected a whole number from 0 to 36500 or `param.ID`, found `never`"),
        ("days_since(charged) > never", 22, "expected `= never` or `!= never`, found `> never`"),
        ("count(charged, 9) in [a]", 0, "expected a comparison with a number, found `count(charged, 9) in`"),
        ("sex has male", 0, "expected `=` or `in`: the fact has one value, found `sex has`"),
        (
            "event.concerns = weapon",
            0,
            "expected `has`: the fact is a list, found another comparison of `event.concerns`",
        ),
        ("sex > male", 6, "expected `=`, `!=` or `in`: the words of `sex` have no order, found `>`"),
        ("recorded(staff) > unknown", 18, "expected a level from low to very_high: unknown has no place in the order"),
        ("recorded(staff) > 3", 18, "expected one of unknown, low, medium, high, very_high, found `3`"),
        (
            "recorded(staff) > param.many",
            18,
            "expected one of unknown, low, medium, high, very_high, found `param.many`",
        ),
        ("sex", 0, "expected `sex` with a comparison, found `sex` alone"),
        ("event.raised", 0, "`plw_disclosure` has no field `raised` that a condition may ask: expected "),
        ("event.person = p1", 0, "`plw_disclosure` has no field `person` that a condition may ask: expected "),
        (
            "event.concerns(weapon)",
            0,
            "expected `event.concerns` with nothing in parentheses, found `event.concerns(weapon)`",
        ),
        ("supervised = yes and supervised = no", 0, "the condition can never hold"),
        ("recorded(staff) < low", 0, "the condition can never hold"),
    ] {
        let (found_at, found) = fault(text);
        assert_eq!(found_at, at, "{text}: {found}");
        assert!(found.starts_with(message), "{text}: {found}");
    }
}

#[test]
fn every_mistake_in_a_condition_is_reported() {
    let faults = compiled("sex = femal or order_inforce or supervised", About::State).unwrap_err();
    assert_eq!(faults.iter().map(|f| f.at).collect::<Vec<_>>(), [6, 15]);
}

#[test]
fn a_standing_condition_knows_no_event_and_no_clock() {
    let refused = |text| compiled(text, About::State).unwrap_err()[0].problem.clone();
    assert!(matches!(refused("event.raised_risk = yes"), Problem::NoEvent { .. }));
    assert!(matches!(refused("supervised and count(charged, 90) > 1"), Problem::TimeDriven { .. }));
    assert!(matches!(refused("not days_since(charged) < 90"), Problem::TimeDriven { .. }));
}

#[test]
fn an_event_field_must_be_one_list_in_every_kind_of_the_rule() {
    let two = |a, b| [EventSelector::Kind(a), EventSelector::Kind(b)];
    let ask = |text, kinds: &[EventSelector]| compiled(text, About::Events(kinds));
    assert!(ask("event.children_present = yes", &two(Kind::PoliceCallOut, Kind::IncidentReported)).is_ok());
    let lacking = ask("event.outcome = arrest", &two(Kind::PoliceCallOut, Kind::Charged)).unwrap_err();
    assert!(matches!(&lacking[0].problem, Problem::NoSuchField { kind, .. } if kind == "charged"));
    let other = ask("event.outcome = accepted", &two(Kind::EscalationDecided, Kind::PlwSupportDecided)).unwrap_err();
    assert!(matches!(&other[0].problem, Problem::FieldDiffers { .. }));
}

#[test]
fn an_optional_word_left_out_is_unknown_and_comes_after_its_list() {
    let escalation = [EventSelector::Kind(Kind::EscalationDecided)];
    let (clauses, facts) = compiled("event.reason = unknown", About::Events(&escalation)).unwrap();
    let code = u32::try_from(crate::event::vocabulary::EscalationReason::names().len()).unwrap();
    assert_eq!(clauses, [Clause(vec![Atom { fact: 0, test: Test::In(1 << code) }])]);
    assert_eq!(facts, [Fact::Event(Field::Reason)]);
}

#[test]
fn derived_kinds_have_their_own_fields() {
    use crate::policy::model::Derived;
    let ask = |text, kind| compiled(text, About::Events(&[EventSelector::Derived(kind)])).is_ok();
    assert!(ask("event.order = restraining", Derived::ProtectiveOrderExpired));
    assert!(ask("event.action = home_visit and event.priority = protect_now", Derived::ActionOverdue));
    assert!(ask("event.action = home_visit", Derived::DutyDue));
    assert!(ask("event.group = children", Derived::AssessmentStale));
    assert!(!ask("event.group = children", Derived::SupervisionEndReached));
}

#[test]
fn comparisons_become_masks_and_intervals() {
    let one = |test| vec![Clause(vec![Atom { fact: 0, test }])];
    assert_eq!(on_disclosure("recorded(children) >= medium"), one(Test::In(0b11100)));
    assert_eq!(on_disclosure("recorded(children) < medium"), one(Test::In(0b00010)));
    assert_eq!(on_disclosure("recorded(children) != medium"), one(Test::In(0b11011)));
    // Not at or above medium: low, or unknown.
    assert_eq!(on_disclosure("not recorded(children) >= medium"), one(Test::In(0b00011)));
    assert_eq!(on_disclosure("event.raised_risk != yes"), one(Test::In(0b110)));
    assert_eq!(on_disclosure("count(charged, 90) > 2"), one(Test::Between(3, 36_500)));
    assert_eq!(on_disclosure("not event.concerns has physical_violence"), one(Test::HasNone(1)));
    assert_eq!(on_disclosure("days_since(charged) != never"), one(Test::Never(false)));
}

#[test]
fn a_thing_that_never_happened_is_not_within_any_number_of_days() {
    let clause = |test| Clause(vec![Atom { fact: 0, test }]);
    assert_eq!(on_disclosure("days_since(charged) <= 28"), [clause(Test::Between(0, 28))]);
    assert_eq!(
        on_disclosure("not days_since(charged) <= 28"),
        [clause(Test::Between(29, 36_500)), clause(Test::Never(true))]
    );
}

#[test]
fn alternatives_are_as_few_as_they_can_be() {
    // Excluded, included in another, always true.
    assert_eq!(on_disclosure("supervised and not supervised or in_custody").len(), 1);
    assert_eq!(on_disclosure("supervised or supervised and in_custody").len(), 1);
    assert_eq!(
        on_disclosure(
            "supervised or in_custody or not event.raised_risk in [yes, no] or event.raised_risk in [yes, no]"
        )
        .len(),
        4
    );
    assert_eq!(on_disclosure("event.raised_risk in [yes, no, unknown]"), [Clause::default()]);
}

#[test]
fn too_many_alternatives_are_refused() {
    let pair = |i: usize| format!("(recorded({}) = low or count(charged, {}) > 1)", "children", i.saturating_add(1));
    let text = (0..7).map(pair).collect::<Vec<_>>().join(" and ");
    assert!(on_disclosure(&text).len() <= MOST_CLAUSES);
    let groups = ["children", "known_adult", "public", "staff"];
    let wide = |g: &&str| format!("(recorded({g}) = low or indicated({g}) = low or working({g}) = low)");
    let text = groups.iter().map(wide).collect::<Vec<_>>().join(" and ");
    assert!(fault(&text).1.starts_with("the condition has 81 alternatives: expected at most 64"));
}

#[test]
fn a_condition_that_asks_too_much_is_refused() {
    let text = vec!["supervised"; 129].join(" and ");
    assert!(fault(&text).1.starts_with("the condition asks 129 questions: expected at most 128"));
}

/// A few facts of every domain, with how questions about them may look.
fn question() -> impl Strategy<Value = String> {
    let level = prop_oneof![Just("low"), Just("medium"), Just("high"), Just("very_high")];
    let order = || prop_oneof![Just("="), Just("!="), Just("<"), Just("<="), Just(">"), Just(">=")];
    let tri = || prop_oneof![Just("yes"), Just("no"), Just("unknown")];
    let concerns = || proptest::sample::subsequence(vec!["physical_violence", "strangulation", "weapon"], 1..=3);
    let number = || 0_u32..6;
    prop_oneof![
        Just("supervised".to_owned()),
        Just("event.raised_risk = unknown".to_owned()),
        (prop_oneof![Just("="), Just("!=")], tri()).prop_map(|(o, t)| format!("children_known {o} {t}")),
        proptest::sample::subsequence(vec!["yes", "no", "unknown"], 1..=3)
            .prop_map(|w| format!("event.raised_risk in [{}]", w.join(", "))),
        (order(), level).prop_map(|(o, l)| format!("recorded(children) {o} {l}")),
        Just("recorded(children) = unknown".to_owned()),
        concerns().prop_map(|w| format!("event.concerns has [{}]", w.join(", "))),
        (order(), number()).prop_map(|(o, n)| format!("count(charged, 90) {o} {n}")),
        (order(), number()).prop_map(|(o, n)| format!("days_since(charged) {o} {n}")),
        (prop_oneof![Just("="), Just("!=")]).prop_map(|o| format!("days_since(charged) {o} never")),
        order().prop_map(|o| format!("count(charged, 90) {o} param.many")),
    ]
}

/// Any condition over these facts.
pub(super) fn expression() -> impl Strategy<Value = Expression> {
    let leaf = question().prop_map(|q| Expression::parse(&q).unwrap());
    leaf.prop_recursive(4, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|e| Expression::Not(Box::new(e))),
            proptest::collection::vec(inner.clone(), 2..4).prop_map(Expression::all),
            proptest::collection::vec(inner, 2..4).prop_map(Expression::any),
        ]
    })
}

/// The values of the facts that [`question`] asks, by the name of the fact.
#[derive(Debug, Clone)]
struct Values {
    supervised: u32,
    raised: u32,
    children_known: u32,
    recorded: u32,
    concerns: u64,
    count: u32,
    since: Option<u32>,
    many: u32,
}

fn values() -> impl Strategy<Value = Values> {
    (0..2_u32, 0..3_u32, 0..3_u32, 0..5_u32, 0..32_u64, 0..7_u32, proptest::option::of(0..7_u32), 0..7_u32).prop_map(
        |(supervised, raised, children_known, recorded, concerns, count, since, many)| Values {
            supervised,
            raised,
            children_known,
            recorded,
            concerns,
            count,
            since,
            many,
        },
    )
}

impl Values {
    fn of(&self, fact: &Fact) -> FactValue {
        match fact {
            Fact::Supervised => FactValue::One(self.supervised),
            Fact::Event(Field::RaisedRisk) => FactValue::One(self.raised),
            Fact::Event(_) => FactValue::Many(self.concerns),
            Fact::ChildrenKnown => FactValue::One(self.children_known),
            Fact::Recorded(_) => FactValue::One(self.recorded),
            Fact::Count { .. } => FactValue::One(self.count),
            Fact::DaysSince { .. } => self.since.map_or(FactValue::Never, FactValue::One),
            other => panic!("{other:?} is not asked"),
        }
    }

    /// What the condition says of these values, read straight from its tree.
    fn satisfy(&self, expression: &Expression) -> bool {
        match expression {
            Expression::Not(inner) => !self.satisfy(inner),
            Expression::All(parts) => parts.iter().all(|e| self.satisfy(e)),
            Expression::Any(parts) => parts.iter().any(|e| self.satisfy(e)),
            Expression::Is(question) => {
                let tri = Domain::Terms(vec!["yes", "no", "unknown"]);
                let word = |domain: &Domain, code: u32| domain.words().unwrap()[usize::try_from(code).unwrap()];
                match question.fact.to_string().as_str() {
                    "supervised" => self.supervised == 0,
                    "event.raised_risk" => says(&question.asks, word(&tri, self.raised)),
                    "children_known" => says(&question.asks, word(&tri, self.children_known)),
                    "recorded(children)" => match &question.asks {
                        Asks::Compares(how, Operand::Word(w)) if how.is_order() => {
                            self.recorded != 0 && how.holds(self.recorded, Domain::Level.code(&w.text).unwrap())
                        }
                        asks => says(asks, word(&Domain::Level, self.recorded)),
                    },
                    "event.concerns" => {
                        let Asks::Has(words) = &question.asks else { panic!("a list is asked by has") };
                        let names = crate::event::vocabulary::Concern::names();
                        words.iter().any(|w| {
                            let code = names.iter().position(|n| *n == w.text).unwrap();
                            self.concerns >> code & 1 == 1
                        })
                    }
                    "count(charged, 90)" => self.compares(&question.asks, self.count),
                    "days_since(charged)" => match (&question.asks, self.since) {
                        (Asks::Compares(how, Operand::Word(_)), since) => {
                            (*how == Comparison::Equal) == since.is_none()
                        }
                        (_, None) => false,
                        (asks, Some(days)) => self.compares(asks, days),
                    },
                    other => panic!("{other} is not asked"),
                }
            }
        }
    }

    fn compares(&self, asks: &Asks, value: u32) -> bool {
        match asks {
            Asks::Compares(how, Operand::Number(n, _)) => how.holds(value, *n),
            Asks::Compares(how, Operand::Parameter(_)) => how.holds(value, self.many),
            other => panic!("a number is not asked {other:?}"),
        }
    }
}

fn says(asks: &Asks, value: &str) -> bool {
    match asks {
        Asks::IsYes => value == "yes",
        Asks::Compares(Comparison::Equal, Operand::Word(w)) => w.text == value,
        Asks::Compares(Comparison::NotEqual, Operand::Word(w)) => w.text != value,
        Asks::OneOf(words) => words.iter().any(|w| w.text == value),
        other => panic!("a word is not asked {other:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn what_is_compiled_holds_exactly_where_the_tree_says_so(e in expression(), values in proptest::collection::vec(values(), 8)) {
        let parameters = parameters();
        let mut compiler = Compiler { parameters: &parameters, facts: vec![] };
        match compiler.compile(&e, About::Events(&DISCLOSURE)) {
            Ok(clauses) => {
                let condition = Condition { text: e.to_string(), clauses, place: Place::default() };
                for v in &values {
                    let holds = condition.holds(|f| v.of(&compiler.facts[f]), |_| Some(v.many)).is_some();
                    prop_assert_eq!(holds, v.satisfy(&e), "{} of {:?}", e, v);
                }
            }
            Err(faults) if faults[0].problem == Problem::NeverHolds => {
                for v in &values {
                    prop_assert!(!v.satisfy(&e), "{} of {:?}", e, v);
                }
            }
            Err(faults) => prop_assert!(matches!(faults[0].problem, Problem::TooLarge { .. }), "{}: {:?}", e, faults),
        }
    }

    #[test]
    fn parse_of_print_is_the_condition(e in expression()) {
        prop_assert_eq!(Expression::parse(&e.to_string()).unwrap(), e);
    }

    #[test]
    fn no_text_makes_the_parser_stumble(text in "[ a-z_.()\\[\\],=!<>0-9\"é]{0,60}") {
        if let Ok(e) = Expression::parse(&text) {
            prop_assert_eq!(Expression::parse(&e.to_string()).unwrap(), e);
        }
    }
}

#[test]
fn an_unset_parameter_satisfies_neither_a_comparison_nor_its_negation() {
    for text in ["count(charged, 90) > param.many", "not count(charged, 90) > param.many"] {
        let condition = Condition { text: String::new(), clauses: on_disclosure(text), place: Place::default() };
        assert!(condition.holds(|_| FactValue::One(3), |_| None).is_none(), "{text}");
    }
}
