-- Each row of `record` is one line of a sealed log in two parts: `header` is the line without its payload, a whole JSON
-- object; `payload` is salt, data and note, which the law may demand to be removed.
CREATE TABLE record (
    place BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id BYTEA NOT NULL,
    position BIGINT NOT NULL,
    header TEXT NOT NULL,
    payload BYTEA,
    UNIQUE (case_id, position)
);

-- Where each chain ends, so that a chain that lost its end is found when it is read.
CREATE TABLE head (
    case_id BYTEA PRIMARY KEY,
    records BIGINT NOT NULL,
    record_hash TEXT NOT NULL
);
