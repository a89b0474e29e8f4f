//! The kinds of finding that the analysis of a policy makes, and that a policy may accept.

use crate::event::vocabulary::vocabulary;

vocabulary! {
    /// The kinds of finding.
    FindingKind {
        /// A rule or duty whose condition no case can meet.
        NeverFires,
        /// An alternative of a condition that no case can meet, where another can.
        AlternativeNeverHolds,
        /// A rule or duty all of whose effects others always have already.
        NothingNew,
        /// An effect of a rule that others always have already, where the rule has another that is new.
        HadAlready,
        /// Facts under which no rule fires on a kind that triggers some rule.
        Gap,
        /// A kind that triggers no rule.
        NotListenedTo,
        /// Two rules that give one action different limits under the same facts; the earliest counts.
        DeadlinesDiffer,
        /// A parameter that nothing uses.
        NotUsed,
        /// Facts of the language that no condition asks about.
        NotAsked,
        /// A `yes` that requires something, where `unknown` requires neither the same nor an enquiry.
        UnknownLeftOut,
        /// The same, where another rule requires an enquiry.
        UnknownElsewhere,
        /// An action that no event can close.
        NothingCloses,
        /// An action that nothing requires.
        NothingRequires,
        /// A rule that asks for a level or a number, and neither rises nor falls with it.
        NotMonotone,
        /// A rule that indicates a level and can stop doing so when a level or a count rises.
        FallsWhileRiskRises,
        /// An acceptance of something that was not found.
        AcceptsNothing,
        /// A question that would have taken too long.
        Undecided,
    }
    /// Whether a finding is wrong, or only worth knowing.
    Weight { Defect, WorthKnowing }
}

impl FindingKind {
    /// Whether it is a defect of the policy.
    #[must_use]
    pub fn weight(self) -> Weight {
        match self {
            Self::NeverFires
            | Self::NothingNew
            | Self::NotUsed
            | Self::UnknownLeftOut
            | Self::NothingCloses
            | Self::NothingRequires
            | Self::NotMonotone
            | Self::AcceptsNothing
            | Self::Undecided => Weight::Defect,
            Self::AlternativeNeverHolds
            | Self::HadAlready
            | Self::Gap
            | Self::NotListenedTo
            | Self::DeadlinesDiffer
            | Self::NotAsked
            | Self::UnknownElsewhere
            | Self::FallsWhileRiskRises => Weight::WorthKnowing,
        }
    }
}
