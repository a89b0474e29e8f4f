package riskofharm;

import java.util.Locale;

/** From where a case is looked at. */
public enum Lens {
    /** What the service knew at a time. */
    AS_KNOWN,
    /** Everything known now, placed when it happened; for learning, and labelled so. */
    HINDSIGHT;

    /**
     * The word of the contract.
     *
     * @return such as {@code as_known}
     */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
