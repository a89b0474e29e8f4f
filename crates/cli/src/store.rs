//! The store of a command: where it is, who asks, and with which keys.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::{env, fs, path::Path};

use clap::Args;
use etcetera::base_strategy::{BaseStrategy, choose_native_strategy};
use risk_core::event::vocabulary::Audience;
use risk_core::log::AppendError;
use risk_core::text::inert;
use risk_hmpps::people::former;
use risk_store::{Operator, Options, Reader, Store, StoreError};
use uuid::Uuid;

use crate::failure::Failure;
use crate::identifier::CaseName;
use crate::input::Text;
use crate::output::remark;
use crate::{interrupt, secret};

/// The variable that names a store where no option does.
pub const PLACE: &str = "RISK_STORE";
const WHO: &str = "RISK_AS";
/// Under which heading of a help text the options stand. Said of each, as what is said of all would go on behind them.
const HEADING: &str = "Store";

/// The store options: location, user and keys.
#[derive(Args)]
pub struct StoreOptions {
    /// The store: a file, or a database as postgres://USER@HOST/DATABASE?sslrootcert=PATH; default the variable RISK_STORE,
    /// else risk-of-harm/cases.risk in your data folder
    #[arg(long, value_name = "PATH|URL", help_heading = HEADING)]
    store: Option<String>,
    /// Who asks, as an id for the journal; default the variable RISK_AS, else your user name
    #[arg(long = "as", value_name = "ID", help_heading = HEADING)]
    who: Option<String>,
    /// The keys of cases whose payloads are encrypted in the store: a file of lines `CASE KEY`, a UUID and 64 hexadecimal digits,
    /// that only you can read; `-` is standard input
    #[arg(long, value_name = "FILE", help_heading = HEADING)]
    keys: Option<String>,
}

/// A person who reads from a store.
#[derive(Args)]
pub struct ReadingOptions {
    #[command(flatten)]
    store: StoreOptions,
    /// Why it is read, for the journal: a word or a reference, such as supervision or complaint:4711
    #[arg(long, value_name = "WORD", help_heading = HEADING)]
    purpose: Option<String>,
    /// Answer even if the disk is too full for the journal, for this reason; the reading is noted in a file beside the store, and
    /// entered into the journal as soon as there is room
    #[arg(long, value_name = "TEXT", help_heading = HEADING)]
    unjournalled_reason: Option<String>,
    /// The secret of `risk hmpps import`, to recognise an identifier of a person who was erased since; a file that only you can read
    #[arg(long, value_name = "FILE", help_heading = HEADING)]
    key_file: Option<String>,
}

/// Where a store is.
pub struct StoreLocation {
    at: String,
    /// The default location, as none was named.
    pub is_default: bool,
}

impl StoreLocation {
    /// For the library: a URL may hold a password, and is never shown.
    #[must_use]
    pub fn as_given(&self) -> &str {
        &self.at
    }

    /// The location as shown to people.
    #[must_use]
    pub fn name(&self) -> Cow<'_, str> {
        if self.at.contains("://") { Cow::Borrowed("the store in the database") } else { inert(&self.at) }
    }

    /// Why the store there does not open, with the place.
    #[must_use]
    pub fn refused(&self, error: StoreError) -> Failure {
        match error {
            StoreError::Missing(_) | StoreError::NotAStore { .. } => error.into(),
            error => Failure::Opening { place: self.name().into_owned(), error: error.into() },
        }
    }

    /// Makes the folder of the store that is taken where none is named, for its owner alone.
    ///
    /// # Errors
    /// [`Failure::Write`].
    pub fn make_folder(&self) -> Result<(), Failure> {
        match Path::new(&self.at).parent().filter(|_| self.is_default) {
            None => Ok(()),
            Some(folder) => {
                fs::create_dir_all(folder).map_err(|error| Failure::Write { file: folder.display().to_string(), error })
            }
        }
    }
}

