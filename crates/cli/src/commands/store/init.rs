//! `risk store init`: a new store.

use clap::Args;
use risk_store::{Store, StoreError};

use crate::failure::Failure;
use crate::output::Reply;
use crate::store::StoreOptions;

/// Create a store, and print what it guarantees
///
/// A file is created if there is none, readable by its owner alone. A PostgreSQL database must exist, and gets a schema
/// `risk_of_harm`. An existing store is not changed.
#[derive(Args)]
#[command(after_long_help = "Examples:
  risk store init
  risk store init --store cases.risk
  risk store init --store 'postgres://risk@/cases?host=/run/postgresql'
  risk store init --store 'postgres://risk@db.example/cases?sslmode=verify-full&sslrootcert=ca.pem'")]
pub struct Options {
    #[command(flatten)]
    store: StoreOptions,
}

/// Creates the store.
///
/// # Errors
/// [`Failure`] where something else is there, or nothing can be.
pub fn run(options: &Options) -> Result<Reply, Failure> {
    let place = options.store.place()?;
    let name = place.name();
    let (store, what) = match Store::open(place.as_given(), options.store.options()?) {
        Ok(store) => (store, "is a store already, and stays as it is"),
        Err(StoreError::Missing(_)) => {
            place.make_folder()?;
            let store = Store::create(place.as_given(), options.store.options()?);
            (store.map_err(|error| place.refused(error))?, "a new store")
        }
        Err(other) => return Err(place.refused(other)),
    };
    let colon = if what.starts_with("is") { "" } else { ":" };
    Ok(Reply::text(format!("{name}{colon} {what}\n{}", promise(&store))))
}

fn promise(store: &Store) -> &'static str {
    if store.is_server() {
        "PostgreSQL: what is appended is on the server's disk when the command returns, as\n\
         long as its fsync and full_page_writes are on. Many may write at once.\n"
    } else {
        "SQLite: what is appended is on disk when the command returns (synchronous=FULL).\n\
         Several processes may use the file at once, on this machine; they write in turn.\n"
    }
}
