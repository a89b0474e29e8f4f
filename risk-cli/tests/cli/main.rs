//! The `risk` command as its users meet it: what it prints, what it refuses, and with which exit code.

mod answers;
mod bad_logs;
mod bad_policies;
mod case;
mod command;
mod sealing;
