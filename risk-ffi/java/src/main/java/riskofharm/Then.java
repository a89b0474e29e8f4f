package riskofharm;

/** What a service does with a message of its queue. */
public enum Then {
    /** It deletes it: all of it is done or kept, or there is nothing to do. */
    DELETE,
    /** It leaves it on the queue, or gives it again with what has to be fetched. */
    RETRY,
    /** It puts it aside for a person, on a dead-letter queue. So does it with what these classes do not know, of a newer library. */
    PARK;

    static Then of(Object word) {
        for (Then then : values()) {
            if (then.name().toLowerCase(java.util.Locale.ROOT).equals(word)) {
                return then;
            }
        }
        return PARK;
    }
}
