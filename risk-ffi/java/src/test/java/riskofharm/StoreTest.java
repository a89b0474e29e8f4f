package riskofharm;

import com.sun.jna.Callback;
import com.sun.jna.Native;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/** The store: kept, answered, refused, followed, erased, encrypted and closed. Each test has a small one of its own. */
final class StoreTest {
    private static final String FEED = "night-feed";
    private static final UUID OTHER = UUID.fromString("00000000-0000-4000-8000-0000000000bb");
    private static final Reader OFFICER = new Reader("N07A001", "supervision");
    private static final Question ASKED = Question.by(Audience.RESPONSIBLE_OFFICER).at("2018-01-10");

    private StoreTest() {}

    static void add(Tests tests) {
        tests.add("what is appended to a store is answered byte for byte as from a log",
                () -> in(place -> answered(tests, place)));
        tests.add("a delivery to a store may be repeated, and what conflicts adds nothing", () -> in(StoreTest::delivered));
        tests.add("an excluded reader is refused, and that is in the journal once", () -> in(StoreTest::excluded));
        tests.add("a store that is not there is not made by opening it", () -> in(StoreTest::missing));
        tests.add("a case is found by what the host calls it, and a CRN stands for one case", () -> in(StoreTest::identified));
        tests.add("two cases of one person are answered together until they are parted", () -> in(StoreTest::merged));
        tests.add("each record comes to who follows a store once", () -> in(StoreTest::followed));
        tests.add("what is erased in a store is gone from its files, and the chains stay whole", () -> in(StoreTest::erased));
        tests.add("a person who is erased is in no file, and their cases take nothing more", () -> in(StoreTest::personErased));
        tests.add("calls with a handle that is cancelled end and change nothing", () -> in(StoreTest::cancelled));
        tests.add("what is restricted in a store supports no answer any more", () -> in(StoreTest::restricted));
        tests.add("payloads are read with the case's key alone", () -> in(StoreTest::encrypted));
        tests.add("four threads append to a store at once, and every record is there", () -> in(StoreTest::threads));
        tests.add("what a store gave lives on when it is closed, and what it kept is there when it is opened again",
                () -> in(StoreTest::closed));
    }

    /** What is done with a store at a place. */
    interface Use {
        void of(String place) throws Exception;
    }

    /** Gives a place for a store, in a folder that is taken away afterwards. */
    static void in(Use use) throws Exception {
        Path folder = Files.createTempDirectory("risk-store");
        try {
            use.of(folder.resolve("cases.risk").toString());
        } finally {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        }
    }

    private static void answered(Tests tests, String place) {
        try (Policy policy = Policy.embedded(); CaseLog log = CaseLog.read(tests.sean); Store store = Store.create(place)) {
            long records = log.length();
            Check.equal(new Stored(records, records), store.append(FEED, tests.sean), "stored");
            try (CaseLog copy = store.log(FEED, log.id())) {
                Check.equal(records, copy.length(), "length of the copy");
                Check.contains("\"intact\":true", copy.verify());
                // The store seals, and an answer's receipt names the seal; nothing else may differ.
                String seal = "\"head\":\"" + copy.head().orElseThrow() + "\"";
                for (Audience audience : List.of(Audience.RESPONSIBLE_OFFICER, Audience.PARTNER_LINK_WORKER)) {
                    Question question = Question.by(audience).at("2017-12-20T12:00:00Z");
                    try (Assessment kept = store.assess(policy, OFFICER, log.id(), question);
                            Assessment given = log.assess(policy, question)) {
                        Check.contains("\"actions\":[{", kept.json());
                        Check.equal(given.json(), kept.json().replace(seal, "\"head\":null"), "the answer for " + audience);
                    }
                }
            }
        }
    }

