//! The vocabulary of conditions: every fact a rule may ask about, with its meaning, its range and what feeds it.
//!
//! A fact is a bounded whole number or a term of a closed list; nothing else can be asked. Unknown is a value of its own.

use crate::event::vocabulary::{
    AbuseRole, Complexity, Grade, Group, InformationAbout, InformationOf, Level, Offence, OrderKind, PersonGroup,
    Programme, Provider, Register, Relation, Requirement, RiskFactor, SentenceType, Sex, Term, Tri,
};
use crate::event::{Field, Kind};

/// The largest number that a count or an age may reach; larger ones are read as this.
pub const MAX_NUMBER: u32 = 36_500;

/// What values a fact can have. Values are codes: the place in the list, or the number itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Domain {
    /// One word of a list of at most 64.
    Terms(Vec<&'static str>),
    /// A level. Order comparisons are allowed, and unknown satisfies none of them.
    Level,
    /// Several words of a list of at most 64, asked by `has`.
    ManyTerms(Vec<&'static str>),
    /// A whole number from 0 to `max`. `never` (for `days_since`) satisfies no comparison.
    Number {
        /// The greatest value.
        max: u32,
    },
}

/// The value of a fact at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactValue {
    /// A term's code, or a number.
    One(u32),
    /// A set of terms: bit n is the term of code n.
    Many(u64),
    /// `days_since` of something that never happened.
    Never,
}

/// The state of a programme. `none` where the log knows nothing of it.
pub const PROGRAMME_STATES: &[&str] = &[
    "none",
    "referred",
    "suitable",
    "not_suitable",
    "not_eligible",
    "inducted",
    "started",
    "deferred",
    "completed",
    "withdrawn",
];
/// The most serious open status of any child with children's social care; `none` where the log knows nothing.
pub const SAFEGUARDING_STATES: &[&str] =
    &["none", "closed", "under_assessment", "child_in_need", "child_protection_plan", "looked_after"];
/// The state of a risk factor; `unknown` where the log says nothing.
pub const FACTOR_STATES: &[&str] = &["present", "worse", "better", "absent", "unknown"];

/// Narrows which events `ever`, `count` and `days_since` look at.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Filter {
    /// A field of every kind named.
    pub field: Field,
    /// Its value is one of these codes, or (for a list) has one of them.
    pub codes: Vec<u32>,
}

/// Whose events `ever`, `count` and `days_since` look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Concerning {
    /// Those of the whole case.
    Case,
    /// Those concerning the event's or the subject's person.
    Person,
    /// Those concerning its order.
    Order,
    /// Those concerning its request.
    Request,
    /// Those concerning its programme.
    Programme,
}

impl Concerning {
    /// What a condition writes before the question: `person.ever(…)`.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Case => "",
            Self::Person => "person.",
            Self::Order => "order.",
            Self::Request => "request.",
            Self::Programme => "programme.",
        }
    }
}

/// How far back `count` looks.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Window {
    /// That many days.
    Days(u32),
    /// A parameter (days or months), by its place in the policy's list.
    Parameter(usize),
}