/// A store that is open, and the operator who works on it.
pub struct OpenStore {
    /// The store.
    pub store: Store,
    /// Who.
    pub by: Operator,
    /// What messages call the store.
    pub name: String,
}

impl StoreOptions {
    /// Whether one of its options says that a store is meant.
    #[must_use]
    pub fn is_asked_for(&self) -> bool {
        [&self.store, &self.who, &self.keys].iter().any(|given| given.is_some())
    }

    /// Whether a store is meant: by one of its options, or by the variable that names one. Who asks does not choose a store.
    #[must_use]
    pub fn is_named(&self) -> bool {
        self.is_asked_for() || variable(PLACE).is_some()
    }

    /// The file from which keys are read, if any.
    pub fn inputs(&self) -> impl Iterator<Item = &String> {
        self.keys.iter()
    }

    /// Where the store is. A default location is reported on standard error.
    ///
    /// # Errors
    /// [`Failure::NoDataFolder`].
    pub fn place(&self) -> Result<StoreLocation, Failure> {
        let place = self.place_unsaid()?;
        if place.is_default {
            remark(&format!("store: {} (the default, as neither --store nor {PLACE} names one)", place.name()));
        }
        Ok(place)
    }

    /// Where the store is, for a command whose standard error is data.
    ///
    /// # Errors
    /// As [`StoreOptions::place`].
    pub fn place_unsaid(&self) -> Result<StoreLocation, Failure> {
        if let Some(at) = self.store.clone().filter(|place| !place.is_empty()).or_else(|| variable(PLACE)) {
            return Ok(StoreLocation { at, is_default: false });
        }
        let data = choose_native_strategy().map_err(Failure::NoDataFolder)?.data_dir();
        Ok(StoreLocation { at: data.join("risk-of-harm").join("cases.risk").display().to_string(), is_default: true })
    }

    /// How it is opened.
    ///
    /// # Errors
    /// [`Failure`] if the keys cannot be read.
    pub fn options(&self) -> Result<Options, Failure> {
        let options = Options { interrupt: interrupt::of_store(), ..Options::default() };
        let Some(file) = &self.keys else { return Ok(options) };
        let keys = keys(&Text::of("keys", file, &secret::read(file)?)?)?;
        Ok(Options { keys: Some(Box::new(move |case| keys.get(&case).copied())), ..options })
    }

    /// Opens it for whoever only looks at whether it is whole.
    ///
    /// # Errors
    /// [`Failure::Store`].
    pub fn open(&self) -> Result<(Store, String), Failure> {
        self.open_at(&self.place()?)
    }

    fn open_at(&self, place: &StoreLocation) -> Result<(Store, String), Failure> {
        let store = Store::open(place.as_given(), self.options()?).map_err(|error| place.refused(error))?;
        Ok((store, place.name().into_owned()))
    }

    /// Opens it for the operator.
    ///
    /// # Errors
    /// [`Failure`] if there is no store, or the user id is unknown.
    pub fn operate(&self) -> Result<OpenStore, Failure> {
        self.operate_at(&self.place()?)
    }

    /// Opens the store of that place for the operator.
    ///
    /// # Errors
    /// As [`StoreOptions::operate`].
    pub fn operate_at(&self, place: &StoreLocation) -> Result<OpenStore, Failure> {
        let (who, from) = self.who()?;
        let by = Operator::new(&who).map_err(|error| Failure::InvalidUser { from, error: error.into() })?;
        let (store, name) = self.open_at(place)?;
        Ok(OpenStore { store, by, name })
    }

    /// Who asks, and from where that is known.
    fn who(&self) -> Result<(String, &'static str), Failure> {
        if let Some(who) = &self.who {
            return Ok((who.clone(), "--as"));
        }
        if let Some(who) = variable(WHO) {
            return Ok((who, WHO));
        }
        let name = whoami::username().map_err(|e| Failure::NoUser(e.into()))?;
        Ok((name, "your name on this system (another is taken with --as or RISK_AS)"))
    }
}

