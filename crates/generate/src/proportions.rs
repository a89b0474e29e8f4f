//! How often each thing happens, and on what basis. Every disputable number of the generator is in this one table.

/// The source of a proportion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// HM Inspectorate of Probation, September 2018 (`hmip-2018` in the policy pack), with the place and what it
    /// says.
    Report(&'static str),
    /// No source gives it; the text says how it was chosen.
    Assumed(&'static str),
}

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proportion {
    /// The proportion in parts per thousand.
    pub per_mille: u32,
    /// The population and the event.
    pub of: &'static str,
    /// Its source.
    pub ground: Ground,
}

macro_rules! proportions {
    ($( $name:ident = $per_mille:literal, $of:literal, $ground:ident($why:literal); )+) => {
        /// Something that happens in a certain share of cases.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Share { $( #[doc = $of] $name ),+ }

        impl Share {
            /// All rows of the table.
            pub const ALL: &[Self] = &[ $( Self::$name ),+ ];

            /// The row of the table.
            #[must_use]
            pub const fn proportion(self) -> Proportion {
                match self { $( Self::$name => Proportion { per_mille: $per_mille, of: $of, ground: Ground::$ground($why) } ),+ }
            }
        }
    };
}

impl Share {
    /// The proportion in parts per thousand.
    #[must_use]
    pub const fn per_mille(self) -> u32 {
        self.proportion().per_mille
    }
}

proportions! {
    Men = 955, "cases: the person is a man", Report("annex 2, part three: 107 of 112");
    CommunityOrder = 518, "cases: a community order", Report("annex 2, part three: 58 of 112");
    SuspendedSentence = 232, "cases: a suspended sentence order (the rest are on licence)", Report("annex 2, part three: 26 of 112");
    DomesticAbuseOffence = 830, "cases: the index offence is domestic abuse", Report("annex 2, part three: 93 of 112");
    Assault = 589, "index offences: assault", Report("annex 2, part three: 66 of 112");
    StalkingOrHarassment = 125, "index offences: stalking or harassment", Report("annex 2, part three: 14 of 112");
    PublicOrder = 107, "index offences: public order", Report("annex 2, part three: 12 of 112");
    CriminalDamage = 98, "index offences: criminal damage (the rest are others)", Report("annex 2, part three: 11 of 112");
    BbrRequired = 361, "men on a community or suspended sentence order: BBR is a requirement", Report("annex 2, part three: 29 of 112 cases");
    BbrStarted = 448, "men required to do BBR: the course was started", Report("s3.1: 13 of 29");
    BbrCancelled = 241, "men required to do BBR: the course was cancelled", Report("s3.1: 7 of 29");
    Children = 750, "cases: there are children to protect", Report("s4.1: \"in three-quarters of the cases we looked at\"");
    KnownAdultMedium = 893, "cases: the CRC holds known adults at medium (else low)", Report("s4.1, table: 100 of 112");
    ChildrenMedium = 607, "cases with children: the CRC holds them at medium (else low)", Report("s4.1, table: 51 of 112 cases");
    HighAtAllocation = 10, "cases: serious injury and an injured child are known at allocation", Report("s4.1, table: HMIP judged 2 high for victims and 3 for children, of 112; half of it from the start");
    HighLater = 10, "cases: serious injury and an injured child in a new incident", Report("s4.1, table, as above; half of it later");
    ChargeAtAllocation = 24, "cases: a charge of harm to a child is open at allocation", Report("s5.1: with the two lines above and the next, 7 of 112 belonged with the NPS");
    ChildChargeLater = 20, "cases: a charge of harm to a child comes later", Report("s5.1: as above");
    SentToNps = 143, "cases that belong with the NPS: sent there", Report("s5.1: 1 of 7");
    IdentifiedAtOnce = 960, "cases: domestic abuse identified at the earliest occasion", Report("s3.1: 96 per cent");
    PlanCoversVictims = 520, "cases: the plan takes enough account of victims", Report("s4.1: \"just over half\"");
    PlanCoversChildren = 370, "cases with children: the plan gives them enough consideration", Report("s4.1: 37 per cent");
    OrdersInPlan = 500, "cases with an order: the plan considers it", Report("s4.1: \"about half of the applicable cases\"");
    OrdersMonitored = 410, "cases with an order: compliance is checked with others", Report("s5.1: 41 per cent");
    PlanNames = 500, "plans that take too little account of victims, children or an order: they name them all the same", Assumed("a plan has a place for victims; the report judged what stood there");
    LicenceConditionsProposed = 607, "licence cases: the CRC proposed conditions", Report("s4.1: 17 cases, of 28 on licence");
    CallOutsRepeated = 310, "cases: call-outs asked for throughout", Report("s5.1: 31 per cent");
    ChildChecksRepeated = 470, "cases with children: children's social care asked throughout", Report("s5.1: 47 per cent");
    HomeVisited = 190, "cases: the home was visited", Report("s4.1: 19 per cent of those that needed it");
    ReviewOnFile = 320, "cases: reviews are written", Report("s3.1: 32 per cent");
    RiskUpdated = 340, "new information: the decision on risk is reviewed", Report("s4.1: 34 per cent");
    Overseen = 270, "cases: a manager's oversight is effective", Report("s2.2: 27 per cent");
    ContactProtects = 550, "cases: contact is enough to protect (else monthly)", Report("s4.1: 55 per cent");
    ProgressMade = 450, "cases with RAR days: they are done", Report("s3.1: 45 per cent");
    AccountOfOthers = 490, "what the person tells: checked with another agency", Report("s5.1: information of other agencies used in 49 per cent");

    ReportOrdered = 700, "community and suspended sentences: a pre-sentence report", Assumed("most, not all, sentences for domestic abuse");
    CheckedAtStart = 850, "cases: police, and children's social care, asked at the start", Assumed("s5.1: \"in the main\"");
    Answered = 750, "requests: answered", Assumed("s5.1: replies were often missing");
    Chased = 350, "requests without a reply: chased", Assumed("s5.1: \"often failed to chase\"");
    ReplyHoldsConcern = 120, "replies: with a concern", Assumed("a minority; most say what is known already");
    SaraFromCourt = 300, "cases: a SARA came from court", Assumed("s4.1: \"few\"");
    SaraLater = 450, "cases without a SARA: completed later", Assumed("s4.1: \"too few\"");
    ChildrenNamed = 750, "cases with children: they are on record", Assumed("s4.1, Charlie: not always");
    NoChildrenRecorded = 750, "cases without children: that is on record", Assumed("as the line above");
    Flagged = 850, "cases: the domestic abuse flag is set", Assumed("s2.2: not consistent");
    FlagReviewed = 300, "flags: reviewed", Assumed("recommendation 5");
    PlanInTime = 850, "sentence plans: within fifteen business days", Assumed("s4.1: the target was the measure of success");
    ProtectiveBail = 100, "community and suspended sentences: protective bail is lifted on sentence", Assumed("s4.1: \"particularly relevant\"; no number");
    OrderMade = 300, "community and suspended sentences: a restraining order or exclusion", Assumed("s4.1: little on record; no number");
    LicenceCondition = 750, "licence cases: a non-contact condition", Assumed("usual in domestic abuse");
    AddressKnown = 900, "cases: the address is established at the first appointment", Assumed("an ordinary first appointment");
    RarDays = 700, "community and suspended sentences: RAR days", Assumed("the usual requirement of the time");
    UnpaidWork = 400, "community and suspended sentences: unpaid work", Assumed("a frequent requirement");
    AlcoholTreatment = 100, "community and suspended sentences: alcohol treatment", Assumed("a frequent factor");
    BbrReferredInTime = 750, "BBR requirements: referred within a week", Assumed("s4.1: \"not in a timely way\", sometimes not at all");
    BbrReferredLate = 170, "BBR requirements: referred later (the rest never)", Assumed("as the line above");
    PlwReached = 700, "PLW referrals: the victim is reached", Assumed("s4.1: high workloads, sometimes a single letter");
    SupportArranged = 100, "cases without BBR: the victim's support is arranged", Assumed("s4.1, David: rarely");
    AppointmentMissed = 150, "appointments: missed", Assumed("erratic compliance is common");
    Enforced = 600, "unacceptable absences: a warning", Assumed("enforcement was the usual; compliance was not asked of it");
    ReasonAsked = 600, "absences without a known reason: the reason is checked", Assumed("s3.1: several examples of the contrary");
    FactorChanges = 300, "cases: a circumstance linked with risk changes", Assumed("several in ten in a year");
    CallOut = 200, "cases: a police call-out is learnt", Assumed("one case in five in about a year");
    Incident = 60, "cases: an incident is learnt otherwise", Assumed("fewer than call-outs");
    Disclosure = 250, "victims reached by the PLW: tell of more", Assumed("s4.1: one of the PLW's key roles");
    Concern = 120, "cases: somebody tells of a concern", Assumed("s4.1: facilitators, families, other agencies");
    OwnAccount = 100, "cases: the person tells of something that bears on risk", Assumed("s4.1, David");
    NewRelationship = 80, "cases: a new relationship", Assumed("s5.1: not rare");
    Separation = 60, "cases: a relationship ends", Assumed("as new relationships");
    BackToVictim = 60, "cases: moves in with the victim", Assumed("s4.1 Charlie, s5.1 Jacob");
    Moves = 100, "cases: moves elsewhere", Assumed("unstable housing");
    VictimContact = 80, "cases: contact with the victim is disclosed or seen", Assumed("s4.1 Charlie");
    ChildContact = 80, "cases with children: contact with a child changes", Assumed("s4.1 Charlie, Steve");
    KnownToSocialCare = 150, "cases with children: children's social care act", Assumed("s5.1 Jacob");
    SocialCareCloses = 60, "cases with children: children's social care close the case", Assumed("s5.1: decisions to close");
    Pregnancy = 20, "cases: a pregnancy", Assumed("a few");
    OtherCharge = 50, "cases: charged with something else", Assumed("a few");
    Missing = 30, "cases: nobody knows where the person is", Assumed("s3.1: some");
    Warrant = 400, "missing persons: a warrant", Assumed("s3.1");
    Recall = 50, "cases: a spell in custody", Assumed("recall and breach");
    Excused = 80, "cases: an absence is excused", Assumed("s3.1: employment and childcare");
    EvidenceSeen = 300, "excuses: evidence is seen", Assumed("s3.1: often not");
    Transferred = 60, "cases: another officer", Assumed("staff turnover");
    OrderBreached = 60, "cases with an order: a breach is learnt", Assumed("s4.1 Charlie; few are learnt");
    Iom = 20, "cases: Integrated Offender Management", Assumed("a few");
    MaracDiscussed = 40, "cases: MARAC has discussed the case, and the officer knows", Assumed("s5.1: \"did not know\"");
    MaracConsidered = 50, "new information: MARAC is considered", Assumed("s5.1: \"only a small proportion\"");
    MaracReferred = 400, "MARAC considered: referred, about 2 per cent of cases", Assumed("s1.2: about 2 per cent of referrals came from probation");
    Corrected = 40, "cases: a record is corrected", Assumed("ordinary clerical error");
    Shared = 600, "what the PLW learns: shared", Assumed("s4.1: the PLW does; her time is short");
}
