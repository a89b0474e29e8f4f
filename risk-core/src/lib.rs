//! The pure engine: a case's event log folded into its risk-of-serious-harm classification and its required actions.
//!
//! The modules stand in the order in which data flows through them: what may happen ([`event`]), what was recorded
//! ([`log`]), the rules ([`policy`]), who may see what ([`view`]), the fold of the one under the other ([`fold`]), the answer
//! ([`assessment`]) and the reasons for it ([`explain`]). [`timeline`] and [`compare`] are differences of answers, and [`telling`] puts them into
//! sentences; [`workload`] counts what the answers to a caseload ask of people, and a
//! [`briefing`] tells a morning's meeting what is new in them. [`policy_tests`] runs the tests that stand
//! beside the rules, and [`mutation`] asks what they leave unpinned. [`calendar`] serves them all, and [`text`] makes what comes from outside safe to show. There is no I/O, clock,
//! randomness or thread in here: the same inputs give the same answer, to the byte.

pub mod calendar;

pub mod text;

pub mod event;

pub mod log;

pub mod policy;

pub mod view;

pub mod cancel;

pub mod fold;

pub mod assessment;

pub mod explain;

pub mod timeline;

pub mod compare;

pub mod telling;

pub mod policy_tests;

pub mod mutation;

pub mod workload;

pub mod measures;

pub mod briefing;
