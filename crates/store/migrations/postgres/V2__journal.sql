-- Who did what with which case, and what the store was told of it. `subject` is set where the entry states a fact.
CREATE TABLE entry (
    place BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id BYTEA NOT NULL,
    position BIGINT NOT NULL,
    subject TEXT,
    text TEXT NOT NULL,
    hash TEXT NOT NULL,
    UNIQUE (case_id, position)
);
CREATE INDEX entry_fact ON entry (case_id, position) WHERE subject IS NOT NULL;
CREATE INDEX entry_subject ON entry (subject) WHERE subject IS NOT NULL;

ALTER TABLE head ADD COLUMN entries BIGINT NOT NULL DEFAULT 0;
ALTER TABLE head ADD COLUMN entry_hash TEXT NOT NULL DEFAULT '';

-- Payloads that are out of their log and kept as evidence.
CREATE TABLE evidence (
    case_id BYTEA NOT NULL,
    position BIGINT NOT NULL,
    payload BYTEA NOT NULL,
    PRIMARY KEY (case_id, position)
);