    private static void delivered(String place) throws Exception {
        try (Store store = Store.create(place)) {
            Check.equal(new Stored(1, 1), store.append(FEED, Records.started(), 0), "the first time");
            Check.equal(new Stored(0, 1), store.append(FEED, Records.started(), 0), "the second time");
            String both = Records.started() + "\n" + Records.callOut();
            RiskException moved =
                    Check.refused(RiskStatus.POSITION_CONFLICT, () -> store.append(FEED, Records.callOut(), 0));
            Check.equal("1", moved.detail("found").orElse(""), "found in " + moved.json());
            Check.refused(RiskStatus.EVENT_CONFLICT, () -> store.append(FEED,
                    Records.callOut() + "\n" + Records.started().replace("assault", "arson")));
            Check.refused(RiskStatus.BAD_RECORD, () -> store.append(FEED, Records.callOut() + "\n{}"));
            Check.refused(RiskStatus.BAD_WORD, () -> store.append("night feed", Records.callOut()));
            Check.refused(RiskStatus.NOT_UTF8, () -> store.append(FEED, "\ud800"));
            String elsewhere = Records.of(OTHER, 7, "2018-01-02T00:00:00Z", "appointment_attended", "{}");
            Check.refused(RiskStatus.MISMATCH, () -> store.append(FEED, both + "\n" + elsewhere, 1));
            Check.equal(new Stored(1, 2), store.append(FEED, both), "what was refused was not kept");
            Check.equal(new Stored(1, 1), store.append(FEED, both + "\n" + elsewhere), "of two cases");
        }
    }

    private static void excluded(String place) throws Exception {
        try (Policy policy = Policy.embedded(); Store store = Store.create(place)) {
            store.append(FEED, Records.started());
            store.assess(policy, OFFICER, Records.CASE, ASKED).close();
            store.exclude(FEED, Records.CASE, OFFICER.id());
            Check.refused(RiskStatus.EXCLUDED, () -> store.assess(policy, OFFICER, Records.CASE, ASKED));
            store.assess(policy, new Reader("N07A002"), Records.CASE, ASKED).close();
            List<String> refused = store.journal(Records.CASE).lines().filter(e -> e.contains("\"refused\":true")).toList();
            Check.equal(1, refused.size(), "entries of a refusal");
            Check.contains("\"by\":\"N07A001\"", refused.get(0));
            Check.contains("\"purpose\":\"supervision\"", refused.get(0));
            Check.contains("N07A001", store.facts(Records.CASE));
            store.admit(FEED, Records.CASE, OFFICER.id());
            store.assess(policy, OFFICER, Records.CASE, ASKED).close();
            Check.refused(RiskStatus.NOT_FOUND, () -> store.admit(FEED, Records.CASE, OFFICER.id()));
            Check.refused(RiskStatus.NOT_FOUND, () -> store.assess(policy, OFFICER, OTHER, ASKED));
            Check.refused(RiskStatus.BAD_WORD, () -> store.assess(policy, new Reader(""), Records.CASE, ASKED));
            Check.refused(RiskStatus.BAD_TIME, () -> store.assess(policy, OFFICER, Records.CASE, ASKED.at("tomorrow")));
        }
    }

    private static void missing(String place) throws Exception {
        Check.refused(RiskStatus.STORE_MISSING, () -> Store.open(place));
        Check.that(Files.notExists(Path.of(place)), "nothing was made");
        Check.contains("localhost:1: connection refused", Check.refused(RiskStatus.STORE_UNREACHABLE,
                () -> Store.create("postgres://nobody@localhost:1/none?sslmode=require")).getMessage());
        Check.contains("the parameter `sslmod`", Check.refused(RiskStatus.BAD_WORD,
                () -> Store.create("postgres://nobody@localhost:1/none?sslmod=require")).getMessage());
        Files.writeString(Path.of(place), "Dear diary");
        Check.refused(RiskStatus.BAD_STORE, () -> Store.open(place));
    }

    private static void identified(String place) throws Exception {
        try (Store store = Store.create(place)) {
            store.append(FEED, Records.started());
            store.append(FEED, Records.of(OTHER, 7, "2018-01-02T00:00:00Z", "appointment_attended", "{}"));
            Check.equal(List.of(), store.find("crn", "X800001"), "before it is called so");
            store.identify(FEED, Records.CASE, "crn", "X800001");
            store.identify(FEED, Records.CASE, "team", "north");
            store.identify(FEED, OTHER, "team", "north");
            Check.equal(List.of(Records.CASE), store.find("crn", "X800001"), "by its CRN");
            Check.equal(List.of(Records.CASE, OTHER), store.find("team", "north").stream().sorted().toList(), "by team");
            Check.contains("\"crn\":\"X800001\"", store.facts(Records.CASE));
            RiskException taken =
                    Check.refused(RiskStatus.TAKEN, () -> store.identify(FEED, OTHER, "crn", "X800001"));
            Check.contains(Records.CASE.toString(), taken.getMessage() + taken.json());
            store.unidentify(FEED, Records.CASE, "crn");
            Check.equal(List.of(), store.find("crn", "X800001"), "when it is taken away");
            Check.refused(RiskStatus.NOT_FOUND, () -> store.unidentify(FEED, Records.CASE, "crn"));
        }
    }