impl ReadingOptions {
    /// Whether a store is read for a case of that name. Where a variable alone says so, a file of that name comes first.
    #[must_use]
    pub fn is_meant_by(&self, case: &str) -> bool {
        let others = [&self.purpose, &self.unjournalled_reason, &self.key_file];
        let is_asked_for = self.store.is_asked_for() || others.iter().any(|given| given.is_some());
        is_asked_for || (self.store.is_named() && CaseName::parse(case).is_ok() && !Path::new(case).exists())
    }

    /// The files from which keys are read, if any.
    pub fn inputs(&self) -> impl Iterator<Item = &String> {
        self.store.inputs().chain(&self.key_file)
    }

    /// The case of that name.
    ///
    /// # Errors
    /// As [`CaseName::find`]; [`StoreError::PersonErased`] if the secret shows that the person was erased who had the identifier.
    pub fn find(&self, case: &CaseName, store: &Store) -> Result<Uuid, Failure> {
        let (missing, file) = match (case.find(store), &self.key_file) {
            (Err(Failure::NoSuchCase(missing)), Some(file)) => (missing, file),
            (found, _) => return found,
        };
        let digest = former(&secret::key(file)?, &missing.scheme.to_lowercase(), &missing.value);
        match store.erased_as(&digest)? {
            Some(case_id) => Err(StoreError::PersonErased { case_id }.into()),
            None => Err(Failure::NoSuchCase(missing)),
        }
    }

    /// Opens the store for the reader, of that audience.
    ///
    /// # Errors
    /// [`Failure`] if there is no store, or the user id is unknown.
    pub fn open(&self, audience: Audience) -> Result<(Store, Reader), Failure> {
        let (who, from) = self.store.who()?;
        let reader = Reader::new(&who, audience).map_err(|error| Failure::InvalidUser { from, error: error.into() })?;
        let reader = match &self.purpose {
            None => reader,
            Some(purpose) => reader
                .with_purpose(purpose)
                .map_err(|error| Failure::InvalidUser { from: "--purpose", error: error.into() })?,
        };
        let reader = match &self.unjournalled_reason {
            None => reader,
            Some(reason) => reader
                .with_unjournalled_reason(reason)
                .map_err(|error| Failure::InvalidUser { from: "--unjournalled-reason", error: error.into() })?,
        };
        Ok((self.store.open()?.0, reader))
    }
}

/// What a variable says, unless it is empty.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// The key of each case.
fn keys(text: &Text) -> Result<BTreeMap<Uuid, [u8; 32]>, Failure> {
    let key = |(number, line): (usize, &str)| {
        let (case, key) = line.trim().split_once(char::is_whitespace).unwrap_or_default();
        // The text may be a key, so the message does not repeat it.
        let wrong = || Failure::Line {
            file: text.name.clone(),
            line: u64::try_from(number).unwrap_or(u64::MAX),
            expected: "the UUID of a case, a blank and 64 hexadecimal digits".to_owned(),
            found: "something else".to_owned(),
        };
        let case = Uuid::parse_str(case).map_err(|_| wrong())?;
        Ok((case, bytes_of(key.trim()).ok_or_else(wrong)?))
    };
    text.lines().map(key).collect()
}

fn bytes_of(digits: &str) -> Option<[u8; 32]> {
    let digits: Option<Vec<u8>> = digits.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect();
    let bytes: Vec<u8> = digits
        .filter(|all| all.len() == 64)?
        .chunks(2)
        .map(|two| two.iter().fold(0, |byte, digit| byte << 4 | digit))
        .collect();
    <[u8; 32]>::try_from(bytes).ok()
}

/// What a refusal means for a text whose records it is about: the position of the record in it.
pub fn located(text: &Text, error: StoreError) -> Failure {
    match error {
        StoreError::Append { error, .. } if !matches!(error, AppendError::PositionConflict { .. }) => {
            text.place(error).into()
        }
        other => other.into(),
    }
}
