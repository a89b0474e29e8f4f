//! Whether a database has the store's own schema and nothing beside it: no trigger, view, rule, policy or further column
//! that could change what is read or written.

use std::collections::BTreeSet;

use crate::connection::{self, migrations};
use crate::error::AttemptError;
use crate::sql::Tx;

/// What a PostgreSQL database has for a store: as [`OF_POSTGRES`] lists it, with `store_form` last.
const POSTGRES: &str = include_str!("../../migrations/postgres/schema.txt");

/// Every property of the store's tables that decides what a statement on them does, one a line.
const OF_POSTGRES: &str = "
WITH ours AS (
    SELECT c.oid, c.relname, c.relkind, c.relrowsecurity, c.relpersistence, n.nspname
    FROM unnest(ARRAY['record', 'head', 'entry', 'evidence', 'identifier', 'waiting',
        'waiting_for', 'kept_value', 'store_form']) AS name
    JOIN pg_class c ON c.oid = to_regclass(name) JOIN pg_namespace n ON n.oid = c.relnamespace
)
SELECT format('%s: relation of kind %s, persistence %s, row security %s', ours.relname, ours.relkind, ours.relpersistence,
    ours.relrowsecurity) FROM ours
UNION ALL
SELECT format('%s: column %s %s%s%s%s%s', ours.relname, attname, format_type(atttypid, atttypmod),
    CASE WHEN attnotnull THEN ' not null' END, ' identity ' || nullif(attidentity::text, ''),
    ' generated ' || nullif(attgenerated::text, ''), ' default ' || pg_get_expr(adbin, adrelid))
FROM ours JOIN pg_attribute ON attrelid = ours.oid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE attnum > 0 AND NOT attisdropped
UNION ALL
SELECT format('%s: index %s', ours.relname, replace(pg_get_indexdef(indexrelid), quote_ident(ours.nspname) || '.', ''))
FROM ours JOIN pg_index ON indrelid = ours.oid
UNION ALL
SELECT format('%s: constraint %s %s', ours.relname, conname, pg_get_constraintdef(pg_constraint.oid))
FROM ours JOIN pg_constraint ON conrelid = ours.oid WHERE contype <> 'n'
UNION ALL
SELECT format('%s: trigger %s', ours.relname, tgname) FROM ours JOIN pg_trigger ON tgrelid = ours.oid
UNION ALL
SELECT format('%s: rule %s', ours.relname, rulename) FROM ours JOIN pg_rewrite ON ev_class = ours.oid
UNION ALL
SELECT format('%s: policy %s', ours.relname, polname) FROM ours JOIN pg_policy ON polrelid = ours.oid
UNION ALL
SELECT format('%s: child table %s', ours.relname, inhrelid::regclass) FROM ours JOIN pg_inherits ON inhparent = ours.oid
UNION ALL
SELECT DISTINCT format('%s: view %s', ours.relname, v.relname) FROM ours
JOIN pg_depend ON refobjid = ours.oid JOIN pg_rewrite r ON r.oid = objid AND classid = 'pg_rewrite'::regclass
JOIN pg_class v ON v.oid = r.ev_class WHERE v.oid <> ours.oid";

/// What is not as the store made it.
pub(super) fn differences(tx: &mut Tx<'_>) -> Result<Vec<String>, AttemptError> {
    let (expected, steps) = if tx.is_postgres() {
        (POSTGRES.lines().map(str::to_owned).collect(), connection::POSTGRES_STEPS)
    } else {
        (connection::sqlite_schema()?, connection::SQLITE_STEPS)
    };
    let sql = if tx.is_postgres() { OF_POSTGRES } else { connection::OF_SQLITE };
    let found: BTreeSet<String> = tx.rows(sql, &[], |row| row.text(0))?.into_iter().collect();
    let expected: BTreeSet<String> = expected;
    let missing = expected.difference(&found).map(|what| format!("schema: expected `{what}`, found none"));
    let strange = found.difference(&expected).map(|what| format!("schema: found `{what}`, which is not the store's"));
    let mut all: Vec<String> = missing.chain(strange).collect();
    let noted =
        tx.rows("SELECT CAST(version AS BIGINT), name, checksum FROM store_form ORDER BY version", &[], |row| {
            Ok((row.number(0)?, row.text(1)?, row.text(2)?))
        })?;
    if noted != migrations::noted(&steps)? {
        all.push("schema: expected the forms in `store_form` that the store has had, found others".to_owned());
    }
    Ok(all)
}
