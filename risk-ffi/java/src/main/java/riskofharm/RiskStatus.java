package riskofharm;

/** What went wrong, by the frozen numbers of {@code risk.h}. */
public enum RiskStatus {
    /** A pointer that must be given was not. Java cannot reach it: {@code null} is refused before the call. */
    NULL_POINTER(1),
    /** A text is not UTF-8: in Java, it has half a surrogate pair. */
    NOT_UTF8(2),
    /** A length that cannot be: in Java, a secret that is too short. */
    BAD_SIZE(3),
    /** A moment that cannot be read, or none where one is needed. */
    BAD_TIME(4),
    /** A word that is not of its list: a lens, audience, kind, action, group, rule or schema. */
    BAD_WORD(5),
    /** Two things that do not belong together, such as answers about two cases. */
    MISMATCH(6),
    /** A handle of the C library that was freed or is of another type. These classes never pass one. */
    BAD_HANDLE(7),
    /** A call on a store from within the function that gives that store its keys. */
    REENTRANT_CALL(8),
    /** A record that is malformed or not allowed. */
    BAD_RECORD(20),
    /** The log has another length than the one expected: somebody else appended first. */
    POSITION_CONFLICT(40),
    /** The log has a record of that id with other content. */
    EVENT_CONFLICT(41),
    /** Stamps for a plain log, none for a sealed one, too few, or one that goes back in time. */
    BAD_STAMP(42),
    /** A sealed log is not what was sealed, or does not reach the head that was expected. */
    TAMPERED(43),
    /** A policy that does not load. */
    BAD_POLICY(60),
    /** The policy gives this audience no view. */
    NO_VIEW(61),
    /** The policy does not let this audience see why. */
    NO_REASONS(62),
    /** The call was ended early by a {@link Cancel}. */
    CANCELLED(70),
    /** A case takes more work than its budget allows. No call of these classes sets one. */
    OVER_BUDGET(71),
    /** There is no store at that place. */
    STORE_MISSING(80),
    /** What is there is no store, or one of a form that this version does not read. */
    BAD_STORE(81),
    /** Another writer went on for longer than the patience: the same call may be made again. */
    STORE_BUSY(82),
    /** The file or the server cannot be reached: the same call may be made again when it can be. */
    STORE_UNREACHABLE(83),
    /** The connection broke while it was being kept. All of it was, or nothing: made again, the call keeps nothing twice. */
    STORE_UNCONFIRMED(84),
    /** There is no room. */
    STORE_FULL(85),
    /** The store may not be written to; who reads is written down, so that reading needs it too. */
    STORE_READ_ONLY(86),
    /** The store is damaged: stop, keep the file, go back to a copy. */
    STORE_DAMAGED(87),
    /** The database or the system says something else; the message has it. */
    STORE_FAILED(88),
    /** Nothing of that name is in the store. */
    NOT_FOUND(89),
    /** The reader is excluded from the case; that they asked is written down. */
    EXCLUDED(90),
    /** The key of the case is not given, or is another. One that was destroyed is meant to end here. */
    NO_KEY(91),
    /** The identifier stands for another case. */
    TAKEN(92),
    /** The file of the store, or its write-ahead log, was moved, removed or replaced. Nothing was written. */
    STORE_MOVED(95),
    /** The place of a follower is beyond the end of the store, which was restored or replaced. */
    BEYOND_END(96),
    /** An earlier call on this handle panicked: it can only be closed. */
    POISONED(98),
    /** A defect of the library. It has told where on standard error; the handle is poisoned. */
    PANIC(99),
    /** A number that these classes do not know, of a newer library: see {@link RiskException#code()}. */
    UNRECOGNISED(-1);

    private final int code;

    RiskStatus(int code) {
        this.code = code;
    }

    /**
     * The number in {@code risk.h}.
     *
     * @return the number; -1 for {@link #UNRECOGNISED}
     */
    public int code() {
        return code;
    }

    /**
     * The status of a number.
     *
     * @param code a number of {@code risk.h}
     * @return its status, or {@link #UNRECOGNISED}
     */
    public static RiskStatus of(int code) {
        for (RiskStatus status : values()) {
            if (status.code == code) {
                return status;
            }
        }
        return UNRECOGNISED;
    }
}
