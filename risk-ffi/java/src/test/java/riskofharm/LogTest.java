package riskofharm;

import java.time.Instant;
import java.util.List;

/** The log: appended, refused, sealed, erased. */
final class LogTest {
    private LogTest() {}

    static void add(Tests tests) {
        tests.add("a refused append leaves the log as it was", LogTest::refusedAppend);
        tests.add("a record delivered twice is there once", LogTest::deliveredTwice);
        tests.add("records come back byte for byte, from any position", () -> recordsReturn(tests));
        tests.add("a sealed log grows by stamps, verifies, and is read again", LogTest::sealed);
        tests.add("an empty log becomes sealed with its first record", LogTest::sealedFromTheStart);
        tests.add("an erased payload is gone, and the sealed log still verifies", LogTest::erased);
        tests.add("a stamp keeps its moment, and never shows its salt", LogTest::stamp);
    }

    private static void refusedAppend() throws Exception {
        try (CaseLog log = CaseLog.create(Records.CASE)) {
            log.append(Records.started());
            String before = log.records();
            String half = Records.callOut() + "\n" + Records.of(4, "2018-01-01T00:00:00Z", "no_such_kind", "{}");
            Check.refused(RiskStatus.BAD_RECORD, () -> log.append(half));
            Check.refused(RiskStatus.POSITION_CONFLICT, () -> log.append(Records.callOut(), 7));
            Check.refused(RiskStatus.BAD_STAMP, () -> log.append(Records.callOut(), List.of(Stamp.now())));
            Check.equal(before, log.records(), "records");
            Check.equal(1L, log.length(), "length");
        }
    }

    private static void deliveredTwice() {
        try (CaseLog log = CaseLog.create(Records.CASE)) {
            Check.equal(new Appended(1, 1), log.append(Records.started()), "the first time");
            Check.equal(new Appended(1, 0), log.append(Records.started()), "the second time");
            Check.equal(new Appended(2, 1), log.append(Records.started() + "\n" + Records.callOut()), "with another");
            Check.equal(Records.CASE, log.id(), "case");
        }
    }

    private static void recordsReturn(Tests tests) {
        try (CaseLog log = CaseLog.read(tests.sean)) {
            Check.equal(tests.sean, log.records(), "records");
            Check.equal(tests.sean.lines().count(), log.length(), "length");
            Check.equal(tests.sean.lines().reduce((a, b) -> b).orElseThrow() + "\n", log.records(log.length() - 1),
                    "the last record");
            Check.equal("", log.records(log.length()), "what is behind the last");
            Check.that(log.head().isEmpty(), "a plain log has no head");
        }
    }

    private static void sealed() {
        try (CaseLog log = CaseLog.create(Records.CASE)) {
            log.append(Records.started());
            log.seal(List.of(Stamp.now()));
            String first = log.head().orElseThrow();
            Check.equal(new Appended(2, 1), log.append(Records.callOut(), 1, List.of(Stamp.now())), "appended");
            String head = log.head().orElseThrow();
            Check.that(!first.equals(head), "the head moves");
            Check.contains("\"intact\":true", log.verify());
            Check.contains("\"expected_at\":1", log.verify(first));
            Check.contains("\"expected_at\":2", CaseLog.verify(log.records(), head));
            try (CaseLog again = CaseLog.read(log.records())) {
                Check.equal(head, again.head().orElseThrow(), "the head read again");
            }
        }
    }

    private static void sealedFromTheStart() {
        try (CaseLog log = CaseLog.create(Records.CASE)) {
            Check.equal(new Appended(1, 1), log.append(Records.started(), List.of(Stamp.now())), "appended");
            String head = log.head().orElseThrow();
            log.seal(List.of());
            Check.equal(head, log.head().orElseThrow(), "the head of a log sealed again");
        }
    }

    private static void erased() {
        try (CaseLog log = CaseLog.create(Records.CASE)) {
            log.append(Records.started() + "\n" + Records.callOut());
            log.seal(List.of(Stamp.now(), Stamp.now()));
            Check.equal(3L, log.erase(Records.erased(), 2, Stamp.now()).length(), "length");
            Check.that(!log.records().contains("no_further_action"), "the payload is gone");
            Check.contains("\"intact\":true", log.verify());
        }
        try (CaseLog log = CaseLog.create(Records.CASE)) {
            log.append(Records.started() + "\n" + Records.callOut());
            Check.equal(3L, log.erase(Records.erased()).length(), "length of a plain log");
            Check.that(!log.records().contains("no_further_action"), "the payload of a plain log is gone");
        }
    }

    private static void stamp() {
        Instant moment = Instant.parse("2018-01-10T09:30:00.123456Z");
        byte[] salt = "0123456789abcdef".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        Stamp stamp = new Stamp(moment, salt);
        Check.equal(moment, stamp.appendedAt(), "moment");
        Check.equal("Stamp[2018-01-10T09:30:00.123456Z]", stamp.toString(), "text");
        try {
            new Stamp(moment, new byte[15]);
        } catch (IllegalArgumentException refusal) {
            Check.contains("15 bytes", refusal.getMessage());
            return;
        }
        throw new AssertionError("a short salt was taken");
    }
}
