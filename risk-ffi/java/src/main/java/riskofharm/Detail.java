package riskofharm;

/** How much of an answer {@link Assessment#text} shows. */
public enum Detail {
    /** What matters now. */
    AGENDA,
    /** Also the steps of each line, whatever else is open, and what was done. */
    ALL;

    /** The number in {@code risk.h}. */
    int number() {
        return ordinal();
    }
}
