package riskofharm;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * The log of one case: what happened, in the order in which it was written down. Nothing in it is ever changed in place.
 *
 * <p>It may be used from many threads: what only reads runs at once, an append runs alone. A host that keeps the records
 * itself reads them into a log when it needs an answer; the log costs what its records cost.
 *
 * <p>Records are JSON, one on a line, plain or sealed; {@code RiskOfHarm.schema("record")} has their form. A log is plain
 * or sealed as a whole: to append to a sealed one takes a {@link Stamp} for each record. An empty log becomes what its
 * first records are.
 */
public final class CaseLog extends Handle {
    CaseLog(long handle) {
        super(handle, RiskLibrary::risk_case_free);
    }

    /**
     * Begins the log of a case, empty.
     *
     * @param caseId the case; identifiers such as a CRN stay with the host
     * @return the log
     */
    public static CaseLog create(UUID caseId) {
        byte[] id = Text.utf8(caseId.toString());
        long[] handle = new long[1];
        int status = RiskLibrary.risk_case_new(id, id.length, handle);
        if (status != RiskLibrary.OK) {
            throw RiskException.ofThisThread(status);
        }
        return new CaseLog(handle[0]);
    }

    /**
     * Reads the log of a case.
     *
     * @param records JSON Lines, plain or sealed, all of one case
     * @return the log
     * @throws RiskException {@link RiskStatus#BAD_RECORD} with line, field, what was found and what was expected;
     *     {@link RiskStatus#EVENT_CONFLICT} for one id with two contents; {@link RiskStatus#TAMPERED} where a sealed log is
     *     not what was sealed
     */
    public static CaseLog read(String records) {
        byte[] lines = Text.utf8(records);
        long[] handle = new long[1];
        int status = RiskLibrary.risk_case_read(lines, lines.length, handle);
        if (status != RiskLibrary.OK) {
            throw RiskException.ofThisThread(status);
        }
        return new CaseLog(handle[0]);
    }

    /**
     * Whether records are what was sealed, without keeping them.
     *
     * @param records JSON Lines
     * @param expectedHead the hash of the last record, as kept elsewhere: only against it a cut-off end shows; or
     *     {@code null}
     * @return a report, as JSON: {@code intact}, {@code records}, {@code head}, {@code expected_at}
     * @throws RiskException {@link RiskStatus#TAMPERED} with the place
     */
    public static String verify(String records, String expectedHead) {
        byte[] lines = Text.utf8(records);
        byte[] head = expectedHead == null ? null : Text.utf8(expectedHead);
        long[] report = new long[3];
        int status = RiskLibrary.risk_records_verify(lines, lines.length, head, length(head), report);
        if (status != RiskLibrary.OK) {
            throw RiskException.ofThisThread(status);
        }
        return Text.taken(report);
    }

    /**
     * Appends records to a plain log: all of them or none.
     *
     * @param records one record or several, as JSON Lines. One that is there already, with the same content, adds nothing
     * @return how long the log is now, and how many records are new
     * @throws RiskException {@link RiskStatus#BAD_RECORD}, {@link RiskStatus#EVENT_CONFLICT}, {@link RiskStatus#BAD_STAMP};
     *     the log is as it was
     */
    public Appended append(String records) {
        return append(records, null, null);
    }

    /**
     * Appends records to a plain log, if nobody has appended meanwhile.
     *
     * @param records as in {@link #append(String)}
     * @param expectedLength how many records the log should have now
     * @return how long the log is now, and how many records are new
     * @throws RiskException as {@link #append(String)}, and {@link RiskStatus#POSITION_CONFLICT} for another length, unless
     *     nothing of it is new
     */
    public Appended append(String records, long expectedLength) {
        return append(records, new long[] {expectedLength}, null);
    }

    /**
     * Appends records to a sealed log.
     *
     * @param records as in {@link #append(String)}
     * @param stamps one for each record
     * @return how long the log is now, and how many records are new
     * @throws RiskException as {@link #append(String)}
     */
    public Appended append(String records, List<Stamp> stamps) {
        return append(records, null, Stamp.packed(stamps));
    }