    private static void merged(String place) throws Exception {
        try (Policy policy = Policy.embedded(); Store store = Store.create(place)) {
            store.append(FEED, Records.started());
            store.append(FEED, Records.callOut().replace(Records.CASE.toString(), OTHER.toString()));
            Question now = Question.by(Audience.RESPONSIBLE_OFFICER).at(Instant.now().plusSeconds(60));
            Check.that(!answer(store, policy, now).contains(Records.id(2)), "the other case's record is not in it");
            store.merge(FEED, OTHER, Records.CASE);
            Check.contains(Records.id(2), answer(store, policy, now));
            Check.contains("\"merged_into\":\"" + Records.CASE, store.facts(OTHER));
            Check.refused(RiskStatus.BAD_WORD, () -> store.merge(FEED, OTHER, Records.CASE));
            store.unmerge(FEED, OTHER, Records.CASE);
            Check.that(!answer(store, policy, now).contains(Records.id(2)), "parted again");
        }
    }

    private static String answer(Store store, Policy policy, Question question) {
        try (Assessment answer = store.assess(policy, OFFICER, Records.CASE, question)) {
            return answer.json();
        }
    }

    private static void followed(String place) {
        try (Store store = Store.create(place)) {
            store.append(FEED, Records.started() + "\n" + Records.callOut());
            String first = store.changes(FEED, 0, 1);
            Check.contains("{\"place\":1,\"case_id\":\"" + Records.CASE + "\",\"position\":1,\"record\":{", first);
            String second = store.changes(FEED, 1, 1000);
            Check.contains("\"position\":2", second);
            Check.equal(first + second, store.changes(FEED, 0, 1000), "both at once");
            Check.equal("", store.changes(FEED, 2, 1000), "nothing new");
            Check.equal(3L, store.journal().lines().filter(e -> e.contains(FEED)).count(), "readings that gave records");
            try (CaseLog log = store.log(FEED, Records.CASE)) {
                Check.contains("\"record\":" + log.records(1).strip() + "}", second);
            }
        }
    }

    private static void erased(String place) throws Exception {
        try (Store store = Store.create(place)) {
            store.append(FEED, Records.started() + "\n" + Records.callOut());
            String before = store.checkpoint();
            Check.contains("\"scrubbed\":true", store.erase(FEED, Records.erased()));
            Check.contains("{\"position\":3,\"new\":false,", store.erase(FEED, Records.erased()));
            Check.that(!stored(place).contains("no_further_action"), "the payload is gone from the files");
            Check.contains("\"intact\":true", store.verify());
            Check.contains("\"intact\":true", store.verify(before));
            Check.refused(RiskStatus.BAD_RECORD, () -> store.verify("Dear diary"));
            Check.refused(RiskStatus.BAD_WORD, () -> store.erase(FEED, Records.callOut()));
        }
    }

    private static void personErased(String place) throws Exception {
        byte[] secret = "no secret at all, but long enough".getBytes(StandardCharsets.UTF_8);
        try (Store store = Store.create(place)) {
            store.append(FEED, Records.started() + "\n" + Records.callOut());
            store.identify(FEED, Records.CASE, "crn", "X320741");
            Check.that(stored(place).contains("X320741"), "the identifier is in the files");
            Check.refused(RiskStatus.BAD_WORD, () -> store.erasePerson(FEED, Records.CASE, "two \"words\""));
            Check.refused(RiskStatus.BAD_WORD, () -> store.erasePerson(FEED, Records.CASE, "m", "because", null));
            Check.refused(RiskStatus.BAD_SIZE, () -> store.erasePerson(FEED, Records.CASE, "m", "legal_erasure", new byte[31]));
            Check.refused(RiskStatus.NOT_FOUND, () -> store.erasePerson(FEED, OTHER, "m"));
            String told = store.erasePerson(FEED, Records.CASE, "manager-7", "legal_erasure", secret);
            Check.contains("{\"cases\":[\"" + Records.CASE + "\"],\"records\":2,", told);
            Check.contains("\"identifiers\":1,\"remains\":[],\"parted\":[],\"scrubbed\":true}", told);
            for (String word : List.of("X320741", "no_further_action", "community_order")) {
                Check.that(!stored(place).contains(word), word + " is gone from the files");
            }
            Check.equal(List.of(), store.find("crn", "X320741"), "cases of the identifier");
            Check.contains("\"records\":0,", store.erasePerson(FEED, Records.CASE, "manager-7"));
            Check.contains("\"intact\":true", store.verify());
        }
    }

