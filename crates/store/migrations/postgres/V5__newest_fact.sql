-- The fact that was written last, of all journals: the directory of facts must name it.
CREATE INDEX entry_newest_fact ON entry (place) WHERE subject IS NOT NULL;
