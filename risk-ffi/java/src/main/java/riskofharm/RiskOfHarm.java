package riskofharm;

/** The library itself: which version it is, and what records and answers look like. */
public final class RiskOfHarm {
    private RiskOfHarm() {}

    /**
     * The version of the library that was loaded.
     *
     * @return such as {@code 0.1.0}
     * @throws UnsatisfiedLinkError if the library is not found, or is not one that these classes were written for
     */
    public static String version() {
        return Text.lent(RiskLibrary.risk_version());
    }

    /**
     * The JSON Schema of what goes in or comes out.
     *
     * @param of {@code record} or {@code assessment}
     * @return the schema, as JSON
     * @throws RiskException {@link RiskStatus#BAD_WORD} for anything else
     */
    public static String schema(String of) {
        byte[] word = Text.utf8(of);
        long[] schema = new long[3];
        int status = RiskLibrary.risk_schema(word, word.length, schema);
        if (status != RiskLibrary.OK) {
            throw RiskException.ofThisThread(status);
        }
        return Text.taken(schema);
    }
}