    private static void cancelled(String place) throws Exception {
        try (Store store = Store.create(place); Cancel stop = new Cancel(); Store view = store.withCancel(stop)) {
            store.append(FEED, Records.started());
            Check.contains("\"intact\":true", view.verify());
            stop.request();
            Check.refused(RiskStatus.CANCELLED, () -> view.verify());
            Check.refused(RiskStatus.CANCELLED, () -> view.checkpoint());
            Check.refused(RiskStatus.CANCELLED, () -> view.append(FEED, Records.callOut()));
            Check.contains("\"records\":1,", store.verify());
        }
    }

    private static void restricted(String place) {
        try (Store store = Store.create(place)) {
            store.append(FEED, Records.started() + "\n" + Records.callOut());
            Check.contains("{\"position\":3,\"new\":true,", store.restrict(FEED, Records.erased()));
            try (CaseLog log = store.log(FEED, Records.CASE)) {
                Check.that(!log.records().contains("no_further_action"), "the payload is not in the log");
            }
        }
    }

    /** What stands in the files of a store, byte by byte. */
    private static String stored(String place) throws IOException {
        StringBuilder bytes = new StringBuilder();
        try (Stream<Path> files = Files.list(Path.of(place).getParent())) {
            for (Path file : files.toList()) {
                bytes.append(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
            }
        }
        return bytes.toString();
    }

    private static void encrypted(String place) throws Exception {
        StorePlace at = StorePlace.at(place).patience(Duration.ofSeconds(2));
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) 7);
        try (Store store = Store.create(at.keys(id -> id.equals(Records.CASE) ? key : null))) {
            store.append(FEED, Records.callOut());
            // What C calls must not be collected while the store is open.
            System.gc();
            try (CaseLog log = store.log(FEED, Records.CASE)) {
                Check.contains("no_further_action", log.records());
            }
            Check.that(!stored(place).contains("no_further_action"), "the payload is not to be read in the files");
            String elsewhere = Records.of(OTHER, 7, "2018-01-02T00:00:00Z", "appointment_attended", "{}");
            Check.refused(RiskStatus.NO_KEY, () -> store.append(FEED, elsewhere));
        }
        List<Throwable> told = new ArrayList<>();
        Callback.UncaughtExceptionHandler usual = Native.getCallbackExceptionHandler();
        Native.setCallbackExceptionHandler((asked, thrown) -> told.add(thrown));
        try (Store store = Store.open(at.keys(StoreTest::unreachable))) {
            Check.refused(RiskStatus.NO_KEY, () -> store.log(FEED, Records.CASE));
        } finally {
            Native.setCallbackExceptionHandler(usual);
        }
        Check.that(told.get(0) instanceof IllegalStateException, "what the keys threw is told to the host");
        for (StorePlace keyless : List.of(at, at.keys(id -> null), at.keys(id -> new byte[32]))) {
            try (Store store = Store.open(keyless)) {
                Check.refused(RiskStatus.NO_KEY, () -> store.log(FEED, Records.CASE));
            }
        }
    }

    private static byte[] unreachable(UUID caseId) {
        throw new IllegalStateException("the safe of keys cannot be reached");
    }

    private static void threads(String place) throws Exception {
        int writers = 4;
        try (Store store = Store.create(place)) {
            ThreadsTest.inThreads(Executors.newFixedThreadPool(writers), writers, thread -> store.append(FEED,
                    Records.of(10 + thread, "2018-01-02T00:00:00Z", "appointment_attended", "{}")));
            try (CaseLog log = store.log(FEED, Records.CASE)) {
                Check.equal((long) writers, log.length(), "records");
            }
        }
    }

    private static void closed(String place) throws Exception {
        try (Policy policy = Policy.embedded()) {
            Store store = Store.create(place);
            store.append(FEED, Records.started());
            try (Assessment answer = store.assess(policy, OFFICER, Records.CASE, ASKED);
                    CaseLog log = store.log(FEED, Records.CASE)) {
                store.close();
                store.close();
                Check.closed(() -> store.append(FEED, Records.callOut()));
                Check.closed(() -> store.find("crn", "X800001"));
                Check.contains("{\"schema\":\"risk-assessment/1\"", answer.json());
                Check.equal(1L, log.length(), "length of the copy");
                try (Store again = Store.open(place)) {
                    Check.equal(answer.json(), answer(again, policy, ASKED), "the answer of the store opened again");
                }
            }
        }
    }
}
