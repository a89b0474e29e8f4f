package riskofharm;

import java.util.Locale;

/** Who reads an answer. Each gets what its own records give, and no sign that there are others. */
public enum Audience {
    /** Who supervises the person. */
    RESPONSIBLE_OFFICER,
    /** Who supports a victim or partner, and hears from them. */
    PARTNER_LINK_WORKER,
    /** Who delivers programmes. */
    PROGRAMMES_TEAM,
    /** Who manages responsible officers, and countersigns. */
    MANAGER,
    /** Who inspects the work. */
    INSPECTOR,
    /** Who counts over many cases: sees no subjects and no event ids. */
    ANALYST,
    /** Another agency. */
    PARTNER_AGENCY,
    /** The person who is supervised. */
    SUPERVISED_PERSON;

    /**
     * The word of the contract.
     *
     * @return such as {@code responsible_officer}
     */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
