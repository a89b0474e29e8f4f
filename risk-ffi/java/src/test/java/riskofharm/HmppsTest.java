package riskofharm;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/** Messages of the estate: those of the example, imported. */
final class HmppsTest {
    private static final String FEED = "hmpps-feed";
    private static final byte[] SECRET = "no secret at all, but long enough".getBytes(StandardCharsets.US_ASCII);

    private HmppsTest() {}

    static void add(Tests tests) {
        tests.add("a message becomes records of a case that its CRN finds, once", () -> StoreTest.in(place -> once(tests, place)));
        tests.add("what becomes of each message is told", () -> StoreTest.in(place -> told(tests, place)));
        tests.add("a host that keeps its records itself gets the new ones", () -> beside(tests));
        tests.add("the same secret knows a fact again, and another is refused", () -> StoreTest.in(place -> secrets(tests, place)));
        tests.add("an importer that cannot be made is refused, and one that is closed imports nothing",
                () -> StoreTest.in(HmppsTest::refused));
        tests.add("an outcome of a newer library is not taken for settled", HmppsTest::newerOutcome);
    }

    private static byte[] message(Tests tests, String name) throws Exception {
        return Files.readAllBytes(tests.cases.resolve("../hmpps/queue/" + name + ".json"));
    }

    private static MessageOutcome only(Imported imported) {
        Check.equal(1, imported.messages().size(), "messages");
        return imported.messages().get(0);
    }

    private static void once(Tests tests, String place) throws Exception {
        try (Hmpps hmpps = Hmpps.of("{}", SECRET); Store store = Store.create(place)) {
            Imported first = hmpps.importInto(store, FEED, message(tests, "02-registration-added"));
            MessageOutcome outcome = only(first);
            Check.equal(Outcome.RECORDED, outcome.outcome(), "outcome");
            Check.equal(Then.DELETE, outcome.then(), "what to do with it");
            Check.equal("made_records", outcome.reason(), "reason");
            Check.that(outcome.messageId().orElse("").endsWith("02"), "the id that the queue gave it");
            Check.equal("probation-case.registration.added", outcome.eventType().orElse(""), "event type");
            UUID caseId = outcome.caseId().orElseThrow();
            Check.equal(List.of(caseId), first.cases(), "cases with something new");
            Check.equal(List.of(caseId), store.find("crn", "X800021"), "by its CRN");
            String changes = store.changes(FEED, 0, 100);
            Check.contains("\"flag_recorded\"", changes);
            Imported again = hmpps.importInto(store, FEED, message(tests, "08-delivered-again"));
            Check.equal(Outcome.KNOWN, only(again).outcome(), "outcome of the same once more");
            Check.equal(List.of(), again.cases(), "cases with something new");
            Check.equal(changes, store.changes(FEED, 0, 100), "records");
        }
    }

    private static void told(Tests tests, String place) throws Exception {
        try (Hmpps hmpps = Hmpps.of("{}", SECRET); Store store = Store.create(place)) {
            MessageOutcome needed = only(hmpps.importInto(store, FEED, message(tests, "10-assessment-produced")));
            Check.equal(Outcome.NEEDED, needed.outcome(), "what carries no data");
            Check.contains("https://oasys.example.com/", needed.detailUrl().orElse(""));
            Check.that(!needed.detailUrlListed(), "its host is on no list");
            Check.contains("never fetch it with credentials", String.join("; ", needed.notes()));
            try (Hmpps listing = Hmpps.of("{\"detail_hosts\":[\"oasys.example.com\"]}", SECRET)) {
                MessageOutcome listed = only(listing.importInto(store, FEED, message(tests, "10-assessment-produced")));
                Check.that(listed.detailUrlListed() && listed.notes().isEmpty(), "its host is on the list");
            }
            MessageOutcome waits = only(hmpps.importInto(store, FEED, message(tests, "12-prisoner-received")));
            Check.equal(Outcome.WAITS, waits.outcome(), "what speaks of nobody who is known yet");
            Check.that(!waits.told().isEmpty(), "it is told what for");
            MessageOutcome nothing = only(hmpps.importInto(store, FEED, message(tests, "11-tier-calculation")));
            Check.equal(Outcome.NOTHING, nothing.outcome(), "what makes no record");
            Check.contains("tier", nothing.told());
            MessageOutcome unmapped = only(hmpps.importInto(store, FEED, message(tests, "15-type-nobody-knows")));
            Check.equal(Outcome.UNMAPPED, unmapped.outcome(), "a type that nobody has mapped");
            byte[] lines = "{\"eventType\":7}\nDear diary\n".getBytes(StandardCharsets.UTF_8);
            Imported unreadable = hmpps.importInto(store, FEED, lines);
            Check.equal(List.of(1L, 2L), unreadable.messages().stream().map(MessageOutcome::place).toList(), "places");
            MessageOutcome diary = unreadable.messages().get(1);
            Check.equal(Outcome.UNREADABLE, diary.outcome(), "what is no message");
            Check.contains("expected JSON", diary.told());
            Check.that(!unreadable.json().contains("diary"), "its text is not told");
            Check.equal(List.of(Then.RETRY, Then.DELETE, Then.PARK, Then.PARK),
                    Stream.of(needed, waits, unmapped, diary).map(MessageOutcome::then).toList(), "what to do with them");
            Check.that(waits.kept() && waits.reason().equals("person_unknown"), "the store keeps what waits");
            Imported number = hmpps.importInto(store, FEED, message(tests, "13-prison-identifier-added"));
            MessageOutcome waited = number.waited().get(0);
            Check.equal(Outcome.RECORDED, waited.outcome(), "what waited, once it is known whose it is");
            Check.equal(waits.messageId(), waited.messageId(), "the id that the queue gave it");
        }
    }

