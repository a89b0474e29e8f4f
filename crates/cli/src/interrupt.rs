//! Ctrl-C (SIGINT) and the request to terminate (SIGTERM): the command ends soon, and leaves nothing half done.
//!
//! A thread waits for the two signals. Commands that use a store or brief a caseload ask whether one came, and end by themselves: they
//! undo their transaction and remove the file that they were writing. A command that does not ask, or that waits for something else,
//! such as standard input, is ended by the thread. A second signal changes nothing.

use std::sync::Once;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::Duration;
use std::{process, thread};

use risk_core::cancel::Cancel;
use risk_store::Interrupt;

/// How long a command that asks may take to end by itself.
const GRACE: Duration = Duration::from_secs(10);
/// What a shell adds to the number of a signal that ended a command.
const BY_SIGNAL: u8 = 128;

/// The exit code of the signal that came; 0 until then.
static EXIT_CODE: AtomicU8 = AtomicU8::new(0);
/// Whether the command asks for signals.
static ASKS: AtomicBool = AtomicBool::new(false);

/// Ends the calls of a store when a signal came.
#[must_use]
pub fn of_store() -> Interrupt {
    ASKS.store(true, Ordering::Relaxed);
    Interrupt::when(|| exit_code().is_some())
}

/// Ends an answer when a signal came.
#[must_use]
pub fn of_answer() -> Cancel<'static> {
    ASKS.store(true, Ordering::Relaxed);
    Cancel::when(&|| exit_code().is_some())
}

/// The exit code of a command that a signal ended, if one came: 130 for SIGINT, 143 for SIGTERM.
#[must_use]
pub fn exit_code() -> Option<u8> {
    Some(EXIT_CODE.load(Ordering::Relaxed)).filter(|code| *code != 0)
}

/// Waits for signals from here on, for as long as the process runs. Where the system does not let it, a signal ends the process at
/// once, as it does on systems without POSIX signals.
pub fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(wait_for_signals);
}

#[cfg(unix)]
fn wait_for_signals() {
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) else { return };
    let ends = move || {
        let Some(signal) = signals.forever().next() else { return };
        let code = BY_SIGNAL.saturating_add(u8::try_from(signal).unwrap_or_default());
        EXIT_CODE.store(code, Ordering::Relaxed);
        if ASKS.load(Ordering::Relaxed) {
            thread::sleep(GRACE);
        }
        process::exit(code.into());
    };
    // Without the thread nothing would end the command.
    if let Err(e) = thread::Builder::new().name("signals".to_owned()).spawn(ends) {
        crate::output::remark(&format!("signals are not handled: {e}"));
    }
}

#[cfg(not(unix))]
fn wait_for_signals() {}
