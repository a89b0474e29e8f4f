package riskofharm;

/**
 * What became of records that a {@link Store} was given.
 *
 * @param added how many are new; the store had the others already, with the same content
 * @param position where the last one given stands in the log of its case, from 1
 */
public record Stored(long added, long position) {}