    /**
     * Appends records to a sealed log, if nobody has appended meanwhile.
     *
     * @param records as in {@link #append(String)}
     * @param expectedLength how many records the log should have now
     * @param stamps one for each record
     * @return how long the log is now, and how many records are new
     * @throws RiskException as {@link #append(String, long)}
     */
    public Appended append(String records, long expectedLength, List<Stamp> stamps) {
        return append(records, new long[] {expectedLength}, Stamp.packed(stamps));
    }

    private Appended append(String records, long[] expectedLength, byte[] stamps) {
        byte[] lines = Text.utf8(records);
        long[] appended = new long[2];
        changing(log -> RiskLibrary.risk_case_append(log, lines, lines.length, expectedLength, stamps,
                Stamp.count(stamps), appended));
        return new Appended(appended[0], appended[1]);
    }

    /**
     * Erases the payload of a record by law, in a plain log. What rested on it is superseded, and the answer says so.
     *
     * @param record a {@code payload_erased} that names the record
     * @return how long the log is now
     * @throws RiskException as {@link #append(String)}
     */
    public Appended erase(String record) {
        return erase(record, null, null);
    }

    /**
     * Erases the payload of a record by law, in a plain log, if nobody has appended meanwhile.
     *
     * @param record a {@code payload_erased} that names the record
     * @param expectedLength how many records the log should have now
     * @return how long the log is now
     * @throws RiskException as {@link #append(String, long)}
     */
    public Appended erase(String record, long expectedLength) {
        return erase(record, new long[] {expectedLength}, null);
    }

    /**
     * Erases the payload of a record by law, in a sealed log, which still verifies afterwards.
     *
     * @param record a {@code payload_erased} that names the record
     * @param stamp the stamp of that new record
     * @return how long the log is now
     * @throws RiskException as {@link #append(String)}
     */
    public Appended erase(String record, Stamp stamp) {
        return erase(record, null, Stamp.packed(List.of(stamp)));
    }

    /**
     * Erases the payload of a record by law, in a sealed log, if nobody has appended meanwhile.
     *
     * @param record a {@code payload_erased} that names the record
     * @param expectedLength how many records the log should have now
     * @param stamp the stamp of that new record
     * @return how long the log is now
     * @throws RiskException as {@link #append(String, long)}
     */
    public Appended erase(String record, long expectedLength, Stamp stamp) {
        return erase(record, new long[] {expectedLength}, Stamp.packed(List.of(stamp)));
    }

    private Appended erase(String record, long[] expectedLength, byte[] stamp) {
        byte[] line = Text.utf8(record);
        long[] appended = new long[2];
        changing(log -> RiskLibrary.risk_case_erase(log, line, line.length, expectedLength, stamp, appended));
        return new Appended(appended[0], appended[1]);
    }

    /**
     * Seals a plain log: each record gets its position, its stamp and a hash that covers the one before it. A log that is
     * sealed stays as it is, and needs no stamps.
     *
     * @param stamps one for each record
     * @throws RiskException {@link RiskStatus#BAD_STAMP} for another number of stamps, or for moments that go back;
     *     {@link RiskStatus#BAD_RECORD} for a stamp before its record; the log is as it was
     */
    public void seal(List<Stamp> stamps) {
        byte[] packed = Stamp.packed(stamps);
        changing(log -> RiskLibrary.risk_case_seal(log, packed, stamps.size()));
    }

    /**
     * The records, byte for byte as they are kept.
     *
     * @return JSON Lines
     */
    public String records() {
        return records(0);
    }

    /**
     * The records behind a position: what is new to a host that holds so many already.
     *
     * @param after how many records to leave out
     * @return JSON Lines
     */
    public String records(long after) {
        return taken((log, buf) -> RiskLibrary.risk_case_records(log, after, buf));
    }

    /**
     * The case.
     *
     * @return its id
     */
    public UUID id() {
        return UUID.fromString(taken(RiskLibrary::risk_case_id));
    }

    /**
     * How many records there are.
     *
     * @return the number, from 0
     */
    public long length() {
        long[] length = new long[1];
        reading(log -> RiskLibrary.risk_case_length(log, length));
        return length[0];
    }

