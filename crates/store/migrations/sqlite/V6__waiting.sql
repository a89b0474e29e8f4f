-- Messages that wait for what they speak of, each sealed by whoever keeps it. `sort` says why it is kept, `since` and `due` are
-- microseconds since 1970 (`due` 0: at no time of its own), `case_id` is whose key it is encrypted with.
CREATE TABLE waiting (
    id BLOB PRIMARY KEY,
    sort INTEGER NOT NULL,
    since INTEGER NOT NULL,
    due INTEGER NOT NULL,
    case_id BLOB,
    sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX waiting_age ON waiting (sort, since);
CREATE INDEX waiting_due ON waiting (due) WHERE due > 0;

-- By what a message is found again: keyed digests. A digest with an id of zeros is of a person who was erased before anything
-- was kept.
CREATE TABLE waiting_for (
    subject TEXT NOT NULL,
    id BLOB NOT NULL,
    PRIMARY KEY (subject, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX waiting_for_id ON waiting_for (id);

-- Values by which it is noticed that a secret is another.
CREATE TABLE kept_value (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