    private static void beside(Tests tests) throws Exception {
        String own = "{\"case_map\":\"case_id,crn\\n" + Records.CASE + ",X800021\\n\"}";
        try (Hmpps hmpps = Hmpps.of(own, SECRET); CaseLog log = CaseLog.create(Records.CASE)) {
            Imported first = hmpps.importBeside(log.records(), Delivery.MESSAGES, message(tests, "02-registration-added"));
            Check.equal(List.of(Records.CASE), first.cases(), "the host's own case");
            long added = log.append(first.records()).added();
            Check.that(added > 0, "new records");
            Imported again = hmpps.importBeside(log.records(), Delivery.MESSAGES, message(tests, "08-delivered-again"));
            Check.equal(Outcome.KNOWN, only(again).outcome(), "outcome of the same once more");
            Check.equal("", again.records(), "records of the same once more");
            byte[] rows = "crn,type,date,outcome,created\nX800021,C369,2026-06-01,,2026-06-01T10:00:00\n".getBytes(StandardCharsets.US_ASCII);
            Check.contains("information_requested", hmpps.importBeside(log.records(), Delivery.CONTACTS, rows).records());
            Check.refused(RiskStatus.BAD_RECORD, () -> hmpps.importBeside("", Delivery.REGISTRATIONS, rows));
            byte[] bad = "crn,type,date,outcome,created\nX800021,C369,14-Jun-24,,15/06/2024\nX800021,C369,14/06/2024,,15/06/2024\n"
                    .getBytes(StandardCharsets.US_ASCII);
            Imported counted = hmpps.importBeside("", Delivery.CONTACTS, bad);
            Check.equal(Map.of(Outcome.RECORDED, 1L, Outcome.UNREADABLE, 1L), counted.counts(), "counts");
            Check.equal(Outcome.UNREADABLE, only(counted).outcome(), "outcome of a row with a two-digit year");
            Check.equal(2L, only(counted).place(), "its line");
            try (Policy policy = Policy.embedded();
                    Assessment answer = log.assess(policy, Question.by(Audience.MANAGER).at("2026-12-01"))) {
                Check.contains("[", hmpps.reconcile(answer));
                Check.contains("\"riskInCommunity\"", answer.rosh());
            }
            Check.refused(RiskStatus.BAD_RECORD, () -> hmpps.importBeside("{}", Delivery.MESSAGES, message(tests, "08-delivered-again")));
        }
    }

    private static void secrets(Tests tests, String place) throws Exception {
        byte[] other = SECRET.clone();
        other[0]++;
        byte[] message = message(tests, "02-registration-added");
        try (Store store = Store.create(place);
                Hmpps one = Hmpps.of("{}", SECRET);
                Hmpps same = Hmpps.of("{}", SECRET);
                Hmpps another = Hmpps.of("{}", other)) {
            Check.equal(Outcome.RECORDED, only(one.importInto(store, FEED, message)).outcome(), "the first time");
            Check.equal(Outcome.KNOWN, only(same.importInto(store, FEED, message)).outcome(), "the same secret");
            RiskException secret = Check.refused(RiskStatus.BAD_WORD, () -> another.importInto(store, FEED, message));
            Check.contains("secret", secret.getMessage());
        }
    }

    private static void refused(String place) throws Exception {
        Check.refused(RiskStatus.BAD_SIZE, () -> Hmpps.of("{}", new byte[31]));
        RiskException option = Check.refused(RiskStatus.BAD_WORD, () -> Hmpps.of("{\"no_such_option\":1}", SECRET));
        Check.contains("no_such_option", option.getMessage());
        RiskException table =
                Check.refused(RiskStatus.BAD_WORD, () -> Hmpps.of("{\"codes\":{\"ours.toml\":\"= 7\"}}", SECRET));
        Check.equal("ours.toml", table.detail("file").orElse(""), "file");
        RiskException map =
                Check.refused(RiskStatus.BAD_WORD, () -> Hmpps.of("{\"case_map\":\"crn,case_id\\nX8,7\\n\"}", SECRET));
        Check.equal("2", map.detail("line").orElse(""), "line");
        Hmpps hmpps = Hmpps.of("{}", SECRET);
        try (Store store = Store.create(place)) {
            Check.refused(RiskStatus.BAD_WORD, () -> hmpps.importInto(store, "hmpps feed", new byte[] {'{', '}'}));
            hmpps.close();
            Check.closed(() -> hmpps.importInto(store, FEED, new byte[] {'{', '}'}));
        }
    }

    private static void newerOutcome() {
        MessageOutcome one = only(Imported.of("", "{\"messages\":[{\"place\":3,\"outcome\":\"postponed\"}],\"cases\":[]}"));
        Check.equal(Outcome.UNRECOGNISED, one.outcome(), "outcome");
        Check.equal(Then.PARK, one.then(), "what to do with it");
        Check.equal("", one.told(), "what is told");
    }
}
