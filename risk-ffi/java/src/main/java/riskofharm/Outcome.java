package riskofharm;

import java.util.Locale;

/** What became of a message that was imported. */
public enum Outcome {
    /** It made records. */
    RECORDED,
    /** What it tells is on record already. */
    KNOWN,
    /** It told the store something about cases, such as a CRN or a merge, and nothing for a log. */
    INSTRUCTED,
    /** It makes no record, for the reason that is told. */
    NOTHING,
    /** It is about a person who was erased by law: nothing of it was kept, and a person decides what becomes of it. */
    ERASED,
    /** An identifier is claimed by the cases of several persons: what goes by it alone is given again once that is settled. */
    CONFLICT,
    /** What it tells the store was not done, or not all of it, for the reason that is told: somebody has to look at it. */
    NOT_DONE,
    /** It carries no data: what it points to is to be fetched, and given with it. */
    NEEDED,
    /**
     * It speaks of something that is not there yet. With {@code kept} in the report the store keeps it, and applies it when that comes; else
     * it is to stay on the queue, and to be given again.
     */
    WAITS,
    /** It waited in the store for as long as it may, and what it speaks of did not come: somebody has to look at it. */
    UNRESOLVED,
    /** A type of event, or a code in it, that the tables do not have: somebody has to look at it. */
    UNMAPPED,
    /** It is no message: somebody has to look at it. */
    UNREADABLE,
    /** An outcome that these classes do not know, of a newer library: {@link Imported#json()} has it. */
    UNRECOGNISED;

    /** The outcome of a word. */
    static Outcome of(Object word) {
        for (Outcome outcome : values()) {
            if (outcome.name().toLowerCase(Locale.ROOT).equals(word)) {
                return outcome;
            }
        }
        return UNRECOGNISED;
    }
}
