//! A store in a PostgreSQL database.
//!
//! Nothing is kept in the session, so that a pool may give each transaction another one (PgBouncer, `pool_mode=transaction`):
//! settings are of a transaction, locks are of a transaction, and no statement is prepared for later.

use postgres::error::SqlState;
use postgres::types::{ToSql, Type};
use postgres::{Client, NoTls, Row};

use super::Make;
use super::migrations::{self, Steps, Within};
use super::reason::reason;
use super::schema::{USUAL, quoted};
use super::tls::Mode;
use super::url::{self, Host};
use crate::error::{AttemptError, StoreError};
use crate::sql::Value;

pub(crate) const STEPS: Steps = [
    ("V1__records", include_str!("../../migrations/postgres/V1__records.sql")),
    ("V2__journal", include_str!("../../migrations/postgres/V2__journal.sql")),
    ("V3__identifiers", include_str!("../../migrations/postgres/V3__identifiers.sql")),
    ("V4__directory", include_str!("../../migrations/postgres/V4__directory.sql")),
    ("V5__newest_fact", include_str!("../../migrations/postgres/V5__newest_fact.sql")),
    ("V6__waiting", include_str!("../../migrations/postgres/V6__waiting.sql")),
];

/// What each transaction sets for itself: it sees what others committed before each of its statements; a commit returns when it
/// is on disk; no statement waits for ever, neither for a lock nor for a writer that went away. A lock is waited for in short steps, between which
/// the call can be ended.
const SETTINGS: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL synchronous_commit = on;
    SET LOCAL lock_timeout = '500ms'; SET LOCAL idle_in_transaction_session_timeout = '60s';
    SET LOCAL client_min_messages = warning";

/// Taken by whoever makes or upgrades a store.
const UPGRADING: &str = "SELECT pg_advisory_xact_lock(20180925, 0)";

/// The schemas that hold a store: the one named, else those where one may be without being named. Stores of earlier versions lie
/// where the user's tables do.
const STORES: &str = "SELECT n.nspname::text FROM pg_catalog.pg_namespace n
    WHERE CASE WHEN $1::text IS NULL
        THEN n.nspname IN ($2::text, 'public', current_user) OR n.nspname = ANY (current_schemas(false))
        ELSE n.nspname = $1::text END
    AND 6 = (SELECT count(*) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = n.oid AND c.relkind = 'r' AND (c.relname, a.attname) IN (
            ('store_form', 'version'), ('store_form', 'applied_on'), ('store_form', 'checksum'),
            ('record', 'place'), ('record', 'header'), ('head', 'record_hash')))
    ORDER BY 1";

/// What in a schema has one of these names.
const NAMED: &str =
    "SELECT c.relname::text, CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'view' WHEN 'S' THEN 'sequence'
        WHEN 'i' THEN 'index' ELSE 'table' END
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = $1 AND c.relname = ANY (string_to_array($2, ',')) ORDER BY 1 LIMIT 1";

/// A connection to the server, and where in its database the store lies.
pub(crate) struct Server {
    client: Client,
    /// The host and port, for errors.
    at: String,
    /// What begins a transaction.
    begin: String,
}

impl Server {
    pub(super) fn open(place: &url::Server, make: Make) -> Result<Self, AttemptError> {
        let (client, at) = connect(place)?;
        let mut server = Self { client, at, begin: SETTINGS.to_owned() };
        let schema = place.schema.as_deref();
        let (found, form) = match server.find(schema)? {
            Some(found) => found,
            None if make == Make::Never => {
                let schema = schema.map(|name| format!(", schema {name}")).unwrap_or_default();
                return Err(StoreError::Missing(server.database()? + &schema).into());
            }
            None => (schema.unwrap_or(USUAL).to_owned(), 0),
        };
        server.begin = format!("{SETTINGS}; SET LOCAL search_path = {}, pg_temp", quoted(&found));
        if form != migrations::KNOWN {
            server.bring_up_to_date(&found, schema)?;
        }
        Ok(server)
    }

    /// The host and port.
    pub(super) fn at(&self) -> &str {
        &self.at
    }

