-- Who did what with which case, and what the store was told of it. `subject` is set where the entry states a fact.
CREATE TABLE entry (
    place INTEGER PRIMARY KEY,
    case_id BLOB NOT NULL,
    position INTEGER NOT NULL,
    subject TEXT,
    text TEXT NOT NULL,
    hash TEXT NOT NULL,
    UNIQUE (case_id, position)
) STRICT;
CREATE INDEX entry_fact ON entry (case_id, position) WHERE subject IS NOT NULL;
CREATE INDEX entry_subject ON entry (subject) WHERE subject IS NOT NULL;

ALTER TABLE head ADD COLUMN entries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE head ADD COLUMN entry_hash TEXT NOT NULL DEFAULT '';

-- Payloads that are out of their log and kept as evidence.
CREATE TABLE evidence (
    case_id BLOB NOT NULL,
    position INTEGER NOT NULL,
    payload BLOB NOT NULL,
    PRIMARY KEY (case_id, position)
) STRICT, WITHOUT ROWID;