/// A question that a condition may ask.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fact {
    /// `event.FIELD`: a field of the event that the rule is about.
    Event(Field),
    /// `recorded(GROUP)`: the level an assessor decided.
    Recorded(Group),
    /// `indicated(GROUP)`: the least that unanswered reasons support.
    Indicated(Group),
    /// `working(GROUP)`: the higher of the two.
    Working(Group),
    /// `supervised`: a sentence is being supervised (or was when the event happened).
    Supervised,
    /// `in_custody` (or was when the event happened).
    InCustody,
    /// `domestic_abuse`: whether domestic abuse by the person is known, as a conviction, history, allegation or disclosure.
    DomesticAbuse,
    /// `domestic_abuse_role(ROLE)`: identified in that role.
    DomesticAbuseRole(AbuseRole),
    /// `index_offence` of the latest sentence.
    IndexOffence,
    /// `index_offence_is_domestic_abuse` of any sentence being supervised.
    IndexOffenceIsDomesticAbuse,
    /// `sex` as recorded.
    Sex,
    /// `sentence_type` of the latest sentence.
    SentenceType,
    /// `provider` that holds the case, or unknown.
    Provider,
    /// `grade` of the responsible officer, or unknown.
    Grade,
    /// `complexity` at allocation.
    Complexity,
    /// `children_known`: yes, a child is identified; no, the household is complete and has none.
    ChildrenKnown,
    /// `address_known`: whether it is known where the person lives.
    AddressKnown,
    /// `whereabouts_known`: no while the person is missing.
    WhereaboutsKnown,
    /// `order_in_force` or `order_in_force(KIND)` (or was when the event happened).
    OrderInForce(Option<OrderKind>),
    /// `required(REQUIREMENT)`: imposed, and neither completed nor removed.
    Required(Requirement),
    /// `programme(PROGRAMME)`: its state.
    ProgrammeState(Programme),
    /// `flag(REGISTER)`: whether it is set.
    Flag(Register),
    /// `outstanding(AGENCY)`: a request to that agency has no reply.
    Outstanding(InformationOf),
    /// `child_safeguarding`: the most serious status of any child.
    ChildSafeguarding,
    /// `risk_factor(FACTOR)`: its state.
    RiskFactor(RiskFactor),
    /// `person.group` of the event's or the action's person.
    PersonGroup,
    /// `person.relation`.
    PersonRelation,
    /// `person.victim`.
    PersonVictim,
    /// `person.in_household`.
    PersonInHousehold,
    /// `person.protected`: an order in force protects the person (or did when the event happened).
    PersonProtected,
    /// `order.in_force` of the event's or the action's order.
    ThisOrderInForce,
    /// `order.kind`.
    ThisOrderKind,
    /// `request.outstanding` of the event's or the action's request.
    ThisRequestOutstanding,
    /// `request.of`.
    ThisRequestOf,
    /// `request.about`.
    ThisRequestAbout,
    /// `register` of the event or the action.
    ThisRegister,
    /// `ever(KIND, FIELD = VALUE)`: such an event has happened (`person.ever`: concerning that person).
    Ever {
        /// Any of these kinds.
        kinds: Vec<Kind>,
        /// Only such events.
        filter: Option<Filter>,
        /// Only such events.
        of: Concerning,
    },
    /// `count(KIND, WINDOW, FIELD = VALUE)`: how many in that many days up to the event, one for each incident.
    Count {
        /// Any of these kinds.
        kinds: Vec<Kind>,
        /// How far back.
        within: Window,
        /// Only such events.
        filter: Option<Filter>,
        /// Only such events.
        of: Concerning,
    },
    /// `days_since(KIND, FIELD = VALUE)`: days since the latest, or never.
    DaysSince {
        /// Any of these kinds.
        kinds: Vec<Kind>,
        /// Only such events.
        filter: Option<Filter>,
        /// Only such events.
        of: Concerning,
    },
}

const YES_NO: &[&str] = &["yes", "no"];