    pub(crate) fn begin(&mut self) -> Result<ServerTx<'_>, AttemptError> {
        let tx = ServerTx { client: &mut self.client, open: true, entered: false };
        tx.client.batch_execute(&self.begin).map_err(AttemptError::postgres)?;
        Ok(tx)
    }

    /// The schema of the store, and its form; `None` where there is none.
    fn find(&mut self, named: Option<&str>) -> Result<Option<(String, i64)>, AttemptError> {
        let mut tx = self.begin()?;
        let found = tx.query(STORES, &[Value::Text(named), USUAL.into()])?;
        let found: Vec<String> =
            found.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>().map_err(AttemptError::postgres)?;
        match found.as_slice() {
            [] => Ok(None),
            [one] => {
                let form = form(&mut tx, one)?;
                Ok(Some((one.clone(), form)))
            }
            several => {
                let expected = "options=-csearch_path%3DSCHEMA, as there is more than one store in the database";
                Err(StoreError::argument("store", expected, format!("stores in the schemas {}", several.join(", ")))
                    .into())
            }
        }
    }

    /// Makes the store in that schema, or upgrades it, all of it or nothing.
    fn bring_up_to_date(&mut self, schema: &str, named: Option<&str>) -> Result<(), AttemptError> {
        let database = self.database()?;
        let mut tx = self.begin()?;
        tx.query(UPGRADING, &[])?;
        // Another process may have done it meanwhile.
        let there = tx.query(STORES, &[Value::Text(named), USUAL.into()])?;
        let found = if there.is_empty() { 0 } else { form(&mut tx, schema)? };
        if found == 0 {
            make_schema(&mut tx, schema, &database)?;
        }
        if found < migrations::KNOWN {
            let names = migrations::names_made(&STEPS, found).join(",");
            if let Some(other) = tx.query(NAMED, &[schema.into(), names.as_str().into()])?.first() {
                let (name, sort): (String, String) = (
                    other.try_get(0).map_err(AttemptError::postgres)?,
                    other.try_get(1).map_err(AttemptError::postgres)?,
                );
                return Err(StoreError::NotAStore {
                    place: format!("{database}, schema {schema}"),
                    found: format!("a {sort} `{name}` that is not a store's"),
                }
                .into());
            }
        }
        migrations::upgrade(&mut Within(tx.client), found, &STEPS)?;
        tx.commit()
    }

    /// The database, for errors.
    fn database(&mut self) -> Result<String, AttemptError> {
        let row =
            self.client.query_typed_one("SELECT current_database()::text", &[]).map_err(AttemptError::postgres)?;
        let name: String = row.try_get(0).map_err(AttemptError::postgres)?;
        Ok(format!("database {name}"))
    }
}

/// Connects to the first server that takes it; else says of each why not.
fn connect(place: &url::Server) -> Result<(Client, String), AttemptError> {
    let (mut reasons, mut is_passing) = (Vec::new(), false);
    for host in &place.hosts {
        let connected = host.connect(place)?;
        match connected {
            Ok(client) => return Ok((client, host.name.clone())),
            Err(e) => {
                reasons.push(format!("{}: {}", host.name, reason(&e)));
                is_passing |= matches!(AttemptError::postgres(e), AttemptError::Broken(_));
            }
        }
    }
    let why = reasons.join("; ");
    Err(if is_passing { AttemptError::Broken(why) } else { StoreError::Unreachable(why).into() })
}

impl Host {
    fn connect(&self, place: &url::Server) -> Result<Result<Client, postgres::Error>, StoreError> {
        use postgres::config::SslMode;
        let mut config = self.config.clone();
        // PostgreSQL encrypts nothing on a socket, where nothing leaves the machine.
        let mode = if self.is_socket { Mode::Disable } else { place.tls.mode };
        config.ssl_mode(match mode {
            Mode::Disable => SslMode::Disable,
            Mode::Prefer => SslMode::Prefer,
            Mode::Require | Mode::VerifyCa | Mode::VerifyFull => SslMode::Require,
        });
        if mode == Mode::Disable {
            return Ok(config.connect(NoTls));
        }
        Ok(config.connect(place.tls.connector()?))
    }
}

/// The form that the store in a schema notes.
fn form(tx: &mut ServerTx<'_>, schema: &str) -> Result<i64, AttemptError> {
    let sql = format!("SELECT coalesce(max(version), 0)::bigint FROM {}.store_form", quoted(schema));
    let rows = tx.query(&sql, &[])?;
    rows.first().map_or(Ok(0), |row| row.try_get(0)).map_err(AttemptError::postgres)
}

fn make_schema(tx: &mut ServerTx<'_>, name: &str, database: &str) -> Result<(), AttemptError> {
    let there = tx.query("SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1", &[name.into()])?;
    if !there.is_empty() {
        return Ok(());
    }
    tx.client.batch_execute(&format!("CREATE SCHEMA {}", quoted(name))).map_err(|e| {
        if e.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) {
            let why = format!(
                "the user may not make the schema {name} in {database}; an administrator can: CREATE SCHEMA {} AUTHORIZATION USER",
                quoted(name)
            );
            StoreError::Upgrade { found: 0, known: migrations::KNOWN, why }.into()
        } else {
            AttemptError::postgres(e)
        }
    })
}

/// A transaction. It is undone unless it is committed.
pub(crate) struct ServerTx<'c> {
    client: &'c mut Client,
    open: bool,
    /// Whether it is in the fence.
    pub(crate) entered: bool,
}

impl ServerTx<'_> {
    pub(crate) fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64, AttemptError> {
        self.client.execute_typed(sql, &typed(values)).map_err(AttemptError::postgres)
    }

    pub(crate) fn query(&mut self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>, AttemptError> {
        self.client.query_typed(sql, &typed(values)).map_err(AttemptError::postgres)
    }

    pub(crate) fn commit(mut self) -> Result<(), AttemptError> {
        self.open = false;
        self.client.batch_execute("COMMIT").map_err(AttemptError::postgres)
    }
}

impl Drop for ServerTx<'_> {
    fn drop(&mut self) {
        if self.open {
            // Where the connection is gone the server undoes it by itself.
            let _ = self.client.batch_execute("ROLLBACK");
        }
    }
}

fn typed<'a>(values: &'a [Value<'a>]) -> Vec<(&'a (dyn ToSql + Sync), Type)> {
    let one = |value: &'a Value<'a>| -> (&'a (dyn ToSql + Sync), Type) {
        match value {
            Value::Int(n) => (n, Type::INT8),
            Value::Text(text) => (text, Type::TEXT),
            Value::Bytes(bytes) => (bytes, Type::BYTEA),
        }
    };
    values.iter().map(one).collect()
}
