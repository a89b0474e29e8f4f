package riskofharm;

/**
 * Imports what the HMPPS estate delivers: domain events as a queue delivers them, in any of their wrappings, become records.
 *
 * <p>Nothing is lost or doubled: of each message it is told what became of it, and the same message twice, or two messages of
 * one fact, give one record. Ids are derived from what identifies a fact, with the host's secret, so that nobody else can
 * guess them. Order does no harm.
 *
 * <p>It never changes, and may be used from many threads at once, but for imports into a store, which take turns.
 */
public final class Hmpps extends Handle {
    private Hmpps(long handle) {
        super(handle, RiskLibrary::risk_hmpps_free);
    }

    /**
     * Makes an importer.
     *
     * @param options JSON, {@code {}} for none: {@code codes}, the host's own tables over those of the library, TOML by the
     *     name of the file; {@code case_map}, the host's own case ids, CSV with {@code case_id} and {@code crn}, {@code noms} or
     *     both (left out: the id of a case is derived from the CRN); {@code erase}, {@code true} for a person to be erased in a
     *     store where a message says so, which cannot be undone; {@code detail_hosts}, the hosts from which the host fetches
     *     with credentials what a message points to, such as {@code ["oasys.example.com"]}
     * @param secret at least 32 bytes that nobody can guess: the same for ever, or what is told again is not known again
     * @return the importer
     * @throws RiskException {@link RiskStatus#BAD_SIZE} for a secret that is too short; {@link RiskStatus#BAD_WORD} for options,
     *     a table, a case map or a host that cannot be used, with file, line and field where they are known
     */
    public static Hmpps of(String options, byte[] secret) {
        byte[] given = Text.utf8(options);
        long[] handle = new long[1];
        int status = RiskLibrary.risk_hmpps_new(given, given.length, secret, secret.length, handle);
        if (status != RiskLibrary.OK) {
            throw RiskException.ofThisThread(status);
        }
        return new Hmpps(handle[0]);
    }

    /**
     * Imports messages into a store: appends what is new, all of it or none, and tells the store of identifiers and merges. What
     * is settled is kept for good when it returns. Given again, it changes nothing.
     *
     * @param store the store
     * @param by who works, for the store's journal
     * @param messages one message, an array of messages, or one on each line
     * @return what became of each message
     * @throws RiskException as {@link Store#append(String, String)}; nothing was kept
     */
    public Imported importInto(Store store, String by, byte[] messages) {
        return importInto(store, by, Delivery.MESSAGES, messages);
    }

    /**
     * As {@link #importInto(Store, String, byte[])}, of messages or of a table.
     *
     * @param store the store
     * @param by who works, for the store's journal
     * @param kind what the delivery is
     * @param delivery its bytes
     * @return what became of each message, and of each row that could not be read or waits; the report's {@code codes} count
     *     the other rows
     * @throws RiskException as {@link Store#append(String, String)}; {@link RiskStatus#BAD_RECORD} for a table without its columns;
     *     nothing was kept
     */
    public Imported importInto(Store store, String by, Delivery kind, byte[] delivery) {
        byte[] who = Text.utf8(by);
        byte[] word = Text.utf8(kind.word());
        long[] report = new long[3];
        changing(hmpps -> store.using(kept -> RiskLibrary.risk_hmpps_import_into(hmpps, kept, who, who.length, word,
                word.length, delivery, delivery.length, report)));
        return Imported.of("", Text.taken(report));
    }

    /**
     * Imports messages or a table for a host that keeps its records itself, and appends what is new.
     *
     * @param held the records that the host has of the cases concerned, as JSON Lines, or none: by them it is known what
     *     is told again, what a deletion takes back, and which request a reply answers
     * @param kind what the delivery is
     * @param delivery its bytes
     * @return the new records, and what became of each message; the host follows the report's {@code instructions} itself
     * @throws RiskException {@link RiskStatus#BAD_RECORD} for {@code held} that is no log, and for a table without
     *     its columns
     */
    public Imported importBeside(String held, Delivery kind, byte[] delivery) {
        byte[] lines = Text.utf8(held);
        byte[] word = Text.utf8(kind.word());
        long[] records = new long[3];
        long[] report = new long[3];
        reading(hmpps -> RiskLibrary.risk_hmpps_import(hmpps, word, word.length, delivery, delivery.length, lines,
                lines.length, records, report));
        return Imported.of(Text.taken(records), Text.taken(report));
    }

    /**
     * The changes of nDelius registers that an answer proposes, for people to decide on. Nothing is changed anywhere.
     *
     * @param answer the answer
     * @return a JSON array: {@code do}, {@code code}, {@code level}, {@code next_review_date}, {@code because} and more
     */
    public String reconcile(Assessment answer) {
        long[] proposals = new long[3];
        reading(hmpps -> answer.using(held -> RiskLibrary.risk_hmpps_reconcile(hmpps, held, proposals)));
        return Text.taken(proposals);
    }

    @Override
    int lastMessage(long handle, long[] buf) {
        return RiskLibrary.risk_hmpps_last_error_message(handle, buf);
    }

    @Override
    int lastJson(long handle, long[] buf) {
        return RiskLibrary.risk_hmpps_last_error_json(handle, buf);
    }
}
