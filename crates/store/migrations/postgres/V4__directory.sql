-- The facts of all cases are found through the directory: the journal of the case with this id, which is none. It is filled
-- when the store is opened.
INSERT INTO head (case_id, records, record_hash) VALUES ('\x0000000000000000000000007269736b', 0, '');
