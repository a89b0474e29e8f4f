-- What a case is called lies apart from its journal, whose entries hold no more than a salted commitment to it: so it can be
-- erased, and the chain stays. `name` is `scheme=value`; `salt` is empty where the entry has the value itself, as entries of
-- older forms have, and where the name is not of an entry's own identifier.
CREATE TABLE identifier (
    case_id BLOB NOT NULL,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    salt TEXT NOT NULL,
    PRIMARY KEY (case_id, position, name)
) STRICT, WITHOUT ROWID;

INSERT INTO identifier (case_id, position, name, salt)
    SELECT case_id, position, subject, '' FROM entry WHERE subject LIKE '%=_%';
UPDATE entry SET subject = substr(subject, 1, instr(subject, '=')) WHERE subject LIKE '%=_%';
DROP INDEX entry_subject;
