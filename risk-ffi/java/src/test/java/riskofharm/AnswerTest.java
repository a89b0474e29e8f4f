package riskofharm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/** Questions and answers. */
final class AnswerTest {
    private AnswerTest() {}

    static void add(Tests tests) {
        tests.add("a question is asked alike by moment and by text, by word and by constant", () -> alike(tests));
        tests.add("an answer says when it next changes, and changes then", () -> nextChange(tests));
        tests.add("what a record changed is told from one answer to the next", () -> changes(tests));
        tests.add("an answer is shown as a page, in short or whole", () -> page(tests));
        tests.add("an answer outlives its log and its policy", () -> outlives(tests));
        tests.add("an explanation names the rule, all or one at a time, and why another rule did not fire",
                () -> explains(tests));
        tests.add("no feeds named is all feeds, and an empty list is none", () -> feeds(tests));
        tests.add("a folder, its files and an overlay make a policy; the digest tells them apart", () -> sources(tests));
        tests.add("stray files in a folder are passed over, and a link that leads nowhere is not", () -> stray());
        tests.add("the words of the lists are those of the library", () -> words(tests));
    }

    private static final Question ASKED = Question.by(Audience.RESPONSIBLE_OFFICER).at("2017-12-20T12:00:00Z");

    private static String json(CaseLog log, Policy policy, Question question) {
        try (Assessment answer = log.assess(policy, question)) {
            return answer.json();
        }
    }

    private static void alike(Tests tests) {
        try (Policy policy = Policy.embedded(); CaseLog log = CaseLog.read(tests.sean)) {
            String answer = json(log, policy, ASKED);
            Check.contains("{\"schema\":\"risk-assessment/1\"", answer);
            Check.contains("\"review_risk\"", answer);
            Instant moment = Instant.parse("2017-12-20T12:00:00Z");
            Check.equal(answer, json(log, policy, ASKED.at(moment)), "by moment");
            Check.equal(answer, json(log, policy, ASKED.at(moment.plusNanos(999))), "cut to the microsecond");
            Check.equal(answer, json(log, policy, Question.by("responsible_officer").at(moment).lens("as_known")), "by word");
            Check.equal(answer, json(log, policy, ASKED.knownAt(moment).lens(Lens.AS_KNOWN)), "with what is left out");
            Check.contains("\"known_at\":\"2017-12-01T00:00:00Z\"",
                    json(log, policy, ASKED.knownAt(Instant.parse("2017-12-01T00:00:00Z"))));
            Check.contains("\"lens\":\"hindsight\"", json(log, policy, ASKED.lens(Lens.HINDSIGHT)));
            Check.contains("\"at\":\"1970-01-01T00:00:00Z\"", json(log, policy, ASKED.at(Instant.EPOCH)));
        }
    }

    private static void nextChange(Tests tests) {
        try (Policy policy = Policy.embedded();
                CaseLog log = CaseLog.read(tests.sean);
                Assessment answer = log.assess(policy, ASKED)) {
            Instant next = answer.nextChange().orElseThrow();
            Check.contains("\"next_change_at\":\"" + next + "\"", answer.json());
            try (Assessment before = log.assess(policy, ASKED.at(next.minusNanos(1000)));
                    Assessment after = log.assess(policy, ASKED.at(next))) {
                Check.equal("[]", answer.changesTo(before), "changes before it");
                Check.that(!answer.changesTo(after).equals("[]"), "something changes at it");
            }
        }
        try (Policy policy = Policy.embedded();
                CaseLog log = CaseLog.create(Records.CASE);
                Assessment answer = log.assess(policy, ASKED.at("2030-01-01"))) {
            Check.that(answer.nextChange().isEmpty(), "once all rules are in force, only an event changes an empty log's answer");
        }
    }

    private static void changes(Tests tests) {
        try (Policy policy = Policy.embedded(); CaseLog log = CaseLog.create(Records.CASE)) {
            log.append(Records.started());
            try (Assessment before = log.assess(policy, ASKED)) {
                log.append(Records.callOut());
                try (Assessment after = log.assess(policy, ASKED)) {
                    Check.contains("review_risk", before.changesTo(after));
                    Check.contains("+ To do: Review the risk of harm", before.toldTo(after));
                    Check.equal("[]", after.changesTo(after), "changes to itself");
                    Check.equal("", after.toldTo(after), "changes to itself, told");
                }
            }
        }
    }

    private static void page(Tests tests) throws Exception {
        try (Policy policy = Policy.embedded();
                Policy other = Policy.load(overlaid(tests));
                CaseLog log = CaseLog.read(tests.sean);
                Assessment answer = log.assess(policy, ASKED)) {
            String page = answer.text(policy, Detail.AGENDA);
            Check.contains("RISK OF SERIOUS HARM", page);
            Check.contains("PROTECT NOW", page);
            Check.that(answer.text(policy, Detail.ALL).length() > page.length(), "the whole page is longer");
            Check.refused(RiskStatus.MISMATCH, () -> answer.text(other, Detail.AGENDA));
        }
    }