    /**
     * The hash of the last record. Kept elsewhere it shows later whether the end was cut off.
     *
     * @return 64 hexadecimal digits, or nothing for a plain log
     */
    public Optional<String> head() {
        return Optional.of(taken(RiskLibrary::risk_case_head)).filter(head -> !head.isEmpty());
    }

    /**
     * Whether the log is what was sealed.
     *
     * @return a report, as JSON: {@code intact}, {@code records}, {@code head}, {@code expected_at}
     * @throws RiskException {@link RiskStatus#TAMPERED} with the place
     */
    public String verify() {
        return report(null);
    }

    /**
     * Whether the log is what was sealed, and reaches a head that was kept elsewhere.
     *
     * @param expectedHead the hash of a record, 64 hexadecimal digits
     * @return a report, as JSON: {@code intact}, {@code records}, {@code head}, {@code expected_at}
     * @throws RiskException {@link RiskStatus#TAMPERED} with the place, or where no record has that hash
     */
    public String verify(String expectedHead) {
        return report(Text.utf8(expectedHead));
    }

    private String report(byte[] head) {
        return taken((log, buf) -> RiskLibrary.risk_case_verify(log, head, length(head), buf));
    }

    /**
     * The risk of serious harm and what must be done, at a moment and for an audience.
     *
     * @param policy the rules
     * @param question at which moment, from where, for whom
     * @return the answer, which stays as it is whatever is appended later
     * @throws RiskException {@link RiskStatus#BAD_TIME}, {@link RiskStatus#BAD_WORD}, {@link RiskStatus#NO_VIEW}
     */
    public Assessment assess(Policy policy, Question question) {
        long[] assessment = new long[1];
        try (Block asked = question.block()) {
            reading(log -> policy.using(rules ->
                    RiskLibrary.risk_case_assess(log, rules, asked.address(), assessment)));
        }
        return new Assessment(assessment[0]);
    }

    /**
     * Why everything that is pending is so: rules, sources with quotes, and events.
     *
     * @param policy the rules
     * @param question at which moment, from where, for whom
     * @return an explanation, as JSON ({@code risk-explanation/1})
     * @throws RiskException as {@link #assess}, and {@link RiskStatus#NO_REASONS} for an audience that may not see why
     */
    public String explain(Policy policy, Question question) {
        return explained(policy, question, null);
    }

    /**
     * Why one thing is so: rules, sources with quotes, and events.
     *
     * @param policy the rules
     * @param question at which moment, from where, for whom
     * @param of an action by its word ({@code review_risk}) or by its id in the answer, or a group ({@code children})
     * @return an explanation, as JSON ({@code risk-explanation/1})
     * @throws RiskException as {@link #explain(Policy, Question)}, and {@link RiskStatus#BAD_WORD} for anything else
     */
    public String explain(Policy policy, Question question, String of) {
        return explained(policy, question, Objects.requireNonNull(of, "of"));
    }

    private String explained(Policy policy, Question question, String of) {
        byte[] what = of == null ? null : Text.utf8(of);
        try (Block asked = question.block()) {
            return taken((log, buf) -> policy.using(rules ->
                    RiskLibrary.risk_case_explain(log, rules, asked.address(), what, length(what), buf)));
        }
    }

    /**
     * Why a rule has not fired, or on which events it has.
     *
     * @param policy the rules
     * @param question at which moment, from where, for whom
     * @param rule the id of a rule or duty
     * @return what was asked on each event, as JSON
     * @throws RiskException as {@link #explain(Policy, Question)}, and {@link RiskStatus#BAD_WORD} for an unknown rule
     */
    public String whyNot(Policy policy, Question question, String rule) {
        byte[] id = Text.utf8(rule);
        try (Block asked = question.block()) {
            return taken((log, buf) -> policy.using(rules ->
                    RiskLibrary.risk_case_why_not(log, rules, asked.address(), id, id.length, buf)));
        }
    }

    private static long length(byte[] bytes) {
        return bytes == null ? 0 : bytes.length;
    }

    @Override
    int lastMessage(long handle, long[] buf) {
        return RiskLibrary.risk_case_last_error_message(handle, buf);
    }

    @Override
    int lastJson(long handle, long[] buf) {
        return RiskLibrary.risk_case_last_error_json(handle, buf);
    }
}
