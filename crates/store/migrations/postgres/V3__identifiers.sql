-- What a case is called lies apart from its journal, whose entries hold no more than a salted commitment to it: so it can be
-- erased, and the chain stays. `name` is `scheme=value`; `salt` is empty where the entry has the value itself, as entries of
-- older forms have, and where the name is not of an entry's own identifier.
CREATE TABLE identifier (
    case_id BYTEA NOT NULL,
    position BIGINT NOT NULL,
    name TEXT NOT NULL,
    salt TEXT NOT NULL,
    PRIMARY KEY (case_id, position, name)
);

INSERT INTO identifier (case_id, position, name, salt)
    SELECT case_id, position, subject, '' FROM entry WHERE subject LIKE '%=_%';
UPDATE entry SET subject = split_part(subject, '=', 1) || '=' WHERE subject LIKE '%=_%';
DROP INDEX entry_subject;

-- The server's statistics of a column hold values of it, and would keep them after an erasure. Those that there are go with the
-- column's type, though that is what it was.
ALTER TABLE record ALTER COLUMN payload TYPE BYTEA;
ALTER TABLE evidence ALTER COLUMN payload TYPE BYTEA;
ALTER TABLE entry ALTER COLUMN text TYPE TEXT;
ALTER TABLE entry ALTER COLUMN subject TYPE TEXT;
ALTER TABLE identifier ALTER COLUMN name SET STATISTICS 0;
ALTER TABLE identifier ALTER COLUMN salt SET STATISTICS 0;
ALTER TABLE record ALTER COLUMN payload SET STATISTICS 0;
ALTER TABLE evidence ALTER COLUMN payload SET STATISTICS 0;
ALTER TABLE entry ALTER COLUMN text SET STATISTICS 0;
ALTER TABLE entry ALTER COLUMN subject SET STATISTICS 0;