    private static void outlives(Tests tests) {
        Assessment answer;
        String json;
        try (Policy policy = Policy.embedded(); CaseLog log = CaseLog.read(tests.sean)) {
            answer = log.assess(policy, ASKED);
            json = answer.json();
        }
        try (answer) {
            Check.equal(json, answer.json(), "the answer");
        }
    }

    private static void explains(Tests tests) {
        try (Policy policy = Policy.embedded(); CaseLog log = CaseLog.read(tests.sean)) {
            String all = log.explain(policy, ASKED);
            Check.contains("{\"schema\":\"risk-explanation/1\"", all);
            Check.contains("home_visit", all);
            String one = log.explain(policy, ASKED, "review_risk");
            Check.contains("plw-raised-risk", one);
            Check.that(!one.contains("home_visit"), "only what was asked for is explained");
            Check.contains("known_adult", log.explain(policy, ASKED, "known_adult"));
            Check.contains("plw-raised-risk", log.whyNot(policy, ASKED, "plw-raised-risk"));
        }
    }

    private static void feeds(Tests tests) {
        try (Policy policy = Policy.embedded(); CaseLog log = CaseLog.read(tests.sean)) {
            Check.contains("\"blind_to\":[]", json(log, policy, ASKED));
            String some = json(log, policy, ASKED.feeds(List.of("police_call_out", "risk_assessed")));
            String none = json(log, policy, ASKED.feeds(List.of()));
            Check.contains("\"charged\"", some);
            Check.contains("\"flag-risk-of-serious-harm\"", none);
            Check.that(none.length() > some.length(), "with nothing delivered more rules are blind");
        }
    }

    private static void sources(Tests tests) throws Exception {
        PolicySource pack = PolicySource.folder(tests.cases.resolve("../../policies/england-wales"));
        PolicySource local = overlaid(tests);
        try (Policy embedded = Policy.embedded(); Policy read = Policy.load(pack); Policy overlaid = Policy.load(local)) {
            Check.equal(embedded.digest(), read.digest(), "digest of the folder");
            Check.that(!embedded.digest().equals(overlaid.digest()), "an overlay has another digest");
        }
        Check.contains("\"valid\":true", Policy.check(local));
    }

    private static void stray() throws Exception {
        Path folder = Files.createTempDirectory("policy");
        Files.createDirectories(folder.resolve("..2026_11_22"));
        Files.writeString(folder.resolve("..2026_11_22/policy.toml"), "[policy]\n");
        Files.createSymbolicLink(folder.resolve("..data"), Path.of("..2026_11_22"));
        Files.createSymbolicLink(folder.resolve("policy.toml"), Path.of("..data/policy.toml"));
        String plain = Policy.check(PolicySource.folder(folder));
        Files.write(folder.resolve("._marac.toml"), new byte[] {0, 5, (byte) 0xff});
        Files.createSymbolicLink(folder.resolve(".#marac.toml"), Path.of("somebody@host.1"));
        Files.writeString(folder.resolve("policy.toml~"), "[[");
        Check.equal(plain, Policy.check(PolicySource.folder(folder)), "with stray files");
        Files.createSymbolicLink(folder.resolve("gone.toml"), Path.of("nowhere"));
        refused(folder, "gone.toml");
        Files.delete(folder.resolve("gone.toml"));
        for (String name : List.of("orders.toml ", "orders.toml.txt", "Orders.TOML.d")) {
            Files.writeString(folder.resolve(name), "");
            refused(folder, name);
            Files.delete(folder.resolve(name));
        }
        Files.createDirectories(folder.resolve("old.toml"));
        refused(folder, "old.toml");
    }

    private static void refused(Path folder, String name) {
        try {
            PolicySource.folder(folder);
            Check.that(false, name + " was passed over");
        } catch (IOException refusal) {
            Check.contains(name, refusal.getMessage());
        }
    }

    private static PolicySource overlaid(Tests tests) throws IOException {
        Path overlay = tests.cases.resolve("../../policies/overlays/northshire.toml");
        return PolicySource.embedded().overlay("northshire.toml", Files.readString(overlay)).locality("northshire");
    }

    private static void words(Tests tests) {
        try (Policy policy = Policy.embedded(); CaseLog log = CaseLog.read(tests.sean)) {
            for (Audience audience : Audience.values()) {
                try {
                    Check.contains("\"audience\":\"" + audience.word() + "\"",
                            json(log, policy, Question.by(audience).at("2018-01-10")));
                } catch (RiskException refusal) {
                    Check.equal(RiskStatus.NO_VIEW, refusal.status(), "status for " + audience);
                }
            }
        }
        for (RiskStatus status : RiskStatus.values()) {
            if (status != RiskStatus.UNRECOGNISED) {
                Check.equal("RISK_" + status, Text.lent(RiskLibrary.risk_status_name(status.code())), "name");
            }
        }
        Check.contains("police_call_out", RiskOfHarm.schema("record"));
        Check.contains("agenda", RiskOfHarm.schema("assessment"));
    }
}
