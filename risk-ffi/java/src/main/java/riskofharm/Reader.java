package riskofharm;

import java.util.Objects;

/**
 * A person who reads an answer of a {@link Store}. Each reading is written down there, with the audience of the question.
 *
 * @param id the host's own opaque id of the person: 1 to 64 letters, digits or {@code . _ : -}. Exclusions go by it
 * @param purpose what for: a word or a reference of the host's, such as {@code supervision} or {@code complaint:4711}, of
 *     the same form; or {@code null} for none
 */
public record Reader(String id, String purpose) {
    private static final int SIZE = 40;
    private static final int ID = 8;
    private static final int PURPOSE = 24;

    /**
     * A reader, and what for.
     *
     * @param id the host's own opaque id of the person; it has to be given
     * @param purpose what for, or {@code null}
     */
    public Reader {
        Objects.requireNonNull(id, "id");
    }

    /**
     * A reader who does not say what for.
     *
     * @param id the host's own opaque id of the person
     */
    public Reader(String id) {
        this(id, null);
    }

    /** The reader as {@code risk_reader}, for one call. */
    Block block() {
        return new Block(SIZE, 0).text(ID, Text.utf8(id)).text(PURPOSE, Text.utf8OrNone(purpose)).open();
    }
}