fn with_unknown(names: &[&'static str]) -> Domain {
    let mut names = names.to_vec();
    if !names.contains(&"unknown") {
        names.push("unknown");
    }
    Domain::Terms(names)
}

impl Fact {
    /// What values the fact can have; for `event.FIELD` the checker asks the catalogue instead.
    #[must_use]
    pub fn domain(&self) -> Domain {
        match self {
            Self::Recorded(_) | Self::Indicated(_) | Self::Working(_) => Domain::Level,
            Self::Supervised
            | Self::InCustody
            | Self::OrderInForce(_)
            | Self::Required(_)
            | Self::Flag(_)
            | Self::Outstanding(_)
            | Self::PersonProtected
            | Self::ThisOrderInForce
            | Self::ThisRequestOutstanding
            | Self::DomesticAbuseRole(_)
            | Self::Ever { .. } => Domain::Terms(YES_NO.to_vec()),
            Self::Event(_)
            | Self::DomesticAbuse
            | Self::IndexOffenceIsDomesticAbuse
            | Self::ChildrenKnown
            | Self::AddressKnown
            | Self::WhereaboutsKnown
            | Self::PersonVictim
            | Self::PersonInHousehold => Domain::Terms(Tri::names().to_vec()),
            Self::IndexOffence => with_unknown(Offence::names()),
            Self::Sex => with_unknown(Sex::names()),
            Self::SentenceType => with_unknown(SentenceType::names()),
            Self::Provider => with_unknown(Provider::names()),
            Self::Grade => with_unknown(Grade::names()),
            Self::Complexity => with_unknown(Complexity::names()),
            Self::PersonGroup => with_unknown(PersonGroup::names()),
            Self::PersonRelation => with_unknown(Relation::names()),
            Self::ThisOrderKind => with_unknown(OrderKind::names()),
            Self::ThisRequestOf => with_unknown(InformationOf::names()),
            Self::ThisRequestAbout => with_unknown(InformationAbout::names()),
            Self::ThisRegister => with_unknown(Register::names()),
            Self::ProgrammeState(_) => Domain::Terms(PROGRAMME_STATES.to_vec()),
            Self::ChildSafeguarding => Domain::Terms(SAFEGUARDING_STATES.to_vec()),
            Self::RiskFactor(_) => Domain::Terms(FACTOR_STATES.to_vec()),
            Self::Count { .. } | Self::DaysSince { .. } => Domain::Number { max: MAX_NUMBER },
        }
    }

    /// Whether the value changes by the passing of time alone. Such facts stand in `when`, never in `while`.
    #[must_use]
    pub fn time_driven(&self) -> bool {
        matches!(self, Self::Count { .. } | Self::DaysSince { .. })
    }

    /// Whether a value once taken can be left again. A `while` needs, in each of its alternatives, one that can.
    #[must_use]
    pub fn can_end(&self) -> bool {
        !matches!(
            self,
            Self::Ever { .. }
                | Self::DomesticAbuseRole(_)
                | Self::Sex
                | Self::Event(_)
                | Self::ThisOrderKind
                | Self::ThisRequestOf
                | Self::ThisRequestAbout
                | Self::ThisRegister
        )
    }

    /// The kinds that can change the value. A rule that asks about a fact is blind where none of them is fed.
    #[must_use]
    pub fn fed_by(&self) -> Vec<Kind> {
        use Kind as K;
        match self {
            Self::Event(_) => vec![],
            Self::Recorded(_) => vec![K::RiskAssessed],
            // What indicates a level is the policy's affair, not one kind's.
            Self::Indicated(_) | Self::Working(_) => vec![],
            Self::Supervised | Self::SentenceType => vec![K::SupervisionStarted, K::SupervisionEnded, K::PersonDied],
            Self::InCustody => vec![K::CustodyEntered, K::ReleasedFromCustody],
            Self::DomesticAbuse => vec![
                K::DomesticAbuseIdentified,
                K::SupervisionStarted,
                K::PreSentenceReportRequested,
                K::PlwDisclosure,
                K::RequirementImposed,
            ],
            Self::DomesticAbuseRole(_) => vec![K::DomesticAbuseIdentified],
            Self::IndexOffence | Self::IndexOffenceIsDomesticAbuse | Self::Sex => {
                vec![K::SupervisionStarted, K::PreSentenceReportRequested]
            }
            Self::Provider | Self::Grade | Self::Complexity => vec![K::CaseAllocated, K::CaseTransferred],
            Self::ChildrenKnown => vec![K::PersonIdentified, K::HouseholdRecorded],
            Self::AddressKnown => vec![
                K::AddressEstablished,
                K::AddressChanged,
                K::ReleasedFromCustody,
                K::WhereaboutsUnknown,
                K::CustodyEntered,
            ],
            Self::WhereaboutsKnown => vec![K::WhereaboutsUnknown, K::PersonLocated, K::CustodyEntered],
            Self::OrderInForce(_) | Self::PersonProtected | Self::ThisOrderInForce => {
                vec![K::ProtectiveOrderMade, K::ProtectiveOrderVaried, K::ProtectiveOrderDischarged]
            }
            Self::ThisOrderKind => vec![K::ProtectiveOrderMade],
            Self::Required(_) => vec![K::RequirementImposed, K::RequirementCompleted, K::RequirementRemoved],
            Self::ProgrammeState(_) => vec![
                K::ProgrammeReferred,
                K::ProgrammeSuitabilityDecided,
                K::ProgrammeInducted,
                K::ProgrammeStarted,
                K::ProgrammeDeferred,
                K::ProgrammeCompleted,
                K::ProgrammeWithdrawn,
            ],
            Self::Flag(_) | Self::ThisRegister => vec![K::FlagRecorded, K::FlagRemoved],
            Self::Outstanding(_) | Self::ThisRequestOutstanding => {
                vec![K::InformationRequested, K::InformationReceived]
            }
            Self::ThisRequestOf | Self::ThisRequestAbout => vec![K::InformationRequested],
            Self::ChildSafeguarding => vec![K::ChildSafeguardingReferred, K::ChildSafeguardingStatusChanged],
            Self::RiskFactor(_) => vec![K::RiskFactorChanged],
            Self::PersonGroup | Self::PersonRelation | Self::PersonVictim => vec![K::PersonIdentified],
            Self::PersonInHousehold => vec![
                K::PersonIdentified,
                K::HouseholdRecorded,
                K::CohabitationStarted,
                K::CohabitationEnded,
                K::AddressEstablished,
                K::AddressChanged,
            ],
            Self::Ever { kinds, .. } | Self::Count { kinds, .. } | Self::DaysSince { kinds, .. } => kinds.clone(),
        }
    }

    /// What the fact means, in one sentence, for `risk policy show`, explanations and the documentation.
    #[must_use]
    pub fn meaning(&self) -> &'static str {
        match self {
            Self::Event(_) => "a field of the event itself",
            Self::Recorded(_) => "the level that an assessor decided for the group",
            Self::Indicated(_) => "the least level that reasons nobody has answered support",
            Self::Working(_) => "the higher of the recorded and the indicated level",
            Self::Supervised => "a sentence is being supervised",
            Self::InCustody => "the person is in custody",
            Self::DomesticAbuse => "domestic abuse by the person is known, whether or not convicted",
            Self::DomesticAbuseRole(_) => "domestic abuse was identified in that role",
            Self::IndexOffence => "the index offence of the latest sentence",
            Self::IndexOffenceIsDomesticAbuse => "the index offence of a sentence being supervised is domestic abuse",
            Self::Sex => "the person's sex as recorded",
            Self::SentenceType => "the type of the latest sentence",
            Self::Provider => "the provider that holds the case",
            Self::Grade => "the grade of the responsible officer",
            Self::Complexity => "how complex the allocation held the case to be",
            Self::ChildrenKnown => "whether the children of the case are known; no means that there are none",
            Self::AddressKnown => "it is known where the person lives",
            Self::WhereaboutsKnown => "it is known where the person is",
            Self::OrderInForce(_) => "a protective order is in force",
            Self::Required(_) => "the requirement was imposed, and neither completed nor removed",
            Self::ProgrammeState(_) => "how the programme stands",
            Self::Flag(_) => "the register flag is set",
            Self::Outstanding(_) => "a request to that agency has no reply",
            Self::ChildSafeguarding => "the most serious status of any child with children's social care",
            Self::RiskFactor(_) => "how the risk factor stands",
            Self::PersonGroup => "what kind of person this is",
            Self::PersonRelation => "how the person stands to the supervised person",
            Self::PersonVictim => "the person is a victim",
            Self::PersonInHousehold => "the person lives in the household",
            Self::PersonProtected => "a protective order in force protects the person",
            Self::ThisOrderInForce => "this order is in force",
            Self::ThisOrderKind => "what kind of order this is",
            Self::ThisRequestOutstanding => "this request has no reply",
            Self::ThisRequestOf => "whom this request was made to",
            Self::ThisRequestAbout => "what this request asks about",
            Self::ThisRegister => "which register this flag belongs to",
            Self::Ever { .. } => "such an event has happened",
            Self::Count { .. } => "how many such events there were, counting each incident once",
            Self::DaysSince { .. } => "how many days ago the latest such event happened",
        }
    }
}

/// The levels in order, as the domain of level facts.
#[must_use]
pub fn level_names() -> &'static [&'static str] {
    Level::names()
}
