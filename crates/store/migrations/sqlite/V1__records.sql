-- Each row of `record` is one line of a sealed log in two parts: `header` is the line without its payload, a whole JSON
-- object; `payload` is salt, data and note, which the law may demand to be removed.
CREATE TABLE record (
    place INTEGER PRIMARY KEY,
    case_id BLOB NOT NULL,
    position INTEGER NOT NULL,
    header TEXT NOT NULL,
    payload BLOB,
    UNIQUE (case_id, position)
) STRICT;

-- Where each chain ends, so that a chain that lost its end is found when it is read.
CREATE TABLE head (
    case_id BLOB PRIMARY KEY,
    records INTEGER NOT NULL,
    record_hash TEXT NOT NULL
) STRICT, WITHOUT ROWID;
