package riskofharm;

/**
 * What an append did.
 *
 * @param length how many records the log has now
 * @param added how many of them are new; a record that was there already, with the same content, is not
 */
public record Appended(long length, long added) {}
