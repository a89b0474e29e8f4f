//! Sealed logs: a hash chain that shows every later change.
//!
//! [`seal`] turns a plain log into a sealed one, and [`Log::append_sealed`](crate::Log::append_sealed) extends it. [`verify`] checks the
//! text of a sealed log and names the first line that was changed. The chain has no secret: a person who can write the whole file can
//! compute it again, so keep the head of the log elsewhere and pass it to [`verify`].
//!
//! The engine has no clock and no source of randomness. The caller supplies both, as a [`Stamp`] for each record.
//!
//! # Example
//!
//! ```
//! use risk_core::Log;
//! use risk_core::chain::{Stamp, Tampered, seal, verify};
//! # let plain = Log::parse("case.jsonl", &std::fs::read_to_string("examples/case.jsonl")?)?;
//!
//! // In production: the current time, and 16 bytes from a cryptographic random number generator.
//! let stamp = |position: u64| Stamp { appended_at: "2018-03-07T09:00:00Z".parse().unwrap(), salt: [position as u8; 16] };
//! let sealed = seal(&plain, stamp)?;
//! let head = sealed.head().unwrap();
//! assert_eq!(verify(&sealed.to_jsonl(), Some(&head))?.records, 2);
//!
//! let changed = sealed.to_jsonl().replace("no_further_action", "arrest");
//! let tampering = verify(&changed, Some(&head)).unwrap_err();
//! assert_eq!((tampering.line, tampering.what), (2, Tampered::Payload));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[doc(inline)]
pub use crate::log::{Stamp, Tampered, Tampering, Verified, seal, verify};
